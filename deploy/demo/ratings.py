# SPDX-License-Identifier: EUPL-1.2
"""Answers to the instruments along a course: where a citizen starts, where she ends, and what lies between. Pure.

Shaped by the published evaluation (SFI 17:13): by WHO-5 two thirds are at risk at the start, one third at the end.
"""

from dataclasses import dataclass

AT_RISK = 12  # WHO-5, raw: 12 x 4 = 48; 50 or less is at risk
AREAS_THAT_MOVE = 0.82  # share of areas that become better in a whole course


@dataclass
class Path:
    """What is measured at the beginning and would be at the end of a whole course."""

    who5: tuple  # (raw at the start, raw at the end)
    gse: tuple
    areas: tuple  # one (start, end) for each area
    experience: int  # 1-5, the middle of the answers about what the course gave


def paths(rng, count, finishing):
    """Paths for `count` citizens, of whom those with the indices `finishing` are measured at the end. Exactly two
    thirds of all are at risk at the start, one third of those that finish at the end."""
    start_at_risk = set(rng.sample(range(count), round(count * 2 / 3)))
    starts = [rng.randint(4, AT_RISK) if i in start_at_risk else rng.randint(AT_RISK + 1, 17) for i in range(count)]
    worst_first = sorted(finishing, key=lambda i: starts[i] + rng.uniform(0, 6))
    end_at_risk = set(worst_first[:round(len(finishing) / 3)])
    return [_path(rng, start, _end(rng, start, i in end_at_risk)) for i, start in enumerate(starts)]


def _end(rng, start, at_risk):
    if at_risk:
        return min(AT_RISK, start + rng.randint(-2, 5))
    return min(23, max(AT_RISK + 1, start + rng.choice((0, 2, 3, 4, 5, 6, 7, 8))))


def _path(rng, start, end):
    areas = []
    for _ in range(9):
        low = rng.choices(range(1, 8), (1, 3, 5, 5, 4, 2, 1))[0]
        gain = rng.randint(1, 4) if rng.random() < AREAS_THAT_MOVE else rng.choice((0, 0, -1))
        areas.append((low, max(1, min(10, low + gain))))
    mastery = rng.randint(17, 27)
    return Path((start, end), (mastery, mastery + rng.choice((-1, 0, 3, 6, 6, 7, 8, 9))), tuple(areas),
                rng.choices((2, 3, 4, 5), (1, 2, 5, 4))[0])


def answers(rng, instrument, path, progress):
    """{item: answer} at `progress` (0 the start, 1 the end of a whole course). The ends are exact, the way is not."""
    keys = [item["key"] for item in instrument["items"]]
    low, high = instrument["min"], instrument["max"]
    if instrument["key"] == "nine-areas":
        return {key: between(rng, pair, progress, low, high) for key, pair in zip(keys, path.areas)}
    if instrument["key"] == "livarehab-experience":
        return {key: max(low, min(high, path.experience + rng.choice((-1, 0, 0, 0, 1)))) for key in keys}
    pair = path.who5 if instrument["key"] == "who5" else path.gse
    return shares(rng, keys, between(rng, pair, progress, low * len(keys), high * len(keys)), low, high)


def between(rng, pair, progress, low, high):
    sway = 0 if progress in (0, 1) else rng.choice((-1, 0, 0, 1))
    return max(low, min(high, round(pair[0] + (pair[1] - pair[0]) * progress) + sway))


def shares(rng, keys, total, low, high):
    """Answers of this sum, none beyond what the items allow."""
    given = {key: low for key in keys}
    for _ in range(total - low * len(keys)):
        given[rng.choice([key for key in keys if given[key] < high])] += 1
    return given
