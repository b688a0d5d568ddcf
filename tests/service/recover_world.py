# SPDX-License-Identifier: EUPL-1.2
"""What the tests of a recovery share: work that leaves traces at every node, the way back to an earlier database or an
empty one, and the books of all nodes, which have to agree."""

import subprocess

import requests

from harness.facts import FULL_STAR, WHO5, day, referral
from harness.system import eventually
from stack.cluster import owner_of
from test_restore import alone, database

REFERRALS = "/api/v1/referrals"
INTAKES = {"kommune": "cti", "livarehab": "livarehab-psychoeducation", "reden": "reden-1-1"}
NODES = (*INTAKES, "caseload", "outcomes", "reporting")


# --- work ---


def workers(n):
    """So many of each organisation, with places for five each."""
    return {name: {f"{name}-{i}": {"name": f"Anna {i}", "kind": "worker", "programmes": [programme], "cap": 5}
                   for i in range(n)} for name, programme in INTAKES.items()}


def refer(system, node, programme=None, wait=20, **more):
    answer = system.api(node).post(REFERRALS, referral(programme or INTAKES[node], **more), wait=wait)
    assert answer.status_code == (201 if wait else 202), answer.text
    return answer.json()


def post(system, node, path, body, status=201, wait=20):
    answer = system.api(node).post(path, body, wait=wait)
    assert answer.status_code == status, answer.text
    return answer.json()


def measure(system, node, course, instrument, answers, wait=20):
    return post(system, node, f"/api/v1/courses/{course}/measurements", {"instrument": instrument, "answers": answers},
                201 if wait else 202, wait)


def place(system, node, **more):
    """The id of a course that has a place."""
    course = refer(system, node, **more)["courseId"]
    assert system.api(node).json(f"/api/v1/courses/{course}")["state"] == "offered"
    return course


def work(system, n_workers):
    """A bit of everything, at every node, for every pair."""
    system.put_workers(workers(n_workers))
    kept, closed = place(system, "kommune"), place(system, "kommune", wishes={"languages": ["th"]})
    measure(system, "kommune", kept, "who5", WHO5)
    measure(system, "kommune", kept, "nine-areas", FULL_STAR)
    eventually(lambda: system.api("kommune").json(f"/api/v1/courses/{kept}")["state"] == "enrolled", what="it")
    post(system, "kommune", f"/api/v1/courses/{closed}/close", {"reason": "moved"}, 200)
    seat = place(system, "livarehab")
    post(system, "livarehab", f"/api/v1/courses/{seat}/enrol", {"by": "seat"}, 200)
    known = {"name": "Bo Berg", "cpr": "0101901111", "phone": "20 00 00 00"}
    for node, programme in (("livarehab", "cti"), ("kommune", INTAKES["livarehab"]), ("reden", "cti")):
        refer(system, node, programme, note="a word", citizen=known, consent={"given": True})
        refer(system, node, programme, note="a word", citizen={"birthYear": 1990})
    refer(system, "livarehab", "cti", citizen={"birthYear": 2020}, consent={"given": True})  # nobody's course
    for node in INTAKES:
        post(system, node, "/api/v1/enquiries", {"receivedOn": day(0), "channel": "self", "age": 16})


def in_flight(system, node):
    """What is on its way both ways when the node is lost: the others are away, then it is."""
    others = [name for name in ("caseload", "outcomes", "reporting") if name != node]
    course = system.query("kommune", "select id::text from course where state = 'enrolled' order by number desc")[0][0]
    if node in INTAKES:
        system.stop(*others)
        refer(system, node, wait=0)
        if node == "kommune":
            measure(system, node, course, "gse", {f"self{n}": 2 for n in range(1, 11)}, wait=0)
        refer(system, node, "livarehab-psychoeducation" if node != "livarehab" else "cti", wait=0)
        system.stop(node)
        system.start(*others)
    else:
        system.stop(node)
    for intake in INTAKES:
        if intake != node:
            refer(system, intake, wait=0)
            refer(system, intake, "cti" if intake != "kommune" else INTAKES["livarehab"], wait=0)
    if node != "kommune":
        measure(system, "kommune", course, "gse", {f"self{n}": 2 for n in range(1, 11)}, wait=0)
        post(system, "kommune", f"/api/v1/courses/{course}/close", {"reason": "moved"}, 202, wait=0)


def settle(system):
    """Everything is acknowledged and trimmed everywhere."""
    def quiet():
        return all(system.query(node, "select count(*) from bus_out") == [(0,)] for node in NODES)
    eventually(quiet, 40, "that all is acknowledged")


# --- back, and on again ---


def copy(system, node):
    """Keeps the database of the node as it is now; the node is stopped for that."""
    system.stop(node)
    name = database(system, node)
    alone(system, name, f'drop database if exists "{name}_kept";')
    alone(system, name, f'create database "{name}_kept" template "{name}" owner "{owner_of(name)}";')
    system.start(node)


def lose(system, node, how):
    """The node, which is stopped, comes up with its database as it was copied, or with an empty one."""
    if node in system.children:
        system.stop(node)
    name = database(system, node)
    alone(system, name, f'drop database "{name}" with (force);')
    alone(system, name, f'alter database "{name}_kept" rename to "{name}";' if how == "back"
          else f'create database "{name}" owner "{owner_of(name)}";')
    system.start(node, ready=False)
    def up():
        try:
            return requests.get(system.url(node) + "/healthz", timeout=10).ok
        except requests.ConnectionError:
            return False
    eventually(up, 20, "that it is up")


