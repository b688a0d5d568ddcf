# SPDX-License-Identifier: EUPL-1.2
"""Keys of each node and partner, and the registry that all partners sign. Keys are made once and never replaced."""

import json
import os
import subprocess

from .errors import Trouble
from .place import write_private


def make_keys(place):
    """The public parts by node name, making the secret ones where they are missing."""
    return {name: public_part(place, name) for name in place.nodes}


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
            for node in place.nodes.values() if node.role != "broker"
        ],
        "brokers": [
            {"name": node.name, "endpoint": place.endpoint(node.name), "curve": public[node.name]["curve"]}
            for node in place.nodes.values() if node.role == "broker"
        ],
    }
    serial = 1
    organisations = sorted({node.organisation for node in place.nodes.values() if node.role == "intake"})
    make_partners(place, organisations)
    if place.registry.exists():
        before = json.loads(place.registry.read_text())
        serial = before.pop("serial")
        if before == content:
            return
        serial += 1
    fresh = place.registry.with_name("registry.new.json")
    write_private(fresh, json.dumps({"serial": serial, **content}, indent=2) + "\n")
    for organisation in organisations:
        udvej(place, "registry", "sign", fresh, organisation, place.keys(f"partner-{organisation}"))
    udvej(place, "registry", "verify", fresh, place.partners)
    # The signatures first: a daemon that looks in between keeps the registry it has.
    os.replace(f"{fresh}.sig", f"{place.registry}.sig")
    fresh.replace(place.registry)


def make_partners(place, organisations):
    """The partners' own keys, with which they sign the registry, and the file by which all know them."""
    partners = [{"organisation": name, "sign": public_part(place, f"partner-{name}")["sign"]} for name in organisations]
    write_private(place.partners, json.dumps({"partners": partners}, indent=2) + "\n")
