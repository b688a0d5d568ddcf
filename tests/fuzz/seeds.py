#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes the hand-made seeds into tests/fuzz/corpus/: from the real definitions, and one small example of each message.

The corpora also hold what fuzzing found worth keeping; this never removes a file.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from harness.protobuf import packed, varint  # noqa: E402

VOCAB = HERE.parents[1] / "common" / "vocab"
ID = b"5f0f5a0e-6f3a-4b0c-9d3e-1a2b3c4d5e6f"
CURVE = ("L6l.>=a+)TWNzv0xw#F9*pvzFMh!9e}!2YF)HyG.", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
         "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")


def key(seed):
    return base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()


WHO5 = [item["key"] for item in json.loads((VOCAB / "instruments" / "who5.json").read_text())["items"]]

# --- what is behind the control bytes of each target ---

CITIZEN = packed((1, "Name"), (2, "010190-1234"), (4, "woman"), (5, 1990), (6, "1990-01-01"), (7, "0101"), (8, "da"))
REFERRAL = packed((1, "reden-1-1"), (2, "exit"), (3, "routine"), (4, "2026-01-05"), (5, CITIZEN), (6, "housing"),
                  (7, "note"), (8, "self"), (10, packed((1, "da"), (2, "woman"))), (11, packed((1, 1), (2, "2026-01-05"))))
STATE = packed((1, ID), (2, 3), (3, ID), (4, "reden-1-1"), (5, "reden"), (6, "exit"), (7, "enrolled"), (8, "anna"),
               (12, "2026-01-05"), (14, "2026-01-06"), (15, "2026-02-02"), (16, "2026-11-30"), (20, "g"))
CLOSED = packed((1, ID), (2, 9), (4, "reden-1-1"), (5, "reden"), (7, "closed"), (12, "2026-01-05"), (18, "2026-03-01"),
                (19, "completed"))
SCORE = packed((1, "housing"), (2, 4), (3, "good"), (4, 1), (5, "positive"))
DUE = packed((1, "nine-areas"), (2, "2026-08-01"), (3, "round"))
SCORED = packed((1, ID), (2, ID), (3, ID), (4, "nine-areas"), (5, 1), (6, "worker"), (7, "2026-02-02"), (8, 1),
                (9, SCORE), (10, "exit"), (11, DUE), (12, 4))
ANSWERS = packed((1, ID), (2, ID), (3, ID), (4, "who5"), (5, 1), (6, "citizen"), (7, "2026-05-02"),
                 *[(8, packed((1, item), (2, 3))) for item in WHO5])
REFUSED = packed((1, ID), (2, ID), (3, "rule-refused"), (4, "on"), (5, "no"))
WORKER = packed((2, "worker"), (3, "reden-1-1"), (4, 20), (5, "da"), (6, "woman"))
MESSAGES = {
    "intake": [packed((1, ID), (2, ID), (3, REFERRAL)),
               packed((1, ID), (2, ID), (3, 2), (4, "rejected"), (5, "not-eligible"), (6, "no")), STATE, REFUSED, REFUSED,
               SCORED, packed((1, ID), (2, 2), (3, DUE))],
    "caseload": [packed((1, ID), (2, ID), (3, ID), (4, "reden-1-1"), (5, "exit"), (6, "urgent"), (7, "2026-01-05"),
                        (8, packed((1, "da"), (2, "woman"), (3, "trauma")))),
                 packed((1, ID), (2, ID), (3, "close"), (4, "2026-05-01"), (5, "completed")),
                 packed((1, "anna"), (2, 1), (3, ID), (4, WORKER)), SCORED],
    "outcomes": [STATE, ANSWERS],
    "reporting": [STATE, SCORED, packed((1, ID), (2, 2), (3, DUE)),
                  packed((1, ID), (2, 1), (3, "2026-01-05"), (4, "self"), (5, "registered"), (7, "woman"), (9, "0101"))],
}
# What is told to a node that is recovered stands behind the messages, in the order of each table `recovers`.
COURSE_REQUEST = MESSAGES["caseload"][0] + packed((9, ID))
COURSE_KNOWN = packed((1, COURSE_REQUEST), (2, STATE))
MEASUREMENT_KNOWN = packed((1, ANSWERS), (2, SCORED))
REFERRAL_STATE = packed((1, ID), (2, ID), (3, 5), (4, "accepted"), (6, "room"), (7, "capacity"), (8, "anna"))
WORKER_KNOWN = packed((1, "anna"), (2, 7), (4, WORKER))
ENQUIRY = packed((1, ID), (2, 1), (3, "2026-01-05"), (4, "self"), (5, "referral"))
DUES = packed((1, ID), (2, 9), (3, DUE))
MESSAGES["intake"] += [WORKER_KNOWN, ENQUIRY, COURSE_KNOWN,
                       packed((1, packed((1, ID), (2, ID), (3, REFERRAL))), (2, REFERRAL_STATE)), MEASUREMENT_KNOWN, DUES]
