# SPDX-License-Identifier: EUPL-1.2
"""Nothing lost, nothing twice: daemons, broker and database are killed under load, and then the books are compared."""

import hashlib
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.facts import WHO5
from harness.system import eventually

REFERRALS = "/api/v1/referrals"
NODES = ("kommune", "caseload", "outcomes", "reporting")
COURSES = {"reporting": "select course_id::text, version from course_fact"}


def body(**more):
    return {"programme": "cti", "aim": "exit", "citizen": {"gender": "woman", "birthYear": 1990}, **more}


# --- the books ---


def courses(system, node):
    rows = system.query(node, COURSES.get(node, "select id::text, version from course"))
    known = dict(rows)
    assert len(known) == len(rows), f"{node} knows a course twice"
    return known


def heads(system, node):
    """{(sender, receiver): (seq, chain)} of the streams out of the node, and of those into it."""
    out = system.query(node, "select receiver, seq, encode(chain, 'hex') from bus_out_stream where seq > 0")
    into = system.query(node, "select sender, seq, encode(chain, 'hex') from bus_in_stream")
    return ({(node, peer): (seq, chain) for peer, seq, chain in out},
            {(peer, node): (seq, chain) for peer, seq, chain in into})


def agree(system):
    """Whether every stream is applied to its end, with the same chain, and every course stands once everywhere."""
    books = [heads(system, node) for node in NODES]
    sent = {key: head for out, _ in books for key, head in out.items() if key[1] in NODES}
    applied = {key: head for _, into in books for key, head in into.items() if key[0] in NODES}
    return sent == applied and all(courses(system, node) == courses(system, "kommune") for node in NODES)


def assert_books_agree(system, within=30):
    eventually(lambda: agree(system), within, "that the books agree")
    for node in NODES:
        assert system.query(node, "select (select count(*) from bus_parked), (select count(*) from bus_dead)") == [(0, 0)]
        metrics = requests.get(system.url(node) + "/metrics", timeout=10).text.splitlines()
        assert {"udvej_restored 0", "udvej_streams_broken 0"} <= set(metrics), f"{node}: a false alarm"


class Load:
    """Posts referrals from several clients; each repeats with its key until it has an answer."""

    def __init__(self, system, clients=6):
        self.system, self.done, self.stopped = system, {}, threading.Event()
        self.pool = ThreadPoolExecutor(clients)
        system.token("kommune")
        self.running = [self.pool.submit(self.run) for _ in range(clients)]

    def run(self):
        client = self.system.api("kommune")
        while not self.stopped.is_set():
            key = str(uuid.uuid4())
            while True:
                try:
                    answer = client.post(REFERRALS, body(), key=key)
                except requests.RequestException:
                    answer = None
                if answer is not None and answer.status_code != 503:
                    break
                time.sleep(0.05)
            assert answer.status_code in (201, 202), answer.text
            self.done[key] = answer.json()["id"]
            time.sleep(0.03)

    def __enter__(self):
        time.sleep(0.3)
        return self

    def __exit__(self, *unused):
        time.sleep(0.3)
        self.stopped.set()
        for one in self.running:
            one.result()
        self.pool.shutdown()


def referrals(system):
    return {row[0] for row in system.query("kommune", "select id::text from referral")}


def assert_each_is_there_once(system, before, load):
    assert len(load.done) > 5 and referrals(system) - before == set(load.done.values())
    assert len(set(load.done.values())) == len(load.done)


# --- killed under load ---


@pytest.mark.parametrize("node", ["broker", *NODES])
def test_killed_under_load_loses_nothing_and_applies_nothing_twice(system, node):
    before = referrals(system)
    with Load(system) as load:
        system.kill(node)
        time.sleep(0.2)
        system.start(node)
    assert_each_is_there_once(system, before, load)
    assert_books_agree(system)


