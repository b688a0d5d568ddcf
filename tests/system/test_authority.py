# SPDX-License-Identifier: EUPL-1.2
"""Who may see whom: every cell of role x route x own / covered / organisation / other, from the printed description,
against a running node; and the log of use that the walk leaves."""

import subprocess

import psycopg2
import pytest

from harness.described import description
from harness.facts import WHO5, day, place, referral
from harness.fixtures import closing
from harness.system import System, eventually, programs
from stack.config import database_addresses

ROLES = ("system", "worker", "group leader", "lead", "coordinator", "brobygger", "project lead", "admin", "auditor",
         "cultural mediator", "steering group")
HOLDS = ("none", "way", "read", "work")
# Whose token: all records belong to anna, carla covers for her, berta is somebody else of the organisation.
WHO = {"own": "anna", "covered": "carla", "organisation": "berta"}
WORKER = {"kind": "worker", "programmes": ["reden-1-1"]}
WORKERS = {"reden": {"anna": {**WORKER, "name": "Anna Holm", "languages": ["th"]},
                     "berta": {**WORKER, "name": "Berta Lund", "languages": ["ro"]},
                     "carla": {**WORKER, "name": "Carla Friis", "activeFrom": day(400)}},
           "kommune": {"dorte": {**WORKER, "name": "Dorte Riis", "programmes": ["cti"]}}}


class World:
    def __init__(self, system):
        self.system = system
        system.put_workers(WORKERS)
        self.clients = {}
        self.lead = system.api("reden", "lead")
        cover = {"worker": "anna", "coveredBy": "carla", "from": day(0), "to": day(1)}
        assert self.lead.post("/api/v1/covers", cover).status_code == 201
        self.anna = self.client("worker", "anna")
        self.own = self.records(self.anna, "reden-1-1", {"languages": ["th"]})
        self.elsewhere = self.records(system.api("kommune", "system"), "cti", {})

    def client(self, role, worker):
        key = (role, worker)
        if key not in self.clients:
            self.clients[key] = self.system.api("reden", role, worker)
        return self.clients[key]

    def records(self, api, programme, wishes):
        """{kind: id} of one case with all that belongs to it."""
        citizen = {"name": "Prøve Person", "cpr": "010190-1234", "birthYear": 1990, "gender": "woman"}
        made, course = place(api, programme, citizen=citizen, wishes=wishes)
        measured = api.post(f"/api/v1/courses/{course['id']}/measurements", {"instrument": "who5", "answers": WHO5},
                            wait=10)
        assert measured.status_code == 201, measured.text
        # The same number with another name: somebody has to look.
        other = api.post("/api/v1/referrals", referral(programme, citizen={**citizen, "name": "Anden Person"}), wait=10)
        assert other.status_code == 201, other.text
        organisation = "reden" if programme == "reden-1-1" else "kommune"
        (task,), = self.system.query(organisation, "select id::text from task")
        return {"courses": course["id"], "referrals": made["id"], "operations": made["operation"],
                "enquiries": made["enquiryId"], "measurements": measured.json()["id"],
                "citizens": made["citizenId"], "tasks": task}


@pytest.fixture(scope="module")
def world(cluster):
    made = System(cluster)
    with closing([made]):
        made.start()
        yield World(made)


OPERATIONS = [one for one in description("intake").operations() if one[2].get("x-scope") == "own-cases"]
NAMING_ONE = [one for one in OPERATIONS if "{id}" in one[1]]
LISTS = [one for one in OPERATIONS if one[0] == "GET" and "{id}" not in one[1]]
IDS = {"ids": lambda value: value if isinstance(value, str) else ""}


def kind_of(path):
    return path.split("/")[3]


def hold(role, whose, kind):
    """What one holds of a record, as design and domain say: read off no code."""
    if role == "lead":
        return "work"
    if role == "coordinator":
        return "way"
    if role in ("project lead", "admin", "auditor", "steering group") or whose == "organisation":
        return "none"
    if whose == "covered" and kind in ("enquiries", "operations"):
        return "none"  # theirs who entered them: nobody works on them
    return "work"


