# SPDX-License-Identifier: EUPL-1.2
"""Measures everything once, part by part, and prints one table. Nothing is measured with durability off: the daemons
refuse to start on such a database, and the peer lies in the same cluster."""

import argparse
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3] / "deploy")]

import baseline  # noqa: E402
import broker  # noqa: E402
import chain  # noqa: E402
import growth  # noqa: E402
import memory  # noqa: E402
import peer  # noqa: E402
from table import Table, machine, ms, rate  # noqa: E402
from world import world  # noqa: E402

PARTS = ("post", "chain", "latency", "memory", "peer", "broker", "growth")
MIB = 1024 * 1024


def arguments(words):
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="a few seconds each: to see that it works, not to quote")
    parser.add_argument("--rows", type=int, help="stored referrals for growth (default 1000000; quick 20000)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of: {','.join(PARTS)}")
    parser.add_argument("--seconds", type=int, help="of each measurement (default 10; quick 3)")
    parser.add_argument("--chain-seconds", type=int, default=1, help="of posting, before waiting for the whole chain")
    parser.add_argument("--connections", default="1,8,32", help="of the durable POSTs (default 1,8,32)")
    parser.add_argument("--port-base", type=int, default=9700)
    asked = parser.parse_args(words)
    asked.only = asked.only.split(",")
    asked.connections = [int(number) for number in asked.connections.split(",")]
    if set(asked.only) - set(PARTS):
        parser.error(f"--only: parts are {','.join(PARTS)}")
    asked.seconds = asked.seconds or (3 if asked.quick else 10)
    asked.rows = asked.rows or (20000 if asked.quick else 1000000)
    return asked


