# SPDX-License-Identifier: EUPL-1.2
"""After a recovery a message may come a second time, in another life of its sender: it changes nothing, is no error,
and who waits for the answer gets it."""

import pytest

from harness.facts import FULL_STAR, WHO5, day, referral
from harness.fixtures import closing
from harness.system import System, eventually
from test_delivery import put_into_stream

REFERRALS = "/api/v1/referrals"
NODES = ("kommune", "livarehab", "caseload", "outcomes", "reporting")
WORKERS = {"kommune": "cti", "livarehab": "livarehab-psychoeducation"}
# What a daemon decided, as it stands; where it stands in the books of delivery is another matter.
LEDGERS = {
    "kommune": ("referral", "course", "measurement", "operation", "enquiry", "citizen", "worker"),
    "livarehab": ("referral", "course", "measurement", "operation", "enquiry", "citizen", "worker"),
    "caseload": ("course", "worker"),
    "outcomes": ("course", "measurement", "lost"),
    "reporting": ("course_fact", "measurement_fact", "score_fact", "due_fact", "course_due", "enquiry_fact"),
}
KEEP = """
create table kept (like bus_out);
create function keep() returns trigger language plpgsql security definer set search_path = public as $$
begin insert into kept select new.*; return new; end $$;
create trigger keep before insert on bus_out for each row execute function keep();
"""


@pytest.fixture(scope="module")
def world(cluster):
    """Everything that can be sent has been sent once, and every sender has kept it."""

    system = System(cluster, ["broker", *NODES])
    with closing([system]):
        system.start()
        for node in NODES:
            system.query(node, KEEP)
        system.put_workers({name: {"one": {"name": "Anna", "kind": "worker", "programmes": [programme], "cap": 4}}
                            for name, programme in WORKERS.items()})
        live(system)
        settle(system)
        yield system


def live(system):
    """Referrals that are placed, wait, are refused and are sent on; a course is measured, enrolled and closed."""
    kommune, livarehab = system.api("kommune"), system.api("livarehab")
    for _ in range(3):
        refer(kommune, "cti")
    for more in ({}, {"consent": {"given": True}}, {"citizen": {"birthYear": 2020}}, {"authoredOn": "2001-01-01"}):
        refer(livarehab, "cti", **more)
        refer(kommune, WORKERS["livarehab"], **more)
    course = kommune.json("/api/v1/courses?state=offered")["items"][-1]["id"]
    post(kommune, f"/api/v1/courses/{course}/measurements", {"instrument": "nine-areas", "answers": FULL_STAR}, 201)
    eventually(lambda: kommune.json(f"/api/v1/courses/{course}")["state"] == "enrolled", what="the enrolment")
    post(kommune, f"/api/v1/courses/{course}/enrol", {"by": "seat"}, 409)  # caseload refuses
    post(kommune, f"/api/v1/courses/{course}/measurements", {"instrument": "who5", "answers": WHO5}, 201)
    post(kommune, f"/api/v1/courses/{course}/close", {"reason": "moved"}, 200)
    post(kommune, "/api/v1/enquiries", {"receivedOn": day(0), "channel": "self"}, 201)


def refer(api, programme, **more):
    answer = api.post(REFERRALS, referral(programme, **more), wait=20)
    assert answer.status_code == 201, answer.text


def post(api, path, body, status):
    answer = api.post(path, body, wait=20)
    assert answer.status_code == status, answer.text


def settle(system):
    """Everything is acknowledged and trimmed everywhere."""
    def quiet():
        return all(system.query(node, "select count(*) from bus_out") == [(0,)] for node in NODES)
    eventually(quiet, 30, "that all is acknowledged")


def ledgers(system):
    return {(node, table): sorted(system.query(node, f"select t::text from {table} t"))
            for node, tables in LEDGERS.items() for table in tables}


def kept(system, where="true"):
    """{(sender, receiver): [(type, entity, body)]} in the order of sending."""
    found = {}
    for node in NODES:
        for receiver, *message in system.query(
                node, f"select receiver, type, entity, body from kept where {where} order by receiver, seq"):
            found.setdefault((node, receiver), []).append((message[0], message[1], bytes(message[2])))
    return found


def send_again(system, messages):
    """As new messages, behind all that was sent; the daemons are stopped for that."""
    system.stop(*NODES)
    for (sender, receiver), batch in messages.items():
        put_into_stream(system, sender, receiver, batch)
    system.start(*NODES)
    settle(system)
    for node in NODES:
        assert system.query(node, "select type, entity, error, rule from bus_dead") == [], node
        assert system.query(node, "select type, entity from bus_parked") == [], node


def test_what_comes_twice_changes_nothing(world):
    before, messages = ledgers(world), kept(world)
    kinds = {message[0] for batch in messages.values() for message in batch}
    assert kinds >= {"ReferralMessage", "ReferralState", "CourseRequest", "CourseCommand", "CourseState", "CommandRefused",
                     "MeasurementAnswers", "MeasurementScored", "MeasurementDue", "WorkerState", "EnquiryFact"}
    send_again(world, messages)
    assert ledgers(world) == before


@pytest.mark.parametrize("kind", ["CourseRequest", "ReferralMessage", "MeasurementAnswers", "CourseCommand"])
def test_who_still_waits_for_the_answer_gets_it(world, kind):
    """The sender lost the decision, and asks again."""
    before = ledgers(world)
    for node in WORKERS:
        world.query(node, "update operation set state = 'pending', decided_at = null, problem = null")
    send_again(world, kept(world, f"type = '{kind}'"))
    asked = {"CourseRequest": "refer", "ReferralMessage": "refer", "MeasurementAnswers": "measure", "CourseCommand": "close"}
    decided = [row for node in WORKERS for row in world.query(
        node, "select o.state from operation o join kept k on position(o.id::text::bytea in k.body) > 0"
              " where k.type = %s and o.kind = %s", kind, asked[kind])]
    assert decided and ("pending",) not in decided, decided
    unchanged = [key for key, rows in ledgers(world).items() if key[1] != "operation" and rows != before[key]]
    assert unchanged == []


def test_another_command_with_the_same_words_is_refused(world):
    """Two close a course at the same time, before either has heard of the other: one has closed it."""
    kommune = world.api("kommune")
    course = next(c["id"] for c in kommune.json("/api/v1/courses?limit=500")["items"] if c["state"] == "offered")
    world.stop("caseload")
    try:
        said = [kommune.post(f"/api/v1/courses/{course}/close", {"reason": "moved"}) for _ in range(2)]
    finally:
        world.start("caseload")
    assert [answer.status_code for answer in said] == [202, 202]

    def states():
        return sorted(kommune.json(answer.headers["Location"])["state"] for answer in said)
    eventually(lambda: "pending" not in states(), 20, "both answers")
    assert states() == ["done", "refused"]
