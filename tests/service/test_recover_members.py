# SPDX-License-Identifier: EUPL-1.2
"""Nodes that leave the registry, or come into it, while another is recovered."""

import subprocess

from harness.system import eventually
from recover_world import INTAKES, assert_all_agree, copy, lose, recover, refer, settle, work, workers
from test_recover import world  # noqa: F401
from test_registry_live import change_registry, registry_row, without

WORKERS = "select id from worker where organisation = 'reden' order by 1"


def begin(system, node):
    """Asks for the recovery, and leaves it to the node."""
    words = [system.place.bin / "udvej", "recover", "--conf", system.place.conf(node), "--partner", "kommune",
             "--keys", system.place.keys("partner-kommune")]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def has_told(system, peer):
    return lambda: f"{peer} has told all it knows" in system.log("caseload")


def set_back(system):
    """caseload, by a worker and a referral of each organisation; the registry's row of reden."""
    work(system, 1)
    settle(system)
    copy(system, "caseload")
    system.put_workers(workers(3))
    for node in INTAKES:
        refer(system, node)
    settle(system)
    lose(system, "caseload", "back")
    return registry_row(system, "reden")


def test_what_a_node_told_that_left_meanwhile_is_not_passed_over(world):  # noqa: F811
    row = set_back(world)
    known = len(world.query("caseload", WORKERS))
    world.stop("outcomes")  # so that nothing is applied yet
    with begin(world, "caseload") as running:
        eventually(has_told(world, "reden"), what="that reden has told")
        change_registry(world, without("reden"))
        world.start("outcomes", ready=False)
        said = running.communicate(timeout=60)[0]
    assert running.returncode == 0 and "Recovered." in said, said
    eventually(lambda: "reden is not in the registry: what it knows was not recovered" in world.log("caseload"))
    left = world.query("caseload", "select sender, problem from recovery_item")
    assert {sender for sender, _ in left} <= {"outcomes", "reporting"}, left  # courses of an organisation that is gone
    assert {problem for _, problem in left} <= {"no intake node of reden in the registry"}, left
    assert len(world.query("caseload", WORKERS)) == known
    change_registry(world, lambda content: content["nodes"].append(row))
    eventually(lambda: "was set back to an earlier state" in world.log("caseload").split("recovered: ")[1], 30,
               "that caseload finds out what it lacks")
    recover(world, "caseload")
    assert_all_agree(world)
    assert len(world.query("caseload", WORKERS)) == 3


def test_what_a_node_tells_that_came_meanwhile_is_applied_from_the_first_row_on(world):  # noqa: F811
    row = set_back(world)
    change_registry(world, without("reden"))
    eventually(lambda: world.log("caseload").count("registry with serial 2 in force") == 1, what="the registry without it")
    with world.db("caseload") as held, held.cursor() as cursor:
        cursor.execute("lock table course in exclusive mode")  # workers are applied, courses not yet
        with begin(world, "caseload") as running:
            eventually(lambda: world.query("caseload", "select count(*) from worker where organisation <> 'reden'")
                       == [(6,)], 30, "that the others' workers are applied")
            change_registry(world, lambda content: content["nodes"].append(row))
            eventually(has_told(world, "reden"), 30, "that reden has told")
            held.rollback()
            said = running.communicate(timeout=60)[0]
    assert "Everything that was told is applied." in said, said
    assert len(world.query("caseload", WORKERS)) == 3
    world.wait_ready("caseload")
    world.tokens.clear()
    assert_all_agree(world)
