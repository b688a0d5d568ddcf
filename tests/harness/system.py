# SPDX-License-Identifier: EUPL-1.2
"""Daemons of one system under test: started and stopped one by one, never restarted behind the test's back."""

import fcntl
import os
import random
import re
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

import psycopg2

from stack import accounts, api, config, daemons, health, process, registry, workers
from stack.errors import Trouble
from stack.place import Place

from . import SOURCE
from .client import Client

READY_WITHIN = 60
# What the sanitizers of the dev build write when they find something.
REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|SUMMARY: \w+Sanitizer|: runtime error: ")
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:exitcode=99",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


def programs():
    """Where the daemons under test are: the dev build, unless UDVEJ_TEST_BIN says otherwise."""
    root = Path(os.environ.get("UDVEJ_BUILD_ROOT", SOURCE / "build"))
    return Path(os.environ.get("UDVEJ_TEST_BIN", root / "dev" / "bin")).absolute()


MOST_BROKERS = 3  # of a system under test: as many as its ports leave room for
TAKEN = []  # lock files of the port bases of this process


def free_port_base():
    """A port base whose ports are all free, below the ephemeral ports of Linux. It is kept from other test runs until
    this one ends, also while a test has stopped what listens there."""
    for _ in range(200):
        base = random.randrange(20000, 32700, 20)
        lock = open(f"/tmp/udvej-ports-{os.getuid()}-{base}.lock", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            health.check_ports_free(Place(Path("/"), Path("/"), base, brokers=MOST_BROKERS).ports())
        except (BlockingIOError, Trouble):
            lock.close()
            continue
        TAKEN.append(lock)
        return base
    raise AssertionError("no free ports between 20000 and 32700")


class System:
    """`nodes` are the daemons that start() starts; the registry always knows all of them, and so many brokers.
    `bin` is where their programs are, if not where programs() says."""

    def __init__(self, cluster, nodes=None, brokers=1, bin=None, **settings):
        assert 1 <= brokers <= MOST_BROKERS
        self.cluster = cluster
        directory = Path(tempfile.mkdtemp(prefix="udvej-", dir="/tmp"))
        prefix = f"t{os.urandom(4).hex()}_"
        self.place = Place(directory, bin or programs(), free_port_base(), prefix=prefix, brokers=brokers)
        self.nodes = [name for name in self.place.nodes if nodes is None or name in nodes]
        unknown = set(nodes or ()) - set(self.place.nodes)
        assert not unknown, f"no such nodes: {unknown}"
        self.settings = settings
        self.tokens = {}
        self.children = {}
        self.problems = []
        self.prepared = False

    # --- life ---

    def prepare(self):
        """Keys, registry, configuration and empty databases."""
        self.place.prepare()
        registry.make(self.place)
        config.write_configs(self.place, self.cluster, **self.settings)
        config.make_databases(self.place, self.cluster, self.nodes)
        self.prepared = True

    def start(self, *names, ready=True):
        """Starts these nodes (all of the system without a name) and waits until they are ready."""
        if not self.prepared:
            self.prepare()
        names = names or self.nodes
        for name in names:
            assert name in self.nodes and name not in self.children, f"{name}: not of this system, or running already"
            self.children[name] = process.launch(daemons.spec(self.place, name, self.environment(name)))
        if ready:
            self.wait_ready(*names)
        return self

    def environment(self, _name):
        """What a daemon finds in its environment besides what the test itself does."""
        return SANITIZERS

    def wait_ready(self, *names):
        def watch():
            for name in names:
                child = self.children.get(name)
                if child is not None and child.poll() is not None:
                    raise Trouble(f"{name} ended with {child.returncode}:\n{self.log(name)[-4000:]}")

        health.wait_ready(self.place, names or list(self.children), READY_WITHIN, watch)

    def stop(self, *names, patience=20):
        """Asks them to end (SIGTERM) and holds them to it: exit code 0, in time."""
        names = names or list(self.children)
        for name in names:
            self.children[name].send_signal(signal.SIGTERM)
        deadline = time.monotonic() + patience
        for name in names:
            child = self.children.pop(name)
            try:
                code = child.wait(max(0.1, deadline - time.monotonic()))
            except Exception:  # noqa: BLE001 - whatever happens, it must not be left behind
                child.kill()
                child.wait()
                self.problems.append(f"{name} did not end within {patience} s of SIGTERM")
                continue
            if code != 0:
                self.problems.append(f"{name} ended with {code}: {self.log(name)[-2000:]}")

    def kill(self, *names):
        """As a power cut does: SIGKILL."""
        for name in names:
            child = self.children.pop(name)
            if child.poll() is not None:
                self.problems.append(f"{name} had died by itself with {child.returncode}")
            child.kill()
            child.wait()

    def restart(self, *names):
        self.stop(*names)
        self.start(*names)

    def close(self):
        """Stops everything and removes it. Returns what went wrong in the system's life: must be empty."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self.problems.append(f"{name} died by itself with {child.returncode}: {self.log(name)[-4000:]}")
                del self.children[name]
        if self.children:
            self.stop()
        for name in self.place.nodes:
            report = REPORT.search(self.log(name))
            if report:
                self.problems.append(f"{name}: sanitizer report:\n{self.log(name)[report.start():][:4000]}")
        databases = [self.place.database(name) for name, node in self.place.nodes.items() if node.has_database]
        self.cluster.drop_databases(databases)
        if self.problems and os.environ.get("UDVEJ_KEEP"):
            self.problems.append(f"kept for a look: {self.place.dir}")
        else:
            shutil.rmtree(self.place.dir, ignore_errors=True)
        return self.problems

    # --- what a test speaks with ---

    def url(self, name):
        return self.place.url(name)

    def token(self, organisation, role="system", worker=""):
        """A bearer token of this role at the organisation's intake node; the same each time."""
        key = (organisation, role, worker)
        if key not in self.tokens:
            self.tokens[key] = accounts.make_token(self.place, organisation, role, f"Test {role}", worker)
        return self.tokens[key]

    def api(self, organisation, role="system", worker=""):
        """A client of an intake node in a role; role None: without a token."""
        return Client(self.url(organisation), self.token(organisation, role, worker) if role else None)

    def reporting(self, organisation="kommune", role="project lead"):
        """A client of the reporting service, with a statement of this organisation's intake node."""
        statement = accounts.ask_statement(self.url(organisation), self.token(organisation, role))
        return Client(self.url("reporting"), statement)

    def put_workers(self, organisations=None):
        """Puts workers and groups, {organisation: {id: WorkerInput}}; those of deploy/setup/workers.json without."""
        for organisation, rows in (organisations or workers.load()).items():
            for worker, body in rows.items():
                lead = self.token(organisation, "lead")
                api.call(self.url(organisation), lead, "PUT", f"/api/v1/workers/{worker}", body)

    def conninfo(self, name):
        """The address of a daemon's database, for the role that owns it."""
        return config.owner_addresses(self.place, self.cluster)[name]

    def db(self, name):
        """A connection to a daemon's database, as the role that owns it; each statement is its own transaction."""
        connection = psycopg2.connect(self.conninfo(name))
        connection.autocommit = True
        return connection

    def query(self, name, sql, *values):
        """Rows of one statement."""
        with self.db(name) as connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def log(self, name):
        path = self.place.log(name)
        return path.read_text(errors="replace") if path.exists() else ""


def eventually(check, seconds=10, what="it"):
    """Waits until check() gives something true, and returns that. For what must happen, soon, by itself."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def port_is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
