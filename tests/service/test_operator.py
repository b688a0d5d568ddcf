# SPDX-License-Identifier: EUPL-1.2
"""What an operator sees and mends with `udvej`: streams, parked messages, dead letters."""

import os
import signal
import subprocess
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.facts import day
from harness.system import eventually, programs
from service.test_delivery import put_into_stream, trio  # noqa: F401


def udvej_alone(*words):
    command = [programs() / "udvej", *words]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def said(done, ok=True):
    assert (done.returncode == 0) == ok, f"{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def udvej(system, *words, node="caseload", ok=True):
    return said(udvej_alone(*words, "--conf", system.place.conf(node)), ok)


def of_letter(system, verb, seq, *more, ok=True):
    return udvej(system, "dead", verb, "--from", "kommune", "--seq", seq, *more, ok=ok)


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
    for verb in ("show", "replay", "discard"):
        done = udvej_alone("dead", verb, "--conf", poisoned.place.conf("caseload"), "--from", "kommune", "--seq", 999999)
        assert done.returncode == 1 and "no such dead letter" in done.stderr
        assert done.stdout == "", "nothing is claimed to have been done"
    assert counts(poisoned) == (1, 1)


def test_letter_is_shown_without_its_body(poisoned):
    epoch, seq, letter_id, entity = poisoned.query("caseload", "select epoch::text, seq, id, entity from bus_dead")[0]
    shown = of_letter(poisoned, "show", seq)
    for word in ("kommune", epoch, str(seq), letter_id, "CourseRequest", entity, "malformed-message", "bytes   14"):
        assert word in shown, word
    assert b"not protobuf".hex() not in shown and "not protobuf" not in shown


def bury(system, seq, kind, body, epoch=None):
    """A dead letter of a stopped or running caseload; its epoch."""
    return system.query("caseload", """insert into bus_dead (sender, epoch, seq, id, type, entity, body, error)
        values ('kommune', coalesce(%s, gen_random_uuid()::text)::uuid, %s, gen_random_uuid()::text, %s, %s, %s, 'value')
        returning epoch::text""", epoch, seq, kind, str(uuid.uuid4()), body)[0][0]


def test_body_is_shown_when_it_is_asked_for_with_a_warning(trio):  # noqa: F811
    entity = str(uuid.uuid4())
    bury(trio, 900001, "CourseCommand", close_of(entity))
    bury(trio, 900002, "NoSuchType", b"\x01\xff")
    bury(trio, 900003, "CourseRequest", b"\xff not protobuf")
    conf = trio.place.conf("caseload")
    for seq, body in ((900001, f'"courseId":"{entity}"'), (900002, "01ff"), (900003, b"\xff not protobuf".hex())):
        done = udvej_alone("dead", "show", "--conf", conf, "--from", "kommune", "--seq", seq, "--body")
        assert body in said(done) and "personal data" in done.stderr
        assert body not in of_letter(trio, "show", seq)
    trio.query("caseload", "delete from bus_dead where seq between 900001 and 900003")


def test_letter_is_named_by_its_epoch_where_several_have_its_number(trio):  # noqa: F811
    epochs = [bury(trio, 7, "CourseCommand", b"") for _ in range(2)]
    listed = udvej(trio, "dead", "list")
    assert all(epoch[:13] in listed for epoch in epochs)
    for verb in ("show", "replay", "discard"):
        refused = of_letter(trio, verb, 7, ok=False)
        assert all(epoch in refused for epoch in epochs) and "nothing was done" in refused
    assert trio.query("caseload", "select count(*) from bus_dead where seq = 7") == [(2,)]
    assert "at least its first 8 characters" in of_letter(trio, "discard", 7, "--epoch", epochs[0][:7], ok=False)
    assert "no such dead letter" in of_letter(trio, "discard", 7, "--epoch", str(uuid.uuid4()), ok=False)
    assert "Discarded for good" in of_letter(trio, "discard", 7, "--epoch", epochs[0][:8])
    assert trio.query("caseload", "select epoch::text from bus_dead where seq = 7") == [(epochs[1],)]
    assert "To be applied again" in of_letter(trio, "replay", 7), "now there is only one"
    trio.query("caseload", "delete from bus_parked where seq = 7")


