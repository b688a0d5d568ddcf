# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL cluster for one run of tests, in /tmp, gone afterwards."""

import contextlib
import secrets
import shutil
import tempfile
from pathlib import Path

from stack.cluster import Cluster, owner_of


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
    """A new, empty database: its conninfo as the role that owns it, and as one that owns nothing."""
    password = secrets.token_urlsafe(16)
    cluster.make_databases({name: (password, password)})
    return cluster.conninfo(name, password, owner_of(name)), cluster.conninfo(name, password)
