# SPDX-License-Identifier: EUPL-1.2
"""A node that is recovered ends at each of its commits, before it and after it: it goes on where it was, and in the end
the books of all agree."""

import subprocess
import time

import pytest

from harness.facts import day
from harness.system import eventually
from service.test_restore import alone, database

from struck import Struck, closing_struck

NODE, PARTNER = "caseload", "kommune"
POINTS = ("commit_unsent", "commit_sent", "commit_heard")


@pytest.fixture(scope="module")
def system(cluster):
    with closing_struck(Struck(cluster, "livarehab")) as made:
        made.start()
        made.put_workers({"kommune": {}})
        for at in ("reden", "kommune"):
            made.refer(at)
        made.settle()
        keep(made)
        for at in ("reden", "kommune", "reden"):
            made.refer(at)
        made.settle()
        yield made
        made.cluster.sql(f'drop database if exists "{database(made, NODE)}_kept" with (force);')


def keep(system):
    """Keeps the database of the node as it is now."""
    system.stop(NODE)
    system.books.close(NODE)
    name = database(system, NODE)
    alone(system, name, f'create database "{name}_kept" template "{name}" owner "{name}";')
    system.start(NODE)


def set_back(system):
    system.stop(NODE)
    system.books.close()
    name = database(system, NODE)
    alone(system, name, f'drop database "{name}"; create database "{name}" template "{name}_kept" owner "{name}";')
    system.start(NODE, ready=False)
    eventually(lambda: "was set back" in system.look()[NODE], 20, "that it is found out")


def recover(system):
    """Asks for the recovery, and starts the node again as often as it ends, until that is done."""
    place = system.place
    words = [place.bin / "udvej", "recover", "--conf", place.conf(NODE), "--partner", PARTNER, "--keys",
             place.keys(f"partner-{PARTNER}")]
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asking:
        deadline = time.monotonic() + 60
        while asking.poll() is None:
            assert time.monotonic() < deadline, system.log(NODE)[-3000:]
            system.raise_the_dead()
            time.sleep(0.02)
        assert asking.returncode == 0, asking.stdout.read()
    system.raise_the_dead()


def end_at(system, point, nth):
    """One recovery that ends there; False when it has no such commit."""
    system.begin_round()
    set_back(system)
    system.slots[NODE].arm(point, nth)
    recover(system)
    struck = system.slots[NODE].struck(point)
    system.slots[NODE].disarm()
    eventually(lambda: system.look()[NODE].startswith("ready"), 20, "that it is ready")
    assert system.ended == ([NODE] if struck else [])
    system.settle()
    return struck


def test_recovery_that_ends_at_any_commit_goes_on_where_it_was(system):
    nth = 1
    while end_at(system, POINTS[nth % len(POINTS)], nth):
        nth += 1
    print(f"\n{NODE}: recovered {nth - 1} times with an end at one of its commits, and once without")
    assert nth > 8
    enquiry = {"receivedOn": day(0), "channel": "self"}
    assert system.api("kommune").post("/api/v1/enquiries", enquiry).status_code == 201
    for at in ("reden", "kommune"):
        system.refer(at)
    system.settle()
