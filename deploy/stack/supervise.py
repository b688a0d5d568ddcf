# SPDX-License-Identifier: EUPL-1.2
"""Keeps PostgreSQL and the daemons alive: whatever is not running is started again, unless an operator stopped it.

It looks at pid files only, so it takes over what an earlier supervisor started, and it can itself be started
again at any time. Ended by SIGTERM; what it started goes on (deploy/down stops that).
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from . import accounts, daemons, one, process, registry
from .cluster import Cluster
from .errors import Trouble
from .lock import only_one_now

LOOK_EVERY = 0.2
LOOK_AGAIN = 1.0  # whether a node that was taken out of the registry is let in again
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY_AFTER = 30.0  # alive this long, the next crash is the first again
# A statement for the reporting service is valid for 12 hours. Tests set another period (seconds) in the environment.
RENEW_EVERY, RENEW_EVERY_SET_BY = 3600.0, "UDVEJ_RENEW_EVERY"
RENEW_AGAIN = 60.0  # after one that failed

# Newer than the running supervisor, these make it an old one.
PROGRAM_FILES = tuple(Path(__file__).parent.glob("*.py"))


class Charge:
    """One process under supervision."""

    def __init__(self, spec, may_run=lambda: True):
        self.spec, self.may_run, self.refused = spec, may_run, False
        self.pause, self.not_before, self.started = FIRST_PAUSE, 0.0, time.monotonic()

    def look(self, now):
        """Starts it when it is gone and its pause is over."""
        if process.running_pid(self.spec) is not None or now < self.not_before:
            return
        if not self.may_run():
            if not self.refused:
                say(f"{self.spec.name} is not in the registry: not started")
            self.refused, self.not_before = True, now + LOOK_AGAIN
            return
        self.refused = False
        if now - self.started > STEADY_AFTER:
            self.pause = FIRST_PAUSE
        say(f"starting {self.spec.name}")
        process.launch(self.spec)
        self.started, self.not_before = now, now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def say(text):
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)


def spec(place, words):
    """The supervisor itself as a process; `words` start it."""
    return process.Spec("supervisor", tuple(words), place.pid("supervisor"), place.log("supervisor"), str(place.dir))


def run(place):
    """The loop. Does not return until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    cluster = Cluster(place.dir, place.run, place.log("postgres"))
    charges = [Charge(cluster.spec())]
    charges += [Charge(spec, lambda name=spec.name: name in registry.members(place)) for spec in daemons.specs(place)]
    renew_every = float(os.environ.get(RENEW_EVERY_SET_BY, RENEW_EVERY))
    renew_at = time.monotonic() + renew_every
    say("supervising")
    while True:
        reap()
        now = time.monotonic()
        for charge in charges:
            if not one.is_stopped(place, charge.spec.name):
                charge.look(now)
        if now > renew_at:
            renew_at = now + (renew_every if renew(place) else min(renew_every, RENEW_AGAIN))
        time.sleep(LOOK_EVERY)


def reap():
    """Buries what we started and what has ended; that it is gone is seen by its pid file."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def renew(place):
    """False when it has to be tried again: nothing that goes wrong here may end the supervisor."""
    with only_one_now(place) as free:
        if not free:  # deploy/up writes DIR/env too, and does this by itself
            return False
        try:
            accounts.renew_statement(place)
        except (Trouble, OSError, LookupError) as trouble:
            say(f"statement not renewed: {trouble!r}")
            return False
    return True
