# SPDX-License-Identifier: EUPL-1.2
"""Between two streams no order is promised: what a worker has measured counts, whichever word comes to outcomes first."""

from harness.facts import FULL_STAR, WHO5, day, place
from harness.system import eventually
from service.test_delivery import trio  # noqa: F401


def measure(api, course, instrument, answers, **more):
    body = {"instrument": instrument, "answers": answers, **more}
    answer = api.post(f"/api/v1/courses/{course}/measurements", body)
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"]


def state(api, operation):
    return api.json(operation)["state"]


def test_last_measurement_counts_though_the_closing_overtook_it(trio):  # noqa: F811
    api = trio.api("kommune")
    course = place(api, "cti", authoredOn=day(-2))[1]["id"]
    measure(api, course, "who5", WHO5, measuredOn=day(-1))
    measure(api, course, "nine-areas", FULL_STAR)
    eventually(lambda: api.json(f"/api/v1/courses/{course}")["state"] == "enrolled", what="the enrolment")
    trio.stop("outcomes")
    operation = measure(api, course, "who5", WHO5)
    assert api.post(f"/api/v1/courses/{course}/close", {"reason": "completed"}, wait=10).status_code == 200
    trio.stop("kommune")
    trio.start("outcomes")
    lost = "select array_agg(instrument order by instrument) from lost where course_id = %s"
    eventually(lambda: trio.query("outcomes", "select state from course where id = %s", course) == [("closed",)])
    assert "who5" in trio.query("outcomes", lost, course)[0][0]
    trio.start("kommune")
    eventually(lambda: state(trio.api("kommune"), operation) == "done", 20, "the scores")
    assert "who5" not in trio.query("outcomes", lost, course)[0][0]
    assert trio.query("reporting", "select count(*) from measurement_fact where course_id = %s", course) == [(3,)]


def test_measurement_waits_for_the_place_that_outcomes_has_not_heard_of(trio):  # noqa: F811
    api = trio.api("kommune")
    first = place(api, "cti", wishes={"languages": ["da"]})[1]["id"]
    others = [place(api, "cti")[1] for _ in range(10)]
    course = others[-1]["id"]
    assert others[-1]["state"] == "waiting"
    eventually(lambda: trio.query("outcomes", "select state from course where id = %s", course) == [("waiting",)])
    trio.stop("outcomes")
    assert api.post(f"/api/v1/courses/{first}/close", {"reason": "moved"}, wait=10).status_code == 200
    eventually(lambda: api.json(f"/api/v1/courses/{course}")["state"] == "offered", what="the place")
    operation = measure(api, course, "nine-areas", FULL_STAR)
    trio.stop("caseload")
    trio.start("outcomes", ready=False)
    eventually(lambda: trio.query("outcomes", "select entity from bus_parked") == [(course,)], 20, "that it waits")
    assert state(api, operation) == "pending"
    trio.start("caseload")
    eventually(lambda: state(api, operation) == "done", 20, "the scores")
    eventually(lambda: api.json(f"/api/v1/courses/{course}")["state"] == "enrolled", what="the enrolment")
    assert trio.query("outcomes", "select count(*) from bus_dead") == [(0,)]
