# SPDX-License-Identifier: EUPL-1.2
"""The broker daemon alone: who gets in, what is handed on, what hostile peers can do to it."""

import json
import os
import socket
import time

import pytest
import requests
import zmq

from service.broker_world import PING, World

MAX_PAYLOAD = 128 * 1024


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def running(world):
    return world.start()


# --- handing on ---


def test_two_nodes_exchange_frames_under_the_names_of_their_keys(running):
    a, b = running.node("a").register(), running.node("b").register()
    a.send(b"b", b"from a")
    assert b.receive_frame() == ("a", b"from a")
    b.send(b"a", b"x" * MAX_PAYLOAD)
    assert a.receive_frame() == ("b", b"x" * MAX_PAYLOAD)
    assert running.metric("messages_total") == 2
    assert running.metric("bytes_total") == 6 + MAX_PAYLOAD
    assert running.metric("connected_nodes") == 2


def test_new_connection_is_announced_to_both_sides(running):
    a = running.node("a").register()
    b = running.node("b")
    b.send(b"", PING)
    assert a.hears("up", "b")
    assert b.hears("up", "a")


def test_sender_is_told_when_the_destination_is_not_connected_or_unknown(running):
    a = running.node("a").register()
    for name in ("b", "nobody"):
        a.send(name.encode(), b"hello")
        assert a.hears("gone", name)
    assert running.metric("unreachable_total") == 2


def test_sender_is_told_after_the_destination_went_away(running):
    a, b = running.node("a").register(), running.node("b").register()
    b.close()
    time.sleep(0.3)
    a.send(b"b", b"hello")
    assert a.hears("gone", "b")
    running.node("b").register()
    assert a.hears("up", "b")
    a.send(b"b", b"hello again")
    assert running.nodes[-1].receive_frame() == ("a", b"hello again")


def test_many_frames_arrive_whole_and_in_order(running):
    a, b = running.node("a").register(), running.node("b").register()
    for n in range(5000):
        a.send(b"b", n.to_bytes(4, "big") * 64)
        if n % 100 == 99:
            for m in range(n - 99, n + 1):
                assert b.receive_frame() == ("a", m.to_bytes(4, "big") * 64)


def test_newest_connection_of_a_node_wins_and_the_older_is_not_heard(running):
    a, old = running.node("a").register(), running.node("b").register()
    new = running.node("b").register()
    a.send(b"b", b"hello")
    assert new.receive_frame() == ("a", b"hello")
    assert not old.is_heard(within=0.5)
    assert new.is_heard()
    assert running.metric("superseded_total") >= 1


def test_stalled_receiver_disturbs_nobody_and_is_announced_when_it_reads_again(running):
    a, c = running.node("a").register(), running.node("c").register()
    stalled = running.node("b", receive_limit=1).register()
    assert a.hears("up", "b")
    sent = 0
    while running.metric("unreachable_total") == 0:
        for _ in range(200):
            a.send(b"b", b"x" * 16384)
        sent += 200
        assert sent < 20000, "the broker queues without end"
    assert a.hears("gone", "b")
    a.send(b"c", b"still there?")
    assert c.receive_frame() == ("a", b"still there?")
    while stalled.receive(within=0.5):
        pass
    while a.receive_link("gone", within=0.2):
        pass
    assert stalled.is_heard()
    assert a.hears("up", "b")


# --- who gets in ---


def test_unknown_key_is_refused_counted_and_logged_with_the_key(running):
    public, secret = zmq.curve_keypair()
    stranger = running.node("a", keys={"curve_public": public.decode(), "curve_secret": secret.decode()})
    assert not stranger.send(b"", PING, within=1)
    assert running.metric("refused_total") >= 1
    assert public.decode() in running.log.read_text()
    assert running.node("a").register()


def test_peer_without_curve_gets_nowhere(running):
    assert not running.node("a", curve=False).send(b"", PING, within=1)
    assert running.node("a").register()


def test_node_does_not_talk_to_a_broker_with_another_key(running):
    impostor, _ = zmq.curve_keypair()
    assert not running.node("a", server_key=impostor.decode()).send(b"", PING, within=1)


def test_key_of_a_broker_is_not_that_of_a_node(running):
    assert not running.node("broker").send(b"", PING, within=1)


