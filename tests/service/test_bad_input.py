# SPDX-License-Identifier: EUPL-1.2
"""Bad input gets the right status and a problem document naming field and rule, and changes nothing.

A real intake node; caseload is there so that courses have places, and another organisation for its course.
"""

import json
import uuid

import pytest

from harness.client import Client
from harness.described import Described
from harness.facts import FULL_STAR, TODAY, WHO5, assert_refused, contents, day, place, referral
from harness.fixtures import closing
from harness.system import System

REFERRALS, ENQUIRIES = "/api/v1/referrals", "/api/v1/enquiries"


class World:
    """reden with a course that has a place since yesterday and one that is closed, and a course of the kommune."""

    KEY, ENQUIRY = str(uuid.uuid4()), {"receivedOn": day(0), "channel": "self"}

    def __init__(self, system):
        self.system = system
        self.api = Described(system.api("reden"))
        self.lead = Described(system.api("reden", "lead"))
        self.auditor = Described(system.api("reden", "auditor"))
        self.url = system.url("reden")
        system.put_workers()
        self.open = place(self.api, authoredOn=day(-1))[1]
        assert self.open["state"] == "offered"
        closed = place(self.api, authoredOn=day(-1))[1]
        answer = self.api.post(f"/api/v1/courses/{closed['id']}/close", {"reason": "moved"}, wait=10)
        assert answer.status_code == 200, answer.text
        self.closed = answer.json()
        assert self.api.post(ENQUIRIES, self.ENQUIRY, key=self.KEY).status_code == 201
        self.others = place(Described(system.api("kommune")), "cti")[1]

    def course(self, course, what=""):
        return f"/api/v1/courses/{course['id']}{what}"

    def measure(self, course=None, **body):
        body = {"instrument": "who5", "answers": WHO5, **body}
        return self.api.post(self.course(course or self.open, "/measurements"), body)

    def post_text(self, text, path=REFERRALS, **headers):
        headers = {"Content-Type": "application/json", **headers}
        return self.api.request("POST", path, data=text, headers=headers)


@pytest.fixture(scope="module")
def world(cluster):
    made = System(cluster, ["broker", "caseload", "reden", "kommune", "livarehab"])
    with closing([made]):
        made.start()
        yield World(made)


@pytest.fixture(autouse=True)
def nothing_changes(world):
    before = contents(world.system, "reden")
    yield
    assert contents(world.system, "reden") == before


# --- the body as a whole ---


NO_JSON = ["", "{", "programme=cti", '{"programme": "cti"} and more', '{"a": NaN}', "\x00", "[" * 40]


@pytest.mark.parametrize("text", NO_JSON)
def test_a_body_that_is_not_json_is_refused(world, text):
    assert_refused(world.post_text(text), 400, "not-json")


def test_a_key_that_stands_twice_is_refused(world):
    assert_refused(world.post_text('{"programme": "cti", "programme": "reden-1-1", "aim": "exit"}'), 400, "not-json")


def test_text_that_is_not_utf8_is_refused(world):
    assert_refused(world.post_text(b'{"programme": "\xff", "aim": "exit"}'), 422, "invalid-value")


def test_text_with_a_nul_in_it_is_refused(world):
    assert_refused(world.post_text('{"programme": "cti", "aim": "exit", "note": "a\\u0000b"}'), 422, "invalid-value")


@pytest.mark.parametrize("text", ["[]", '"cti"', "7", "null"])
def test_json_that_is_no_object_is_refused(world, text):
    answer = world.post_text(text)
    assert answer.status_code in (400, 422) and answer.json()["rule"]


@pytest.mark.parametrize("size", [64 * 1024 + 1, 200_000, 2_000_000])
def test_a_body_over_64_kib_is_refused(world, size):
    text = json.dumps(referral())
    assert_refused(world.post_text(text + " " * (size - len(text))), 413, "too-large")


def test_a_body_over_64_kib_in_chunks_is_refused(world):
    assert_refused(world.post_text(b" " * 1000 for _ in range(70)), 413, "too-large")


def test_a_body_of_64_kib_is_read(world):
    text = json.dumps(referral(programme="none"))
    assert_refused(world.post_text(text + " " * (64 * 1024 - len(text))), 422, "invalid-value", "programme")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/jsonx", "json"])
def test_a_body_that_is_not_said_to_be_json_is_refused(world, kind):
    answer = world.post_text(json.dumps(referral()), **{"Content-Type": kind})
    assert_refused(answer, 415, "unsupported-media-type", "Content-Type")


