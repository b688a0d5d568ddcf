# SPDX-License-Identifier: EUPL-1.2
"""Where everything of one system lies, and which nodes it has. Knows names, paths and ports; starts nothing."""

import json
import os
import pwd
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import Trouble

SOURCE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Node:
    name: str
    program: str
    role: str
    organisation: str
    port: int  # HTTP, counted from the port base
    has_database: bool = True
    bus_port: int | None = None  # a broker's, where nodes connect


# In the order they are started; the registry and the tests use the same table.
NODES = {
    node.name: node
    for node in (
        Node("broker", "udvej-broker", "broker", "kommune", port=11, has_database=False, bus_port=10),
        Node("caseload", "udvej-caseload", "caseload", "kommune", port=5),
        Node("outcomes", "udvej-outcomes", "outcomes", "kommune", port=6),
        Node("reporting", "udvej-reporting", "reporting", "kommune", port=4),
        Node("reden", "udvej-intake", "intake", "reden", port=1),
        Node("livarehab", "udvej-intake", "intake", "livarehab", port=2),
        Node("kommune", "udvej-intake", "intake", "kommune", port=3),
    )
}
ORGANISATIONS = tuple(node.name for node in NODES.values() if node.role == "intake")
DEFAULT_PORT_BASE = 8400


def nodes_with(brokers):
    """NODES with so many brokers: broker, broker-2, broker-3 and so on, the first."""
    first = NODES["broker"]
    more = [replace(first, name=f"broker-{i + 1}", port=first.port + 2 * i, bus_port=first.bus_port + 2 * i)
            for i in range(1, brokers)]
    return {node.name: node for node in (first, *more)} | NODES


@dataclass(frozen=True)
class Place:
    """One system: its directory, its programs, its ports. `prefix` keeps databases of several apart in one cluster."""

    dir: Path
    bin: Path
    port_base: int = DEFAULT_PORT_BASE
    prefix: str = ""
    brokers: int = 1

    @property
    def nodes(self):
        return nodes_with(self.brokers)

    @property
    def run(self):
        return self.dir / "run"

    @property
    def env(self):
        return self.dir / "env"

    @property
    def registry(self):
        return self.dir / "registry.json"

    @property
    def partners(self):
        return self.dir / "partners.json"

    def conf(self, name):
        return self.dir / "conf" / f"{name}.conf"

    def keys(self, name):
        return self.dir / "keys" / f"{name}.json"

    def log(self, name):
        return self.dir / "log" / f"{name}.log"

    def pid(self, name):
        return self.run / f"{name}.pid"

    def marker(self, name):
        return self.run / name

    def database(self, name):
        return self.prefix + name

    def port(self, name):
        return self.port_base + self.nodes[name].port

    def url(self, name):
        return f"http://127.0.0.1:{self.port(name)}"

    def endpoint(self, broker, port_base=None):
        return f"tcp://127.0.0.1:{(port_base or self.port_base) + self.nodes[broker].bus_port}"

    def ports(self):
        offsets = {port for node in self.nodes.values() for port in (node.port, node.bus_port) if port is not None}
        return sorted(self.port_base + offset for offset in offsets)

    def prepare(self):
        """Makes the directories. `dir` and `run` may be passed through (PostgreSQL has its own user), not listed."""
        for path, mode in ((self.dir, 0o711), (self.run, 0o711)):
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
        for name in ("conf", "keys", "log"):
            (self.dir / name).mkdir(exist_ok=True)
            (self.dir / name).chmod(0o700)


def check_owner(directory):
    """A system belongs to the user who started it first: mixed owners would lock each other out."""
    if not directory.exists():
        return
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"user {owner}"
        raise Trouble(f"{directory} belongs to {name}: run this as {name}, or choose another --dir")


def port_base_of(directory, wanted):
    """The port base that was asked for, else the one this directory had last time, else the default."""
    base = wanted if wanted is not None else _ports(directory).get("port_base", DEFAULT_PORT_BASE)
    # Above 32767 a reconnecting ZeroMQ socket can connect to itself: those are the ephemeral ports of Linux.
    if not 1024 <= base <= 32767 - 11:
        raise Trouble(f"--port-base {base}: must lie between 1024 and {32767 - 11}")
    return base


def former_port_bases(place):
    """Those that addresses in this directory may still have: the last one, and more when moving was interrupted."""
    ports = _ports(place.dir)
    return {base for base in (ports.get("port_base"), *ports.get("moved_from", ())) if base is not None}


def remember_port_base(place, moved_from=()):
    """`moved_from` until every address has been written that has to move."""
    ports = {"port_base": place.port_base}
    others = sorted(set(moved_from) - {place.port_base})
    write_private(place.dir / "ports.json", json.dumps(ports | ({"moved_from": others} if others else {})) + "\n")


def _ports(directory):
    remembered = directory / "ports.json"
    return json.loads(remembered.read_text()) if remembered.exists() else {}


def write_private(path, text):
    """Writes a file of mode 0600 in one step: a reader sees the old text or the new, never half.

    The same text again is not written: the time of a file says when it changed.
    """
    if path.exists() and path.stat().st_mode & 0o777 == 0o600 and path.read_text() == text:
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