MESSAGES["caseload"] += [WORKER_KNOWN, COURSE_KNOWN, STATE, CLOSED, SCORED, COURSE_REQUEST]
MESSAGES["outcomes"] += [STATE, MEASUREMENT_KNOWN, DUES, DUES, ANSWERS]
BY_YEAR = packed((1, "reden-1-1"), (2, "exit"), (4, "2026-01-05"), (5, packed((5, 1990), (12, 1))))
STAR = packed((1, ID), (2, ID), (4, "nine-areas"), (5, 1), (6, "worker"), (7, "2026-02-02"),
              *[(8, packed((1, item), (2, 3))) for item in ("substance", "housing", "economy", "network", "violence")])
EXTRA = {"intake": [(2, CLOSED), (0, packed((1, ID), (2, ID), (3, BY_YEAR)))], "outcomes": [(0, CLOSED), (1, STAR)], "reporting": [(0, CLOSED)],
         "caseload": [(1, packed((1, ID), (2, ID), (3, "enrol"), (4, "2026-05-01"), (5, "star")))]}

REFERRAL_JSON = {
    "programme": "reden-1-1", "aim": "exit", "priority": "urgent", "authoredOn": "2026-01-05",
    "citizen": {"name": "Åse", "cpr": "010190-1234", "birthYear": 1990, "municipality": "0101", "languages": ["da", "en"]},
    "reasons": ["housing"], "note": "a \"note\" \u2603", "channel": "self", "wishes": {"gender": "woman"},
    "consent": {"given": True, "on": "2026-01-05"},
}
BODIES = {
    0: REFERRAL_JSON, 6: {"reason": "completed", "on": "2026-05-01"}, 7: {"by": "session", "on": "2026-05-01"},
    8: {"instrument": "who5", "answers": {item: 3 for item in WHO5}, "rater": "citizen", "measuredOn": "2026-05-02"},
    11: {"receivedOn": "2026-01-05", "channel": "self", "age": 17, "gender": "woman", "reasons": ["housing"]},
    14: {"name": "Anna", "kind": "worker", "programmes": ["reden-1-1"], "cap": 20, "languages": ["da"]},
}
QUERIES = {1: "limit=10&after=0&state=requested", 4: "limit=500&worker=anna&programme=cti", 12: "limit=1", 16: "programme=cti"}


def frames():
    message = packed((1, ID), (2, "ReferralState"), (3, ID), (4, b"s" * 16), (5, MESSAGES["intake"][1]))
    head = packed((1, 7), (2, b"c" * 32), (3, b"g" * 64))
    greeting = packed((1, ID), (2, 8), (3, 9), (4, b"c" * 32), (10, head))
    batch = packed((1, ID), (2, 3), (3, message), (3, message), (4, b"c" * 32), (5, b"g" * 64))
    ack = packed((1, ID), (2, 7), (3, b"c" * 32), (4, 1 << 20), (5, 1), (8, b"g" * 64), (9, head), (10, 1 << 40),
                 (11, "kommune"), (12, b"g" * 64))
    anew = packed((1, ID), (2, 1), (5, 9), (7, 1 << 40), (8, "kommune"), (9, b"g" * 64))
    ask = packed((1, ID), (2, 1), (3, "2026"))
    page = packed((1, ID), (2, 1), (3, "2026"), (4, message), (5, 2), (7, 1), (8, ID), (10, 3), (11, b"c" * 32), (12, ID),
                  (13, 4), (14, b"c" * 32), (15, b"g" * 64), (16, "kommune"), (17, b"g" * 64))
    return {"anew": packed((1, anew)), "ask": packed((6, ask)), "page": packed((7, page)), "greeting": packed((1, greeting)), "batch": packed((2, batch)), "ack": packed((3, ack)),
            "named": packed((4, "reden"), (5, "caseload"), (3, ack)), "two": packed((1, greeting), (3, ack))}


