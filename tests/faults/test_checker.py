# SPDX-License-Identifier: EUPL-1.2
"""The checker finds what it is there to find: each way in which books can be wrong is planted, and must be counted."""

import time
from dataclasses import replace

import pytest

import plan
from books import Books, put_witnesses, with_database
from chaos import wait_for_rest
from check import check
from clients import Ledger, people, send_home
from harness.fixtures import closing
from harness.system import System, eventually

PROVIDER = "kommune"


class World:
    """A system that has worked in peace and was stopped."""

    def __init__(self, system):
        self.system, self.ledger = system, Ledger(system)
        persons = people(system, self.ledger, "calm", each=2)
        try:
            eventually(lambda: enough(self.ledger), 60, "a deed of each kind")
        finally:
            send_home(persons)
        assert wait_for_rest(system, 30)
        system.stop()

    def findings(self, doctored=None, ledger=None):
        return check(Books(self.system, doctored), ledger or self.ledger)


def enough(ledger):
    done = [one.kind for one in ledger.asked if one.is_acknowledged]
    return all(done.count(kind) > 5 for kind in ("refer", "enquire", "measure", "close")) and done.count("refer") > 200


@pytest.fixture(scope="module")
def world(cluster):
    made = System(cluster)
    with closing([made]):
        made.start()
        made.put_workers()
        put_witnesses(made)
        yield World(made)


def test_books_of_a_calm_day_are_in_order(world):
    found = world.findings()
    assert not found.all, f"{found.counts()}\n{found}"
    assert Books(world.system).size > 1000


ONE_COURSE = "(select min(course_id::text)::uuid from course_fact)"
DEAD = "insert into bus_dead (sender, epoch, seq, id, type, entity, body, error) values"
PARKED = "insert into bus_parked (sender, epoch, seq, id, type, entity, body) values"
STUCK = ("insert into bus_out select receiver, seq, gen_random_uuid(), 'x', 'x', '', '', chain from bus_out_stream"
         " where receiver = 'reporting'")
NIL = "'00000000-0000-0000-0000-000000000000'"
DOCTORED = {
    # name: (kind of finding, node, statement)
    "a course that reporting never heard of": (
        "lost", "reporting", f"delete from course_fact where course_id = {ONE_COURSE}"),
    "a course that outcomes never heard of": (
        "lost", "outcomes", "delete from course where id = (select id from course c where not exists"
        " (select from measurement where course_id = c.id) and not exists (select from lost"
        " where course_id = c.id) limit 1)"),
    "an enquiry that reporting never heard of": (
        "lost", "reporting", "delete from enquiry_fact"
        " where enquiry_id = (select enquiry_id from enquiry_fact limit 1)"),
    "a measurement that reporting never heard of": (
        "lost", "reporting", "delete from score_fact; delete from measurement_fact where measurement_id ="
        " (select measurement_id from measurement_fact limit 1)"),
    "a referral that its provider never heard of": (
        "lost", PROVIDER, "alter table course drop constraint course_referral_id_fkey; delete from referral where id ="
        " (select id from referral where direction = 'received' limit 1)"),
    "a referral that was acknowledged and is gone": (
        "lost", PROVIDER, "alter table course drop constraint course_referral_id_fkey; delete from referral where id ="
        " (select id from referral where direction = 'own' limit 1)"),
    "an enquiry that was acknowledged and is gone": (
        "lost", PROVIDER, "delete from enquiry where id = (select id from enquiry where note is not null limit 1)"),
    "a key that is not remembered": (
        "lost", PROVIDER, "delete from idempotency"
        " where scope = (select scope from idempotency order by used_at desc limit 1)"),
    "an operation that is never decided": (
        "lost", PROVIDER, "update operation set state = 'pending' where id = (select id from operation limit 1)"),
    "an operation that is gone": (
        "lost", PROVIDER, "delete from operation where id = (select id from operation limit 1)"),
    "a close that was done without effect": (
        "lost", PROVIDER, "update course set state = 'enrolled' where id = (select id from course"
        " where state = 'closed' limit 1)"),
    "a message that stays with its sender": ("lost", "caseload", STUCK),
    "a message that was not applied": (
        "lost", "caseload", "update bus_in_stream set seq = seq - 1 where sender = 'reden'"),
    "a stream that never began": ("lost", "caseload", "delete from bus_in_stream where sender = 'reden'"),
    "a fact that stands twice": (
        "duplicated", "reporting", "alter table course_fact drop constraint course_fact_pkey;"
        f" insert into course_fact select * from course_fact where course_id = {ONE_COURSE}"),
    "two referrals for one key": (
        "duplicated", PROVIDER, "create temp table one as select * from referral where direction = 'own' limit 1;"
        " update one set id = gen_random_uuid(), number = 1000000;"
        " insert into referral overriding system value select * from one"),
    "two enquiries for one key": (
        "duplicated", PROVIDER, "create temp table one as select * from enquiry where note is not null limit 1;"
        " update one set id = gen_random_uuid(), number = 1000000;"
        " insert into enquiry overriding system value select * from one"),
    "two courses for one referral": (
        "duplicated", PROVIDER, "create temp table one as select * from course limit 1;"
        " update one set id = gen_random_uuid(), number = 1000000;"
        " insert into course overriding system value select * from one"),
    "a key that made something else": (
        "duplicated", PROVIDER, f"update idempotency set subject = {NIL} where scope ="
        " (select scope from idempotency order by used_at desc limit 1)"),
    "a worker above the cap": ("duplicated", "caseload", "update worker set cap = 1 where id = 'cti-1'"),
    "a worker who was above the cap for a moment": (
        "duplicated", "caseload", "update witness set worker = 'cti-1' where worker = 'cti-2'"),
    "a number of the waiting list given twice": (
        "duplicated", "caseload", "update course set waiting_number = (select max(waiting_number) from course)"
        " where waiting_number = (select min(waiting_number) from course where waiting_number > 0)"),
    "a version that was applied twice": (
        "duplicated", "outcomes", "insert into witness (kind, id, version, state) select kind, id, version, state"
        " from witness limit 1"),
    "a version that was passed over": (
        "reordered", "reporting", "delete from witness where number = (select number from witness"
        " where version = 1 limit 1)"),
    "versions in another order": (
        "reordered", "caseload", "update witness set version = 3 - version where version < 3 and id ="
        " (select id from witness where version = 2 limit 1)"),
    "a chain that is not the sender's": (
        "reordered", "reporting", "update bus_in_stream set chain = decode(repeat('11', 32), 'hex')"
        " where sender = 'caseload'"),
    "a stream of another life": (
        "reordered", "reporting", f"update bus_in_stream set epoch = {NIL} where sender = 'caseload'"),
    "a version that was changed": (
        "unexpected", "reporting", f"update course_fact set version = version + 1 where course_id = {ONE_COURSE}"),
    "a state that was changed": (
        "unexpected", "outcomes", "update course set state = 'closed' where id = (select id from course"
        " where state <> 'closed' limit 1)"),
    "a worker the provider was not told of": (
        "unexpected", PROVIDER, "update course set worker = 'somebody' where id = (select id from course limit 1)"),
    "a referral whose sender was told otherwise": (
        "unexpected", "reden", "update referral set state = 'rejected' where id ="
        " (select id from referral where direction = 'sent' and state = 'accepted' limit 1)"),
    "a list of what is due that is old": (
        "unexpected", "reporting", "update course_due set version = version + 1 where course_id ="
        " (select course_id from course_due limit 1)"),
    "a score that is not of this measurement": (
        "unexpected", "reporting", "update measurement_fact set complete = not complete where measurement_id ="
        " (select measurement_id from measurement_fact limit 1)"),
    "a dead letter": ("unexpected", "outcomes", f"{DEAD} ('x', {NIL}, 1, 'x', 'x', 'x', '', 'x')"),
    "a parked message": ("unexpected", "outcomes", f"{PARKED} ('x', {NIL}, 1, {NIL}, 'x', 'x', '')"),
    "a fact of nobody": (
        "unexpected", "reporting", f"insert into enquiry_fact select organisation, {NIL}, version, received_on,"
        " channel, followed_by, programme, gender, setting, municipality, duty_to_notify from enquiry_fact limit 1"),
    "a course of nobody": (
        "unexpected", "reporting", f"create temp table one as select * from course_fact limit 1;"
        f" update one set course_id = {NIL}; insert into course_fact select * from one"),
    "a deed under a key of nobody": (
        "unexpected", PROVIDER, "insert into idempotency (scope, body_hash) values ('x', 'x')"),
}


