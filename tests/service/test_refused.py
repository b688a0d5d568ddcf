# SPDX-License-Identifier: EUPL-1.2
"""What is refused is counted, and logged with who sent it: at the broker, and at a daemon behind it."""

import json
import os
import re
import socket
import time
from types import SimpleNamespace

import pytest
import requests
import zmq

from harness.facts import referral
from harness.system import eventually
from service.broker_world import PING, BareNode, World
from service.sealed import Sealer

MAX_FRAME = 128 * 1024


# --- at the broker ---


@pytest.fixture
def running(tmp_path):
    made = World(tmp_path).start()
    try:
        yield made
    finally:
        made.close()


def assert_logged(world, *words):
    eventually(lambda: any(all(word in line for word in words) for line in world.log.read_text().splitlines()),
               what=f"a line with {words}")


def test_malformed_message_is_logged_with_node_and_key(running):
    running.node("a").register().send(b"b", b"")
    assert_logged(running, "dropped a message of a ", running.public["a"]["curve"], "127.0.0.1", "form of a message")
    running.nodes[0].send(b"", b"\xff" * 40)
    assert_logged(running, "dropped a message of a ", "nothing that a broker understands")


def test_superseded_connection_is_logged_with_node_and_key(running):
    old = running.node("a").register()
    running.node("a").register()
    old.send(b"", PING)
    assert_logged(running, "dropped a message of a ", running.public["a"]["curve"], "newer connection")


def test_key_that_is_cut_off_is_logged_with_the_name_it_had(running):
    b = running.node("b").register()
    running.write_registry(2, nodes=["a", "c"])
    b.send(b"a", b"still me")
    assert_logged(running, "dropped a message of b ", running.public["b"]["curve"], "no longer in the registry")


def test_flood_of_malformed_messages_is_counted_whole_and_logged_once_a_second(running):
    a = running.node("a").register()
    began = time.monotonic()
    for _ in range(500):
        a.send(b"b", b"")
    running.wait_metric("malformed_total", 500)
    seconds = time.monotonic() - began
    assert len(re.findall("dropped a message", running.log.read_text())) <= 1 + seconds

    def is_told_how_many():
        time.sleep(1)
        a.send(b"b", b"")
        return sum(map(int, re.findall(r"form of a message.*\((\d+) more since", running.log.read_text()))) > 0

    eventually(is_told_how_many, what="a line that counts what was not logged")


GARBAGE = {
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "zeros": bytes(4096),
    "no CURVE": bytes.fromhex("ff00000000000000017f03") + b"\0NULL".ljust(21, b"\0") + bytes(32),
    "random": None,
    "hangs up": b"",
}


@pytest.mark.parametrize("raw", GARBAGE.values(), ids=GARBAGE.keys())
def test_stranger_that_makes_no_handshake_is_counted_and_logged_with_its_address(running, raw):
    """With its address unless ZeroMQ has closed the connection before anybody could ask for it."""
    def knock():
        known = running.metric("strangers_total")
        with socket.create_connection(("127.0.0.1", running.port)) as stranger:
            address = "127.0.0.1:{}".format(stranger.getsockname()[1])
            stranger.sendall(os.urandom(4096) if raw is None else raw)
            time.sleep(0.2)
        running.wait_metric("strangers_total", known + 1)
        time.sleep(1)  # at most one line a second
        said = re.findall("a connection from (.*) has ended before a node spoke over it", running.log.read_text())
        assert said and said[-1] in (address, "an address that is gone"), said
        return said[-1] == address

    eventually(knock, what="a line with the address")
    assert running.metric("ended_total") == 0 and running.node("a").register()


def test_message_over_the_limit_of_the_socket_is_counted_and_logged_with_node_and_address(running):
    a = running.node("a").register()
    assert running.metric("ended_total") == 0
    a.send(b"b", b"x" * (4 * 1024 * 1024))
    running.wait_metric("ended_total", 1)
    assert_logged(running, "the connection of a ", running.public["a"]["curve"], "127.0.0.1:", "over the limit")
    assert a.is_heard(within=5)


# --- what one peer can cost the broker ---


def memory(process, what):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return int(re.search(rf"^{what}:\s+(\d+) kB", status.read(), re.MULTILINE).group(1)) / 1024


def test_node_that_does_not_read_costs_the_broker_some_tens_of_megabytes_at_most(tmp_path):
    world = World(tmp_path)
    try:
        world.start(ASAN_OPTIONS="quarantine_size_mb=1:thread_local_quarantine_size_kb=64")
        a, c = world.node("a").register(), world.node("c").register()
        world.node("b", receive_limit=1).register()
        before = memory(world.process, "VmRSS")
        for _ in range(1500):
            a.send(b"b", b"x" * MAX_FRAME)
        world.wait_metric("unreachable_total", 500, within=60)
        assert a.hears("gone", "b")
        assert memory(world.process, "VmHWM") - before < 64
        a.send(b"c", b"still there?")
        assert c.receive_frame() == ("a", b"still there?")
    finally:
        world.close()


def big_registry(world, serial, n):
    """So many nodes, of which the three of this world are the first."""
    rows = [{"role": role, "organisation": name, **world.public[node]} for node, (role, name) in world.NODES.items()]
    for i in range(len(rows), n):
        sign, box = (json.loads(json.dumps(rows[0][key]))[:-8] + f"{i:06}A=" for key in ("sign", "box"))
        rows.append({"name": f"node-{i}", "role": "intake", "organisation": f"organisation-{i}",
                     "curve": zmq.curve_keypair()[0].decode(), "sign": sign, "box": box})
    brokers = [{"name": "broker", "endpoint": world.endpoint, "curve": world.public["broker"]["curve"]}]
    return json.dumps({"serial": serial, "nodes": rows, "brokers": brokers})


