#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Turns the .sql files of a component into C: sqlgen.py NAME DIR OUTDIR

The .sql files in DIR and its folders hold statements, each after a line `-- name: course_close`, with marks behind it (db.h says what they do):
`:one`, `:many`, `:late`, `:apart`. `:many` and `:late` stand on an insert of one row of values, `:many` also on an
update from one.
Those in a folder `migrations` are migrations, NNN_title.sql. Placeholders `:param` and `:holder.field` become $1, $2, ...;
literals, quoted names, comments and ::casts are left alone. Writes OUTDIR/sql_NAME.h and sql_NAME.c.
Says file:line and fails on what it cannot read.
"""

import pathlib
import re
import sys

NAME_LINE = re.compile(r"--\s*name\s*:\s*(.*?)\s*$")
NAME = re.compile(r"([a-z][a-z0-9_]*)((?:\s+:(?:one|many|late|apart))*)$")
MIGRATION = re.compile(r"([0-9]{3})_([a-z0-9_]+)\.sql$")
TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*)
      | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
      | (?P<literal>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<dollar>(?<![A-Za-z0-9_$])\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$)
      | (?P<cast>::|:=)
      | :(?P<param>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)
      | (?P<number>\$[0-9]+)
      | (?P<unclosed>['"]|(?<![A-Za-z0-9_$])\$(?:[A-Za-z_]\w*)?\$)
      | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)


class Malformed(Exception):
    def __init__(self, path, line, what):
        super().__init__(f"{path}:{line}: {what}")


def read(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise Malformed(path, path.read_bytes().count(b"\n", 0, problem.start) + 1, "not UTF-8") from None


def block_comment_end(text, at):
    """The place after the comment that opens at `at` (they nest in PostgreSQL), or None."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return None


def translate(path, first_line, body):
    """The statement with $n for placeholders and without comments, and the names in order."""
    params, out, at = [], [], 0

    def fail(place, what):
        raise Malformed(path, first_line + body.count("\n", 0, place), what)

    while match := TOKEN.search(body, at):
        out.append(body[at : match.start()])
        at = match.end()
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        if kind == "comment" and match.group() == "/*":
            at = block_comment_end(body, match.start()) or fail(match.start(), "a comment is not closed")
            out.append(" ")
        elif kind == "param":
            if match.group("param") not in params:
                params.append(match.group("param"))
            out.append(f"${params.index(match.group('param')) + 1}")
        elif kind == "number":
            fail(match.start(), "a placeholder is a name, as :course_id")
        elif kind == "unclosed":
            fail(match.start(), "a literal is not closed")
        elif kind == "end":
            if without_comments(body[at:]):
                fail(match.start(), "a second statement follows; give it a `-- name:` line")
            at = len(body)
            break
        elif kind != "comment":
            out.append(match.group())
    out.append(body[at:])
    text = "".join(out).strip()
    if not text:
        raise Malformed(path, first_line - 1, "no statement follows the name")
    return text, params


def row_of_values(path, line, text):
    """Where the one row of values stands in a statement that may take several: (begin, end), in bytes."""
    values = re.search(r"\bvalues\s*(?=\()", text)
    if not values or not text.startswith(("insert into ", "update ")) or re.search(r"'[^']*[$()][^']*'", text):
        raise Malformed(path, line, "several rows go into an insert or update with one plain `values (...)`")
    depth, begin = 0, values.end()
    for mark in re.compile(r"[()]").finditer(text, begin):
        depth += 1 if mark.group() == "(" else -1
        if depth == 0:
            break
    end = mark.end()
    if depth or text[end:].startswith(",") or "$" in text[:begin] + text[end:]:
        raise Malformed(path, line, "placeholders of several rows stand in one row of values")
    return len(text[:begin].encode()), len(text[:end].encode())


def without_comments(text):
    text = re.sub(r"--[^\n]*", "", text)
    while (at := text.find("/*")) >= 0:
        end = block_comment_end(text, at)
        text = text[:at] + (text[end:] if end else "")
    return text.strip()


