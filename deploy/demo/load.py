#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Loads the demonstration data into a running system, through its public HTTP API only, and checks the published tables.

Run again after an interruption, it goes on: nothing is posted twice.
"""

import argparse
import shlex
import sys
from datetime import date
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from demo import check, definitions, plan, running  # noqa: E402
from demo.client import Client, Trouble  # noqa: E402
from demo.post import Post  # noqa: E402
from demo.progress import INDENT, Progress  # noqa: E402

ORGANISATIONS = ("reden", "livarehab", "kommune")
AT_A_TIME = 16


def arguments(words):
    parser = argparse.ArgumentParser(prog="deploy/demo/load.py", description=__doc__)
    parser.add_argument("--env", type=Path, required=True, help="the shell file that deploy/up writes: DIR/env")
    parser.add_argument("--seed", type=int, default=plan.SEED, help="another seed, other people; default %(default)s")
    parser.add_argument("--today", type=date.fromisoformat, help="the day the running caseload ends at; default today")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless something is wrong")
    return parser.parse_args(words)


def read_env(path):
    """{name: value} of a shell file of assignments."""
    try:
        words = shlex.split(path.read_text(), comments=True)
    except OSError as problem:
        raise Trouble(f"{path}: {problem.strerror}") from None
    return dict(word.split("=", 1) for word in words if "=" in word)


def access(env):
    """{organisation: (url, system token, lead token)}"""
    def value(organisation, what):
        key = f"UDVEJ_{organisation.upper()}_{what}"
        if not env.get(key):
            raise Trouble(f"{key} is missing in the file given by --env")
        return env[key]

    return {one: tuple(value(one, what) for what in ("URL", "TOKEN", "LEAD_TOKEN")) for one in ORGANISATIONS}


def anchor(client, wanted):
    """The day the plan is made for. A load that goes on keeps the day of its beginning: the system remembers it."""
    groups = client.get("/api/v1/workers?programme=livarehab-employment")["items"]
    for group in groups:
        if group["id"] == running.ANCHOR and group.get("activeFrom"):
            return running.anchor_of(date.fromisoformat(group["activeFrom"]))
    return wanted or date.today()


def load(asked):
    env = read_env(asked.env)
    nodes = access(env)
    today = anchor(Client(*nodes["livarehab"]), asked.today)
    events = plan.make(definitions.load(), today, asked.seed)
    post = Post(nodes, events, f"demo-{asked.seed}")
    progress = None if asked.quiet else Progress(len(events), "requests")
    try:
        post.run(AT_A_TIME, progress.look if progress else lambda done: None)
    except BaseException:
        if progress:
            progress.leave()
        raise
    if progress:
        progress.finish()
    reporting = Client(env["UDVEJ_REPORTING_URL"], env["UDVEJ_REPORTING_TOKEN"])
    lines = check.require(reporting)
    if not asked.quiet:
        print("\n" + "\n".join(INDENT + line if line else "" for line in lines) + "\n", flush=True)


def main(words):
    try:
        load(arguments(words))
    except Trouble as trouble:
        print(f"\ndemonstration data: {trouble}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
