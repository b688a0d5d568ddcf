# SPDX-License-Identifier: EUPL-1.2
"""A private PostgreSQL cluster: reached through a socket directory only, durable, a role for each database.

As root it runs under the user `postgres` that the Debian package made (PostgreSQL refuses root), otherwise
under the user who starts it. It never touches a cluster that was there before.
"""

import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from . import process
from .errors import Trouble

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
SUPERUSER = "postgres"
SHARED_HOME = Path("/var/lib/udvej")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # sun_path holds 108 bytes with the final zero

# What a year of writing touches of the indexes fits into shared_buffers. A page is logged whole once after each
# checkpoint, so these are rare. Durability (fsync, full_page_writes, synchronous_commit) stays as PostgreSQL ships it:
# on. Logs hold no row values: terse leaves DETAIL lines out, and statements that failed are not repeated.
SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{sockets}'
shared_buffers = 128MB
max_connections = 100
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_line_prefix = '%m [%p] %d '
password_encryption = 'scram-sha-256'
"""
# The superuser is whoever owns the cluster; any other role reaches the databases that it was given, and no more.
ACCESS = "local all postgres peer map=owner\nlocal all all scram-sha-256\n"

# What a system from before there were two roles has: the daemon's role owns all. A daemon of then may be running, so it
# keeps what it needs. Either all of this is done or nothing.
HAND_OVER = """\
begin;
reassign owned by "{name}" to "{owner}";
alter database "{name}" owner to "{owner}";
grant connect on database "{name}" to "{name}";
grant select, insert, update, delete on all tables in schema public to "{name}";
grant usage, select, update on all sequences in schema public to "{name}";
commit;
"""


def owner_of(database):
    """The role that owns a database and all in it; the daemon's role has the name of the database."""
    return f"{database}_owner"


