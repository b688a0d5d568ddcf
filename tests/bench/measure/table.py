# SPDX-License-Identifier: EUPL-1.2
"""The table that is printed: Markdown, ratios first, raw figures beside them, machine and date above."""

import os
import platform
import subprocess
import time
from pathlib import Path

from stack.place import SOURCE


class Table:
    """Rows of (what, ratio, ours, theirs); printed as they come, so that a broken run shows what it had."""

    def __init__(self):
        print("| what | ratio | udvej | measured against |\n|---|---|---|---|", flush=True)

    def row(self, what, ratio, ours, theirs=""):
        shown = f"**{ratio:.2f}**" if isinstance(ratio, float) else ratio
        print(f"| {what} | {shown} | {ours} | {theirs} |", flush=True)

    def skipped(self, what, why):
        print(f"| {what} | skipped | | {why} |", flush=True)


def machine():
    """What this ran on, in lines."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    gib = int(Path("/proc/meminfo").read_text().split()[1]) / 1024**2
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        f"{time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}, {os.cpu_count()} cores ({cpu}), {gib:.0f} GiB, "
        f"Linux {platform.release()}, {said('/usr/lib/postgresql/15/bin/postgres', '--version')}, "
        f"node {said('node', '--version')}, libzmq {said('dpkg-query', '-Wf', '${Version}', 'libzmq5')}, commit "
        f"{os.environ.get('BENCH_COMMIT') or said('git', '-C', str(SOURCE), 'rev-parse', '--short', 'HEAD')}",
        f"load before the run (1, 5, 15 minutes): {load}",
    ]


def said(*words):
    try:
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip() or "?"
    except OSError:
        return "none"


def rate(value, what="/s"):
    return f"{value:,.0f}{what}"


def ms(found):
    return f"p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms at {rate(found['rate'])}"
