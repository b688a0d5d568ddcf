# SPDX-License-Identifier: EUPL-1.2
"""With two brokers the path goes on whichever of them dies, hangs or cannot be reached; nothing is lost or comes twice."""

import signal

import pytest

from harness.facts import FULL_STAR, referral
from harness.fixtures import linked_system
from harness.system import eventually

from ledger import assert_books_agree, is_drained

BROKERS = ("broker", "broker-2")
GOES_ON_WITHIN = 12  # a broker that hangs is given up after 5 to 6 seconds of silence
REFERRALS = "/api/v1/referrals"


@pytest.fixture(scope="module")
def system(cluster):
    with linked_system(cluster, len(BROKERS)) as made:
        yield made


def kill(system, broker):
    system.kill(broker)
    return lambda: system.start(broker)


def stop(system, broker):
    child = system.children[broker]
    child.send_signal(signal.SIGSTOP)
    return lambda: child.send_signal(signal.SIGCONT)


def cut(system, broker):
    for node in system.links.nodes:
        system.links.cut(node, broker)
    return system.links.heal_all


def silence(system, broker):
    for node in system.links.nodes:
        system.links.silence(node, broker)
    return system.links.heal_all


def cut_from_some(system, broker):
    """Half of the nodes reach the other broker only; the rest have both, and must find out who is where."""
    for node in ("reden", "kommune", "reporting"):
        system.links.cut(node, broker)
    return system.links.heal_all


def walk(reden, kommune):
    """Posted at one organisation, placed at another, measured, enrolled: how far each referral of several comes."""
    sent = [reden.post(REFERRALS, referral("cti"), wait=GOES_ON_WITHIN) for _ in range(3)]
    assert {answer.status_code for answer in sent} == {201}, [answer.text for answer in sent]
    courses = [kommune.json(f"{REFERRALS}/{answer.json()['id']}")["courseId"] for answer in sent]
    for course in courses:
        path = f"/api/v1/courses/{course}"
        star = kommune.post(f"{path}/measurements", {"instrument": "nine-areas", "answers": FULL_STAR},
                            wait=GOES_ON_WITHIN)
        assert star.status_code == 201, star.text
        eventually(lambda: kommune.json(path)["state"] == "enrolled", GOES_ON_WITHIN, "enrolment")
        closed = kommune.post(f"{path}/close", {"reason": "completed"}, wait=GOES_ON_WITHIN)
        assert closed.status_code == 200, closed.text
    return courses


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.parametrize("hit", [kill, stop, cut, silence, cut_from_some])
def test_the_path_goes_on_with_one_of_two_brokers_out(system, hit, broker):
    reden, kommune = system.api("reden"), system.api("kommune")
    heal = hit(system, broker)
    try:
        courses = walk(reden, kommune)
    finally:
        heal()
    eventually(lambda: is_drained(system), 60, "everything at rest")
    books = assert_books_agree(system)
    assert all(books[course][1] == "closed" for course in courses)


def test_a_line_that_is_cut_is_cut_for_its_node_alone(system):
    links = system.links
    eventually(lambda: all(links.count(node, broker) for node in links.nodes for broker in BROKERS), 20, "all lines")
    links.cut("reden", "broker")
    eventually(lambda: links.count("reden", "broker") == 0)
    others = [(node, broker) for node in links.nodes for broker in BROKERS if (node, broker) != ("reden", "broker")]
    assert all(links.count(*pair) for pair in others)
    links.heal_all()
    eventually(lambda: links.count("reden", "broker") == 1, 20, "the line again")


def test_with_both_brokers_out_nothing_moves_and_with_one_back_all_arrives(system):
    """Proof that the relay really stands in between: otherwise cutting lines would prove nothing."""
    kommune = system.api("kommune")
    for broker in BROKERS:
        cut(system, broker)
    answer = kommune.post(REFERRALS, referral("cti"), wait=2)
    assert answer.status_code == 202 and "no broker answers" in kommune.get("/readyz").text
    for node in system.links.nodes:
        system.links.heal(node, "broker-2")
    eventually(lambda: kommune.json(answer.headers["Location"])["state"] == "done", 20, "the decision")
    system.links.heal_all()
