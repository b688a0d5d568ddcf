# SPDX-License-Identifier: EUPL-1.2
"""A running system whose daemons can be struck at a place, and the one piece of work that they do then: a client of
reden refers somebody to the kommune, and repeats its request with the same key until it has an answer."""

import contextlib
import signal
import time
import uuid

import requests

from harness.facts import referral
from harness.system import System

from books import NODES, Books
from slots import Slots

PATIENCE = 30


@contextlib.contextmanager
def closing_struck(made):
    """Closes it in the end, and fails with whatever else went wrong in its life."""
    problems = []
    try:
        yield made
        made.wait_ready(*made.nodes)  # one that is just starting cannot end as it should
    finally:
        problems = made.close()
    assert not problems, "\n".join(problems)


class Struck(System):
    def __init__(self, cluster, *others, **settings):
        super().__init__(cluster, ("broker", *NODES, *others), **settings)
        directory = self.place.dir / "faults"
        directory.mkdir(mode=0o700)
        self.slots = {name: Slots(directory / name) for name in self.nodes}
        self.books = Books(self)
        self.referrals = {}  # all that were acknowledged: {id: which way the kommune got it}
        self.sanitizers = {}  # other options for them than the harness has
        self.ended = []  # daemons that were struck dead, in the present round

    def environment(self, name):
        return {**super().environment(name), **self.sanitizers, "UDVEJ_FAULTS": str(self.slots[name].path)}

    def close(self):
        self.books.close()
        return super().close()

    # --- what tests do to it ---

    def raise_the_dead(self, ends=(-signal.SIGKILL,)):
        """Starts again what has ended in one of these ways; any other end fails the test."""
        for name, child in list(self.children.items()):
            code = child.poll()
            if code is None:
                continue
            assert code in ends, f"{name} ended with {code}:\n{self.log(name)[-4000:]}"
            del self.children[name]
            self.ended.append(name)
            self.start(name, ready=False)

    def refer(self, at="reden", ends=(-signal.SIGKILL,)):
        """One referral, repeated until it is acknowledged. Each answer on the way must be an honest one."""
        key, deadline = str(uuid.uuid4()), time.monotonic() + PATIENCE
        client = self.api(at)
        while True:
            assert time.monotonic() < deadline, "no answer to the referral"
            try:
                answer = client.post("/api/v1/referrals", referral("cti"), key=key, timeout=15)
            except requests.RequestException:  # the connection was closed
                answer = None
            self.check_honest(at, answer)
            if answer is not None and answer.status_code != 503:
                break
            self.raise_the_dead(ends)
            time.sleep(0.02)
        assert answer.status_code in (201, 202), f"{answer.status_code} {answer.text}"
        self.referrals[answer.json()["id"]] = "own" if at == "kommune" else "received"

    def check_honest(self, at, answer):
        """Where nothing was done, nothing may be found."""
        if answer is not None and answer.status_code == 503 and "nothing was done" in answer.text:
            known = self.query(at, "select count(*) from referral")[0][0]
            assert known == len(self.referrals) - (at == "reden") * self.ways().count("own"), answer.text

    def ways(self):
        return list(self.referrals.values())

    def look(self, path="/readyz"):
        """{node: what it says}: asks every node how it is."""
        said = {}
        for name in NODES:
            try:
                said[name] = requests.get(self.url(name) + path, timeout=5).text
            except requests.RequestException as problem:
                said[name] = str(problem)
        return said

    def expected(self):
        """What the books are held against."""
        return self.referrals

    def settle(self, ends=(-signal.SIGKILL,)):
        """Waits until nothing is on its way any more, and the books of all agree."""
        deadline = time.monotonic() + PATIENCE
        while wrong := self.books.differences(self.expected()):
            assert time.monotonic() < deadline, "\n".join(["the books do not agree:", *wrong, *self.metrics()])
            self.raise_the_dead(ends)
            time.sleep(0.02)

    def metrics(self):
        """What the daemons say of their streams, for a test that fails."""
        words = ("udvej_restored", "udvej_streams")
        for name, said in self.look("/metrics").items():
            yield from (f"{name}: {line}" for line in said.splitlines() if line.startswith(words))

    def begin_round(self):
        self.ended.clear()

    def count(self, action):
        """{node: {place: passings}} while this is done and everything has come to rest."""
        before = {name: slots.all_passed() for name, slots in self.slots.items()}
        action()
        self.settle()
        return {
            name: {place: n - before[name][place] for place, n in slots.all_passed().items() if n > before[name][place]}
            for name, slots in self.slots.items()
        }
