# SPDX-License-Identifier: EUPL-1.2
"""The demonstration data in a whole system: interrupted, the broker gone for a while, run again, and still exact."""

import signal
import subprocess
import time
from datetime import date

import pytest

from demo import check, definitions, plan
from demo.client import Client
from demo.event import ENQUIRE, REFER
from harness import SOURCE
from harness.system import eventually
from stack import accounts

LOADER = SOURCE / "deploy" / "demo" / "load.py"
TODAY = date(2026, 3, 2)  # the caseload of that day; the figures of the past are the same on any


def begin(place):
    words = ["/usr/bin/python3", "-B", LOADER, "--env", place.env, "--today", TODAY.isoformat()]
    # As from a terminal: a test run in the background of a script is given SIGINT ignored, and would hand that on.
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def count(system, node, table):
    return system.query(node, f"select count(*) from {table}")[0][0]


@pytest.fixture(scope="module")
def loaded(system):
    """A system with the demonstration data, loaded the hard way. Returns what the last loader said."""
    accounts.make_accounts(system.place, system.cluster)
    accounts.renew_statement(system.place)
    first = begin(system.place)
    eventually(lambda: count(system, "caseload", "course") > 50, 60, "fifty courses")
    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 130, first.communicate()[0]
    second = begin(system.place)
    eventually(lambda: count(system, "caseload", "course") > 200, 120, "two hundred courses")
    system.kill("broker")
    time.sleep(1)
    system.start("broker")
    said = second.communicate(timeout=400)[0]
    assert second.returncode == 0, said
    system.said = said
    return system


@pytest.fixture(scope="module")
def events():
    return plan.make(definitions.load(), TODAY)


def test_both_published_tables_come_out_of_the_running_system(loaded):
    env = accounts.read_env(loaded.place)
    lines, equal = check.published(Client(env["UDVEJ_REPORTING_URL"], env["UDVEJ_REPORTING_TOKEN"]))
    assert equal, "\n".join(lines)
    assert loaded.said.count(check.OK) == 8 and check.WRONG not in loaded.said


def test_interrupted_and_run_again_nothing_is_there_twice(loaded, events):
    referrals = [one for one in events if one.kind == REFER]
    enquiries = [one for one in events if one.kind == ENQUIRE]
    handed_on = sum(bool(one.owner) for one in referrals)
    assert count(loaded, "caseload", "course") == len(referrals)
    nodes = ("reden", "livarehab", "kommune")
    assert sum(count(loaded, node, "referral") for node in nodes) == len(referrals) + handed_on
    assert sum(count(loaded, node, "enquiry") for node in nodes) == len(enquiries) + len(referrals) + handed_on
    eventually(lambda: count(loaded, "reporting", "course_fact") == len(referrals), 30, "all courses in reporting")


def test_no_worker_and_no_group_was_ever_over_its_cap(loaded):
    """Counted from the dates: on each day on which a place was given, what the same worker had open at its end."""
    caps = {key: one["cap"] for key, one in definitions.load().programmes.items()}
    given = loaded.query("caseload", """
        select c.programme, c.worker, c.offered_on, w.cap, (
            select count(*) from course o where o.organisation = c.organisation and o.worker = c.worker
            and o.offered_on <= c.offered_on and (o.closed_on is null or o.closed_on > c.offered_on))
        from course c join worker w on w.organisation = c.organisation and w.id = c.worker""")
    assert len(given) == count(loaded, "caseload", "course")
    over = [row for row in given if row[4] > min(row[3] or 1000, caps[row[0]])]
    assert not over


def test_nobody_waits_and_every_programme_has_a_free_place(loaded):
    assert loaded.query("caseload", "select id from course where state = 'waiting'") == []
    caps = {key: one["cap"] for key, one in definitions.load().programmes.items()}
    free = dict(loaded.query("caseload", """
        select p.programme, sum(w.cap - (select count(*) from course c where c.organisation = w.organisation
            and c.worker = w.id and c.state in ('offered', 'enrolled')))
        from worker w cross join unnest(w.programmes) as p(programme) where w.active_to is null group by 1"""))
    assert set(free) == set(caps) and min(free.values()) > 0


def test_no_message_was_left_over(loaded):
    for node in ("caseload", "outcomes", "reporting", "reden", "livarehab", "kommune"):
        for table in ("bus_dead", "bus_parked"):
            eventually(lambda: count(loaded, node, table) == 0, 30, f"{table} of {node} empty")  # noqa: B023
