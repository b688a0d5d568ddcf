# SPDX-License-Identifier: EUPL-1.2
"""The books of all daemons side by side after a referral from reden to the kommune: one effect everywhere, or why not."""

import psycopg2

INTAKE = ("reden", "kommune")
NODES = (*INTAKE, "caseload", "outcomes", "reporting")
STREAMS = """
select (select jsonb_object_agg(receiver, jsonb_build_array(seq, encode(chain, 'hex'), acked)) from bus_out_stream),
       (select jsonb_object_agg(sender, jsonb_build_array(seq, encode(chain, 'hex'))) from bus_in_stream),
       (select count(*) from bus_out), (select count(*) from bus_parked), (select count(*) from bus_dead), """
COURSES = "(select jsonb_agg(jsonb_build_array({}, version, state) order by {}) from {})"
OWN = {
    "reden": "(select jsonb_agg(jsonb_build_array(id, state) order by id) from referral), (select count(*) from enquiry)",
    "kommune": COURSES.format("id", "id", "course") + ", (select jsonb_agg(jsonb_build_array(r.id, r.direction, c.id)"
    " order by r.id) from referral r left join course c on c.referral_id = r.id), (select count(*) from enquiry)",
    "caseload": COURSES.format("id", "id", "course"),
    "outcomes": COURSES.format("id", "id", "course"),
    "reporting": COURSES.format("course_id", "course_id", "course_fact")
    + ", (select jsonb_object_agg(organisation, n) from"
    " (select organisation, count(*) n from enquiry_fact group by 1) counted)",
}


class Books:
    """Keeps a connection to each database, since the books are opened many times."""

    def __init__(self, system):
        self.system, self.connections = system, {}

    def read(self, node):
        if node not in self.connections:
            self.connections[node] = self.system.db(node)
        try:
            with self.connections[node].cursor() as cursor:
                cursor.execute(STREAMS + OWN[node])
                return cursor.fetchone()
        except psycopg2.OperationalError:
            self.close(node)
            raise

    def close(self, *nodes):
        for node in nodes or tuple(self.connections):
            self.connections.pop(node).close()

    def differences(self, referrals):
        """What is not as it must be at rest, when these referrals, {id: own or received}, were acknowledged, no others."""
        of = {node: self.read(node) for node in NODES}
        return [*streams_differ(of), *contents_differ(of, sorted(referrals.items()))]


def streams_differ(of):
    """Streams that are not applied to their end with the same chain, or not trimmed; letters that were set aside."""
    for sender, (out, _, kept, parked, dead, *_) in of.items():
        if kept or parked or dead:
            yield f"{sender}: {kept} letters not trimmed, {parked} parked, {dead} dead"
        for receiver, (seq, chain, acked) in (out or {}).items():
            if receiver not in of:
                continue
            applied = (of[receiver][1] or {}).get(sender)
            if applied != [seq, chain] or acked != seq:
                yield f"{sender} has sent {seq} to {receiver}, which has {applied and applied[0]}; acknowledged {acked}"


def contents_differ(of, referrals):
    sent, asked = of["reden"][5:7]
    courses, received, came = of["kommune"][5:8]
    if [[one, "accepted"] for one, way in referrals if way == "received"] != (sent or []):
        yield f"reden knows {len(sent or [])} referrals; not all that were acknowledged, or not all are accepted"
    if [list(one) for one in referrals] != [row[:2] for row in received or []]:
        yield "kommune has not each referral once"
    if len({row[2] for row in received or []} - {None}) != len(referrals) or len(courses or []) != len(referrals):
        yield f"kommune has {len(courses or [])} courses for {len(referrals)} referrals"
    for node in ("caseload", "outcomes", "reporting"):
        if of[node][5] != courses:
            yield f"{node} knows other courses than kommune"
    counted = of["reporting"][6] or {}
    if (asked, came) != (counted.get("reden", 0), counted.get("kommune", 0)):
        yield f"enquiries: reden {asked}, kommune {came}, reporting {counted}"
