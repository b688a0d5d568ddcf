# SPDX-License-Identifier: EUPL-1.2
"""Every list that has pages, from the printed description: whole, each row once, in its order, also while rows come and
change between the pages; and what may be asked of a list."""

import uuid

import pytest

from harness.described import Described, description
from harness.facts import assert_refused, day
from harness.fixtures import closing
from harness.system import System

NODE = "reden"
PAGE = 7
ROWS = 30  # of each list; no multiple of the page


def query(operation):
    return {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one.get("in") == "query"}


LISTS = [one for one in description("intake").operations() if one[0] == "GET" and query(one[2])]
PAGED = {path: operation for _, path, operation in LISTS if {"limit", "after"} <= set(query(operation))}

# What stands in each list, and in which order: read off the tables.
EXPECTED = {
    "/api/v1/audit": "select number::text from audit_log a order by a.number desc",
    "/api/v1/break-glass": "select id::text from break_glass order by number desc",
    "/api/v1/citizens/{id}/changes": "select number::text from citizen_change a order by a.number desc",
    "/api/v1/courses": "select id::text from course order by number desc",
    "/api/v1/courses/{id}/contacts": "select id::text from contact order by number desc",
    "/api/v1/courses/{id}/measurements": "select id::text from measurement order by number desc",
    "/api/v1/covers": "select id::text from cover order by number desc",
    "/api/v1/enquiries": "select id::text from enquiry order by number desc",
    "/api/v1/referrals": "select id::text from referral order by number desc",
    "/api/v1/tasks": "select id::text from task order by number desc",
    "/api/v1/workers": "select id from worker order by id",
}

FILL = f"""
create temp table n as select n, gen_random_uuid() as id from generate_series(1, {ROWS}) n order by n;
insert into citizen (id, name) select id, 'Test Person' from n order by n;
insert into enquiry (id, received_on, channel, followed_by) select id, '2020-01-01', 'partner', 'referral' from n;
insert into referral (id, direction, requester, owner, citizen_id, enquiry_id, operation_id, course_id, programme, aim,
    priority, authored_on, state, channel)
select id, 'own', 'reden', 'reden', id, id, id, id, 'reden-1-1', 'exit', 'routine', '2020-01-01', 'accepted', 'partner'
from n;
insert into course (id, referral_id, citizen_id, organisation, programme, aim, state, worker, priority, requested_on)
select id, id, id, 'reden', 'reden-1-1', 'exit', 'enrolled', 'w-1', 'routine', '2020-01-01' from n;
insert into contact (id, course_id, held_on, kind, minutes)
select n.id, one.id, '2020-01-01', 'phone', 5 from n, n one where one.n = 1;
insert into measurement (id, course_id, operation_id, instrument, instrument_version, measured_on, rater, answers)
select n.id, one.id, n.id, 'who5', 1, '2020-01-01', 'citizen', '{{}}' from n, n one where one.n = 1;
insert into citizen_change (citizen_id, version, field) select one.id, 2, 'phone' from n, n one where one.n = 1;
insert into task (id, kind, citizen_id, said, raised_on) select id, 'other-identity', id, '{{}}', '2020-01-01' from n;
insert into worker (id, name, kind, programmes) select 'w-' || n, 'Test', 'worker', '{{reden-1-1}}' from n;
insert into cover (id, worker, covered_by, from_day, to_day) select id, 'w-1', 'w-2', '2020-01-01', '2020-01-01' from n;
insert into break_glass (id, citizen_id, who, role, reason) select id, id, 'w-1', 'worker', 'need' from n;
"""

# Each row of each list gets a new version somewhere else in its table, and most get another state.
CHANGE = """
update enquiry set version = version + 1;
update referral set version = version + 1, worker = 'w-' || number % 5,
    state = (array['accepted', 'in-progress', 'completed'])[1 + (version + number) % 3];
update course set version = version + 1, worker = 'w-' || number % 5,
    state = (array['offered', 'enrolled', 'closed'])[1 + (version + number) % 3];
update contact set minutes = minutes + 1;
update measurement set state = 'scored';
update citizen_change set becomes = 'other';
update task set version = version + 1, state = case state when 'open' then 'done' else 'open' end;
update worker set version = version + 1, name = name || 'x';
update cover set to_day = to_day + 1;
update break_glass set seen_by = 'lead', seen_at = now();
"""
ADDED = ("enquiry", "referral", "course", "contact", "measurement", "citizen_change", "task", "cover", "break_glass")


