# SPDX-License-Identifier: EUPL-1.2
"""Holds what the reporting service answers against the published tables, and prints both."""

import time

from . import history
from .client import Trouble

CHANNELS = {"brobygger": "enquiries to brobyggere", "cultural-mediator": "enquiries to the Thai cultural mediator"}
COLUMNS = ("2008-2009", "2009-2010", "2011", "2012")
STATUS_WORDS = {
    "enrolled": "enrolled",
    "inClarification": "in clarification",
    "closed": "closed",
    "attached": "attached",
    "intakePerMonth": "new a month in the year before",
}
SETTLED_WITHIN = 60  # seconds, until reporting has heard of everything
OK, WRONG = "✓", "✗"


def expected_enquiries():
    """{row: counts by period and in total}, with the total row, as the paper has it."""
    rows = {channel: [*counts, sum(counts)] for channel, counts in history.ENQUIRIES.items()}
    return rows | {"total": [sum(column) for column in zip(*rows.values())]}


def enquiries(client):
    """The same of the running system."""
    first, last = history.PERIODS[0][0], history.PERIODS[-1][1]
    cuts = ",".join(start.isoformat() for start, _ in history.PERIODS[1:])
    report = client.get(f"/api/v1/reports/enquiries?from={first}&to={last}&cuts={cuts}")
    rows = {one["channel"]: [int(n) for n in (*one["counts"], one["total"])] for one in report.get("items", ())}
    return rows | {"total": [int(n) for n in (*report.get("totals", ()), report.get("total", 0))]}


def status(client):
    report = client.get(f"/api/v1/reports/status?on={history.STATUS_DAY}&programme=cti")
    found = [one for one in report.get("items", ()) if one["programme"] == "cti" and one["organisation"] == "kommune"]
    return {key: float(found[0][key]) if found else 0.0 for key in STATUS_WORDS}


def published(client):
    """(the two tables as lines, whether both equal the published ones). Waits until reporting has heard everything."""
    deadline = time.monotonic() + SETTLED_WITHIN
    while True:
        came, stood = enquiries(client), status(client)
        equal = came == expected_enquiries() and stood == history.STATUS
        if equal or time.monotonic() > deadline:
            return [*_enquiry_lines(came), "", *_status_lines(stood)], equal
        time.sleep(0.1)


def _enquiry_lines(came):
    wanted = expected_enquiries()
    yield f"{'Enquiries 2008-2012':<42}" + "".join(f"{column:>11}" for column in (*COLUMNS, "total"))
    for row in [*wanted, *(row for row in came if row not in wanted)]:
        counts = came.get(row, [0] * 5)
        mark = OK if counts == wanted.get(row) else WRONG
        yield f"{CHANNELS.get(row, row):<42}" + "".join(f"{n:>11}" for n in counts) + f"  {mark}" + \
            ("" if mark == OK else f"  published: {wanted.get(row, 'no such row')}")


def _status_lines(stood):
    yield f"CTI on {history.STATUS_DAY}"
    for key, words in STATUS_WORDS.items():
        wanted = history.STATUS[key]
        mark = OK if stood[key] == wanted else WRONG
        yield f"{words:<42}{stood[key]:>11g}  {mark}" + ("" if mark == OK else f"  published: {wanted}")


def require(client):
    """The lines; Trouble with the same lines where they differ from what is published."""
    lines, equal = published(client)
    if not equal:
        raise Trouble("the published tables do not come out:\n\n" + "\n".join(lines))
    return lines
