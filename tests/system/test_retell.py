# SPDX-License-Identifier: EUPL-1.2
"""Reporting loses its facts, and is told them again by everyone (`udvej retell`): the same figures, byte for byte."""

import os
import signal
import subprocess
import threading

import pytest
from psycopg2 import sql

from harness.facts import FULL_STAR, WHO5, day, place, referral
from harness.fixtures import closing
from harness.protobuf import unpacked
from harness.system import System, eventually
from stack import config

from ledger import assert_books_agree, is_drained

TELLERS = ("caseload", "outcomes", "reden", "livarehab", "kommune")
MANY = 1500  # enquiries of the kommune that nobody told: more than may be on their way at once
READERS = (("kommune", "project lead"), ("kommune", "lead"), ("reden", "lead"), ("livarehab", "coordinator"))
REPORTS = (
    *(("status", {"on": day(offset)}) for offset in (-400, -30, -1, 0)),
    ("status", {}),
    *(("enquiries", {"from": day(-900), "to": day(0), "by": by}) for by in ("total", "year", "month")),
)


WORKERS = {
    "kommune": {"anna": {"name": "Anna", "kind": "worker", "programmes": ["cti"], "cap": 90}},
    "reden": {"bo": {"name": "Bo", "kind": "worker", "programmes": ["reden-1-1"], "cap": 90}},
    "livarehab": {"one": {"name": "One", "kind": "group", "programmes": ["livarehab-employment"], "cap": 1}},
}

# --- work, reports, facts ---


def work(system):
    """Courses that wait, are offered, enrolled, closed before and after that; what was measured, and what is due."""
    kommune, reden, livarehab = (system.api(name) for name in ("kommune", "reden", "livarehab"))
    courses = [place(kommune, "cti")[1]["id"] for _ in range(4)]
    for course in courses[1:3]:
        measure(kommune, course, "nine-areas", FULL_STAR)
        eventually(lambda course=course: kommune.json(f"/api/v1/courses/{course}")["state"] == "enrolled", what="it")
    measure(kommune, courses[1], "who5", WHO5)
    for minutes in (15, 45):
        contact = {"heldOn": day(0), "kind": "phone", "minutes": minutes}
        assert kommune.post(f"/api/v1/courses/{courses[1]}/contacts", contact).status_code == 201
    for course in courses[2:]:
        assert kommune.post(f"/api/v1/courses/{course}/close", {"reason": "completed"}, wait=10).status_code == 200
    place(reden)
    waits = [place(livarehab, "livarehab-employment")[1] for _ in range(2)]
    assert waits[1]["state"] == "waiting"
    assert reden.post("/api/v1/referrals", referral("cti"), wait=10).status_code == 201
    assert reden.post("/api/v1/referrals", referral(citizen={"birthYear": 2015}), wait=10).status_code == 201
    for n, channel in enumerate(("outreach", "self", "vip")):
        body = {"receivedOn": day(-200 * n), "channel": channel, "gender": "woman", "age": 16 + n,
                "programme": "reden-1-1", "setting": "escort", "municipality": "0101"}
        assert reden.post("/api/v1/enquiries", body).status_code == 201


def measure(api, course, instrument, answers):
    body = {"instrument": instrument, "answers": answers} | ({"aim": "improve"} if instrument == "nine-areas" else {})
    assert api.post(f"/api/v1/courses/{course}/measurements", body, wait=10).status_code == 201


def add_many(system, n=MANY):
    """Enquiries that lie at the kommune and were never told."""
    system.query("kommune", """insert into enquiry (id, received_on, channel, followed_by)
        select gen_random_uuid(), %s::date - n %% 800, 'self', 'registered' from generate_series(1, %s) n""", day(0), n)


def reports(system):
    """Every report as every reader gets it, as bytes."""
    said = {}
    for organisation, role in READERS:
        client = system.reporting(organisation, role)
        for name, query in REPORTS:
            for accept in ("application/json", "text/csv"):
                answer = client.get(f"/api/v1/reports/{name}", params=query, headers={"Accept": accept})
                assert answer.status_code == 200, answer.text
                said[organisation, role, name, tuple(query.items()), accept] = answer.content
    return said


def fact_tables(system):
    return [table for (table,) in system.query("reporting", r"""select tablename from pg_tables
        where schemaname = 'public' and (tablename like '%%\_fact' or tablename = 'course_due') order by 1""")]


def facts(system):
    """All rows of all of them."""
    rows = {}
    for table in fact_tables(system):
        with system.db("reporting") as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("select to_jsonb(t)::text from {} t order by 1").format(sql.Identifier(table)))
            rows[table] = cursor.fetchall()
    return rows


def lose_facts(system):
    system.stop("reporting")
    with system.db("reporting") as connection, connection.cursor() as cursor:
        for table in fact_tables(system):
            cursor.execute(sql.SQL("truncate {} cascade").format(sql.Identifier(table)))
    system.start("reporting")
    assert all(rows == [] for rows in facts(system).values())


