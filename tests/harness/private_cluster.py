# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL cluster for one run of tests, in /tmp, gone afterwards."""

import contextlib
import secrets
import shutil
import tempfile
from pathlib import Path

from stack.cluster import Cluster


@contextlib.contextmanager
def private_cluster():
    home = Path(tempfile.mkdtemp(prefix="udvej-pg-", dir="/tmp"))
    home.chmod(0o711)
    cluster = Cluster(home, home, home / "postgres.log")
    try:
        cluster.create()
        cluster.start()
        # After a crash PostgreSQL syncs every file of every database; one call for all of them is quick.
        cluster.sql("alter system set recovery_init_sync_method = 'syncfs'")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def scratch_database(cluster, name="udvej_test"):
    """The conninfo of a new, empty database."""
    password = secrets.token_urlsafe(16)
    cluster.make_databases({name: password})
    return cluster.conninfo(name, password)