def test_all_killed_at_once_under_load_agree_again(system):
    before = referrals(system)
    with Load(system) as load:
        system.kill("broker", *NODES)
        system.start("broker", *NODES)
    assert_each_is_there_once(system, before, load)
    assert_books_agree(system)


def test_database_restarted_under_load_loses_nothing(system):
    before = referrals(system)
    with Load(system) as load:
        system.cluster.stop()
        time.sleep(0.3)
        system.cluster.start()
    assert_each_is_there_once(system, before, load)
    assert_books_agree(system)


def test_receiver_that_was_away_gets_everything_from_the_database(system):
    """More than the sender keeps in memory: it is restarted meanwhile."""
    before = referrals(system)
    system.stop("caseload")
    with Load(system) as load:
        time.sleep(1)
    system.restart("kommune")
    assert system.query("kommune", "select count(*) from bus_out where receiver = 'caseload'")[0][0] >= len(load.done)
    system.start("caseload")
    assert_each_is_there_once(system, before, load)
    assert_books_agree(system)


# --- messages that cannot be applied ---


def put_into_stream(system, sender, receiver, messages, ids=()):
    """Writes (type, entity, body) into a stopped sender's outbox as if it had emitted them, under ids of its own or these."""
    seq, chain = 0, bytes(32)
    rows = system.query(sender, "select seq, chain from bus_out_stream where receiver = %s", receiver)
    if rows:
        seq, chain = rows[0][0], bytes(rows[0][1])
    for n, (kind, entity, content) in enumerate(messages):
        seq, one, salt = seq + 1, ids[n] if ids else str(uuid.uuid4()), bytes(16)
        parts = (salt, one.encode(), kind.encode(), entity.encode(), content)
        commitment = hashlib.blake2b(b"".join(len(part).to_bytes(8, "little") + part for part in parts), digest_size=32)
        chain = hashlib.blake2b(chain + commitment.digest(), digest_size=32).digest()
        system.query(sender, "insert into bus_out (receiver, seq, id, type, entity, salt, body, chain)"
                     " values (%s, %s, %s, %s, %s, %s, %s, %s)", receiver, seq, one, kind, entity, salt, content, chain)
    system.query(sender, "insert into bus_out_stream (receiver, seq, chain) values (%s, %s, %s)"
                 " on conflict (receiver) do update set seq = excluded.seq, chain = excluded.chain",
                 receiver, seq, chain)


@pytest.fixture
def trio(make_system):
    """A system of its own, since poison stays in its books."""
    system = make_system("broker", "kommune", "caseload", "outcomes", "reporting")
    system.start()
    system.put_workers({"kommune": {"one": {"name": "Anna", "kind": "worker", "programmes": ["cti"], "cap": 10}}})
    return system


def dead(system, node):
    return system.query(node, "select entity, error from bus_dead order by seq")


def test_poison_is_buried_with_its_reason_and_nothing_else_waits_behind_it(trio):
    entity = str(uuid.uuid4())
    trio.stop("kommune")
    put_into_stream(trio, "kommune", "caseload", [
        ("CourseRequest", entity, b"\xff\xff not protobuf"),
        ("CourseRequest", entity, b""),  # would be decided, but stands behind a dead one of its entity
        ("NoSuchMessage", "", b""),  # what is empty must not stop the daemon that buries it
        ("CourseCommand", "other", b"x" * 70000),
    ])
    trio.start("kommune")
    answer = trio.api("kommune").post(REFERRALS, body(), wait=20)
    assert answer.status_code == 201 and answer.json()["worker"] == "one", answer.text
    expected = [(entity, "malformed-message"), ("", "no-handler"), ("other", "too-large")]
    assert dead(trio, "caseload") == expected
    trio.restart("caseload")
    assert trio.api("kommune").post(REFERRALS, body(), wait=20).status_code == 201
    assert dead(trio, "caseload") == expected
    assert trio.query("caseload", "select entity from bus_parked") == [(entity,)], "it passed the dead one"


