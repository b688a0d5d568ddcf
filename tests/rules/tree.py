# SPDX-License-Identifier: EUPL-1.2
"""The files that the rules look at, and C source without comments. Rules return findings: "file:line: what"."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
C = (".c", ".h")
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)


@cache
def files(root):
    """Every file that is in git or would be added to it; of a plain folder, every file."""
    words = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"]
    done = subprocess.run(words, capture_output=True, check=False)
    inside = done.returncode == 0 and (root / ".git").exists()
    if inside:
        found = (root / name for name in done.stdout.decode().split("\0") if name)
    else:
        found = (path for path in root.rglob("*") if not {"build", "var", "__pycache__"} & set(path.parts))
    return tuple(sorted(path for path in found if path.is_file() and not path.is_symlink()))


def text(path):
    """The text of a file; "" when it is not text."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def of_kind(root, *endings, under=("",)):
    """Files with one of these endings in these folders."""
    return [path for path in files(root) if path.suffix in endings and str(path.relative_to(root)).startswith(under)]


def at(root, path, line, what):
    return f"{path.relative_to(root)}:{line}: {what}"


def line_of(content, offset):
    return content.count("\n", 0, offset) + 1


def without_comments(content):
    """C with comments blanked out; lines and offsets stay."""

    def blank(match):
        token = match.group()
        return token if token[0] in "\"'" else re.sub(r"[^\n]", " ", token)

    return TOKEN.sub(blank, content)


def tags(paths, kinds):
    """What ctags finds in C files: (path, tag as it tells it). Of the kinds f: functions, p: prototypes."""
    if not paths:
        return
    words = ["ctags", "--quiet", "--languages=C", "--langmap=C:.c.h", f"--kinds-C={kinds}", "--output-format=json",
             "--fields=+nfe", "-f", "-", *map(str, paths)]
    by_name = {str(path): path for path in paths}
    for line in subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines():
        tag = json.loads(line)
        if tag["_type"] == "tag":
            yield by_name[tag["path"]], tag


def plant(root, contents):
    """A small tree with planted files, {path: text}, for proving a rule."""
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def assert_none(findings):
    assert not findings, "\n" + "\n".join(findings)
