# SPDX-License-Identifier: EUPL-1.2
"""A daemon uses its tables and owns none: with a role that could do more than it needs it does not start."""

import contextlib
import subprocess

import psycopg2
import pytest

from harness.private_cluster import private_cluster
from harness.system import System
from stack import config
from stack.cluster import owner_of
from stack.errors import Trouble

NODE = "reporting"
# A row of the log of use, as far as the database asks for one.
ENTRY = ("insert into audit_log (number, at_ms, who, role, use, outcome, status, commitment, chain) "
         "select coalesce(max(number), 0) + 1, 0, '{}', 'lead', 'GET /', 'shown', 200, '', '' from audit_log")
DENIED = psycopg2.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def world():
    """One node that has made its tables. A cluster of its own: roles are changed."""
    with private_cluster() as cluster:
        system = System(cluster, [NODE])
        system.start(NODE)
        system.stop(NODE)
        yield system
        assert not system.close()


def role(world):
    return world.place.database(NODE)


def owner(world):
    return owner_of(role(world))


def as_superuser(world, statement):
    return world.cluster.sql(statement, role(world))


@contextlib.contextmanager
def changed(world, statement, back):
    as_superuser(world, statement)
    try:
        yield
    finally:
        as_superuser(world, back)


@contextlib.contextmanager
def setting(world, key, value):
    """The settings file with another value."""
    conf = world.place.conf(NODE)
    text = conf.read_text()
    lines = [f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in text.splitlines()]
    conf.write_text("\n".join(lines) + "\n")
    try:
        yield
    finally:
        conf.write_text(text)


def refusal(world):
    """What it says on its way out; None when it starts."""
    try:
        world.start(NODE)
        world.stop(NODE)
        return None
    except Trouble as trouble:
        assert world.children.pop(NODE).wait() == 1
        said = str(trouble)
        assert "cannot start: " in said and "(deploy/RUNBOOK.md, Database roles)" in said, said
        return said


def as_daemon(world):
    connection = psycopg2.connect(config.database_addresses(world.place, world.cluster)[NODE])
    connection.autocommit = True
    return connection


