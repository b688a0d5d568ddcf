# SPDX-License-Identifier: EUPL-1.2
"""What reporting hears of real referrals, courses and enquiries, and answers: exact, to each organisation its own."""

import csv
import io

import pytest

from harness.described import Described
from harness.facts import FULL_STAR, assert_refused, day, place, referral
from harness.system import eventually

from ledger import assert_books_agree, is_drained

STATUS, ENQUIRIES = "/api/v1/reports/status", "/api/v1/reports/enquiries"
COUNTS = ("enrolled", "inClarification", "waiting", "closed", "notEntered", "attached", "intakePerMonth")
MINOR = {"birthYear": 2015}


def enrol(api, programme):
    course = place(api, programme)[1]
    star = {"instrument": "nine-areas", "answers": FULL_STAR}
    path = f"/api/v1/courses/{course['id']}"
    assert api.post(f"{path}/measurements", star, wait=10).status_code == 201
    eventually(lambda: api.json(path)["state"] == "enrolled", what="enrolment")
    return course


def close(api, course):
    path = f"/api/v1/courses/{course['id']}/close"
    assert api.post(path, {"reason": "completed"}, wait=10).status_code == 200


@pytest.fixture(scope="module")
def told(system):
    """The kommune: 3 enrolled, 2 in clarification (1 from reden), 1 closed, 1 who never entered. Reden: 1 enrolled,
    1 in clarification, and the referral to the kommune. Everything has come to reporting."""
    kommune, reden = system.api("kommune"), system.api("reden")
    enrolled = [enrol(kommune, "cti") for _ in range(4)]
    close(kommune, enrolled[0])
    offered = [place(kommune, "cti")[1] for _ in range(2)]
    close(kommune, offered[0])
    assert reden.post("/api/v1/referrals", referral("cti"), wait=10).status_code == 201
    enrol(reden, "reden-1-1")
    place(reden, "reden-1-1")
    assert reden.post("/api/v1/referrals", referral(citizen=MINOR), wait=10).status_code == 201
    for channel, received in (("outreach", 0), ("outreach", -1), ("vip", -400)):
        body = {"receivedOn": day(received), "channel": channel}
        assert reden.post("/api/v1/enquiries", body).status_code == 201
    eventually(lambda: is_drained(system), 30, "everything told")
    return system


def read(system, organisation="kommune", role="project lead"):
    return Described(system.reporting(organisation, role), "reporting")


def figures(report):
    return {(row["programme"], row["organisation"]): tuple(row[count] for count in COUNTS) for row in report["items"]}


KOMMUNE, REDEN = (3, 2, 0, 1, 1, 5, 0.3), (1, 1, 0, 0, 0, 2, 0.1)


def test_the_status_counts_every_course_where_it_stands(told):
    report = read(told).json(STATUS)
    assert figures(report) == {("cti", "kommune"): KOMMUNE, ("reden-1-1", "reden"): REDEN}
    assert [report["total"][count] for count in COUNTS] == [4, 3, 0, 1, 1, 7, 0.4]
    assert read(told).json(STATUS, params={"on": day(-1)})["items"] == []


def test_the_status_is_the_same_as_csv(told):
    answer = read(told).get(STATUS, headers={"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[1:] == [["cti", "kommune", *map(str, KOMMUNE)], ["reden-1-1", "reden", *map(str, REDEN)],
                        ["total", "", "4", "3", "0", "1", "1", "7", "0.4"]]


def test_an_ngo_sees_its_own_figures_only(told):
    own = read(told, "reden", "lead")
    assert figures(own.json(STATUS)) == {("reden-1-1", "reden"): REDEN}
    assert figures(read(told, "livarehab", "lead").json(STATUS)) == {}
    assert_refused(own.get(STATUS, params={"organisation": "kommune"}), 403, "forbidden", "organisation")


def test_every_enquiry_is_counted_once_at_whom_it_came_to(told):
    days = {"from": day(-500), "to": day(0)}
    whole = read(told).json(ENQUIRIES, params=days)
    channels = {row["channel"]: row["total"] for row in whole["items"]}
    # Reden: four referrals (one of a minor) and three enquiries; the kommune: six, and one that reden referred.
    assert channels == {"self": 6 + 4, "partner": 1, "outreach": 2, "vip": 1} and whole["total"] == 14
    own = read(told, "reden", "lead").json(ENQUIRIES, params=days)
    assert own["total"] == 7 == told.query("reden", "select count(*) from enquiry")[0][0]
    recent = read(told, "reden", "lead").json(ENQUIRIES, params=days | {"from": day(-30)})
    assert recent["total"] == 6


def test_the_duty_to_notify_is_told_as_a_fact(told):
    assert told.query("reporting", "select organisation from enquiry_fact where duty_to_notify") == [("reden",)]


def test_the_books_of_all_daemons_agree(told):
    assert len(assert_books_agree(told)) == 6 + 1 + 2
    measured = told.query("reporting", "select count(*) from measurement_fact")
    assert measured == told.query("outcomes", "select count(*) from measurement") == [(5,)]
