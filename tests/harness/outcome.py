# SPDX-License-Identifier: EUPL-1.2
"""How a suite went: what passed, what failed by name, what was skipped."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    passed: int = 0
    failures: list = field(default_factory=list)
    skipped: int = 0

    @property
    def ran(self):
        return self.passed + len(self.failures)

    def __add__(self, other):
        return Outcome(self.passed + other.passed, self.failures + other.failures, self.skipped + other.skipped)
