# SPDX-License-Identifier: EUPL-1.2
"""A database is set back to an earlier copy, or lost: its node takes from the others what they know, all agree again, and
new work goes on in both directions."""

import json

import pytest

from harness.facts import FULL_STAR, day
from harness.system import eventually
from recover_world import (INTAKES, NODES, REFERRALS, assert_all_agree, copy, courses, differences, in_flight, lose,
                           measure, place, post, recover, refer, settle, work, workers)
from test_restore import database, gauge

TABLES = {
    "reporting": ("course_fact", "measurement_fact", "score_fact", "enquiry_fact"),
    "outcomes": ("course", "measurement"),
    "caseload": ("course", "worker"),
    "kommune": ("course", "worker", "measurement", "referral", "enquiry", "duty_to_notify"),
    "livarehab": ("course", "worker", "measurement", "referral", "enquiry", "duty_to_notify"),
}


@pytest.fixture
def world(make_system):
    system = make_system("broker", *NODES)
    system.start()
    yield system
    for node in NODES:
        name = database(system, node)
        system.cluster.sql(f'drop database if exists "{name}_kept" with (force);')


def placed(system):
    """What caseload decided of each course that has or had a place, but for how often it was said."""
    return {course: row[1:-2] for course, row in courses(system)["intake"][1].items() if row[1] != "waiting"}


def size(system, node):
    """How much the node knows."""
    return sum(system.query(node, f"select count(*) from {table}")[0][0] for table in TABLES[node])


def lose_and_recover(system, node, how):
    """Everyone agrees, and what had been decided before is as it was, but for what was on its way and moved it on."""
    before, known = placed(system), size(system, node)
    in_flight(system, node)
    lose(system, node, how)
    assert size(system, node) < known, "the test asks nothing"
    recover(system, node)
    assert_all_agree(system)
    assert size(system, node) >= known
    moved = {course: (was, is_) for course, (was, is_) in differences(before, placed(system)).items() if was is not None}
    assert [(was[0], is_[0]) for was, is_ in moved.values()] == [("enrolled", "closed")] * (node != "kommune"), moved


def test_books_agree_when_all_is_well(world):
    work(world, 1)
    assert_all_agree(world)


@pytest.mark.parametrize("node", TABLES)
def test_node_that_was_set_back_takes_from_the_others_what_it_lost(world, node):
    work(world, 1)
    settle(world)
    copy(world, node)
    work(world, 2)
    settle(world)
    lose_and_recover(world, node, "back")
    work(world, 4)
    settle(world)
    lose_and_recover(world, node, "empty")
    work(world, 6)
    assert_all_agree(world)


def test_what_was_asked_when_the_copy_was_made_is_decided(world):
    """The copy holds commands that wait and messages that are sent since; what was decided of them is lost."""
    world.put_workers(workers(1))
    close, measured = place(world, "kommune"), place(world, "kommune")
    settle(world)
    world.stop("caseload", "outcomes", "livarehab")
    post(world, "kommune", f"/api/v1/courses/{close}/close", {"reason": "moved"}, 202, wait=0)
    measure(world, "kommune", measured, "nine-areas", FULL_STAR, wait=0)
    refer(world, "kommune", wait=0)
    refer(world, "kommune", INTAKES["livarehab"], wait=0)
    refer(world, "kommune", INTAKES["livarehab"], wait=0, citizen={"name": "Bo Berg"}, consent={"given": True})
    post(world, "kommune", f"/api/v1/courses/{close}/enrol", {"by": "seat"}, 202, wait=0)  # will be refused
    copy(world, "kommune")
    world.start("caseload", "outcomes", "livarehab")
    settle(world)
    operations = "select id::text, state from operation order by 1"
    before = world.query("kommune", operations)
    assert {state for _, state in before} == {"done", "refused"}  # of what was pending in the copy
    lose(world, "kommune", "back")
    assert [state for _, state in world.query("kommune", operations)].count("pending") == 6
    recover(world, "kommune")
    assert_all_agree(world)
    assert world.query("kommune", operations) == before


