# SPDX-License-Identifier: EUPL-1.2
"""What organisations do with a course besides referring to it, one piece of work for each kind of message, repeated with
the same key until it is answered; and the books of all daemons after any of it."""

import signal
import time
import uuid

import psycopg2
import requests

from harness.facts import FULL_STAR, referral
from harness.system import eventually

from books import INTAKE, NODES, STREAMS, Books, streams_differ
from struck import PATIENCE, Struck

ENDS = (-signal.SIGABRT,)  # without memory a daemon may end by its own hand
PROGRAMME = {"kommune": "cti", "reden": "reden-outreach-counselling"}  # of each organisation: star; session
PLACES = 10  # of a worker
WORKER = {"name": "Anna", "kind": "worker", "languages": ["da"]}

COURSES = "(select jsonb_object_agg({}, jsonb_build_array(version, state)) from {}), "
IDS = "(select jsonb_object_agg({}, {}) from {}), "
LEDGERS = {
    "caseload": COURSES.format("id", "course") + "null, "
    "(select jsonb_object_agg(organisation || ' ' || id, version) from worker), null, null",
    "outcomes": COURSES.format("id", "course") + IDS.format("id", "complete", "measurement") + "null, null, null",
    "reporting": COURSES.format("course_id", "course_fact") + IDS.format("measurement_id", "complete", "measurement_fact")
    + "null, null, (select jsonb_object_agg(organisation, n) from (select organisation, count(*) n from enquiry_fact"
    " group by 1) counted)",
    "intake": COURSES.format("id", "course") + IDS.format("id", "complete", "measurement where state = 'scored'")
    + "(select jsonb_object_agg(id, version) from worker), "
    "(select jsonb_object_agg(id, state) from referral), (select count(*) from enquiry), "
    "(select count(*) from measurement where state = 'sent') + (select count(*) from operation where state = 'pending')",
}


class Ledgers(Books):
    """Like the books of referrals, of everything; {kind: what was acknowledged of it} is what must be there."""

    def read(self, node):
        if node not in self.connections:
            self.connections[node] = self.system.db(node)
        try:
            with self.connections[node].cursor() as cursor:
                cursor.execute(STREAMS + LEDGERS["intake" if node in INTAKE else node])
                return cursor.fetchone()
        except psycopg2.OperationalError:
            self.close(node)
            raise

    def differences(self, done):
        of = {node: self.read(node) for node in NODES}
        return [*streams_differ(of), *ledgers_differ(of, done)]


def ledgers_differ(of, done):
    at = {node: row[5:] for node, row in of.items()}
    both = [at[node] for node in INTAKE]
    courses = {**(both[0][0] or {}), **(both[1][0] or {})}
    measured = {**(both[0][1] or {}), **(both[1][1] or {})}
    workers = {f"{node} {id}": version for node in INTAKE for id, version in (at[node][2] or {}).items()}
    for node in ("caseload", "outcomes", "reporting"):
        if (at[node][0] or {}) != courses:
            yield f"{node} knows other courses than the intake nodes"
    for node in ("outcomes", "reporting"):
        if (at[node][1] or {}) != measured:
            yield f"{node} knows other measurements than the intake nodes"
    if (at["caseload"][2] or {}) != workers:
        yield f"caseload knows workers {at['caseload'][2]}, not {workers}"
    if set(measured) != done["measure"]:
        yield f"{len(measured)} measurements are scored, {len(done['measure'])} were acknowledged"
    for state, kind in (("closed", "close"), ("enrolled", "enrol")):
        found = {course for course, row in courses.items() if row[1] == state}
        if found != done[kind]:
            yield f"{len(found)} courses are {state}, {len(done[kind])} should be"
    referred = {node: set(row[3] or {}) for node, row in zip(INTAKE, both)}
    if set().union(*referred.values()) != done["refer"] or len(courses) != len(done["refer"]):
        yield f"{len(courses)} courses of {referred} for {len(done['refer'])} referrals"
    if "requested" in {state for row in both for state in (row[3] or {}).values()}:
        yield "a referral is not decided"
    if sum(row[5] for row in both):
        yield "an operation or a measurement waits for its decision"
    if {node: row[4] for node, row in zip(INTAKE, both)} != {node: (at["reporting"][4] or {}).get(node, 0) for node in INTAKE}:
        yield "reporting counts other enquiries"


