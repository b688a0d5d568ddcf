# SPDX-License-Identifier: EUPL-1.2
"""Whatever is killed, stopped, cut and silenced at random: what was acknowledged has exactly one effect everywhere."""

import os
import random
import time

import pytest
import requests

import plan
from books import Books, put_witnesses, with_database
from chaos import Chaos, wait_for_rest
from check import check
from clients import Ledger, people, send_home
from harness.fixtures import linked_system

SEED = os.environ.get("UDVEJ_SEED") or str(random.randrange(10**6))
SECONDS = float(os.environ.get("UDVEJ_FAULT_SECONDS", "60"))
REST_WITHIN = 60 + SECONDS


@pytest.fixture
def system(cluster):
    with linked_system(cluster, brokers=2) as made:
        put_witnesses(made)
        yield made


def false_alarms(system):
    """Daemons that take their database for one that was set back, or a stream for a broken one."""
    quiet = {"udvej_restored 0", "udvej_streams_broken 0"}
    return [f"{node}: a false alarm" for node in with_database(system)
            if not quiet <= set(requests.get(system.url(node) + "/metrics", timeout=10).text.splitlines())]


def test_nothing_is_lost_doubled_or_reordered_whatever_fails(system, capsys):
    faults = plan.make(SEED, SECONDS, list(with_database(system)), system.links.brokers)
    with capsys.disabled():
        print(f"\nchaos: seed {SEED}, {SECONDS:g} s, {len(faults)} faults planned", flush=True)
    ledger, chaos = Ledger(system), Chaos(system, system.links)
    persons = people(system, ledger, SEED)
    try:
        chaos.run(faults)
    finally:
        send_home(persons)
    began = time.monotonic()
    rested = wait_for_rest(system, REST_WITHIN)
    books = Books(system)
    found = check(books, ledger)
    found.unexpected += false_alarms(system)
    with capsys.disabled():
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(chaos.injected.items()))
        acknowledged = sum(one.is_acknowledged for one in ledger.asked)
        print(f"chaos: seed {SEED}, {ledger.posts} posts ({ledger.tries} tries, {acknowledged} acknowledged),"
              f" {chaos.injected.total()} faults ({kinds}), {books.size} rows read, at rest after"
              f" {time.monotonic() - began:.0f} s: {found.counts()}", flush=True)
    assert not chaos.problems, "\n".join(chaos.problems)
    assert not found.all, f"seed {SEED}, {found.counts()}\n{found}"
    assert rested, f"not at rest {REST_WITHIN:g} s after the last fault"
    assert SECONDS < 30 or set(chaos.injected) == set(plan.KINDS), "a kind of fault was never injected"
    assert acknowledged > 5 * SECONDS, "too few posts to prove anything"
