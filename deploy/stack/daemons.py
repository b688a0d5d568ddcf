# SPDX-License-Identifier: EUPL-1.2
"""How each daemon of a place is run."""

from . import privilege
from .place import NODES
from .process import Spec


def spec(place, name, env=None):
    program, conf = str(place.bin / NODES[name].program), str(place.conf(name))
    argv = (*privilege.prefix(program, conf), program, conf)
    return Spec(name, argv, place.pid(name), place.log(name), mark=conf, env=env or {})


def specs(place):
    return [spec(place, name) for name in NODES]
