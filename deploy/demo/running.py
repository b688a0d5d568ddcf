# SPDX-License-Identifier: EUPL-1.2
"""The caseload of today: what a newcomer finds when she opens the system. Pure; all dates are counted back from one day.

Small enough that every programme has free places: of the CTI workers none is full.
"""

from datetime import date

from . import days, people
from .event import ENQUIRE, SET_UP, Event
from .journey import Journey
from .population import INDOORS, STREET

# Groups of today: days before today from which they take citizens, and since which they meet.
GROUPS = {"psychoeducation-a": 34, "psychoeducation-b": 6, "employment-a": 80, "employment-b": 12}
ANCHOR = "employment-a"  # the first that is set up: by it the system remembers which day the plan was made for

# For each programme, days before today on which they were enrolled; 0: offered a place lately, not yet enrolled.
OPEN = (
    ("cti", "kommune-now", (322, 260, 214, 150, 96, 62, 25, 0)),
    ("reden-1-1", "one-to-one-now", (140, 88, 47, 20, 0)),
    ("reden-outreach-counselling", "counselling-now", (70, 33, 12, 4)),
    ("livarehab-job-coaching", "coaching-now", (115, 64, 9)),
    ("livarehab-psychoeducation", "psychoeducation-now", (18, 18, 18, 18)),
    ("livarehab-employment", "employment-now", (52, 52, 52)),
)
SETTINGS = {"reden-1-1": STREET, "reden-outreach-counselling": INDOORS}
ENQUIRIES = (("reden", "outreach", 24), ("kommune", "self", 5), ("kommune", "brobygger", 5), ("livarehab", "partner", 4))


def anchor_of(active_from):
    """The day the plan was made for, by what the system knows of the first group."""
    return days.plus(active_from, GROUPS[ANCHOR])


def set_up(workers, today):
    """The groups of today as they are set up, with the day from which they take citizens."""
    found = []
    for group, ago in GROUPS.items():
        body = workers["livarehab"][group] | {"activeFrom": days.plus(today, -ago).isoformat()}
        found.append(Event(date.min, SET_UP, "livarehab", group, body))
    return found


def journeys(rng, today):
    found = []
    for programme, label, enrolled in OPEN:
        seats = "psychoeducation" in programme or "employment" in programme
        for number, ago in enumerate(enrolled, 1):
            asked = ago + rng.randint(3, 12 if seats else 20)
            one = Journey(f"{label}-{number}", programme, days.plus(today, -asked),
                          settings=SETTINGS.get(programme, people.SETTINGS))
            one.enrolled_on = days.plus(today, -ago) if ago else None
            if programme.startswith("livarehab") and number == 1:
                one.sender, one.consent = "reden", True
            found.append(one)
    return found


def enquiries(rng, today):
    found = []
    for organisation, channel, count in ENQUIRIES:
        for index, day in enumerate(days.spread(rng, days.plus(today, -75), days.plus(today, -1), count), 1):
            partner = {"partner": "kc"} if channel == "partner" else {}
            body = people.enquiry(rng, day, channel, **partner)
            found.append(Event(day, ENQUIRE, organisation, f"enquiry-now-{organisation}-{channel}-{index}", body))
    return found
