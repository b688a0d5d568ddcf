# SPDX-License-Identifier: EUPL-1.2
"""An external function bears the name of its file, and some program uses it from another one."""

import re
from collections import Counter
from operator import itemgetter

from tree import C, SOURCE, assert_none, at, of_kind, plant, tags, text, without_comments

FOLDERS = ("common/", "services/", "tools/")
# What is written often and everywhere has a short name.
PREFIXES = {
    "main": "where a program begins",
    "on": "a handler: on_ and its message",
    "tx": "what a handler has of its transaction, of whatever room it is",
    "rq": "what a route has of its request",
    "refuse": "a word of the language, as OK and TRY are",
}
# Functions that no program uses.
UNUSED = {
    "course_diagram": "prints the table of states for the README",
    "referral_diagram": "prints the table of states for the README",
}
WORD = re.compile(r"\b[a-z]\w*")


def external(root):
    """Their definitions, in the order in which they stand: (path, name, line)."""
    found = tags(of_kind(root, ".c", under=FOLDERS), "f")
    return sorted(((path, tag["name"], tag["line"]) for path, tag in found if not tag.get("file")), key=itemgetter(0, 2))


def prefixes(root, path):
    """What the names in a file may begin with: its own, its first words, several of it; its folders; a header
    beside it."""
    words = path.stem.split("_")
    own = {"_".join(words[:n]) for n in range(1, len(words) + 1)}
    folders = path.relative_to(root).parts[1:-1]
    headers = {header.stem for header in of_kind(root, ".h") if header.parent == path.parent}
    several = {f"{path.stem}s", re.sub("y$", "ies", path.stem)}
    return {*own, *several, *folders, *headers, *PREFIXES}


def misnamed(root):
    return [
        at(root, path, line, f"{name} does not begin with the name of its file")
        for path, name, line in external(root)
        if not any(name == prefix or name.startswith(f"{prefix}_") for prefix in prefixes(root, path))
    ]


def unused(root):
    sources = of_kind(root, *C, under=FOLDERS)
    uses = {path: Counter(WORD.findall(without_comments(text(path)))) for path in sources}
    for path, tag in tags(sources, "fp"):
        uses[path][tag["name"]] -= 1
    tested = {word for path in of_kind(root, *C, under=("tests/",)) for word in WORD.findall(text(path))}
    found = []
    for path, name, line in external(root):
        own, all_uses = uses[path][name], sum(words[name] for words in uses.values())
        if all_uses <= 0 and name not in {*UNUSED, "main"}:
            found.append(at(root, path, line, f"no program uses {name}"))
        elif all_uses == own > 0 and name not in tested:
            found.append(at(root, path, line, f"{name} is used in its own file only: it can be static"))
    return found


def test_an_external_function_bears_the_name_of_its_file():
    assert_none(misnamed(SOURCE))


def test_an_external_function_is_used_by_a_program_in_another_file():
    assert_none(unused(SOURCE))


def test_a_name_of_another_file_is_found(tmp_path):
    plant(tmp_path, {
        "common/base/buffer.c": "void buffer_add(void)\n{\n}\nvoid number_add(void)\n{\n}\nstatic void add(void)\n{\n}\n",
        "services/intake/course/course_post.c": "int on_course(void)\n{\n}\nint course_new(void)\n{\n}\nint coursenew(void)\n{\n}\n",
        "services/intake/course/close.c": "int view_of(void)\n{\n}\nint intake_view(void)\n{\n}\n",
        "services/intake/course/view.h": "int view_of(void);\n",
    })
    assert [finding.split(" ")[1] for finding in misnamed(tmp_path)] == ["number_add", "coursenew"]


def test_a_function_that_only_tests_or_its_own_file_use_is_found(tmp_path):
    plant(tmp_path, {
        "common/base/a.h": "void a_used(void);\nvoid a_tested(void);\nvoid a_own(void);\n/* a_tested */\n#define A a_of_macro()\n",
        "common/base/a.c": "void a_tested(void)\n{\n}\nvoid a_of_macro(void)\n{\n}\nvoid a_own(void)\n{\n}\n"
                           "void a_used(void)\n{\n\ta_own();\n}\n",
        "services/broker/main.c": "int main(void)\n{\n\ta_used();\n}\n",
        "tests/unit/test_a.c": "void test(void)\n{\n\ta_tested();\n}\n",
    })
    assert [finding.split(":", 2)[2].split(",")[0] for finding in unused(tmp_path)] == [
        " no program uses a_tested",
        " a_own is used in its own file only: it can be static",
    ]
