# SPDX-License-Identifier: EUPL-1.2
"""The path of one referral, with all seven daemons: posted, placed, measured, closed, and in the report."""

import uuid

import pytest

from harness.described import Described
from harness.facts import FULL_STAR, TODAY, WHO5, assert_refused, day, place, referral
from harness.system import eventually

REFERRALS = "/api/v1/referrals"


@pytest.fixture
def kommune(system):
    return Described(system.api("kommune"))


@pytest.fixture
def reden(system):
    return Described(system.api("reden"))


@pytest.fixture
def livarehab(system):
    return Described(system.api("livarehab"))


def months_later(text, months):
    """The same day so many months later, or the last day of that month."""
    year, month, number = (int(part) for part in text.split("-"))
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    for clamped in range(number, 0, -1):
        try:
            return TODAY.replace(year=year, month=month, day=clamped).isoformat()
        except ValueError:
            continue
    raise AssertionError(text)


def measure(api, course, instrument="nine-areas", answers=None, **more):
    body = {"instrument": instrument, "answers": answers or FULL_STAR, **more}
    answer = api.post(f"/api/v1/courses/{course['id']}/measurements", body, wait=10)
    assert answer.status_code == 201, answer.text
    return answer.json()


def course_when(api, course, check, what="the course"):
    """The course, as soon as check(course) holds."""

    def look():
        now = api.json(f"/api/v1/courses/{course['id']}")
        return now if check(now) else None

    return eventually(look, what=what)


def close(api, course, reason="completed", **more):
    return api.post(f"/api/v1/courses/{course['id']}/close", {"reason": reason, **more}, wait=10)


# --- posted and placed ---


def test_a_referral_is_acknowledged_and_its_operation_tells_how_far_it_is(kommune):
    answer = kommune.post(REFERRALS, referral("cti"))
    assert answer.status_code == 202
    posted = answer.json()
    assert posted["state"] == "requested" and posted["direction"] == "own"
    assert answer.headers["Location"] == f"/api/v1/operations/{posted['operation']}"

    def done():
        operation = kommune.json(answer.headers["Location"])
        return operation if operation["state"] != "pending" else None

    operation = eventually(done)
    assert (operation["kind"], operation["state"]) == ("refer", "done")
    assert operation["subject"] == f"{REFERRALS}/{posted['id']}" and operation["decidedAt"] >= operation["createdAt"]
    decided = kommune.json(operation["subject"])
    assert (decided["state"], decided["capacity"], decided["courseState"]) == ("accepted", "capacity", "offered")
    assert decided["worker"].startswith("cti-") and decided["workerName"] and decided["reason"].endswith(".")


def test_with_wait_the_post_itself_returns_the_decision(kommune):
    answer = kommune.post(REFERRALS, referral("cti"), wait=5)
    assert answer.status_code == 201 and answer.headers["Preference-Applied"] == "wait=5"
    decided = answer.json()
    assert answer.headers["Location"] == f"{REFERRALS}/{decided['id']}"
    assert (decided["state"], decided["courseState"]) == ("accepted", "offered")
    assert kommune.json(answer.headers["Location"]) == decided


def test_the_choice_is_explained_in_words_and_the_course_shows_it(kommune):
    decided, course = place(kommune, "cti", wishes={"languages": ["th"], "gender": "woman"})
    assert course["worker"] == decided["worker"] == "cti-2" and course["workerName"] == "Kanya Srisuk"
    assert course["reasonCode"] == "language" and "Thai" in course["reason"]
    assert course["reason"] == decided["reason"] and course["state"] == "offered"
    assert course["id"] in [one["id"] for one in kommune.json("/api/v1/courses?programme=cti&worker=cti-2")["items"]]


def test_a_citizen_who_returns_gets_the_former_worker(kommune):
    cpr = {"cpr": "0101804321"}
    first, course = place(kommune, "cti", citizen=cpr, wishes={"languages": ["de"]})
    assert close(kommune, course).status_code == 200
    again = place(kommune, "cti", citizen=cpr)[1]
    assert again["worker"] == first["worker"] and again["reasonCode"] == "former-worker"


def test_the_same_key_gives_the_same_location_and_the_current_state(kommune):
    key, body = str(uuid.uuid4()), referral("cti")
    first = kommune.post(REFERRALS, body, key=key)
    eventually(lambda: kommune.json(first.headers["Location"])["state"] == "done")
    again = kommune.post(REFERRALS, body, key=key)
    assert again.headers["Location"] == first.headers["Location"] and again.status_code == 202
    assert again.json()["id"] == first.json()["id"] and again.json()["state"] == "accepted"
    waited = kommune.post(REFERRALS, body, key=key, wait=5)
    assert waited.status_code == 201 and waited.json()["id"] == first.json()["id"]
    assert_refused(kommune.post(REFERRALS, body | {"aim": "improve"}, key=key), 422, "idempotency-key-reused",
                   "Idempotency-Key")