# Bodies of the right shape that change nothing: long before the course, or without the version that was read.
LONG_AGO = "2000-01-01"
BODIES = {"close": {"reason": "moved", "on": LONG_AGO}, "enrol": {"by": "seat", "on": LONG_AGO},
          "measurements": {"instrument": "who5", "answers": WHO5, "measuredOn": LONG_AGO},
          "contacts": {"heldOn": LONG_AGO, "kind": "phone", "minutes": 5}, "done": {"outcome": "kept"}}


def asked(world, method, path, role, whose):
    owner = world.elsewhere if whose == "other" else world.own
    address = path.replace("{id}", owner[kind_of(path)])
    body = BODIES.get(path.split("/")[-1], {"citizen": {}}) if method in ("POST", "PUT") else None
    return world.client(role, WHO.get(whose, "anna")).request(method, address, body)


@pytest.mark.parametrize("method, path, operation", NAMING_ONE, **IDS)
def test_each_cell_is_open_or_shut_as_the_description_says(world, method, path, operation):
    wrong = []
    for role in ROLES:
        for whose in (*WHO, "other"):
            answer = asked(world, method, path, role, whose)
            enough = HOLDS.index(hold(role, whose, kind_of(path))) >= HOLDS.index(operation["x-needs"])
            if role not in operation["x-roles"] or (whose != "other" and not enough):
                expected = answer.status_code == 403
            elif whose == "other":
                expected = answer.status_code == 404
            else:
                expected = answer.status_code not in (401, 403, 404)
            if not expected:
                wrong.append(f"{role}, {whose}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method, path, operation", LISTS, **IDS)
def test_a_list_shows_what_is_one_s_own_and_nothing_else(world, method, path, operation):
    wrong = []
    record = world.own.get(kind_of(path))
    for role in operation["x-roles"]:
        for whose in WHO:
            answer = world.client(role, WHO[whose]).get(path, params={"limit": 500} if path != "/api/v1/notices" else {})
            assert answer.status_code in (200, 400), answer.text
            shown = {item.get("id") for item in answer.json().get("items", [])}
            assert not shown & set(world.elsewhere.values()), f"{role} is shown another organisation's"
            if record and (record in shown) != (hold(role, whose, kind_of(path)) != "none"):
                wrong.append(f"{role}, {whose}: {shown}")
    assert not wrong, "\n".join(wrong)


def test_who_leads_a_group_sees_its_citizens_and_no_other_s(world):
    programme = "livarehab-psychoeducation"
    group = {"kind": "group", "programmes": [programme], "name": "Hold A", "leaders": ["lise"]}
    world.system.put_workers({"livarehab": {"lise": {**WORKER, "programmes": [programme], "name": "Lise Dahl", "cap": 1,
                                                     "activeFrom": day(400)}, "hold-a": group}})
    _, course = place(world.system.api("livarehab"), programme)
    assert course["worker"] == "hold-a"
    leads = world.system.api("livarehab", "group leader", "lise")
    assert leads.json(f"/api/v1/courses/{course['id']}")["actions"]
    assert [one["id"] for one in leads.json("/api/v1/courses")["items"]] == [course["id"]]
    another = world.system.api("livarehab", "group leader", "hold-b")
    assert another.get(f"/api/v1/courses/{course['id']}").status_code == 403
    assert another.json("/api/v1/courses")["items"] == []


def test_the_coordinator_sees_the_way_of_a_case_and_not_who_it_is(world):
    way = world.system.api("reden", "coordinator").json(f"/api/v1/referrals/{world.own['referrals']}")
    assert way["masked"] and way["state"] == "accepted" and way["worker"] == "anna"
    assert not {"citizen", "reasons", "note"} & set(way)
    whole = world.lead.json(f"/api/v1/referrals/{world.own['referrals']}")
    assert "masked" not in whole and whole["citizen"]["name"] == "Prøve Person"


def test_a_record_says_what_one_may_do_with_it_now(world):
    path = f"/api/v1/courses/{world.own['courses']}"
    assert set(world.anna.json(path)["actions"]) == {"close", "measure", "enrol", "contact"}
    assert "actions" not in world.system.api("reden", "coordinator").json(path)
    may = {(row["method"], row["path"]) for row in world.anna.json("/api/v1/me")["may"]}
    described = {(method, path) for method, path, one in description("intake").operations()
                 if "worker" in one.get("x-roles", [])}
    assert may == described


