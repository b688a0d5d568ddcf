# SPDX-License-Identifier: EUPL-1.2
"""Sets the database of a node back to a copy that was kept, and has the node recovered as an operator does; or makes the
database anew."""

import signal
import subprocess
import time

from harness.system import eventually
from service.test_restore import alone, database
from stack import config
from stack.cluster import owner_of
from stack.health import is_ready

PARTNER = "kommune"
PATIENCE = 60


def keep(system, node):
    """Keeps the database of the node as it is now."""
    system.stop(node)
    system.books.close(node)
    name = database(system, node)
    alone(system, name, f'create database "{name}_kept" template "{name}" owner "{owner_of(name)}";')
    system.start(node)


def drop_kept(system, node):
    system.cluster.sql(f'drop database if exists "{database(system, node)}_kept" with (force);')


def set_back(system, node):
    """Until the node has found out."""
    system.stop(node)
    system.books.close()
    name = database(system, node)
    alone(system, name, f'drop database "{name}"; create database "{name}" template "{name}_kept" owner "{owner_of(name)}";')
    system.start(node, ready=False)
    eventually(lambda: "was set back" in system.look()[node], 20, "that it is found out")


def recover(system, node):
    """Asks for the recovery, and starts again whatever ends, until that is done."""
    place = system.place
    words = [place.bin / "udvej", "recover", "--conf", place.conf(node), "--partner", PARTNER, "--keys",
             place.keys(f"partner-{PARTNER}")]
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asking:
        deadline = time.monotonic() + PATIENCE
        while asking.poll() is None:
            assert time.monotonic() < deadline, system.log(node)[-3000:]
            system.raise_the_dead()
            time.sleep(0.02)
        assert asking.returncode == 0, asking.stdout.read()
    system.raise_the_dead()
    eventually(lambda: system.look()[node].startswith("ready"), 20, "that it is ready")


def make_anew(system, node, ends=(-signal.SIGKILL,)):
    """The node begins with an empty database, and is started again when it ends in one of these ways."""
    system.stop(node)
    alone(system, node, f'drop database if exists "{database(system, node)}";')
    config.make_databases(system.place, system.cluster, [node])
    system.start(node, ready=False)
    eventually(lambda: system.raise_the_dead(ends) or is_ready(system.place, node), 30, "that it is ready")
