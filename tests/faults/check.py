# SPDX-License-Identifier: EUPL-1.2
"""Holds the books of all daemons against the ledger of the clients and against each other. Pure: rows in, findings out.

lost: acknowledged, and an effect is missing somewhere. duplicated: one key or one referral, and more than one effect.
reordered: something became valid out of its order. unexpected: all else that should not be there.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

HELD = ("offered", "enrolled")
# Of a course, by what the tables call it: every copy that has the column must say the same.
SHARED = ("version", "state", "programme", "organisation", "aim", "worker", "priority", "requested_on", "waiting_since",
          "waiting_number", "offered_on", "enrolled_on", "planned_end", "shortened", "closed_on", "end_reason",
          "reason_code")
MEASURED = ("instrument", "instrument_version", "rater", "measured_on", "complete", "course_id")


@dataclass
class Findings:
    lost: list = field(default_factory=list)
    duplicated: list = field(default_factory=list)
    unexpected: list = field(default_factory=list)
    reordered: list = field(default_factory=list)

    @property
    def all(self):
        return {kind: found for kind, found in vars(self).items() if found}

    def counts(self):
        return ", ".join(f"{len(found)} {kind}" for kind, found in vars(self).items())

    def __str__(self):
        return "\n".join(f"{kind}: {one}" for kind, found in self.all.items() for one in found[:20])


def check(books, ledger):
    f = Findings()
    check_streams(f, books)
    check_versions(f, books)
    check_answers(f, books, ledger)
    check_referrals(f, books, ledger)
    check_enquiries(f, books, ledger)
    check_courses(f, books)
    check_measurements(f, books)
    check_places(f, books)
    f.unexpected += ledger.problems
    return f


# --- helpers ---


def by_key(f, where, rows, *columns):
    """{key: row}; a key that stands twice is found."""
    known = {}
    for row in rows:
        key = row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns)
        if key in known:
            f.duplicated.append(f"{where}: {key} stands twice")
        known[key] = row
    return known


def same_keys(f, what, truth, copy, where):
    """Every key of the truth stands in the copy, and no other."""
    f.lost += [f"{what} {key} is missing at {where}" for key in truth if key not in copy]
    f.unexpected += [f"{what} {key} at {where} is nobody's" for key in copy if key not in truth]


def same_values(f, what, key, truth, copy, where, columns):
    for column in columns:
        if column in truth and column in copy and (truth[column] or None) != (copy[column] or None):
            f.unexpected.append(f"{what} {key}: {column} is {truth[column]!r}, at {where} {copy[column]!r}")


def single(f, books, role, table, *columns):
    """The rows of the one daemon of this role, by key."""
    node = next(name for name, one in books.roles.items() if one == role)
    return by_key(f, f"{node}.{table}", books.of(node, table), *columns)


# --- delivery ---


def check_streams(f, books):
    """What was sent is what was applied: the receiver computes the chain over all it applied, in that order."""
    for sender in books.roles:
        epoch = books.of(sender, "life")[0]["epoch"]
        f.lost += [f"{sender} still has seq {row['seq']} for {row['receiver']}" for row in books.of(sender, "bus_out")]
        for out in books.of(sender, "bus_out_stream"):
            receiver = out["receiver"]
            into = by_key(f, f"{receiver}.bus_in_stream", books.of(receiver, "bus_in_stream"), "sender")
            applied = into.get(sender, {"seq": 0, "chain": bytes(32), "epoch": epoch})
            stream = f"{sender} to {receiver}"
            if applied["seq"] < out["seq"]:
                f.lost.append(f"{stream}: written {out['seq']}, applied {applied['seq']}")
            elif (applied["seq"], applied["chain"], applied["epoch"]) != (out["seq"], out["chain"], epoch):
                f.reordered.append(f"{stream}: what was applied is not what was sent")
    for node in books.roles:
        f.unexpected += [f"{node}: parked {row['type']} of {row['sender']}" for row in books.of(node, "bus_parked")]
        f.unexpected += [f"{node}: dead {row['type']}: {row['error']}" for row in books.of(node, "bus_dead")]


def check_versions(f, books):
    """Each version of a record became valid once, after the one before."""
    for node, role in books.roles.items():
        last = {}
        for row in sorted(books.of(node, "witness"), key=lambda row: row["number"]):
            key = (row["kind"], row["id"])
            first = 0 if role == "intake" and row["kind"] == "course" else 1
            due = last[key] + 1 if key in last else first
            if row["version"] < due:
                f.duplicated.append(f"{node}: {key} had version {row['version']} before")
            elif row["version"] > due:
                f.reordered.append(f"{node}: {key} went to version {row['version']}, {due} was next")
            last[key] = row["version"]
        for kind in {kind for kind, _ in last}:
            name = "course_id" if kind == "course_fact" else "id"
            for record in books.of(node, kind):
                if last.get((kind, record[name])) != record["version"]:
                    f.reordered.append(f"{node}: {kind} {record[name]} has a version that never became valid")


# --- what clients were told ---


def scope_of(ledger, asked):
    parts = (ledger.tokens[asked.node], "POST", asked.path, asked.key)
    return hashlib.blake2b(b"".join(part.encode() + b"\0" for part in parts), digest_size=32).digest()


def check_answers(f, books, ledger):
    """Every acknowledged key stands in its node's books with what it made, once; no other key does."""
    for node in books.intakes:
        asked = [one for one in ledger.asked if one.node == node]
        known = {row["scope"]: row for row in books.of(node, "idempotency")}
        operations = by_key(f, f"{node}.operation", books.of(node, "operation"), "id")
        acknowledged = {scope_of(ledger, one): one for one in asked if one.is_acknowledged}
        for scope, one in acknowledged.items():
            if scope not in known:
                f.lost.append(f"{one.kind} {one.key} was acknowledged by {node}, which does not know it")
            elif known[scope]["subject"] != (one.operation or one.id):
                f.duplicated.append(f"{one.kind} {one.key}: {node} made {known[scope]['subject']} of it")
        strangers = len(set(known) - set(acknowledged) - ledger.before[node])
        f.unexpected += [f"{node} did what was refused, or asked by nobody"] * strangers
        decided = {one.operation: one for one in asked if one.operation}
        if len(decided) != sum(1 for one in asked if one.operation):
            f.duplicated.append(f"{node}: one operation for two keys")
        same_keys(f, "operation", decided, operations, node)
        f.lost += [f"operation {one['id']} of {node} was never decided" for one in operations.values()
                   if one["state"] == "pending"]
        check_outcomes_of(f, books, node, decided, operations)


