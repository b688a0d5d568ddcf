# SPDX-License-Identifier: EUPL-1.2
"""What an operator sees and mends with `udvej`: streams, parked messages, dead letters."""

import os
import signal
import subprocess
import uuid

import pytest

from harness.system import eventually
from service.test_delivery import put_into_stream, trio  # noqa: F401


def udvej(system, *words, node="caseload", ok=True):
    command = [system.place.bin / "udvej", *words, "--conf", system.place.conf(node)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == ok, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def of_letter(system, verb, seq, ok=True):
    command = [system.place.bin / "udvej", "dead", verb, "--conf", system.place.conf("caseload"), "--from", "kommune",
               "--seq", str(seq)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == ok, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def look_again(system):
    os.kill(system.children["caseload"].pid, signal.SIGHUP)


def counts(system):
    return system.query("caseload", "select (select count(*) from bus_dead), (select count(*) from bus_parked)")[0]


def close_of(course):
    """CourseCommand{courseId, operation, command: close} of a course that nobody has: it is refused, and so dealt with."""
    return b"\x0a\x24" + course.encode() + b"\x12\x24" + str(uuid.uuid4()).encode() + b"\x1a\x05close"


@pytest.fixture
def poisoned(trio):  # noqa: F811
    """A dead letter at caseload, and a good message that waits behind it."""
    entity = str(uuid.uuid4())
    trio.stop("kommune")
    put_into_stream(trio, "kommune", "caseload", [("CourseRequest", entity, b"\xff not protobuf"),
                                                  ("CourseCommand", entity, close_of(entity))])
    trio.start("kommune")
    eventually(lambda: counts(trio) == (1, 1), what="the burial")
    return trio


def test_status_shows_streams_and_what_stands_still_without_any_body(poisoned):
    shown = udvej(poisoned, "status")
    for word in ("Streams out", "Streams in", "kommune", "CourseCommand", "malformed-message"):
        assert word in shown
    assert "not protobuf" not in shown
    assert "this daemon has sent nothing yet" in shown, "it has refused nothing, and enrolled nobody"
    assert "caseload" in udvej(poisoned, "status", node="kommune")


def test_replayed_letter_that_is_still_bad_is_dead_again(poisoned):
    seq = poisoned.query("caseload", "select seq from bus_dead")[0][0]
    assert "CourseRequest" in of_letter(poisoned, "replay", seq)
    assert counts(poisoned) == (0, 2)
    look_again(poisoned)
    eventually(lambda: counts(poisoned) == (1, 1), what="the second burial")


def test_discarded_letter_lets_go_what_waits_behind_it(poisoned):
    seq = poisoned.query("caseload", "select seq from bus_dead")[0][0]
    of_letter(poisoned, "discard", seq)
    look_again(poisoned)
    eventually(lambda: counts(poisoned) == (0, 0), what="the release")
    assert poisoned.children["caseload"].poll() is None


def test_letter_that_is_not_there_is_said_to_be_so(poisoned):
    assert "no such dead letter" in of_letter(poisoned, "discard", 999999, ok=False)
    assert counts(poisoned) == (1, 1)


def test_verify_finds_what_was_changed_in_a_stream(trio):  # noqa: F811
    entity = str(uuid.uuid4())
    assert "BROKEN" not in udvej(trio, "verify", node="kommune")
    trio.stop("caseload")
    trio.stop("kommune")
    put_into_stream(trio, "kommune", "caseload", [("CourseCommand", entity, close_of(entity))] * 3)
    said = udvej(trio, "verify", node="kommune")
    assert "to caseload: holds from" in said and "BROKEN" not in said
    with trio.db("kommune") as connection, connection.cursor() as cursor:
        cursor.execute("select max(seq) - 1 from bus_out where receiver = 'caseload'")
        middle = cursor.fetchone()[0]
        cursor.execute("update bus_out set body = body || '\\x00' where receiver = 'caseload' and seq = %s", [middle])
    assert f"to caseload: BROKEN after {middle - 1}" in udvej(trio, "verify", node="kommune", ok=False)
    with trio.db("kommune") as connection, connection.cursor() as cursor:
        cursor.execute("update bus_out set body = substring(body from 1 for length(body) - 1) where seq = %s "
                       "and receiver = 'caseload'", [middle])
    trio.start("kommune", "caseload")
    eventually(lambda: counts(trio) == (0, 0) and trio.query("kommune", "select count(*) from bus_out") == [(0,)])
    said = udvej(trio, "verify")
    assert "from kommune: signed by its sender up to" in said and "BROKEN" not in said
    trio.stop("caseload")
    with trio.db("caseload") as connection, connection.cursor() as cursor:
        cursor.execute("update bus_in_stream set signed_seq = signed_seq + 1 where sender = 'kommune'")
    assert "from kommune: BROKEN" in udvej(trio, "verify", ok=False)
