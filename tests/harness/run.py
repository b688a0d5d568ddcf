# SPDX-License-Identifier: EUPL-1.2
"""Runs suites: a summary for each, "N passed, N failed" as the last line. The quick ones one after another; of the others
each file for itself, four at a time, since they mostly wait.

Fails when anything failed and when a suite that was asked for ran no test.
"""

import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Callable, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import SOURCE  # noqa: E402
from harness.outcome import Outcome  # noqa: E402
from harness.system import programs  # noqa: E402
from harness.unit import run_unit  # noqa: E402

ALONE = ("rules", "unit")  # first, and one after the other
LONG = ("crash", "service", "faults", "system")  # in the order they are begun; other directories of tests/ come after
LANES = 4


def suites():
    """Every directory of tests/ with tests in it is a suite of its name."""
    tests = SOURCE / "tests"
    found = {file.parent.name for file in tests.glob("*/test_*.py")} | {"unit"}
    known = ALONE + LONG
    return sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))


def run_pytest(tests, report):
    """What it says is printed when it has ended, since others may speak at the same time."""
    report.unlink(missing_ok=True)
    words = [sys.executable, "-B", "-m", "pytest", tests, "--junitxml", report, "-q"]
    done = subprocess.run([str(word) for word in words], cwd=SOURCE / "tests", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    name = tests.relative_to(SOURCE / "tests")
    print(f"\n== {name}\n{done.stdout}", end="", flush=True)
    total = Outcome()
    if report.exists():
        for case in xml.parse(report).getroot().iter("testcase"):
            total += outcome_of(case)
    if done.returncode not in (0, 5) and not total.failures:  # 5: no tests collected
        total += Outcome(failures=[f"{name}: pytest ended with {done.returncode}"])
    return total


def outcome_of(case):
    name = f"{case.get('classname')}: {case.get('name')}"
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return Outcome(failures=[name])
    return Outcome(skipped=1) if "skipped" in kinds else Outcome(passed=1)


class Part(NamedTuple):
    """What of a suite may run beside the rest of it; `run` is given the file for its report."""
    suite: str
    name: str
    run: Callable


def parts_of(suite):
    if suite == "unit":
        return [Part(suite, suite, run_unit)]
    folder = SOURCE / "tests" / suite
    alone = [folder] if suite in ALONE else sorted(folder.glob("test_*.py"))
    return [Part(suite, f"{suite}-{path.stem}", partial(run_pytest, path)) for path in alone]


def run_parts(parts, reports, lanes):
    """[(suite, outcome, seconds)]"""
    def run(part):
        started = time.monotonic()
        return part.suite, part.run(reports / f"{part.name}.xml"), time.monotonic() - started

    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(run, parts))


def summed_up(suite, ran):
    """(outcome, the line about it)"""
    one = sum((outcome for of, outcome, _ in ran if of == suite), Outcome())
    took = sum(seconds for of, _, seconds in ran if of == suite)
    if one.ran == 0:
        one += Outcome(failures=[f"{suite}: the suite ran no test"])
    skipped = f", {one.skipped} skipped" if one.skipped else ""
    return one, f"{suite:<10} {one.passed:>5} passed {len(one.failures):>4} failed{skipped}  {took:6.1f} s"


def main(asked):
    unknown = set(asked) - set(suites())
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; there are: {', '.join(suites())}", file=sys.stderr)
        return 2
    reports = programs().parent / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    names, started = asked or suites(), time.monotonic()
    parts = [part for name in names for part in parts_of(name)]
    ran = run_parts([part for part in parts if part.suite in ALONE], reports, 1)
    ran += run_parts([part for part in parts if part.suite not in ALONE], reports, LANES)
    outcomes = {name: summed_up(name, ran) for name in names}
    total = sum((outcomes[name][0] for name in names), Outcome())
    print("\n" + "\n".join(outcomes[name][1] for name in names))
    print(f"all of it in {time.monotonic() - started:.0f} s")
    for failure in total.failures:
        print(f"  failed: {failure}")
    print(f"\n{total.passed} passed, {len(total.failures)} failed", flush=True)
    return 1 if total.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:  # tests/run must be able to tell "tests failed" from "the runner broke"
        traceback.print_exc()
        sys.exit(3)
