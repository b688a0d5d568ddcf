# SPDX-License-Identifier: EUPL-1.2
"""Starting, recognising and stopping processes by pid file. Never signals a process it does not recognise."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_EXEC = 2.0  # a process that shows no command line for longer is a thread of the kernel


@dataclass(frozen=True)
class Spec:
    """A process to run: `mark` is a word of its command line by which it is known again."""

    name: str
    argv: tuple
    pid_file: Path
    log_file: Path
    mark: str
    user: int | None = None
    group: int | None = None
    env: dict = field(default_factory=dict)


def launch(spec):
    """Starts it in a session of its own, output appended to its log, pid written to its file."""
    options = {} if spec.user is None else {"user": spec.user, "group": spec.group, "extra_groups": []}
    # Settings of somebody's own PostgreSQL client must not reach ours.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    with open(spec.log_file, "ab") as log, undisturbed() as usual:
        child = subprocess.Popen(
            spec.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
            env={**inherited, **spec.env}, **options,
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, usual),
        )
        fresh = spec.pid_file.with_name(f".{spec.pid_file.name}.new")
        fresh.write_text(f"{child.pid}\n")
        fresh.rename(spec.pid_file)  # in one step, for whoever reads it now
    return child


@contextlib.contextmanager
def undisturbed():
    """Holds signals back, so that no process is left behind without a pid file. Gives the mask that children need."""
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield usual
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)


def running_pid(spec):
    """The pid of the process when its pid file names a live one that is ours, else None."""
    try:
        pid = int(spec.pid_file.read_text())
    except (OSError, ValueError):
        return None
    return pid if is_ours(pid, spec.mark) else None


def is_ours(pid, mark):
    # PostgreSQL keeps its words: they are not rewritten.
    return mark in words_of(pid)


def words_of(pid):
    """Its command line; nothing of a process that has ended, a zombie included."""
    deadline = time.monotonic() + LONGEST_EXEC
    try:
        while True:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
            if words or has_ended(pid) or time.monotonic() > deadline:
                return [os.fsdecode(word) for word in words]
            # Alive without words: it is just becoming another program, or just ending.
            time.sleep(0.002)
    except OSError:
        return []


def has_ended(pid):
    """Whether it is a zombie; raises OSError when not even that is left."""
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state in "ZX"


def is_outdated(spec, files):
    """Whether it runs with other words than it would now, or since before one of these files was written."""
    pid = running_pid(spec)
    if pid is None:
        return False
    words = words_of(pid)
    if words != list(spec.argv)[-len(words):]:  # a program that sets privileges may have stood before
        return True
    started = spec.pid_file.stat().st_mtime
    return any(file.stat().st_mtime > started for file in files)


def stop(spec, signal_first=signal.SIGTERM, patience=10.0):
    """Asks it to end, waits, then kills. True when it ended by itself (or was not there)."""
    return stop_all([spec], signal_first, patience)


def stop_all(specs, signal_first=signal.SIGTERM, patience=10.0):
    willingly = end_all(specs, signal_first, patience)
    for spec in specs:
        spec.pid_file.unlink(missing_ok=True)
    return willingly


def end_all(specs, signal_first=signal.SIGTERM, patience=10.0):
    """The same, but leaves the pid files: they may be a supervisor's again already."""
    waiting = {}
    for spec in specs:
        pid = running_pid(spec)
        if pid is not None:
            waiting[pid] = spec
            send(pid, signal_first)
    deadline = time.monotonic() + patience
    while waiting and time.monotonic() < deadline:
        waiting = {pid: spec for pid, spec in waiting.items() if is_ours(pid, spec.mark)}
        time.sleep(0.02 if waiting else 0)
    for pid in waiting:
        send(pid, signal.SIGKILL)
    while any(is_ours(pid, spec.mark) for pid, spec in waiting.items()):
        time.sleep(0.02)
    return not waiting


def send(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def tail(path, lines=10):
    """The last lines of a log, for showing what went wrong."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16384))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []
