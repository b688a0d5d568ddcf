# SPDX-License-Identifier: EUPL-1.2
"""The reports over a database of known facts: the published figures, days, CSV, who sees what, and bad queries.

The facts are put into the daemon's own tables; who asks is told by statements of real intake nodes.
"""

import base64
import csv
import io
import json
import uuid
from datetime import date, timedelta

import pytest

from harness.client import Client
from harness.described import Described
from harness.facts import assert_refused
from harness.fixtures import closing
from harness.system import System

STATUS, ENQUIRIES = "/api/v1/reports/status", "/api/v1/reports/enquiries"
# The periods of the published table of 2008-2012, and its counts.
FROM, TO, CUTS = "2008-05-01", "2012-12-31", "2009-05-01,2011-01-01,2012-01-01"
PUBLISHED = {"brobygger": (15, 21, 7, 27), "cultural-mediator": (16, 118, 96, 125)}
PERIODS = [("2008-05-01", "2009-04-30"), ("2009-05-01", "2010-12-31"), ("2011-01-01", "2011-12-31"),
           ("2012-01-01", "2012-12-31")]
COUNTS = ("enrolled", "inClarification", "waiting", "closed", "notEntered", "attached", "intakePerMonth")


def enquiry_facts():
    """(organisation, day, channel): spread over each period, its first and last day included."""
    for channel, counts in PUBLISHED.items():
        for (first, last), count in zip(PERIODS, counts, strict=True):
            first, last = date.fromisoformat(first), date.fromisoformat(last)
            for n in range(count):
                yield "kommune", first + (last - first) * n // max(count - 1, 1), channel
    yield "reden", date(2008, 4, 30), "outreach"  # the day before
    yield "reden", date(2013, 1, 1), "outreach"  # the day after
    for _ in range(3):
        yield "reden", date(2012, 2, 29), "outreach"


def course_facts():
    """(organisation, programme, {column: day}): the kommune as on 23 November 2015, and some of others."""
    day = date(2015, 11, 23)
    for n in range(16):  # enrolled, of whom all in the last twelve months
        yield "kommune", "cti", {"offered_on": day - timedelta(n + 30), "enrolled_on": day - timedelta(n)}
    for n in range(37):  # closed, 8 of them enrolled in the last twelve months
        enrolled = day - timedelta(100 if n < 8 else 400 + n)
        yield "kommune", "cti", {"offered_on": enrolled, "enrolled_on": enrolled, "closed_on": day - timedelta(n)}
    for _ in range(3):  # in clarification; one has waited
        yield "kommune", "cti", {"waiting_since": day - timedelta(40), "offered_on": day}
    yield "kommune", "cti", {"waiting_since": day}
    yield "kommune", "cti", {"offered_on": day - timedelta(9), "closed_on": day - timedelta(2)}
    yield "kommune", "cti", {"offered_on": day + timedelta(1), "enrolled_on": day + timedelta(1)}  # the day after
    for _ in range(4):
        yield "reden", "reden-1-1", {"offered_on": day, "enrolled_on": day}


@pytest.fixture(scope="module")
def filled(cluster):
    made = System(cluster, ["reporting", "reden", "kommune", "livarehab"])
    with closing([made]):
        made.start()
        with made.db("reporting") as connection, connection.cursor() as cursor:
            for organisation, day, channel in enquiry_facts():
                cursor.execute(
                    "insert into enquiry_fact (organisation, enquiry_id, version, received_on, channel, duty_to_notify)"
                    " values (%s, %s, 1, %s, %s, false)", (organisation, str(uuid.uuid4()), day, channel))
            for organisation, programme, days in course_facts():
                columns = ("waiting_since", "offered_on", "enrolled_on", "closed_on")
                cursor.execute(
                    "insert into course_fact (course_id, version, programme, organisation, state, shortened,"
                    " waiting_since, offered_on, enrolled_on, closed_on) values (%s, 1, %s, %s, 'any', false,"
                    " %s, %s, %s, %s)",
                    (str(uuid.uuid4()), programme, organisation, *(days.get(column) for column in columns)))
        yield made


def reader(filled, organisation="kommune", role="project lead"):
    return Described(filled.reporting(organisation, role), "reporting")


@pytest.fixture
def all_figures(filled):
    return reader(filled)


def figures(row):
    return tuple(row[count] for count in COUNTS)