@pytest.mark.parametrize("seq", ["1x", "0", "-1", "", "99999999999999999999"])
def test_number_that_is_none_is_refused_in_words(seq):
    refused = said(udvej_alone("dead", "discard", "--conf", "none", "--from", "kommune", "--seq", seq), ok=False)
    assert f"--seq: must be a whole number from 1 on, but is `{seq}`" in refused


def test_token_is_made_on_an_intake_node_only(trio):  # noqa: F811
    refused = udvej(trio, "token", "--role", "system", "--name", "x", ok=False)
    assert "tokens are made on intake nodes, and caseload is none" in refused and "SQLSTATE" not in refused


def test_help_is_an_answer_and_wrong_usage_is_an_error():
    for words in (["--help"], ["dead", "--help"], ["recover", "-h"]):
        done = udvej_alone(*words)
        assert (done.returncode, done.stderr) == (0, "") and "udvej" in done.stdout
    for words in ([], ["no-such-thing"], ["dead", "bury"], ["dead", "list", "--body"], ["status"]):
        done = udvej_alone(*words)
        assert (done.returncode, done.stdout) == (2, "") and "udvej" in done.stderr


def test_keys_of_another_node_are_refused(tmp_path):
    own, new = tmp_path / "caseload.json", tmp_path / "new.json"
    said(udvej_alone("keys", "--out", own, "--name", "caseload"))
    refused = said(udvej_alone("keys", "--out", new, "--name", "kommune", "--before", own), ok=False)
    assert "name: must be `kommune`, but these are the keys of `caseload`" in refused
    assert not new.exists()
    said(udvej_alone("keys", "--out", new, "--name", "caseload", "--before", own))


def test_registry_is_signed_for_a_partner_with_its_own_key_only(trio, tmp_path):  # noqa: F811
    place, registry = trio.place, tmp_path / "registry.json"
    registry.write_text(place.registry.read_text())
    own, other = place.keys("partner-kommune"), place.keys("partner-reden")
    for words, why in (
        (("kommune", other), "must be `partner-kommune`, but these are the keys of `partner-reden`"),
        (("kommune", other, place.partners), "is not the key that"),
        (("kommune", place.keys("kommune")), "must be `partner-kommune`"),
        (("nobody", own), "of an organisation `nobody`"),
        (("nobody", own, place.partners), "there is no partner `nobody`"),
    ):
        assert why in said(udvej_alone("registry", "sign", registry, *words), ok=False)
        assert not registry.with_name("registry.json.sig").exists()
    for partner in ("kommune", "reden", "livarehab"):
        said(udvej_alone("registry", "sign", registry, partner, place.keys(f"partner-{partner}"), place.partners))
    said(udvej_alone("registry", "verify", registry, place.partners))


def test_node_that_does_not_run_is_said_not_to_by_status_and_recover(trio):  # noqa: F811
    assert "Node caseload\n  ready\n" in udvej(trio, "status")
    trio.stop("caseload")
    told = udvej(trio, "status")
    assert "does not answer" in told and "is it running?" in told
    refused = udvej(trio, "recover", "--partner", "kommune", "--keys", trio.place.keys("partner-kommune"), ok=False)
    assert "caseload does not run" in refused and "start it, then give this command again" in refused
    assert trio.query("caseload", "select count(*) from recovery") == [(0,)]


def test_recovery_of_a_node_that_goes_away_is_not_waited_for_without_end(trio):  # noqa: F811
    words = [trio.place.bin / "udvej", "recover", "--conf", trio.place.conf("caseload"), "--partner", "kommune", "--keys",
             trio.place.keys("partner-kommune")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as waiting:
        eventually(lambda: trio.query("caseload", "select 1 from recovery_peer"), what="that the node takes it up by itself")
        trio.stop("caseload")
        told = waiting.communicate(timeout=60)[0]
    assert waiting.returncode == 1 and "waits for" in told
    assert "caseload has not run for 30 seconds" in told and "give this command again" in told


def test_verify_finds_nothing_at_a_node_that_works_meanwhile(trio):  # noqa: F811
    halt = threading.Event()

    def work():
        client = trio.api("kommune")
        while not halt.is_set():
            client.post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "self"}, key=str(uuid.uuid4()))

    trio.token("kommune")
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work) for _ in range(4)]
        try:
            for _ in range(15):
                assert "BROKEN" not in udvej(trio, "verify", node="kommune")
        finally:
            halt.set()
        for one in working:
            one.result()


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
