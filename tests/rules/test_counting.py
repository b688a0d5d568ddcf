# SPDX-License-Identifier: EUPL-1.2
"""The runner counts each test, and a crash or an empty program is never a success."""

from harness.unit import count

GOOD = "[ RUN      ] one\n[       OK ] one\n"


def test_every_cmocka_test_counts():
    one = count("test_a", GOOD + "[ RUN      ] two\n[       OK ] two\n", passed=True)
    assert (one.passed, one.failures) == (2, [])


def test_a_crash_in_the_middle_is_a_failure_by_name():
    one = count("test_a", GOOD + "[ RUN      ] two\n==1==ERROR: AddressSanitizer\n", passed=False)
    assert (one.passed, one.failures) == (1, ["test_a: two"])


def test_a_program_that_ends_badly_after_good_tests_is_a_failure():
    assert count("test_a", GOOD, passed=False).failures == ["test_a: the program failed outside its tests"]


def test_a_program_without_tests_is_a_failure():
    assert count("test_a", "", passed=True).failures == ["test_a: ran no test"]


def test_a_skipped_test_is_neither_passed_nor_failed():
    output = GOOD + "[ RUN      ] two\n[  SKIPPED ] two\n[==========] 2 test(s) run.\n"
    one = count("test_a", output, passed=True)
    assert (one.passed, one.failures, one.skipped) == (1, [], 1)