class Cluster:
    """`home` is where pg/ and the socket directory belong; both may have to lie elsewhere, see data() and sockets()."""

    def __init__(self, home, run, log):
        self.home, self.run, self.log = Path(home), Path(run), Path(log)
        owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.as_root = os.geteuid() == 0
        self.uid, self.gid, self.owner = owner.pw_uid, owner.pw_gid, owner.pw_name

    # --- where it lies ---

    @property
    def link(self):
        return self.home / "pg"

    @property
    def data(self):
        return Path(os.path.realpath(self.link))

    @property
    def sockets(self):
        """The socket directory: beside the pid files, unless PostgreSQL cannot go there or the path is too long."""
        if self.data.parent.parent == SHARED_HOME:
            return self.data.parent / "sockets"
        near = self.run / "sockets"
        if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return near
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path("/run" if self.as_root else tempfile.gettempdir()) / f"udvej-{os.geteuid()}-{name}"

    def conninfo(self, database, password, role=None):
        """As the role of that name; the daemon's without."""
        user = f"{role or database}:{quote(password)}"
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    # --- its life ---

    def exists(self):
        return self.link.is_symlink() or self.link.exists()

    def create(self):
        """Makes the cluster. Returns a remark for the person at the terminal, or None."""
        remark = None
        if self.as_root and not self._owner_can_reach(self.home):
            SHARED_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
            elsewhere = Path(tempfile.mkdtemp(prefix=f"{digest}-", dir=SHARED_HOME))
            elsewhere.chmod(0o711)
            self.link.symlink_to(elsewhere / "pg")
            remark = f"the user {self.owner} cannot enter {self.home}, so the database lies in {elsewhere}"
        data = self.data
        data.mkdir(mode=0o700)
        os.chown(data, self.uid, self.gid)
        try:
            self._run(
                "initdb", "-D", data, "-U", SUPERUSER, "--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8",
                "--lc-collate=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
            )
        except Trouble:
            data.rmdir() if not any(data.iterdir()) else None
            if self.link.is_symlink():
                self.link.unlink()
            raise
        self._write("pg_ident.conf", f"owner {self.owner} postgres\n")
        with open(data / "postgresql.conf", "a") as file:
            file.write("\ninclude 'udvej.conf'\n")
        return remark

    def spec(self):
        data = str(self.data)
        user = {"user": self.uid, "group": self.gid} if self.as_root else {}
        argv = (str(PROGRAMS / "postgres"), "-D", data)
        return process.Spec("postgres", argv, self.run / "postgres.pid", self.log, mark=data, **user)

    def start(self):
        """Starts it unless it runs, and waits until it answers."""
        if process.running_pid(self.spec()) is None:
            self._prepare_start()
            process.launch(self.spec())
        self.wait()

    def wait(self, seconds=60, supervised=False):
        """Until it answers; one that is supervised may be down for a moment."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline or not supervised and process.running_pid(self.spec()) is None:
                raise Trouble("PostgreSQL does not start:\n" + "\n".join(process.tail(self.log)))
            time.sleep(0.05)

    def answers(self):
        probe = [PROGRAMS / "pg_isready", "-q", "-h", self.sockets]
        return subprocess.run(probe, check=False).returncode == 0

    def stop(self):
        """Stops it as PostgreSQL calls fast: open transactions are rolled back, everything committed stays."""
        return process.stop(self.spec(), signal_first=signal.SIGINT, patience=60)

    # --- databases ---

    def make_databases(self, passwords):
        """{name: (the daemon's password, the owner's)}: for each a role of that name, which owns nothing, and a database
        that belongs to another role. Makes what is missing, and gives to the owner what the daemon's role has."""
        self._renew_access()
        roles = self.sql("select rolname from pg_roles").splitlines()
        owners = self.sql("select datname, pg_get_userbyid(datdba) from pg_database").splitlines()
        found = dict(line.split("|") for line in owners)
        script = ["revoke all on database postgres, template1 from public;"]
        for name, secrets in passwords.items():
            for role, secret in zip((name, owner_of(name)), secrets, strict=True):
                quoted = secret.replace("'", "''")
                script.append(f"{'alter' if role in roles else 'create'} role \"{role}\" login password '{quoted}';")
            if name not in found:
                script.append(f'create database "{name}" owner "{owner_of(name)}";')
                script.append(f'revoke all on database "{name}" from public;')
                script.append(f'grant connect on database "{name}" to "{name}";')
        self.sql("\n".join(script))
        for name in passwords:
            if found.get(name, owner_of(name)) == name:
                self.sql(HAND_OVER.format(name=name, owner=owner_of(name)), name)

    def drop_databases(self, names):
        drops = [f'drop database if exists "{name}" with (force); drop role if exists "{name}", "{owner_of(name)}";'
                 for name in names]
        self.sql("\n".join(drops))

    def sql(self, text, database="postgres"):
        """Runs statements as the superuser; what it prints, unaligned."""
        words = ("-h", self.sockets, "-U", SUPERUSER, "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-")
        return self._run("psql", *words, stdin=text)

    # --- small print ---

    def _renew_access(self):
        """For a cluster that an earlier version of this program started."""
        if (self.data / "pg_hba.conf").read_text() != ACCESS:
            self._write("pg_hba.conf", ACCESS)
            self.sql("select pg_reload_conf()")

    def _prepare_start(self):
        sockets = self.sockets
        sockets.mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(sockets)
        # A directory in a place that others can write to may have been made by somebody else.
        if sockets.is_symlink() or found.st_uid != os.geteuid():
            raise Trouble(f"{sockets} is not ours; remove it and try again")
        if self.as_root:
            os.chown(sockets, 0, self.gid)
            sockets.chmod(0o770)
        self._write("pg_hba.conf", ACCESS)
        self._write("udvej.conf", SETTINGS.format(sockets=str(sockets).replace("'", "''")))

    def _write(self, name, text):
        path = self.data / name
        path.write_text(text)
        os.chown(path, self.uid, self.gid)
        path.chmod(0o600)

    def _owner_can_reach(self, directory):
        words = ["test", "-x", str(directory)]
        return subprocess.run(words, check=False, **self._as_owner()).returncode == 0

    def _as_owner(self):
        user = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.as_root else {}
        return {"cwd": "/", **user}

    def _run(self, program, *words, stdin=None):
        env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        done = subprocess.run(
            [str(PROGRAMS / program), *map(str, words)], input=stdin, capture_output=True, text=True, check=False,
            env={**env, "LC_ALL": "C.UTF-8"}, **self._as_owner(),
        )
        if done.returncode != 0:
            raise Trouble(f"{program} failed: {done.stderr.strip()}")
        return done.stdout.strip()
