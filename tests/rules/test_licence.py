# SPDX-License-Identifier: EUPL-1.2
"""Every source file says its licence in its first lines, and LICENSE is the whole EUPL 1.2."""

from tree import SOURCE, assert_none, at, files, plant, text

KINDS = (".c", ".h", ".py", ".sql", ".sh", ".proto", ".cmake", ".js", ".css", ".html", ".yml", ".ini", ".service")
NAMES = ("CMakeLists.txt", ".clang-format", ".clang-tidy")
MARK = "SPDX-License-Identifier: EUPL-1.2"


def is_source(path):
    # Programs without an ending (deploy/up) are known by their first line.
    return path.suffix in KINDS or path.name in NAMES or (not path.suffix and text(path).startswith("#!"))


def findings(root):
    missing = (path for path in files(root) if is_source(path) and not has_mark(text(path)))
    return [at(root, path, 1, f"no {MARK}") for path in missing if "vendor" not in path.parts]


def has_mark(content):
    lines = content.splitlines()[:2]
    return any(MARK in line for line in (lines if content.startswith("#!") else lines[:1]))


def test_every_source_file_names_its_licence():
    assert_none(findings(SOURCE))


def test_the_licence_is_whole():
    content = (SOURCE / "LICENSE").read_text()
    for part in ("EUROPEAN UNION PUBLIC LICENCE v. 1.2", "15. Applicable Law", "Appendix", "Strong\n  Reciprocity"):
        assert part in content
    assert len(content.split()) == 2237


def test_a_file_without_licence_is_found(tmp_path):
    plant(tmp_path, {
        "a.c": "int a;\n", "b.c": f"/* {MARK} */\n", "up": "#!/usr/bin/env bash\necho\n",
        "down": f"#!/usr/bin/env bash\n# {MARK}\n", "c.sql": f"select 1;\n-- {MARK}\n", "notes.md": "words\n",
    })
    assert findings(tmp_path) == [f"{name}:1: no {MARK}" for name in ("a.c", "c.sql", "up")]