def spoken():
    """(name, first byte, what the peer says): what it leaves empty is filled in by the target."""
    letters = [(3, packed((1, ID), (2, "CourseState"), (3, ID), (4, b"s" * 16), (5, STATE)))] * 2
    greeting = (1, packed((2, 1), (3, 7), (4, b"c" * 32), (5, 7)))
    page = (7, packed((4, letters[0][1]), (5, 1), (6, "2026"), (8, ID), (10, 3), (11, b"c" * 32), (12, ID), (13, 4), (14, b"c" * 32)))
    anew = (1, packed((1, ID), (2, 1), (5, 9), (7, 1 << 40), (8, "kommune"), (9, b"g" * 64)))
    ask, ack = (6, packed((2, 0), (3, "000255"))), (3, packed((2, 3), (4, 1 << 20)))
    first, next_ = (2, packed((2, 1), *letters)), (2, packed((2, 4), *letters))
    yield "begin", 0, packed(greeting, first)
    yield "go-on", 0x10, packed((1, packed((2, 1), (3, 5), (5, 8))), next_)
    yield "fails", 0x14, packed(next_)
    yield "again", 0x90, packed(next_)
    yield "gap", 0x10, packed((2, packed((2, 9), *letters)))
    yield "ack", 0xA0, packed(ack)
    yield "resend", 0x20, packed((3, packed((2, 1), (4, 99), (5, 1))))
    yield "more", 0x20, packed((3, packed((2, 9), (3, b"c" * 32))))
    yield "anew", 0x50, packed(anew, first)
    yield "ask", 0, packed(ask)
    yield "page", 0x08, packed(page)
    yield "page-with-a-long-key", 0x08, packed((7, packed((6, "k" * 6000), (8, ID), (11, b"c" * 32), (14, b"c" * 32))))
    yield "restored", 0x02, packed(greeting, first, ask, ack)


def multipart(kind, *parts):
    """As broker.c reads it; a number stands for one of its lengths."""
    return bytes([kind, len(parts) - 1]) + b"".join(bytes([part]) if isinstance(part, int) else bytes([len(part)]) + part
                                                    for part in parts)


def heard_by_broker():
    ping, payload = packed((3, 1), (5, 0)), b"sealed"
    here = [multipart(who, 251, b"", ping) for who in (0, 2)]
    zap = [b"1.0", b"1", b"udvej", b"127.0.0.1", b"", b"CURVE", b"k" * 32]
    yield "forward", b"".join(here) + multipart(0, 251, b"caseload", payload)
    yield "gone", here[0] + multipart(0, 251, b"outcomes", payload)
    yield "full", b"".join(here) + multipart(0x10, 251, b"caseload", payload) + multipart(0x42, 251, b"reden", payload)
    yield "moved", b"".join(here) + multipart(2, b"n" * 16, b"", ping) + multipart(2, 251, b"reden", payload)
    yield "registry", multipart(0, 251, b"", packed((6, b"{}"), (7, b"{}")))
    yield "strangers", multipart(6, 251, b"reden", payload) + multipart(7, 251, b"", ping)
    yield "malformed", multipart(0, 251, b"") + multipart(0, *[b"x"] * 9) + multipart(0, 251, b"a" * 64, 255)
    yield "zap", multipart(0x80, *zap) + multipart(0x80, *zap[:2]) + multipart(0x80, *zap, b"x")


