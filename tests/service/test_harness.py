# SPDX-License-Identifier: EUPL-1.2
"""The harness notices what a test would not: a daemon that dies by itself, a sanitizer report in a log."""

import pytest

from harness.system import System, eventually


@pytest.fixture
def one_daemon(cluster):
    made = System(cluster, ["caseload"])
    made.start()
    yield made
    made.close()


def test_a_daemon_that_died_by_itself_is_noticed(one_daemon):
    child = one_daemon.children["caseload"]
    child.kill()
    eventually(lambda: child.poll() is not None)
    problems = one_daemon.close()
    assert len(problems) == 1 and problems[0].startswith("caseload died by itself with -9")


def test_a_sanitizer_report_is_noticed(one_daemon):
    with open(one_daemon.place.log("caseload"), "a") as log:
        log.write("common/base/arena.c:12:3: runtime error: load of misaligned address\n")
    problems = one_daemon.close()
    assert len(problems) == 1 and "sanitizer report" in problems[0]


def test_a_daemon_killed_on_purpose_is_no_problem(one_daemon):
    one_daemon.kill("caseload")
    assert one_daemon.close() == []
