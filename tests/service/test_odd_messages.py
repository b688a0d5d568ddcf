# SPDX-License-Identifier: EUPL-1.2
"""What no honest node sends, and what an honest one could not have known: each costs itself at most, nobody else."""

import os
import signal
import uuid

import pytest

from harness.facts import WHO5, day, referral
from harness.protobuf import packed
from harness.system import eventually
from service.test_delivery import dead, put_into_stream, trio  # noqa: F401
from service.test_registry_live import change_registry, registry_row, without

REFERRALS = "/api/v1/referrals"


def goes_on(system):
    """Whether a referral still gets its place: nothing waits behind what was sent before it."""
    answer = system.api("kommune").post(REFERRALS, referral("cti"), wait=20)
    return answer.status_code == 201 and answer.json()["worker"] == "one"


def send(system, sender, receiver, messages, ids=()):
    """Lets a node say these (type, entity, body); with ids of their own where some are given."""
    system.stop(sender)
    if ids:
        system.query(sender, "alter table bus_out alter id type text")
    put_into_stream(system, sender, receiver, messages, ids)
    system.start(sender)


ANSWERS = packed((1, str(uuid.uuid4())), (2, str(uuid.uuid4())))  # of a course that nobody knows: they would be parked


@pytest.mark.parametrize("node, messages, ids, errors", [
    ("caseload", [("x" + "é" * 200, "e", b"")], (), ["malformed-message"]),
    ("caseload", [("x" + "é" * 100, "e", b"")], (), ["no-handler"]),
    ("outcomes", [("MeasurementAnswers", "é" * 3000, ANSWERS)], (), ["malformed-message"]),
    ("caseload", [("NoSuch", "e", b""), ("CourseRequest", "e", b"")], (str(uuid.uuid4()), "x"),
     ["no-handler", "malformed-message"]),
    ("caseload", [("NoSuch", f"{n}" + "e" * 100_000, b"") for n in range(20)], (), ["malformed-message"] * 20),
], ids=["long type", "type whose reason is cut within a letter", "long entity", "id that is none behind a dead letter",
        "twenty long entities"])
def test_message_with_names_that_cannot_be_stored_is_buried_and_the_rest_goes_on(trio, node, messages, ids, errors):  # noqa: F811
    send(trio, "kommune", node, messages, ids)
    eventually(lambda: [error for _, error in dead(trio, node)] == errors, 30, "the burial")
    assert goes_on(trio)
    trio.restart(node)
    assert goes_on(trio)


def test_worker_who_names_a_programme_many_times_is_offered_to_it_once(trio):  # noqa: F811
    languages = {"languages": ["th"] * 20}
    full = [trio.api("kommune").post(REFERRALS, referral("cti", wishes=languages), wait=20) for _ in range(11)]
    assert full[-1].json()["courseState"] == "waiting"
    worker = packed((2, "worker"), *[(3, "cti")] * 11_000, (8, "2099-01-01"))
    send(trio, "kommune", "caseload", [("WorkerState", "w", packed((1, "w"), (2, 1), (4, worker)))])
    eventually(lambda: trio.query("caseload", "select 1 from worker where id = 'w'"), 20, "the worker")
    assert dead(trio, "caseload") == []


def test_request_with_more_wishes_than_a_choice_can_bear_is_refused(trio):  # noqa: F811
    many, few = str(uuid.uuid4()), str(uuid.uuid4())
    send(trio, "kommune", "caseload", [("CourseRequest", course, packed(
        (1, course), (2, str(uuid.uuid4())), (3, str(uuid.uuid4())), (4, "cti"), (5, "exit"), (7, day(0)),
        (8, packed(*[(1, "da")] * wishes)), (9, str(uuid.uuid4())))) for course, wishes in ((many, 5000), (few, 20))])
    assert goes_on(trio)
    assert trio.query("caseload", "select id::text from course where id = any (%s::uuid[])", [many, few]) == [(few,)]
    assert dead(trio, "caseload") == []


def test_statement_that_was_cancelled_says_nothing_of_the_message(trio):  # noqa: F811
    waiting = ("select pid from pg_locks where not granted and database = (select oid from pg_database"
               " where datname = current_database())")
    with trio.db("caseload") as other:
        other.autocommit = False
        with other.cursor() as cursor:
            cursor.execute("lock table course")
            answer = trio.api("kommune").post(REFERRALS, referral("cti"))
            pid = eventually(lambda: trio.query("caseload", waiting))[0][0]
            trio.cluster.sql(f"select pg_cancel_backend({pid})")
            eventually(lambda: "57014" in trio.log("caseload"), what="the cancelled statement")
        other.rollback()
    eventually(lambda: trio.api("kommune").json(answer.headers["Location"])["state"] == "done", what="the decision")
    assert dead(trio, "caseload") == []


