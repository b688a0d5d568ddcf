# SPDX-License-Identifier: EUPL-1.2
"""deploy/up and deploy/down as an operator meets them (without the build): started twice, crashed, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest
import requests

from harness import SOURCE
from harness.system import eventually, free_port_base, programs
from stack import accounts, process
from stack.place import NODES, Place


class Operator:
    def __init__(self, directory):
        self.dir = directory
        self.port_base = str(free_port_base())
        # A folder of our own with the programs, so that a test can put a newer one there.
        self.bin = directory / "bin"
        self.bin.mkdir()
        for program in ("udvej", *sorted({node.program for node in NODES.values()})):
            (self.bin / program).symlink_to(programs() / program)

    def words(self, command, *words):
        stack = [sys.executable, "-B", str(SOURCE / "deploy" / "stack.py"), command, "--dir", str(self.dir)]
        return [*stack, "--bin", str(self.bin), *words]

    def run(self, command, *words, **env):
        return subprocess.run(
            self.words(command, *words), capture_output=True, text=True, check=False, env={**os.environ, **env}
        )

    def foreground(self):
        """deploy/up as it runs in a terminal; its output is read by the test."""
        words = self.words("up", "--port-base", self.port_base, "--empty")
        return subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def up(self, **env):
        done = self.run("up", "--port-base", self.port_base, "--empty", "--detach", **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def down(self):
        done = self.run("down")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def env(self):
        return accounts.read_env(Place(self.dir, programs()))

    def pid(self, name):
        return int((self.dir / "run" / f"{name}.pid").read_text())

    def pids(self):
        return {name: self.pid(name) for name in (*NODES, "postgres", "supervisor")}

    def ready(self, name):
        key = {"reden": "UDVEJ_REDEN_URL", "reporting": "UDVEJ_REPORTING_URL"}[name]
        try:
            return requests.get(f"{self.env()[key]}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False


def mark_of(operator, name):
    """The word of its command line by which a process of this system is known."""
    if name in NODES:
        return str(operator.dir / "conf" / f"{name}.conf")
    return str(operator.dir / "pg") if name == "postgres" else str(operator.dir)


def alive(operator, pids):
    return [name for name, pid in pids.items() if process.is_ours(pid, mark_of(operator, name))]


@contextlib.contextmanager
def an_operator():
    directory = Path(tempfile.mkdtemp(prefix="udvej-up-", dir="/tmp"))
    made = Operator(directory)
    try:
        yield made
    finally:
        made.run("down")
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def operator():
    with an_operator() as made:
        made.up()
        yield made


def test_env_holds_what_a_program_needs(operator):
    assert (operator.dir / "env").stat().st_mode & 0o777 == 0o600
    words = subprocess.run(
        ["sh", "-c", '. "$1"; curl -s -o /dev/null -w "%{http_code}" "$UDVEJ_REDEN_URL/readyz"; '
                     'psql "$UDVEJ_CASELOAD_DB" -Atc "select current_user"; printf %s "$UDVEJ_REPORTING_TOKEN"',
         "sh", str(operator.dir / "env")],
        capture_output=True, text=True, check=True,
    ).stdout.split("\n")
    assert words[0] == "200caseload" and len(words[1]) > 8


def test_a_daemon_reaches_its_own_database_only(operator):
    own = operator.env()["UDVEJ_CASELOAD_DB"]
    psycopg2.connect(own).close()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(own.replace("@/caseload", "@/reden"))


def test_the_database_is_durable_and_checks_its_pages(operator):
    with psycopg2.connect(operator.env()["UDVEJ_REDEN_DB"]) as connection, connection.cursor() as cursor:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            cursor.execute(f"show {name}")
            assert cursor.fetchone() == ("on",), name


def test_a_node_that_an_operator_stopped_stays_down_until_it_is_started(operator):
    before = operator.pids()
    assert "stopped" in operator.run("stop-node", "--node", "reden").stdout
    time.sleep(1)
    assert not (operator.dir / "run" / "reden.pid").exists() and not operator.ready("reden")
    started = operator.run("start-node", "--node", "reden").stdout
    assert "ready" in started and str(operator.pid("reden")) in started
    now = operator.pids()
    assert {name for name in now if now[name] != before[name]} == {"reden"}
    assert operator.run("restart-node", "--node", "reden").returncode == 0
    assert operator.ready("reden") and operator.pid("reden") != now["reden"]
    unknown = operator.run("stop-node", "--node", "nobody")
    assert unknown.returncode == 1 and "there is no node nobody" in unknown.stderr


def test_up_starts_a_node_that_an_operator_stopped(operator):
    operator.run("stop-node", "--node", "reden")
    operator.up()
    assert operator.ready("reden")


@pytest.mark.parametrize("name", ["reden", "reporting"])
def test_a_crashed_daemon_is_started_again(operator, name):
    before = operator.pid(name)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: operator.pid(name) != before and operator.ready(name), 30, f"{name} again")


def test_started_twice_it_says_so_and_loses_nothing(operator):
    env, pids = operator.env(), operator.pids()
    assert "running already" in operator.up()
    again = operator.env()
    assert operator.pids() == pids
    assert {key for key in env if env[key] != again[key]} <= {"UDVEJ_REPORTING_TOKEN"}


def test_every_pid_file_names_a_process_of_this_system(operator):
    pids = operator.pids()
    assert alive(operator, pids) == list(pids)


def test_after_the_supervisor_was_killed_up_takes_over_what_runs(operator):
    pids = operator.pids()
    os.kill(pids["supervisor"], signal.SIGKILL)
    os.kill(pids["caseload"], signal.SIGKILL)
    operator.up()
    now = operator.pids()
    assert {name for name in now if now[name] != pids[name]} == {"supervisor", "caseload"}


def test_up_after_a_build_restarts_the_daemons_of_new_programs_and_says_so(operator):
    pids, fresh = operator.pids(), operator.bin / "fresh"
    shutil.copy(programs() / "udvej-outcomes", fresh)
    fresh.rename(operator.bin / "udvej-outcomes")
    assert "restarted: outcomes" in operator.up()
    now = operator.pids()
    assert {name for name in now if now[name] != pids[name]} == {"outcomes"}
    assert "restarted" not in operator.up()


def test_the_statement_in_env_is_renewed_by_itself(operator):
    key = "UDVEJ_REPORTING_TOKEN"
    os.kill(operator.pid("supervisor"), signal.SIGKILL)
    operator.up(UDVEJ_RENEW_EVERY="1")
    before = operator.env()
    eventually(lambda: operator.env()[key] != before[key], 20, "a fresh statement")
    after = operator.env()
    assert {name for name in before if before[name] != after[name]} == {key}
    answer = requests.get(
        after["UDVEJ_REPORTING_URL"] + "/api/v1/reports/status", headers={"Authorization": f"Bearer {after[key]}"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def test_down_leaves_no_process_and_up_brings_the_same_system_back(operator):
    env, pids = operator.env(), operator.pids()
    operator.down()
    assert alive(operator, pids) == []
    assert "stopped" in operator.down()
    operator.up()
    again = operator.env()
    assert {key for key in env if env[key] != again[key]} <= {"UDVEJ_REPORTING_TOKEN"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_in_the_foreground_it_runs_until_it_is_interrupted(operator, number):
    operator.down()
    with operator.foreground() as terminal:
        said = iter(terminal.stdout.readline, "")
        assert any("Stop it with Ctrl-C" in line for line in said)
        pids = operator.pids()
        assert alive(operator, pids) == list(pids)
        os.killpg(terminal.pid, number)
        assert "stopped" in terminal.stdout.read()
    assert terminal.returncode == 0
    assert alive(operator, pids) == []


def test_interrupted_while_it_starts_it_leaves_no_process():
    with an_operator() as operator, operator.foreground() as terminal:
        eventually(lambda: list(operator.dir.glob("run/postgres.pid")), 30, "the database")
        postgres = operator.pid("postgres")
        os.killpg(terminal.pid, signal.SIGINT)
        terminal.stdout.read()
        assert terminal.wait(30) == 130
        assert not process.is_ours(postgres, str(operator.dir / "pg"))
        assert not list(operator.dir.glob("run/*.pid"))
