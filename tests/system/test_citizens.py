# SPDX-License-Identifier: EUPL-1.2
"""Citizens: found by those whose case they are, corrected with history, opened in need, and never merged."""

import pytest

from harness.described import Described
from harness.facts import assert_refused, day, place
from harness.fixtures import closing
from harness.system import System, eventually

WORKER = {"kind": "worker", "programmes": ["reden-1-1"]}
WORKERS = {"reden": {"anna": {**WORKER, "name": "Anna Holm", "languages": ["th"]},
                     "berta": {**WORKER, "name": "Berta Lund", "languages": ["ro"]}}}
SEARCH = "/api/v1/citizen-search"


class World:
    def __init__(self, system):
        self.system = system
        system.put_workers(WORKERS)
        self.lead = Described(system.api("reden", "lead"))
        self.anna = Described(system.api("reden", "worker", "anna"))
        self.berta = Described(system.api("reden", "worker", "berta"))
        self.n = 0

    def citizen(self, **said):
        """A citizen of anna's, with a CPR number of her own: (id, what was said)."""
        self.n += 1
        citizen = {"name": f"Prøve Åse Nummer{self.n}", "cpr": f"0101{80 + self.n % 10}-4{self.n:03}",
                   "phone": f"+45 20 30 40 {self.n:02}", "gender": "woman", **said}
        for course in self.lead.json("/api/v1/courses")["items"]:  # so that she always has room
            if course["state"] == "offered":
                closed = self.lead.post(f"/api/v1/courses/{course['id']}/close", {"reason": "moved"}, wait=10)
                assert closed.status_code == 200, closed.text
        made, course = place(self.anna, citizen=citizen, wishes={"languages": ["th"]})
        assert course["worker"] == "anna"
        return made["citizenId"], citizen

    def find(self, who, **search):
        answer = who.post(SEARCH, search)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def world(cluster):
    made = System(cluster)
    with closing([made]):
        made.start()
        yield World(made)


# --- find ---


@pytest.mark.parametrize("text", ["prove ase", "PRØVE ÅSE NUM", "30 40 {n}", "3040{n}"])
def test_a_worker_finds_her_own_by_a_part_of_the_name_or_the_last_digits(world, text):
    made, _ = world.citizen()
    # ø is a letter of its own, å is an a with a ring: as people type them on a foreign keyboard
    text = text.replace("prove", "prøve").replace("{n}", f"{world.n:02}")
    assert made in {one["id"] for one in world.find(world.anna, text=text)["items"]}


def test_a_worker_does_not_find_another_s_by_a_part_of_the_name(world):
    world.citizen()
    found = world.find(world.berta, text="Prøve")
    assert found["items"] == [] and "knownHere" not in found


@pytest.mark.parametrize("exact", [("cpr",), ("phone",), ("name", "birthYear")])
def test_exact_words_say_of_another_s_only_whom_to_ask(world, exact):
    _, said = world.citizen()
    search = {**said, "birthYear": 1900 + int(said["cpr"][4:6])}
    found = world.find(world.berta, **{key: search[key] for key in exact})
    assert found == {"items": [], "knownHere": {"ask": ["Anna Holm"]}}


def test_exact_words_show_one_s_own(world):
    made, said = world.citizen()
    found = world.find(world.anna, cpr=said["cpr"])
    assert [one["id"] for one in found["items"]] == [made] and "knownHere" not in found


def test_nobody_is_not_known_here(world):
    assert world.find(world.berta, cpr="020290-4321") == {"items": []}


def test_a_search_for_nothing_is_refused(world):
    assert_refused(world.anna.post(SEARCH, {}), 422, "missing-field")
    assert_refused(world.anna.post(SEARCH, {"name": "Prøve"}), 422, "missing-field")


# --- correct ---


def as_read(world, made):
    answer = world.anna.get(f"/api/v1/citizens/{made}")
    return answer.json(), answer.headers["ETag"]


def correct(world, made, etag, **body):
    return world.anna.put(f"/api/v1/citizens/{made}", body, headers={"If-Match": etag})


