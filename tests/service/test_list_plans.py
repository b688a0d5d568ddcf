# SPDX-License-Identifier: EUPL-1.2
"""Every list with every filter is read by an index, however many rows there are: the plans that PostgreSQL makes for the
daemon's own statements. Plans and counts of rows, never times."""

import itertools
import sys
from pathlib import Path

import pytest

from harness import SOURCE
from harness.described import description
from harness.fixtures import closing
from harness.system import System

sys.path.insert(0, str(SOURCE / "common" / "db"))
import sqlgen  # noqa: E402 - the tool that makes C of the statements reads them here too

FILL = Path(__file__).with_name("many_rows.sql")
ROWS = 200_000
NODE = "reden"
# Whose list it is: (reach, who, worker), as common/serving/authority.c sets them.
VIEWS = {"lead": ("organisation", "lead", None), "worker": ("own", "worker-2", "worker-2"),
         "few cases, and cover": ("own", "rare", "rare"), "no cases": ("own", "nobody", "nobody"),
         "system": ("posted", "journal", None)}
# A filter: nothing, what nearly all rows have, what few and old ones have, what none has.
FILTERS = {
    "course_page": {"state": (None, "closed", "waiting", "none"), "programme": (None, "common", "rare"),
                    "worker": (None, "worker-3", "rare")},
    "referral_page": {"state": (None, "completed", "requested", "rejected", "none"),
                      "programme": (None, "common", "rare")},
    "enquiry_page": {},
    "task_page": {"state": (None, "done", "open")},
    "audit_page": {"by": (None, "worker-3", "rare", "none"), "citizen": (None, "known", "unknown"),
                   "outcome": (None, "shown", "refused", "repeated", "none")},
    "contact_page": {}, "measurement_page": {}, "citizen_changes": {}, "cover_page": {}, "break_glass_page": {},
    "worker_page": {"programme": (None, "common", "rare")},
}
# (limit, after): the first page, and a big one from the middle on.
PAGES = ((50, 2**63 - 1), (500, ROWS // 2))
# These are few in any organisation: to read one as a whole may be the quickest.
SMALL = {"worker", "cover", "break_glass", "task"}


@pytest.fixture(scope="module")
def world(cluster):
    system = System(cluster, [NODE])
    with closing([system]):
        system.start()
        system.stop()
        cluster.sql(FILL.read_text().replace(":rows", str(ROWS)), system.place.database(NODE))
        with system.db(NODE) as connection, connection.cursor() as cursor:
            for name, text, *_ in STATEMENTS.values():
                cursor.execute(f"prepare {name} as {text}")
            yield cursor


STATEMENTS = {row[0]: row for folder in ("services/intake", "common/serving")
              for row in sqlgen.read_statements(SOURCE / folder) if row[0] in FILTERS}


def values_of(world, name, view, page, filters):
    """What the daemon gives to a statement (common/serving/list.c)."""
    reach, who, me = VIEWS[view]
    limit, after = page
    world.execute("select id, citizen_id from course where number = 7")
    course, citizen = world.fetchone()
    return {"limit": limit + 1, "after": None if name == "worker_page" else after, "reach": reach, "who": who, "me": me,
            "today": "2026-01-01", "id": citizen if name == "citizen_changes" else course, **filters,
            "citizen": {"known": citizen, "unknown": course}.get(filters.get("citizen"))}


def plan(world, name, values):
    """All nodes of the plan with which the daemon would be answered."""
    params = STATEMENTS[name][2]
    said = [world.mogrify("%s", (None if values[one] is None else str(values[one]),)).decode() for one in params]
    world.execute(f"explain (analyze, timing off, format json) execute {name} ({', '.join(said)})")
    found, rest = [], [world.fetchone()[0][0]["Plan"]]
    while rest:
        found.append(rest.pop())
        rest += found[-1].get("Plans", [])
    return found


def read(node):
    """Rows that it took from its table, shown or not."""
    return node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                                   + node.get("Rows Removed by Index Recheck", 0))


def most_read(view, limit, filters):
    """A page for each way to see a case. Of what a fiftieth of the rows have, as a worker's cases, a page may also be looked
    for in order, or be all of them. Where several things are asked for at once, few rows may have them all: which index
    comes first is then the server's choice."""
    asked = (view != "lead") + sum(value is not None for value in filters.values())
    return 60 * limit + ROWS / 50 if asked < 2 else ROWS / 2


# A list that is nobody's is the same for all; tasks are for people.
CASES = [(name, view) for name in FILTERS for view in VIEWS
         if view == "lead" or ("reach" in STATEMENTS[name][2] and (name, view) != ("task_page", "system"))]


@pytest.mark.parametrize("name, view", CASES)
def test_a_page_is_found_by_an_index_whatever_is_asked_for(world, name, view):
    wrong = []
    combinations = [dict(zip(FILTERS[name], one)) for one in itertools.product(*FILTERS[name].values())]
    # Twice round: after five times the server may take one plan for all values.
    for filters, page in itertools.product(combinations * 2, PAGES):
        limit = page[0]
        nodes = plan(world, name, values_of(world, name, view, page, filters))
        big = [one for one in nodes if one.get("Relation Name", "worker") not in SMALL and one["Actual Loops"]]
        said = f"{filters}, {page}: {[(one['Node Type'], one['Relation Name'], read(one)) for one in big]}"
        if any(one["Node Type"] == "Seq Scan" for one in big):
            wrong.append(f"reads a whole table: {said}")
        if sum(map(read, big)) > most_read(view, limit, filters):
            wrong.append(f"reads too many rows: {said}")
        if any(one["Node Type"] == "Sort" and one["Actual Rows"] > 5 * (limit + 1) for one in nodes):
            wrong.append(f"sorts more than the pages of its branches: {said}")
    assert not wrong, "\n".join(wrong)


def test_each_filter_of_each_list_is_looked_at_here():
    lists = [{one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"}
             for _, _, operation in description("intake").operations()]
    paged = [names - {"limit", "after"} for names in lists if {"limit", "after"} <= names]
    assert sorted(map(sorted, paged)) == sorted(sorted(one) for one in FILTERS.values())
