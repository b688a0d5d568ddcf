# SPDX-License-Identifier: EUPL-1.2
"""Without the broker an organisation goes on working; when it is back, all arrives, once."""

import pytest

from harness.facts import FULL_STAR, day, place, referral
from harness.system import eventually

from ledger import assert_books_agree, is_drained

REFERRALS = "/api/v1/referrals"


@pytest.fixture
def all_agree(system):
    """Afterwards, with the broker running, the books of all daemons agree."""
    if "broker" not in system.children:  # a test before this one failed in between
        system.start("broker")
    yield
    assert "broker" in system.children
    eventually(lambda: is_drained(system), 60, "everything at rest")
    assert_books_agree(system)


def done(api, answers):
    """Whether the operations of these answers are decided."""
    return all(api.json(one.headers["Location"])["state"] != "pending" for one in answers)


def test_without_the_broker_a_node_takes_referrals_and_shows_its_lists(system, all_agree):
    reden = system.api("reden")
    known = place(reden)[1]["id"]
    eventually(lambda: is_drained(system), 60)  # what is due on it comes after the place
    known = reden.json(f"/api/v1/courses/{known}")
    system.stop("broker")
    own = [reden.post(REFERRALS, referral()) for _ in range(5)]
    sent = [reden.post(REFERRALS, referral("cti")) for _ in range(3)]
    enquiry = reden.post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "outreach"})
    assert {answer.status_code for answer in own + sent} == {202} and enquiry.status_code == 201

    assert reden.json(f"/api/v1/courses/{known['id']}") == known
    listed = {one["id"]: one["state"] for one in reden.json(f"{REFERRALS}?limit=500")["items"]}
    assert {listed[answer.json()["id"]] for answer in own + sent} == {"requested"}
    states = [one["state"] for one in reden.json("/api/v1/courses?limit=500")["items"]]
    assert states.count("requested") == 5
    assert {reden.json(answer.headers["Location"])["state"] for answer in own + sent} == {"pending"}

    system.start("broker")
    eventually(lambda: done(reden, own + sent), 60, "the decisions")
    assert {reden.json(f"{REFERRALS}/{answer.json()['id']}")["state"] for answer in own + sent} == {"accepted"}
    assert len(system.query("kommune", "select 1 from referral where direction = 'received'")) == 3
    eventually(lambda: is_drained(system), 60)
    facts = system.query("reporting", "select count(*) from enquiry_fact where organisation = 'reden'")
    assert facts == system.query("reden", "select count(*) from enquiry")


def test_a_wait_without_the_broker_ends_with_the_operation(system, all_agree):
    reden = system.api("reden")
    system.stop("broker")
    answer = reden.post(REFERRALS, referral(), wait=1)
    assert answer.status_code == 202 and "Preference-Applied" not in answer.headers
    assert answer.headers["Location"].startswith("/api/v1/operations/")
    assert "no broker answers" in reden.get("/readyz").text
    system.start("broker")
    eventually(lambda: done(reden, [answer]), 60, "the decision")


def test_a_repeated_request_during_the_outage_is_one_referral(system, all_agree):
    reden = system.api("reden")
    system.stop("broker")
    answers = [reden.post(REFERRALS, referral(), key="repeated") for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == len({one.headers["Location"] for one in answers}) == 1
    system.start("broker")
    eventually(lambda: done(reden, answers), 60, "the decision")
    assert len(system.query("caseload", "select 1 from course where id = %s",
                            reden.json(f"{REFERRALS}/{answers[0].json()['id']}")["courseId"])) == 1


def test_measurements_and_closings_made_during_the_outage_arrive_in_order(system, all_agree):
    kommune = system.api("kommune")
    course = place(kommune, "cti")[1]
    path = f"/api/v1/courses/{course['id']}"
    system.stop("broker")
    star = kommune.post(f"{path}/measurements", {"instrument": "nine-areas", "answers": FULL_STAR})
    assert star.status_code == 202
    system.start("broker")
    eventually(lambda: kommune.json(path)["state"] == "enrolled", 60, "enrolment")
    system.kill("broker")
    closing = kommune.post(f"{path}/close", {"reason": "completed"})
    assert closing.status_code == 202 and kommune.json(path)["state"] == "enrolled"
    system.start("broker")
    eventually(lambda: kommune.json(path)["state"] == "closed", 60, "the close")


def test_a_command_based_on_a_stale_copy_is_refused_late_with_the_reason(system, all_agree):
    kommune = system.api("kommune")
    course = place(kommune, "cti")[1]
    path = f"/api/v1/courses/{course['id']}"
    system.stop("broker")
    first = kommune.post(f"{path}/close", {"reason": "moved"})
    second = kommune.post(f"{path}/close", {"reason": "completed"})
    assert {answer.status_code for answer in (first, second)} == {202}
    system.start("broker")
    eventually(lambda: done(kommune, [first, second]), 60, "the decisions")
    assert kommune.json(first.headers["Location"])["state"] == "done"
    refused = kommune.json(second.headers["Location"])
    assert refused["state"] == "refused" and refused["problem"]["type"] == "/problems/conflict"
    assert refused["problem"]["rule"] and refused["problem"]["status"] == 409
    now = kommune.json(path)
    assert (now["state"], now["endReason"]) == ("closed", "moved") and "enrolledOn" not in now


def test_a_star_and_a_closing_that_cross_leave_one_closed_course_whichever_comes_first(system, all_agree):
    """They go by two streams, to outcomes and to caseload, and between streams no order is promised: the star enrols
    before the closing, or comes too late to. Either way every ledger agrees, and nothing stays due."""
    kommune = system.api("kommune")
    course = place(kommune, "cti")[1]
    path = f"/api/v1/courses/{course['id']}"
    system.stop("broker")
    closing = kommune.post(f"{path}/close", {"reason": "moved"})
    star = kommune.post(f"{path}/measurements", {"instrument": "nine-areas", "answers": FULL_STAR})
    assert {answer.status_code for answer in (closing, star)} == {202}
    system.start("broker")
    eventually(lambda: done(kommune, [closing, star]), 60, "the decisions")
    assert kommune.json(closing.headers["Location"])["state"] == "done"
    now = kommune.json(path)
    assert (now["state"], now["endReason"], now["due"]) == ("closed", "moved", [])
    assert now.get("enrolledOn") in (None, now["closedOn"])


@pytest.mark.parametrize("name", ["caseload", "outcomes", "reporting", "kommune"])
def test_a_daemon_killed_and_started_again_hears_all_it_missed_once(system, all_agree, name):
    reden = system.api("reden")
    system.kill(name)
    answers = [reden.post(REFERRALS, referral(programme)) for programme in ("reden-outreach-counselling", "cti") * 3]
    assert {answer.status_code for answer in answers} == {202}
    system.start(name)
    eventually(lambda: done(reden, answers), 60, "the decisions")
