# SPDX-License-Identifier: EUPL-1.2
"""The command line under deploy/up, deploy/down and deploy/node; supervise is what up starts for itself."""

import argparse
import signal
import sys
from pathlib import Path

from stack import one, process, supervise, up
from stack.errors import Trouble
from stack.place import SOURCE, Place, check_owner, port_base_of


def arguments(words):
    parser = argparse.ArgumentParser(prog="deploy/stack.py", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "supervise", "stop-node", "start-node", "restart-node"))
    parser.add_argument("--node", default="", help="of stop-node, start-node, restart-node")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--bin", type=Path, default=SOURCE / "build" / "release" / "bin")
    parser.add_argument("--port-base", type=int)
    parser.add_argument("--empty", action="store_true", help="no demonstration data")
    parser.add_argument("--detach", action="store_true", help="return when everything is ready")
    return parser.parse_args(words)


def main(words):
    asked = arguments(words)
    directory = asked.dir.absolute()
    check_owner(directory)
    place = Place(directory, asked.bin.absolute(), port_base_of(directory, asked.port_base))
    if asked.command == "down":
        return up.down(place)
    if asked.command == "supervise":
        return supervise.run(place)
    if asked.command == "stop-node":
        return one.stop(place, asked.node)
    if asked.command.endswith("-node"):
        change = one.start if asked.command == "start-node" else one.restart
        return change(place, supervise.spec(place, ()), asked.node)
    # The same words as ours, so that the supervisor knows its place by its command line.
    command = [sys.executable, "-B", str(Path(__file__).resolve()), "supervise", "--dir", str(directory),
               "--bin", str(place.bin), "--port-base", str(place.port_base)]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    up.up(place, command, with_demo=not asked.empty)
    if asked.detach:
        up.farewell(place, detached=True)
    else:
        up.stay(place, supervise.spec(place, command))
    return None


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Trouble as trouble:
        print(f"\n{trouble}\n", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
