/* SPDX-License-Identifier: EUPL-1.2 */
/* A course's states, the checks before closing and enrolling, and how long funding lets it last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "caseload/core/course.h"
#include "caseload/core/funding.h"
#include "vocab_world.h"

static const struct programmes *programmes;

static int set_up(void **state)
{
	(void)set_up_arena(state);
	programmes = shipped_programmes(NULL);
	return 0;
}

static void each_state_knows_its_events(void **state)
{
	static const char *const states[] = { "", "waiting", "offered", "enrolled", "closed" };
	static const char *const events[] = { "wait", "place", "enrol", "close" };
	static const char *const next[][4] = {
		{ "waiting", "offered", NULL, NULL }, { NULL, "offered", NULL, "closed" }, { NULL, NULL, "enrolled", "closed" },
		{ NULL, NULL, NULL, "closed" },       { NULL, NULL, NULL, NULL },
	};
	(void)state;
	for (size_t s = 0; s < countof(states); s++)
		for (size_t e = 0; e < countof(events); e++) {
			const char *to = course_next(states[s], events[e]);
			assert_string_equal(to ? to : "-", next[s][e] ? next[s][e] : "-");
		}
	assert_true(course_holds_place("offered") && course_holds_place("enrolled"));
	assert_false(course_holds_place("waiting") || course_holds_place("closed"));
}

static CourseState course_in(const char *course_state)
{
	CourseState c = COURSE_STATE__INIT;
	c.state = course_state;
	c.version = 3;
	c.requested_on = "2020-10-01";
	c.offered_on = "2020-10-05";
	if (strcmp(course_state, "enrolled") == 0)
		c.enrolled_on = "2020-10-12";
	return c;
}

static void a_course_is_closed_only_as_the_rules_say(void **state)
{
	static const struct {
		const char *from, *on, *reason;
		int64_t base;
		enum err err;
		const char *field;
	} cases[] = {
		{ "enrolled", "2020-11-01", "completed", 0, OK, "" },
		{ "enrolled", "2020-11-01", "completed", 3, OK, "" },
		{ "enrolled", "2020-10-12", "moved", 0, OK, "" },
		{ "enrolled", "2020-11-30", "moved", 0, OK, "" },
		{ "enrolled", "2020-12-01", "moved", 0, ERR_RULE, "on" },
		{ "enrolled", "2020-10-11", "moved", 0, ERR_RULE, "on" },
		{ "offered", "2020-10-11", "withdrew", 0, OK, "" },
		{ "waiting", "2020-10-11", "withdrew", 0, OK, "" },
		{ "closed", "2020-11-01", "moved", 0, ERR_CONFLICT, "" },
		{ "", "2020-11-01", "moved", 0, ERR_CONFLICT, "" },
		{ "enrolled", "2020-11-01", "moved", 2, ERR_STALE, "" },
		{ "enrolled", "2020-11-01", "bored", 0, ERR_VALUE, "reason" },
		{ "enrolled", "2020-11-01", "", 0, ERR_MISSING, "reason" },
		{ "enrolled", "", "moved", 0, ERR_MISSING, "on" },
		{ "enrolled", "1 November", "moved", 0, ERR_VALUE, "on" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		CourseState c = course_in(cases[i].from);
		struct refusal why = { .field = "" };
		enum err e = course_check_close(arena, &c, cases[i].on, cases[i].reason, cases[i].base, on("2020-11-30"), &why);
		assert_int_equal(e, cases[i].err);
		assert_string_equal(why.field, cases[i].field);
	}
}

static void a_course_is_enrolled_only_by_its_programme_s_own_way(void **state)
{
	static const struct {
		const char *programme, *from, *on, *by;
		enum err err;
		const char *field;
	} cases[] = {
		{ "cti", "offered", "2020-10-12", "star", OK, "" },
		{ "cti", "offered", "2020-10-12", "session", ERR_RULE, "by" },
		{ "cti", "offered", "2020-10-12", "", ERR_RULE, "by" },
		{ "livarehab-employment", "offered", "2020-10-12", "seat", OK, "" },
		{ "livarehab-employment", "offered", "2020-10-12", "star", ERR_RULE, "by" },
		{ "reden-outreach-counselling", "offered", "2020-10-05", "session", OK, "" },
		{ "reden-outreach-counselling", "offered", "2020-10-04", "session", ERR_RULE, "on" },
		{ "reden-outreach-counselling", "offered", "2020-12-01", "session", ERR_RULE, "on" },
		{ "cti", "waiting", "2020-10-12", "star", ERR_CONFLICT, "" },
		{ "cti", "enrolled", "2020-10-12", "star", ERR_CONFLICT, "" },
		{ "cti", "closed", "2020-10-12", "star", ERR_CONFLICT, "" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		CourseState c = course_in(cases[i].from);
		struct refusal why = { .field = "" };
		const struct programme *p = programme_by_key(programmes, cases[i].programme);
		enum err e = course_check_enrol(arena, &c, p, cases[i].on, cases[i].by, 0, on("2020-11-30"), &why);
		assert_int_equal(e, cases[i].err);
		assert_string_equal(why.field, cases[i].field);
	}
}

static void the_table_prints_itself(void **state)
{
	struct buffer b = buffer_in(arena);
	(void)state;
	course_diagram(&b);
	assert_string_equal(b.data, "stateDiagram-v2\n"
	                            "    [*] --> waiting: wait\n"
	                            "    [*] --> offered: place\n"
	                            "    waiting --> offered: place\n"
	                            "    waiting --> closed: close\n"
	                            "    offered --> enrolled: enrol\n"
	                            "    offered --> closed: close\n"
	                            "    enrolled --> closed: close\n"
	                            "    closed --> [*]\n");
}

static void a_command_that_was_done_is_known_again(void **state)
{
	const struct programme *by_star = programme_by_key(programmes, "cti");
	const struct programme *by_session = programme_by_key(programmes, "reden-outreach-counselling");
	CourseState c = COURSE_STATE__INIT;
	(void)state;
	c.state = "enrolled";
	c.enrolled_on = "2026-01-05";
	assert_true(course_was_enrolled(&c, by_session, "2026-01-05", "session"));
	assert_false(course_was_enrolled(&c, by_session, "2026-01-06", "session"));
	assert_false(course_was_enrolled(&c, by_star, "2026-01-05", "session"));
	assert_false(course_was_closed(&c, by_star, "", ""));
	c.state = "closed";
	c.closed_on = "2026-02-05";
	c.end_reason = "moved";
	assert_true(course_was_closed(&c, by_star, "2026-02-05", "moved"));
	assert_false(course_was_closed(&c, by_star, "2026-02-06", "moved"));
	assert_false(course_was_closed(&c, by_star, "2026-02-05", "completed"));
	c.enrolled_on = "";
	assert_false(course_was_enrolled(&c, by_session, "", "session"));
}

static void a_course_ends_with_its_length_or_its_funding(void **state)
{
	static const struct {
		const char *programme, *requested, *enrolled;
		const char *grant, *end; /* NULL: refused */
		bool shortened;
		int months;
	} cases[] = {
		{ "cti", "2016-02-01", "2016-02-10", "2016", "2016-12-31", true, 10 },
		{ "cti", "2016-01-04", "2016-01-04", "2016", "2016-12-31", true, 11 },
		{ "cti", "2016-03-31", "2016-03-31", "2016", "2016-12-31", true, 9 },
		{ "cti", "2015-11-01", "2015-12-31", "2012", "2016-12-31", false, 12 },
		{ "cti", "2014-02-01", "2014-02-28", "2012", "2015-02-28", false, 12 },
		{ "cti", "2016-03-20", "2016-04-05", "2016", "2016-12-31", true, 8 }, /* requested in the window */
		{ "cti", "2016-04-01", "2016-04-05", NULL, NULL, false, 0 },
		{ "cti", "", "2016-04-05", NULL, NULL, false, 0 },
		{ "cti", "2016-04-01", "2017-01-02", "ordinary", "2018-01-02", false, 12 },
		{ "cti", "2011-12-01", "2011-12-31", NULL, NULL, false, 0 },
		{ "reden-1-1", "2020-10-01", "2020-10-31", "2020", "2021-04-30", false, 6 },
		{ "livarehab-employment", "2023-09-01", "2023-09-04", "2020", "2023-12-31", true, 3 },
		{ "livarehab-employment", "2024-02-01", "2024-02-01", "ordinary", "2024-07-01", false, 5 },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		struct funding_plan plan = { .months = -1 };
		struct refusal why = { .field = "" };
		const struct programme *p = programme_by_key(programmes, cases[i].programme);
		enum err e = funding_plan(arena, p, date_or_none(cases[i].requested), on(cases[i].enrolled), &plan, &why);
		assert_int_equal(e, cases[i].grant ? OK : ERR_RULE);
		assert_string_equal(why.field, cases[i].grant ? "" : "on");
		if (!cases[i].grant) {
			assert_int_equal(plan.months, -1);
			continue;
		}
		assert_string_equal(plan.grant->key, cases[i].grant);
		assert_string_equal(date_text(arena, plan.planned_end), cases[i].end);
		assert_int_equal(plan.shortened, cases[i].shortened);
		assert_int_equal(plan.months, cases[i].months);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_knows_its_events),
		cmocka_unit_test(a_course_is_closed_only_as_the_rules_say),
		cmocka_unit_test(a_course_is_enrolled_only_by_its_programme_s_own_way),
		cmocka_unit_test(a_command_that_was_done_is_known_again),
		cmocka_unit_test(the_table_prints_itself),
		cmocka_unit_test(a_course_ends_with_its_length_or_its_funding),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down_arena);
}