def test_the_same_key_at_two_organisations_is_two_referrals(kommune, reden):
    key = str(uuid.uuid4())
    ids = [api.post(REFERRALS, referral("cti"), key=key).json()["id"] for api in (kommune, reden)]
    assert ids[0] != ids[1]


def test_names_and_words_stay_in_the_intake_node(system, kommune):
    secret = f"Secret{uuid.uuid4().hex}"
    _, course = place(kommune, "cti", note=secret, citizen={"name": secret, "phone": secret, "birthYear": 1990})
    measure(kommune, course)
    for name in ("caseload", "outcomes", "reporting"):
        tables = system.query(name, "select tablename from pg_tables where schemaname = 'public'")
        for (table,) in tables:
            found = system.query(name, f'select count(*) from "{table}" t where t::text like %s', f"%{secret}%")
            assert found == [(0,)], f"{name}.{table}"
        assert secret not in system.log(name)
    assert secret not in system.log("kommune")


def test_words_come_back_as_they_were_written(kommune):
    name, note = "Åse Ørsted \u0e01\u0e34\u0e15 \U0001f642", 'said: "nej";\n<b>\\ \t\u2028 end'
    sent, _ = place(kommune, "cti", citizen={"name": name, "birthYear": 1990}, note=note)
    got = kommune.json(f"{REFERRALS}/{sent['id']}")
    assert (got["citizen"]["name"], got["note"]) == (name, note)


# --- measured ---


def test_the_first_complete_star_enrols_and_starts_phase_1(kommune):
    _, course = place(kommune, "cti")
    assert {one["kind"] for one in course_when(kommune, course, lambda c: c.get("due"))["due"]} == {"start"}
    partial = {area: 3 for area in list(FULL_STAR)[:8]}
    scored = measure(kommune, course, answers=partial, aim="exit")
    assert scored["state"] == "scored" and "complete" not in scored
    assert kommune.json(f"/api/v1/courses/{course['id']}")["state"] == "offered"

    scored = measure(kommune, course, aim="improve")
    assert scored["complete"] and {one["area"] for one in scored["scores"]} == set(FULL_STAR)
    enrolled = course_when(kommune, course, lambda c: c["state"] == "enrolled", "enrolment")
    assert enrolled["enrolledOn"] == day(0) and enrolled["plannedEnd"] == months_later(day(0), 12)
    assert enrolled["phase"]["number"] == 1 and len(enrolled["phases"]) == 3 and enrolled["aim"] == "improve"
    assert kommune.json(f"{REFERRALS}/{course['referralId']}")["state"] == "in-progress"

    measured = course_when(kommune, course, lambda c: any(one["kind"] == "round" for one in c["due"]))
    star = [one for one in measured["due"] if one["instrument"] == "nine-areas"]
    assert star == [{"instrument": "nine-areas", "dueOn": months_later(day(0), 2), "kind": "round"},
                    {"instrument": "nine-areas", "dueOn": enrolled["plannedEnd"], "kind": "closing"}]
    assert {"instrument": "who5", "dueOn": day(0), "kind": "start"} in measured["due"]


def test_measurements_are_scored_and_compared_with_the_first(kommune):
    _, course = place(kommune, "cti", authoredOn=day(-150))
    first = measure(kommune, course, "who5", WHO5, measuredOn=day(-150))
    assert first["scores"] == [{"value": 4 * sum(WHO5.values()), "band": "at-risk"}]
    better = measure(kommune, course, "who5", dict.fromkeys(WHO5, 4), measuredOn=day(-90))
    assert better["scores"] == [{"value": 80, "band": "no-risk", "change": 32, "development": "positive"}]
    listed = kommune.json(f"/api/v1/courses/{course['id']}/measurements")["items"]
    assert [one["measuredOn"] for one in listed] == [day(-90), day(-150)]
    assert all(one["state"] == "scored" for one in listed)
    assert kommune.json(f"/api/v1/measurements/{first['id']}")["answers"] == WHO5


def test_a_course_enrolled_five_months_ago_is_in_phase_2_and_due(kommune):
    begin = months_later(day(0), -5)
    _, course = place(kommune, "cti", authoredOn=begin)
    measure(kommune, course, measuredOn=begin)
    now = course_when(kommune, course, lambda c: any(one["kind"] == "round" for one in c.get("due", [])))
    assert now["enrolledOn"] == begin and now["phase"]["number"] == 2
    assert {"instrument": "nine-areas", "dueOn": months_later(begin, 2), "kind": "round"} in now["due"]
    measure(kommune, course, measuredOn=months_later(begin, 4))
    following = {"instrument": "nine-areas", "dueOn": months_later(begin, 6), "kind": "round"}
    course_when(kommune, course, lambda c: following in c["due"], "the next round")


