# SPDX-License-Identifier: EUPL-1.2
"""SQL stands in .sql files. What may stand in C is the frame of a transaction: begin, commit, rollback."""

import re

import pytest

from tree import C, SOURCE, assert_none, at, line_of, of_kind, plant, text, without_comments

# Adjacent string literals are one string to the compiler.
STRING = re.compile(r'(?:"(?:\\.|[^"\\\n])*"\s*)+')
SQL = re.compile(
    r"\bselect\s+(?:.*\sfrom\s|\w+\s*\(|\*|1\b)|\binsert\s+into\s|\bupdate\s+[\w.]+\s+set\s|\bdelete\s+from\s"
    r"|\b(?:create|alter|drop)\s+(?:table|index|view|role|schema|function|type|sequence)\s|\btruncate\s+table\s"
    r"|\block\s+table\s|\bcopy\s+\w+\s*(?:\(|from)|\bwith\s+\w+\s+as\s*\(",
    re.IGNORECASE | re.DOTALL,
)


def findings(root):
    found = []
    for path in of_kind(root, *C, under=("common/", "services/", "tools/")):
        content = without_comments(text(path))
        for match in STRING.finditer(content):
            literal = re.sub(r'"\s*"', "", match.group()).replace("\\n", " ")
            if SQL.search(literal):
                found.append(at(root, path, line_of(content, match.start()), f"SQL in C: {literal.strip()[:60]}"))
    return found


def test_no_sql_stands_in_c():
    assert_none(findings(SOURCE))


@pytest.mark.parametrize(
    "literal",
    [
        '"select id from course"',
        '"SELECT id "\n\t"FROM course"',
        '"insert into course values ($1)"',
        '"Update course set a = 1"',
        '"delete from course"',
        '"select pg_try_advisory_lock($1)"',
        '"create table x (a int)"',
    ],
)
def test_sql_text_in_c_is_found(tmp_path, literal):
    plant(tmp_path, {"services/intake/a.c": f"/* select 1 from a comment */\nconst char *q =\n\t{literal};\n"})
    assert [finding.split(" ")[0] for finding in findings(tmp_path)] == ["services/intake/a.c:3:"]


def test_words_for_people_are_not_taken_for_sql(tmp_path):
    plant(tmp_path, {"common/base/a.c": 'const char *a = "select a worker", *b = "updated, set aside", *c = "BEGIN";\n'})
    assert findings(tmp_path) == []