def test_a_correction_keeps_who_when_and_from_what_to_what(world):
    made, said = world.citizen()
    record, etag = as_read(world, made)
    answer = correct(world, made, etag, citizen={**record["citizen"], "phone": "+45 99 88 77 66"})
    assert answer.status_code == 200 and answer.json()["version"] == record["version"] + 1
    changes = world.anna.json(f"/api/v1/citizens/{made}/changes")["items"]
    assert [(one["field"], one["was"], one["becomes"], one["enteredBy"]) for one in changes] == \
        [("phone", said["phone"], "+45 99 88 77 66", "anna")]


def test_two_correct_at_once_one_wins_and_the_other_is_told(world):
    made, _ = world.citizen()
    record, etag = as_read(world, made)
    assert correct(world, made, etag, citizen={**record["citizen"], "occupation": "kok"}).status_code == 200
    rule = assert_refused(correct(world, made, etag, citizen=record["citizen"]), 412, "stale-version", "If-Match")
    assert "read her again" in rule
    assert_refused(world.anna.put(f"/api/v1/citizens/{made}", {"citizen": {}}), 400, "invalid-header", "If-Match")


def test_a_number_of_another_citizen_is_refused(world):
    _, other = world.citizen()
    made, _ = world.citizen()
    record, etag = as_read(world, made)
    changed = {**record["citizen"], "cpr": other["cpr"]}
    changed.pop("birthDate", None)
    assert_refused(correct(world, made, etag, citizen=changed), 409, "conflict", "citizen.cpr")


def test_a_protected_address_is_masked_and_asking_for_it_is_an_act_of_its_own(world):
    made, _ = world.citizen()
    record, etag = as_read(world, made)
    answer = correct(world, made, etag, citizen=record["citizen"], address="Prøvevej 1, 1000 København",
                     protectedAddress=True)
    assert answer.status_code == 200
    now, _ = as_read(world, made)
    assert now["addressMasked"] and now["protectedAddress"] and "address" not in now
    assert world.anna.json(f"/api/v1/citizens/{made}/address")["address"] == "Prøvevej 1, 1000 København"
    changes = world.anna.json(f"/api/v1/citizens/{made}/changes")["items"]
    assert "address" in {one["field"] for one in changes} and "Prøvevej" not in str(changes)
    uses = [one["use"] for one in world.system.api("reden", "auditor").json("/api/v1/audit")["items"]
            if one.get("citizens") == [made]]
    assert "GET /api/v1/citizens/{id}/address" in uses


# --- the same number, somebody else ---


def test_a_known_number_with_another_name_is_a_task_and_changes_nothing(world):
    made, said = world.citizen()
    before, _ = as_read(world, made)
    again, _ = place(world.lead, citizen={**said, "name": "En Helt Anden", "gender": "man", "phone": "11 11 11 11"},
                     wishes={"languages": ["th"]})
    assert again["citizenId"] == made
    assert as_read(world, made)[0]["citizen"] == before["citizen"]
    task = next(one for one in world.anna.json("/api/v1/tasks", params={"state": "open"})["items"]
                if one["citizenId"] == made)
    assert task["kind"] == "other-identity" and task["said"]["name"] == "En Helt Anden"
    assert f"/api/v1/tasks/{task['id']}" in {one["subject"] for one in world.anna.json("/api/v1/notices")["items"]}


@pytest.mark.parametrize("said_of_her", ["the same", "another name", "another telephone number"])
def test_a_referral_with_a_known_number_opens_nothing_to_who_sends_it(world, said_of_her):
    made, said = world.citizen()
    before, _ = as_read(world, made)
    again = {"the same": said, "another name": {**said, "name": "En Helt Anden"},
             "another telephone number": {**said, "phone": "+45 66 66 66 66"}}[said_of_her]
    answer = world.berta.post("/api/v1/referrals", {"programme": "reden-1-1", "aim": "exit", "citizen": again,
                                                    "wishes": {"languages": ["th"]}}, wait=10)
    assert answer.status_code == 201, answer.text
    mine = answer.json()
    listed = next(one for one in world.berta.json("/api/v1/referrals")["items"] if one["id"] == mine["id"])
    for shown in (mine, listed, world.berta.json(f"/api/v1/referrals/{mine['id']}")):
        assert shown["masked"] and "citizen" not in shown and shown["state"] == mine["state"]
    for path in ("", "/address", "/changes"):
        assert_refused(world.berta.get(f"/api/v1/citizens/{made}{path}"), 403, "forbidden", "id")
    assert made not in {one["id"] for one in world.find(world.berta, text=said["name"])["items"]}
    assert as_read(world, made)[0]["citizen"] == before["citizen"]
    tasks = [one for one in world.anna.json("/api/v1/tasks", params={"state": "open"})["items"] if one["citizenId"] == made]
    assert len(tasks) == (0 if said_of_her == "the same" else 1)
    assert made not in {one["citizenId"] for one in world.berta.json("/api/v1/tasks")["items"]}
    for task in tasks:
        assert_refused(world.berta.post(f"/api/v1/tasks/{task['id']}/done", {"outcome": "taken"}), 403, "forbidden", "id")


