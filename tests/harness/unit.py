# SPDX-License-Identifier: EUPL-1.2
"""The unit suite: every cmocka program that CMake registered, each test in it counted."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

from .outcome import Outcome
from .private_cluster import private_cluster, scratch_database
from .system import SANITIZERS, programs

# What cmocka prints: one RUN line a test, then one line for how it went. A crash leaves a RUN line alone.
RUN = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)
OK = re.compile(r"^\[       OK \] (\S+)", re.MULTILINE)
SKIPPED = re.compile(r"^\[  SKIPPED \] (\S+)\s*\n(?!\s*$)", re.MULTILINE)


def count(program, output, passed):
    """How the tests of one program went, from what it printed and whether it ended well."""
    ran, ok = set(RUN.findall(output)), set(OK.findall(output))
    skipped = set(SKIPPED.findall(output)) - ok
    failures = [f"{program}: {name}" for name in sorted(ran - ok - skipped)]
    if not passed and not failures:
        failures = [f"{program}: the program failed outside its tests"]
    if passed and not ran:
        failures = [f"{program}: ran no test"]
    return Outcome(len(ok), failures, len(skipped))


def run_unit(report):
    """Runs ctest; `report` is where its XML goes."""
    build = programs().parent
    with private_cluster() as cluster:
        owner, other = scratch_database(cluster)
        env = {**os.environ, **SANITIZERS, "UDVEJ_TEST_DB": owner, "UDVEJ_TEST_DB_ROLE": other}
        words = ["ctest", "--test-dir", build, "--output-junit", report, "--output-on-failure", "-Q", "-j", "1"]
        # The whole output must arrive in the report, also that of tests that passed.
        limits = ["--test-output-size-passed", "10000000", "--test-output-size-failed", "10000000", "--timeout", "300"]
        report.unlink(missing_ok=True)
        subprocess.run([*map(str, words), *limits], env=env, check=False)
    total = Outcome()
    if not report.exists():
        return total
    for case in xml.parse(report).getroot().iter("testcase"):
        output, passed = case.findtext("system-out") or "", case.get("status") == "run"
        one = count(case.get("name"), output, passed)
        if one.failures:
            print(output[-8000:], file=sys.stderr)
        total += one
    return total
