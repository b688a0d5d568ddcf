# SPDX-License-Identifier: EUPL-1.2
"""The same command twice has one effect, whatever happens in between; and every command gets an answer in time."""

import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.system import eventually

REFERRALS = "/api/v1/referrals"


def body(**more):
    return {"programme": "cti", "aim": "exit", "citizen": {"gender": "woman", "birthYear": 1990}, **more}


@pytest.fixture(scope="module")
def kommune(system):
    return system.api("kommune")


def count(system):
    return system.query("kommune", "select count(*) from referral")[0][0]


def post_at_once(system, calls):
    """All of [(body, key)] at the same time, each over a connection of its own."""
    clients = [system.api("kommune") for _ in calls]
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda one: one[0].post(REFERRALS, one[1][0], key=one[1][1]), zip(clients, calls)))


def test_same_key_many_times_at_once_makes_one_referral(system):
    before, key = count(system), str(uuid.uuid4())
    answers = post_at_once(system, [(body(), key)] * 12)
    assert {answer.status_code for answer in answers} <= {201, 202}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count(system) == before + 1


def test_same_key_later_finds_the_first_outcome(system, kommune):
    before, key = count(system), str(uuid.uuid4())
    first = kommune.post(REFERRALS, body(), key=key, wait=10)
    again = kommune.post(REFERRALS, body(), key=key)
    assert (first.status_code, again.status_code) == (201, 202)
    assert first.json()["id"] == again.json()["id"] and count(system) == before + 1


def test_same_key_with_another_body_is_refused_also_at_once(system):
    before, key = count(system), str(uuid.uuid4())
    answers = post_at_once(system, [(body(), key), (body(aim="emigrate"), key)] * 3)
    refused = [answer.json() for answer in answers if answer.status_code == 422]
    assert refused and all(one["type"].endswith(("idempotency-key-reused", "invalid-value")) for one in refused)
    assert count(system) <= before + 1


def test_key_of_a_refused_command_may_be_used_again(kommune):
    key = str(uuid.uuid4())
    assert kommune.post(REFERRALS, body(programme="none"), key=key).status_code == 422
    assert kommune.post(REFERRALS, body(), key=key).status_code == 202


def test_without_a_key_each_is_a_referral_of_its_own(system, kommune):
    before = count(system)
    headers = {"Authorization": f"Bearer {kommune.token}"}
    ids = {requests.post(kommune.url + REFERRALS, json=body(), headers=headers, timeout=10).json()["id"]
           for _ in range(2)}
    assert len(ids) == 2 and count(system) == before + 2


def test_requests_written_in_one_go_are_answered_in_order(kommune):
    keys = [str(uuid.uuid4()) for _ in range(3)]
    text = ('{"programme":"cti","aim":"exit","citizen":{"gender":"woman","birthYear":1990}}').encode()
    asked = b"".join(
        f"POST {REFERRALS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {kommune.token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text
        for key in (keys[0], keys[1], keys[0], keys[2])
    ) + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    host, port = kommune.url.removeprefix("http://").split(":")
    heard = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(asked)
        while piece := connection.recv(65536):
            heard += piece
    assert heard.count(b"HTTP/1.1 20") == 5 and heard.endswith(b"ok\n")
    ids = [part.split(b'"', 1)[0] for part in heard.split(b'{"id":"')[1:]]
    assert len(ids) == 4 and ids[0] == ids[2] and len(set(ids)) == 3


def test_wait_that_ends_before_the_decision_is_answered_202(system, kommune):
    system.stop("caseload")
    try:
        began = time.monotonic()
        pending = kommune.post(REFERRALS, body(), wait=1)
        assert pending.status_code == 202 and 0.9 < time.monotonic() - began < 4
        assert "Preference-Applied" not in pending.headers
    finally:
        system.start("caseload")
    place = pending.headers["Location"]
    eventually(lambda: kommune.json(place)["state"] == "done", what="the decision")


def test_wait_that_outlives_the_broker_is_answered(system, kommune):
    with ThreadPoolExecutor(1) as pool:
        system.kill("broker")
        waiting = pool.submit(kommune.post, REFERRALS, body(), wait=20)
        time.sleep(0.3)
        system.start("broker")
        assert waiting.result().status_code == 201


def test_client_that_went_away_leaves_its_referral_done_once(system, kommune):
    system.stop("caseload")
    before = count(system)
    try:
        for _ in range(3):
            with pytest.raises(requests.Timeout):
                kommune.post(REFERRALS, body(), wait=20, timeout=0.5)
    finally:
        system.start("caseload")
    eventually(lambda: system.query("kommune", "select count(*) from operation where state = 'pending'") == [(0,)],
               what="the decisions")
    assert count(system) == before + 3
    assert kommune.get("/healthz").status_code == 200


def cut_connections(system):
    database = system.place.database("kommune")
    system.cluster.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'")


def test_connections_cut_at_any_moment_leave_each_key_done_once(system):
    before, keys = count(system), [str(uuid.uuid4()) for _ in range(120)]

    def until_answered(key):
        client = system.api("kommune")
        for _ in range(100):
            answer = client.post(REFERRALS, body(), key=key)
            if answer.status_code != 503:
                return answer
            time.sleep(0.05)
        raise AssertionError(answer.text)

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(until_answered, key) for key in keys]
        for _ in range(6):
            time.sleep(0.15)
            cut_connections(system)
        answers = [one.result() for one in running]
    assert {answer.status_code for answer in answers} <= {201, 202}
    assert len({answer.json()["id"] for answer in answers}) == len(keys)
    assert count(system) == before + len(keys)


def test_a_record_that_cannot_be_read_is_never_shown_empty(system, kommune):
    """The token is known for a second: within it nothing but the record itself is asked of a connection that is lost."""
    posted = kommune.post(REFERRALS, body(), key="read me").json()
    paths = [f"{REFERRALS}/{posted['id']}", f"/api/v1/courses/{posted['courseId']}",
             f"/api/v1/operations/{posted['operation']}", f"/api/v1/enquiries/{posted['enquiryId']}"]
    for path in paths:
        whole = eventually(lambda: kommune.get(path).status_code == 200 and kommune.json(path), what=path)
        cut_connections(system)
        answer = kommune.get(path)
        assert answer.status_code == 503 or answer.json()["id"] == whole["id"], f"{path}: {answer.text}"
    eventually(lambda: kommune.get(REFERRALS).status_code == 200)
    again = kommune.post(REFERRALS, body(), key="read me")
    assert again.status_code == 202 and again.json()["id"] == posted["id"]


def test_while_the_database_is_away_every_call_is_answered_soon(system, kommune):
    system.cluster.stop()
    try:
        began = time.monotonic()
        answers = [kommune.post(REFERRALS, body()), kommune.get(REFERRALS), kommune.get("/readyz")]
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert time.monotonic() - began < 15 and "Retry-After" in answers[0].headers
        assert kommune.get("/healthz").status_code == 200
    finally:
        system.cluster.start()
    eventually(lambda: kommune.post(REFERRALS, body(), wait=5).status_code == 201, 20, "the first referral afterwards")


def test_stopping_answers_who_waits(system, kommune):
    system.stop("caseload")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(system.api("kommune").post, REFERRALS, body(), wait=20)
        time.sleep(0.5)
        system.stop("kommune")
        assert waiting.result().status_code == 202
    system.start("caseload", "kommune")
