# SPDX-License-Identifier: EUPL-1.2
"""Ended at any point, each daemon goes on where it was: one referral, one effect everywhere.

For every point of common/base/fault.h and every daemon that passes it, the daemon is ended there, at its first passing;
with UDVEJ_CRASH_DEEP=1 at each of the passings of one referral. A recovery is that of caseload; a new database is given
to livarehab.
"""

import os

import pytest

from harness.system import eventually

from recovering import drop_kept, keep, make_anew, recover, set_back
from slots import POINTS
from struck import Struck, closing_struck

NEW = "livarehab"  # has a part in no referral: its database can be made anew
AT_NEW = ("migration_unsent", "migration_sent")
ITS_OWN = ("ask_", "page_")  # else it does as the others do
SET_BACK = "caseload"
DEEP = bool(os.environ.get("UDVEJ_CRASH_DEEP"))


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Struck(cluster, NEW)) as made:
        made.start()
        made.put_workers({"kommune": {}})
        made.refer()
        made.settle()
        keep(made, SET_BACK)
        yield made
        drop_kept(made, SET_BACK)


# What makes daemons pass points; the first that passes a point is used to pass it.


def reconnect(system):
    """All lose the broker, have something to tell each other, and meet again."""
    system.stop("broker")
    system.refer()
    system.start("broker", ready=False)


def recovery(system):
    """One is recovered from what the others know."""
    set_back(system, SET_BACK)
    recover(system, SET_BACK)


TRIGGERS = {"refer": Struck.refer, "look": Struck.look, "reconnect": reconnect, "recovery": recovery}


def recorded(system):
    """[(trigger, node, point, passings)]: every point with every node that passes it."""
    first = {}
    for name, trigger in TRIGGERS.items():
        for node, passed in system.count(lambda run=trigger: run(system)).items():
            for point in set(POINTS) & set(passed):
                if node != NEW or point.startswith(ITS_OWN):
                    first.setdefault((point, node), (name, passed[point]))
    ordered = sorted(first, key=lambda pair: (POINTS.index(pair[0]), pair[1]))
    return [(first[pair][0], pair[1], pair[0], first[pair][1]) for pair in ordered]


def end_there(system, trigger, node, point, nth):
    """One round; False when this passing did not come."""
    system.begin_round()
    system.slots[node].arm(point, nth)
    TRIGGERS[trigger](system)
    system.settle()
    # What a daemon does after its last commit, the books do not show.
    struck = system.slots[node].struck(point, within=3 if nth == 1 else 0.2)
    system.slots[node].disarm()
    if struck:
        eventually(lambda: system.children[node].poll() is not None or system.ended, what="the end")
        system.raise_the_dead()
        system.settle()
    assert system.ended == ([node] if struck else []), f"ended: {system.ended}"
    return struck


def test_ended_while_its_database_is_made_a_daemon_goes_on_with_that(system):
    """Before any recovery: after one, the others would know the life of the database that is dropped here."""
    made, struck = system.count(lambda: make_anew(system, NEW))[NEW], 0
    for point in AT_NEW:
        for nth in range(1, made[point] + 1):
            system.begin_round()
            system.slots[NEW].arm(point, nth)
            make_anew(system, NEW)
            system.slots[NEW].disarm()
            assert system.ended == [NEW], f"{point} {nth}"
            struck += 1
    print(f"\n{NEW}: ended {struck} times while its database was made")
    assert struck >= 2 * len(AT_NEW)


def test_ended_at_any_point_and_started_again_everything_has_happened_once(system):
    system.refer()
    system.settle()
    rounds = recorded(system)
    assert {point for _, _, point, _ in rounds} == set(POINTS) - set(AT_NEW), "a point that no daemon passes"
    struck = 0
    for trigger, node, point, passings in rounds:
        for nth in range(1, passings + 1 if DEEP and trigger == "refer" else 2):
            try:
                ended = end_there(system, trigger, node, point, nth)
                assert ended or nth > 1, "was not passed this time"
            except AssertionError as problem:
                raise AssertionError(f"{node}, ended at {point} (passing {nth} of {trigger}): {problem}") from problem
            struck += ended
    print(f"\n{len(POINTS)} points, {len(rounds)} pairs of point and daemon, {struck} crashes, "
          f"{len(system.referrals)} referrals: one effect each")
    assert struck >= len(rounds)
