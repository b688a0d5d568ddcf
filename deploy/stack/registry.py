# SPDX-License-Identifier: EUPL-1.2
"""The registry that all partners sign: made when there is none. After that it is the partners' own.

Of a registry that is there only the brokers' addresses are changed, when the ports move: whoever was taken out stays
out, and keys that were changed stay changed. Never puts one in force that a partner has not signed.
"""

import json
import os

from . import keys
from .errors import Trouble
from .place import former_port_bases, write_private


def make(place):
    """Makes keys and registry where there is none, else moves the brokers' addresses to the ports of this place."""
    fresh = place.registry.with_name("registry.new.json")
    keys.make_partners(place, sorted({node.organisation for node in place.nodes.values() if node.role == "intake"}))
    if place.registry.exists():
        _finish(place, fresh)
        content = _moved(place, json.loads(place.registry.read_text()))
    else:
        content = _first(place)
    if content:
        _sign(place, fresh, content)
        _put_in_place(place, fresh)
    _remove(fresh)


def members(place):
    """Names of the nodes and brokers in the registry; all of the place when it cannot be read (they say what is wrong
    with it better than we)."""
    try:
        content = json.loads(place.registry.read_text())
        rows = [*content["nodes"], *content["brokers"]]
        names = {row["name"] for row in rows}
    except (OSError, ValueError, LookupError, TypeError):
        return list(place.nodes)
    return [name for name in place.nodes if name in names]


def strangers(place):
    """Names of the place's nodes that are not in the registry: a daemon does not start without its row."""
    known = members(place)
    return [name for name in place.nodes if name not in known]


def _first(place):
    public = keys.make_keys(place)
    return {
        "serial": 1,
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


def _moved(place, content):
    """The registry with the brokers where they are now, or None: an address that somebody else chose stays."""
    own = {name: {place.endpoint(name, base) for base in former_port_bases(place)} for name in place.nodes
           if place.nodes[name].role == "broker"}
    moving = [row for row in content["brokers"] if row["endpoint"] in own.get(row["name"], ())
              and row["endpoint"] != place.endpoint(row["name"])]
    for row in moving:
        row["endpoint"] = place.endpoint(row["name"])
    return content | {"serial": content["serial"] + 1} if moving else None


def _sign(place, fresh, content):
    """Writes it beside the one in force and has all partners sign; on this one machine their keys are at hand."""
    _remove(fresh)
    write_private(fresh, json.dumps(content, indent=2) + "\n")
    for partner in json.loads(place.partners.read_text())["partners"]:
        organisation = partner["organisation"]
        secret = place.keys(f"partner-{organisation}")
        if not secret.exists():
            raise Trouble(f"{place.registry} has to change, and {secret} is not there to sign it for {organisation}")
        keys.udvej(place, "registry", "sign", fresh, organisation, secret, place.partners)
    keys.udvej(place, "registry", "verify", fresh, place.partners)
    with open(_signatures(fresh), "rb") as file:
        os.fsync(file.fileno())


def _put_in_place(place, fresh):
    """Signatures first: a daemon that looks in between keeps the registry it has. The fresh pair stays whole until
    both are in place, so that _finish() can go on."""
    write_private(_signatures(place.registry), _signatures(fresh).read_text())
    write_private(place.registry, fresh.read_text())


def _finish(place, fresh):
    """Goes on where an earlier start was killed between signatures and registry."""
    try:
        keys.udvej(place, "registry", "verify", place.registry, place.partners)
    except Trouble as trouble:
        if not _was_killed(place, fresh):
            raise Trouble(f"{trouble}\nput a registry in place that all partners have signed") from None
        _put_in_place(place, fresh)


def _was_killed(place, fresh):
    """Whether the signatures in place are already those of the fresh registry, which comes after the one in place."""
    if not all(path.exists() for path in (fresh, _signatures(fresh), _signatures(place.registry))):
        return False
    same = _signatures(fresh).read_text() == _signatures(place.registry).read_text()
    later = json.loads(fresh.read_text())["serial"] > json.loads(place.registry.read_text())["serial"]
    return same and later


def _signatures(registry):
    return registry.with_name(f"{registry.name}.sig")


def _remove(fresh):
    for path in (fresh, _signatures(fresh)):
        path.unlink(missing_ok=True)
