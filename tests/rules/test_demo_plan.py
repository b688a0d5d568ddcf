# SPDX-License-Identifier: EUPL-1.2
"""The plan of the demonstration data, before anything is posted: the published figures, the goals, nobody over capacity."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache

import pytest

from harness import SOURCE
from demo import definitions, history, journey, plan, population
from demo.event import CLOSE, ENQUIRE, ENROL, MEASURE, REFER, SET_UP

TODAY = date(2026, 3, 2)
MOST_REQUESTS = 8500
DEFINITIONS = definitions.load(SOURCE)


@cache
def planned(seed):
    return plan.make(DEFINITIONS, TODAY, seed)


@pytest.fixture
def events():
    return planned(plan.SEED)


def courses(events):
    """{name: its events in order}"""
    found = defaultdict(list)
    for one in events:
        if one.kind > ENQUIRE:
            found[one.name].append(one)
    return found


def enrolled_on(steps):
    """The day of the first session or seat, or of the first star that is complete."""
    by_star = DEFINITIONS.programmes[steps[0].programme]["enrols_by"] == "star"
    for one in steps:
        star = one.kind == MEASURE and one.body["instrument"] == "nine-areas" and len(one.body["answers"]) == 9
        if one.kind == ENROL or (by_star and star):
            return one.on
    return None


def closed_on(steps):
    return steps[-1].on if steps[-1].kind == CLOSE else None


# --- capacity: who gets a place, by the rules of caseload ---


class Places:
    """Workers and groups with what they have open; the same choice as caseload makes."""

    def __init__(self, events):
        self.workers = {}
        for workers in DEFINITIONS.workers.values():
            self.workers |= workers
        self.workers |= {one.name: one.body for one in events if one.kind == SET_UP}
        self.open, self.of = Counter(), {}

    def cap(self, worker, programme):
        return min(self.workers[worker].get("cap") or 1000, DEFINITIONS.programmes[programme]["cap"])

    def take(self, event):
        wishes, day = event.body.get("wishes", {}), event.on.isoformat()
        best = None
        for name, worker in self.workers.items():
            active = worker.get("activeFrom", day) <= day <= worker.get("activeTo", day)
            cap = self.cap(name, event.programme)
            if event.programme not in worker["programmes"] or not active or self.open[name] >= cap:
                continue
            speaks = bool(set(wishes.get("languages", ())) & set(worker.get("languages", ())))
            gender = wishes.get("gender") is not None and wishes["gender"] == worker.get("gender")
            rank = (not speaks, not gender, self.open[name] / cap, name)
            best = min(best, rank) if best else rank
        assert best, f"{event.key} of {event.on} would have to wait"
        self.of[event.name] = best[-1]
        self.open[best[-1]] += 1

    def leave(self, event):
        self.open[self.of[event.name]] -= 1


def play(events):
    places = Places(events)
    for one in events:
        if one.kind == REFER:
            places.take(one)
        elif one.kind == CLOSE:
            places.leave(one)
    return places


@pytest.mark.parametrize("seed", range(1, 9))
def test_nobody_has_to_wait_and_nobody_is_over_capacity(seed):
    play(planned(seed))


def test_every_participant_of_a_group_sits_in_that_group(events):
    places = play(events)
    wrong = {name: place for name, place in places.of.items()
             if name.startswith(("psychoeducation-0", "psychoeducation-1", "employment-0")) and name[:-3] != place}
    assert not wrong


def test_today_every_programme_has_free_places_and_a_cti_worker_has_room(events):
    places = play(events)
    for programme in DEFINITIONS.programmes:
        free = {
            name: places.cap(name, programme) - places.open[name] for name, worker in places.workers.items()
            if programme in worker["programmes"] and worker.get("activeTo", "9999") >= TODAY.isoformat()
        }
        assert sum(free.values()) >= 5, programme
        assert programme != "cti" or min(free.values()) >= 1
    assert 25 <= sum(places.open.values()) <= 30


# --- order ---


def test_plan_is_the_same_for_the_same_seed_and_another_for_another(events):
    assert plan.make(DEFINITIONS, TODAY) == events
    assert planned(2) != events


def test_events_are_chronological_and_wait_for_earlier_ones_only(events):
    assert [one.on for one in events] == sorted(one.on for one in events)
    assert all(earlier < index for index, one in enumerate(events) for earlier in one.after)
    assert events[-1].on < TODAY
    assert len({(one.at, one.key) for one in events}) == len(events) <= MOST_REQUESTS


def test_a_course_is_asked_for_then_enrolled_then_measured_then_closed(events):
    for name, steps in courses(events).items():
        assert [one.step for one in steps] == list(range(len(steps))), name
        assert steps[0].kind == REFER and all(one.kind != REFER for one in steps[1:]), name
        assert all(one.on > steps[0].on for one in steps[1:]), name
        assert all(one.kind != CLOSE for one in steps[:-1]), name


def test_closes_and_referrals_of_a_programme_wait_for_each_other_in_turn(events):
    last = {}
    for index, one in enumerate(events):
        if one.kind in (CLOSE, REFER):
            assert one.programme not in last or last[one.programme] in one.after
            last[one.programme] = index


# --- the published figures ---


def test_enquiries_of_2008_to_2012_are_those_published(events):
    early = [one for one in events if one.kind in (ENQUIRE, REFER) and one.on < date(2013, 1, 1)]
    came = Counter()
    for one in early:
        assert one.kind == ENQUIRE and one.at == "kommune"
        period = next(n for n, (first, last) in enumerate(history.PERIODS) if first <= one.on <= last)
        came[one.body["channel"], period] += 1
    assert len([one for one in early if one.kind == ENQUIRE]) == 425
    assert [came["brobygger", n] for n in range(4)] == [15, 21, 7, 27]
    assert [came["cultural-mediator", n] for n in range(4)] == [16, 118, 96, 125]


@pytest.mark.parametrize("seed", range(1, 9))
def test_status_of_23_november_2015_is_the_published_one(seed):
    day = history.STATUS_DAY
    stood = Counter()
    for steps in courses(planned(seed)).values():
        if steps[0].programme != "cti" or steps[0].on > day:
            continue
        enrolled, closed = enrolled_on(steps), closed_on(steps)
        entered, ended = enrolled is not None and enrolled <= day, closed is not None and closed <= day
        stood[("entered" if entered else "offered") + (", ended" if ended else "")] += 1
        stood["new"] += entered and enrolled > date(2014, 11, 23)
    assert (stood["entered"], stood["offered"], stood["entered, ended"], stood["new"]) == (16, 3, 37, 24)


def test_cti_of_that_time_ends_by_the_last_funded_day(events):
    of_then = {name: steps for name, steps in courses(events).items() if name.startswith("cti-2012")}
    assert all(closed_on(steps) <= date(2016, 12, 31) for steps in of_then.values())
    assert sum(steps[0].on.year == 2016 for steps in of_then.values()) == 6
    at_new_year = [steps for steps in of_then.values()
                   if enrolled_on(steps) and enrolled_on(steps) <= date(2016, 1, 1) < closed_on(steps)]
    assert 15 <= len(at_new_year) <= 20


def test_two_thirds_are_at_risk_at_the_start_and_one_third_at_the_end(events):
    starts, ends, change = [], [], []
    for name, steps in courses(events).items():
        raw = {one.on: sum(one.body["answers"].values()) for one in steps
               if one.kind == MEASURE and one.body["instrument"] == "who5"}
        if not name.startswith("cti-2012") or not raw:
            continue
        starts.append(raw[min(raw)])
        if closed_on(steps) in raw:
            ends.append(raw[max(raw)])
            change.append(raw[max(raw)] - raw[min(raw)])
    assert abs(sum(raw <= 12 for raw in starts) / len(starts) - 2 / 3) < 0.02
    assert abs(sum(raw <= 12 for raw in ends) / len(ends) - 1 / 3) < 0.02
    assert len(starts) * 0.5 < len(ends) < len(starts) and sum(change) / len(change) > 2


# --- the population of 2020-2023 ---


def test_population_is_sized_like_the_goals(events):
    a_year = Counter()
    for steps in courses(events).values():
        if population.BEGIN <= steps[0].on <= population.END:
            a_year[steps[0].programme, (steps[0].on.replace(day=1) - timedelta(days=273)).year] += 1
    for year in (2020, 2021, 2022):
        assert 28 <= a_year["reden-1-1", year] <= 32
        assert 72 <= a_year["reden-outreach-counselling", year] <= 78
        assert 59 <= a_year["livarehab-psychoeducation", year] <= 61
        assert 58 <= a_year["livarehab-employment", year] + a_year["livarehab-job-coaching", year] <= 62
    outreach = [one for one in events if one.name.startswith("enquiry-outreach")]
    assert 145 * 3.25 <= len(outreach) <= 155 * 3.25
    half_years = Counter((one.opens.year * 12 + one.opens.month + 2) // 6 for one in population.psychoeducation())
    assert list(half_years.values()) == [2, 3, 4, 3, 4, 3]


def test_all_but_the_caseload_of_today_ended_with_the_grant(events):
    for name, steps in courses(events).items():
        running = "-now-" in name
        assert (closed_on(steps) is None) == running, name
        assert running or closed_on(steps) <= population.END, name
        if steps[0].on > date(2017, 1, 1) and not running and steps[0].programme != "cti":
            assert steps[0].on <= population.RECRUITMENT_END, name


def test_some_are_referred_by_reden_with_consent_and_some_without(events):
    sent = [one for one in events if one.kind == REFER and one.owner]
    assert {one.at for one in sent} == {"reden"} and {one.owner for one in sent} == {"livarehab", "kommune"}
    assert 10 <= sum(one.body["consent"]["given"] for one in sent) < len(sent) - 10


def test_measurements_are_those_the_programme_asks_for_with_answers_in_range(events):
    asked = {key: {row["instrument"] for row in programme["schedule"]} for key, programme in DEFINITIONS.programmes.items()}
    for one in events:
        if one.kind == MEASURE:
            instrument = DEFINITIONS.instruments[one.body["instrument"]]
            given = one.body["answers"].values()
            assert one.body["instrument"] in asked[one.programme]
            assert instrument["min_answers"] <= len(given) and instrument["min"] <= min(given)
            assert max(given) <= instrument["max"]


def test_end_reasons_tell_of_drop_out(events):
    reasons = Counter(steps[-1].body["reason"] for steps in courses(events).values() if closed_on(steps))
    assert reasons["completed"] > 0.5 * reasons.total()
    assert {"withdrew", "lost-contact", "stopped-by-citizen", "moved", "referred-on"} <= set(reasons)
    assert set(journey.MEASURED_AT_CLOSE) <= set(reasons)