class Run:
    """What later parts compare with is kept from earlier ones."""

    def __init__(self, asked, one):
        self.asked, self.world, self.table = asked, one, Table()
        self.posts, self.chain, self.visible, self.half = {}, None, None, None

    def part_post(self):
        for connections in self.asked.connections:  # each on empty databases: what one leaves to do does not slow the next
            first, again = self.world.fresh()
            self.posts[connections] = chain.posting(self.world, connections, self.asked.seconds)
        self.world.stop()
        self.world.start("kommune")
        chain.posting(self.world, 1, 4)  # until it no longer waits for a word of the others, 3 s after its start
        alone = chain.posting(self.world, 32, self.asked.seconds)
        self.world.stop()  # pgbench has the machine to itself
        quick = self.asked.quick
        inserts = baseline.insert_rates(self.world, 1 if quick else 4, baseline.CLIENTS[3:6] if quick else baseline.CLIENTS)
        clients, best = max(inserts.items(), key=lambda pair: pair[1])
        for connections, found in self.posts.items():
            what = f"durable POST, {connections} connections / pgbench's best one-row insert"
            self.table.row(what, found["rate"] / best, posted(found), f"{rate(best)} at {clients} clients")
        what = "the same, 32 connections, no other daemon running (as when the network is away)"
        self.table.row(what, alone["rate"] / best, posted(alone), f"{rate(best)} at {clients} clients")
        self.table.row("start: all seven ready", "", f"{first:.2f} s on empty databases, {again:.2f} s on filled", "")

    def part_chain(self):
        self.world.fresh()
        self.chain = chain.sustained(self.world, 32, self.asked.chain_seconds)
        self.tell_chain("whole chain, 50 workers with room", self.chain)
        self.world.fresh(capped=True)
        waiting = chain.sustained(self.world, 32, self.asked.chain_seconds)
        self.tell_chain("whole chain onto a waiting list, 3 full workers", waiting)

    def tell_chain(self, what, found):
        self.table.row(f"{what}: until the last receiver has committed / the POSTs alone, 32 connections",
                       found["chain"] / found["rate"], f"{rate(found['chain'])} over {found['posted']:,}",
                       f"{rate(found['rate'])} accepted")

    def part_latency(self):
        self.world.fresh()
        alone = chain.visible_unloaded(self.world, self.asked.seconds)
        self.table.row("POST until the worker is in the answer, 1 connection", "", ms(alone), "")
        if self.chain:
            self.world.fresh()
            self.half = self.chain["chain"] / 2
            self.visible = chain.visible(self.world, self.half, self.asked.seconds)
            what = "the same under half of what the chain sustains, p99 / 50 ms"
            self.table.row(what, self.visible["p99"] / 50, ms(self.visible), "budget 50 ms")

    def part_memory(self):
        self.world.fresh()
        time.sleep(2)
        idle = memory.daemons(self.world)
        chain.posting(self.world, 32, self.asked.seconds)
        after = memory.daemons(self.world)
        each = ", ".join(f"{name} {idle[name]:.1f} → {after[name]:.1f}" for name in idle)
        self.table.row("memory of the seven daemons idle / 60 MiB", sum(idle.values()) / 60,
                       f"{sum(idle.values()):.1f} MiB idle, {sum(after.values()):.1f} after load (PSS)", each)

    def part_peer(self):
        why = peer.missing()
        if why:
            self.table.skipped("the peer stack", why)
            return
        self.world.stop()
        with peer.peer(self.world) as other:
            idle = other.memory()
            found = {connections: other.sustained(connections, self.asked.seconds) for connections in {*self.asked.connections, 32}}
            visible = other.visible(found[32]["chain"] / 2, self.asked.seconds)
            after = other.memory()
        self.tell_peer(found, visible, idle, after)

    def tell_peer(self, found, visible, idle, after):
        for connections, theirs in found.items():
            if connections in self.posts:
                ours = self.posts[connections]
                what = f"durable POST, {connections} connections / the peer's"
                self.table.row(what, ours["rate"] / theirs["rate"], rate(ours["rate"]), posted(theirs))
        if self.chain:
            self.table.row("whole chain, 32 connections / the peer's", self.chain["chain"] / found[32]["chain"],
                           f"{rate(self.chain['chain'])} over {self.chain['posted']:,}",
                           f"{rate(found[32]['chain'])} over {found[32]['posted']:,}")
        if self.visible:
            self.table.row("assignment visible under half of the own load, p99: the peer's / udvej's",
                           visible["p99"] / self.visible["p99"], ms(self.visible), ms(visible))
        each = ", ".join(f"{name} {idle[name]:.0f} → {after[name]:.0f}" for name in idle)
        self.table.row("memory of the peer's processes", "", "", f"{sum(idle.values()):.0f} MiB idle, "
                       f"{sum(after.values()):.0f} after load (PSS): {each}")

    def part_broker(self):
        found = broker.measure(self.world, self.asked.seconds, 1 if self.asked.quick else 3)
        for size, (ours, bare) in found.items():
            what = f"broker, frames of {size} B / a bare libzmq ROUTER with CURVE"
            self.table.row(what, ours / bare,
                           f"{rate(ours)}, {ours * size / MIB:,.0f} MiB/s",
                           f"{rate(bare)}, {bare * size / MIB:,.0f} MiB/s")

    def part_growth(self):
        asked = self.asked
        empty, full = growth.measure(self.world, asked.rows, asked.seconds, asked.chain_seconds)
        stored = f"with {asked.rows:,} stored referrals / empty"
        for what, part, field in (
            ("durable POST, 32 connections,", "post", "rate"),
            ("whole chain, 32 connections,", "chain", "chain"),
            ("whole chain, one referral after another,", "alone", "rate"),
        ):
            ours, theirs = full[part][field], empty[part][field]
            self.table.row(f"{what} {stored}", ours / theirs, rate(ours), rate(theirs))


def posted(found):
    return f"{rate(found['rate'])} (p50 {found['p50']:.1f}, p99 {found['p99']:.1f} ms)"


def durability(one):
    """What the server says, once it runs."""
    names = ("fsync", "full_page_writes", "synchronous_commit", "wal_sync_method", "shared_buffers", "max_wal_size")
    return ", ".join(f"{name} {one.cluster.sql(f'show {name}')}" for name in names)


def main(words):
    asked = arguments(words)
    began = time.monotonic()
    for line in machine():
        print(line)
    print(f"{asked.seconds} s a measurement{', quick: not to be quoted' if asked.quick else ''}")
    with world(asked.bin, asked.port_base) as one:
        print(durability(one) + "\n", flush=True)
        run = Run(asked, one)
        for part in PARTS:
            if part in asked.only:
                getattr(run, f"part_{part}")()
    print(f"\ntook {time.monotonic() - began:.0f} s; load after the run: {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
