# SPDX-License-Identifier: EUPL-1.2
"""A database is set back to an earlier copy: its node finds out, says so and only reads; the others go on."""

import re
import time

import pytest
import requests

from harness.client import Client
from harness.facts import assert_refused, referral
from harness.system import eventually
from stack.cluster import owner_of
from stack.errors import Trouble

REFERRALS = "/api/v1/referrals"
PROGRAMMES = {"kommune": "cti", "livarehab": "livarehab-psychoeducation"}
NODES = ("kommune", "livarehab", "caseload", "outcomes", "reporting")


@pytest.fixture
def world(make_system):
    """A system of its own with two intakes; both have a first course."""
    system = make_system("broker", *NODES)
    system.start()
    system.put_workers({name: {f"{name}-one": {"name": "Anna", "kind": "worker", "programmes": [programme], "cap": 50}}
                        for name, programme in PROGRAMMES.items()})
    for name in PROGRAMMES:
        assert refer(system, name).status_code == 201
    settle(system)
    yield system
    for node in NODES:
        system.cluster.sql("".join(f'drop database if exists "{database(system, node)}_{kind}" with (force);'
                                   for kind in ("kept", "newest")))


def refer(system, node, wait=20):
    return system.api(node).post(REFERRALS, referral(PROGRAMMES[node]), wait=wait)


def settle(system):
    """Everything is acknowledged and trimmed everywhere."""
    def quiet():
        return all(system.query(node, "select count(*) from bus_out") == [(0,)] for node in NODES)
    eventually(quiet, 20, "that all is acknowledged")


def database(system, node):
    return system.place.database(node)


def copy(system, node):
    """Keeps the database of the node as it is now; the node is stopped for that."""
    system.stop(node)
    name = database(system, node)
    alone(system, name, f'create database "{name}_kept" template "{name}" owner "{owner_of(name)}";')
    system.start(node)


def set_back(system, node):
    """Stops the node if it runs, puts the copy in the place of its database, and starts it."""
    if node in system.children:
        system.stop(node)
    name = database(system, node)
    alone(system, name, f'alter database "{name}" rename to "{name}_newest"; alter database "{name}_kept" rename to "{name}";')
    system.start(node, ready=False)


def alone(system, name, statements):
    """Runs statements that need a database without any connection, and ours may be there still."""
    def done():
        try:
            system.cluster.sql(statements)
        except Trouble as problem:
            assert "being accessed" in str(problem), problem
            return False
        return True
    eventually(done, what="to be alone")


def applied(system, node):
    """{receiver: position} of what others have applied of the node, and {sender: position} of what it has applied."""
    others = {peer: dict(system.query(peer, "select sender, seq from bus_in_stream")).get(node, 0)
              for peer in NODES if peer != node}
    return others, dict(system.query(node, "select sender, seq from bus_in_stream"))


def gauge(system, node, name):
    text = requests.get(system.url(node) + "/metrics", timeout=10).text
    return int(re.search(rf"^udvej_{name} (\d+)$", text, re.MULTILINE)[1])


def assert_found_out(system, node):
    """It says so in its log once, in /readyz and in /metrics."""
    def restored():
        try:
            return gauge(system, node, "restored") == 1
        except requests.ConnectionError:
            return False
    eventually(restored, 20, f"that {node} finds out")
    ready = requests.get(system.url(node) + "/readyz", timeout=10)
    assert ready.status_code == 503 and "was set back" in ready.text, ready.text
    assert system.log(node).count("It can be read, but nothing is written") == 1
    assert requests.get(system.url(node) + "/healthz", timeout=10).status_code == 200


def assert_only_read(system, node, token):
    client = Client(system.url(node), token)
    assert client.get(REFERRALS).status_code == 200
    before = system.query(node, "select count(*) from referral")
    answer = client.post(REFERRALS, referral("cti"))
    rule = assert_refused(answer, 503, "restored")
    assert any(peer in rule for peer in NODES if peer != node) and "udvej recover" in rule, rule
    assert "Retry-After" not in answer.headers
    assert system.query(node, "select count(*) from referral") == before


def assert_others_are_well(system, node):
    """Those that were not set back are ready, do not think that they were, and go on without it."""
    for peer in NODES:
        if peer != node:
            assert requests.get(system.url(peer) + "/readyz", timeout=10).status_code == 200, peer
            assert gauge(system, peer, "restored") == 0, peer
    facts = system.query("reporting", "select count(*) from enquiry_fact")[0][0]
    other = "livarehab" if node == "kommune" else "kommune"
    enquiry = system.api(other).post("/api/v1/enquiries", {"receivedOn": "2026-01-05", "channel": "self"})
    assert enquiry.status_code == 201, enquiry.text
    eventually(lambda: system.query("reporting", "select count(*) from enquiry_fact")[0][0] > facts, what="the fact")