def test_who_noted_a_citizen_first_sees_no_more_of_her_when_a_worker_has_her(world):
    said = {"name": "Prøve Af En Anden", "cpr": "020280-4321", "gender": "woman"}
    mine, course = place(world.berta, citizen=said, wishes={"languages": ["th"]})
    assert course["worker"] == "anna"
    assert_refused(world.berta.get(f"/api/v1/citizens/{mine['citizenId']}"), 403, "forbidden", "id")
    shown = world.berta.json(f"/api/v1/referrals/{mine['id']}")
    assert shown["masked"] and "citizen" not in shown and shown["worker"] == "anna"
    assert world.anna.json(f"/api/v1/referrals/{mine['id']}")["citizen"]["name"] == said["name"]


def test_a_correction_that_tells_a_number_is_known_is_in_the_log(world):
    made, said = world.citizen()
    other, taken = world.citizen()
    _, etag = as_read(world, made)
    refused = correct(world, made, etag, citizen={**said, "cpr": taken["cpr"]})
    assert_refused(refused, 409, "conflict", "citizen.cpr")
    def logged():
        return [one for one in world.system.api("reden", "auditor").json("/api/v1/audit")["items"]
                if one["use"] == "PUT /api/v1/citizens/{id}" and one["outcome"] == "refused"
                and taken["cpr"].replace("-", "") in one.get("searched", "").replace("-", "")]
    eventually(logged, 10, "the refusal is in the log of use")


def test_a_call_that_is_repeated_is_in_the_log_with_whom_it_shows(world):
    made, said = world.citizen()
    body = {"programme": "reden-1-1", "aim": "exit", "citizen": said, "wishes": {"languages": ["th"]}}
    first = world.anna.post("/api/v1/referrals", body, headers={"Idempotency-Key": "6f0d2b8e-5a0c-4b6e-9a57-0d6a5c9f1e11"}, wait=10)
    again = world.anna.post("/api/v1/referrals", body, headers={"Idempotency-Key": "6f0d2b8e-5a0c-4b6e-9a57-0d6a5c9f1e11"}, wait=10)
    assert first.json()["id"] == again.json()["id"]
    rows = world.system.api("reden", "auditor").json("/api/v1/audit")["items"]
    repeated = next(one for one in rows if one["outcome"] == "repeated")
    assert repeated["citizens"] == [made]
    assert {one["outcome"] for one in rows if one.get("subject") == repeated["subject"]} >= {"done", "repeated"}


@pytest.mark.parametrize("outcome, name", [("kept", None), ("taken", "En Helt Anden")])
def test_a_person_decides_who_it_is(world, outcome, name):
    made, said = world.citizen()
    place(world.lead, citizen={**said, "name": "En Helt Anden"}, wishes={"languages": ["th"]})
    task = next(one for one in world.anna.json("/api/v1/tasks")["items"] if one["citizenId"] == made)
    done = world.anna.post(f"/api/v1/tasks/{task['id']}/done", {"outcome": outcome, "note": "Set pas."})
    assert done.status_code == 200 and done.json()["state"] == "done" and done.json()["doneBy"] == "anna"
    assert as_read(world, made)[0]["citizen"]["name"] == (name or said["name"])
    assert_refused(world.anna.post(f"/api/v1/tasks/{task['id']}/done", {"outcome": "kept"}), 409, "conflict", "state")