# --- fields of a referral ---


@pytest.mark.parametrize("more, field", [
    ({"programme": 5}, "programme"),
    ({"citizen": "a person"}, "citizen"),
    ({"citizen": {"birthYear": "1990"}}, "citizen.birthYear"),
    ({"citizen": {"birthYear": 1990.5}}, "citizen.birthYear"),
    ({"citizen": {"anonymous": 1}}, "citizen.anonymous"),
    ({"reasons": "housing"}, "reasons"),
    ({"reasons": ["housing", 7]}, "reasons[1]"),
    ({"wishes": {"languages": [["th"]]}}, "wishes.languages[0]"),
], ids=str)
def test_a_field_of_the_wrong_type_is_refused(world, more, field):
    assert_refused(world.api.post(REFERRALS, referral() | more), 422, "wrong-type", field)


def test_an_unknown_field_is_refused_and_the_known_ones_named(world):
    rule = assert_refused(world.api.post(REFERRALS, referral(colour="red")), 422, "unknown-field", "colour")
    assert "programme" in rule and "authoredOn" in rule


def test_an_unknown_field_inside_another_is_refused(world):
    answer = world.api.post(REFERRALS, referral(citizen={"birthYear": 1990, "shoeSize": 41}))
    assert_refused(answer, 422, "unknown-field", "citizen.shoeSize")


@pytest.mark.parametrize("field", ["programme", "aim"])
@pytest.mark.parametrize("value", [None, "", "absent"])
def test_a_missing_field_is_refused(world, field, value):
    body = referral()
    del body[field]
    if value != "absent":
        body[field] = value
    assert_refused(world.api.post(REFERRALS, body), 422, "missing-field", field)


def test_an_unknown_programme_is_refused_and_the_known_ones_named(world):
    rule = assert_refused(world.api.post(REFERRALS, referral("nothing")), 422, "invalid-value", "programme")
    assert "cti" in rule and "reden-1-1" in rule


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-1-1", "01-02-2026", "yesterday"])
def test_a_date_that_does_not_exist_is_refused(world, text):
    answer = world.api.post(REFERRALS, referral(authoredOn=text))
    assert_refused(answer, 422, "invalid-value", "authoredOn")


def test_a_birth_date_that_does_not_exist_is_refused(world):
    answer = world.api.post(REFERRALS, referral(citizen={"birthDate": "1990-02-30"}))
    assert_refused(answer, 422, "invalid-value", "citizen.birthDate")


def test_a_referral_dated_in_the_future_is_refused(world):
    assert_refused(world.api.post(REFERRALS, referral(authoredOn=day(2))), 422, "invalid-value", "authoredOn")


@pytest.mark.parametrize("cpr", ["3102901234", "0013901234", "310290-1234", "12345", "010190123x", "9002901234"])
def test_a_cpr_that_is_no_date_is_refused(world, cpr):
    assert_refused(world.api.post(REFERRALS, referral(citizen={"cpr": cpr})), 422, "invalid-value", "citizen.cpr")


def test_a_birth_date_that_contradicts_the_cpr_is_refused(world):
    answer = world.api.post(REFERRALS, referral(citizen={"cpr": "0101901234", "birthDate": "1991-01-01"}))
    assert_refused(answer, 422, "invalid-value", "citizen.birthDate")


