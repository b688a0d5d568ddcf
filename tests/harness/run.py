# SPDX-License-Identifier: EUPL-1.2
"""Runs suites: a summary for each, "N passed, N failed" as the last line. The quick ones one after another, the others two
at a time, since they mostly wait.

Fails when anything failed and when a suite that was asked for ran no test.
"""

import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import SOURCE  # noqa: E402
from harness.outcome import Outcome  # noqa: E402
from harness.system import programs  # noqa: E402
from harness.unit import run_unit  # noqa: E402

ALONE = ("rules", "unit")  # first, and one after the other
LONG = ("service", "crash", "faults", "system")  # in the order they are begun; other directories of tests/ come after
LANES = 2


def suites():
    """Every directory of tests/ with tests in it is a suite of its name."""
    tests = SOURCE / "tests"
    found = {file.parent.name for file in tests.glob("*/test_*.py")} | {"unit"}
    known = ALONE + LONG
    return sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))


def run_pytest(name, report):
    """What it says is printed when it has ended, since another may speak at the same time."""
    report.unlink(missing_ok=True)
    words = [sys.executable, "-B", "-m", "pytest", SOURCE / "tests" / name, "--junitxml", report, "-q"]
    done = subprocess.run([str(word) for word in words], cwd=SOURCE / "tests", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    ended = done.returncode
    print(f"\n== {name}\n{done.stdout}", end="", flush=True)
    total = Outcome()
    if report.exists():
        for case in xml.parse(report).getroot().iter("testcase"):
            total += outcome_of(case)
    if ended not in (0, 5) and not total.failures:  # 5: no tests collected
        total += Outcome(failures=[f"{name}: pytest ended with {ended}"])
    return total


def outcome_of(case):
    name = f"{case.get('classname')}: {case.get('name')}"
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return Outcome(failures=[name])
    return Outcome(skipped=1) if "skipped" in kinds else Outcome(passed=1)


def run_suite(name, report):
    """(outcome, the line about it)"""
    if name == "unit":
        print("\n== unit", flush=True)
    started = time.monotonic()
    one = run_unit(report) if name == "unit" else run_pytest(name, report)
    if one.ran == 0:
        one += Outcome(failures=[f"{name}: the suite ran no test"])
    skipped = f", {one.skipped} skipped" if one.skipped else ""
    took = time.monotonic() - started
    return one, f"{name:<10} {one.passed:>5} passed {len(one.failures):>4} failed{skipped}  {took:6.1f} s"


def main(asked):
    unknown = set(asked) - set(suites())
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; there are: {', '.join(suites())}", file=sys.stderr)
        return 2
    reports = programs().parent / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    names, outcomes = asked or suites(), {}

    def run(name):
        outcomes[name] = run_suite(name, reports / f"{name}.xml")

    for name in names:
        if name in ALONE:
            run(name)
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(run, [name for name in names if name not in ALONE]))
    total = sum((outcomes[name][0] for name in names), Outcome())
    print("\n" + "\n".join(outcomes[name][1] for name in names))
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
