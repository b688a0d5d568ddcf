# SPDX-License-Identifier: EUPL-1.2
"""Shell scripts parse, stop at the first error, and shellcheck has nothing to say about them."""

import re
import subprocess


from tree import SOURCE, assert_none, at, files, plant, text

SHEBANG = re.compile(r"#!.*\b(?:ba|da)?sh\b")


def scripts(root):
    return [path for path in files(root) if SHEBANG.match(text(path))]


def broken(root):
    found = []
    for path in scripts(root):
        done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            found.append(at(root, path, 1, done.stderr.strip()))
        if not re.search(r"^set -euo pipefail$", text(path), re.MULTILINE):
            found.append(at(root, path, 1, "no 'set -euo pipefail'"))
    return found


def complaints(root):
    words = ["shellcheck", "-f", "gcc", *map(str, scripts(root))]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return [line.replace(f"{root}/", "") for line in said.splitlines()]


def test_every_shell_script_parses_and_stops_at_errors():
    assert scripts(SOURCE)
    assert_none(broken(SOURCE))


def test_shellcheck_has_nothing_to_say():
    assert_none(complaints(SOURCE))


def test_broken_scripts_are_found(tmp_path):
    good = "#!/usr/bin/env bash\nset -euo pipefail\n"
    careless, parse = "#!/bin/sh\ntrue\n", good + "if true; then\n"
    plant(tmp_path, {"good": good, "parse": parse, "careless.sh": careless, "notes": "if\n"})
    assert [finding.split(":")[0] for finding in broken(tmp_path)] == ["careless.sh", "parse"]
