# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL cluster on a disk whose power can fail: what was written and not synced is gone then."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness.system import programs
from stack import process
from stack.cluster import Cluster

MOUNTABLE = os.geteuid() == 0 and os.access("/dev/fuse", os.W_OK)


class Disk:
    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="udvej-disk-", dir="/tmp"))
        self.home.chmod(0o711)
        for name in ("backing", "mount", "run"):
            (self.home / name).mkdir(mode=0o711)
        self.mount, self.server = self.home / "mount", None
        self.switch_on()
        self.cluster = Cluster(self.mount, self.home / "run", self.home / "postgres.log")

    def make_cluster(self):
        """Makes and starts it; the settings that were written for it have to be on the disk, too."""
        self.cluster.create()
        self.cluster.start()
        for settings in self.cluster.data.glob("*.conf"):
            with open(settings, "rb") as file:
                os.fsync(file.fileno())

    def switch_on(self):
        self.server = subprocess.Popen([programs() / "forgetful", self.home / "backing", self.mount])
        deadline = time.monotonic() + 10
        while not os.path.ismount(self.mount):
            assert self.server.poll() is None and time.monotonic() < deadline, "the file system is not mounted"
            time.sleep(0.01)

    def switch_off(self):
        """Unmounts; waits until all is taken back that the disk does not keep."""
        deadline = time.monotonic() + 20
        while subprocess.run(["umount", self.mount], capture_output=True, check=False).returncode != 0:
            assert time.monotonic() < deadline, "the file system is in use"
            time.sleep(0.05)
        assert self.server.wait(20) == 0

    def lose_power(self):
        """The disk first, then the server: in between it can neither write nor sync, and must not answer."""
        postmaster = process.running_pid(self.cluster.spec())
        self.server.send_signal(signal.SIGUSR1)
        time.sleep(0.1)
        for pid in [*children(postmaster), postmaster]:  # those that did not give up by themselves
            process.send(pid, signal.SIGKILL)
        self.switch_off()
        self.switch_on()
        (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)

    def close(self):
        self.cluster.stop()
        self.switch_off()
        shutil.rmtree(self.home, ignore_errors=True)


def children(parent):
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = stat.read_text().split(" ", 1)
        except OSError:
            continue
        if int(rest.rpartition(")")[2].split()[1]) == parent:
            yield int(pid)


class Divided:
    """Two clusters as one: the databases of these nodes are on the first, all others on the second."""

    def __init__(self, first, second, nodes):
        self.first, self.second, self.nodes = first, second, nodes

    def of(self, database):
        return self.first if database.endswith(tuple(f"_{node}" for node in self.nodes)) else self.second

    def conninfo(self, database, password, role=None):
        return self.of(database).conninfo(database, password, role)

    def make_databases(self, passwords):
        for cluster in (self.first, self.second):
            cluster.make_databases({name: secret for name, secret in passwords.items() if self.of(name) is cluster})

    def drop_databases(self, names):
        for cluster in (self.first, self.second):
            cluster.drop_databases([name for name in names if self.of(name) is cluster])