class World:
    def __init__(self, system):
        self.system = system
        with system.db(NODE) as connection, connection.cursor() as cursor:
            cursor.execute(FILL)
        self.api = {role: Described(system.api(NODE, role)) for role in ("lead", "auditor")}
        (self.one,), = system.query(NODE, "select id::text from course order by number limit 1")
        for _ in range(ROWS):
            self.look()

    def look(self):
        """Something that is in the log of use each time."""
        sent = self.api["lead"].post("/api/v1/enquiries", {"receivedOn": day(0), "channel": "partner"})
        assert sent.status_code == 201, sent.text

    def expected(self, path):
        return [row[0] for row in self.system.query(NODE, EXPECTED[path])]

    def get(self, path, **params):
        role = "auditor" if path == "/api/v1/audit" else "lead"
        return self.api[role].get(path.replace("{id}", self.one), params=params)

    def pages(self, path, limit, between=lambda: None):
        """The rows of each page, by their ids."""
        params, pages = {"limit": limit}, []
        while True:
            answer = self.get(path, **params)
            assert answer.status_code == 200, answer.text
            items = answer.json().get("items", [])
            pages.append([str(item["id"] if "id" in item else item["number"]) for item in items])
            if "next" not in answer.json():
                return pages
            params["after"] = answer.json()["next"]
            between()

    def disturb(self):
        """All that is there changes, and more comes."""
        self.look()
        name = f"a-{uuid.uuid4().hex[:8]}"
        self.system.query(NODE, "insert into worker (id, name, kind, programmes) values (%s, 'New', 'worker', '{}')", name)
        with self.system.db(NODE) as connection, connection.cursor() as cursor:
            cursor.execute(CHANGE)
            for table in ADDED:
                new = "jsonb_build_object('number', nextval(pg_get_serial_sequence(%(table)s, 'number')))"
                if table != "citizen_change":
                    new += " || jsonb_build_object('id', gen_random_uuid())"
                cursor.execute(f"insert into {table} overriding system value select (jsonb_populate_record("
                               f"null::{table}, to_jsonb(one) || {new})).* "
                               f"from (select * from {table} order by number limit 1) one", {"table": table})


@pytest.fixture(scope="module")
def world(cluster):
    made = System(cluster, [NODE])
    with closing([made]):
        made.start()
        yield World(made)


def test_all_lists_with_pages_are_looked_at_here():
    assert set(EXPECTED) == set(PAGED)


@pytest.mark.parametrize("path", EXPECTED)
def test_pages_give_every_row_once_in_order(world, path):
    expected = world.expected(path)
    pages = world.pages(path, PAGE)
    shown = [row for page in pages for row in page]
    assert shown[-len(expected):] == expected and len(set(shown)) == len(shown)  # a look may add to the log of use
    assert [len(page) for page in pages[:-1]] == [PAGE] * (len(pages) - 1) and 0 < len(pages[-1]) <= PAGE


@pytest.mark.parametrize("path", EXPECTED)
def test_what_comes_and_changes_between_pages_loses_and_repeats_nothing(world, path):
    before = world.expected(path)
    shown = [row for page in world.pages(path, PAGE, world.disturb) for row in page]
    assert len(set(shown)) == len(shown), "a row came twice"
    assert [row for row in shown if row in set(before)] == before, "a row was lost, or came out of order"
    assert len(world.expected(path)) > len(before), "more should have come meanwhile"


@pytest.mark.parametrize("path", [one for one in EXPECTED if one != "/api/v1/audit"])
def test_a_page_that_holds_all_has_no_next(world, path):
    all_of_it = world.expected(path)
    assert world.pages(path, len(all_of_it)) == [all_of_it]
    assert [len(page) for page in world.pages(path, len(all_of_it) - 1)] == [len(all_of_it) - 1, 1]


@pytest.mark.parametrize("path", EXPECTED)
def test_a_page_has_from_1_to_500_rows(world, path):
    assert len(world.get(path, limit=1).json()["items"]) == 1
    assert world.get(path, limit=500).status_code == 200
    for limit in (0, 501, -1, "many", ""):
        assert_refused(world.get(path, limit=limit), 400, "invalid-query", "limit")


@pytest.mark.parametrize("path", [one for one in EXPECTED if one != "/api/v1/workers"])
def test_only_a_page_s_own_word_leads_to_the_next(world, path):
    for after in ("x", -1, "1.5"):
        assert_refused(world.get(path, after=after), 400, "invalid-query", "after")


@pytest.mark.parametrize("path, name", [(path, name) for _, path, one in LISTS for name in query(one)
                                        if name not in ("limit", "after")])
def test_a_value_that_a_filter_does_not_know_is_refused(world, path, name):
    if (path, name) == ("/api/v1/audit", "by"):  # whoever it was: also somebody who is gone
        assert world.get(path, by="nobody-any-more").json().get("items", []) == []
    else:
        assert_refused(world.get(path, **{name: "no-such"}), 400, "invalid-query", name)
    assert_refused(world.get(path, **{name: ""}), 400, "invalid-query", name)


def test_the_log_of_use_is_asked_about_a_citizen_by_her_id(world):
    (citizen,), = world.system.query(NODE, "select citizen_id::text from course where id = %s", world.one)
    assert world.api["lead"].get(f"/api/v1/courses/{world.one}").status_code == 200
    found = world.get("/api/v1/audit", citizen=citizen).json()["items"]
    assert found and all(citizen in one["citizens"] for one in found)
