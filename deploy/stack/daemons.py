# SPDX-License-Identifier: EUPL-1.2
"""How each daemon of a place is run."""

from . import privilege, process
from .place import SOURCE
from .process import Spec

SHARED = SOURCE / "common" / "vocab"  # programmes, instruments and codes, read at start


def spec(place, name, env=None):
    program, conf = str(place.bin / place.nodes[name].program), str(place.conf(name))
    argv = (*privilege.prefix(program, conf), program, conf)
    return Spec(name, argv, place.pid(name), place.log(name), mark=conf, env=env or {})


def specs(place):
    return [spec(place, name) for name in place.nodes]


def outdated(place):
    """Those that run since before their program, their configuration or the shared definitions became what they are."""
    shared = [path for path in SHARED.rglob("*") if path.suffix in (".json", ".csv")]

    def files(name):
        node = place.nodes[name]
        return [place.bin / node.program, place.conf(name), *(shared if node.has_database else ())]

    return [one for one in specs(place) if process.is_outdated(one, files(one.name))]