def test_registry_of_a_thousand_nodes_is_given_once_to_one_who_has_an_older_one(running):
    running.write_registry(2, text=big_registry(running, 2, 1000))
    a = running.node("a").register()
    older = b"\x18\x01\x28\x01"  # a ping that says serial 1
    a.send(b"", older)
    assert len(json.loads(a.receive_link("registry"))["nodes"]) == 1000
    a.send(b"", older)
    assert a.receive_link("registry", within=1) is None, "to one who does not read it would pile up"


# --- at a daemon ---


def metric(system, name):
    text = requests.get(system.url("caseload") + "/metrics", timeout=10).text
    return int(re.search(rf"^udvej_{name} (\d+)$", text, re.MULTILINE).group(1))


def bare(system, name, context):
    """A socket with the keys of a node, which is not running."""
    public = {row["name"]: row for row in json.loads(system.place.registry.read_text())["brokers"]}
    world = SimpleNamespace(context=context, keys=system.place.keys, public=public,
                            endpoint=system.place.endpoint("broker"))
    return BareNode(world, name).register()


def genuine_batch(system, context):
    """A sealed batch of reden for caseload, as it lay on the wire: caseload is not running, and played here."""
    caseload, sealer = bare(system, "caseload", context), Sealer(system.place, "caseload", "reden")
    system.api("reden").post("/api/v1/referrals", referral())
    while True:
        sender, payload = caseload.receive_frame(within=20)
        frame = sealer.open(payload)
        if sender == "reden" and 1 in frame:
            caseload.send(b"reden", sealer.acknowledgement(frame[1]))
        if sender == "reden" and 2 in frame:
            caseload.close()
            return payload


def curve_of(system, name):
    return next(row["curve"] for row in json.loads(system.place.registry.read_text())["nodes"] if row["name"] == name)


def is_logged(system, *words):
    return any(all(word in line for word in words) for line in system.log("caseload").splitlines())


def books(system):
    return system.query("caseload", "select sender, epoch, seq, encode(chain, 'hex') from bus_in_stream order by sender")


@pytest.fixture
def recorded(make_system):
    """The system with caseload running, a batch of reden that it has applied, and reden stopped."""
    system = make_system("reden", "caseload", "broker").start("broker", "reden")
    with zmq.Context() as context:
        batch = genuine_batch(system, context)
        system.start("caseload")
        eventually(lambda: books(system), 20, "that caseload applies what reden sent")
        system.stop("reden")
        yield SimpleNamespace(system=system, context=context, batch=batch, books=books(system),
                              repeated=metric(system, "frames_repeated_total"),
                              refused=metric(system, "frames_refused_total"))
        assert metric(system, "streams_broken") == 0
        context.destroy(linger=0)


def assert_refused(recorded, node, payload, *words):
    system = recorded.system
    sender = bare(system, node, recorded.context)
    sender.send(b"caseload", payload)
    eventually(lambda: metric(system, "frames_refused_total") == recorded.refused + 1, 5, "that it is counted")
    eventually(lambda: is_logged(system, f"refused a frame from {node} ", curve_of(system, node), *words), 5, "a line")
    assert books(system) == recorded.books
    sender.close()


def test_random_bytes_of_a_node_are_refused_counted_and_logged_with_its_key(recorded):
    assert_refused(recorded, "reden", b"\xff" + os.urandom(500), "unreadable")


def test_truncated_frame_is_refused_counted_and_logged_with_the_key(recorded):
    assert_refused(recorded, "reden", recorded.batch[:-7], "unreadable")


def test_frame_that_was_changed_is_refused_counted_and_logged_with_the_key(recorded):
    changed = recorded.batch[:-1] + bytes([recorded.batch[-1] ^ 1])
    assert_refused(recorded, "reden", changed, "changed on the way")


def test_frame_of_another_node_is_refused_counted_and_logged_with_the_key_it_came_under(recorded):
    assert_refused(recorded, "livarehab", recorded.batch, "not sealed by it")


def test_replayed_frame_is_counted_and_logged_with_the_key_and_changes_nothing(recorded):
    system = recorded.system
    reden = bare(system, "reden", recorded.context)
    reden.send(b"caseload", recorded.batch)
    eventually(lambda: metric(system, "frames_repeated_total") == recorded.repeated + 1, 5, "that it is counted")
    eventually(lambda: is_logged(system, "frame from reden ", curve_of(system, "reden"), "replayed"), 5, "a line")
    assert metric(system, "frames_refused_total") == recorded.refused and books(system) == recorded.books
    reden.close()


def test_frame_that_is_too_large_does_not_reach_the_daemon_and_is_counted_by_the_broker(recorded):
    reden = bare(recorded.system, "reden", recorded.context)
    reden.send(b"caseload", b"x" * (MAX_FRAME + 1))
    url = recorded.system.url("broker") + "/metrics"
    eventually(lambda: "udvej_broker_malformed_total 1" in requests.get(url, timeout=5).text, 5, "that it is counted")
    eventually(lambda: curve_of(recorded.system, "reden") in recorded.system.log("broker"), 5, "a line")
    assert metric(recorded.system, "frames_refused_total") == recorded.refused
    reden.close()
