# SPDX-License-Identifier: EUPL-1.2
"""A broker process with its registry, and nodes as bare ZeroMQ sockets: what a hostile or broken node can do too."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import requests
import zmq

from harness.system import REPORT, SANITIZERS, free_port_base, programs

PING = b"\x18\x01\x28\x7f"  # Link{ping, serial 127}: with a newer registry than any of these tests


def link_of(payload):
    """The set texts of a packed Link: {"up": ...}, {"gone": ...}, {"pong": ...}."""
    names, found = {1: "up", 2: "gone", 4: "pong", 6: "registry", 7: "signatures"}, {}
    while payload:
        tag, (length, payload) = payload[0], varint(payload[1:])
        if tag & 7 == 0:
            continue
        found[names[tag >> 3]] = payload[:length].decode()
        payload = payload[length:]
    return found


def varint(payload):
    """(value, the rest)"""
    value = 0
    for i, byte in enumerate(payload):
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value, payload[i + 1:]
    raise ValueError(payload)


class BareNode:
    """A DEALER socket that says exactly what the test says."""

    def __init__(self, world, name, keys=None, server_key=None, curve=True, routing_id=None, receive_limit=0):
        self.name = name
        self.socket = world.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.setsockopt(zmq.IMMEDIATE, 1)
        self.socket.setsockopt(zmq.RCVHWM, receive_limit)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self.socket.setsockopt(zmq.ROUTING_ID, routing_id or b"\x01" + os.urandom(15))
        if curve:
            keys = keys or json.loads(world.keys(name).read_text())
            self.socket.curve_serverkey = (server_key or world.public["broker"]["curve"]).encode()
            self.socket.curve_publickey = keys["curve_public"].encode()
            self.socket.curve_secretkey = keys["curve_secret"].encode()
        self.socket.connect(world.endpoint)

    def send(self, *parts, within=5):
        """Sends when connected; false when it never was."""
        if not self.socket.poll(within * 1000, zmq.POLLOUT):
            return False
        self.socket.send_multipart(parts, zmq.DONTWAIT)
        return True

    def receive(self, within=5.0):
        """[from, payload], or None."""
        return self.socket.recv_multipart() if self.socket.poll(int(within * 1000)) else None

    def receive_link(self, kind, within=5.0):
        """The value of the next Link that has this field; whatever comes before it is thrown away."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            got = self.receive(left)
            if got and got[0] == b"" and kind in link_of(got[1]):
                return link_of(got[1])[kind]
        return None

    def hears(self, kind, value, within=5.0):
        """Whether a Link with this field and value comes; whatever comes before it is thrown away."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            if self.receive_link(kind, left) == value:
                return True
        return False

    def receive_frame(self, within=5.0):
        """(sender, payload) of the next message from a node."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            got = self.receive(left)
            if got and got[0] != b"":
                return got[0].decode(), got[1]
        return None

    def register(self):
        assert self.send(b"", PING), f"{self.name} did not get a connection"
        assert self.receive_link("pong"), f"{self.name} got no pong"
        return self

    def is_heard(self, within=1.0):
        """Whether a ping is answered."""
        return self.send(b"", PING, within=within) and self.receive_link("pong", within) is not None

    def close(self):
        self.socket.close()


class World:
    """Registry with nodes a, b, c and one broker, not yet started."""

    NODES = {"a": ("intake", "reden"), "b": ("intake", "livarehab"), "c": ("caseload", "kommune")}

    def __init__(self, directory):
        self.dir = Path(directory)
        self.context = zmq.Context()
        base = free_port_base()
        self.port, self.http_port = base, base + 1
        self.endpoint = f"tcp://127.0.0.1:{self.port}"
        self.public = {name: self.make_keys(name) for name in [*self.NODES, "broker"]}
        self.process, self.nodes = None, []
        self.registry, self.partners = self.dir / "registry.json", self.dir / "partners.json"
        signer = {"organisation": "reden", "sign": self.make_keys("partner")["sign"]}
        self.partners.write_text(json.dumps({"partners": [signer]}))
        self.log = self.dir / "broker.log"
        self.conf = self.dir / "broker.conf"
        self.write_registry(1)
        self.write_conf()

    def keys(self, name):
        return self.dir / f"{name}.json"

    def make_keys(self, name):
        words = [programs() / "udvej", "keys", "--out", self.keys(name), "--name", name]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def write_conf(self, **changes):
        settings = {"node": "broker", "registry": self.registry, "partners": self.partners, "keys": self.keys("broker"),
                    "http_host": "127.0.0.1", "http_port": self.http_port, **changes}
        self.conf.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))

    def write_registry(self, serial, nodes=None, text=None, sign=True):
        """Replaces the registry in one step, as an operator should."""
        rows = [{"role": self.NODES[name][0], "organisation": self.NODES[name][1], **self.public[name]}
                for name in nodes or self.NODES]
        brokers = [{"name": "broker", "endpoint": self.endpoint, "curve": self.public["broker"]["curve"]}]
        new = self.dir / "registry.new"
        new.write_text(text or json.dumps({"serial": serial, "nodes": rows, "brokers": brokers}))
        if sign:
            words = [programs() / "udvej", "registry", "sign", new, "reden", self.keys("partner"), self.partners]
            subprocess.run([str(word) for word in words], check=True)
            (self.dir / "registry.new.sig").rename(self.dir / "registry.json.sig")
        new.rename(self.registry)

    def start(self, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([programs() / "udvej-broker", self.conf], stderr=log,
                                            env={**os.environ, **SANITIZERS, **environment})
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                if requests.get(self.url("/readyz"), timeout=1).status_code == 200:
                    return self
            except requests.RequestException:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.02)
        raise AssertionError("the broker did not become ready")

    def fails_to_start(self):
        """What it said on the way out."""
        done = subprocess.run([programs() / "udvej-broker", self.conf], capture_output=True, text=True, timeout=10,
                              env={**os.environ, **SANITIZERS}, check=False)
        assert done.returncode == 1, done.stderr
        return done.stderr

    def url(self, path):
        return f"http://127.0.0.1:{self.http_port}{path}"

    def metric(self, name):
        text = requests.get(self.url("/metrics"), timeout=5).text
        return int(re.search(rf"^udvej_broker_{name} (\d+)$", text, re.MULTILINE).group(1))

    def wait_metric(self, name, at_least, within=5):
        until = time.monotonic() + within
        while self.metric(name) < at_least:
            assert time.monotonic() < until, f"{name} is {self.metric(name)}, not {at_least}"
            time.sleep(0.02)

    def node(self, name, **options):
        self.nodes.append(BareNode(self, name, **options))
        return self.nodes[-1]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout=10)
        self.process = None
        assert code == 0, self.log.read_text()
        return time.monotonic() - began

    def close(self):
        for node in self.nodes:
            node.close()
        if self.process:
            self.stop()
        self.context.destroy(linger=0)
        log = self.log.read_text() if self.log.exists() else ""
        assert not REPORT.search(log), log
