# SPDX-License-Identifier: EUPL-1.2
"""200 referrals at once to a programme with three workers of ten: 30 places, 170 who wait in order, nobody over ten."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.client import Client
from harness.facts import day, referral
from harness.system import eventually

from ledger import assert_books_agree, is_drained

REFERRALS, WORKERS, CAP, THREADS = 200, 3, 10, 20
PATH = "/api/v1/referrals"
LIST = "/api/v1/courses?programme=cti&limit=500&state="


@pytest.fixture(scope="module")
def flood(system):
    """All posted, from many connections at once; everything has come to rest."""
    url, token = system.url("kommune"), system.token("kommune")

    def post(numbers):
        client = Client(url, token)
        answers = [client.post(PATH, referral("cti", reasons=["housing"])) for _ in numbers]
        return [(answer.status_code, answer.json()["id"]) for answer in answers]

    share = [range(REFERRALS)[n::THREADS] for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        posted = [one for part in pool.map(post, share) for one in part]
    assert Counter(status for status, _ in posted) == {202: REFERRALS}
    assert len({referral_id for _, referral_id in posted}) == REFERRALS
    settle(system)
    return system.api("kommune")


def settle(system):
    def at_rest():
        waiting = system.query("kommune", "select count(*) from course where state = 'requested'") != [(0,)]
        return not waiting and is_drained(system)

    eventually(at_rest, 60, "everything at rest")


def items(api, state):
    return api.json(LIST + state).get("items", [])


def in_order(system):
    """Who waits, as caseload decided: by priority class, then order of arrival."""
    rows = system.query(
        "caseload", "select id::text from course where state = 'waiting' and programme = 'cti' order by waiting_number")
    return [course for (course,) in rows]


def test_200_at_once_give_30_places_and_170_who_wait(flood):
    assert len(items(flood, "offered")) == WORKERS * CAP
    assert len(items(flood, "waiting")) == REFERRALS - WORKERS * CAP


def waiting_list(api):
    return api.json("/api/v1/waiting-list?programme=cti")["items"]


def test_no_worker_is_given_more_than_ten(flood, system):
    shown = Counter(course["worker"] for course in items(flood, "offered"))
    assert shown == {f"cti-{n + 1}": CAP for n in range(WORKERS)}
    decided = system.query("caseload", "select worker, count(*) from course where state = 'offered' group by worker")
    assert dict(decided) == shown
    assert {worker["id"]: worker["open"] for worker in flood.json("/api/v1/workers")["items"]} == shown


def test_those_who_wait_stand_in_order_of_arrival(flood, system):
    waiting = waiting_list(flood)
    assert [course["waitingPosition"] for course in waiting] == list(range(1, len(waiting) + 1))
    assert [course["id"] for course in waiting] == in_order(system)
    # Arrival at the node is arrival at caseload: one stream, in order.
    numbers = [course["number"] for course in waiting]
    assert numbers == sorted(numbers)
    assert max(course["number"] for course in items(flood, "offered")) < min(numbers)


def test_every_one_stands_once_in_every_daemon(flood, system):
    assert len(assert_books_agree(system)) == REFERRALS


def test_closing_five_places_exactly_the_first_five(flood, system):
    before = in_order(system)
    closing = items(flood, "offered")[::6]
    assert len(closing) == 5

    def close(course):
        client = Client(flood.url, flood.token)
        return client.post(f"/api/v1/courses/{course['id']}/close", {"reason": "completed"}, wait=20).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(close, closing)) == [200] * 5
    settle(system)
    assert in_order(system) == before[5:]
    assert [course["id"] for course in waiting_list(flood)] == before[5:]
    offered = items(flood, "offered")
    assert set(before[:5]) <= {course["id"] for course in offered}
    assert Counter(course["worker"] for course in offered) == {f"cti-{n + 1}": CAP for n in range(WORKERS)}
    assert len(assert_books_agree(system)) == REFERRALS


def test_a_new_worker_takes_the_first_in_line_up_to_the_cap(flood, system):
    before = in_order(system)
    body = {"name": "New", "kind": "worker", "programmes": ["cti"], "cap": 99}
    assert system.api("kommune", "lead").put("/api/v1/workers/cti-new", body).status_code == 201
    settle(system)
    assert in_order(system) == before[CAP:]  # the programme's cap holds, whatever the worker's
    taken = flood.json("/api/v1/courses?programme=cti&worker=cti-new&limit=500")["items"]
    assert {course["id"] for course in taken} == set(before[:CAP])


def test_a_worker_who_has_left_is_given_nobody(flood, system):
    before = in_order(system)
    lead = system.api("kommune", "lead")
    body = {"name": "New", "kind": "worker", "programmes": ["cti"], "activeTo": day(-1)}
    assert lead.put("/api/v1/workers/cti-new", body).status_code == 200
    one = flood.json("/api/v1/courses?programme=cti&worker=cti-new&state=offered")["items"][0]
    assert flood.post(f"/api/v1/courses/{one['id']}/close", {"reason": "moved"}, wait=20).status_code == 200
    settle(system)
    assert in_order(system) == before


def test_what_is_kept_of_a_worker_is_what_would_be_counted(flood, system):
    """After all that was offered, closed and given to others above."""
    kept = system.query("caseload", "select organisation, id, open from worker")
    counted = system.query("caseload", "select organisation, worker, count(*) from course "
                                       "where state in ('offered', 'enrolled') group by 1, 2")
    assert {row for row in kept if row[2]} == set(counted) != set()


def test_the_same_key_from_many_at_once_is_one_referral(system):
    api, body = system.api("livarehab"), referral("livarehab-job-coaching", citizen={"cpr": "0404804321"})
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: Client(api.url, api.token).post(PATH, body, key="one"), range(THREADS)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert system.query("livarehab", "select count(*) from referral") == [(1,)]


def test_the_same_cpr_from_many_at_once_is_one_citizen(system):
    api, body = system.api("livarehab"), referral("livarehab-job-coaching", citizen={"cpr": "0505804321"})
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: Client(api.url, api.token).post(PATH, body), range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert system.query("livarehab", "select count(*) from citizen where cpr = '0505804321'") == [(1,)]
    settle(system)
