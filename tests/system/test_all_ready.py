# SPDX-License-Identifier: EUPL-1.2
"""All seven daemons together."""

import requests

from stack.place import NODES


def test_all_seven_daemons_are_healthy_and_ready(system):
    for name in NODES:
        for path in ("/healthz", "/readyz"):
            answer = requests.get(system.url(name) + path, timeout=10)
            assert answer.status_code == 200, f"{name}{path}: {answer.status_code} {answer.text}"


def test_daemon_killed_and_started_again_is_ready(system):
    for name in ("broker", "caseload", "reden"):
        system.kill(name)
        system.start(name)