@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
def test_intake_that_was_set_back_is_found_out_and_only_read(world, busy):
    token = world.token("kommune")
    copy(world, "kommune")
    assert refer(world, "kommune").status_code == 201
    settle(world)
    before = applied(world, "kommune")[0]
    if busy:  # it is stopped before it hears what is decided
        world.stop("caseload")
        assert refer(world, "kommune", wait=0).status_code == 202
        world.stop("kommune")
        world.start("caseload")
    set_back(world, "kommune")
    assert_found_out(world, "kommune")
    assert_only_read(world, "kommune", token)
    held = applied(world, "kommune")
    assert_others_are_well(world, "kommune")
    stands_still = "the stream to kommune stands still: it says that its database was set back\n"
    eventually(lambda: stands_still in requests.get(world.url("caseload") + "/readyz", timeout=10).text, 20, "that it is said")
    if not busy:
        assert held[0] == before, "it sent something that others have applied"
    time.sleep(1)
    assert applied(world, "kommune")[1] == held[1], "it applied something"
    eventually(lambda: gauge(world, "caseload", "streams_broken") >= 1, what="that caseload says so")
    assert_found_out(world, "kommune")
    assert refer(world, "livarehab").status_code == 201


def test_intake_that_wrote_on_alone_after_it_was_set_back_mixes_nothing(world):
    """It has more messages than it had before, and was started again since: only the chain tells."""
    copy(world, "kommune")
    assert refer(world, "kommune").status_code == 201
    settle(world)
    known = {node: applied(world, node)[1] for node in ("caseload", "reporting")}
    courses = world.query("caseload", "select id from course order by id")
    world.stop("broker")
    set_back(world, "kommune")
    world.wait_ready("kommune")
    for _ in range(2):
        assert refer(world, "kommune", wait=0).status_code == 202
    world.restart("kommune")
    sent = dict(world.query("kommune", "select receiver, seq from bus_out_stream"))
    assert all(sent[node] > known[node]["kommune"] for node in known), "the test asks nothing"
    world.start("broker")
    assert_found_out(world, "kommune")
    time.sleep(1)
    assert world.query("caseload", "select id from course order by id") == courses
    assert {node: applied(world, node)[1] for node in known} == known
    assert_others_are_well(world, "kommune")


@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
def test_caseload_that_was_set_back_is_found_out_and_takes_nothing(world, busy):
    copy(world, "caseload")
    assert refer(world, "kommune").status_code == 201
    settle(world)
    if busy:  # more waits for it
        world.stop("caseload")
        for node in ("kommune", "livarehab", "kommune"):
            assert refer(world, node, wait=0).status_code == 202
    set_back(world, "caseload")
    assert_found_out(world, "caseload")
    position = applied(world, "caseload")[1]
    waiting = refer(world, "kommune", wait=0)
    assert waiting.status_code == 202, waiting.text
    assert_others_are_well(world, "caseload")
    assert applied(world, "caseload")[1] == position, "it applied something"
    eventually(lambda: gauge(world, "kommune", "streams_broken") >= 1, what="that kommune says so")
    assert world.log("kommune").count("stream to caseload stands still") == 1
    assert world.query("kommune", "select count(*) from bus_out where receiver = 'caseload'")[0][0] >= 1


def test_newest_copy_put_back_makes_it_well_again(world):
    """What was written for it meanwhile arrives, once."""
    copy(world, "caseload")
    assert refer(world, "kommune").status_code == 201
    settle(world)
    set_back(world, "caseload")
    assert_found_out(world, "caseload")
    late = refer(world, "kommune", wait=0).json()
    world.stop("caseload")
    name = database(world, "caseload")
    alone(world, name, f'drop database "{name}"; alter database "{name}_newest" rename to "{name}";')
    world.start("caseload")
    decided = lambda: world.api("kommune").json(f"{REFERRALS}/{late['id']}")["courseId"]  # noqa: E731
    course = eventually(decided, 30, "the decision")
    eventually(lambda: world.query("caseload", "select count(*) from course where id = %s", course) == [(1,)], what="it")
    settle(world)
    assert [gauge(world, node, "streams_broken") for node in NODES] == [0] * len(NODES)
    assert gauge(world, "caseload", "restored") == 0


def test_restart_of_every_node_is_no_restore(world):
    for node in NODES:
        world.kill(node)
        world.start(node)
    assert refer(world, "kommune").status_code == 201
    settle(world)
    assert [gauge(world, node, name) for node in NODES for name in ("restored", "streams_broken")] == [0] * 2 * len(NODES)
