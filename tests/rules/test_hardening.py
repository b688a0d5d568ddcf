# SPDX-License-Identifier: EUPL-1.2
"""The programs that run in production are hardened: read from the ELF files of the release build, not from flags."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tree import SOURCE, assert_none

RELEASE = Path(os.environ.get("UDVEJ_BUILD_ROOT", SOURCE / "build")) / "release" / "bin"
# What readelf -W -h -l -d and --dyn-syms must say. A fortified call is one of the __..._chk of glibc.
MUST = {
    "not position-independent (PIE)": r"Type:\s+DYN[\s\S]*\bINTERP\b",
    "relocations stay writable (RELRO)": r"\bGNU_RELRO\b",
    "symbols are bound lazily (BIND_NOW)": r"\(FLAGS(?:_1)?\).*\bNOW\b",
    "no stack protector": r"UND __stack_chk_fail\b",
    "no fortified call (_FORTIFY_SOURCE)": r"UND __(?!stack)\w+_chk\b",
}
MUST_NOT = {
    "stack is executable": r"\bGNU_STACK\b.*\bRWE\b",
    "a segment is writable and executable": r"\bLOAD\b.*\bRWE\b",
    "text is relocated (TEXTREL)": r"\bTEXTREL\b",
    "looks for libraries in a place of its own (RPATH)": r"\((?:RPATH|RUNPATH)\)",
}


def findings(program):
    words = ["readelf", "-W", "-h", "-l", "-d", "--dyn-syms", str(program)]
    said = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    wrong = [what for what, pattern in MUST.items() if not re.search(pattern, said)]
    wrong += [what for what, pattern in MUST_NOT.items() if re.search(pattern, said)]
    return [f"{program.name}: {what}" for what in wrong]


def test_every_program_of_the_release_build_is_hardened():
    programs = sorted(path for path in RELEASE.iterdir() if path.name.startswith("udvej"))
    assert len(programs) >= 6, f"build it first: deploy/build release LOG ({RELEASE})"
    assert_none([finding for program in programs for finding in findings(program)])


def test_a_soft_program_is_found(tmp_path):
    (tmp_path / "soft.c").write_text("int main(void)\n{\n\treturn 0;\n}\n")
    flags = ["-no-pie", "-fno-stack-protector", "-Wl,-z,norelro,-z,lazy,-z,execstack,-rpath,/nowhere"]
    words = [shutil.which("gcc") or pytest.fail("no gcc"), *flags, "-o", tmp_path / "soft", tmp_path / "soft.c"]
    subprocess.run([str(word) for word in words], capture_output=True, check=True)
    found = {finding.split(": ", 1)[1] for finding in findings(tmp_path / "soft")}
    assert found >= set(MUST) | {"stack is executable", "looks for libraries in a place of its own (RPATH)"}
