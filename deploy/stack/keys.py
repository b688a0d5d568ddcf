# SPDX-License-Identifier: EUPL-1.2
"""Keys of each node and partner. They are made once and never replaced: the registry says which are in force."""

import json
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


def make_partners(place, organisations):
    """The partners' own keys, with which they sign the registry, and the file by which all know them."""
    if place.partners.exists():
        return
    partners = [{"organisation": name, "sign": public_part(place, f"partner-{name}")["sign"]} for name in organisations]
    write_private(place.partners, json.dumps({"partners": partners}, indent=2) + "\n")
