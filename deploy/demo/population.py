# SPDX-License-Identifier: EUPL-1.2
"""A synthetic population of 2020-10-01 to 2023-12-31, sized like the goals of the grant of 2020. Pure.

The grant recruits to 2023-09-30 and pays to 2023-12-31. CTI is no part of it; it takes nobody in 2023 here, so that
its courses of twelve months, too, have ended by then.
"""

from dataclasses import dataclass
from datetime import date

from . import days, people
from .event import ENQUIRE, SET_UP, Event
from .journey import Journey

BEGIN, RECRUITMENT_END, END = date(2020, 10, 1), date(2023, 9, 30), date(2023, 12, 31)
LAST_WORKDAY = date(2023, 12, 29)
YEARS = 3  # the years that are recruited in
OUTREACH_A_YEAR = 150
STREET = (("street", 100),)
INDOORS = ("clinic", 55), ("escort", 30), ("private", 15)
OUTREACH = ("outreach", 85), ("self", 15)
LEAVING = ("stopped-by-citizen", "lost-contact", "lost-contact", "moved", "referred-on")


@dataclass(frozen=True)
class OneToOne:
    """A programme in which a worker follows one citizen. `lengths` in days are dealt like cards from a deck, so that
    long courses never bunch up and nobody has to wait."""

    programme: str
    label: str
    a_year: int
    lengths: tuple
    until: date
    brief_below: int = 0
    leaving: float = 0.22
    never_entered: float = 0.06
    from_reden: float = 0.0
    settings: tuple = people.SETTINGS
    channels: tuple = (("self", 35), ("partner", 45), ("brobygger", 20))


ONE_TO_ONE = (
    OneToOne("cti", "cti-2020", 24, (365,), date(2022, 12, 16), from_reden=0.2),
    OneToOne("reden-1-1", "one-to-one", 30, (35, 62, 88, 95, 118, 125, 150, 178), RECRUITMENT_END, settings=STREET,
             channels=(("outreach", 40), ("self", 30), ("partner", 30))),
    OneToOne("reden-outreach-counselling", "counselling", 75, (1, 3, 8, 12, 20, 28, 45, 66, 86), RECRUITMENT_END,
             brief_below=30, leaving=0.1, settings=INDOORS, channels=OUTREACH),
    OneToOne("livarehab-job-coaching", "coaching", 36, (70, 95, 110, 125, 140, 150), RECRUITMENT_END, from_reden=0.15),
)


def one_to_one(rng, form):
    """Two intakes that follow each other lie about equally far apart; a year is counted from 1 October."""
    whole_months = (form.until.year - BEGIN.year) * 12 + form.until.month - BEGIN.month + 1
    found, deck = [], []
    for number, asked in enumerate(days.spread(rng, BEGIN, form.until, form.a_year * whole_months // 12), 1):
        deck = deck or rng.sample(form.lengths, len(form.lengths))
        one = Journey(f"{form.label}-{number:03}", form.programme, days.workday(asked) if number > 1 else asked,
                      settings=form.settings, channels=form.channels)
        _live(rng, one, form, deck.pop())
        _sender(rng, one, form.from_reden)
        found.append(one)
    return found


def _live(rng, one, form, length):
    """How the course goes: never entered, left, or to its end."""
    if rng.random() < form.never_entered:
        one.closed_on, one.end_reason = days.plus(one.asked_on, rng.randint(5, 25)), "withdrew"
        return
    one.enrolled_on = days.plus(one.asked_on, rng.randint(2, 12))
    one.brief = length < form.brief_below
    one.end_reason = "completed" if one.brief or rng.random() < 0.9 else "referred-on"
    if not one.brief and rng.random() < form.leaving:
        one.end_reason, length = rng.choice(LEAVING), max(2, int(length * rng.uniform(0.2, 0.8)))
    end = days.plus_months(one.enrolled_on, 12) if length == 365 else days.plus(one.enrolled_on, length)
    one.closed_on = min(end, LAST_WORKDAY)


def _sender(rng, one, share):
    """Some are referred by Reden; two thirds of them agree that the provider is told who they are."""
    if rng.random() < share:
        one.sender, one.consent = "reden", rng.random() < 0.65


# --- groups ---


@dataclass(frozen=True)
class Group:
    """A group that follows another: it takes citizens from `opens`, meets from `starts` to `ends`."""

    id: str
    name: str
    programme: str
    opens: date
    starts: date
    ends: date
    participants: int


def psychoeducation():
    """Two groups in the first half-year of the grant, then three to four a half-year: 60 participants a year."""
    plan = ((2020, 10, 2, (12, 12)), (2021, 4, 3, (12, 12, 12)), (2021, 10, 4, (9, 8, 9, 8)), (2022, 4, 3, (9, 8, 9)),
            (2022, 10, 4, (9, 8, 9, 8)), (2023, 4, 3, (9, 8, 9)))
    found = []
    for year, month, count, sizes in plan:
        for index in range(count):
            opens = days.plus(date(year, month, 1), index * 182 // count)
            starts = days.plus(opens, 9 if count == 4 else 16)
            number = len(found) + 1
            found.append(Group(f"psychoeducation-{number:02}", f"Psychoeducation, group {number} of the grant of 2020",
                               "livarehab-psychoeducation", opens, starts, days.plus(starts, 35), sizes[index]))
    return found


def employment():
    """Two groups of twelve a year, five months each."""
    found = []
    for year in range(2020, 2020 + YEARS):
        for opens in (date(year, 10, 1), date(year + 1, 4, 1)):
            number = len(found) + 1
            starts = days.plus(opens, 25)
            found.append(Group(f"employment-{number:02}", f"Employment course, group {number} of the grant of 2020",
                               "livarehab-employment", opens, starts, days.plus(starts, 150), 12))
    return found


def groups():
    return [*psychoeducation(), *employment()]


def set_up(group):
    body = {"name": group.name, "kind": "group", "programmes": [group.programme], "cap": 12, "languages": ["da", "en"],
            "activeFrom": group.opens.isoformat(), "activeTo": group.ends.isoformat()}
    return Event(date.min, SET_UP, "livarehab", group.id, body)


def participants(rng, group):
    """Who took part in a group: they come before it starts, a quarter leave before it ends."""
    found = []
    asked_days = days.spread(rng, group.opens, days.plus(group.starts, -1), group.participants)
    whole = (group.ends - group.starts).days
    for number, asked in enumerate(asked_days, 1):
        leaves = rng.random() < 0.25
        one = Journey(f"{group.id}-{number:02}", group.programme, asked, enrolled_on=group.starts,
                      closed_on=days.plus(group.starts, rng.randint(5, whole - 5)) if leaves else group.ends,
                      end_reason=rng.choice(LEAVING) if leaves else "completed")
        _sender(rng, one, 0.2)
        found.append(one)
    return found


# --- all of it ---


def journeys(rng):
    found = [one for form in ONE_TO_ONE for one in one_to_one(rng, form)]
    return found + [one for group in groups() for one in participants(rng, group)]


def outreach(rng):
    """Contacts of the outreach work that were registered and led to nothing more; two of them with a minor."""
    count = OUTREACH_A_YEAR * ((END - BEGIN).days + 1) // 365
    minors = set(rng.sample(range(count), 2))
    found = []
    for index, day in enumerate(days.spread(rng, BEGIN, END, count)):
        told = {"setting": people.pick(rng, INDOORS)} | ({"age": 17} if index in minors else {})
        body = people.enquiry(rng, day, "outreach", **told)
        found.append(Event(day, ENQUIRE, "reden", f"enquiry-outreach-{index + 1:03}", body))
    return found
