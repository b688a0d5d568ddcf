# SPDX-License-Identifier: EUPL-1.2
"""A file is one idea, at most 600 lines; a function is one screen, at most 60."""

import ast

from tree import C, SOURCE, assert_none, at, of_kind, plant, tags, text

FILE_LINES, FUNCTION_LINES = 600, 60
KINDS = (*C, ".py", ".sql", ".proto", ".js", ".css", ".sh")


def long_files(root):
    sizes = ((path, text(path).count("\n")) for path in of_kind(root, *KINDS))
    return [at(root, path, size, f"{size} lines, at most {FILE_LINES}") for path, size in sizes if size > FILE_LINES]


def long_functions(root):
    spans = [*c_functions(of_kind(root, *C)), *python_functions(of_kind(root, ".py"))]
    return [
        at(root, path, first, f"{name} has {last - first + 1} lines, at most {FUNCTION_LINES}")
        for path, name, first, last in spans
        if last - first + 1 > FUNCTION_LINES
    ]


def c_functions(paths):
    return ((path, tag["name"], tag["line"], tag["end"]) for path, tag in tags(paths, "f") if "end" in tag)


def python_functions(paths):
    for path in paths:
        for node in ast.walk(ast.parse(text(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node.name, node.lineno, node.end_lineno


def test_no_file_is_longer_than_600_lines():
    assert_none(long_files(SOURCE))


def test_no_function_is_longer_than_60_lines():
    assert_none(long_functions(SOURCE))


def test_functions_of_the_tree_are_seen():
    if of_kind(SOURCE, ".c"):
        assert sum(1 for _ in c_functions(of_kind(SOURCE, ".c"))) > 10


def test_a_long_file_and_a_long_function_are_found(tmp_path):
    body = "\tputs(0);\n" * 58
    plant(tmp_path, {
        "a.sql": "--\n" * 601,
        "fits.c": f"int f(void)\n{{\n{body[:-9 * 1]}}}\n",
        "a.c": f"int f(void)\n{{\n{body}}}\n\nint g(void)\n{{\n\treturn 0;\n}}\n",
        "a.py": "def f():\n" + "    pass\n" * 60,
    })
    assert long_files(tmp_path) == ["a.sql:601: 601 lines, at most 600"]
    assert sorted(long_functions(tmp_path)) == [
        "a.c:1: f has 61 lines, at most 60", "a.py:1: f has 61 lines, at most 60",
    ]
