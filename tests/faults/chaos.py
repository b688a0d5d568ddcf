# SPDX-License-Identifier: EUPL-1.2
"""Carries a plan of faults out on a running system, and starts again what ended, as a supervisor does."""

import contextlib
import signal
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from harness.links import BOTH_WAYS
from stack import process
from stack.errors import Trouble

LOOK_EVERY = 0.2
AT_ONCE = 16
SLOWED_BY = 0.1
ENDS_WITHIN = 20


def kill_database(cluster):
    """As pg_ctl -m immediate: nobody finishes anything, and the next start recovers from the log."""
    process.stop(cluster.spec(), signal_first=signal.SIGQUIT, patience=30)


def cut_connection(system, node, which):
    """Ends the daemon's writing or reading connection; it opened the writing one first. Tells whether it did."""
    database = system.place.database(node)
    try:
        ended = system.cluster.sql(
            "select pg_terminate_backend(pid) from (select pid from pg_stat_activity"
            f" where datname = '{database}' and backend_type = 'client backend'"
            f" order by backend_start offset {('writer', 'reader').index(which)} limit 1) one")
    except Trouble:  # there is no server just now
        return False
    return ended == "t"


class Chaos:
    def __init__(self, system, links):
        self.system, self.links = system, links
        self.injected, self.problems = Counter(), []
        self.locks = {name: threading.RLock() for name in system.nodes}
        self.database = threading.Lock()
        self.launched_at = {}  # node: how long its log was when it was started
        self.over = threading.Event()
        self.supervisor = threading.Thread(target=self.supervise)

    def run(self, plan):
        """Returns when all is healed and everybody ready."""
        self.supervisor.start()
        began = time.monotonic()
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                running = []
                for fault in plan:
                    time.sleep(max(0.0, began + fault.at - time.monotonic()))
                    running.append(pool.submit(self.carry_out, fault))
                for one in running:
                    one.result()
            self.links.heal_all()
            self.system.wait_ready()
        finally:
            self.over.set()
            self.supervisor.join()

    def carry_out(self, fault):
        name, _, what = fault.kind.partition(" ")
        how = {"cut": self.connection_cut if name in ("writer", "reader") else self.line_cut,
               "silent": self.line_silent, "silent one way": self.line_silent_one_way, "slow": self.line_slow,
               "killed": self.database_killed if name == "database" else self.killed,
               "ended": self.ended, "stopped": self.stopped}[what]
        with how(fault) as done:
            self.injected[fault.kind] += done is not False
            time.sleep(fault.seconds)

    # --- processes ---

    @contextlib.contextmanager
    def killed(self, fault):
        with self.locks[fault.target]:
            self.revive(fault.target)
            self.system.kill(fault.target)
            yield
            self.start(fault.target)

    @contextlib.contextmanager
    def ended(self, fault):
        with self.locks[fault.target]:
            self.revive(fault.target)
            child = self.system.children.pop(fault.target)
            child.terminate()
            try:
                child.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self.problems.append(f"{fault.target} did not end within {ENDS_WITHIN} s of SIGTERM")
                child.kill()
            self.judge(fault.target, child.wait())
            yield
            self.start(fault.target)

    @contextlib.contextmanager
    def stopped(self, fault):
        with self.locks[fault.target]:
            self.revive(fault.target)
            child = self.system.children[fault.target]
            child.send_signal(signal.SIGSTOP)
            try:
                yield
            finally:
                child.send_signal(signal.SIGCONT)

    def start(self, node):
        self.launched_at[node] = len(self.system.log(node))
        self.system.start(node, ready=False)

    def log_since_start(self, node):
        return self.system.log(node)[self.launched_at.get(node, 0):]

    def judge(self, node, code):
        """It may end with 0; with 1 where it was starting and found no database; by the signal before it had begun."""
        said = self.log_since_start(node)
        if code != 0 and not (code == 1 and "cannot start" in said) and not (code == -signal.SIGTERM and not said):
            self.problems.append(f"{node} ended with {code}:\n{said[-4000:]}")

    def revive(self, node):
        """Starts it again where it has ended by itself."""
        code = self.system.children[node].poll()
        if code is None:
            return
        if code == 0:
            self.problems.append(f"{node} ended and was not asked to")
        self.judge(node, code)
        del self.system.children[node]
        self.start(node)

    def supervise(self):
        while not self.over.wait(LOOK_EVERY):
            for node, lock in self.locks.items():
                if lock.acquire(blocking=False):
                    try:
                        self.revive(node)
                    finally:
                        lock.release()

    # --- the database ---

    @contextlib.contextmanager
    def database_killed(self, fault):
        with self.database:
            kill_database(self.system.cluster)
            yield
            self.system.cluster.start()

    @contextlib.contextmanager
    def connection_cut(self, fault):
        yield cut_connection(self.system, fault.target, fault.kind.split()[0])

    # --- lines ---

    @contextlib.contextmanager
    def line_cut(self, fault):
        self.links.cut(*fault.target)
        yield
        self.links.heal(*fault.target)

    @contextlib.contextmanager
    def line_silent(self, fault):
        self.links.silence(*fault.target)
        yield
        self.links.heal(*fault.target)

    @contextlib.contextmanager
    def line_silent_one_way(self, fault):
        self.links.silence(*fault.target, BOTH_WAYS[int(fault.seconds * 1000) % 2:][:1])
        yield
        self.links.heal(*fault.target)

    @contextlib.contextmanager
    def line_slow(self, fault):
        self.links.slow(*fault.target, SLOWED_BY)
        yield
        self.links.heal(*fault.target)


def is_at_rest(system):
    """Whether nothing is on its way any more: nothing in an outbox, parked, not yet applied or undecided."""
    applied, written = {}, {}
    try:
        for node, one in system.place.nodes.items():
            if not one.has_database:
                continue
            pending = "exists (select from operation where state = 'pending')" if one.role == "intake" else "false"
            waits = "exists (select from bus_out) or exists (select from bus_parked)"
            if system.query(node, f"select {waits} or {pending}") == [(True,)]:
                return False
            written |= {(node, peer): seq for peer, seq in system.query(
                node, "select receiver, seq from bus_out_stream where seq > 0")}
            applied |= {(peer, node): seq for peer, seq in system.query(
                node, "select sender, seq from bus_in_stream where seq > 0")}
    except psycopg2.OperationalError:
        return False
    return written == applied


def wait_for_rest(system, seconds):
    """Whether it came to rest in time. What has not arrived by then, the checker counts."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_at_rest(system):
            return True
        time.sleep(0.5)
    return False