def test_node_that_is_out_of_the_registry_for_a_while_misses_nothing(trio):  # noqa: F811
    row = registry_row(trio, "reporting")
    course = trio.api("kommune").post(REFERRALS, referral("cti"), wait=20).json()["courseId"]
    change_registry(trio, without("reporting"))
    for node in ("caseload", "kommune"):
        eventually(lambda node=node: "serial 2 in force" in trio.log(node), what="the registry")
    closed = trio.api("kommune").post(f"/api/v1/courses/{course}/close", {"reason": "moved"}, wait=20)
    enquiry = trio.api("kommune").post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "self"})
    assert (closed.status_code, enquiry.status_code) == (200, 201)
    change_registry(trio, lambda content: content["nodes"].append(row))
    eventually(lambda: trio.query("reporting", "select state from course_fact where course_id = %s", course) ==
               [("closed",)], 30, "what it missed")
    eventually(lambda: trio.query("reporting", "select count(*) from enquiry_fact") == [(2,)], 30, "the enquiry")
    assert all(dead(trio, node) == [] for node in ("caseload", "outcomes", "reporting", "kommune"))


def test_older_measurement_that_is_told_again_does_not_change_the_aim_back(trio):  # noqa: F811
    kommune = trio.api("kommune")
    course = kommune.post(REFERRALS, referral("cti"), wait=20).json()["courseId"]
    for aim in ("exit", "improve"):
        asked = {"instrument": "who5", "answers": WHO5, "aim": aim}
        assert kommune.post(f"/api/v1/courses/{course}/measurements", asked, wait=20).status_code == 201
    aims = "select aim from course where id = %s"
    eventually(lambda: trio.query("caseload", aims, course) == [("improve",)])
    first = trio.query("outcomes", "select id::text from measurement order by number")[0][0]
    again = packed((1, first), (2, course), (4, "who5"), (5, 1), (6, "citizen"), (7, day(0)), (8, 1), (10, "exit"))
    send(trio, "outcomes", "caseload", [("MeasurementScored", course, again)])
    eventually(lambda: applied(trio, "caseload", "outcomes"), what="that it is heard again")
    assert trio.query("caseload", aims, course) == [("improve",)]


def applied(system, node, sender):
    seq = system.query(sender, "select seq from bus_out_stream where receiver = %s", node)
    return system.query(node, "select seq from bus_in_stream where sender = %s", sender) == seq


def test_what_was_parked_in_an_earlier_life_of_its_sender_goes_first(trio):  # noqa: F811
    course = trio.api("kommune").post(REFERRALS, referral("cti"), wait=20).json()["courseId"]
    earlier, later = str(uuid.uuid4()), str(uuid.uuid4())
    for epoch, since, seq, operation, reason in (("f" * 8, 0, 6, earlier, "completed"), ("0" * 8, 1, 1, later, "moved")):
        command = packed((1, course), (2, operation), (3, "close"), (4, day(0)), (5, reason))
        trio.query("caseload", "insert into bus_parked (sender, epoch, since, seq, id, type, entity, body)"
                   " values ('kommune', %s, %s, %s, gen_random_uuid(), 'CourseCommand', %s, %s)",
                   f"{epoch}-0000-4000-8000-000000000001", since, seq, course, command)
    os.kill(trio.children["caseload"].pid, signal.SIGHUP)
    eventually(lambda: trio.query("caseload", "select count(*) from bus_parked") == [(0,)])
    assert trio.query("caseload", "select closed_by::text, end_reason from course where id = %s", course) == [
        (earlier, "completed")]


def test_only_the_receiver_of_a_referral_has_a_say_in_it(make_system):
    system = make_system("broker", "kommune", "livarehab", "reden").start()
    system.stop("kommune")
    sent = system.api("livarehab").post(REFERRALS, referral("cti", consent={"given": True})).json()
    word = packed((1, sent["id"]), (2, sent["operation"]), (3, 99), (4, "rejected"), (5, "not-eligible"), (6, "no"))
    send(system, "reden", "livarehab", [("ReferralState", sent["id"], word)])
    eventually(lambda: dead(system, "livarehab") == [(sent["id"], "forbidden")], what="the burial")
    assert system.api("livarehab").json(f"{REFERRALS}/{sent['id']}")["state"] == "requested"
    assert system.api("livarehab").json(f"/api/v1/operations/{sent['operation']}")["state"] == "pending"


def test_referral_of_a_node_whose_midnight_came_first_is_taken(make_system):
    system = make_system("broker", "kommune", "caseload", "outcomes", "reporting")
    system.prepare()
    conf = system.place.conf("kommune")
    conf.write_text(conf.read_text().replace("clock_offset_days = 0", "clock_offset_days = 1"))
    system.start()
    system.put_workers({"kommune": {"one": {"name": "Anna", "kind": "worker", "programmes": ["cti"], "cap": 10}}})
    answer = system.api("kommune").post(REFERRALS, referral("cti"), wait=20)
    assert answer.status_code == 201 and answer.json()["worker"] == "one", answer.text
    path = f"/api/v1/courses/{answer.json()['courseId']}"
    measured = system.api("kommune").post(f"{path}/measurements", {"instrument": "who5", "answers": WHO5}, wait=20)
    closed = system.api("kommune").post(f"{path}/close", {"reason": "moved"}, wait=20)
    assert (measured.status_code, closed.status_code) == (201, 200), f"{measured.text} {closed.text}"
