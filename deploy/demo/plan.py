# SPDX-License-Identifier: EUPL-1.2
"""The whole plan: every request of the demonstration data in order. Pure: the same seed, day and definitions give the
same plan, so a load that was interrupted goes on where it stopped."""

import random

from . import days, history, journey, population, running
from .event import sequence

SEED = 1


def make(definitions, today, seed=SEED):
    """The events of the plan, in the order of `sequence`. Nothing in it lies later than the day before `today`."""
    until = days.plus(today, -1)

    def rng(part):
        # Each part draws from a generator of its own: a change of one leaves the others as they were.
        return random.Random(f"udvej/{seed}/{part}")

    found = [population.set_up(group) for group in population.groups()]
    found += running.set_up(definitions.workers, today)
    found += history.enquiries(rng("history enquiries"))
    found += population.outreach(rng("outreach"))
    found += running.enquiries(rng("running enquiries"), today)
    for part, journeys in (
        ("history", history.journeys(rng("history"))),
        ("population", population.journeys(rng("population"))),
        ("running", running.journeys(rng("running"), today)),
    ):
        journey.give_paths(rng(f"{part} paths"), journeys)
        for one in journeys:
            found += journey.events(rng(one.name), one, definitions, until)
    return sequence(found)
