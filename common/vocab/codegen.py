#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Turns the code lists into C: codegen.py DIR OUT.h

Each DIR/NAME.csv is the list NAME: a head `code,english,danish`, then a row for each code, in the order in which people
should see them. A code is of a-z and -, stands once in its list, and has a word in both languages. Writes OUT.h, which
code.c includes. Says file:line and fails on what it cannot read.
"""

import csv
import io
import pathlib
import re
import sys

HEAD = ["code", "english", "danish"]
NAME = re.compile(r"[a-z]+(-[a-z]+)*$")


class Malformed(Exception):
    def __init__(self, path, line, what):
        super().__init__(f"{path}:{line}: {what}")


def read(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise Malformed(path, path.read_bytes().count(b"\n", 0, problem.start) + 1, "not UTF-8") from None


def check(path, line, row, seen):
    if len(row) != len(HEAD):
        raise Malformed(path, line, f"{len(row)} cells where there must be {len(HEAD)}: {','.join(HEAD)}")
    for column, word in zip(HEAD, row):
        if word != word.strip() or not word.isprintable():
            raise Malformed(path, line, f"the {column} begins or ends with a space, or holds a control character")
        if not word:
            raise Malformed(path, line, f"the {column} is missing")
    if not NAME.match(row[0]):
        raise Malformed(path, line, f"`{row[0]}` is not a code like in-progress")
    if row[0] in seen:
        raise Malformed(path, line, f"{row[0]} stands already in line {seen[row[0]]}")
    seen[row[0]] = line


def read_list(path):
    if not NAME.match(path.stem):
        raise Malformed(path, 1, "a list is named like referral-state")
    rows, seen = csv.reader(io.StringIO(read(path), newline=""), strict=True), {}
    codes = []
    try:
        if next(rows, None) != HEAD:
            raise Malformed(path, 1, f"the head must be {','.join(HEAD)}")
        for row in rows:
            check(path, rows.line_num, row, seen)
            codes.append(row)
    except csv.Error as problem:
        raise Malformed(path, rows.line_num, problem) from None
    if not codes:
        raise Malformed(path, 1, "the list is empty")
    return path.stem, codes


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") + '"'


def write_h(lists):
    out = ["/* Made by codegen.py from the code lists. */"]
    for name, codes in lists:
        out.append(f"static const struct code rows_{name.replace('-', '_')}[] = {{")
        out += [f"\t{{ {', '.join(map(c_string, row))} }}," for row in codes]
        out.append("};")
    out.append("\n/* By name, ascending: they are searched by halves. */")
    out.append("static const struct code_list lists[] = {")
    for name, _ in lists:
        rows = f"rows_{name.replace('-', '_')}"
        out.append(f'\t{{ .name = "{name}", .codes = {rows}, .n = sizeof {rows} / sizeof {rows}[0] }},')
    return "\n".join(out + ["};", ""])


def main(directory, out):
    paths = sorted(pathlib.Path(directory).glob("*.csv"), key=lambda path: path.stem)
    try:
        if not paths:
            raise Malformed(directory, 1, "there are no lists here")
        made = write_h([read_list(path) for path in paths])
    except Malformed as problem:
        print(problem, file=sys.stderr)
        return 1
    pathlib.Path(out).write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: codegen.py DIR OUT.h")
    sys.exit(main(*sys.argv[1:]))
