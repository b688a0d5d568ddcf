# SPDX-License-Identifier: EUPL-1.2
"""A running system whose daemons can be struck at a place, and the one piece of work that they do then: a client of
reden refers somebody to the kommune, and repeats its request with the same key until it has an answer."""

import signal
import time
import uuid

import requests

from harness.facts import referral
from harness.system import System

from books import NODES, Books
from slots import Slots

PATIENCE = 30


class Struck(System):
    def __init__(self, cluster, **settings):
        super().__init__(cluster, ("broker", *NODES), **settings)
        directory = self.place.dir / "faults"
        directory.mkdir(mode=0o700)
        self.slots = {name: Slots(directory / name) for name in self.nodes}
        self.books = Books(self)
        self.referrals = set()
        self.ended = []  # daemons that were struck dead, in the present round

    def environment(self, name):
        return {**super().environment(name), "UDVEJ_FAULTS": str(self.slots[name].path)}

    def close(self):
        self.books.close()
        return super().close()

    # --- what tests do to it ---

    def raise_the_dead(self, codes=(-signal.SIGKILL,)):
        """Starts again what has ended in one of these ways; any other end fails the test."""
        for name, child in list(self.children.items()):
            code = child.poll()
            if code is None:
                continue
            assert code in codes, f"{name} ended with {code}:\n{self.log(name)[-4000:]}"
            del self.children[name]
            self.ended.append(name)
            self.start(name, ready=False)

    def refer(self, codes=(-signal.SIGKILL,)):
        """One referral, repeated until it is acknowledged. Each answer on the way must be an honest one."""
        key, deadline = str(uuid.uuid4()), time.monotonic() + PATIENCE
        client = self.api("reden")
        while True:
            assert time.monotonic() < deadline, "no answer to the referral"
            try:
                answer = client.post("/api/v1/referrals", referral("cti"), key=key, timeout=15)
            except requests.RequestException:  # the connection was closed
                answer = None
            if answer is not None and answer.status_code != 503:
                break
            self.raise_the_dead(codes)
            time.sleep(0.02)
        assert answer.status_code in (201, 202), f"{answer.status_code} {answer.text}"
        self.referrals.add(answer.json()["id"])

    def look(self):
        """Asks every node how it is."""
        for name in NODES:
            try:
                requests.get(f"{self.url(name)}/readyz", timeout=5)
            except requests.RequestException:
                pass

    def settle(self, codes=(-signal.SIGKILL,)):
        """Waits until nothing is on its way any more, and the books of all agree."""
        deadline = time.monotonic() + PATIENCE
        while wrong := self.books.differences(self.referrals):
            assert time.monotonic() < deadline, "\n".join(["the books do not agree:", *wrong, *self.metrics()])
            self.raise_the_dead(codes)
            time.sleep(0.02)

    def metrics(self):
        """What the daemons say of their streams, for a test that fails."""
        words = ("udvej_restored", "udvej_streams")
        for name in NODES:
            said = requests.get(f"{self.url(name)}/metrics", timeout=5).text.splitlines()
            yield from (f"{name}: {line}" for line in said if line.startswith(words))

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
