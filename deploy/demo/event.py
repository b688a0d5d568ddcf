# SPDX-License-Identifier: EUPL-1.2
"""What happens, as one request each. Pure.

Order within a day: who sets up, then measurements, closing, new referrals; so a place that is given back in the
morning can be given again in the afternoon. A course is therefore never opened and treated on the same day.
"""

from dataclasses import dataclass, field, replace
from datetime import date

SET_UP, ENQUIRE, ENROL, MEASURE, CLOSE, REFER = range(6)
WORDS = {SET_UP: "worker", ENQUIRE: "enquiry", ENROL: "enrol", MEASURE: "measure", CLOSE: "close", REFER: "refer"}


@dataclass(frozen=True)
class Event:
    on: date
    kind: int
    at: str  # the organisation whose intake node is asked
    name: str  # of the course, enquiry or worker: unique within the plan
    body: dict
    step: int = 0  # order within a course
    programme: str = ""
    owner: str = ""  # REFER: the provider, when it is another organisation
    entered: bool = False  # CLOSE: the citizen has been enrolled, and the node must have heard so
    after: tuple = field(default=(), compare=False)  # indices of the events that must have been answered before

    @property
    def key(self):
        return f"{self.name}/{WORDS[self.kind]}/{self.step}"

    @property
    def order(self):
        return self.on, self.kind, self.name, self.step


def sequence(events):
    """In chronological order, each with what it must wait for: the event before in its course, and, where places are
    taken or given back, the one before in its programme. Capacity is counted on what is open at the moment."""
    ordered, last_of_course, last_of_programme, last_set_up = [], {}, {}, ()
    for index, one in enumerate(sorted(events, key=lambda event: event.order)):
        after = set(last_set_up)
        if one.kind == SET_UP:
            last_set_up = (index,)
        if one.kind > ENQUIRE:
            after |= {last_of_course[one.name]} if one.name in last_of_course else set()
            last_of_course[one.name] = index
        if one.kind in (CLOSE, REFER):
            after |= {last_of_programme[one.programme]} if one.programme in last_of_programme else set()
            last_of_programme[one.programme] = index
        ordered.append(replace(one, after=tuple(sorted(after))))
    return ordered
