# SPDX-License-Identifier: EUPL-1.2
"""Clients of the intake nodes: each request has a key and is repeated with it until a definite answer comes.

The ledger keeps what was asked and what was answered. The checker knows of the world only this and the databases.
"""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field

import requests

from harness.client import Client
from harness.facts import FULL_STAR, WHO5, day, referral

PROGRAMMES = {
    "reden": ("reden-1-1", "reden-outreach-counselling"),
    "livarehab": ("livarehab-job-coaching", "livarehab-psychoeducation", "livarehab-employment"),
    "kommune": ("cti",),
}
# A day on which the programme took nobody: such referrals are registered and rejected.
CLOSED_ON = {"cti": "2016-05-01", "livarehab-employment": "2023-11-01"}
PATIENCE = (0.2, 1, 5, 15)  # seconds until a client asks again, also while its first request is being worked on
GIVE_UP_AFTER = 120


@dataclass
class Asked:
    node: str
    kind: str  # refer, enquire, measure, close, enrol
    path: str
    body: dict
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = 0  # 0: no definite answer ever came
    id: str = ""  # of what was made
    operation: str = ""
    tries: int = 0

    @property
    def is_acknowledged(self):
        return 200 <= self.status < 300


class Ledger:
    """What all clients asked. `before` are the idempotency scopes of each node from when the system was laid out."""

    def __init__(self, system):
        self.asked, self.problems = [], []
        nodes = list(PROGRAMMES)
        self.tokens = {node: system.query(node, "select id::text from token where role = 'system'")[0][0]
                       for node in nodes if system.token(node)}
        self.before = {node: {bytes(scope) for (scope,) in system.query(node, "select scope from idempotency")}
                       for node in nodes}

    @property
    def posts(self):
        return len(self.asked)

    @property
    def tries(self):
        return sum(one.tries for one in self.asked)


