# SPDX-License-Identifier: EUPL-1.2
"""Any call fails once: nothing or everything has happened, the client is told the truth, and all comes to its end.

For every call of the second table of common/base/fault.h, and every time that a daemon makes it in the course of one
referral, the call fails; then the request is repeated, and the books of all daemons must agree. That is the kommune's
node, which takes the request, tells caseload and hears of it; with UDVEJ_CRASH_DEEP=1 it is each daemon in turn. What a
referral does not need fails where it is made: at a start, with a new database, when the broker is lost, and in
test_failing_works.py and test_failing_registry.py.
"""

import os
import signal
from collections import Counter

import pytest
import requests

from harness.facts import day, referral
from harness.system import eventually
from stack.health import is_ready

from books import INTAKE, NODES
from recovering import make_anew
from slots import CALLS
from struck import Struck, closing_struck

DEEP = bool(os.environ.get("UDVEJ_CRASH_DEEP"))
# Without memory a daemon may end by its own hand: nothing is acknowledged that only memory holds.
MEMORY = ("malloc", "calloc", "realloc", "strdup")
ENDING = (*MEMORY, "json")  # jansson has none either
# Calls that are made when a connection is opened again: it is lost first. Calls that only a new process makes.
REOPENING = ("strdup", "connect", "setup_unsent", "prepare", "prepare_unsent", "pipeline_enter", "pipeline_exit")
NEW = ("calloc", "realloc")
# Not in a referral: what waits for its parent; a new database; a new connection to the broker; files.
PARKING, LINKS, FILES = ("asprintf", "tsearch"), ("zmq_socket", "zmq_connect", "zmq_monitor"), (
    "file_write", "file_sync", "file_rename")
ELSEWHERE = (*PARKING, "migration", *LINKS, "json_file", *FILES)
ALIKE = ("prepare", "pipeline_exit", "json_file")  # made for one thing after the other
APART = "livarehab"  # has a part in no referral


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Struck(cluster, APART)) as made:
        made.start()
        made.put_workers({"kommune": {}})
        made.refer()
        made.settle()
        yield made


def work(system, node, losing=False):
    """One referral in which the node takes part; with `losing` the connection of its writer is lost in it."""
    if losing:  # who takes a request looks into the database over its other connection too, but not in a transaction
        system.slots[node].arm("flush_request_unsent" if node in INTAKE else "query_unsent")
    system.refer(node if node == "kommune" else "reden", ends=(-signal.SIGABRT,))
    system.settle(ends=(-signal.SIGABRT,))


def fail_once(system, node, call, nth):
    """One round; False when this call was not made."""
    system.begin_round()
    if call in NEW:
        system.restart(node)
    system.slots[node].arm(call, nth)
    work(system, node, call in REOPENING)
    failed = system.slots[node].struck(call)
    system.slots[node].disarm()
    assert not system.ended or call in ENDING, f"{system.ended} ended"
    return failed


def calls_of_one_referral(system, node):
    """{call: how often it is made}"""
    made = system.count(lambda: work(system, node))[node]
    reopening = system.count(lambda: work(system, node, True))[node]
    system.slots[node].disarm()
    system.restart(node)
    new = system.count(lambda: work(system, node))[node]
    return {call: (reopening if call in REOPENING else new if call in NEW else made).get(call, 0) for call in CALLS}