def test_one_worker_s_star_is_not_compared_with_the_citizen_s(kommune):
    _, course = place(kommune, "cti")
    measure(kommune, course, rater="citizen")
    by_worker = measure(kommune, course, rater="worker", answers=dict.fromkeys(FULL_STAR, 9))
    assert all("change" not in one for one in by_worker["scores"])


def test_a_session_enrols_where_the_programme_says_so(livarehab):
    _, course = place(livarehab, "livarehab-job-coaching")
    answer = livarehab.post(f"/api/v1/courses/{course['id']}/enrol", {"by": "session"}, wait=10)
    assert answer.status_code == 200
    enrolled = answer.json()
    assert enrolled["state"] == "enrolled" and enrolled["plannedEnd"] == months_later(day(0), 5)


def test_a_session_does_not_enrol_where_the_star_does(kommune):
    _, course = place(kommune, "cti")
    path = f"/api/v1/courses/{course['id']}/enrol"
    assert_refused(kommune.post(path, {"by": "session"}, wait=10), 422, "rule-refused", "by")
    late = kommune.post(path, {"by": "session"})
    assert late.status_code == 202 and late.json()["state"] == "pending"
    eventually(lambda: kommune.json(late.headers["Location"])["state"] != "pending")
    operation = kommune.json(late.headers["Location"])
    assert operation["state"] == "refused" and operation["problem"]["field"] == "by"
    assert kommune.json(f"/api/v1/courses/{course['id']}")["state"] == "offered"


def test_a_course_in_the_last_month_of_funding_is_shortened_and_says_so(kommune):
    _, course = place(kommune, "cti", authoredOn="2016-02-10")
    measure(kommune, course, measuredOn="2016-02-20")
    enrolled = course_when(kommune, course, lambda c: c["state"] == "enrolled", "enrolment")
    assert enrolled["plannedEnd"] == "2016-12-31" and enrolled["shortened"] and "10 months" in enrolled["reason"]
    assert close(kommune, enrolled, on="2016-12-31").status_code == 200


def test_after_the_recruitment_window_the_citizen_is_registered_and_not_enrolled(kommune):
    answer = kommune.post(REFERRALS, referral("cti", authoredOn="2016-05-01"), wait=5)
    assert answer.status_code == 201
    decided = answer.json()
    assert decided["state"] == "rejected" and "2016-03-31" in decided["reason"] and "courseId" not in decided
    assert kommune.json(f"/api/v1/enquiries/{decided['enquiryId']}")["receivedOn"] == "2016-05-01"


# --- closed, and the next in line ---


def test_closing_says_so_and_the_referral_is_completed(kommune):
    _, course = place(kommune, "cti")
    measure(kommune, course)
    course_when(kommune, course, lambda c: c["state"] == "enrolled", "enrolment")
    answer = close(kommune, course, "moved")
    assert answer.status_code == 200
    closed = answer.json()
    assert (closed["state"], closed["closedOn"], closed["endReason"]) == ("closed", day(0), "moved")
    assert not closed.get("due") and "phase" not in closed
    assert kommune.json(f"{REFERRALS}/{course['referralId']}")["state"] == "completed"
    operation = kommune.post(f"/api/v1/courses/{course['id']}/close", {"reason": "moved"}, wait=5)
    assert_refused(operation, 409, "conflict", "state")


def test_closing_on_the_version_that_was_read_is_done_and_on_an_older_one_refused(kommune):
    _, course = place(kommune, "cti")
    etag = kommune.get(f"/api/v1/courses/{course['id']}").headers["ETag"]
    measure(kommune, course)
    enrolled = course_when(kommune, course, lambda c: c["state"] == "enrolled", "enrolment")
    path, body = f"/api/v1/courses/{course['id']}/close", {"reason": "completed"}
    assert_refused(kommune.post(path, body, headers={"If-Match": etag}), 412, "stale-version", "If-Match")
    answer = kommune.post(path, body, headers={"If-Match": f'"{enrolled["version"]}"'}, wait=10)
    assert answer.status_code == 200 and answer.json()["state"] == "closed"


