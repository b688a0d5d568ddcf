# SPDX-License-Identifier: EUPL-1.2
"""What the programme's own papers publish: the enquiries of 2008-2012, and CTI up to the status of 23 November 2015,
each course followed to its natural end. Pure. The numbers are the papers'; who stands behind them is invented."""

from datetime import date

from . import days, people
from .event import ENQUIRE, Event
from .journey import Journey

STATUS_DAY = date(2015, 11, 23)
STATUS = {"enrolled": 16, "inClarification": 3, "closed": 37, "attached": 19, "intakePerMonth": 2}

PERIODS = (
    (date(2008, 5, 1), date(2009, 4, 30)),
    (date(2009, 5, 1), date(2010, 12, 31)),
    (date(2011, 1, 1), date(2011, 12, 31)),
    (date(2012, 1, 1), date(2012, 12, 31)),
)
ENQUIRIES = {"brobygger": (15, 21, 7, 27), "cultural-mediator": (16, 118, 96, 125)}

LAST_FUNDED_DAY = date(2016, 12, 31)
MONTHS = 12
# Of the 37 closed, the 24 of the last year give 8; so 29 had come before, and were closed by then. A year is the twelve
# months before the status day, which itself counts.
EARLIER, LAST_YEAR, LEFT_OF_LAST_YEAR, NEVER_ENTERED, IN_2016 = 29, 24, 8, 9, 6
LEAVING = ("lost-contact", "stopped-by-citizen", "moved", "referred-on")
ORDINARY_END = ("completed",) * 9 + ("referred-on",)


def enquiries(rng):
    found = []
    for channel, counts in ENQUIRIES.items():
        for number, (period, count) in enumerate(zip(PERIODS, counts), 1):
            for index, day in enumerate(days.spread(rng, *period, count), 1):
                settings = {"setting": "clinic"} if channel == "cultural-mediator" and rng.random() < 0.7 else {}
                body = people.enquiry(rng, day, channel, **settings)
                found.append(Event(day, ENQUIRE, "kommune", f"enquiry-{channel}-{number}-{index}", body))
    return found


def journeys(rng):
    found = [*earlier(rng), *last_year(rng), *in_clarification(rng), *in_2016(rng), *never_entered(rng)]
    for number, one in enumerate(sorted(found, key=lambda journey: journey.asked_on), 1):
        one.name = f"cti-2012-{number:03}"
    return found


def natural_end(enrolled_on):
    return min(days.plus_months(enrolled_on, MONTHS), LAST_FUNDED_DAY)


def journey(rng, enrolled_on, leaves_on=None, asked_on=None):
    """A course to its natural end, or until the citizen leaves it."""
    enrolled_on = days.workday(enrolled_on)
    return Journey(
        name="", programme="cti",
        asked_on=asked_on or days.workday(days.plus(enrolled_on, -rng.randint(7, 30))),
        enrolled_on=enrolled_on,
        closed_on=leaves_on or natural_end(enrolled_on),
        end_reason=rng.choice(LEAVING) if leaves_on else rng.choice(ORDINARY_END),
    )


def earlier(rng):
    """Enrolled before the year that is counted; one in four left early, all had ended by the status day."""
    found = []
    leaving = set(rng.sample(range(EARLIER), EARLIER // 4))
    for index, day in enumerate(days.spread(rng, date(2013, 2, 4), date(2014, 11, 14), EARLIER)):
        leaves = days.plus(day, rng.randint(70, 280)) if index in leaving else None
        found.append(journey(rng, day, leaves))
    return found


def last_year(rng):
    """Two a month in the twelve months before the status day; eight of them left before it."""
    found = []
    leaving = set(rng.sample(range(18), LEFT_OF_LAST_YEAR))
    for index in range(LAST_YEAR):
        first = days.plus(days.plus_months(date(2014, 11, 24), index // 2), 15 * (index % 2))
        enrolled = days.plus(first, rng.randint(0, 10))
        room = (STATUS_DAY - enrolled).days
        leaves = days.plus(enrolled, rng.randint(min(45, room // 2), room - 1)) if index in leaving else None
        found.append(journey(rng, enrolled, leaves))
    return found


def in_clarification(rng):
    """Offered a place before the status day, enrolled after it."""
    asked = (date(2015, 10, 28), date(2015, 11, 9), date(2015, 11, 19))
    enrolled = days.spread(rng, date(2015, 11, 30), date(2015, 12, 18), len(asked))
    return [journey(rng, day, asked_on=one) for one, day in zip(asked, enrolled)]


def in_2016(rng):
    """The recruitment of January to March 2016: courses of ten months or less, rounded off by the last funded day."""
    found = []
    for day in days.spread(rng, date(2016, 1, 18), date(2016, 3, 25), IN_2016):
        asked = max(date(2016, 1, 4), days.plus(day, -rng.randint(7, 21)))
        found.append(journey(rng, day, asked_on=asked))
    return found


def never_entered(rng):
    """Offered a place, and decided otherwise before the first star was complete."""
    found = []
    for day in days.spread(rng, date(2013, 3, 1), date(2015, 9, 1), NEVER_ENTERED):
        left = days.plus(day, rng.randint(14, 60))
        found.append(Journey("", "cti", asked_on=day, closed_on=left, end_reason="withdrew"))
    return found
