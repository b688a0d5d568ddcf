# SPDX-License-Identifier: EUPL-1.2
"""What several suites ask of a node: a referral to post, a refusal as it should be, a database unchanged."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg2 import sql

TODAY = datetime.now(ZoneInfo("Europe/Copenhagen")).date()
FULL_STAR = dict.fromkeys(
    ("substance", "physicalHealth", "housing", "mentalHealth", "prostitution", "economy", "network", "employment",
     "violence"), 4)
WHO5 = {"happy": 2, "calm": 3, "active": 2, "rested": 1, "interest": 4}


def day(offset):
    """A day so many days from today, as the API takes it."""
    return (TODAY + timedelta(days=offset)).isoformat()


def referral(programme="reden-1-1", **more):
    """A referral with nothing but what is needed, and an adult citizen."""
    return {"programme": programme, "aim": "exit", "citizen": {"birthYear": 1990}, **more}


def place(api, programme="reden-1-1", **more):
    """Posts a referral and waits for the decision: (referral, course). It must have got a place or wait for one."""
    answer = api.post("/api/v1/referrals", referral(programme, **more), wait=10)
    assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
    decided = answer.json()
    return decided, api.json(f"/api/v1/courses/{decided['courseId']}")


def assert_refused(answer, status, slug, field=None):
    """An RFC 9457 document that names field and rule. Gives the rule."""
    said = f"{answer.status_code} {answer.text}"
    assert answer.status_code == status, said
    assert answer.headers["Content-Type"] == "application/problem+json", said
    problem = answer.json()
    assert problem["type"] == f"/problems/{slug}" and problem["status"] == status and problem["title"], said
    assert problem.get("field") == field, said
    assert problem["rule"] and problem["detail"], said
    return problem["rule"]


def contents(system, name):
    """How many rows each table of a node has, and how far its outgoing streams are.

    The outbox itself shrinks by itself as others acknowledge: what it was given stands in the streams. What was refused
    to somebody is in the log of use all the same.
    """
    with system.db(name) as connection, connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        counts = {}
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table)))
            counts[table] = cursor.fetchone()[0]
        assert len(counts) > 10
        del counts["bus_out"], counts["audit_log"]
        cursor.execute("select receiver, seq from bus_out_stream order by 1")
        return counts, cursor.fetchall()
