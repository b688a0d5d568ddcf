# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL killed in the moment of a COMMIT, on either side of it: nobody knows what was done; it is done once."""

import contextlib
import signal
import threading
import time

import psycopg2
import pytest

from books import Books, put_witnesses
from chaos import kill_database, wait_for_rest
from check import check
from clients import Asked, Ledger, Person
from harness.facts import referral
from harness.system import eventually


@pytest.fixture(scope="module")
def world(system):
    put_witnesses(system)
    system.ledger = Ledger(system)
    return system


@pytest.fixture(autouse=True)
def all_at_rest(world):
    assert wait_for_rest(world, 30)


def is_waiting(system, node, event):
    """Whether the daemon's transaction stands still at this."""
    return system.cluster.sql(
        f"select count(*) from pg_stat_activity where datname = '{system.place.database(node)}'"
        f" and (wait_event_type = '{event}' or wait_event = '{event}')") != "0"


@contextlib.contextmanager
def after_the_commit(system, node):
    """Every COMMIT is on the disk, and its answer is held back: PostgreSQL waits for a standby that there is not."""
    system.cluster.sql("alter system set synchronous_standby_names = 'nobody'")
    system.cluster.sql("select pg_reload_conf()")
    eventually(lambda: system.cluster.sql("show synchronous_standby_names") == "nobody")
    try:
        yield lambda: is_waiting(system, node, "SyncRep")
    finally:
        system.cluster.sql("alter system reset synchronous_standby_names")
        system.cluster.sql("select pg_reload_conf()")


@contextlib.contextmanager
def before_the_commit(system, node):
    """The last statements of a transaction wait for a lock: nothing of it is on the disk."""
    connection = psycopg2.connect(system.conninfo(node))
    table = "idempotency" if node == "kommune" else "bus_in_stream"
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {table} in share row exclusive mode")
    try:
        yield lambda: is_waiting(system, node, "Lock")
    finally:
        connection.close()


def kill_when(system, stands_still):
    eventually(stands_still, 20, "a transaction in the moment that was asked for")
    kill_database(system.cluster)
    system.cluster.start()


def ask(system, ledger, node="kommune"):
    """A referral, asked in the background until a definite answer comes."""
    person = Person(system, ledger, node, "commit")
    asked = Asked(node, "refer", "/api/v1/referrals", referral("cti"))
    thread = threading.Thread(target=person.ask, args=(asked,))
    thread.start()
    return person, asked, thread


def assert_done_once(system, ledger):
    assert wait_for_rest(system, 60)
    found = check(Books(system), ledger)
    assert not found.all, found
    assert len(system.query("caseload", "select 1 from course")) == ledger.posts


@pytest.mark.parametrize("moment", [before_the_commit, after_the_commit])
def test_a_referral_whose_commit_was_cut_off_is_done_once_and_its_key_finds_it(world, moment):
    ledger = world.ledger
    with moment(world, "kommune") as stands_still:
        person, asked, thread = ask(world, ledger)
        kill_when(world, stands_still)
    thread.join()
    assert asked.is_acknowledged, asked
    first = (asked.id, asked.operation)
    person.note(asked, person.until_definite(asked))
    assert (asked.id, asked.operation) == first
    assert_done_once(world, ledger)


def test_a_referral_that_was_acknowledged_survives_the_kill_that_follows_at_once(world):
    ledger = world.ledger
    for _ in range(3):
        person, asked, thread = ask(world, ledger)
        thread.join()
        kill_database(world.cluster)
        world.cluster.start()
        first = (asked.id, asked.operation)
        person.note(asked, person.until_definite(asked))
        assert asked.is_acknowledged and (asked.id, asked.operation) == first
    assert_done_once(world, ledger)


@pytest.mark.parametrize("moment", [before_the_commit, after_the_commit])
@pytest.mark.parametrize("node", ["caseload", "outcomes", "reporting"])
def test_a_message_whose_commit_was_cut_off_at_its_receiver_has_one_effect(world, node, moment):
    ledger = world.ledger
    child = world.children[node]
    child.send_signal(signal.SIGSTOP)
    _, asked, thread = ask(world, ledger)
    thread.join()
    time.sleep(1)  # for the others to come to rest: the transaction that is cut off is this node's
    with moment(world, node) as stands_still:
        child.send_signal(signal.SIGCONT)
        kill_when(world, stands_still)
    world.wait_ready()
    assert asked.is_acknowledged
    assert_done_once(world, ledger)
