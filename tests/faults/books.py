# SPDX-License-Identifier: EUPL-1.2
"""The databases of all daemons, read whole, and the witnesses that are put into them before."""

from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extras import RealDictCursor

WITNESS = Path(__file__).with_name("witness.sql").read_text()
DELIVERY = ("life", "bus_out_stream", "bus_out", "bus_in_stream", "bus_parked", "bus_dead", "witness")
TABLES = {
    "intake": ("referral", "enquiry", "course", "measurement", "operation", "idempotency"),
    "caseload": ("course", "worker"),
    "outcomes": ("course", "measurement"),
    "reporting": ("course_fact", "measurement_fact", "enquiry_fact", "course_due"),
}
# {role: {table with versions: its key}}
VERSIONED = {
    "intake": {"course": "id", "referral": "id"},
    "caseload": {"course": "id"},
    "outcomes": {"course": "id"},
    "reporting": {"course_fact": "course_id"},
}
TRIGGERS = """
create trigger witness_insert after insert on {table} for each row execute function witness_note({key});
create trigger witness_update after update on {table} for each row when (old.version is distinct from new.version)
    execute function witness_note({key});
"""


def with_database(system):
    return {name: node.role for name, node in system.place.nodes.items() if node.has_database}


def put_witnesses(system):
    """Into the databases of a system that runs and has made its tables."""
    for node, role in with_database(system).items():
        with system.db(node) as connection, connection.cursor() as cursor:
            cursor.execute(WITNESS)
            for table, key in VERSIONED[role].items():
                cursor.execute(sql.SQL(TRIGGERS).format(table=sql.Identifier(table), key=sql.Literal(key)))


class Books:
    """{node: {table: rows}}. `doctored` are statements, {node: statement}, that are run before reading and undone."""

    def __init__(self, system, doctored=None):
        self.roles = with_database(system)
        self.tables = {node: self.read(system, node, (doctored or {}).get(node)) for node in self.roles}

    def read(self, system, node, statement):
        connection = psycopg2.connect(system.conninfo(node), cursor_factory=RealDictCursor)
        try:
            with connection.cursor() as cursor:
                if statement:
                    cursor.execute(statement)
                    assert cursor.rowcount, f"{node}: nothing to doctor"
                return {table: self.rows(cursor, table) for table in (*DELIVERY, *TABLES[self.roles[node]])}
        finally:
            connection.rollback()
            connection.close()

    @staticmethod
    def rows(cursor, table):
        cursor.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))
        return [{key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
                for row in cursor.fetchall()]

    def of(self, node, table):
        return self.tables[node][table]

    @property
    def intakes(self):
        return [node for node, role in self.roles.items() if role == "intake"]

    @property
    def size(self):
        return sum(len(rows) for tables in self.tables.values() for rows in tables.values())
