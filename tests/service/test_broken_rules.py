# SPDX-License-Identifier: EUPL-1.2
"""A refusal names everything that is wrong at once, each with field, code and values, so that it can be said in any
language; what one may not ask is refused by the name of the parameter. Real intake and reporting nodes."""

import pytest

from harness.described import Described
from harness.facts import TODAY, WHO5, assert_refused, contents, day, referral
from harness.fixtures import closing
from harness.system import System

REFERRALS, ENQUIRIES, REPORT = "/api/v1/referrals", "/api/v1/enquiries", "/api/v1/reports/enquiries"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def nodes(cluster):
    made = System(cluster, ["reden", "kommune", "reporting"])
    with closing([made]):
        made.start()
        yield made


@pytest.fixture
def api(nodes):
    client = Described(nodes.api("reden"))
    before = contents(nodes, "reden")
    yield client
    assert contents(nodes, "reden") == before


def broken(answer, status=422):
    """{field: code} of a refusal; its first is the one that stands for all."""
    problem = answer.json()
    assert answer.status_code == status, answer.text
    first = problem["errors"][0]
    assert (problem["field"], problem["rule"], problem["detail"]) == (first["field"], *[first["message"]] * 2)
    assert all(one["message"] for one in problem["errors"])
    return {one["field"]: one["code"] for one in problem["errors"]}


def test_a_referral_with_five_broken_fields_names_five(api):
    wrong = referral("nothing", aim="none", authoredOn=day(2), note="n" * 10001, reasons=["housing", "money"])
    assert broken(api.post(REFERRALS, wrong)) == {
        "programme": "unknown-programme", "aim": "unknown-code", "authoredOn": "in-the-future", "note": "too-long",
        "reasons[1]": "unknown-code"}


def test_types_rules_and_what_no_rule_says_come_together(api):
    wrong = referral(colour="red", priority=5, citizen={
        "birthYear": "1990", "cpr": "3102901234", "municipality": "9999", "birthDate": day(1), "shoeSize": 41})
    del wrong["aim"]
    assert broken(api.post(REFERRALS, wrong)) == {
        "colour": "unknown-field", "priority": "wrong-type", "citizen.birthYear": "wrong-type",
        "citizen.shoeSize": "unknown-field", "aim": "required", "citizen.cpr": "not-a-cpr",
        "citizen.birthDate": "in-the-future", "citizen.municipality": "not-a-municipality"}


def test_the_values_of_a_rule_are_given(api):
    wrong = {"receivedOn": day(0), "channel": "pigeon", "age": 121, "occupation": "x" * 201, "municipality": "0000"}
    errors = api.post(ENQUIRIES, wrong).json()["errors"]
    args = {one["field"]: one.get("args") for one in errors}
    assert "self" in args.pop("channel")["known"]
    assert args == {"age": {"from": 1, "to": 120}, "occupation": {"max": 200}, "municipality": None}


def test_what_could_not_be_read_is_not_called_missing_too(api):
    assert broken(api.post(ENQUIRIES, {"received_on": 5, "channel": ["self"]})) == {
        "received_on": "wrong-type", "channel": "wrong-type"}


def test_a_body_that_is_no_json_is_one_error(api):
    answer = api.request("POST", REFERRALS, data="{", headers={"Content-Type": "application/json"})
    (only,) = answer.json()["errors"]
    assert only["code"] == "not-json" and "field" not in only


def test_all_wrong_answers_of_an_instrument_are_named(api):
    body = {"instrument": "who5", "rater": "worker", "measuredOn": day(2),
            "answers": WHO5 | {"calm": 6, "sad": 1, "happy": "often"}}
    assert broken(api.post(f"/api/v1/courses/{UNKNOWN}/measurements", body)) == {
        "answers.happy": "wrong-type", "measuredOn": "in-the-future", "rater": "not-a-rater",
        "answers.calm": "out-of-range", "answers.sad": "unknown-item"}


def test_a_worker_with_a_wrong_id_name_and_programmes_hears_of_all(nodes):
    body = {"name": " ", "kind": "worker", "programmes": ["reden-1-1", "cti", "nothing"]}
    answer = Described(nodes.api("reden", "lead")).put("/api/v1/workers/Anna%20B", body)
    assert broken(answer) == {"name": "required", "programmes[2]": "unknown-programme", "id": "not-a-key",
                              "programmes[1]": "other-provider"}


@pytest.mark.parametrize("letter", ["n", "ø", "ก", "😀"])
def test_lengths_count_characters(nodes, letter):
    body = {"name": letter * 200, "kind": "worker", "programmes": ["reden-1-1"]}
    lead = Described(nodes.api("reden", "lead"))
    answer = lead.put("/api/v1/workers/long-name", body)
    assert answer.status_code in (200, 201) and answer.json()["name"] == letter * 200
    rule = assert_refused(lead.put("/api/v1/workers/long-name", body | {"name": letter * 201}), 422, "invalid-value",
                          "name")
    assert rule == "must be at most 200 characters"


# --- parameters of the query ---


@pytest.mark.parametrize("path, query, code", [
    ("courses", "programme=xyz", "unknown-programme"),
    ("courses", "worker=xyz", "unknown-worker"),
    ("courses", "worker=", "unknown-worker"),
    ("courses", "state=xyz", "unknown-code"),
    ("referrals", "programme=", "unknown-programme"),
    ("referrals", "state=", "unknown-code"),
    ("workers", "programme=xyz", "unknown-programme"),
    ("enquiries", "limit=501", "out-of-range"),
    ("enquiries", "limit=%2B5", "wrong-type"),
    ("enquiries", "limit=", "wrong-type"),
    ("enquiries", "limit=99999999999999999999", "out-of-range"),
    ("enquiries", "limit=5&limit=6", "repeated"),
    ("enquiries", "colour=red", "unknown-parameter"),
])
def test_a_wrong_parameter_is_named(api, path, query, code):
    answer = api.get(f"/api/v1/{path}?{query}")
    assert_refused(answer, 400, "invalid-query", query.split("=")[0])
    assert broken(answer, 400) == {query.split("=")[0]: code}


def test_all_wrong_parameters_are_named(api):
    answer = api.get("/api/v1/courses?state=x&programme=y&worker=z&limit=0&after=-1&colour=red")
    assert set(broken(answer, 400)) == {"state", "programme", "worker", "limit", "after", "colour"}


def test_parameters_that_are_right_are_taken(nodes):
    body = {"name": "Anna", "kind": "worker", "programmes": ["reden-1-1"]}
    assert Described(nodes.api("reden", "lead")).put("/api/v1/workers/anna", body).status_code in (200, 201)
    api = Described(nodes.api("reden"))
    for query in ("worker=anna", "programme=cti&state=waiting", "limit=500&after=0"):
        assert api.json(f"/api/v1/courses?{query}")["items"] == []


def test_a_report_names_all_wrong_parameters(nodes):
    everything = Described(nodes.reporting("kommune", "project lead"), "reporting")
    answer = everything.get(REPORT, params={"from": "2026-02-30", "by": "week", "organisation": "nobody", "cuts": ""})
    assert broken(answer, 400) == {"from": "not-a-date", "by": "unknown-code", "organisation": "unknown-organisation",
                                   "cuts": "empty", "to": "required"}
    assert_refused(everything.get("/api/v1/reports/status?programme=xyz"), 400, "invalid-query", "programme")
    assert everything.json(f"{REPORT}?from={TODAY}&to={TODAY}&by=year")["total"] == 0
