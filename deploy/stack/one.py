# SPDX-License-Identifier: EUPL-1.2
"""One daemon of a running system, stopped and started by an operator (deploy/node).

The supervisor starts whatever is not running, so a stopped one has a mark, DIR/run/NAME.stopped, that it respects.
"""

import time
import urllib.error
import urllib.request

from . import daemons, process
from .errors import Trouble
from .lock import only_one
from .say import line, step

ANSWERS_WITHIN = 30.0


def mark(place, name):
    return place.marker(f"{name}.stopped")


def is_stopped(place, name):
    return mark(place, name).exists()


def forget_marks(place):
    """Whoever starts the whole system wants all of it."""
    for name in place.nodes:
        mark(place, name).unlink(missing_ok=True)


def spec_of(place, name):
    if name not in place.nodes:
        raise Trouble(f"there is no node {name}: there are {', '.join(place.nodes)}")
    if not place.conf(name).exists():
        raise Trouble(f"nothing has been started in {place.dir}: deploy/up does that")
    return daemons.spec(place, name)


def stop(place, name):
    spec = spec_of(place, name)
    with only_one(place), step(f"{name} stopped") as note:
        mark(place, name).touch()
        if not process.stop(spec):
            note("it had to be killed; see its log")


def start(place, supervisor, name):
    """Lets the supervisor start it, and waits for what it says of itself."""
    spec = spec_of(place, name)
    with only_one(place):
        if process.running_pid(supervisor) is None:
            raise Trouble(f"nothing is running in {place.dir}: start all of it with deploy/up")
        with step(f"{name} started") as note:
            mark(place, name).unlink(missing_ok=True)
            note(f"process {wait(place, spec)}: {answer(place, name)}")


def restart(place, supervisor, name):
    stop(place, name)
    start(place, supervisor, name)


def wait(place, spec):
    """Its pid, when it answers; whether it is ready is another question: it may be about to be recovered."""
    deadline = time.monotonic() + ANSWERS_WITHIN
    while process.running_pid(spec) is None or not answer(place, spec.name):
        if time.monotonic() > deadline:
            said = "\n  ".join(process.tail(place.log(spec.name), 5))
            raise Trouble(f"{spec.name} does not answer within {ANSWERS_WITHIN:.0f} s:\n  {said}")
        time.sleep(0.1)
    return process.running_pid(spec)


def answer(place, name):
    """The first line of its /readyz; "" when it does not answer, or only asks the others still."""
    try:
        with urllib.request.urlopen(f"{place.url(name)}/readyz", timeout=2) as reply:
            said = reply.read().decode()
    except urllib.error.HTTPError as refusal:
        said = refusal.read().decode()
    except OSError:
        return ""
    return "" if "asks the others first" in said else said.partition("\n")[0]