def test_change_that_only_outcomes_and_reporting_heard_of_is_kept(world):
    """The enrolment was told to two of three; then caseload forgot it. Its version is not used for anything else."""
    world.put_workers(workers(1))
    course = place(world, "kommune")
    settle(world)
    copy(world, "caseload")
    world.stop("caseload")
    measure(world, "kommune", course, "nine-areas", FULL_STAR)
    world.stop("kommune")
    world.start("caseload")
    known = "select version, state, grant_code from course_fact where course_id = %s"
    eventually(lambda: world.query("reporting", known, course)[0][0] == 2, what="the enrolment")
    eventually(lambda: world.query("outcomes", "select version from course where id = %s", course) == [(2,)], what="it")
    lose(world, "caseload", "back")
    world.start("kommune", ready=False)
    recover(world, "caseload")
    assert_all_agree(world)
    assert world.query("reporting", known, course) == [(3, "enrolled", "ordinary")]
    assert world.query("caseload", "select worker from course where id = %s", course) == [("kommune-0",)]


def test_request_whose_answer_only_reporting_heard_keeps_its_citizen(world):
    world.put_workers(workers(1))
    settle(world)
    copy(world, "caseload")
    course = place(world, "kommune", wishes={"languages": ["th"]})
    settle(world)
    asked = "select citizen, referral_id, wishes, worker from course where id = %s"
    before = world.query("caseload", asked, course)
    world.stop("caseload", "kommune", "outcomes")
    world.query("kommune", "update course set version = 0, state = 'requested', worker = null, offered_on = null,"
                " due = null, due_version = 0; update referral set version = 1, state = 'requested', capacity = null, worker = null;"
                " update operation set state = 'pending', decided_at = null")
    world.query("outcomes", "delete from course")
    lose(world, "caseload", "back")
    world.start("kommune", "outcomes", ready=False)
    recover(world, "caseload")
    assert_all_agree(world)
    assert world.query("caseload", asked, course) == before
    assert world.api("kommune").json(f"/api/v1/courses/{course}")["state"] == "offered"


def test_citizen_comes_back_only_where_another_was_told_with_consent(world):
    world.put_workers(workers(1))
    one = {"name": "Bo Berg", "cpr": "0101901111", "phone": "20 00 00 00", "occupation": "baker"}
    other = {"name": "Ida Iversen", "cpr": "0303903333", "phone": "40 00 00 00", "occupation": "cook"}
    again = {"name": "Eja Eskildsen", "cpr": "0404904444", "phone": "50 00 00 00"}
    twice = {"name": "Liv Lund", "cpr": "0202902222", "phone": "30 00 00 00"}
    cases = {
        "own": refer(world, "kommune", citizen=one, note="secret"),
        "silent": refer(world, "livarehab", "cti", citizen={"name": "Eva Eng"}, note="secret"),
        "told": refer(world, "livarehab", "cti", citizen=one, note="a word", consent={"given": True, "on": day(0)}),
        "told once": refer(world, "livarehab", "cti", citizen=again, note="a word", consent={"given": True}),
        "sent": refer(world, "kommune", INTAKES["livarehab"], citizen=other, note="a word", consent={"given": True}),
        "also known": refer(world, "kommune", INTAKES["livarehab"], citizen={"cpr": twice["cpr"]}, consent={"given": True}),
    }
    refer(world, "livarehab", citizen=twice)  # livarehab learns the name, and not from kommune
    refer(world, "livarehab", citizen={**again, "occupation": "smith"})  # and more than was told to kommune
    settle(world)
    before = {name: world.api("kommune").json(f"{REFERRALS}/{case['id']}") for name, case in cases.items()}
    copy(world, "kommune")
    lose(world, "kommune", "empty")
    recover(world, "kommune")
    assert_all_agree(world)
    after = {name: world.api("kommune").json(f"{REFERRALS}/{case['id']}") for name, case in cases.items()}
    assert "name" not in after["own"].get("citizen", {}) and "identify the citizen again" in after["own"]["note"]
    assert after["own"]["courseId"] == before["own"]["courseId"] and after["own"]["courseState"] == "offered"
    assert after["silent"]["direction"] == "received" and after["silent"].get("note") is None
    assert after["silent"]["citizen"] == {"anonymous": True}
    assert after["told once"]["citizen"] == {**again, "birthDate": "1990-04-04"}
    for name in ("told", "sent"):
        assert after[name]["citizen"] == before[name]["citizen"] and after[name]["note"] == "a word", name
    assert after["told"]["requester"] == "livarehab"
    assert after["also known"]["citizen"] == {"cpr": twice["cpr"], "birthDate": "1990-02-02"}
    # Who entered it and the citizen's id at this node were told to nobody.
    lost = ("createdAt", "number", "channel", "enteredBy", "citizenId")
    ours = {key: value for key, value in before["sent"].items() if key not in lost}
    assert ours.items() <= after["sent"].items()


