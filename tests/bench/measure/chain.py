# SPDX-License-Identifier: EUPL-1.2
"""udvej itself: durable POSTs, and the whole chain behind them until the last receiver has committed."""

import time

import load


def posting(world, connections, seconds):
    """Durable POSTs, whatever becomes of them; every one that was answered is a row."""
    before = world.database("kommune").one("select count(*) from referral")
    found = load.post(world.url, connections, seconds, token=world.token)
    stored = world.database("kommune").one("select count(*) from referral") - before
    if not found["requests"] <= stored <= found["requests"] + connections:
        raise RuntimeError(f"{found['requests']} answers, but {stored} rows")
    return found


def sustained(world, connections, seconds):
    """Posts, then waits until the last receiver has all. {posted, rate, p50, p99, chain: referrals/s of all of it}"""
    before = world.counts()
    began = time.monotonic()
    found = load.post(world.url, connections, seconds, token=world.token)
    ended = world.wait_drained()
    after = world.counts()
    added = {name: after[name] - before[name] for name in after}
    if len(set(added.values())) != 1:
        raise RuntimeError(f"the ledgers disagree: {added}")
    return {**found, "posted": added["referral"], "chain": added["referral"] / (ended - began)}


def visible(world, rate, seconds, connections=16):
    """From POST to the assignment in the answer (Prefer: wait), at about so many referrals a second."""
    pause = max(1, round(1000 * connections / rate))
    found = load.post(world.url, connections, seconds, token=world.token, wait=30, pause=pause)
    world.wait_drained()
    waiting = world.database("kommune").one("select count(*) from course where state <> 'offered'")
    return {**found, "unassigned": waiting}


def visible_unloaded(world, seconds):
    """The same with one connection, one request after another."""
    found = load.post(world.url, 1, seconds, token=world.token, wait=30)
    world.wait_drained()
    return found
