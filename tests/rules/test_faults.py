# SPDX-License-Identifier: EUPL-1.2
"""What tests strike daemons with stands around each send and each commit, and is not in the programs that run in
production."""

import os
import re
import subprocess
from pathlib import Path

from tree import SOURCE, assert_none, at, of_kind, plant, text

BUILDS = Path(os.environ.get("UDVEJ_BUILD_ROOT", SOURCE / "build"))


# What a receiver, or a restart, can tell from not having been done. Where it is defined it has no points around it.
DONE = re.compile(r"^\t.*\b(link_send\(|(pipeline_send|setup_ask)\(db, sql_db_commit\b)")
BEFORE, AFTER = re.compile(r"FAULT_POINT\((\w+)_unsent\);"), re.compile(r"FAULT_POINT\((\w+)_sent\);")
NEAR = 6  # lines


def unguarded(root):
    """Sends and commits of common/ with no point right before, or none of the same name soon after."""
    for path in of_kind(root, ".c"):
        lines = text(path).split("\n")
        for number, line in enumerate(lines):
            if path.is_relative_to(root / "common") and DONE.match(line):
                before = BEFORE.search(lines[number - 1])
                after = {found[1] for found in map(AFTER.search, lines[number + 1:number + 1 + NEAR]) if found}
                if not before or before[1] not in after:
                    yield at(root, path, number + 1, "stands between no two points of fault.h")


def test_each_send_and_each_commit_stands_between_two_points():
    assert_none(list(unguarded(SOURCE)))


def test_a_send_and_a_commit_without_points_are_found(tmp_path):
    good = "\tFAULT_POINT(a_unsent);\n\tlink_send(l, to, &f);\n\tFAULT_POINT(a_sent);\n"
    plant(tmp_path, {
        "common/daemon/a.c": good + good.replace("a_sent", "b_sent"),
        "common/db/a.c": "\treturn setup_ask(db, sql_db_commit, NULL);\n",
        "common/wire/a.c": "bool link_send(struct link *l)\n",
    })
    assert sorted(unguarded(tmp_path)) == [
        "common/daemon/a.c:5: stands between no two points of fault.h",
        "common/db/a.c:1: stands between no two points of fault.h",
    ]


def traces(program):
    """Symbols and words of common/base/fault.c and tests/crash/failing.c in a program."""
    env = {**os.environ, "LC_ALL": "C"}
    symbols = subprocess.run(["nm", str(program)], capture_output=True, text=True, check=True, env=env).stdout.split()
    found = [name for name in symbols if name.startswith(("fault_", "__wrap_", "__real_"))]
    return found + (["UDVEJ_FAULTS"] if b"UDVEJ_FAULTS" in program.read_bytes() else [])


def daemons(preset):
    found = sorted((BUILDS / preset / "bin").glob("udvej*"))
    assert len(found) >= 6, f"build it first: deploy/build {preset} LOG ({BUILDS})"
    return found


def test_no_program_of_the_release_build_can_be_struck():
    assert_none([f"{program.name}: {trace}" for program in daemons("release") for trace in traces(program)])


def test_every_daemon_of_the_test_build_can_be_struck():
    for program in daemons("dev"):
        if program.name != "udvej":
            assert {"fault_strikes", "fault_point", "UDVEJ_FAULTS"} <= set(traces(program)), program.name
