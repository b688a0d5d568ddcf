# SPDX-License-Identifier: EUPL-1.2
"""Whether the daemons are ready, and whether their ports are free."""

import socket
import time
import urllib.error
import urllib.request

from . import process
from .errors import Trouble


NEEDS_OPERATOR = "udvej recover"  # what /readyz says of a database that was set back: waiting does not mend it


def readiness(place, name):
    """(ready, what it says of itself)"""
    try:
        with urllib.request.urlopen(f"{place.url(name)}/readyz", timeout=2) as answer:
            return answer.status == 200, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return False, answer.read().decode()
    except (urllib.error.URLError, OSError):
        return False, ""


def is_ready(place, name):
    return readiness(place, name)[0]


def wait_ready(place, names, seconds=60, watch=lambda: None):
    """Waits until all are ready, or wait for an operator: returns a line for each of those. `watch` may raise when
    waiting has become pointless."""
    deadline = time.monotonic() + seconds
    waiting, lines = list(names), []
    while waiting:
        said = {name: readiness(place, name) for name in waiting}
        waiting = [name for name, (ready, words) in said.items() if not ready and NEEDS_OPERATOR not in words]
        lines += [f"{name} is {words.strip()} (deploy/RUNBOOK.md)" for name, (_, words) in said.items()
                  if NEEDS_OPERATOR in words]
        if not waiting:
            return lines
        watch()
        if time.monotonic() > deadline:
            logs = [f"{name}:\n  " + "\n  ".join(process.tail(place.log(name), 5)) for name in waiting]
            raise Trouble(f"not ready after {seconds} s: {', '.join(waiting)}\n" + "\n".join(logs))
        time.sleep(0.05)
    return lines


def check_ports_free(ports):
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as problem:
                raise Trouble(f"port {port} is taken ({problem.strerror}): choose another with --port-base") from None
