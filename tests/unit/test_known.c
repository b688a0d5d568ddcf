/* SPDX-License-Identifier: EUPL-1.2 */
/* What caseload believes of a newer word on a course, from those who know no worker and no reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "caseload/core/known.h"

static CourseState known(const char *state)
{
	CourseState c = COURSE_STATE__INIT;
	c.version = 2;
	c.state = state;
	c.aim = "exit";
	c.requested_on = "2026-01-05";
	c.reason = "The only one who could take the citizen is full.";
	if (strcmp(state, "waiting") != 0) {
		c.worker = "one";
		c.offered_on = "2026-01-06";
	}
	return c;
}

static CourseState word(int64_t version, const char *state)
{
	CourseState c = COURSE_STATE__INIT;
	c.version = version;
	c.state = state;
	c.offered_on = "2026-01-07";
	return c;
}

static void an_older_or_equal_word_changes_nothing(void **state)
{
	(void)state;
	for (int64_t version = 1; version <= 2; version++) {
		CourseState c = known("offered"), told = word(version, "closed");
		uint8_t before[256], after[256];
		size_t n = course_state__get_packed_size(&c);
		assert_in_range(n, 1, sizeof before);
		course_state__pack(&c, before);
		assert_false(known_newer(&c, &told));
		assert_int_equal(course_state__get_packed_size(&c), n);
		course_state__pack(&c, after);
		assert_memory_equal(after, before, n);
	}
}

static void a_newer_word_raises_the_version_and_says_what_it_can(void **state)
{
	static const struct {
		const char *here, *told, *becomes;
	} cases[] = {
		{ "waiting", "waiting", "waiting" },    { "waiting", "offered", "waiting" }, /* to whom, nobody says */
		{ "offered", "offered", "offered" },    { "offered", "enrolled", "enrolled" },
		{ "enrolled", "enrolled", "enrolled" }, { "offered", "closed", "closed" },
		{ "waiting", "closed", "closed" },      { "enrolled", "closed", "closed" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		CourseState c = known(cases[i].here), told = word(5, cases[i].told);
		assert_true(known_newer(&c, &told));
		assert_int_equal(c.version, 5);
		assert_string_equal(c.state, cases[i].becomes);
		assert_string_equal(c.worker, strcmp(cases[i].here, "waiting") == 0 ? "" : "one");
		assert_string_equal(c.aim, "exit");
		bool moved = strcmp(cases[i].here, cases[i].becomes) != 0;
		assert_int_equal(strncmp(c.reason, "Taken over", 10) == 0, moved);
	}
}

static void a_place_that_nobody_names_a_worker_for_leaves_no_date(void **state)
{
	CourseState c = known("waiting"), told = word(3, "offered");
	(void)state;
	assert_true(known_newer(&c, &told));
	assert_string_equal(c.offered_on, "");
}

static void dates_reason_and_grant_come_with_the_state(void **state)
{
	CourseState c = known("offered"), told = word(4, "closed");
	(void)state;
	told.aim = "improve";
	told.enrolled_on = "2026-01-08";
	told.planned_end = "2026-12-31";
	told.shortened = true;
	told.grant = "ordinary";
	told.closed_on = "2026-02-01";
	told.end_reason = "moved";
	assert_true(known_newer(&c, &told));
	assert_string_equal(c.aim, "improve");
	assert_string_equal(c.offered_on, "2026-01-07");
	assert_string_equal(c.enrolled_on, "2026-01-08");
	assert_string_equal(c.planned_end, "2026-12-31");
	assert_string_equal(c.closed_on, "2026-02-01");
	assert_string_equal(c.end_reason, "moved");
	assert_string_equal(c.grant, "ordinary");
	assert_true(c.shortened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_older_or_equal_word_changes_nothing),
		cmocka_unit_test(a_newer_word_raises_the_version_and_says_what_it_can),
		cmocka_unit_test(a_place_that_nobody_names_a_worker_for_leaves_no_date),
		cmocka_unit_test(dates_reason_and_grant_come_with_the_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