def test_a_freed_place_goes_to_the_first_in_line_by_itself(system, livarehab):
    lead = Described(system.api("livarehab", "lead"))
    for group in ("psychoeducation-a", "psychoeducation-b"):
        seats = lead.json(f"/api/v1/workers/{group}")
        changed = {key: seats[key] for key in ("name", "kind", "programmes", "languages")} | {"cap": 1}
        assert lead.put(f"/api/v1/workers/{group}", changed).status_code == 200
    programme = "livarehab-psychoeducation"
    seated = [place(livarehab, programme)[1] for _ in range(2)]
    assert {course["state"] for course in seated} == {"offered"}
    routine, urgent, later = (place(livarehab, programme, priority=one) for one in ("routine", "urgent", "routine"))
    assert {decided["capacity"] for decided, _ in (routine, urgent, later)} == {"waitlist"}
    waiting = livarehab.json(f"/api/v1/waiting-list?programme={programme}")["items"]
    assert [course["id"] for course in waiting] == [course["id"] for _, course in (urgent, routine, later)]
    assert [course["waitingPosition"] for course in waiting] == [1, 2, 3]
    assert all(course["reason"] and course["waitingSince"] == day(0) for course in waiting)

    assert close(livarehab, seated[0], "stopped-by-citizen").status_code == 200
    served = course_when(livarehab, urgent[1], lambda c: c["state"] == "offered", "the place")
    assert served["worker"] == seated[0]["worker"] and served["offeredOn"] == day(0)
    waiting = livarehab.json(f"/api/v1/waiting-list?programme={programme}")["items"]
    assert [(one["id"], one["waitingPosition"]) for one in waiting] == [(routine[1]["id"], 1), (later[1]["id"], 2)]
    assert livarehab.json(f"{REFERRALS}/{urgent[0]['id']}")["capacity"] == "capacity"


# --- another organisation's programme ---


def test_a_referral_to_another_organisation_becomes_its_course_and_the_answer_comes_back(reden, kommune):
    body = referral("cti", citizen={"name": "Anna Test", "cpr": "0202804321"}, note="a note", consent={"given": True})
    answer = reden.post(REFERRALS, body, wait=10)
    assert answer.status_code == 201, answer.text
    sent = answer.json()
    assert (sent["direction"], sent["requester"], sent["owner"]) == ("sent", "reden", "kommune")
    assert sent["state"] == "accepted" and sent["worker"].startswith("cti-") and sent["reason"]
    assert "courseId" not in sent and "workerName" not in sent  # the course is the kommune's

    received = kommune.json(f"{REFERRALS}/{sent['id']}")
    assert (received["direction"], received["requester"], received["owner"]) == ("received", "reden", "kommune")
    assert (received["partner"], received["channel"], received["state"]) == ("reden", "partner", "accepted")
    assert received["citizen"]["name"] == "Anna Test" and received["note"] == "a note"
    course = kommune.json(f"/api/v1/courses/{received['courseId']}")
    assert course["state"] == "offered" and course["organisation"] == "kommune"
    assert_refused(reden.get(f"/api/v1/courses/{received['courseId']}"), 404, "not-found", "id")

    measure(kommune, course)
    eventually(lambda: reden.json(f"{REFERRALS}/{sent['id']}")["state"] == "in-progress", what="the answer")
    course_when(kommune, course, lambda c: c["state"] == "enrolled")
    assert close(kommune, course).status_code == 200
    eventually(lambda: reden.json(f"{REFERRALS}/{sent['id']}")["state"] == "completed", what="the answer")


def test_without_consent_the_need_travels_and_not_the_person(reden, kommune):
    body = referral("cti", citizen={"name": "Bea Test", "cpr": "0303804321", "phone": "12345678"}, note="a note",
                    reasons=["housing"])
    sent = reden.post(REFERRALS, body, wait=10).json()
    received = kommune.json(f"{REFERRALS}/{sent['id']}")
    assert received["citizen"] == {"anonymous": True} and "note" not in received
    assert received["reasons"] == ["housing"]
    assert reden.json(f"{REFERRALS}/{sent['id']}")["citizen"]["name"] == "Bea Test"


def test_another_organisation_s_refusal_comes_back_with_the_reason(reden):
    answer = reden.post(REFERRALS, referral("livarehab-employment", authoredOn="2023-11-01"), wait=10)
    assert answer.status_code == 201
    decided = answer.json()
    assert decided["state"] == "rejected" and "2023-09-30" in decided["reason"]
    operation = reden.json(f"/api/v1/operations/{decided['operation']}")
    assert operation["state"] == "refused" and operation["problem"]["rule"] == decided["reason"]


def test_a_received_referral_is_the_kommune_s_and_not_livarehab_s(reden, livarehab):
    sent = reden.post(REFERRALS, referral("cti"), wait=10).json()
    assert_refused(livarehab.get(f"{REFERRALS}/{sent['id']}"), 404, "not-found", "id")


# --- lists ---


def test_lists_are_paged_without_loss_or_repetition(kommune):
    for path in (REFERRALS, "/api/v1/courses", "/api/v1/enquiries"):
        whole = [one["id"] for one in kommune.json(f"{path}?limit=500")["items"]]
        assert len(whole) > 5
        paged, query = [], "?limit=3"
        while query:
            page = kommune.json(path + query)
            paged += [one["id"] for one in page.get("items", [])]
            query = f"?limit=3&after={page['next']}" if "next" in page else ""
        assert paged == whole