def test_caseload_and_an_intake_that_were_set_back_together_lose_no_course(world):
    """Others tell of courses that both have forgotten: they come back, to be claimed by whoever knows whose they are."""
    work(world, 1)
    settle(world)
    for node in ("caseload", "kommune"):
        copy(world, node)
    work(world, 3)
    settle(world)
    before, measured = placed(world), size(world, "outcomes")
    world.stop("caseload", "kommune")
    for node in ("caseload", "kommune"):
        lose(world, node, "back")
    for node in ("caseload", "kommune"):
        recover(world, node)
    assert_all_agree(world)
    assert before.keys() <= courses(world)["intake"][0].keys() and size(world, "outcomes") >= measured
    unclaimed = world.query("kommune", "select note from referral where recovered_on is not null")
    assert len(unclaimed) >= 2 and all("identify the citizen again" in note for (note,) in unclaimed)
    work(world, 6)
    assert_all_agree(world)


def set_partners(system, node, file):
    """The node reads its partners from another file than the rest."""
    system.stop(node)
    conf = system.place.conf(node)
    lines = [line for line in conf.read_text().splitlines() if not line.startswith("partners = ")]
    conf.write_text("\n".join([*lines, f"partners = {file}"]) + "\n")
    system.start(node)


def test_peer_that_cannot_verify_the_new_life_stops_only_its_stream_until_it_can(world):
    work(world, 1)
    settle(world)
    copy(world, "kommune")
    refer(world, "kommune")
    settle(world)
    place, facts = world.place, "select count(*) from enquiry_fact where organisation = 'kommune'"
    known = json.loads(place.partners.read_text())
    known["partners"] = [row for row in known["partners"] if row["organisation"] != "kommune"]
    own = place.partners.with_name("partners-of-reporting.json")
    own.write_text(json.dumps(known))
    set_partners(world, "reporting", own)
    lose(world, "kommune", "back")
    recover(world, "kommune")
    before = world.query("reporting", facts)
    eventually(lambda: "look at its file of partners" in world.log("kommune"), 30, "the reason")
    eventually(lambda: gauge(world, "kommune", "streams_broken") == 1, 30, "that only one stream stands still")
    refer(world, "kommune")
    post(world, "kommune", "/api/v1/enquiries", {"receivedOn": day(0), "channel": "self"})
    assert gauge(world, "kommune", "restored") == 0 and world.query("reporting", facts) == before
    set_partners(world, "reporting", place.partners)
    assert_all_agree(world)
    assert gauge(world, "kommune", "streams_broken") == 0 and world.query("reporting", facts) != before


def test_second_recovery_finds_nothing_to_do(world):
    work(world, 1)
    settle(world)
    for node in TABLES:
        before = courses(world)
        copy(world, node)
        lose(world, node, "empty")
        for _ in range(2):
            recover(world, node)
            assert_all_agree(world)
        assert courses(world) == before, node