def table(answer):
    """A CSV answer as rows."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.text.endswith("\r\n") and answer.text.count("\n") == answer.text.count("\r\n")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline="")))


# --- the published figures ---


def test_the_status_of_23_november_2015_is_as_published(all_figures):
    report = all_figures.json(STATUS, params={"on": "2015-11-23", "organisation": "kommune"})
    assert report["on"] == "2015-11-23"
    assert [(row["programme"], row["organisation"], *figures(row)) for row in report["items"]] == [
        ("cti", "kommune", 16, 3, 1, 37, 1, 19, 2.0)]
    assert figures(report["total"]) == (16, 3, 1, 37, 1, 19, 2.0)


def test_the_enquiries_of_2008_to_2012_are_as_published(all_figures):
    query = {"from": FROM, "to": TO, "cuts": CUTS, "organisation": "kommune"}
    report = all_figures.json(ENQUIRIES, params=query)
    assert [(one["from"], one["to"]) for one in report["periods"]] == PERIODS
    assert {row["channel"]: tuple(row["counts"]) for row in report["items"]} == PUBLISHED
    assert {row["channel"]: row["total"] for row in report["items"]} == {"brobygger": 70, "cultural-mediator": 355}
    assert (report["totals"], report["total"]) == ([31, 139, 103, 152], 425)


# --- days ---


def test_what_happens_on_a_day_belongs_to_it(all_figures):
    query = {"organisation": "reden"}
    before = all_figures.json(STATUS, params=query | {"on": "2015-11-22"})
    on = all_figures.json(STATUS, params=query | {"on": "2015-11-23"})
    assert before["items"] == [] and figures(before["total"]) == (0, 0, 0, 0, 0, 0, 0.0)
    assert figures(on["total"]) == (4, 0, 0, 0, 0, 4, 0.3)


def test_without_a_day_it_is_today(all_figures):
    report = all_figures.json(STATUS)
    assert abs(date.fromisoformat(report["on"]) - date.today()) <= timedelta(1)
    assert report["total"]["enrolled"] == 16 + 1 + 4


def test_enquiries_outside_of_the_days_are_not_counted(all_figures):
    query = {"organisation": "reden", "from": FROM, "to": TO}
    assert all_figures.json(ENQUIRIES, params=query)["total"] == 3
    assert all_figures.json(ENQUIRIES, params=query | {"from": "2008-04-30"})["total"] == 4
    assert all_figures.json(ENQUIRIES, params=query | {"from": "2012-02-29", "to": "2012-02-29"})["total"] == 3
    nothing = all_figures.json(ENQUIRIES, params=query | {"from": "1990-01-01", "to": "1990-12-31"})
    assert (nothing["items"], nothing["totals"], nothing["total"]) == ([], [0], 0)


@pytest.mark.parametrize("by, periods", [("year", 5), ("quarter", 19), ("month", 56), ("total", 1)])
def test_periods_of_the_calendar_count_every_enquiry_once(all_figures, by, periods):
    report = all_figures.json(ENQUIRIES, params={"from": FROM, "to": TO, "by": by, "organisation": "kommune"})
    assert len(report["periods"]) == len(report["totals"]) == periods
    assert sum(report["totals"]) == report["total"] == 425
    assert all(sum(row["counts"]) == row["total"] for row in report["items"])


def test_one_programme_can_be_asked_for(all_figures):
    report = all_figures.json(STATUS, params={"on": "2015-11-23", "programme": "reden-1-1"})
    assert [row["programme"] for row in report["items"]] == ["reden-1-1"] and report["total"]["enrolled"] == 4


# --- CSV ---


def test_the_status_as_csv_has_the_figures_of_the_json(all_figures):
    query = {"on": "2015-11-23"}
    rows = table(all_figures.get(STATUS, params=query, headers={"Accept": "text/csv"}))
    assert rows[0] == ["programme", "organisation", "enrolled", "in_clarification", "waiting", "closed", "not_entered",
                       "attached", "intake_per_month"]
    report = all_figures.json(STATUS, params=query)
    assert rows[1:-1] == [[row["programme"], row["organisation"], *map(str, figures(row))] for row in report["items"]]
    assert rows[-1] == ["total", "", *map(str, figures(report["total"]))]


def test_the_enquiries_as_csv_have_a_column_a_period_and_totals(all_figures):
    query = {"from": FROM, "to": TO, "cuts": CUTS, "organisation": "kommune"}
    rows = table(all_figures.get(ENQUIRIES, params=query, headers={"Accept": "text/csv"}))
    assert rows == [
        ["channel", *("/".join(period) for period in PERIODS), "total"],
        ["brobygger", "15", "21", "7", "27", "70"],
        ["cultural-mediator", "16", "118", "96", "125", "355"],
        ["total", "31", "139", "103", "152", "425"],
    ]


@pytest.mark.parametrize("accept, kind", [
    (None, "application/json"), ("*/*", "application/json"), ("text/*", "text/csv"),
    ("application/json;q=0.5, text/csv", "text/csv"), ("text/html, */*;q=0.1", "application/json"),
])
def test_what_the_client_accepts_is_given(all_figures, accept, kind):
    answer = all_figures.get(STATUS, headers={"Accept": accept})
    assert answer.headers["Content-Type"].split(";")[0] == kind


def test_what_cannot_be_given_is_refused(all_figures):
    assert_refused(all_figures.get(STATUS, headers={"Accept": "image/png"}), 406, "not-acceptable", "Accept")


# --- who sees what ---

OWN = [("reden", "lead"), ("reden", "project lead"), ("kommune", "lead"), ("kommune", "coordinator"),
       ("livarehab", "lead")]


@pytest.mark.parametrize("organisation, role", OWN)
def test_an_organisation_sees_its_own_figures_only(filled, organisation, role):
    own = reader(filled, organisation, role)
    status = own.json(STATUS, params={"on": "2015-11-23"})
    assert {row["organisation"] for row in status["items"]} <= {organisation}
    assert status["total"]["enrolled"] == {"reden": 4, "kommune": 16, "livarehab": 0}[organisation]
    enquiries = own.json(ENQUIRIES, params={"from": FROM, "to": TO})
    assert enquiries["total"] == {"reden": 3, "kommune": 425, "livarehab": 0}[organisation]
    for path, query in ((STATUS, {}), (ENQUIRIES, {"from": FROM, "to": TO})):
        for other in {"reden", "kommune", "livarehab", "nobody"} - {organisation}:
            answer = own.get(path, params=query | {"organisation": other})
            assert_refused(answer, 403, "forbidden", "organisation")


def test_the_project_lead_of_the_host_sees_all(all_figures):
    status = all_figures.json(STATUS, params={"on": "2015-11-23"})
    assert [row["organisation"] for row in status["items"]] == ["kommune", "reden"]
    assert all_figures.json(ENQUIRIES, params={"from": FROM, "to": TO})["total"] == 428


@pytest.mark.parametrize("role", ["worker", "group leader", "brobygger", "admin", "auditor"])
def test_other_roles_read_no_reports(filled, role):
    assert_refused(reader(filled, "kommune", role).get(STATUS), 403, "forbidden")


def test_a_system_gets_no_statement(filled):
    answer = Described(filled.api("kommune", "system")).post("/api/v1/statements")
    assert_refused(answer, 403, "forbidden")


def claims_of(token):
    payload = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def with_claims(token, **more):
    """The token with other claims under its old signature."""
    payload = json.dumps(claims_of(token) | more, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(payload).decode().rstrip("=") + "." + token.split(".")[1]


@pytest.mark.parametrize("more", [
    {"role": "project lead"}, {"organisation": "kommune"}, {"node": "kommune", "organisation": "kommune"},
    {"user": "somebody"}, {"exp": 4102444800}, {"node": "caseload"}, {"node": "nobody"}, {"more": 1},
], ids=str)
def test_a_statement_that_was_changed_is_not_believed(filled, more):
    token = filled.reporting("reden", "lead").token
    changed = Described(Client(filled.url("reporting"), with_claims(token, **more)), "reporting")
    assert_refused(changed.get(STATUS), 401, "bad-token")


@pytest.mark.parametrize("token", ["x", ".", "a.b", "e30.e30", "x" * 4000])
def test_what_is_no_statement_is_refused(filled, token):
    answer = Described(Client(filled.url("reporting"), token), "reporting").get(STATUS)
    assert_refused(answer, 401, "bad-token")


def test_an_intake_token_is_no_statement(filled):
    client = Client(filled.url("reporting"), filled.token("kommune", "project lead"))
    assert_refused(Described(client, "reporting").get(STATUS), 401, "bad-token")


# --- bad queries ---


@pytest.mark.parametrize("path, query, field", [
    (STATUS, {"on": "2015-02-30"}, "on"),
    (STATUS, {"on": ""}, "on"),
    (STATUS, {"day": "2015-11-23"}, "day"),
    (STATUS, {"organisation": "nobody"}, "organisation"),
    (ENQUIRIES, {"to": TO}, "from"),
    (ENQUIRIES, {"from": FROM}, "to"),
    (ENQUIRIES, {"from": TO, "to": FROM}, "to"),
    (ENQUIRIES, {"from": "2008-5-1", "to": TO}, "from"),
    (ENQUIRIES, {"from": FROM, "to": TO, "by": "week"}, "by"),
    (ENQUIRIES, {"from": "1900-01-01", "to": TO, "by": "month"}, "by"),
    (ENQUIRIES, {"from": FROM, "to": TO, "cuts": "2009-02-30"}, "cuts"),
    (ENQUIRIES, {"from": FROM, "to": TO, "cuts": FROM}, "cuts"),
    (ENQUIRIES, {"from": FROM, "to": TO, "cuts": "2013-01-01"}, "cuts"),
    (ENQUIRIES, {"from": FROM, "to": TO, "cuts": ""}, "cuts"),
    (ENQUIRIES, {"from": FROM, "to": TO, "FROM": TO}, "FROM"),
], ids=lambda value: json.dumps(value) if isinstance(value, dict) else "")
def test_a_bad_query_is_refused_and_the_parameter_named(all_figures, path, query, field):
    assert_refused(all_figures.get(path, params=query), 400, "invalid-query", field)


@pytest.mark.parametrize("query", ["on=2015-11-23&on=2015-11-24", "on=2015-11-23%00", "on=%ff"])
def test_a_query_that_says_two_things_or_none_is_refused(all_figures, query):
    answer = all_figures.get(f"{STATUS}?{query}")
    assert answer.status_code == 400 and answer.json()["type"] == "/problems/invalid-query"
