# SPDX-License-Identifier: EUPL-1.2
"""The whole chain on databases that already hold many referrals, against empty ones."""

import re
import time
from pathlib import Path

import chain

SCRIPTS = Path(__file__).resolve().parents[1] / "growth"


def fill(world, rows):
    """Loads so many referrals with what followed from them into each database, in bulk. The seconds it took."""
    began = time.monotonic()
    for script in sorted(SCRIPTS.glob("*.sql")):
        world.cluster.sql(re.sub(r":rows\b", str(rows), script.read_text()), script.stem)
    return time.monotonic() - began


def measure(world, rows, seconds, chain_seconds):
    """(empty, full), each {post, alone, chain} on databases of its own, which differ in what is stored alone."""
    return [_three(world, stored, seconds, chain_seconds) for stored in (0, rows)]


def prepare(world, rows):
    """What is to be stored, and what the planner would know of it by now: the same care for both."""
    if rows:
        fill(world, rows)
    for script in SCRIPTS.glob("*.sql"):
        world.cluster.sql("vacuum analyze", script.stem)


def _three(world, rows, seconds, chain_seconds):
    world.fresh(fill=lambda: prepare(world, rows))
    world.wait_drained()
    alone = chain.visible_unloaded(world, seconds)
    sustained = chain.sustained(world, 32, chain_seconds)
    return {"alone": alone, "chain": sustained, "post": chain.posting(world, 32, seconds)}