def test_revoked_node_is_cut_off_live(running):
    a, b = running.node("a").register(), running.node("b").register()
    running.write_registry(2, nodes=["a", "c"])
    b.send(b"a", b"still me")
    running.wait_metric("cut_off_total", 1)
    assert not b.is_heard(within=0.5)
    a.send(b"b", b"secret")
    assert a.hears("gone", "b")
    assert b.receive_frame(within=0.3) is None and a.receive_frame(within=0.1) is None
    assert not running.node("b").send(b"", PING, within=1)
    running.write_registry(3)
    assert b.is_heard(), "the connection it still has is good again"


def test_registry_that_is_broken_or_older_is_not_used(running):
    a = running.node("a").register()
    running.write_registry(5, nodes=["a"])
    b = running.node("b")
    assert not b.send(b"", PING, within=0.5)
    running.write_registry(0, text="{", sign=False)
    assert a.is_heard() and running.metric("registry_refused") == 1
    running.write_registry(4)
    assert a.is_heard() and running.metric("registry_refused") == 1
    assert not b.send(b"", PING, within=1), "a restored registry let a revoked node in"
    running.write_registry(6)
    assert running.node("b").register() and running.metric("registry_refused") == 0


def test_registry_that_a_partner_has_not_signed_is_not_used(running):
    b = running.node("b").register()
    running.write_registry(2, nodes=["a"], sign=False)
    assert b.is_heard() and running.metric("registry_refused") == 1 and running.metric("registry_serial") == 1
    running.write_registry(3, nodes=["a"])
    running.wait_metric("cut_off_total", 1) if b.send(b"", PING, within=1) else None
    assert running.metric("registry_serial") == 3 and running.metric("registry_refused") == 0


def link_with_registry(world):
    """Link{registry, signatures} of the files that write_registry() left."""
    parts = (b"\x32", world.registry.read_bytes()), (b"\x3a", (world.dir / "registry.json.sig").read_bytes())
    return b"".join(tag + packed_length(text) + text for tag, text in parts)


def packed_length(text):
    length, out = len(text), b""
    while length > 0x7F:
        out, length = out + bytes([length & 0x7F | 0x80]), length >> 7
    return out + bytes([length])


def test_newer_registry_is_taken_from_a_node_and_given_to_others(world):
    world.write_registry(2)
    newer = link_with_registry(world)
    world.write_registry(1)
    running = world.start()
    a, b = running.node("a").register(), running.node("b").register()
    a.send(b"", newer)
    running.wait_metric("registry_serial", 2)
    assert json.loads(running.registry.read_text())["serial"] == 2
    b.send(b"", b"\x18\x01\x28\x01")  # a ping that says serial 1
    assert json.loads(b.receive_link("registry"))["serial"] == 2


def test_registry_that_was_changed_on_the_way_is_not_taken(running):
    a = running.node("a").register()
    running.write_registry(2)
    forged = link_with_registry(running).replace(b'"serial": 2', b'"serial": 9')
    a.send(b"", forged)
    assert a.is_heard()
    running.wait_metric("registry_serial", 2)
    assert running.metric("registry_serial") == 2


def test_broker_does_not_start_with_a_registry_that_nobody_signed(world):
    (world.dir / "registry.json.sig").unlink()
    assert "registry.json.sig" in world.fails_to_start()


# --- hostile peers ---

HOSTILE = {
    "one part": [b""],
    "three parts": [b"b", b"x", b"y"],
    "thirty parts": [b"b"] * 30,
    "empty payload": [b"b", b""],
    "long address": [b"b" * 64, b"x"],
    "NUL in the address": [b"b\0", b"x"],
    "address that is no UTF-8": [b"\xff\xfe", b"x"],
    "no Link": [b"", b"\xff" * 40],
    "truncated Link": [b"", b"\x0a\x20ab"],
    "Link that only the broker may send": [b"", b"\x0a\x01b"],
    "Link that is too long": [b"", PING * 200],
    "payload one byte too long": [b"b", b"x" * (MAX_PAYLOAD + 1)],
}


