# SPDX-License-Identifier: EUPL-1.2
"""Keys of each node and the registry that makes them known to each other. Keys are made once and never replaced."""

import json
import subprocess

from .errors import Trouble
from .place import NODES, write_private


def make_keys(place):
    """The public parts by node name, making the secret ones where they are missing."""
    return {name: public_part(place, name) for name in NODES}


def public_part(place, name):
    keys, public = place.keys(name), place.dir / "keys" / f"{name}.public.json"
    if keys.exists() and not public.exists():
        raise Trouble(f"{keys} is there but {public} is not: put it back, the keys cannot be made again")
    if not keys.exists():
        # Under their own name only when both parts are whole.
        fresh = keys.with_name(f"{name}.new.json")
        fresh.unlink(missing_ok=True)
        write_private(public, udvej(place, "keys", "--out", fresh, "--name", name))
        fresh.rename(keys)
    return json.loads(public.read_text())


def udvej(place, *words):
    """Runs the command-line tool of the build; what it prints."""
    done = subprocess.run([str(place.bin / "udvej"), *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"udvej {words[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def write_registry(place, public):
    """Writes the registry; a change raises its serial, so that a peer with the older file can tell."""
    content = {
        "nodes": [
            {"name": node.name, "role": node.role, "organisation": node.organisation,
             **{key: public[node.name][key] for key in ("curve", "sign", "box")}}
            for node in NODES.values() if node.role != "broker"
        ],
        "brokers": [
            {"name": node.name, "endpoint": place.broker_endpoint, "curve": public[node.name]["curve"]}
            for node in NODES.values() if node.role == "broker"
        ],
    }
    serial = 1
    if place.registry.exists():
        before = json.loads(place.registry.read_text())
        serial = before.pop("serial")
        if before == content:
            return
        serial += 1
    write_private(place.registry, json.dumps({"serial": serial, **content}, indent=2) + "\n")
    udvej(place, "registry", "check", place.registry)