@pytest.mark.parametrize("name", DOCTORED)
def test_doctored_books_are_found_out(world, name):
    kind, node, statement = DOCTORED[name]
    found = world.findings({node: statement})
    assert kind in found.all, f"not found as {kind}: {found}"


def doctored_ledger(world, change):
    """The ledger with its first acknowledged referral replaced by what change() makes of it."""
    ledger = Ledger(world.system)
    ledger.before, ledger.asked = world.ledger.before, list(world.ledger.asked)
    first = next(i for i, one in enumerate(ledger.asked) if one.kind == "refer" and one.is_acknowledged)
    ledger.asked[first:first + 1] = change(ledger.asked[first])
    return ledger


@pytest.mark.parametrize("kind, change", [
    pytest.param("lost", lambda one: [one, replace(one, id="none", operation="none", key="none")],
                 id="promised and not done"),
    pytest.param("unexpected", lambda one: [replace(one, status=409)], id="refused and done all the same"),
    pytest.param("unexpected", lambda one: [], id="done and never asked for"),
    pytest.param("duplicated", lambda one: [replace(one, operation="other")], id="one key and two operations"),
])
def test_answers_that_do_not_fit_the_books_are_found_out(world, kind, change):
    found = world.findings(ledger=doctored_ledger(world, change))
    assert kind in found.all, f"not found as {kind}: {found}"


def test_the_plan_is_of_the_seed_and_hits_no_target_twice_at_a_time(world):
    nodes, brokers = list(with_database(world.system)), ["broker", "broker-2"]
    faults = plan.make("7", 60, nodes, brokers)
    assert faults == plan.make("7", 60, nodes, brokers) != plan.make("8", 60, nodes, brokers)
    assert {fault.kind for fault in faults} == set(plan.KINDS) and all(fault.until <= 60 for fault in faults)
    for target in {fault.target for fault in faults}:
        hits = [fault for fault in faults if fault.target == target]
        assert all(one.until <= other.at for one, other in zip(hits, hits[1:]))


def test_what_is_not_at_rest_is_waited_for_only_so_long(world):
    began = time.monotonic()
    world.system.query("caseload", STUCK)
    try:
        assert not wait_for_rest(world.system, 1) and time.monotonic() - began < 10
    finally:
        world.system.query("caseload", "delete from bus_out")