@pytest.mark.parametrize("more, field", [
    ({"aim": "none"}, "aim"),
    ({"priority": "soon"}, "priority"),
    ({"reasons": ["housing", "money"]}, "reasons[1]"),
    ({"channel": "pigeon"}, "channel"),
    ({"wishes": {"languages": ["da", "danish"]}}, "wishes.languages[1]"),
    ({"citizen": {"gender": "x"}}, "citizen.gender"),
    ({"citizen": {"municipality": "9999"}}, "citizen.municipality"),
    ({"citizen": {"birthYear": 1850}}, "citizen.birthYear"),
    ({"citizen": {"birthYear": TODAY.year + 1}}, "citizen.birthYear"),
    ({"citizen": {"name": "n" * 201}}, "citizen.name"),
    ({"note": "n" * 10001}, "note"),
    ({"reasons": ["housing"] * 21}, "reasons"),
    ({"wishes": {"languages": ["da"] * 21}}, "wishes.languages"),
    ({"wishes": {"competences": ["trafficking"] * 21}}, "wishes.competences"),
    ({"citizen": {"languages": ["da"] * 21}}, "citizen.languages"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_value_that_is_not_allowed_is_refused(world, more, field):
    assert_refused(world.api.post(REFERRALS, referral() | more), 422, "invalid-value", field)


# --- who asks ---


def test_without_a_token_it_is_refused(world):
    answer = Described(Client(world.url)).post(REFERRALS, referral())
    assert_refused(answer, 401, "no-token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["wrong", "", "x" * 3000])
def test_with_a_wrong_token_it_is_refused(world, token):
    answer = Described(Client(world.url)).post(REFERRALS, referral(), headers={"Authorization": f"Bearer {token}"})
    assert_refused(answer, 401, "bad-token")


def test_with_the_token_of_another_organisation_it_is_refused(world):
    other = Client(world.url, world.system.token("kommune"))
    assert_refused(Described(other).post(REFERRALS, referral()), 401, "bad-token")


def test_with_a_role_that_may_not_it_is_refused(world):
    assert_refused(world.auditor.post(REFERRALS, referral()), 403, "forbidden")
    assert_refused(world.api.put("/api/v1/workers/anna", {}), 403, "forbidden")


# --- what is not there, or not ours ---

COMMANDS = [
    ("GET", "", None),
    ("POST", "/close", {"reason": "moved"}),
    ("POST", "/enrol", {"by": "session"}),
    ("GET", "/measurements", None),
    ("POST", "/measurements", {"instrument": "nine-areas", "answers": FULL_STAR}),
]


@pytest.mark.parametrize("method, what, body", COMMANDS)
def test_another_organisations_course_is_not_there(world, method, what, body):
    before = contents(world.system, "kommune")
    assert_refused(world.api.request(method, world.course(world.others, what), body), 404, "not-found", "id")
    assert contents(world.system, "kommune") == before


@pytest.mark.parametrize("method, what, body", COMMANDS)
def test_an_unknown_course_is_not_there(world, method, what, body):
    path = f"/api/v1/courses/{uuid.uuid4()}{what}"
    assert_refused(world.api.request(method, path, body), 404, "not-found", "id")


@pytest.mark.parametrize("kind", ["referrals", "operations", "courses", "measurements", "enquiries", "workers"])
@pytest.mark.parametrize("one", [str(uuid.UUID(int=7)), "nothing", "%27%3B--", "0" * 300])
def test_an_unknown_id_is_not_there(world, kind, one):
    assert_refused(world.api.get(f"/api/v1/{kind}/{one}"), 404, "not-found", "id")


# --- headers and queries ---


def test_an_idempotency_key_with_another_body_is_refused(world):
    # The first request was made when the world was.
    answer = world.api.post(ENQUIRIES, World.ENQUIRY | {"channel": "vip"}, key=World.KEY)
    assert_refused(answer, 422, "idempotency-key-reused", "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "k" * 256], ids=["empty", "long"])
def test_an_idempotency_key_that_is_none_is_refused(world, key):
    answer = world.api.request("POST", REFERRALS, referral(), headers={"Idempotency-Key": key})
    assert_refused(answer, 400, "invalid-header", "Idempotency-Key")


def test_a_version_that_is_no_etag_is_refused(world):
    answer = world.api.post(world.course(world.open, "/close"), {"reason": "moved"}, headers={"If-Match": "today"})
    assert_refused(answer, 400, "invalid-header", "If-Match")


def test_a_command_on_an_old_version_is_refused(world):
    answer = world.api.post(world.course(world.open, "/close"), {"reason": "moved"}, headers={"If-Match": '"99"'})
    assert_refused(answer, 412, "stale-version", "If-Match")


@pytest.mark.parametrize("query, field", [("colour=red", "colour"), ("limit=0", "limit"), ("limit=501", "limit"),
                                          ("limit=many", "limit"), ("after=-1", "after"), ("limit=5&limit=6", "limit")])
def test_a_wrong_query_is_refused(world, query, field):
    assert_refused(world.api.get(f"{REFERRALS}?{query}"), 400, "invalid-query", field)


# --- measurements ---


@pytest.mark.parametrize("answer", [-1, 6, 1000])
def test_an_answer_out_of_range_is_refused(world, answer):
    assert_refused(world.measure(answers=WHO5 | {"calm": answer}), 422, "invalid-value", "answers.calm")


def test_too_few_answers_are_refused(world):
    assert_refused(world.measure(answers={"happy": 3, "calm": 3}), 422, "rule-refused", "answers")


def test_no_answers_are_refused(world):
    assert_refused(world.measure(answers={}), 422, "missing-field", "answers")


def test_an_answer_to_no_item_is_refused(world):
    assert_refused(world.measure(answers=WHO5 | {"sad": 1}), 422, "unknown-field", "answers.sad")


def test_an_answer_that_is_no_number_is_refused(world):
    assert_refused(world.measure(answers=WHO5 | {"calm": "often"}), 422, "wrong-type", "answers.calm")


def test_an_unknown_instrument_is_refused_and_the_known_ones_named(world):
    rule = assert_refused(world.measure(instrument="ruler"), 422, "invalid-value", "instrument")
    assert "who5" in rule and "nine-areas" in rule


def test_a_rater_whom_the_instrument_does_not_know_is_refused(world):
    assert_refused(world.measure(rater="worker"), 422, "rule-refused", "rater")


def test_a_measurement_dated_in_the_future_is_refused(world):
    assert_refused(world.measure(measuredOn=day(2)), 422, "invalid-value", "measuredOn")


def test_a_measurement_dated_before_the_course_is_refused(world):
    assert_refused(world.measure(measuredOn=day(-3)), 422, "invalid-value", "measuredOn")


def test_a_closed_course_is_not_measured(world):
    assert_refused(world.measure(world.closed), 409, "conflict", "state")


# --- commands on courses ---


def test_a_closed_course_is_not_closed_again(world):
    answer = world.api.post(world.course(world.closed, "/close"), {"reason": "moved"})
    assert_refused(answer, 409, "conflict", "state")


@pytest.mark.parametrize("offset", [2, -3])
def test_a_course_is_not_closed_in_the_future_or_before_it_began(world, offset):
    answer = world.api.post(world.course(world.open, "/close"), {"reason": "moved", "on": day(offset)})
    assert_refused(answer, 422, "invalid-value", "on")


@pytest.mark.parametrize("body, slug", [({}, "missing-field"), ({"reason": "bored"}, "invalid-value")])
def test_a_course_is_not_closed_without_a_known_reason(world, body, slug):
    assert_refused(world.api.post(world.course(world.open, "/close"), body), 422, slug, "reason")


# --- enquiries and workers ---


@pytest.mark.parametrize("body, slug, field", [
    ({"channel": "self"}, "missing-field", "receivedOn"),
    ({"receivedOn": day(0)}, "missing-field", "channel"),
    ({"receivedOn": day(2), "channel": "self"}, "invalid-value", "receivedOn"),
    ({"receivedOn": day(0), "channel": "self", "age": 121}, "invalid-value", "age"),
    ({"receivedOn": day(0), "channel": "self", "municipality": "0000"}, "invalid-value", "municipality"),
    ({"receivedOn": day(0), "channel": "self", "programme": "nothing"}, "invalid-value", "programme"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_enquiry_is_refused(world, body, slug, field):
    assert_refused(world.api.post(ENQUIRIES, body), 422, slug, field)


@pytest.mark.parametrize("more, slug, field", [
    ({"name": ""}, "missing-field", "name"),
    ({"kind": "robot"}, "invalid-value", "kind"),
    ({"programmes": []}, "missing-field", "programmes"),
    ({"programmes": ["reden-1-1", "nothing"]}, "invalid-value", "programmes[1]"),
    ({"programmes": ["cti"]}, "invalid-value", "programmes[0]"),
    ({"cap": -1}, "invalid-value", "cap"),
    ({"activeFrom": "2026-02-30"}, "invalid-value", "activeFrom"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_worker_is_refused(world, more, slug, field):
    body = {"name": "Anna", "kind": "worker", "programmes": ["reden-1-1"]} | more
    assert_refused(world.lead.put("/api/v1/workers/anna", body), 422, slug, field)


def test_a_worker_who_has_changed_since_is_not_overwritten(world):
    body = {"name": "Anna", "kind": "worker", "programmes": ["reden-1-1"]}
    for worker in ("one-to-one-1", "nobody-yet"):
        answer = world.lead.put(f"/api/v1/workers/{worker}", body, headers={"If-Match": '"99"'})
        assert_refused(answer, 412, "stale-version", "If-Match")


def test_a_worker_with_a_wrong_id_is_refused(world):
    body = {"name": "Anna", "kind": "worker", "programmes": ["reden-1-1"]}
    assert_refused(world.lead.put("/api/v1/workers/Anna%20B", body), 422, "invalid-value", "id")
