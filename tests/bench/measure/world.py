# SPDX-License-Identifier: EUPL-1.2
"""The system under measurement: deploy/stack's own daemons and cluster, in a directory that is gone afterwards.

Only two things differ from what deploy/up starts: nobody restarts a daemon, and the cap of the programme is lifted,
so that every referral can be given a worker (as the peer gives it). PostgreSQL's settings are deploy/up's own.
"""

import contextlib
import json
import shutil
import signal
import tempfile
import time
from pathlib import Path

from psql import Psql
from stack import accounts, api, config, daemons, health, process, registry
from stack.cluster import Cluster
from stack.place import NODES, SOURCE, Place

PROGRAMME, WORKERS, LARGEST_CAP = "cti", 50, 1000  # 50,000 places
WITH_DATABASE = [name for name, node in NODES.items() if node.has_database]


class World:
    def __init__(self, directory, programs, port_base):
        self.place = Place(directory, programs, port_base)
        self.cluster = Cluster(self.place.dir, self.place.run, self.place.log("postgres"))
        self.children, self.sessions = {}, {}
        self.token = None

    # --- life ---

    def make(self):
        """Cluster, keys and configuration; no daemon runs yet."""
        self.place.prepare()
        self.cluster.create()
        self.cluster.start()
        registry.make(self.place)
        config.write_configs(self.place, self.cluster)

    def fresh(self, capped=False, fill=None):
        """Empty databases, all daemons running, workers to place with. `fill` is called before the daemons start,
        on databases with tables. Returns the seconds of the two starts: on no tables, and on tables."""
        self.stop()
        self.cluster.drop_databases(WITH_DATABASE)
        config.write_configs(self.place, self.cluster, share=SOURCE if capped else self._uncapped())
        config.make_databases(self.place, self.cluster)
        first = self.start()
        self.token = accounts.make_token(self.place, "kommune", "system", "Benchmark")
        self._put_workers(capped)
        self.wait_drained()
        self.stop()
        if fill:
            fill()
        self.cluster.sql("checkpoint")
        return first, self.start()

    def start(self, *names):
        """Starts these daemons, or all; the seconds until the last was ready."""
        began = time.monotonic()
        for name in names or NODES:
            self.children[name] = process.launch(daemons.spec(self.place, name))
        health.wait_ready(self.place, names or NODES)
        return time.monotonic() - began

    def stop(self):
        for session in self.sessions.values():
            session.close()
        self.sessions = {}
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)
        for name, child in self.children.items():
            if child.wait(timeout=30) != 0:
                raise RuntimeError(f"{name} ended with {child.returncode}: see {self.place.log(name)}")
        self.children = {}

    def close(self):
        with contextlib.suppress(Exception):
            self.stop()
        for child in self.children.values():
            child.kill()
        if self.cluster.exists():
            self.cluster.stop()
            shutil.rmtree(self.cluster.data, ignore_errors=True)

    def _uncapped(self):
        """The shared definitions, with the cap of the programme lifted."""
        share = self.place.dir / "share"
        if not share.exists():
            shutil.copytree(SOURCE / "common" / "vocab", share / "common" / "vocab")
            file = share / "common" / "vocab" / "programmes" / f"{PROGRAMME}.json"
            file.write_text(json.dumps({**json.loads(file.read_text()), "cap": LARGEST_CAP}))
        return share

    def _put_workers(self, capped):
        """As many workers as the peer has; the three of deploy/setup where their caps hold."""
        lead = accounts.make_token(self.place, "kommune", "lead", "Benchmark lead")
        for number in range(3 if capped else WORKERS):
            body = {"name": f"Worker {number}", "kind": "worker", "programmes": [PROGRAMME], "languages": ["da"]}
            api.call(self.url, lead, "PUT", f"/api/v1/workers/w-{number}", body)

    # --- looking at it ---

    @property
    def url(self):
        return self.place.url("kommune")

    def database(self, name):
        """An open psql on this node's database."""
        if name not in self.sessions:
            self.sessions[name] = Psql(config.owner_addresses(self.place, self.cluster)[name])
        return self.sessions[name]

    def is_drained(self):
        """Whether every message that was written to any stream is applied at its receiver."""
        sql = "select sender, seq from bus_in_stream"
        applied = {name: dict(self.database(name).rows(sql)) for name in WITH_DATABASE}
        return all(
            applied[receiver].get(sender, "0") == seq
            for sender in WITH_DATABASE
            for receiver, seq in self.database(sender).rows("select receiver, seq from bus_out_stream")
        )

    def wait_drained(self, seconds=900):
        """Until the last receiver has all: true twice, since one daemon's effect is another's cause."""
        deadline = time.monotonic() + seconds
        while True:
            if self.is_drained():
                now = time.monotonic()
                if self.is_drained():
                    return now
            if time.monotonic() > deadline:
                raise RuntimeError("the streams do not drain")
            time.sleep(0.05)

    def counts(self):
        """How many courses each ledger has: {place: rows}."""
        return {
            "referral": self.database("kommune").one("select count(*) from referral"),
            "intake's copy": self.database("kommune").one("select count(*) from course where version > 0"),
            "caseload": self.database("caseload").one("select count(*) from course"),
            "outcomes": self.database("outcomes").one("select count(*) from course"),
            "reporting": self.database("reporting").one("select count(*) from course_fact"),
        }


@contextlib.contextmanager
def world(programs, port_base):
    directory = Path(tempfile.mkdtemp(prefix="udvej-bench-", dir="/tmp"))
    directory.chmod(0o711)
    one = World(directory, programs, port_base)
    try:
        one.make()
        yield one
    finally:
        one.close()
        shutil.rmtree(directory, ignore_errors=True)
