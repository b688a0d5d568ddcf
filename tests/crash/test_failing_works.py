# SPDX-License-Identifier: EUPL-1.2
"""Any call fails once, in any daemon, in any kind of work: the client is told the truth, and all comes to its end.

The works (works.py) are one of each kind: a referral, one that is received, a measurement, an enrolment and a closing by
command, a command that is refused, a worker, an enquiry; so each daemon, the broker too, handles every message it knows.
By default each kind of call fails once in each daemon, in a work that takes its turn, and a query once in each work at
each daemon of it; with UDVEJ_CRASH_DEEP=1 each call fails that is made. test_failures.py is a referral to its last call.
"""

import os
from collections import Counter

import pytest

from slots import CALLS
from struck import closing_struck
from test_failures import ENDING, NEW, REOPENING
from works import ENDS, WORKS, Working, parking

DEEP = bool(os.environ.get("UDVEJ_CRASH_DEEP"))
DAEMONS = ("reden", "kommune", "caseload", "outcomes", "reporting", "broker")
AGAIN = {call: "reopened" for call in REOPENING} | {call: "restarted" for call in NEW}  # how a daemon comes to make it


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Working(cluster)) as made:
        made.begin()
        yield made


def do(system, name, needed, node=None, again=None):
    """The work to its end; `again`: the node opens its connection anew in it, or was started anew before it."""
    if again == "restarted":
        system.restart(node)
    elif again:
        system.slots[node].arm("result_lost")
    WORKS[name][1](system, needed)
    system.settle(ENDS)


def calls_made(system):
    """{(node, call): {work: how often}}, of what can fail there."""
    made = {}
    for name, (prepare, _, nodes) in WORKS.items():
        needed = prepare(system)
        system.settle()
        passed = system.count(lambda work=name, given=needed: do(system, work, given))
        for node in nodes:
            for call in CALLS:
                if call not in AGAIN and call in passed[node]:
                    made.setdefault((node, call), {})[name] = passed[node][call]
    return made


def calls_made_again(system):
    """The same for what is made only when a daemon is new, or its connection is."""
    made = {}
    for node in DAEMONS:
        for again in ("reopened", "restarted"):
            if node == "broker" and again == "reopened":
                continue
            system.make_room("kommune")
            passed = system.count(lambda at=node, how=again: do(system, "receive", None, at, how))[node]
            system.slots[node].disarm()
            for call in CALLS:
                if AGAIN.get(call) == again and call in passed:
                    made[node, call] = {"receive": passed[call]}
    return made


def chosen(made):
    """(node, call, work, number) of each failure."""
    for turn, ((node, call), works) in enumerate(made.items()):
        names = list(works)
        for name in names if DEEP or call == "query_refused" else [names[turn % len(names)]]:
            for nth in range(1, works[name] + 1) if DEEP else [works[name] // 2 + 1]:
                yield node, call, name, nth


def fail_once(system, node, call, name, nth):
    system.begin_round()
    needed = WORKS[name][0](system)
    again = AGAIN.get(call)
    if again == "restarted":
        system.restart(node)
        again = None
    system.slots[node].arm(call, nth)
    do(system, name, needed, node, again)
    failed = system.slots[node].struck(call)
    system.slots[node].disarm()
    assert not system.ended or (system.ended == [node] and call in ENDING), f"{system.ended} ended"
    return failed


def test_whatever_fails_in_whatever_daemon_each_work_has_one_effect(system):
    failed, ended, done = Counter(), 0, Counter()
    for node, call, name, nth in chosen(calls_made(system) | calls_made_again(system)):
        try:
            struck = fail_once(system, node, call, name, nth)
        except AssertionError as problem:
            raise AssertionError(f"{node}, {call} number {nth} of {name}: {problem}") from problem
        failed[node, call] += struck
        done[node, name] += struck
        ended += len(system.ended)
    for node in DAEMONS:
        print(f"\n{node}: {sum(n for (at, _), n in failed.items() if at == node)} failures of "
              f"{len([1 for (at, _), n in (+failed).items() if at == node])} kinds of calls", end="")
    print(f"\n{failed.total()} failures in {len(WORKS)} works, {ended} of them ended a daemon")
    assert set(+done) >= {(node, name) for name, (_, _, nodes) in WORKS.items() for node in nodes if node != "broker"}


@pytest.mark.parametrize("call", ["asprintf", "tsearch"])
def test_what_waits_for_its_parent_is_not_forgotten_without_memory(system, call):
    slots, nth = system.slots["outcomes"], 1
    while True:
        system.begin_round()
        slots.arm(call, nth)
        parking(system)
        system.settle(ENDS)
        failed = slots.struck(call)
        slots.disarm()
        assert system.ended == (["outcomes"] if failed else [])
        nth += 1
        if not failed or not DEEP:
            break
    assert failed or nth > 2, "it was never made"
