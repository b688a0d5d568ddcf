# SPDX-License-Identifier: EUPL-1.2
"""A node that is recovered ends at each of its commits: it goes on where it was, and in the end the books of all agree.

By default that is caseload, at one of three points of each commit in turn: before it, after it, or when it has heard of it.
With UDVEJ_CRASH_DEEP=1 it is each commit at all three, of caseload, outcomes and an intake node.
"""

import os

import pytest

from harness.facts import day

from recovering import drop_kept, keep, recover, set_back
from struck import Struck, closing_struck

DEEP = bool(os.environ.get("UDVEJ_CRASH_DEEP"))
NODES = ("caseload", "outcomes", "kommune") if DEEP else ("caseload",)
POINTS = ("commit_unsent", "commit_sent", "commit_heard")


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Struck(cluster, "livarehab")) as made:
        made.start()
        made.put_workers({"kommune": {}})
        yield made


@pytest.fixture(params=NODES)
def node(system, request):
    """One whose kept copy lacks three referrals."""
    for at in ("reden", "kommune"):
        system.refer(at)
    system.settle()
    keep(system, request.param)
    for at in ("reden", "kommune", "reden"):
        system.refer(at)
    system.settle()
    yield request.param
    drop_kept(system, request.param)


def end_at(system, node, point, nth):
    """One recovery that ends there; False when it has no such commit."""
    system.begin_round()
    set_back(system, node)
    system.slots[node].arm(point, nth)
    recover(system, node)
    struck = system.slots[node].struck(point)
    system.slots[node].disarm()
    assert system.ended == ([node] if struck else [])
    system.settle()
    return struck


def points_of(nth):
    return POINTS if DEEP else POINTS[nth % len(POINTS):][:1]


def test_recovery_that_ends_at_any_commit_goes_on_where_it_was(system, node):
    nth, ends = 1, 0
    while any(struck := [end_at(system, node, point, nth) for point in points_of(nth)]):
        nth += 1
        ends += sum(struck)
    print(f"\n{node}: recovered {ends} times with an end at one of its {nth - 1} commits, and once without")
    assert nth > 8 and ends == (nth - 1) * len(points_of(nth))
    enquiry = {"receivedOn": day(0), "channel": "self"}
    assert system.api("kommune").post("/api/v1/enquiries", enquiry).status_code == 201
    for at in ("reden", "kommune"):
        system.refer(at)
    system.settle()