def test_what_a_known_citizen_says_anew_is_taken_and_what_was_is_kept(world):
    made, said = world.citizen()
    place(world.anna, citizen={**said, "phone": "+45 55 55 55 55", "occupation": "rengøring"},
          wishes={"languages": ["th"]})
    now, _ = as_read(world, made)
    assert (now["citizen"]["phone"], now["citizen"]["occupation"]) == ("+45 55 55 55 55", "rengøring")
    fields = {one["field"]: one.get("was") for one in world.anna.json(f"/api/v1/citizens/{made}/changes")["items"]}
    assert fields == {"phone": said["phone"], "occupation": None}


# --- in need ---


def test_a_case_opened_in_need_can_be_read_for_an_hour_and_the_lead_is_told(world):
    made, said = world.citizen()
    assert_refused(world.berta.get(f"/api/v1/citizens/{made}"), 403, "forbidden", "id")
    opened = world.berta.post("/api/v1/break-glass", {"find": {"cpr": said["cpr"]}, "reason": "Ringer fra skadestuen."})
    assert opened.status_code == 201 and opened.json()["citizenId"] == made
    assert world.berta.json(f"/api/v1/citizens/{made}")["why"] == "break-glass"
    _, etag = as_read(world, made)
    shut = world.berta.put(f"/api/v1/citizens/{made}", {"citizen": {}}, headers={"If-Match": etag})
    assert "may read" in assert_refused(shut, 403, "forbidden", "id")
    notice = next(one for one in world.lead.json("/api/v1/notices")["items"] if one.get("citizenId") == made
                  and one["kind"] == "break-glass")
    assert notice["who"] == "berta" and notice["subject"] == f"/api/v1/break-glass/{opened.json()['id']}"
    assert not [one for one in world.berta.json("/api/v1/notices")["items"] if one["kind"] == "break-glass"]
    seen = world.lead.post(notice["subject"] + "/seen")
    assert seen.status_code == 200 and seen.json()["seenBy"] == "Test lead"
    assert notice not in world.lead.json("/api/v1/notices")["items"]
    # An hour later.
    world.system.query("reden", "update break_glass set until = now() - interval '1 second'")
    assert_refused(world.berta.get(f"/api/v1/citizens/{made}"), 403, "forbidden", "id")


def test_nothing_is_broken_without_a_reason_or_for_one_s_own(world):
    _, said = world.citizen()
    find = {"find": {"cpr": said["cpr"]}}
    assert_refused(world.berta.post("/api/v1/break-glass", find), 422, "missing-field", "reason")
    assert_refused(world.anna.post("/api/v1/break-glass", {**find, "reason": "Nysgerrig."}), 409, "conflict", "find")
    assert_refused(world.berta.post("/api/v1/break-glass", {"find": {"cpr": "020290-4321"}, "reason": "Haster."}), 422,
                   "invalid-value", "find")


# --- cover ---


def test_cover_begins_and_ends_by_itself_and_no_case_moves(world):
    made, _ = world.citizen()
    later = {"worker": "anna", "coveredBy": "berta", "from": day(1), "to": day(2)}
    assert world.lead.post("/api/v1/covers", later).status_code == 201
    assert_refused(world.berta.get(f"/api/v1/citizens/{made}"), 403, "forbidden", "id")
    today = {**later, "from": day(0), "to": day(0)}
    assert world.lead.post("/api/v1/covers", today).status_code == 201
    assert world.berta.json(f"/api/v1/citizens/{made}")["why"] == "cover"
    world.system.query("reden", "update cover set from_day = from_day - 1, to_day = to_day - 1")
    assert world.system.query("reden", "select count(*) from cover where to_day < current_date")[0][0] == 1


def test_a_cover_of_nobody_or_backwards_is_refused(world):
    cover = {"worker": "anna", "coveredBy": "berta", "from": day(2), "to": day(1)}
    assert_refused(world.lead.post("/api/v1/covers", cover), 422, "invalid-value", "to")
    assert_refused(world.lead.post("/api/v1/covers", {**cover, "to": day(3), "coveredBy": "anna"}), 422,
                   "invalid-value", "coveredBy")
    assert_refused(world.lead.post("/api/v1/covers", {**cover, "to": day(3), "worker": "nobody"}), 422,
                   "invalid-value", "worker")
