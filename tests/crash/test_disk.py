# SPDX-License-Identifier: EUPL-1.2
"""No acknowledgement leaves before the disk has what it acknowledges: the power of the disk fails under load.

The kommune's database lies on a disk that then forgets all that was not synced. The other databases stay: were an
acknowledgement on the bus early, the sender would have trimmed what the kommune no longer has.
"""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
import requests

from harness.facts import referral
from stack.cluster import owner_of
from stack.errors import Trouble

from disk import MOUNTABLE, Disk, Divided
from struck import PATIENCE, Struck, closing_struck

pytestmark = pytest.mark.skipif(not MOUNTABLE, reason="only root with a writable /dev/fuse can mount a file system")
LOSSES, ROWS = 5, 200


@pytest.fixture
def disk():
    made = Disk()
    try:
        made.make_cluster()
        yield made
    finally:
        made.close()


def post(system, at, halt):
    """Posts referrals until told to halt, each with its key until it is acknowledged: {id: way}."""
    client, acknowledged = system.api(at), {}
    while not halt.is_set():
        key, deadline = str(uuid.uuid4()), time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < deadline, "no answer"
            try:
                answer = client.post("/api/v1/referrals", referral("cti"), key=key, timeout=20)
            except requests.RequestException:
                continue
            if answer.status_code != 503:
                break
            time.sleep(0.05)
        assert answer.status_code in (201, 202), answer.text
        acknowledged[answer.json()["id"]] = "own" if at == "kommune" else "received"
    return acknowledged


def test_nothing_acknowledged_is_lost_with_the_power_of_the_disk(cluster, disk):
    halt = threading.Event()
    with closing_struck(Struck(Divided(disk.cluster, cluster, ["kommune"]))) as system:
        system.start()
        system.put_workers({"kommune": {}})
        for at in ("reden", "kommune"):
            system.token(at)  # before the first loss
        with ThreadPoolExecutor(6) as pool:
            posting = [pool.submit(post, system, at, halt) for at in ("kommune", "reden") * 3]
            try:
                for _ in range(LOSSES):
                    time.sleep(random.uniform(0.5, 1.5))
                    system.books.close()
                    disk.lose_power()
                    disk.cluster.start()
            finally:
                halt.set()
        for one in posting:
            system.referrals |= one.result()
        system.settle()
        said = system.look("/metrics")
        assert all("udvej_restored 0\n" in text and "udvej_streams_broken 0\n" in text for text in said.values()), said
        print(f"\n{LOSSES} losses of power, {len(system.referrals)} referrals acknowledged: all there, once")
        assert len(system.referrals) > 10 * LOSSES


def kept(disk, fsync):
    """How many of the rows that a bare server has committed are there after a loss of power."""
    cluster = disk.cluster
    cluster.make_databases({"ink": ("ink", "ink")})
    with psycopg2.connect(cluster.conninfo("ink", "ink", owner_of("ink"))) as connection, connection.cursor() as cursor:
        cursor.execute("create table drop_of_ink (n int)")
    cluster.stop()
    include = cluster.data / "postgresql.conf"
    before = include.read_text()
    include.write_text(before + f"fsync = {fsync}\n")
    cluster.start()
    with psycopg2.connect(cluster.conninfo("ink", "ink", owner_of("ink"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for n in range(ROWS):
                cursor.execute("insert into drop_of_ink values (%s)", (n,))
    disk.lose_power()
    include.write_text(before)
    try:
        cluster.start()
        return int(cluster.sql("select count(*) from drop_of_ink", "ink"))
    except Trouble:  # there is not even a database any more
        return 0


def test_the_disk_keeps_what_a_server_synced(disk):
    assert kept(disk, "on") == ROWS


def test_the_disk_forgets_what_a_server_did_not_sync(disk):
    """The control: were the daemons' servers not to sync, the first test would see it."""
    assert kept(disk, "off") < ROWS
