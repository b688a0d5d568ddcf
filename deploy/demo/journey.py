# SPDX-License-Identifier: EUPL-1.2
"""One citizen's way through one programme, and the requests that tell of it. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date

from . import days, people, ratings
from .event import CLOSE, ENROL, MEASURE, REFER, Event

# How likely a course that ends like this is measured at its close.
MEASURED_AT_CLOSE = {"completed": 0.92, "referred-on": 0.75, "stopped-by-citizen": 0.45, "moved": 0.4}
LOST_ROUND = 0.18  # how likely a round is not held
CHANNELS = ("self", 30), ("partner", 30), ("outreach", 15), ("brobygger", 15), ("vip", 10)
PARTNERS = ("kc", 50), ("reden", 15), ("livarehab", 10), ("svanegrupperne", 10), ("skp", 10), ("other", 5)
PRIORITIES = ("routine", 80), ("urgent", 14), ("asap", 6)


@dataclass
class Journey:
    name: str
    programme: str
    asked_on: date
    enrolled_on: date | None = None
    closed_on: date | None = None
    end_reason: str = ""
    sender: str = ""  # the organisation that refers, when it is not the provider
    consent: bool = False  # to tell the provider who she is
    brief: bool = False  # ends before there is anything to follow: measured at the start only
    settings: tuple = people.SETTINGS
    channels: tuple = CHANNELS
    aim: str = ""
    path: ratings.Path | None = field(default=None, repr=False)
    finishing: bool = False  # is measured at the close


def give_paths(rng, journeys):
    """Decides who is measured at the close, and how everybody fares."""
    entered = [one for one in journeys if one.enrolled_on]
    for one in entered:
        one.finishing = not one.brief and rng.random() < MEASURED_AT_CLOSE.get(one.end_reason, 0)
    finishing = [i for i, one in enumerate(entered) if one.finishing]
    for one, path in zip(entered, ratings.paths(rng, len(entered), finishing)):
        one.path = path


# --- requests ---


def events(rng, journey, definitions, until):
    """All requests of one course up to the day `until`, in order of their steps."""
    programme = definitions.programmes[journey.programme]
    journey.aim = people.pick(rng, people.AIMS)
    found = [_referral(rng, journey, programme)]
    if journey.enrolled_on and programme["enrols_by"] != "star":
        found.append(_event(journey, programme, journey.enrolled_on, ENROL, {"by": programme["enrols_by"]}, "on"))
    if journey.enrolled_on:
        found += _measurements(rng, journey, programme, definitions.instruments, until)
    if journey.closed_on and journey.closed_on <= until:
        end = _event(journey, programme, journey.closed_on, CLOSE, {"reason": journey.end_reason}, "on")
        found.append(replace(end, entered=bool(journey.enrolled_on)))
    return [replace(one, step=step) for step, one in enumerate(found)]


def _event(journey, programme, on, kind, body, dated):
    return Event(on, kind, programme["organisation"], journey.name, {**body, dated: on.isoformat()},
                 programme=journey.programme)


def _referral(rng, journey, programme):
    provider = programme["organisation"]
    told = people.citizen(rng, journey.asked_on.year, journey.settings, named=journey.consent or rng.random() < 0.15)
    body = {
        "programme": journey.programme,
        "aim": journey.aim,
        "priority": people.pick(rng, PRIORITIES),
        "authoredOn": journey.asked_on.isoformat(),
        "citizen": told,
        "reasons": people.reasons(rng),
        "channel": people.pick(rng, journey.channels),
        "wishes": people.wishes(rng, told),
    }
    if body["channel"] == "partner":
        body["partner"] = people.pick(rng, PARTNERS)
    if journey.sender:
        body["consent"] = {"given": journey.consent, "on": journey.asked_on.isoformat()}
    return Event(journey.asked_on, REFER, journey.sender or provider, journey.name, body,
                 programme=journey.programme, owner=provider if journey.sender else "")


# --- measurements ---


def _measurements(rng, journey, programme, instruments, until):
    found = []
    for on, due in visits(rng, journey, programme["schedule"], until):
        progress = _progress(journey, programme, on)
        for key in due:
            body = {"instrument": key, "answers": ratings.answers(rng, instruments[key], journey.path, progress)}
            if key == "nine-areas":
                body |= {"rater": "worker", "aim": _aim_now(rng, journey)}
                _leave_out(rng, body["answers"], progress)
            found.append(_event(journey, programme, on, MEASURE, body, "measuredOn"))
    return found


def _aim_now(rng, journey):
    """The purpose question is asked with every star; sometimes the answer has changed."""
    if rng.random() < 0.08:
        journey.aim = people.pick(rng, people.AIMS)
    return journey.aim


def _leave_out(rng, answers, progress):
    """Now and then a round ends before all areas are talked through; the star that enrols and the last are whole."""
    if 0 < progress < 1 and rng.random() < 0.06:
        for key in rng.sample(sorted(answers), 2):
            del answers[key]


def _progress(journey, programme, on):
    """How far on the path: to the close for who is measured there, else to the end that was planned."""
    end = journey.closed_on if journey.finishing else days.plus_months(journey.enrolled_on, programme["months"])
    whole = max(1, (end - journey.enrolled_on).days)
    return min(1, (on - journey.enrolled_on).days / whole)


def visits(rng, journey, schedule, until):
    """[(day, [instrument])] in order: the start, the rounds that were held, the close."""
    start, end = journey.enrolled_on, journey.closed_on or until
    starting = [row["instrument"] for row in schedule if row["at_start"]]
    if journey.brief:
        return [(start, ["who5"])]
    found = {start: starting}
    rounds = sorted({k * row["every_months"] for row in schedule for k in range(1, 13) if row["every_months"]})
    for month in rounds:
        on = days.workday(days.plus(days.plus_months(start, month), rng.randint(-4, 8)))
        held = rng.random() >= LOST_ROUND
        if held and (end - on).days > 21 * bool(journey.closed_on) and on <= until:
            found[on] = [row["instrument"] for row in schedule if month % row["every_months"] == 0]
    if journey.finishing and end <= until and end > start:
        found[end] = [row["instrument"] for row in schedule if row["at_close"]]
    return sorted(found.items())