@pytest.mark.parametrize("parts", HOSTILE.values(), ids=HOSTILE.keys())
def test_malformed_message_is_dropped_and_counted(running, parts):
    a, b = running.node("a").register(), running.node("b").register()
    a.send(*parts)
    running.wait_metric("malformed_total", 1)
    assert b.receive_frame(within=0.1) is None
    assert a.is_heard() and b.is_heard()


def test_oversized_message_costs_the_sender_its_connection_only(running):
    a, b = running.node("a").register(), running.node("b").register()
    a.send(b"b", b"x" * (4 * 1024 * 1024))
    assert b.receive_frame(within=0.3) is None
    assert b.is_heard()
    assert a.is_heard(within=5), "it may connect again"


def test_routing_id_of_another_form_is_not_a_node(running):
    assert not running.node("a", routing_id=b"short").is_heard()
    running.wait_metric("malformed_total", 1)


def test_claimed_routing_id_of_another_node_takes_nothing(running):
    same = b"\x01" * 16
    a = running.node("a", routing_id=same).register()
    thief = running.node("b", routing_id=same)
    thief.send(b"", PING, within=1)
    c = running.node("c").register()
    c.send(b"a", b"for a")
    assert a.receive_frame() == ("c", b"for a")
    assert thief.receive(within=0.2) is None


GREETING = bytes.fromhex("ff00000000000000017f03") + b"\0CURVE".ljust(21, b"\0") + b"\0" * 32


@pytest.mark.parametrize("raw", [b"", b"\0" * 4096, b"GET / HTTP/1.1\r\n\r\n", GREETING[:20], GREETING,
                                 GREETING + b"\x06" + b"\xff" * 8 + b"x" * 5000, None],
                         ids=["nothing", "zeros", "HTTP", "half a greeting", "a greeting", "huge frame", "random"])
def test_garbage_on_the_port_harms_nobody(running, raw):
    a, b = running.node("a").register(), running.node("b").register()
    strangers = []
    for _ in range(20):
        stranger = socket.create_connection(("127.0.0.1", running.port))
        stranger.settimeout(0.2)
        strangers.append(stranger)
        try:
            stranger.sendall(os.urandom(10000) if raw is None else raw)
        except OSError:
            pass  # the broker has hung up: as it should
    a.send(b"b", b"undisturbed")
    assert b.receive_frame() == ("a", b"undisturbed")
    for stranger in strangers:
        stranger.close()


# --- its own life ---


def test_killed_broker_knows_everybody_again_when_it_is_back(running):
    a, b = running.node("a").register(), running.node("b").register()
    running.kill()
    running.start()
    until = time.monotonic() + 5
    assert a.is_heard(within=2) and b.is_heard(within=2)
    assert a.hears("up", "b")
    a.send(b"b", b"as before")
    assert b.receive_frame() == ("a", b"as before")
    assert time.monotonic() < until


def test_broker_ends_within_a_second_when_asked(running):
    running.node("a").register()
    assert running.stop() < 1


def test_health_readiness_and_metrics_are_served(running):
    assert requests.get(running.url("/healthz"), timeout=5).status_code == 200
    assert "registry 1" in requests.get(running.url("/readyz"), timeout=5).text
    assert requests.get(running.url("/metrics"), timeout=5).headers["Content-Type"].startswith("text/plain")
    assert requests.get(running.url("/other"), timeout=5).status_code == 404
    assert requests.post(running.url("/metrics"), timeout=5).status_code == 405


def test_broker_does_not_start_with_keys_that_others_may_read(world):
    world.keys("broker").chmod(0o640)
    assert "mode 0600" in world.fails_to_start()


def test_broker_does_not_start_with_the_keys_of_another(world):
    world.write_conf(keys=world.keys("a"))
    assert "name: must be `broker`, but these are the keys of `a`" in world.fails_to_start()


def test_broker_does_not_start_with_other_keys_than_the_registry_has(world):
    world.keys("broker").unlink()
    world.make_keys("broker")
    assert "the registry has another key for broker broker" in world.fails_to_start()


def test_broker_does_not_start_without_a_row_in_the_registry(world):
    world.make_keys("other")
    world.write_conf(node="other", keys=world.keys("other"))
    assert "the registry has no broker other" in world.fails_to_start()


def test_broker_does_not_start_twice_on_one_endpoint(running):
    assert "Address already in use" in running.fails_to_start()
