/* SPDX-License-Identifier: EUPL-1.2 */
/* What is due on a course: each case a course, its measurements, and the list they must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arena_world.h"
#include "base/buffer.h"
#include "outcomes/core/due.h"

/* A star every second month, and an experience midway and at the close. */
static const struct schedule_row schedule[] = {
	{ .instrument = "star", .every_months = 2, .at_start = true, .at_close = true },
	{ .instrument = "experience", .every_months = 3, .at_start = false, .at_close = true },
};
static const struct programme both = { .key = "p", .schedule = schedule, .n_schedule = 2 };
static const struct programme star_only = { .key = "p", .schedule = schedule, .n_schedule = 1 };

struct taken {
	const char *instrument, *on;
	bool incomplete;
};

/* "star round 2021-03-15, ..." */
static const char *text_of(Due **dues, size_t n)
{
	struct buffer b = buffer_in(arena);
	for (size_t i = 0; i < n; i++)
		buffer_printf(&b, "%s%s %s %s", i ? ", " : "", dues[i]->instrument, dues[i]->kind, dues[i]->due_on);
	return b.data;
}

static size_t measured_of(const struct taken *taken, struct measured *ret)
{
	size_t n = 0;
	for (; taken[n].instrument; n++)
		ret[n] = (struct measured){ .instrument = taken[n].instrument,
			                        .on = date_or_none(taken[n].on),
			                        .complete = !taken[n].incomplete };
	return n;
}

static const char *list_for(const struct programme *p, const CourseState *c, const struct taken *taken)
{
	struct measured measured[8];
	Due **dues = NULL;
	size_t n = measured_of(taken, measured);
	n = due_list(arena, p, c, measured, n, &dues);
	return text_of(dues, n);
}

static void before_enrolment_the_start_is_due_on_the_day_of_the_offer(void **state)
{
	static const struct {
		struct taken taken[3];
		const char *due;
	} cases[] = {
		{ { { NULL, NULL, false } }, "star start 2021-01-10" },
		{ { { "star", "2021-01-12", true } }, "star start 2021-01-10" },
		{ { { "star", "2021-01-12", true }, { "star", "2021-01-13", false } }, "" },
		{ { { "experience", "2021-01-12", false } }, "star start 2021-01-10" },
	};
	CourseState c = COURSE_STATE__INIT;
	(void)state;
	c.state = "offered";
	c.offered_on = "2021-01-10";
	for (size_t i = 0; i < countof(cases); i++)
		assert_string_equal(list_for(&both, &c, cases[i].taken), cases[i].due);
	c.state = "waiting";
	assert_string_equal(list_for(&both, &c, cases[0].taken), "");
}

static void after_enrolment_the_next_round_and_the_closing_are_due(void **state)
{
	static const struct {
		struct taken taken[5];
		const char *due;
	} cases[] = {
		/* the star that enrolled */
		{ { { "star", "2021-01-15", false } }, "star round 2021-03-15, star closing 2021-07-15" },
		/* no star yet, as where a session enrols */
		{ { { NULL, NULL, false } }, "star start 2021-01-10, star closing 2021-07-15" },
		{ { { "star", "2021-01-15", true } }, "star start 2021-01-10, star closing 2021-07-15" },
		/* a little early, a little late */
		{ { { "star", "2021-01-15", false }, { "star", "2021-02-14", false } },
		  "star round 2021-05-15, star closing 2021-07-15" },
		{ { { "star", "2021-01-15", false }, { "star", "2021-04-14", false } },
		  "star round 2021-05-15, star closing 2021-07-15" },
		/* more than half an interval early is still the start again; halfway belongs to the earlier round */
		{ { { "star", "2021-01-15", false }, { "star", "2021-02-13", false } },
		  "star round 2021-03-15, star closing 2021-07-15" },
		{ { { "star", "2021-01-15", false }, { "star", "2021-04-15", false } },
		  "star closing 2021-07-15" }, /* a round on the last day is the closing one */
		/* a missed round is lost once the next is measured; an incomplete one fulfils a round */
		{ { { "star", "2021-05-20", true } }, "star closing 2021-07-15" },
		/* within 31 days before the end it counts as the closing one */
		{ { { "star", "2021-01-15", false }, { "star", "2021-06-14", false } }, "" },
		{ { { "star", "2021-01-15", false }, { "star", "2021-06-13", false } }, "star closing 2021-07-15" },
	};
	CourseState c = COURSE_STATE__INIT;
	(void)state;
	c.state = "enrolled";
	c.offered_on = "2021-01-10";
	c.enrolled_on = "2021-01-15";
	c.planned_end = "2021-07-15";
	for (size_t i = 0; i < countof(cases); i++)
		assert_string_equal(list_for(&star_only, &c, cases[i].taken), cases[i].due);
}

