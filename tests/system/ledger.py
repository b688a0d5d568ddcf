# SPDX-License-Identifier: EUPL-1.2
"""The books of several daemons side by side: whether all of them know the same courses, each once, in one state."""

from psycopg2 import sql

DAEMONS = ("caseload", "outcomes", "reporting")
ORGANISATIONS = ("reden", "livarehab", "kommune")
COURSES = {
    "caseload": "select id::text, version, state from course",
    "outcomes": "select id::text, version, state from course",
    "reporting": "select course_id::text, version, state from course_fact",
    "intake": "select id::text, version, state from course",
}


def courses(system, name):
    """{course: (version, state)} as this daemon knows them."""
    rows = system.query(name, COURSES.get(name, COURSES["intake"]))
    known = {course: (version, state) for course, version, state in rows}
    assert len(known) == len(rows), f"{name} knows a course twice"
    return known


def streams(system, name):
    """Of a node: ({receiver: written}, {sender: applied})."""
    written = dict(system.query(name, "select receiver, seq from bus_out_stream"))
    applied = dict(system.query(name, "select sender, seq from bus_in_stream"))
    return written, applied


def is_drained(system, but=None):
    """Whether all that was written to any stream is applied at its receiver; but one that is away."""
    books = {name: streams(system, name) for name in (*DAEMONS, *ORGANISATIONS)}
    return all(
        books[receiver][1].get(sender, 0) == seq
        for sender, (written, _) in books.items()
        for receiver, seq in written.items()
        if receiver != but
    )


def assert_books_agree(system):
    """Every course stands once in caseload, outcomes, reporting and in its provider's node, in one version and state;
    nothing is parked or dead anywhere."""
    intake = {}
    for name in ORGANISATIONS:
        own = courses(system, name)
        assert not set(own) & set(intake), "a course of two organisations"
        intake |= own
    for name in DAEMONS:
        assert courses(system, name) == intake, name
    for name in (*DAEMONS, *ORGANISATIONS):
        for table in ("bus_parked", "bus_dead"):
            with system.db(name) as connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))
                assert cursor.fetchall() == [], f"{name}: {table}"
    return intake
