# SPDX-License-Identifier: EUPL-1.2
"""Memory of processes as proportional set size (PSS), with the functions of tests/bench/memory."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

_loader = SourceFileLoader("bench_memory", str(Path(__file__).resolve().parents[1] / "memory"))
_program = module_from_spec(spec_from_loader("bench_memory", _loader))
_loader.exec_module(_program)


def pss(pid):
    """MiB of a process and its children."""
    return _program.total(_program.family(pid))["Pss"] / 1024


def daemons(world):
    """{daemon: MiB}"""
    return {name: pss(child.pid) for name, child in world.children.items()}