def run(world, statement):
    with contextlib.closing(as_daemon(world)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def test_a_daemon_runs_as_a_role_that_owns_nothing(world):
    world.start(NODE)
    sessions = as_superuser(world, "select distinct usename, rolsuper from pg_stat_activity join pg_roles on"
                                   " rolname = usename where datname = current_database() and pid <> pg_backend_pid()")
    world.stop(NODE)
    assert sessions == f"{role(world)}|f", "of the owner no session is left"
    owners = "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace"
    assert as_superuser(world, owners) == owner(world)


def test_its_role_reads_and_writes_tables(world):
    assert run(world, "insert into enquiry_fact (organisation, enquiry_id, version, received_on, channel, duty_to_notify)"
                      " values ('reden', gen_random_uuid(), 1, '2026-01-05', 'self', false)") == 1
    assert run(world, "update enquiry_fact set version = 2 where version = 1") == 1
    assert run(world, "delete from enquiry_fact where version = 2") == 1


@pytest.mark.parametrize("statement", [
    "create table mine (id int)", "create schema mine", "alter table enquiry_fact add column mine int",
    "drop table enquiry_fact", "truncate enquiry_fact", "create temp table mine (id int)",
])
def test_its_role_can_neither_make_nor_change_a_table(world, statement):
    with pytest.raises(DENIED):
        run(world, statement)


REFUSED = {
    "superuser": ('alter role "{role}" superuser', 'alter role "{role}" nosuperuser',
                  "is a superuser, or may become one: let it be an ordinary one"),
    "member of a superuser": ('create role chief superuser; grant chief to "{role}"', "drop role chief",
                              "is a superuser, or may become one"),
    "may make roles": ('alter role "{role}" createrole', 'alter role "{role}" nocreaterole',
                       "may make roles, and so itself a member of any: take createrole from it"),
    "member of the owner": ('grant "{owner}" to "{role}"', 'revoke "{owner}" from "{role}"',
                            "is a member of {owner}, the role of `database_owner`: revoke that"),
    "member of a member of the owner": ('create role between; grant "{owner}" to between; grant between to "{role}"',
                                        "drop role between", "is a member of {owner}, the role of `database_owner`"),
    "owns a table": ('create table mine (id int); alter table mine owner to "{role}"', "drop table mine",
                     "owns table mine, and must own nothing: give all that it owns to {owner}"),
    "owns a sequence": ('create sequence mine; alter sequence mine owner to "{role}"', "drop sequence mine",
                        "owns sequence mine, and must own nothing"),
    "owns a function": ('create function mine() returns int language sql return 1; alter function mine owner to "{role}"',
                        "drop function mine", "owns function mine(), and must own nothing"),
    "owns the database": ('alter database "{role}" owner to "{role}"; grant connect on database "{role}" to "{owner}"',
                          'alter database "{role}" owner to "{owner}"; grant connect on database "{role}" to "{role}"',
                          "owns database {role}, and must own nothing"),
    "may create": ('grant create on schema public to "{role}"', 'revoke create on schema public from "{role}"',
                   "may create in schema public: revoke create on schema public from it, and from public"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_role_that_could_do_more_is_refused_with_what_to_do(world, name):
    statement, back, said = (text.format(role=role(world), owner=owner(world)) for text in REFUSED[name])
    with changed(world, statement, back):
        assert f"the role of `database`, {role(world)}, {said}" in refusal(world)
    assert refusal(world) is None


def test_what_everybody_may_create_is_taken_back_at_the_start(world):
    as_superuser(world, "grant create on schema public to public")
    assert refusal(world) is None
    assert as_superuser(world, f"select has_schema_privilege('{role(world)}', 'public', 'create')") == "f"


def test_a_right_that_its_role_has_lost_is_given_again_at_the_start(world):
    as_superuser(world, f'revoke all on all tables in schema public from "{role(world)}"')
    with pytest.raises(DENIED):
        run(world, "select count(*) from enquiry_fact")
    assert refusal(world) is None
    assert run(world, "select count(*) from enquiry_fact") == [(0,)]


# --- the owner ---


def test_without_the_owner_it_does_not_start(world):
    with changed(world, f'alter role "{owner(world)}" nologin', f'alter role "{owner(world)}" login'):
        said = refusal(world)
    assert "the role of `database_owner` has to connect at each start" in said and "not permitted to log in" in said


def test_one_role_for_both_is_refused_before_anything_is_done(world):
    own = config.owner_addresses(world.place, world.cluster)[NODE]
    with setting(world, "database", own):
        assert f"{owner(world)}, is the role of `database` too, and must be another one" in refusal(world)


def test_an_owner_of_another_database_makes_no_tables_there(world):
    name = f"{role(world)}_other"
    world.cluster.sql(f'create database "{name}" owner "{owner(world)}"')
    elsewhere = config.owner_addresses(world.place, world.cluster)[NODE].replace(f"@/{role(world)}?", f"@/{name}?")
    with setting(world, "database_owner", elsewhere):
        assert "is led to another database than `database`" in refusal(world)
    tables = world.cluster.sql("select count(*) from pg_class where relnamespace = 'public'::regnamespace", name)
    world.cluster.sql(f'drop database "{name}"')
    assert tables == "0"


def test_tables_that_are_not_the_owners_are_told_of(world):
    statement = 'alter table schema_migration owner to postgres'
    with changed(world, statement, f'alter table schema_migration owner to "{owner(world)}"'):
        said = refusal(world)
    assert "to own all that is in the database" in said and "permission denied for table schema_migration" in said


# --- tables that are only added to ---


@pytest.fixture
def audited(world):
    """The node, whose daemon has made its log of use."""
    assert refusal(world) is None
    yield world
    world.query(NODE, "delete from audit_log")


def test_the_audit_log_is_read_and_added_to(audited):
    assert run(audited, ENTRY.format("a look")) == 1
    assert run(audited, "select who from audit_log order by number desc limit 1") == [("a look",)]


@pytest.mark.parametrize("statement", ["update audit_log set who = ''", "delete from audit_log", "truncate audit_log",
                                       "select from audit_log for update", "drop table audit_log"])
def test_the_audit_log_is_never_changed(audited, statement):
    run(audited, ENTRY.format("a look"))
    with pytest.raises(DENIED):
        run(audited, statement)


@pytest.mark.parametrize("right", ["update", "delete", "truncate", "update (who)"])
def test_a_right_to_change_the_audit_log_that_comes_another_way_is_refused(audited, right):
    with changed(audited, f"grant {right} on audit_log to public", f"revoke {right} on audit_log from public"):
        assert "may change audit_log, which is only ever added to: revoke update, delete and truncate on it" in \
            refusal(audited)
    as_superuser(audited, f'create role other; grant other to "{role(audited)}"; alter role "{role(audited)}" noinherit')
    with changed(audited, f"grant {right} on audit_log to other", "drop owned by other; drop role other"):
        assert "may change audit_log" in refusal(audited), "also as a role that it may take on"


def test_a_right_to_change_the_audit_log_that_its_role_was_given_is_taken_back(audited):
    as_superuser(audited, f'grant all on audit_log to "{role(audited)}"')
    assert refusal(audited) is None
    with pytest.raises(DENIED):
        run(audited, "delete from audit_log")


# --- copies ---


def test_a_dump_that_the_owner_puts_back_leaves_the_roles_as_they_were(audited, tmp_path):
    run(audited, ENTRY.format("before the dump"))
    address, dump = config.owner_addresses(audited.place, audited.cluster)[NODE], tmp_path / "dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", address], check=True)
    run(audited, ENTRY.format("after it"))
    subprocess.run(["pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={address}", dump], check=True)
    assert refusal(audited) is None
    assert run(audited, "select who from audit_log order by number desc limit 1") == [("before the dump",)]
    with pytest.raises(DENIED):
        run(audited, "delete from audit_log")
