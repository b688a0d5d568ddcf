# SPDX-License-Identifier: EUPL-1.2
"""Every table, every column of one, and every view has a comment. Asked of a database to which the migrations have been applied."""

import re

import psycopg2
import pytest

from harness.private_cluster import scratch_database
from tree import SOURCE, assert_none, at, line_of, plant, text

UNCOMMENTED = """
select c.relname, a.attname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and col_description(c.oid, a.attnum) is null
union all
select c.relname, null
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    and obj_description(c.oid, 'pg_class') is null
order by 1, 2 nulls first
"""


def components(root):
    """Of each database, its migrations in the order in which a daemon applies them."""
    shared = [file for part in ("db", "daemon") for file in migrations(root / "common" / part)]
    services = sorted(path for path in root.glob("services/*") if migrations(path))
    return {service.name: shared + migrations(service) for service in services} or {"daemon": shared}


def migrations(component):
    return sorted(component.rglob("migrations/*.sql"))


def findings(root, cluster):
    found = set()
    for name, steps in components(root).items():
        conninfo, _ = scratch_database(cluster, f"comments_{name}")
        connection = psycopg2.connect(conninfo)
        with connection, connection.cursor() as cursor:
            for step in steps:
                cursor.execute(text(step))
            cursor.execute(UNCOMMENTED)
            found |= {where(root, steps, table, column) for table, column in cursor.fetchall()}
        connection.close()
        cluster.drop_databases([f"comments_{name}"])
    return sorted(found)


def where(root, steps, table, column):
    """The finding, at the line that makes the table or column."""
    what = f"{table}.{column} has no comment" if column else f"{table} has no comment"
    for step in steps:
        made = re.search(rf"\b(?:table|view)\s+(if\s+not\s+exists\s+)?{table}\b", text(step), re.IGNORECASE)
        if made:
            member = re.compile(rf"^\s+(add\s+column\s+)?\"?{re.escape(column or '')}\"?\s", re.MULTILINE).search(text(step), made.start())
            return at(root, step, line_of(text(step), member.end() - 1 if column and member else made.start()), what)
    return f"{table}:1: {what}"


def test_every_table_and_column_has_a_comment(cluster):
    assert_none(findings(SOURCE, cluster))


def test_the_migrations_of_the_tree_are_seen():
    assert all(components(SOURCE).values())


@pytest.mark.parametrize(
    ("comments", "line"),
    [("comment on column a.id is 'x'; comment on column a.name is 'x';", 1),
     ("comment on table a is 'x'; comment on column a.id is 'x';", 3)],
)
def test_a_missing_comment_is_found(tmp_path, cluster, comments, line):
    file = "services/intake/sql/migrations/001_a.sql"
    plant(tmp_path, {file: f"create table a (\n    id int,\n    name text\n);\n{comments}\n"})
    assert [finding.rsplit(": ", 1)[0] for finding in findings(tmp_path, cluster)] == [f"{file}:{line}"]
