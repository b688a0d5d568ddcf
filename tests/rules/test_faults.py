# SPDX-License-Identifier: EUPL-1.2
"""What tests strike daemons with is not in the programs that run in production."""

import os
import subprocess
from pathlib import Path

from tree import SOURCE, assert_none

BUILDS = Path(os.environ.get("UDVEJ_BUILD_ROOT", SOURCE / "build"))


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
