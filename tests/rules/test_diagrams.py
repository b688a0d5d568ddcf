# SPDX-License-Identifier: EUPL-1.2
"""The diagrams of state tables in the READMEs are what the tables print, word for word."""

import subprocess

from harness.system import programs
from tree import SOURCE, assert_none, plant, text

# One row a diagram: the file it stands in, the program of the build that prints it, its arguments.
DIAGRAMS = (
    ("services/caseload/README.md", "print_diagram", "course"),
    ("services/intake/README.md", "print_diagram", "referral"),
)


def findings(root, diagrams, bin_dir):
    found = []
    for file, program, *words in diagrams:
        done = subprocess.run([str(bin_dir / program), *words], capture_output=True, text=True, check=False)
        printed = done.stdout.strip("\n")
        command = " ".join((program, *words))
        if done.returncode != 0 or not printed:
            found.append(f"{file}:1: `{command}` prints no diagram: {done.stderr.strip()}")
        elif f"\n{printed}\n" not in text(root / file):
            found.append(f"{file}:1: its diagram is not what `{command}` prints:\n{printed}")
    return found


def test_diagrams_are_what_the_tables_print():
    assert_none(findings(SOURCE, DIAGRAMS, programs()))


def test_a_diagram_that_differs_is_found(tmp_path):
    plant(tmp_path, {"README.md": "# a\n```\nopen -> closed\n```\n", "print": "#!/bin/sh\necho \"open -> $1\"\n"})
    (tmp_path / "print").chmod(0o755)
    assert findings(tmp_path, [("README.md", "print", "closed")], tmp_path) == []
    assert findings(tmp_path, [("README.md", "print", "lost")], tmp_path) != []
