# SPDX-License-Identifier: EUPL-1.2
"""deploy/up on a system that an earlier version made, in which the daemon's role owned its database: it comes up, and the
roles are as they should be."""

import json

import pytest
import requests

from harness.facts import referral
from harness.system import programs
from stack.cluster import Cluster, owner_of
from stack.place import NODES, Place
from test_up import an_operator

DATABASES = [name for name, node in NODES.items() if node.has_database]
ACCESS = "local all postgres peer map=owner\nlocal sameuser all scram-sha-256\n"
ONE_ROLE = """
reassign owned by "{owner}" to "{name}";
alter database "{name}" owner to "{name}";
drop owned by "{owner}";
"""
OWNERS = """
select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace
union select pg_get_userbyid(datdba) from pg_database where datname = current_database()
"""


@pytest.fixture(scope="module")
def operator():
    with an_operator() as made:
        made.up()
        yield made


def cluster_of(operator):
    place = Place(operator.dir, programs(), int(operator.port_base))
    return place, Cluster(place.dir, place.run, place.log("postgres"))


def give_all_to_the_daemon(cluster, name):
    cluster.sql(ONE_ROLE.format(name=name, owner=owner_of(name)), name)


def forget_owners(place):
    """Settings and passwords as they were written then."""
    for name in DATABASES:
        place.conf(name).write_text(without_owner(place.conf(name).read_text()))
    written, passwords = (place.dir / "conf" / name for name in ("written.json", "passwords.json"))
    texts = json.loads(written.read_text())
    written.write_text(json.dumps({name: [without_owner(text) for text in known] for name, known in texts.items()}))
    secrets = json.loads(passwords.read_text())
    passwords.write_text(json.dumps({name: secrets[name] for name in DATABASES}))


def without_owner(text):
    return "".join(line for line in text.splitlines(True) if not line.startswith("database_owner"))


def post(operator):
    env = operator.env()
    return requests.post(f"{env['UDVEJ_REDEN_URL']}/api/v1/referrals", json=referral(), timeout=20,
                         headers={"Authorization": f"Bearer {env['UDVEJ_REDEN_TOKEN']}", "Prefer": "wait=10"})


def assert_all_belongs_to_the_owners(cluster):
    for name in DATABASES:
        assert cluster.sql(OWNERS, name) == owner_of(name)


def test_a_system_with_one_role_a_database_comes_up_with_two(operator):
    assert post(operator).status_code == 201
    operator.down()
    place, cluster = cluster_of(operator)
    cluster.start()
    for name in DATABASES:
        give_all_to_the_daemon(cluster, name)
        cluster.sql(f'drop role "{owner_of(name)}"')
    cluster.stop()
    (cluster.data / "pg_hba.conf").write_text(ACCESS)
    forget_owners(place)
    operator.up()
    assert_all_belongs_to_the_owners(cluster)
    assert cluster.sql("select count(*) from referral", "reden") == "1"
    assert post(operator).status_code == 201


def test_a_running_system_with_one_role_a_database_goes_on_with_two(operator):
    place, cluster = cluster_of(operator)
    for name in DATABASES:
        give_all_to_the_daemon(cluster, name)
    pids = operator.pids()
    (cluster.data / "pg_hba.conf").write_text(ACCESS)
    operator.up()
    assert_all_belongs_to_the_owners(cluster)
    assert operator.pids() == pids, "nothing had to be started again"
    assert post(operator).status_code == 201


def test_settings_that_were_changed_by_hand_are_named_before_anything_is_changed(operator):
    operator.down()
    place, cluster = cluster_of(operator)
    forget_owners(place)
    conf = place.conf("reden")
    conf.write_text("# ours\n" + conf.read_text())
    refused = operator.run("up", "--port-base", operator.port_base, "--empty", "--detach")
    assert refused.returncode == 1 and f"{conf} was changed by hand" in refused.stderr
    assert "see to database_owner there" in refused.stderr
    assert "database_owner = " not in place.conf("kommune").read_text()
