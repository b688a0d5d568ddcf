# SPDX-License-Identifier: EUPL-1.2
"""Runs suites one after another: a summary for each, "N passed, N failed" as the last line.

Fails when anything failed and when a suite that was asked for ran no test.
"""

import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import SOURCE  # noqa: E402
from harness.outcome import Outcome  # noqa: E402
from harness.system import programs  # noqa: E402
from harness.unit import run_unit  # noqa: E402

FIRST = ("rules", "unit", "service", "system")  # from quick to slow; other directories of tests/ come after


def suites():
    """Every directory of tests/ with tests in it is a suite of its name."""
    tests = SOURCE / "tests"
    found = {file.parent.name for file in tests.glob("*/test_*.py")} | {"unit"}
    return sorted(found, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))


def run_pytest(name, report):
    report.unlink(missing_ok=True)
    words = [sys.executable, "-B", "-m", "pytest", SOURCE / "tests" / name, "--junitxml", report, "-q"]
    ended = subprocess.run([str(word) for word in words], cwd=SOURCE / "tests", check=False).returncode
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


def main(asked):
    unknown = set(asked) - set(suites())
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; there are: {', '.join(suites())}", file=sys.stderr)
        return 2
    reports = programs().parent / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    total, summary = Outcome(), []
    for name in asked or suites():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        report = reports / f"{name}.xml"
        one = run_unit(report) if name == "unit" else run_pytest(name, report)
        if one.ran == 0:
            one += Outcome(failures=[f"{name}: the suite ran no test"])
        took = time.monotonic() - started
        skipped = f", {one.skipped} skipped" if one.skipped else ""
        summary.append(f"{name:<10} {one.passed:>5} passed {len(one.failures):>4} failed{skipped}  {took:6.1f} s")
        total += one
    print("\n" + "\n".join(summary))
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
