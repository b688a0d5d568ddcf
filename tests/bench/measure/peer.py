# SPDX-License-Identifier: EUPL-1.2
"""The stack we are measured against (PEER_DIR): Fastify, node-postgres, RabbitMQ, in the same cluster as udvej.

RabbitMQ runs as a private node on loopback with its data in a temporary directory; everything is a child of ours and
is ended by its pid. Nothing of the peer is kept in this repository.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import load
import memory
from psql import Psql
from stack.cluster import owner_of
from stack.place import SOURCE

DIRECTORY = Path(os.environ.get("PEER_DIR", SOURCE.parent / "shared" / "bench" / "peer"))
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
AMQP_PORT = 5672  # the peer's programs name it
EPMD_PORT, DIST_PORT = "24369", "24672"
ROLES = ("caseload", "outcomes", "reporting", "intake")
DUE_EACH = 18  # rows that its outcomes writes for a referral


def missing():
    """Why the peer cannot be measured, or None."""
    if not (DIRECTORY / "peer.mjs").exists():
        return f"no peer in {DIRECTORY} (set PEER_DIR)"
    for program in (RABBITMQ, Path("/usr/bin/epmd")):
        if not program.exists():
            return f"{program} is not installed"
    if not shutil.which("npm") or not shutil.which("node"):
        return "node and npm are not installed"
    if is_open(AMQP_PORT):
        return f"port {AMQP_PORT} is taken by another RabbitMQ"
    return None


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def wait_open(port, child, seconds=90):
    deadline = time.monotonic() + seconds
    while not is_open(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}: {child.args[0]}")
        time.sleep(0.1)


class Peer:
    def __init__(self, world, directory):
        self.world, self.directory = world, Path(directory)
        self.port = world.place.port_base + 16
        self.children, self.database = {}, None

    # --- life ---

    def start(self):
        self._install()
        self._start_rabbitmq()
        env = self._make_database()
        for role in ROLES:
            words = ["node", "peer.mjs", role]
            self.children[role] = subprocess.Popen(
                words, cwd=self.directory / "code", env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            time.sleep(0.5)  # each declares the queues
        wait_open(self.port, self.children["intake"])

    def stop(self):
        if self.database:
            self.database.close()
        for name in reversed(self.children):
            child = self.children[name]
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            try:
                child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children = {}

    def _install(self):
        code = self.directory / "code"
        shutil.copytree(DIRECTORY, code, copy_function=shutil.copyfile)
        code.chmod(0o755)
        words = ["npm", "install", "--no-audit", "--no-fund"]
        done = subprocess.run(words, cwd=code, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"npm install failed: {done.stderr[-2000:]}")

    def _start_rabbitmq(self):
        data = self.directory / "rabbitmq"
        data.mkdir(mode=0o700)
        env = {
            "PATH": "/usr/lib/erlang/bin:/usr/bin:/bin", "HOME": str(data), "ERL_EPMD_PORT": EPMD_PORT,
            "ERL_EPMD_ADDRESS": "127.0.0.1", "RABBITMQ_NODENAME": "udvej-bench@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(AMQP_PORT),
            "RABBITMQ_DIST_PORT": DIST_PORT,
            "RABBITMQ_MNESIA_BASE": str(data / "mnesia"), "RABBITMQ_LOG_BASE": str(data / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(data / "plugins"), "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        user = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("rabbitmq")
            os.chown(data, owner.pw_uid, owner.pw_gid)
            user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for name, words in (("epmd", ["/usr/bin/epmd", "-address", "127.0.0.1"]), ("RabbitMQ", [str(RABBITMQ)])):
            self.children[name] = subprocess.Popen(words, env=env, cwd=data, **quiet, **user)
            wait_open(EPMD_PORT if name == "epmd" else AMQP_PORT, self.children[name])

    def _make_database(self):
        cluster, password = self.world.cluster, secrets.token_urlsafe(16)
        cluster.drop_databases(["peer"])
        cluster.make_databases({"peer": (password, password)})
        self.database = Psql(cluster.conninfo("peer", password, owner_of("peer")))
        for statement in (DIRECTORY / "schema.sql").read_text().split(";\n"):
            if statement.strip().rstrip(";"):
                self.database.rows(statement.strip().rstrip(";"))
        return {**os.environ, "PGHOST": str(cluster.sockets), "PGUSER": owner_of("peer"), "PGDATABASE": "peer",
                "PGPASSWORD": password, "PORT": str(self.port)}

    # --- measuring ---

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def counts(self):
        one = self.database.one
        return {
            "referral": one("select count(*) from referral"),
            "caseload": one("select count(*) from kase"),
            "outcomes": one("select count(*) from measurement_due") // DUE_EACH,
            "reporting": one("select count(*) from report_fact"),
        }

    def wait_drained(self, seconds=900):
        deadline = time.monotonic() + seconds
        while True:
            counts = self.counts()
            if len(set(counts.values())) == 1:
                return time.monotonic()
            if time.monotonic() > deadline:
                raise RuntimeError(f"the peer does not drain: {counts}")
            time.sleep(0.2)

    def sustained(self, connections, seconds):
        before, began = self.counts()["referral"], time.monotonic()
        found = load.post(self.url, connections, seconds)
        ended = self.wait_drained()
        posted = self.counts()["referral"] - before
        return {**found, "posted": posted, "chain": posted / (ended - began)}

    def visible(self, rate, seconds, connections=16):
        """From the insert of the referral to the start of the transaction that gives it a worker, as the rows say it:
        shorter than what a caller sees, by the request before and the commit after."""
        self.database.rows("create temp table known as select id from referral")
        pause = max(1, round(1000 * connections / rate))
        found = load.post(self.url, connections, seconds, pause=pause)
        self.wait_drained()
        sql = """select percentile_cont(array[0.5, 0.99]) within group (order by 1000 * extract(epoch from k.at - r.at))
                 from kase k join referral r on r.id = k.referral where r.id not in (select id from known)"""
        p50, p99 = (float(text) for text in self.database.rows(sql)[0][0].strip("{}").split(","))
        self.database.rows("drop table known")
        return {**found, "p50": p50, "p99": p99}

    def memory(self):
        """{process: MiB}"""
        return {name: memory.pss(child.pid) for name, child in self.children.items()}


@contextlib.contextmanager
def peer(world):
    directory = world.place.dir / "peer"
    directory.mkdir(mode=0o711)
    one = Peer(world, directory)
    try:
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(directory, ignore_errors=True)
