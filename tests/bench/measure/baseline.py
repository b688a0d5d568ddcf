# SPDX-License-Identifier: EUPL-1.2
"""What PostgreSQL itself does with the same row: pgbench's best one-row insert over numbers of clients."""

import os
import re
import subprocess

from stack import config
from stack.cluster import PROGRAMS

CLIENTS = (1, 2, 4, 8, 16, 32, 64)
# A referral as it lies in the intake's database, copied with its indexes; new ids for each row, other values as they
# were stored. No foreign keys: pgbench's side is the easier one.
TABLE = """\
set client_min_messages = warning;
drop schema if exists bench cascade;
create schema bench;
create table bench.referral (like public.referral including all);
create table bench.sample as select * from public.referral order by number desc limit 1;
"""
NEW_IDS = {"id", "citizen_id", "enquiry_id", "operation_id", "course_id"}
NOT_INSERTED = {"number", "version", "created_at", "capacity", "worker"}


def insert_statement(database):
    """The insert of a row like the last referral."""
    named = database.rows("select attname from pg_attribute where attrelid = 'bench.sample'::regclass and attnum > 0")
    columns = [name for (name,) in named if name not in NOT_INSERTED]
    ((text,),) = database.rows(f"select string_agg(v, ',' order by n) from (select * from bench.sample) s, "
                               f"lateral unnest(array[{values_of(columns)}]) with ordinality as u(v, n)")
    return f"insert into bench.referral ({', '.join(columns)}) values ({text});\n"


def values_of(columns):
    return ", ".join("'gen_random_uuid()'" if name in NEW_IDS else f"quote_nullable({name}::text)" for name in columns)


def run(world, script, clients, seconds):
    words = [PROGRAMS / "pgbench", "-n", "-M", "prepared", "-f", script,
             "-c", clients, "-j", min(clients, 2), "-T", seconds,
             config.owner_addresses(world.place, world.cluster)["kommune"]]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run([str(word) for word in words], env=env, capture_output=True, text=True, check=False)
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"pgbench with {clients} clients: {done.stdout[-500:]}{done.stderr}")
    return float(found[1])


def insert_rates(world, seconds, clients=CLIENTS):
    """{clients: transactions a second}. Needs one referral in the database; leaves nothing there."""
    database = world.database("kommune")
    for statement in TABLE.split(";\n")[:-1]:
        database.rows(statement)
    script = world.place.dir / "insert.sql"
    script.write_text(insert_statement(database))
    rates = {number: run(world, script, number, seconds) for number in clients}
    database.rows("drop schema bench cascade")
    return rates