def agreed():
    rows = [{"organisation": name, "signature": f"SIGN{n}"} for n, name in ((1, "reden"), (2, "kommune"))]
    partners = [{"organisation": row["organisation"], "sign": f"KEY_{n}"} for n, row in enumerate(rows, 1)]
    newer = json.dumps({**registry(), "serial": 8}).encode()
    signatures = json.dumps({"signatures": rows}).encode()
    yield "partners", b"\x00" + json.dumps({"partners": partners}).encode()
    yield "signatures", b"\x01" + signatures
    yield "newer", b"\x02" + packed((6, newer), (7, signatures))
    yield "one", b"\x02" + packed((6, newer), (7, json.dumps({"signatures": rows[:1]}).encode()))
    yield "older", b"\x02" + packed((6, json.dumps(registry()).encode()), (7, signatures))


def registry():
    def node(name, role, i):
        return {"name": name, "role": role, "organisation": name, "curve": CURVE[i], "sign": key(f"s{i}"),
                "box": key(f"b{i}")}
    nodes = [node("reden", "intake", 0), node("caseload", "caseload", 1)]
    broker = {"name": "broker", "endpoint": "tcp://127.0.0.1:5600", "curve": CURVE[2]}
    return {"serial": 7, "nodes": nodes, "brokers": [broker]}


def secret_keys():
    # The pair of RFC 26/CurveZMQ's example in ZeroMQ's manual.
    return {"name": "reden", "curve_secret": "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
            "curve_public": "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "sign_secret": base64.b64encode(b"s" * 64).decode(),
            "box_secret": key("b"), "pseudonym": key("p")}