def times(call, n):
    """Which of n calls fail. Of those that are all alike: three."""
    return sorted({1, n // 2 + 1, n}) if call in ALIKE and n and not DEEP else range(1, n + 1)


@pytest.mark.parametrize("node", NODES if DEEP else ["kommune"])
def test_whatever_fails_in_a_daemon_the_referral_has_one_effect(system, node):
    failed, ended = Counter(), 0
    for call, n in calls_of_one_referral(system, node).items():
        for nth in times(call, n):
            try:
                failed[call] += fail_once(system, node, call, nth)
            except AssertionError as problem:
                raise AssertionError(f"{node}, {call} number {nth} failed: {problem}") from problem
            ended += len(system.ended)
    said = ", ".join(f"{n} {call}" for call, n in (+failed).items())
    print(f"\n{node}: {failed.total()} failures ({said}), {ended} of them ended it")
    if node == "kommune":
        assert set(+failed) == set(CALLS) - set(ELSEWHERE)


AT_START = (*MEMORY, "connect", "setup_unsent", "prepare", "pipeline_enter", "pipeline_exit", "json_file", *LINKS)


def test_a_start_in_which_something_fails_ends_or_succeeds_and_the_next_one_succeeds(system):
    """All of that counted, from the first line of main() until it is ready."""
    node, failed, ended = "kommune", Counter(), 0
    system.sanitizers = {"ASAN_OPTIONS": "detect_leaks=0"}  # what cannot start ends, and gives back nothing before
    made = system.count(lambda: system.restart(node))[node]
    for call in AT_START:
        for nth in times(call, made.get(call, 0)):
            system.stop(node)
            system.slots[node].arm(call, nth)
            system.start(node, ready=False)
            child = system.children[node]
            eventually(lambda: child.poll() is not None or is_ready(system.place, node), 30, f"{call} {nth}")
            failed[call] += system.slots[node].struck(call)
            system.slots[node].disarm()
            if child.poll() is not None:
                assert child.poll() in (1, -signal.SIGABRT), f"{call} {nth}: {system.log(node)[-2000:]}"
                ended += 1
                del system.children[node]
                system.start(node)
    work(system, node)
    said = ", ".join(f"{n} {call}" for call, n in (+failed).items())
    print(f"\n{node}: {failed.total()} failures at its start ({said}), {ended} of them ended it")
    assert set(+failed) == set(AT_START)


def test_a_new_database_whose_migrations_fail_is_made_by_the_next_start(system):
    made, failed = system.count(lambda: make_anew(system, APART))[APART]["migration"], 0
    for nth in range(1, made + 1):
        system.slots[APART].arm("migration", nth)
        make_anew(system, APART, ends=(1,))
        failed += system.slots[APART].struck("migration")
        system.slots[APART].disarm()
    work(system, "kommune")
    print(f"\n{APART}: {failed} of {made} migrations failed")
    assert failed == made >= 3


@pytest.mark.parametrize("call, nth", [*((call, 1) for call in LINKS), ("zmq_socket", 2), ("zmq_connect", 2)])
def test_a_connection_to_the_broker_that_cannot_be_made_is_made_later(system, call, nth):
    """At all daemons at once: the broker starts anew."""
    system.begin_round()
    for node in NODES:  # before the broker is lost: they connect anew at once
        system.slots[node].arm(call, nth)
    system.restart("broker")
    for node in NODES:
        assert system.slots[node].struck(call, within=20), node
        system.slots[node].disarm()
    system.refer()
    system.settle()
    assert not system.ended


def test_a_client_that_waits_is_not_told_that_nothing_was_done_when_it_was(system):
    """It gives no key: it would have it done a second time."""
    api, slots, nth, struck = system.api("kommune"), system.slots["kommune"], 0, True
    known = {id for (id,) in system.query("kommune", "select id::text from referral")}
    while struck:
        nth += 1
        slots.arm("query_refused", nth)
        try:
            answer = api.post("/api/v1/referrals", referral("cti"), wait=10, key="")
        except requests.RequestException:
            answer = None
        struck = slots.struck("query_refused")
        slots.disarm()
        made = {id for (id,) in system.query("kommune", "select id::text from referral")} - known
        known |= made
        system.referrals |= dict.fromkeys(made, "own")
        if answer is not None and answer.status_code == 503:
            assert not made or "not known" in answer.text, f"query {nth}: {answer.text}"
        elif answer is not None:
            assert answer.status_code in (201, 202) and made == {answer.json()["id"]}, f"query {nth}: {answer.text}"
    print(f"\nkommune: {nth - 1} queries of a referral that was waited for failed")
    system.settle()
    assert nth > 20


def told(answer):
    """The headers that the node itself adds."""
    return {name: value for name, value in answer.headers.items() if name not in ("Date", "Connection", "Content-Length")}


def test_a_read_whose_database_fails_is_refused_and_not_answered_with_nothing(system):
    api = system.api("kommune")
    posted = api.post("/api/v1/referrals", referral("cti"), wait=10)
    system.referrals[posted.json()["id"]] = "own"
    course = posted.json()["courseId"]
    enquiry = api.post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "outreach"})
    assert (posted.status_code, enquiry.status_code) == (201, 201)
    paths = [posted.headers["Location"], enquiry.headers["Location"], f"/api/v1/courses/{course}",
             f"/api/v1/operations/{posted.json()['operation']}",
             "/api/v1/referrals", "/api/v1/enquiries", "/api/v1/courses", "/api/v1/workers"]
    system.settle()
    slots, failed = system.slots["kommune"], 0
    for path in paths:
        right = api.get(path)
        assert right.status_code == 200, right.text
        for call, nth in [(call, nth) for call in ("query_refused", "query_unsent", "result_lost") for nth in (1, 2)] + [
                ("http_header", nth) for nth in range(1, len(told(right)) + 1)]:
            slots.arm(call, nth)
            try:
                answer = api.get(path)
            except requests.RequestException:
                answer = None
            failed += slots.struck(call)
            slots.disarm()
            if answer is not None and answer.status_code != 503:
                assert (answer.status_code, answer.json()) == (200, right.json()), f"{path}, {call} {nth}: {answer.text}"
                assert told(answer) == told(right), f"{path}, {call} {nth}: {answer.headers}"
            assert system.children["kommune"].poll() is None, f"{path}, {call} {nth}: {system.log('kommune')[-3000:]}"
            eventually(lambda: api.get(path).status_code == 200, 10, "an answer again")
    print(f"\nkommune: {failed} failures in {len(paths)} reads")
    assert failed >= 3 * len(paths)
