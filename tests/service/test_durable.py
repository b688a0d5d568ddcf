# SPDX-License-Identifier: EUPL-1.2
"""A daemon refuses to start on a database that may lose what it has committed."""

import time

import pytest

from harness.private_cluster import private_cluster
from harness.system import System, eventually
from stack.errors import Trouble

NODE = "reporting"


@pytest.fixture(scope="module")
def world():
    """A cluster of its own: its settings are changed."""
    with private_cluster() as cluster:
        system = System(cluster, [NODE])
        system.prepare()
        yield system
        assert not system.close()


def change(world, statement):
    world.cluster.sql(statement)
    world.cluster.sql("select pg_reload_conf();")


def starts(world):
    world.start(NODE)
    world.stop(NODE)


def refusal(world):
    """What it says on its way out."""
    try:
        world.start(NODE)
        world.stop(NODE)
        return None
    except Trouble as trouble:
        world.children.pop(NODE).wait()
        return str(trouble)


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_setting_that_is_off_is_refused_by_name(world, name):
    starts(world)
    change(world, f"alter system set {name} = off;")
    eventually(lambda: f"its setting {name} must be on" in (refusal(world) or ""), 10, "the refusal")
    change(world, f"alter system reset {name};")
    eventually(lambda: refusal(world) is None, 10, "that it starts again")


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_setting_that_is_turned_off_while_it_runs_stops_it(world, name):
    world.start(NODE)
    change(world, f"alter system set {name} = off;")
    ended = world.children.pop(NODE).wait(timeout=30)
    change(world, f"alter system reset {name};")
    assert ended == 1 and f"stopping: the server may lose what it has committed: its setting {name} must be on" in \
        world.log(NODE)
    eventually(lambda: refusal(world) is None, 10, "that it starts again")


def test_commits_are_waited_for_also_when_the_server_is_told_not_to_while_it_runs(world):
    world.start(NODE)
    change(world, "alter system set synchronous_commit = off;")
    time.sleep(12)
    assert world.children[NODE].poll() is None, "its own sessions wait for their commits still"
    world.stop(NODE)
    assert "its setting synchronous_commit must be on" in refusal(world)
    change(world, "alter system reset synchronous_commit;")
    eventually(lambda: refusal(world) is None, 10, "that it starts again")


def test_role_whose_commits_are_not_waited_for_is_refused(world):
    role = world.place.database(NODE)
    world.cluster.sql(f'alter role "{role}" set synchronous_commit = local;')
    assert "its setting synchronous_commit must be on" in refusal(world)
    world.cluster.sql(f'alter role "{role}" reset synchronous_commit;')
    starts(world)


def test_cluster_with_standbys_is_refused_unless_replication_is_synchronous(world):
    world.cluster.sql("select pg_create_physical_replication_slot('standby');")
    assert "its setting synchronous_standby_names must name the standbys" in refusal(world)
    world.cluster.sql("select pg_drop_replication_slot('standby');")
    starts(world)