def read_statements(directory):
    statements, seen = [], {}
    for path in sorted(path for path in directory.rglob("*.sql") if path.parent.name != "migrations"):
        lines = read(path).split("\n")
        starts = [i for i, line in enumerate(lines) if NAME_LINE.match(line)]
        head = lines[: starts[0]] if starts else lines
        for i, line in enumerate(head):
            if without_comments(line):
                raise Malformed(path, i + 1, "a statement needs a `-- name:` line before it")
        for start, end in zip(starts, starts[1:] + [len(lines)]):
            words = NAME_LINE.match(lines[start]).group(1)
            name = NAME.match(words)
            if not name:
                raise Malformed(path, start + 1, f"`{words}` is not a name like course_close, with marks or without")
            if name.group(1) in seen:
                raise Malformed(path, start + 1, f"{name.group(1)} is already at {seen[name.group(1)]}")
            seen[name.group(1)] = f"{path}:{start + 1}"
            text, params = translate(path, start + 2, "\n".join(lines[start + 1 : end]))
            marks = set(name.group(2).split())
            row = row_of_values(path, start + 1, text) if marks & {":many", ":late"} else None
            statements.append((name.group(1), text, params, marks, row))
    return statements


def read_migrations(directory):
    steps, seen = [], {}
    for path in sorted(directory.rglob("migrations/*.sql")):
        name = MIGRATION.match(path.name)
        if not name or int(name.group(1)) == 0:
            raise Malformed(path, 1, "a migration is named NNN_title.sql, from 001")
        number, text = int(name.group(1)), read(path)
        if number in seen:
            raise Malformed(path, 1, f"migration {number} is already {seen[number]}")
        if not without_comments(text):
            raise Malformed(path, 1, "the migration is empty")
        seen[number] = path.name
        steps.append((number, name.group(2), text))
    return steps


def c_string(text, indent):
    """A C literal, a line of the text a line."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "?": "\\?"}
    lines = ["".join(escapes.get(c, c) for c in line) for line in text.splitlines(keepends=True)]
    return ("\n" + indent).join(f'"{line}"' for line in lines)


def write_c(name, statements, steps):
    out = [f"/* Made by sqlgen.py from the .sql files of {name}. */", f'#include "sql_{name}.h"', ""]
    for statement, text, params, marks, row in statements:
        if params:
            names = ", ".join(f'"{param}"' for param in params)
            out.append(f"static const char *const params_{statement}[] = {{ {names} }};")
        out += [
            f"const struct sql sql_{statement}[1] = {{ {{",
            f'\t.name = "{statement}",',
            f"\t.text = {c_string(text, chr(9) * 2)},",
            f"\t.params = {'params_' + statement if params else '0'},",
            f"\t.n_params = {len(params)},",
        ]
        if row:
            out.append(f"\t.row = {{ .begin = {row[0]}, .end = {row[1]} }},")
        out += [f"\t.{mark} = true," for mark in ("one", "late", "apart") if f":{mark}" in marks]
        out.append("} };")
    out.append("\nstatic const struct sql *const statements[] = {")
    out += [f"\tsql_{statement}," for statement, *_ in statements] + ["\t0,", "};"]
    out.append(f"const struct sql_set sql_set_{name} = {{ .statements = statements, .n = {len(statements)} }};\n")
    out.append("static const struct migration steps[] = {")
    for number, title, text in steps:
        out.append(f'\t{{ .number = {number}, .name = "{title}",\n\t\t.text = {c_string(text, chr(9) * 2)} }},')
    out += ["\t{ .number = 0 },", "};"]
    out.append(
        f'const struct migrations migrations_{name} = {{ .component = "{name}", .steps = steps, .n = {len(steps)} }};'
    )
    return "\n".join(out) + "\n"


def write_h(name, statements):
    guard = f"UDVEJ_SQL_{name.upper()}_H"
    out = [f"/* Made by sqlgen.py from the .sql files of {name}. */", f"#ifndef {guard}", f"#define {guard}", ""]
    out += ['#include "db/db.h"', ""]
    out += [f"extern const struct sql sql_{statement}[1];" for statement, *_ in statements]
    out += [f"extern const struct sql_set sql_set_{name};", f"extern const struct migrations migrations_{name};"]
    return "\n".join(out + ["", "#endif", ""])


def main(name, directory, outdir):
    directory, outdir = pathlib.Path(directory), pathlib.Path(outdir)
    try:
        statements, steps = read_statements(directory), read_migrations(directory)
    except Malformed as problem:
        print(problem, file=sys.stderr)
        return 1
    outdir.mkdir(parents=True, exist_ok=True)
    (outdir / f"sql_{name}.c").write_text(write_c(name, statements, steps), encoding="utf-8")
    (outdir / f"sql_{name}.h").write_text(write_h(name, statements), encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: sqlgen.py NAME DIR OUTDIR")
    sys.exit(main(*sys.argv[1:]))
