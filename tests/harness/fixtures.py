# SPDX-License-Identifier: EUPL-1.2
"""pytest fixtures: `cluster` (one a session), `make_system` (a system of a test's own), `system` (all seven daemons
with their workers, shared by the tests of a file).

A test fails afterwards when a daemon of its system died by itself, did not end when asked, or left a sanitizer report.
"""

import contextlib

import pytest

from .links import Links
from .private_cluster import private_cluster
from .system import System


@pytest.fixture(scope="session")
def cluster():
    with private_cluster() as running:
        yield running


@contextlib.contextmanager
def closing(systems):
    """Closes all of them in the end, and fails with whatever went wrong in any."""
    try:
        yield
    finally:
        problems = [problem for one in systems for problem in one.close()]
    assert not problems, "\n".join(problems)


@pytest.fixture
def make_system(cluster):
    """make_system("reden", "broker", clock_offset_days=3): these nodes, or all without names; not started."""
    made = []

    def make(*nodes, **settings):
        made.append(System(cluster, nodes or None, **settings))
        return made[-1]

    with closing(made):
        yield make


@contextlib.contextmanager
def linked_system(cluster, brokers):
    """All daemons with so many brokers, ready, with their workers; `links` are the lines between them."""
    made = System(cluster, brokers=brokers)
    with contextlib.closing(Links(made)) as made.links, closing([made]):
        made.start()
        made.put_workers()
        yield made


@pytest.fixture(scope="module")
def system(cluster):
    """All seven daemons, ready, with the workers and groups of deploy/setup."""
    made = System(cluster)
    with closing([made]):
        made.start()
        made.put_workers()
        yield made