def test_answers_that_came_before_their_course_wait_for_it(trio):
    kommune = trio.api("kommune")
    trio.stop("outcomes")
    placed = kommune.post(REFERRALS, body(), wait=20).json()
    course = placed["courseId"]
    eventually(lambda: kommune.json(f"/api/v1/courses/{course}")["state"] == "offered", what="the offer")
    trio.stop("caseload")
    asked = {"instrument": "who5", "answers": WHO5}
    measured = kommune.post(f"/api/v1/courses/{course}/measurements", asked)
    assert measured.status_code == 202, measured.text
    trio.start("outcomes")
    eventually(lambda: trio.query("outcomes", "select entity from bus_parked") == [(course,)], what="parking")
    since = trio.query("outcomes", "select parked_at from bus_parked")
    trio.restart("outcomes")
    assert trio.query("outcomes", "select parked_at from bus_parked") == since, "a restart made it young again"
    trio.start("caseload")
    eventually(lambda: kommune.json(measured.headers["Location"])["state"] == "done", what="the score")
    assert trio.query("outcomes", "select count(*) from bus_parked") == [(0,)]
    assert_books_agree(trio)


# --- a database that is not what it was ---


def test_receiver_with_a_new_database_is_told_of_and_sent_nothing_wrong(make_system):
    system = make_system("broker", "kommune", "reporting")
    system.start()
    kommune = system.api("kommune")
    enquiry = {"receivedOn": "2026-01-05", "channel": "self"}

    def facts():
        return system.query("reporting", "select count(*) from enquiry_fact")[0][0]

    for _ in range(3):
        assert kommune.post("/api/v1/enquiries", enquiry).status_code == 201
    eventually(lambda: facts() == 3, what="the facts")
    eventually(lambda: system.query("kommune", "select acked from bus_out_stream") == [(3,)], what="the trim")
    system.stop("reporting")
    tables = system.query("reporting", "select string_agg(tablename, ', ') from pg_tables where schemaname = 'public'")
    system.query("reporting", f"drop table {tables[0][0]} cascade")
    system.start("reporting", ready=False)
    assert kommune.post("/api/v1/enquiries", enquiry).status_code == 201
    eventually(lambda: "stands still" in system.log("kommune"), what="the word in the log")
    assert "udvej_streams_broken 0" not in kommune.get("/metrics").text
    eventually(lambda: "was set back to an earlier state, or is a new one" in system.log("reporting"), what="its own word")
    time.sleep(1)
    assert system.log("kommune").count("stands still") == 1
    assert facts() == 0 and system.query("kommune", "select count(*) from bus_out") == [(1,)]


def test_a_daemon_whose_position_somebody_else_moved_stops_and_reads_it_again(trio):
    kommune = trio.api("kommune")
    enquiry = {"receivedOn": "2026-01-05", "channel": "self"}

    def facts():
        return trio.query("reporting", "select count(*) from enquiry_fact")[0][0]

    assert kommune.post("/api/v1/enquiries", enquiry).status_code == 201
    eventually(lambda: facts() == 1, what="the first fact")
    trio.query("reporting", "update bus_in_stream set seq = seq + 1 where sender = 'kommune'")
    assert kommune.post("/api/v1/enquiries", enquiry).status_code == 201
    assert trio.children.pop("reporting").wait(20) == 1
    assert "positions in the database are not those of this process" in trio.log("reporting") and facts() == 1
    trio.query("reporting", "update bus_in_stream set seq = seq - 1 where sender = 'kommune'")
    trio.start("reporting")
    eventually(lambda: facts() == 2, what="the second fact")


def test_idle_daemons_use_next_to_nothing(trio):
    def ticks():
        return sum(int(value) for child in trio.children.values()
                   for value in open(f"/proc/{child.pid}/stat").read().rsplit(")", 1)[1].split()[11:13])

    time.sleep(1)
    before = ticks()
    time.sleep(3)
    assert ticks() - before <= 3 * len(trio.children), "of 300 ticks of 10 ms each had"