static void instruments_are_due_each_by_its_own_schedule(void **state)
{
	static const struct taken taken[] = { { "star", "2021-01-31", false }, { NULL, NULL, false } };
	CourseState c = COURSE_STATE__INIT;
	(void)state;
	c.state = "enrolled";
	c.offered_on = "2021-01-10";
	c.enrolled_on = "2021-01-31";
	c.planned_end = "2021-06-30";
	assert_string_equal(list_for(&both, &c, taken),
	                    "star round 2021-03-31, experience round 2021-04-30, experience closing 2021-06-30, "
	                    "star closing 2021-06-30");
	c.enrolled_on = "2020-12-31"; /* clamped to the end of February, to which 31 January is nearer */
	assert_string_equal(list_for(&star_only, &c, taken), "star round 2021-04-30, star closing 2021-06-30");
	static const struct taken at_once[] = { { "star", "2020-12-31", false }, { NULL, NULL, false } };
	assert_string_equal(list_for(&star_only, &c, at_once), "star round 2021-02-28, star closing 2021-06-30");
}

static void closing_measurements_that_were_not_made_are_lost(void **state)
{
	static const struct {
		const char *closed_on;
		struct taken taken[4];
		const char *lost;
	} cases[] = {
		{ "2021-03-01", { { "star", "2021-01-15", false } }, "experience closing 2021-03-01, star closing 2021-03-01" },
		{ "2021-03-01",
		  { { "star", "2021-01-15", false }, { "star", "2021-02-01", false }, { "experience", "2021-03-01", false } },
		  "" },
		{ "2021-03-05",
		  { { "star", "2021-01-15", false }, { "star", "2021-02-01", false }, { "experience", "2021-03-01", false } },
		  "star closing 2021-03-05" },
		/* the first measurement is never the closing one as well */
		{ "2021-01-20",
		  { { "star", "2021-01-15", false }, { "experience", "2021-01-20", false } },
		  "star closing 2021-01-20" },
	};
	CourseState c = COURSE_STATE__INIT;
	(void)state;
	c.state = "closed";
	c.enrolled_on = "2021-01-15";
	for (size_t i = 0; i < countof(cases); i++) {
		struct measured measured[8];
		Due **lost = NULL;
		c.closed_on = cases[i].closed_on;
		size_t n = measured_of(cases[i].taken, measured);
		assert_string_equal(list_for(&both, &c, cases[i].taken), "");
		n = due_lost(arena, &both, &c, measured, n, &lost);
		assert_string_equal(text_of(lost, n), cases[i].lost);
	}
	c.enrolled_on = "";
	Due **lost = NULL;
	assert_int_equal(due_lost(arena, &both, &c, NULL, 0, &lost), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_enrolment_the_start_is_due_on_the_day_of_the_offer),
		cmocka_unit_test(after_enrolment_the_next_round_and_the_closing_are_due),
		cmocka_unit_test(instruments_are_due_each_by_its_own_schedule),
		cmocka_unit_test(closing_measurements_that_were_not_made_are_lost),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
