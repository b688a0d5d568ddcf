# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong when, for how long, and to whom: all of it from the seed."""

import random
from collections import Counter
from dataclasses import dataclass

DATABASE = "database"


@dataclass(frozen=True)
class Fault:
    at: float  # seconds from the beginning
    seconds: float
    kind: str
    target: object  # a node, a broker, a pair of them, or DATABASE

    @property
    def until(self):
        return self.at + self.seconds


# Kind: (whom it may hit, shortest, longest). Brokers and daemons give a line up after five seconds of silence, a broker
# forgets a node after ten: the lengths lie on both sides.
KINDS = {
    "daemon killed": ("nodes", 0.0, 3.0),
    "daemon ended": ("nodes", 0.0, 2.0),
    "daemon stopped": ("nodes", 0.2, 7.0),
    "broker killed": ("brokers", 0.0, 4.0),
    "broker stopped": ("brokers", 0.2, 12.0),
    "database killed": ("database", 0.0, 1.5),
    "writer cut": ("nodes", 0.0, 0.0),
    "reader cut": ("nodes", 0.0, 0.0),
    "line cut": ("lines", 0.1, 6.0),
    "line silent": ("lines", 0.5, 12.0),
    "line silent one way": ("lines", 0.5, 12.0),
    "line slow": ("lines", 0.5, 6.0),
}
RARE = ("database killed",)  # all stand still meanwhile: too much of it would leave nothing to disturb
COMMON_IN_A_ROUND = 3
SHORTEST_GAP, LONGEST_GAP = 0.1, 0.8


def make(seed, seconds, nodes, brokers):
    """Faults in their order; no target is hit twice at a time, every kind comes in each round of them."""
    chosen = random.Random(f"plan {seed}")
    whom = {"nodes": nodes, "brokers": brokers, "database": [DATABASE],
            "lines": [(node, broker) for node in nodes for broker in brokers]}
    free_at, faults, bag, at = Counter(), [], [], 0.0
    while at < seconds:
        if not bag:
            bag = [kind for kind in KINDS for _ in range(1 if kind in RARE else COMMON_IN_A_ROUND)]
            chosen.shuffle(bag)
        kind = bag.pop()
        group, shortest, longest = KINDS[kind]
        free = [one for one in whom[group] if free_at[one] <= at]
        if free:
            fault = Fault(at, min(chosen.uniform(shortest, longest), seconds - at), kind, chosen.choice(free))
            free_at[fault.target] = fault.until
            faults.append(fault)
        at += chosen.uniform(SHORTEST_GAP, LONGEST_GAP)
    return faults
