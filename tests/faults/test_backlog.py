# SPDX-License-Identifier: EUPL-1.2
"""A receiver that is away for long costs its senders disk and not memory, and then hears all of it once.

With the release build: a sanitizer keeps what was freed, so that memory cannot be told there.
"""

import os
import random
import threading

import pytest

from books import Books, put_witnesses
from chaos import wait_for_rest
from check import check
from clients import Asked, Ledger, Person
from harness.facts import day, referral
from harness.fixtures import closing
from harness.system import System, programs

AWAY = ("reporting", "kommune")
SENDERS = ("reden", "caseload")
CLIENTS = 6
WARM_UP, POSTS = 600, 2400
NOTE = 9000  # characters, in each referral to the one that is away
MIB = 1024 * 1024
GROWS_LESS_THAN = 4 * MIB  # a stream keeps at most 1 MiB at hand; what waits is several times as much


def release():
    return programs() if "UDVEJ_TEST_BIN" in os.environ else programs().parents[1] / "release" / "bin"


@pytest.fixture
def system(cluster):
    assert (release() / "udvej-intake").exists(), f"no release build in {release()}: deploy/build release makes it"
    made = System(cluster, bin=release())
    with closing([made]):
        made.start()
        made.put_workers()
        put_witnesses(made)
        assert wait_for_rest(made, 30)
        yield made


def memory(system, node):
    with open(f"/proc/{system.children[node].pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


def something(chosen):
    turn = chosen.random()
    if turn < 0.2:
        return Asked("reden", "enquire", "/api/v1/enquiries", {"receivedOn": day(0), "channel": "outreach"})
    if turn < 0.5:
        return Asked("reden", "refer", "/api/v1/referrals", referral("reden-1-1"))
    return Asked("reden", "refer", "/api/v1/referrals", referral("cti", consent={"given": True}, note="x" * NOTE))


def post(system, ledger, number):
    def some(client):
        chosen = random.Random(f"backlog {client} {number}")
        person = Person(system, ledger, "reden", f"{client} {number}", waits=0)
        for _ in range(number // CLIENTS):
            person.ask(something(chosen))

    threads = [threading.Thread(target=some, args=(client,)) for client in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def waiting(system, node):
    """Bytes of the bodies that wait in its outbox for those who are away."""
    return system.query(node, "select coalesce(sum(length(body)), 0) from bus_out where receiver = any(%s)",
                        list(AWAY))[0][0]


def test_a_receiver_that_is_away_for_long_costs_disk_and_not_memory(system, capsys):
    ledger = Ledger(system)
    system.stop(*AWAY)
    post(system, ledger, WARM_UP)
    before, queued = ({node: measure(system, node) for node in SENDERS} for measure in (memory, waiting))
    post(system, ledger, POSTS)
    grown = {node: memory(system, node) - before[node] for node in SENDERS}
    queued = {node: int(waiting(system, node) - queued[node]) for node in SENDERS}
    with capsys.disabled():
        print("\nbacklog: " + ", ".join(
            f"{node} keeps {queued[node] / MIB:.1f} MiB more and grew by {grown[node] / MIB:.1f} MiB"
            for node in SENDERS), flush=True)
    assert queued["reden"] > 2 * GROWS_LESS_THAN, "too little waits to tell it from the rest of the memory"
    assert system.query("caseload", "select count(*) from bus_out where receiver = 'reporting'")[0][0] > POSTS // 5
    assert max(grown.values()) < GROWS_LESS_THAN, grown
    system.start(*AWAY)
    assert wait_for_rest(system, 120)
    found = check(Books(system), ledger)
    assert not found.all, found
    assert ledger.posts == WARM_UP + POSTS