def recover(system, node):
    words = [system.place.bin / "udvej", "recover", "--conf", system.place.conf(node), "--partner", "kommune",
             "--keys", system.place.keys("partner-kommune")]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90, check=False)
    said = done.stdout
    assert done.returncode == 0, said
    problems = system.query(node, "select sender, type, entity, problem from recovery_item")
    assert "Everything that was told is applied." in said, f"{said} {problems}"
    assert_all_is_signed(system, node)
    system.wait_ready(node)
    system.tokens.clear()


def assert_all_is_signed(system, node):
    """Where its streams in go on their senders have signed for, and partners for the lives of those; so it can show them
    to a sender that is set back next."""
    unsigned = "select sender from bus_in_stream where seq > 0 and (signed_seq = 0 or octet_length(signature) <> 64)"
    assert system.query(node, unsigned) == []
    for sender, since, partner, signature in system.query(
            node, "select sender, since, partner, life_signature from bus_in_stream"):
        assert (since, partner) == system.query(sender, "select since, partner from life")[0], sender
        assert (signature is None) == (since == 0), sender


# --- the books ---


def courses(system):
    """{node: {course: version and all that is known there}}; intake nodes together."""
    def rows(node, columns, table="course", key="id"):
        return {row[0]: row[1:] for row in system.query(node, f"select {key}::text, {columns} from {table}")}
    dates = "version, state, offered_on, enrolled_on, planned_end, closed_on"
    more = f"{dates}, aim, priority, requested_on, waiting_since, shortened, end_reason"
    own = {}
    for node in INTAKES:
        own |= rows(node, f"{more}, grant_key, worker, reason, waiting_number")
    return {
        "intake": (own, rows("caseload", f"{more}, grant_key, worker, reason, waiting_number")),
        "outcomes": (rows("outcomes", dates), rows("caseload", dates)),
        "reporting": (rows("reporting", f"{more}, grant_code", "course_fact", "course_id"),
                      rows("caseload", f"{more}, grant_key")),
    }


def dues(system):
    told = {row[0]: row[1:] for row in system.query("outcomes", """
        select id::text, due_version, (select array_agg((d ->> 'instrument', d ->> 'dueOn', d ->> 'kind')::text
            order by (d ->> 'instrument', d ->> 'dueOn', d ->> 'kind')::text)
            from jsonb_array_elements(due_text::jsonb -> 'due') d) from course where due_version > 0""")}
    facts = {row[0]: row[1:] for row in system.query("reporting", """
        select course_id::text, version, (select array_agg((instrument, due_on, kind)::text
            order by (instrument, due_on, kind)::text)
            from due_fact d where d.course_id = c.course_id) from course_due c where version > 0""")}
    own = {}
    for node in INTAKES:
        own |= {row[0]: row[1:] for row in system.query(node, """
            select id::text, due_version, (select array_agg((d ->> 'instrument', d ->> 'dueOn', d ->> 'kind')::text
            order by (d ->> 'instrument', d ->> 'dueOn', d ->> 'kind')::text)
                from jsonb_array_elements(case when jsonb_typeof(due) = 'array' then due end) d)
            from course where due_version > 0""")}
    return told, facts, own


def measurements(system):
    columns = "id::text, course_id::text, instrument, rater, measured_on, complete, answers::text, scores::text"
    rows = f"select {columns} from measurement"
    own = {row for node in INTAKES for row in system.query(node, f"{rows} where state = 'scored'")}
    facts = system.query("reporting", """
        select measurement_id::text, course_id::text, instrument, rater, measured_on, complete from measurement_fact""")
    return own, set(system.query("outcomes", rows)), set(facts)


def referrals(system, direction, other):
    """{id: (requester, owner, version, state, ...)} of those that went from one organisation to another."""
    return {row[0]: row[1:] for node in INTAKES for row in system.query(
        node, "select id::text, requester, owner, version, state, status_reason, reason, capacity, worker, programme, aim,"
              f" priority, authored_on from referral where direction = %s and {other}", direction)}


def enquiries(system):
    columns = "version, received_on, channel, followed_by, programme, gender, setting, municipality"
    own = {(row[0], node): row[1:] for node in INTAKES for row in system.query(node, f"""
        select id::text, {columns}, exists (select from duty_to_notify d where d.enquiry_id = e.id) from enquiry e""")}
    facts = {row[:2]: row[2:] for row in system.query(
        "reporting", f"select enquiry_id::text, organisation, {columns}, duty_to_notify from enquiry_fact")}
    return own, facts


def differences(one, other):
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def assert_all_agree(system):
    settle(system)
    for name, (there, caseload) in courses(system).items():
        assert differences(there, caseload) == {}, name
    told, facts, own = dues(system)
    assert differences(facts, told) == {}
    assert {key: value[0] for key, value in own.items()} == {key: value[0] for key, value in told.items()}
    own, scored, known = measurements(system)
    assert own == scored and known == {row[:6] for row in scored}
    # one that breaks a rule of its receiver is refused and not kept there
    sent = referrals(system, "sent", "state <> 'rejected'")
    assert differences(sent, referrals(system, "received", "state <> 'rejected'")) == {}
    own, facts = enquiries(system)
    assert differences(own, facts) == {}
    for node in INTAKES:
        assert system.query(node, "select kind, subject from operation where state = 'pending'") == [], node
    for node in NODES:
        assert system.query(node, "select type, entity, rule from bus_dead") == [], node
        assert system.query(node, "select type, entity from bus_parked") == [], node
        for table in ("recovery", "recovery_peer", "recovery_item"):
            assert system.query(node, f"select count(*) from {table}") == [(0,)], (node, table)
