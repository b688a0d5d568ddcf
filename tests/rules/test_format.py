# SPDX-License-Identifier: EUPL-1.2
"""C is formatted as .clang-format in the root says: run `clang-format-14 -i` on what you change."""

import re
import shutil
import subprocess

from tree import C, SOURCE, assert_none, at, of_kind, plant

COMPLAINT = re.compile(r"^(.+?):(\d+):\d+: error: (.+?) \[", re.MULTILINE)


def findings(root):
    paths = of_kind(root, *C)
    if not paths:
        return []
    words = ["clang-format-14", "--dry-run", "-Werror", *(str(path.relative_to(root)) for path in paths)]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    found = sorted({at(root, root / name, line, what) for name, line, what in COMPLAINT.findall(done.stderr)})
    assert found or done.returncode == 0, done.stderr
    return found


def test_all_c_is_formatted():
    assert_none(findings(SOURCE))


def test_bad_format_is_found(tmp_path):
    shutil.copy(SOURCE / ".clang-format", tmp_path)
    plant(tmp_path, {"good.c": "int f(void)\n{\n\treturn 0;\n}\n", "bad.c": "int f(void)\n{\n  return 0;\n}\n"})
    assert {finding.split(":")[0] for finding in findings(tmp_path)} == {"bad.c"}