class Working(Struck):
    """Two organisations with workers; `done` is what was acknowledged."""

    def __init__(self, cluster, *others, **settings):
        super().__init__(cluster, *others, **settings)
        self.books = Ledgers(self)
        self.done = {kind: set() for kind in ("refer", "measure", "enrol", "close")}
        self.posted, self.changes = dict.fromkeys(PROGRAMME, 0), 0

    def begin(self):
        self.start()
        self.put_workers({"kommune": {"anna": {**WORKER, "programmes": ["cti"], "cap": 1}}})
        return self

    def make_room(self, node):
        """A worker for the next few courses."""
        if self.posted[node] % PLACES == 0:
            name = f"worker-{self.posted[node]}"
            self.put_workers({node: {name: {**WORKER, "programmes": [PROGRAMME[node]], "cap": PLACES}}})
            self.settle(ENDS)
        self.posted[node] += 1

    def expected(self):
        return self.done

    def ask(self, at, path, body, method="POST"):
        """What the decided or accepted request is answered, after as many repetitions as it takes."""
        client, key, deadline = self.api(at, "lead" if method == "PUT" else "system"), str(uuid.uuid4()), time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < deadline, f"no answer to {path}"
            try:
                answer = client.request(method, path, body, key=key, timeout=15)
            except requests.RequestException:  # the connection was closed
                answer = None
            if answer is not None and answer.status_code != 503:
                assert answer.status_code in (200, 201, 202), f"{path}: {answer.status_code} {answer.text}"
                return answer.json()
            self.raise_the_dead(ENDS)
            time.sleep(0.02)

    # --- the work ---

    def post(self, at, to):
        id = self.ask(at, "/api/v1/referrals", referral(PROGRAMME[to]))["id"]
        self.done["refer"].add(id)
        return id

    def course(self, node):
        """A new one of this organisation that has a place."""
        self.make_room(node)
        id = self.post(node, node)
        self.settle(ENDS)
        return self.query(node, "select id from course where referral_id = %s", id)[0][0]

    def measure(self, course):
        """The first star, which enrols."""
        body = {"instrument": "nine-areas", "answers": FULL_STAR}
        self.done["measure"].add(self.ask("kommune", f"/api/v1/courses/{course}/measurements", body)["id"])
        self.done["enrol"].add(course)

    def enrol(self, course):
        self.ask("reden", f"/api/v1/courses/{course}/enrol", {"by": "session"})
        self.done["enrol"].add(course)

    def close_course(self, course):
        self.ask("kommune", f"/api/v1/courses/{course}/close", {"reason": "moved"})
        self.done["close"].add(course)

    def be_refused(self, course):
        """A session does not enrol where the star does: caseload says so."""
        self.ask("kommune", f"/api/v1/courses/{course}/enrol", {"by": "session"})

    def put_worker(self):
        self.changes += 1
        languages = ["da", "en"][:1 + self.changes % 2]
        self.ask("kommune", "/api/v1/workers/anna", {**WORKER, "programmes": ["cti"], "cap": 1, "languages": languages}, "PUT")

    def enquire(self):
        self.ask("reden", "/api/v1/enquiries", {"receivedOn": "2026-01-05", "channel": "self"})


# {name: (what is needed, found before anything fails; the work; the daemons that have a part in it)}
WORKS = {
    "refer": (lambda s: s.make_room("kommune"), lambda s, _: s.post("kommune", "kommune"),
              ("kommune", "caseload", "outcomes", "reporting", "broker")),
    "receive": (lambda s: s.make_room("kommune"), lambda s, _: s.post("reden", "kommune"), (*NODES, "broker")),
    "measure": (lambda s: s.course("kommune"), Working.measure, ("kommune", "caseload", "outcomes", "reporting", "broker")),
    "enrol": (lambda s: s.course("reden"), Working.enrol, ("reden", "caseload", "outcomes", "reporting", "broker")),
    "close": (lambda s: s.course("kommune"), Working.close_course,
              ("kommune", "caseload", "outcomes", "reporting", "broker")),
    "refused": (lambda s: s.course("kommune"), Working.be_refused, ("kommune", "caseload", "broker")),
    "worker": (lambda s: None, lambda s, _: s.put_worker(), ("kommune", "caseload", "broker")),
    "enquiry": (lambda s: None, lambda s, _: s.enquire(), ("reden", "reporting", "broker")),
}


def parking(system):
    """Answers to a course come to outcomes before the course: they wait there, and are scored when it has come."""
    system.make_room("kommune")
    system.stop("outcomes")
    course = system.post("kommune", "kommune")
    eventually(lambda: system.query("kommune", "select 1 from course where referral_id = %s", course), what="the course")
    course = system.query("kommune", "select id from course where referral_id = %s", course)[0][0]
    system.stop("caseload")
    for _ in range(2):
        system.measure(course)
    system.start("outcomes", ready=False)
    eventually(lambda: system.raise_the_dead(ENDS) or
               system.query("outcomes", "select count(*) from bus_parked")[0][0] == 2, 20, "that they wait")
    system.start("caseload", ready=False)
