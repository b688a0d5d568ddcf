# SPDX-License-Identifier: EUPL-1.2
"""A person under 18 gets no course: the enquiry is stored, the duty to notify is raised, and the answer names it."""

import uuid
from datetime import date

import pytest

from harness.described import Described
from harness.facts import TODAY, day, referral
from harness.fixtures import closing
from harness.system import System

REFERRALS, ENQUIRIES = "/api/v1/referrals", "/api/v1/enquiries"
BORN = date(TODAY.year - 17, 1, 1)
CPR = BORN.strftime("%d%m%y") + "4321"  # a seventh digit of 4: born 2000 to 2036
MINORS = [{"birthYear": BORN.year}, {"birthDate": BORN.isoformat()}, {"cpr": CPR}]


@pytest.fixture(scope="module")
def reden(cluster):
    made = System(cluster, ["reden"])
    with closing([made]):
        made.start()
        yield made


@pytest.fixture
def api(reden):
    return Described(reden.api("reden"))


def count(reden, table):
    return reden.query("reden", f"select count(*) from {table}")[0][0]


def sent_to(reden, receiver):
    return reden.query("reden", "select coalesce(max(seq), 0) from bus_out_stream where receiver = %s", receiver)[0][0]


@pytest.mark.parametrize("programme, provider", [("reden-1-1", "caseload"), ("cti", "kommune")])
@pytest.mark.parametrize("citizen", MINORS, ids=lambda citizen: next(iter(citizen)))
@pytest.mark.parametrize("wait", [None, 5], ids=["at once", "waited for"])
def test_a_minor_gets_no_course_and_the_duty_to_notify_is_raised(reden, api, programme, provider, citizen, wait):
    before = {table: count(reden, table) for table in ("course", "enquiry", "referral", "duty_to_notify")}
    sent = sent_to(reden, provider)
    answer = api.post(REFERRALS, referral(programme, citizen=citizen), wait=wait)
    assert answer.status_code == (201 if wait else 202), answer.text
    told = answer.json()
    assert (told["state"], told["statusReason"]) == ("rejected", "not-eligible")
    assert "under 18" in told["reason"] and "courseId" not in told
    duty = told["dutyToNotify"]
    assert duty["state"] == "open" and "underretningspligt" in duty["legalBasis"] and duty["raisedOn"] == day(0)
    after = {table: count(reden, table) for table in before}
    assert after == {table: rows + (table != "course") for table, rows in before.items()}
    assert sent_to(reden, provider) == sent  # nobody else is told of the person


def test_the_duty_stays_with_the_enquiry_and_the_referral(api):
    told = api.post(REFERRALS, referral(citizen=MINORS[0]), wait=5).json()
    enquiry = api.json(f"{ENQUIRIES}/{told['enquiryId']}")
    assert enquiry["dutyToNotify"] == told["dutyToNotify"] and enquiry["followedBy"] == "referral"
    assert api.json(f"{REFERRALS}/{told['id']}")["dutyToNotify"] == told["dutyToNotify"]
    operation = api.json(f"/api/v1/operations/{told['operation']}")
    assert operation["state"] == "refused" and operation["problem"]["field"] == "citizen"


def test_an_enquiry_by_a_minor_raises_the_duty(reden, api):
    before = count(reden, "duty_to_notify")
    answer = api.post(ENQUIRIES, {"receivedOn": day(0), "channel": "outreach", "age": 17})
    assert answer.status_code == 201 and answer.json()["dutyToNotify"]["state"] == "open"
    assert count(reden, "duty_to_notify") == before + 1


def test_the_same_key_again_raises_no_second_duty(reden, api):
    key, body = str(uuid.uuid4()), {"receivedOn": day(0), "channel": "outreach", "age": 16}
    first = api.post(ENQUIRIES, body, key=key)
    before = count(reden, "duty_to_notify")
    again = api.post(ENQUIRIES, body, key=key)
    assert again.headers["Location"] == first.headers["Location"] and again.status_code == 201
    assert again.json()["dutyToNotify"] == first.json()["dutyToNotify"]
    assert count(reden, "duty_to_notify") == before


@pytest.mark.parametrize("age", [18, 120])
def test_an_adults_enquiry_raises_no_duty(api, age):
    answer = api.post(ENQUIRIES, {"receivedOn": day(0), "channel": "outreach", "age": age})
    assert answer.status_code == 201 and "dutyToNotify" not in answer.json()


def test_who_has_turned_18_is_no_minor(api):
    born = TODAY.replace(year=TODAY.year - 18, day=min(TODAY.day, 28)).isoformat()
    answer = api.post(REFERRALS, referral(citizen={"birthDate": born}))
    assert answer.status_code == 202 and answer.json()["state"] == "requested" and "dutyToNotify" not in answer.json()


def test_an_unknown_age_is_no_minor(api):
    answer = api.post(REFERRALS, referral(citizen={"anonymous": True}))
    assert answer.json()["state"] == "requested" and "dutyToNotify" not in answer.json()


def test_an_enquiry_needs_nothing_but_date_and_channel(api):
    answer = api.post(ENQUIRIES, {"receivedOn": day(0), "channel": "self"})
    assert answer.status_code == 201
    enquiry = api.json(answer.headers["Location"])
    assert set(enquiry) == {"id", "version", "receivedOn", "channel", "followedBy", "createdAt", "number", "enteredBy"}