# --- telling again ---


def udvej(system, node, *words, ok=True):
    command = [system.place.bin / "udvej", *words, "--conf", system.place.conf(node)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode == 0) == ok, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def retell(system, *nodes):
    for node in nodes or TELLERS:
        assert "told all facts" in udvej(system, node, "retell", "--to", "reporting")
        look(system, node)


def look(system, node):
    os.kill(system.children[node].pid, signal.SIGHUP)


def rows_of(system, node):
    return system.query(node, "select receiver, kind, after, told, problem from retell")


def settle(system, *nodes):
    """All is told again, and has come."""
    for node in nodes or TELLERS:
        eventually(lambda node=node: rows_of(system, node) == [], 60, f"that {node} has told all")
    eventually(lambda: is_drained(system), 60, "that all has come")


def sent(system, node):
    """Of the stream from the node to reporting: the number of its last message."""
    return dict(system.query(node, "select receiver, seq from bus_out_stream")).get("reporting", 0)


@pytest.fixture(scope="module")
def world(cluster):
    system = System(cluster)
    with closing([system]):
        system.start()
        system.put_workers(WORKERS)
        work(system)
        yield system


@pytest.fixture(scope="module")
def told(world):
    """The world, with everything told, also what was there before anybody told it."""
    add_many(world)
    retell(world)
    settle(world)
    return world


# --- tests ---


def unacknowledged(system, node, after=0):
    """What waits for reporting at a node: [(type, entity, fields of the body)]."""
    rows = system.query(node, "select type, entity, body from bus_out where receiver = 'reporting' and seq > %s"
                              " order by seq", after)
    return [(kind, entity, unpacked(bytes(body))) for kind, entity, body in rows]


KEYS = {"MeasurementScored": 1, "ContactFact": 1}  # field of the message that names the fact, where that is not its entity
# All fields but operation, which is not told, and whether the funding ends early.
FIELDS = {"CourseState": {*range(1, 22)} - {3, 17}, "MeasurementScored": {*range(1, 13)} - {3, 11, 12},
          "MeasurementDue": {1}, "EnquiryFact": {*range(1, 11)}, "ContactFact": {*range(1, 7)}}
DUES = {"MeasurementScored": (12, 11), "MeasurementDue": (2, 3)}  # fields of the version and of the list of dues


def last_told(messages):
    """Of each fact what was told last: {(type, key): fields}. The dues of a course are told with two kinds; they stand
    apart, as all that was told of them: {course: [(version, list)]}."""
    last, dues = {}, {}
    for kind, entity, fields in messages:
        if kind in DUES:
            version, due = (fields.pop(number, None) for number in DUES[kind])
            dues.setdefault(entity, []).append((version, due))
        last[kind, str(fields[KEYS[kind]]) if kind in KEYS else entity] = fields
    return last, dues


def test_what_is_told_again_is_what_was_told_field_by_field(world):
    """Emitted as it was made, or found by the projection: the same. Nothing is trimmed while reporting is away."""
    eventually(lambda: is_drained(world), 30, "that all has come")
    world.stop("reporting")
    first = {node: sent(world, node) for node in TELLERS}
    work(world)
    eventually(lambda: is_drained(world, but="reporting"), 30, "that all others have heard")
    second = {node: sent(world, node) for node in TELLERS}
    retell(world)
    seen = {kind: set() for kind in FIELDS}
    for node in TELLERS:
        eventually(lambda node=node: rows_of(world, node) == [], what="that it has told all")
        known, dues = last_told(unacknowledged(world, node, first[node])[:second[node] - first[node]])
        again, newest = last_told(unacknowledged(world, node, second[node]))
        assert known.items() <= again.items(), node
        assert len(known) > 1
        for (kind, _), fields in known.items():
            seen[kind] |= fields.keys()
        assert len(dues) > 2 or node != "outcomes"
        for course, lists in dues.items():
            assert newest[course] and set(map(str, newest[course])) == {str(lists[-1])}
    assert seen == FIELDS, "of what is never told nothing is shown"
    world.start("reporting")
    settle(world)
    assert_books_agree(world)


def test_reports_of_an_emptied_reporting_come_back_byte_for_byte(told):
    before, rows = reports(told), facts(told)
    assert all(rows.values()) and len(rows) == 6
    lose_facts(told)
    assert reports(told) != before
    assert told.reporting().json("/api/v1/reports/status")["items"] == []
    retell(told)
    settle(told)
    assert facts(told) == rows
    assert reports(told) == before
    assert "told reporting all its facts again" in told.log("kommune")


def test_facts_told_twice_change_nothing(told):
    before, rows = reports(told), facts(told)
    retell(told)
    retell_again = [udvej(told, node, "retell", "--to", "reporting") for node in TELLERS]
    assert all("told all facts again" in said or "goes on" in said for said in retell_again)
    for node in TELLERS:
        look(told, node)
    settle(told)
    assert facts(told) == rows and reports(told) == before


