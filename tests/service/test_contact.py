# SPDX-License-Identifier: EUPL-1.2
"""Contacts during a course: entered on their own day, shown to who works with the citizen, told to reporting as codes."""

import uuid

import pytest

from harness.described import Described
from harness.facts import assert_refused, day, place
from harness.system import eventually


@pytest.fixture(scope="module")
def kommune(system):
    return Described(system.api("kommune"))


@pytest.fixture(scope="module")
def course(kommune):
    return place(kommune, "cti", authoredOn=day(-20))[1]["id"]


def contact(**more):
    return {"heldOn": day(0), "kind": "phone", "minutes": 15, **more}


def test_somebody_was_called_and_reporting_counts_it(system, kommune, course):
    answer = kommune.post(f"/api/v1/courses/{course}/contacts", contact(heldOn=day(-3), minutes=40))
    assert answer.status_code == 201
    entered = answer.json()
    assert (entered["heldOn"], entered["kind"], entered["minutes"]) == (day(-3), "phone", 40)
    assert entered in kommune.json(f"/api/v1/courses/{course}/contacts")["items"]
    told = "select course_id::text, held_on::text, kind, minutes from contact_fact where contact_id = %s"
    assert eventually(lambda: system.query("reporting", told, entered["id"])) == [(course, day(-3), "phone", 40)]


def test_the_same_key_is_the_same_contact(kommune, course):
    key, path = str(uuid.uuid4()), f"/api/v1/courses/{course}/contacts"
    first, second = (kommune.post(path, contact(minutes=7), key=key) for _ in range(2))
    assert first.json() == second.json() and first.status_code == second.status_code == 201
    assert [one["minutes"] for one in kommune.json(path)["items"]].count(7) == 1


@pytest.mark.parametrize(("wrong", "slug", "field"), [
    ({"heldOn": day(1)}, "invalid-value", "heldOn"),
    ({"heldOn": day(-21)}, "invalid-value", "heldOn"),
    ({"kind": "letter"}, "invalid-value", "kind"),
    ({"minutes": 0}, "missing-field", "minutes"),
    ({"minutes": 1441}, "invalid-value", "minutes"),
])
def test_what_is_wrong_is_refused_by_field(kommune, course, wrong, slug, field):
    before = kommune.json(f"/api/v1/courses/{course}/contacts")
    assert_refused(kommune.post(f"/api/v1/courses/{course}/contacts", contact(**wrong)), 422, slug, field)
    assert kommune.json(f"/api/v1/courses/{course}/contacts") == before


def test_a_contact_is_known_on_its_own_day_also_after_the_closing(kommune):
    course = place(kommune, "cti", authoredOn=day(-10))[1]["id"]
    assert kommune.post(f"/api/v1/courses/{course}/close", {"reason": "moved", "on": day(-2)}, wait=10).status_code == 200
    path = f"/api/v1/courses/{course}/contacts"
    assert kommune.post(path, contact(heldOn=day(-2))).status_code == 201
    assert_refused(kommune.post(path, contact(heldOn=day(-1))), 409, "conflict", "heldOn")