def check_outcomes_of(f, books, node, decided, operations):
    """What was decided as done is done, and only that."""
    courses = {row["id"]: row for row in books.of(node, "course")}
    measurements = {row["operation_id"]: row for row in books.of(node, "measurement")}
    closed = Counter()
    for operation, one in decided.items():
        state = operations.get(operation, {}).get("state")
        if one.kind == "measure":
            found = measurements.get(operation, {}).get("state")
            expected = {"done": "scored", "refused": "refused"}.get(state)
            if found != expected:
                f.lost.append(f"measurement of {one.key} is {found}, its operation {state}")
        if one.kind == "close":
            closed[one.id] += state == "done"
            if courses.get(one.id, {}).get("state") != "closed":  # also where it was refused: another came before
                f.lost.append(f"the close of {one.id} by {one.key} is {state}, and it is not closed")
    f.duplicated += [f"course {course} was closed {n} times" for course, n in closed.items() if n > 1]
    f.unexpected += [f"course {course} is closed, which nobody did" for course, row in courses.items()
                     if row["state"] == "closed" and not closed[course]]


# --- referrals, enquiries ---


def check_referrals(f, books, ledger):
    """One for each key at the node that was asked, one at its provider, and one course if it was accepted."""
    rows = {node: by_key(f, f"{node}.referral", books.of(node, "referral"), "id") for node in books.intakes}
    for node in books.intakes:
        asked = {one.id: one for one in ledger.asked
                 if one.node == node and one.kind == "refer" and one.is_acknowledged}
        own = {key: row for key, row in rows[node].items() if row["direction"] != "received"}
        same_keys(f, "referral", asked, own, node)
        marks = Counter((row["note"] or "")[:36] for row in own.values())
        f.duplicated += [f"{node}: key {mark} made {n} referrals" for mark, n in marks.items() if n > 1]
        sent = {key: row for key, row in own.items() if row["direction"] == "sent"}
        for owner in books.intakes:
            received = {key: row for key, row in rows[owner].items()
                        if row["direction"] == "received" and row["requester"] == node}
            there = {key: row for key, row in sent.items() if row["owner"] == owner}
            same_keys(f, f"referral of {node}", there, received, owner)
            for key in there.keys() & received.keys():
                same_values(f, "referral", key, received[key], there[key], node,
                            ("version", "state", "status_reason", "reason", "capacity", "worker", "programme"))


