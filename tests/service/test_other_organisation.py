# SPDX-License-Identifier: EUPL-1.2
"""What another organisation may do to this one's records, and what it hears after it was away."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.facts import FULL_STAR, day, place, referral
from harness.system import eventually
from service.test_registry_live import change_registry, registry_row, without

REFERRALS = "/api/v1/referrals"


@pytest.fixture
def both(make_system):
    system = make_system("broker", "reden", "kommune", "caseload", "outcomes", "reporting").start()
    system.put_workers({"kommune": {"one": {"name": "Anna", "kind": "worker", "programmes": ["cti"], "cap": 10}},
                        "reden": {"two": {"name": "Bo", "kind": "worker", "programmes": ["reden-1-1"], "cap": 5}}})
    return system


def test_referral_from_another_completes_a_known_citizen_and_changes_nothing(both):
    kommune, reden = both.api("kommune"), both.api("reden")
    known = {"name": "Ida Iversen", "cpr": "0303903333", "phone": "40 00 00 00"}
    other = {"name": "ida iversen", "cpr": known["cpr"], "phone": "50 00 00 00", "occupation": "cook", "anonymous": True}
    place(kommune, "cti", citizen=known)
    columns = "select name, phone, occupation, anonymous from citizen where cpr = %s"
    answer = reden.post(REFERRALS, referral("cti", citizen=other, consent={"given": True}), wait=20)
    assert answer.status_code == 201, answer.text
    assert both.query("kommune", columns, known["cpr"]) == [("Ida Iversen", "40 00 00 00", "cook", False)]


def test_another_name_from_another_organisation_is_a_task_and_changes_nothing(both):
    kommune, reden = both.api("kommune"), both.api("reden")
    known = {"name": "Ulla Und", "cpr": "0404904444"}
    place(kommune, "cti", citizen=known)
    other = {"name": "Eva Eng", "cpr": known["cpr"], "occupation": "cook"}
    assert reden.post(REFERRALS, referral("cti", citizen=other, consent={"given": True}), wait=20).status_code == 201
    columns = "select name, occupation from citizen where cpr = %s"
    assert both.query("kommune", columns, known["cpr"]) == [("Ulla Und", None)]
    assert both.query("kommune", "select kind, state, said ->> 'name' from task") == [("other-identity", "open", "Eva Eng")]


def test_own_referrals_and_those_of_others_go_together(both):
    """In one batch, of people who are not known yet: none of them costs the others a second try."""
    kommune, reden = both.api("kommune"), both.api("reden")
    place(kommune, "cti")
    with both.db("kommune") as held, held.cursor() as cursor, ThreadPoolExecutor(4) as pool:
        cursor.execute("lock table citizen in exclusive mode")
        own = [pool.submit(kommune.post, REFERRALS, referral("cti"))]
        waiting = ("select count(*) from pg_locks where not granted and database = (select oid from pg_database"
                   " where datname = current_database())")
        eventually(lambda: both.query("kommune", waiting)[0][0] > 0, what="that a batch waits")
        own.append(pool.submit(kommune.post, REFERRALS, referral("cti")))
        sent = [reden.post(REFERRALS, referral("cti")) for _ in range(2)]
        time.sleep(0.3)
        own.append(pool.submit(kommune.post, REFERRALS, referral("cti")))
        time.sleep(0.3)
        held.rollback()
        assert {one.result().status_code for one in own} == {202} == {one.status_code for one in sent}
    eventually(lambda: all(reden.json(one.headers["Location"])["state"] == "done" for one in sent), 20, "the answers")
    assert "a transaction failed" not in both.log("kommune")


def test_requester_that_was_out_of_the_registry_hears_what_became_of_its_referral(both):
    reden, row = both.api("reden"), registry_row(both, "reden")
    sent = reden.post(REFERRALS, referral("cti"), wait=20).json()
    assert sent["state"] == "accepted"
    change_registry(both, without("reden"))
    eventually(lambda: "no longer in the registry" in both.log("reden"))
    both.restart("kommune")
    kommune = both.api("kommune")
    course = kommune.json(f"{REFERRALS}/{sent['id']}")["courseId"]
    assert kommune.post(f"/api/v1/courses/{course}/close", {"reason": "moved"}, wait=10).status_code == 200
    change_registry(both, lambda content: content["nodes"].append(row))
    eventually(lambda: reden.json(f"{REFERRALS}/{sent['id']}")["state"] == "cancelled", 30, "the outcome")


def test_course_of_a_node_that_is_out_of_the_registry_is_no_dead_letter_at_outcomes(both):
    reden, row = both.api("reden"), registry_row(both, "reden")
    both.stop("outcomes")
    course = place(reden, authoredOn=day(-1))[1]["id"]
    change_registry(both, without("reden"))
    both.start("outcomes", ready=False)
    eventually(lambda: both.query("outcomes", "select entity from bus_parked") == [(course,)], 20, "that it waits")
    change_registry(both, lambda content: content["nodes"].append(row))
    eventually(lambda: both.query("outcomes", "select state from course where id = %s", course) == [("offered",)], 20,
               "the course")
    answer = reden.post(f"/api/v1/courses/{course}/measurements", {"instrument": "nine-areas", "answers": FULL_STAR}, wait=20)
    assert answer.status_code == 201, answer.text
    assert both.query("outcomes", "select count(*) from bus_dead") == [(0,)]
