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
    """(empty, full), each {post, alone, chain} on databases of its own."""
    kinds = (lambda: know_workers(world), lambda: fill(world, rows))
    return [_three(world, fill_with, seconds, chain_seconds) for fill_with in kinds]


def know_workers(world):
    """Statistics of the few workers, which the full database has too: without them the planner joins them badly.
    Not of the empty tables: a plan that was made for no rows would be kept while they grow."""
    world.cluster.sql("analyze worker", "caseload")


def _three(world, fill_with, seconds, chain_seconds):
    world.fresh(fill=fill_with)
    world.wait_drained()
    alone = chain.visible_unloaded(world, seconds)
    sustained = chain.sustained(world, 32, chain_seconds)
    return {"alone": alone, "chain": sustained, "post": chain.posting(world, 32, seconds)}
