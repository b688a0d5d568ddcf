# SPDX-License-Identifier: EUPL-1.2
"""The load generator: wrk, the same for udvej and for the peer."""

import json
import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "post.lua"


def post(url, connections, seconds, token=None, wait=None, pause=None):
    """Posts referrals for so long. {requests, seconds, rate, p50, p99, max (ms)}; an error ends the measurement."""
    wanted = {"BENCH_TOKEN": token, "BENCH_WAIT": wait, "BENCH_PAUSE": pause}
    env = {**os.environ, **{name: str(value) for name, value in wanted.items() if value is not None}}
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", SCRIPT,
             f"{url}/api/v1/referrals"]
    done = subprocess.run([str(word) for word in words], env=env, capture_output=True, text=True, check=False)
    lines = [line[6:] for line in done.stdout.splitlines() if line.startswith("BENCH ")]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")
    found = json.loads(lines[0])
    if found["status"] or found["socket"] or found["timeout"]:
        raise RuntimeError(f"wrk had errors, so nothing was measured: {found}")
    return {**found, "rate": found["requests"] / found["seconds"]}