class Person(threading.Thread):
    """One client of one node. What it does is of the seed; what it meets is not."""

    def __init__(self, system, ledger, node, seed, pause=0.02, waits=0.05):
        super().__init__()
        self.client = Client(system.url(node), system.token(node))
        self.ledger, self.node, self.pause = ledger, node, pause
        self.waits = waits  # how many of the referrals ask for the decision itself
        self.chosen = random.Random(f"person {seed}")
        self.stopped = threading.Event()
        self.courses = []
        self.failure = None

    def run(self):
        try:
            while not self.stopped.is_set():
                asked = self.next()
                if asked:
                    self.ask(asked)
                time.sleep(self.chosen.uniform(0, 2 * self.pause))
        except Exception as problem:  # noqa: BLE001 - the main thread raises it
            self.failure = problem

    # --- what to do next ---

    def next(self):
        turn = self.chosen.random()
        if turn < 0.30:
            return self.refer(self.chosen.choice(PROGRAMMES[self.node]))
        if turn < 0.50:
            others = [one for node, own in PROGRAMMES.items() if node != self.node for one in own]
            return self.refer(self.chosen.choice(others))
        if turn < 0.60:
            return Asked(self.node, "enquire", "/api/v1/enquiries", {"receivedOn": day(0), "channel": "outreach"})
        return self.work_on(self.a_course())

    def refer(self, programme):
        body = referral(programme, priority=self.chosen.choice(("routine", "routine", "urgent", "asap")))
        if self.chosen.random() < 0.1 and programme in CLOSED_ON:
            body["authoredOn"] = CLOSED_ON[programme]
        if self.chosen.random() < 0.7:
            body["consent"] = {"given": True}
        if self.chosen.random() < 0.05:
            body["note"] = "x" * 9000  # a large frame; the checker's mark stands before it
        return Asked(self.node, "refer", "/api/v1/referrals", body)

    def a_course(self):
        if not self.courses:
            state = self.chosen.choice(("offered", "offered", "enrolled", "waiting"))
            try:
                answer = self.client.get(f"/api/v1/courses?state={state}&limit=20", timeout=5)
            except requests.RequestException:
                return None
            if answer.status_code == 200:
                self.courses = answer.json().get("items", [])
                self.chosen.shuffle(self.courses)
        return self.courses.pop() if self.courses else None

    def work_on(self, course):
        if course is None:
            return None
        path, turn = f"/api/v1/courses/{course['id']}", self.chosen.random()
        if course["state"] == "waiting" and turn > 0.2:  # few lose patience
            return None
        if course["state"] == "offered" and turn < 0.6:
            star = {area: self.chosen.randint(1, 10) for area in FULL_STAR}
            return Asked(self.node, "measure", f"{path}/measurements", {"instrument": "nine-areas", "answers": star})
        if course["state"] == "offered" and turn < 0.7:
            return Asked(self.node, "enrol", f"{path}/enrol", {"by": self.chosen.choice(("session", "seat"))})
        if course["state"] == "enrolled" and turn < 0.3:
            return Asked(self.node, "measure", f"{path}/measurements", {"instrument": "who5", "answers": WHO5})
        return Asked(self.node, "close", f"{path}/close", {"reason": self.chosen.choice(("completed", "moved"))})

    # --- until it is done ---

    def ask(self, asked):
        if asked.kind in ("refer", "enquire"):
            asked.body["note"] = asked.key + asked.body.get("note", "")
        self.ledger.asked.append(asked)
        self.note(asked, self.until_definite(asked))
        if self.chosen.random() < 0.05 and asked.is_acknowledged:
            first = (asked.id, asked.operation)
            self.note(asked, self.until_definite(asked))
            if (asked.id, asked.operation) != first:
                self.ledger.problems.append(f"{asked.key}: {first} became {asked.id, asked.operation}")

        if self.chosen.random() < 0.2 and asked.is_acknowledged and asked.kind in ("refer", "enquire"):
            self.look_back(asked)

    def look_back(self, asked):
        """What was acknowledged can be read at once, whole, unless the node says that it cannot just now."""
        try:
            answer = self.client.get(f"{asked.path}/{asked.id}", timeout=5)
        except requests.RequestException:
            return
        if answer.status_code != 503 and (answer.status_code != 200 or answer.json().get("id") != asked.id):
            said = f"{answer.status_code} {answer.text[:300]}"
            self.ledger.problems.append(f"{asked.kind} {asked.key}: read back as {said}")

    def until_definite(self, asked):
        wait = 1 if asked.kind == "refer" and self.chosen.random() < self.waits else None
        deadline = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < deadline:
            asked.tries += 1
            try:
                answer = self.client.post(asked.path, asked.body, key=asked.key, wait=wait,
                                          timeout=self.chosen.choice(PATIENCE))
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code != 503:
                return answer
            time.sleep(self.chosen.uniform(0.02, 0.2))
        return None

    def note(self, asked, answer):
        if answer is None:
            self.ledger.problems.append(f"{asked.kind} {asked.key}: no definite answer within {GIVE_UP_AFTER} s")
            return
        asked.status = answer.status_code
        if asked.status >= 500:
            self.ledger.problems.append(f"{asked.kind} {asked.key}: {asked.status} {answer.text[:300]}")
        if not asked.is_acknowledged:
            return
        told = answer.json()
        asked.id = told["id"] if asked.kind not in ("close", "enrol") else asked.path.split("/")[4]
        address = answer.headers.get("Location", "")
        asked.operation = address.rpartition("/")[2] if "/operations/" in address else told.get("operation", "")


def people(system, ledger, seed, each=3, **settings):
    """So many clients of each node, running."""
    made = [Person(system, ledger, node, f"{seed} {node} {number}", **settings)
            for node in PROGRAMMES for number in range(each)]
    for one in made:
        one.start()
    return made


def send_home(persons):
    """Each finishes what it asked. Raises what went wrong in any."""
    for one in persons:
        one.stopped.set()
    for one in persons:
        one.join()
    for one in persons:
        if one.failure:
            raise one.failure