def test_newer_facts_are_not_overwritten(told):
    newer = "update course_fact set version = version + %s, state = %s where course_id = %s returning state"
    course, state = told.query("reporting", "select course_id::text, state from course_fact order by 1")[0]
    told.query("reporting", newer, 7, "newer", course)
    retell(told)
    settle(told)
    assert told.query("reporting", newer, -7, state, course) == [(state,)]
    assert told.query("reporting", "select count(*) from course_fact where state = 'newer'") == [(0,)]


def test_a_new_database_is_recovered_and_told_again(told):
    before = reports(told)
    told.stop("reporting")
    told.cluster.drop_databases([told.place.database("reporting")])
    config.make_databases(told.place, told.cluster, ["reporting"])
    told.start("reporting", ready=False)
    eventually(lambda: "was set back" in told.log("reporting"), 20, "that it is found out")
    assert "Everything that was told is applied." in udvej(
        told, "reporting", "recover", "--partner", "kommune", "--keys", told.place.keys("partner-kommune"))
    told.wait_ready("reporting")
    assert reports(told) == before
    lose_facts(told)
    retell(told)
    settle(told)
    assert reports(told) == before


def test_telling_again_loses_and_doubles_nothing_while_work_goes_on(told):
    lose_facts(told)
    stop = threading.Event()
    problems = []

    def go_on(organisation):
        api = told.api(organisation)
        while not stop.is_set():
            answer = api.post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "vip"})
            problems.extend([answer.text] if answer.status_code != 201 else [])

    threads = [threading.Thread(target=go_on, args=(organisation,)) for organisation in ("kommune", "reden")]
    for thread in threads:
        thread.start()
    try:
        retell(told)
        work(told)
        for node in TELLERS:
            eventually(lambda node=node: rows_of(told, node) == [], 60, f"that {node} has told all")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []
    settle(told)
    assert_books_agree(told)
    known = sum(told.query(node, "select count(*) from enquiry")[0][0] for node in ("kommune", "reden", "livarehab"))
    query = {"from": day(-900), "to": day(0)}
    assert told.reporting().json("/api/v1/reports/enquiries", params=query)["total"] == known
    assert told.query("reporting", "select count(*) from measurement_fact") == told.query(
        "outcomes", "select count(*) from measurement")


def test_killed_in_the_middle_it_goes_on_and_tells_each_fact_once(told):
    """It does not run far ahead of a receiver that is away: what happens meanwhile would wait behind all of it."""
    before = reports(told)
    lose_facts(told)
    told.stop("reporting")
    whole = told.query("kommune", "select count(*) from enquiry")[0][0]
    begun = sent(told, "kommune")
    retell(told)
    eventually(lambda: sent(told, "kommune") - begun >= 1000, what="that it waits for reporting")
    (receiver, kind, after, n, problem), = rows_of(told, "kommune")
    assert (receiver, kind, problem) == ("reporting", "EnquiryFact", None) and after and 1000 <= n < whole
    shown = udvej(told, "kommune", "status")
    assert "Told again" in shown and str(n) in shown
    told.kill("kommune", "caseload", "outcomes")
    told.start("kommune", "caseload", "outcomes")
    assert rows_of(told, "kommune")[0][3] in (n, n + 200)
    told.start("reporting")
    settle(told)
    assert sent(told, "kommune") - begun == whole
    assert reports(told) == before


def test_what_cannot_be_told_is_said_and_stops_nothing_else(told):
    before = facts(told)
    course, text = told.query("outcomes", "select id::text, due_text from course where due_version > 0 limit 1")[0]
    told.query("outcomes", "update course set due_text = 'no list' where id = %s", course)
    retell(told, "outcomes")
    eventually(lambda: rows_of(told, "outcomes")[0][4], what="that it says why")
    assert "due_told" in udvej(told, "outcomes", "status") or "measurement_told" in udvej(told, "outcomes", "status")
    measured = place(told.api("kommune"), "cti")[1]["id"]
    measure(told.api("kommune"), measured, "who5", WHO5)
    told.query("outcomes", "update course set due_text = %s where id = %s", text, course)
    retell(told, "outcomes")
    settle(told)
    now = facts(told)
    assert all(set(before[table]) <= set(now[table]) for table in ("enquiry_fact", "measurement_fact", "score_fact"))
    assert_books_agree(told)


def test_who_is_told_again_must_be_another_node_of_the_registry(told):
    for receiver in ("nobody", "caseload"):
        assert "--to: must be another node of the registry" in udvej(
            told, "caseload", "retell", "--to", receiver, ok=False)
    assert rows_of(told, "caseload") == []


def test_node_that_nothing_is_told_to_is_told_nothing(told):
    udvej(told, "caseload", "retell", "--to", "kommune")
    look(told, "caseload")
    eventually(lambda: rows_of(told, "caseload") == [], what="that it is done")
    assert "told kommune all its facts again: 0" in told.log("caseload")