def request(method, path, *headers, body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: a", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def requests(service):
    token = "Authorization: Bearer t"
    body = json.dumps(REFERRAL_JSON).encode()
    common = [request("GET", "/healthz"), request("GET", "/api/v1/openapi.json"), request("OPTIONS", "/nothing%2f%C3%A6"),
              request("GET", "/metrics") + request("GET", "/readyz"), b"GET / HTTP/1.0\n\n"]
    if service == "reporting":
        return [*common, request("GET", "/api/v1/reports/status?on=2026-01-01&on=2", token, "Accept: text/csv;q=0.5"),
                request("HEAD", "/api/v1/reports/enquiries?from=2026-01-01&to=2026-02-01&by=month", token)]
    post = request("POST", "/api/v1/referrals", token, "Idempotency-Key: k", "Prefer: wait=5", body=body)
    return [*common, post, post.replace(b"Host", b"Expect: 100-continue\r\nHost"),
            request("GET", "/api/v1/referrals?limit=10&state=%72equested&x", token),
            request("POST", f"/api/v1/courses/{ID.decode()}/close", token, 'If-Match: "2"', body=b'{"reason":"completed"}'),
            request("POST", "/api/v1/enquiries", token, "Transfer-Encoding: chunked").replace(
                b"\r\n\r\n", b"\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n")]


def seeds_of_bus():
    yield "sealed", "box", packed((1, "0" * 16), (2, "1" * 16), (3, b"n" * 24), (4, b"b" * 40))
    for name, frame in frames().items():
        yield "frame", name, bytes([name == "named"]) + frame
    for name, first, frame in spoken():
        yield "streams", name, bytes([first]) + frame
    for name, bytes_ in heard_by_broker():
        yield "broker", name, bytes_
    for name, bytes_ in agreed():
        yield "agreement", name, bytes_
    for field, text in ((1, "reden"), (2, "livarehab"), (3, 1), (4, "0123456789abcdef")):
        yield "link", str(field), packed((field, text))


def seeds():
    yield from seeds_of_bus()
    for service, bodies in MESSAGES.items():
        for row, body in [*enumerate(bodies), *EXTRA[service]]:
            for variant in (0, 1):
                yield f"message_{service}", f"{row}-{variant}-{len(body)}", bytes([row, variant]) + body
    wire = [REFERRAL, None, None, WORKER, None, None, *MESSAGES["intake"][:2], *MESSAGES["caseload"][:2], STATE, REFUSED,
            ANSWERS, SCORED, REFUSED, MESSAGES["intake"][6], MESSAGES["caseload"][2], MESSAGES["reporting"][3]]
    for kind, body in enumerate(wire):
        if body:
            yield "shape_wire", str(kind), bytes([kind]) + body
    in_shape = {0: 0, 8: 1, 11: 2, 14: 3, 6: 4, 7: 5}
    for route in range(20):
        body = json.dumps(BODIES[route]).encode() if route in BODIES else b""
        asked = ((0, b"\n\n\n"), (0x21, b'"2"\nwait=5\n\n'), (0x40, b"\nwait=0\n\n"))
        for variant, lines in asked[:3 if body else 1]:
            yield "api_intake", f"{route}-{variant}", bytes([route, variant]) + lines + QUERIES.get(route, "").encode() + b"\n" + body
        if route == 0:
            elsewhere = {**REFERRAL_JSON, "programme": "livarehab-job-coaching"}
            yield "api_intake", "0-elsewhere", b"\x00\x00\n\n\n\n" + json.dumps(elsewhere).encode()
        if body:
            yield "shape_json", str(route), bytes([in_shape[route]]) + body
    for n, query in enumerate((b"\n\ntext/csv\non=2026-01-01&programme=cti\n", b"\n\n\norganisation=reden\n")):
        yield "api_reporting", f"status-{n}", b"\x00\x00" + query
    yield "api_reporting", "enquiries", b"\x01\x00\n\n*/*;q=0.1\nfrom=2025-01-01&to=2026-01-01&by=quarter&cuts=2025-02-03\n"
    for service in ("intake", "reporting"):
        for n, bytes_ in enumerate(requests(service)):
            yield f"http_{service}", str(n), b"\x00\x00" + bytes_
            yield f"http_{service}", f"{n}-pieces", b"\x01\x02" + bytes_
    yield "registry", "good", json.dumps(registry()).encode()
    yield "secret_keys", "good", json.dumps(secret_keys()).encode()
    yield "settings", "good", (b"# a node\nnode = reden\nregistry = /r\npartners = /p\nkeys = /k\ndatabase = host=/s dbname=d\n"
                               b"database_owner = service=d\n"
                               b"http_port = 8070\nshare = /usr/share\n clock_offset_days=3\r\n")
    for folder, target in (("instruments", "instrument"), ("programmes", "programme")):
        for file in sorted((VOCAB / folder).glob("*.json")):
            yield target, file.stem, json.dumps({**json.loads(file.read_text()), "key": "fuzz"}, ensure_ascii=False).encode()
    yield "municipality", "start", b"".join((VOCAB / "municipalities.csv").read_bytes().splitlines(True)[:6])
    for text in ("2026-02-28\n2024-02-29", "1900-01-01\n2199-12-31", "2026-10-25", "2026-13-01"):
        yield "date", text[:10], text.encode()
    for text in ("010190-1234", "0101901234", "610190-4321", "290200-4000", "12345674", ID.decode()):
        yield "cpr", text, text.encode()
    for n, text in enumerate(("/api/v1/courses/x/close", "/healthz", "/a/b/c/d", "/", "//", "/æ %")):
        yield "path", str(n), text.encode()
    for n, text in enumerate(("text/csv, */*;q=0.1", "application/json;q=0.5 , text/*;level=1;q=0.7", "a/b", "")):
        yield "accept", str(n), text.encode()
    for n, text in enumerate(("2009-01-01\n2011-12-31\nyear\n2009-05-01,2011-01-01", "2026-01-01\n2026-12-31\nmonth",
                              "1900-01-01\n2199-12-31\nquarter")):
        yield "period", str(n), text.encode()
    claims = {"node": "reden", "organisation": "reden", "user": "7", "role": "lead", "exp": 1780000600}
    yield "attestation", "claims", b"\x00" + json.dumps(claims).encode()
    yield "attestation", "token", b"\x01" + base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=") + b"." + b"A" * 86


def main():
    for target, name, content in seeds():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"seed-{name}").write_bytes(content)


if __name__ == "__main__":
    main()