# --- what the walk leaves ---


def verify(world):
    done = subprocess.run([programs() / "udvej", "verify", "--conf", world.system.place.conf("reden")],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def entries(world, **params):
    return world.system.api("reden", "auditor").json("/api/v1/audit", params={"limit": 500, **params})["items"]


def test_each_look_is_in_the_log_with_who_what_whom_and_why(world):
    world.client("worker", "carla").json(f"/api/v1/citizens/{world.own['citizens']}")
    newest = next(one for one in entries(world, by="carla", outcome="shown")
                  if one["use"] == "GET /api/v1/citizens/{id}" and one["role"] == "worker")
    assert newest["role"] == "worker" and newest["why"] == "cover" and newest["outcome"] == "shown"
    assert newest["citizens"] == [world.own["citizens"]] == [newest["subject"]]


def test_what_was_refused_is_in_the_log(world):
    answer = world.client("worker", "berta").get(f"/api/v1/citizens/{world.own['citizens']}")
    assert answer.status_code == 403
    refused = eventually(lambda: [one for one in entries(world, by="berta", outcome="refused")
                                  if one["role"] == "worker" and one["use"] == "GET /api/v1/citizens/{id}"])[0]
    assert (refused["status"], refused["why"]) == (403, "forbidden") and refused.get("subject") == world.own["citizens"]


def test_who_was_searched_for_in_need_is_in_the_log_also_when_nobody_was_found(world):
    asked_for = {"find": {"cpr": "020290-4321"}, "reason": "Haster."}
    assert world.client("worker", "berta").post("/api/v1/break-glass", asked_for).status_code == 422
    refused = eventually(lambda: [one for one in entries(world, by="berta", outcome="refused")
                                  if one["use"] == "POST /api/v1/break-glass" and one["status"] == 422])[0]
    assert "020290-4321" in refused["searched"]


def test_the_same_look_within_the_hour_is_one_row(world):
    def rows():
        return len([one for one in entries(world, by="berta", outcome="shown")
                    if one["role"] == "lead" and one["use"] == "GET /api/v1/courses/{id}"])
    somebody = world.system.api("reden", "lead", "berta")
    somebody.json(f"/api/v1/courses/{world.own['courses']}")
    after_the_first = rows()
    assert after_the_first > 0
    for _ in range(4):
        somebody.json(f"/api/v1/courses/{world.own['courses']}")
    assert rows() == after_the_first


def test_what_was_searched_for_is_sealed_in_the_database_and_plain_to_the_auditor(world):
    world.anna.post("/api/v1/citizen-search", {"cpr": "010190-1234"})
    found = next(one for one in entries(world, by="anna") if one["use"] == "POST /api/v1/citizen-search")
    assert "010190-1234" in found["searched"] and world.own["citizens"] in found["citizens"]
    (sealed,), = world.system.query("reden", "select searched from audit_log where number = %s", found["number"])
    assert b"010190" not in bytes(sealed)


def test_the_daemon_can_neither_change_nor_remove_a_row(world):
    with psycopg2.connect(database_addresses(world.system.place, world.system.cluster)["reden"]) as as_daemon, as_daemon.cursor() as cursor:
        for statement in ("update audit_log set who = 'nobody'", "delete from audit_log", "truncate audit_log"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
            as_daemon.rollback()
        cursor.execute("select count(*) from audit_log")
        assert cursor.fetchone()[0] > 0


def test_the_chain_of_the_walk_holds_and_one_changed_row_is_found(world):
    code, said = verify(world)
    assert code == 0 and "log of use: holds" in said, said
    number = entries(world)[5]["number"]
    world.system.query("reden", "update audit_log set who = 'nobody' where number = %s", number)
    code, said = verify(world)
    assert code != 0 and f"log of use: BROKEN after {number - 1}" in said, said


def test_a_row_is_found_missing(world):
    number = entries(world)[10]["number"]
    world.system.query("reden", "delete from audit_log where number = %s", number)
    code, said = verify(world)
    assert code != 0 and "a row is missing" in said, said