def check_enquiries(f, books, ledger):
    """Each is a fact at reporting, once; and so is each referral at each organisation it reached."""
    facts = defaultdict(dict)
    for (node, key), row in single(f, books, "reporting", "enquiry_fact", "organisation", "enquiry_id").items():
        facts[node][key] = row
    for node in books.intakes:
        rows = by_key(f, f"{node}.enquiry", books.of(node, "enquiry"), "id")
        asked = {one.id for one in ledger.asked if one.node == node and one.kind == "enquire" and one.is_acknowledged}
        referred = Counter(row["enquiry_id"] for row in books.of(node, "referral"))
        f.duplicated += [f"{node}: enquiry {key} of {n} referrals" for key, n in referred.items() if n > 1]
        same_keys(f, "enquiry", asked | set(referred), rows, node)
        same_keys(f, f"enquiry of {node}", rows, facts[node], "reporting")
        marks = Counter((row["note"] or "")[:36] for row in rows.values() if row["note"])
        f.duplicated += [f"{node}: key {mark} made {n} enquiries" for mark, n in marks.items() if n > 1]


# --- courses, measurements, places ---


def check_courses(f, books):
    truth = single(f, books, "caseload", "course", "id")
    outcomes = single(f, books, "outcomes", "course", "id")
    facts = single(f, books, "reporting", "course_fact", "course_id")
    dues = single(f, books, "reporting", "course_due", "course_id")
    at_providers = {}
    for node in books.intakes:
        own = by_key(f, f"{node}.course", books.of(node, "course"), "id")
        by_key(f, f"{node}: courses of one referral", own.values(), "referral_id")
        f.duplicated += [f"course {key} belongs to two" for key in own.keys() & at_providers.keys()]
        at_providers |= own
        referred = {row["course_id"] for row in books.of(node, "referral") if row["course_id"]}
        same_keys(f, "course", referred, own, node)
    same_keys(f, "course", at_providers, truth, "caseload")
    for where, copy in (("its provider", at_providers), ("outcomes", outcomes), ("reporting", facts)):
        same_keys(f, "course", truth, copy, where)
        for key in truth.keys() & copy.keys():
            same_values(f, "course", key, truth[key], copy[key], where, SHARED)
    told = {key: {"due_version": row["version"]} for key, row in dues.items()}
    same_keys(f, "due list", {key for key, row in outcomes.items() if row["due_version"]}, told, "reporting")
    for key in outcomes.keys() & told.keys():
        same_values(f, "due list", key, outcomes[key], told[key], "reporting", ("due_version",))


def check_measurements(f, books):
    truth = single(f, books, "outcomes", "measurement", "id")
    facts = single(f, books, "reporting", "measurement_fact", "measurement_id")
    scored = {}
    for node in books.intakes:
        rows = by_key(f, f"{node}.measurement", books.of(node, "measurement"), "id")
        by_key(f, f"{node}: measurements of one operation", rows.values(), "operation_id")
        scored |= {key: row for key, row in rows.items() if row["state"] == "scored"}
    for where, copy in (("its node", scored), ("reporting", facts)):
        same_keys(f, "measurement", truth, copy, where)
        for key in truth.keys() & copy.keys():
            same_values(f, "measurement", key, truth[key], copy[key], where, MEASURED)


def check_places(f, books):
    """No worker ever had more than the cap, no number of the waiting list was given twice: told from the witness."""
    caps = {key: row["cap"] for key, row in single(f, books, "caseload", "worker", "organisation", "id").items()}
    courses = single(f, books, "caseload", "course", "id")
    node = next(name for name, role in books.roles.items() if role == "caseload")
    holder, held = {}, Counter()
    for row in sorted(books.of(node, "witness"), key=lambda row: row["number"]):
        if row["id"] in holder:
            held[holder.pop(row["id"])] -= 1
        if row["state"] not in HELD or row["id"] not in courses:
            continue
        worker = (courses[row["id"]]["organisation"], row["worker"])
        holder[row["id"]] = worker
        held[worker] += 1
        if held[worker] > caps.get(worker, 0):
            f.duplicated.append(f"worker {worker} had {held[worker]} courses, may have {caps.get(worker, 0)}")
    now = Counter((row["organisation"], row["worker"]) for row in courses.values() if row["state"] in HELD)
    f.duplicated += [f"worker {worker} has {n} courses, may have {caps.get(worker, 0)}" for worker, n in now.items()
                     if n > caps.get(worker, 0)]
    by_key(f, "caseload: waiting list", [row for row in courses.values() if row["waiting_number"]], "waiting_number")
