/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates: what parses, how months clamp, and where midnight lies in Copenhagen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "vocab/date.h"
#include "vocab_world.h"

static void only_dates_that_exist_are_read(void **state)
{
	static const char *const wrong[] = {
		"",           "2020",       "2020-2-1",   "2020-02-30", "2021-02-29", "1900-02-29",  "2020-00-10",
		"2020-13-01", "2020-01-00", "2020-01-32", "1899-12-31", "2200-01-01", "2020-01-01 ", "2020-01-01T00",
		"2020/01/01", "20200101",   " 020-01-01", "+020-01-01",
	};
	(void)state;
	struct date d = { .days = 7 };
	for (size_t i = 0; i < countof(wrong); i++)
		assert_false(date_parse(wrong[i], &d));
	assert_false(date_parse(NULL, &d));
	assert_int_equal(d.days, 7);
	assert_true(date_is_none(date_or_none("")));
	assert_true(date_is_none(date_or_none(NULL)));
	assert_string_equal(date_text(arena, DATE_NONE), "");
	assert_int_equal(on("1970-01-01").days, 0);
	assert_int_equal(on("2000-02-29").days, 11016);
}

static void every_day_of_three_centuries_comes_back_as_itself(void **state)
{
	(void)state;
	int year = 1858, month = 1, day = 1;
	for (struct date d = date_make(1858, 1, 1); d.days <= on("2199-12-31").days; d.days++) {
		int y, m, n;
		date_parts(d, &y, &m, &n);
		assert_true(y == year && m == month && n == day);
		assert_int_equal(date_make(y, m, n).days, d.days);
		if (!date_exists(year, month, ++day)) {
			day = 1;
			month = month % 12 + 1;
			year += month == 1;
		}
	}
}

static void months_clamp_to_the_end_of_the_month(void **state)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} cases[] = {
		{ "2021-01-31", 1, "2021-02-28" },  { "2020-01-31", 1, "2020-02-29" },   { "2020-12-31", 2, "2021-02-28" },
		{ "2020-03-31", -1, "2020-02-29" }, { "2020-01-15", -13, "2018-12-15" }, { "2020-02-29", 12, "2021-02-28" },
		{ "2016-02-10", 12, "2017-02-10" }, { "2020-11-30", 1, "2020-12-30" },   { "2020-06-01", 0, "2020-06-01" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++)
		assert_string_equal(date_text(arena, date_add_months(on(cases[i].from), cases[i].months)), cases[i].to);
}

static void whole_months_are_counted_between_days(void **state)
{
	static const struct {
		const char *from, *to;
		int months;
	} cases[] = {
		{ "2020-01-15", "2020-02-14", 0 },   { "2020-01-15", "2020-02-15", 1 },  { "2020-01-31", "2020-02-29", 1 },
		{ "2020-01-31", "2020-02-28", 0 },   { "2020-02-15", "2020-02-01", 0 },  { "2020-02-15", "2020-01-15", -1 },
		{ "2000-02-29", "2018-02-28", 216 }, { "2019-12-31", "2020-12-31", 12 }, { "2020-05-05", "2020-05-05", 0 },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++)
		assert_int_equal(date_months_between(on(cases[i].from), on(cases[i].to)), cases[i].months);
}

static void age_changes_on_the_birthday(void **state)
{
	(void)state;
	assert_int_equal(date_age(on("2002-05-17"), on("2020-05-16")), 17);
	assert_int_equal(date_age(on("2002-05-17"), on("2020-05-17")), 18);
	assert_int_equal(date_age(on("2004-02-29"), on("2022-02-27")), 17);
	assert_int_equal(date_age(on("2004-02-29"), on("2022-02-28")), 18);
}

static void midnight_is_that_of_copenhagen(void **state)
{
	static const struct {
		int64_t time;
		const char *date;
	} cases[] = {
		{ 1577836799, "2020-01-01" }, /* 2019-12-31T23:59:59Z, winter: 00:59:59 */
		{ 1577833199, "2019-12-31" }, /* 2019-12-31T22:59:59Z: 23:59:59 */
		{ 1577833200, "2020-01-01" }, /* 2019-12-31T23:00:00Z: midnight */
		{ 1593554400, "2020-07-01" }, /* 2020-06-30T22:00:00Z, summer: midnight */
		{ 1593554399, "2020-06-30" }, /* 2020-06-30T21:59:59Z */
		{ 1585436399, "2020-03-28" }, /* 2020-03-28T22:59:59Z, the night summer time begins */
		{ 1585436400, "2020-03-29" }, /* 2020-03-28T23:00:00Z, still winter time */
		{ 1585519199, "2020-03-29" }, /* 2020-03-29T21:59:59Z, summer time */
		{ 1585519200, "2020-03-30" }, /* 2020-03-29T22:00:00Z */
		{ 1603576799, "2020-10-24" }, /* 2020-10-24T21:59:59Z, the night it ends */
		{ 1603576800, "2020-10-25" }, /* 2020-10-24T22:00:00Z */
		{ 1603666799, "2020-10-25" }, /* 2020-10-25T22:59:59Z, winter time */
		{ 1603666800, "2020-10-26" }, /* 2020-10-25T23:00:00Z */
		{ 0, "1970-01-01" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++)
		assert_string_equal(date_text(arena, date_of_time(cases[i].time)), cases[i].date);
}

static void working_days_leave_out_the_weekend(void **state)
{
	(void)state;
	/* 2020-10-02 was a Friday */
	assert_string_equal(date_text(arena, date_add_working_days(on("2020-10-02"), 0)), "2020-10-02");
	assert_string_equal(date_text(arena, date_add_working_days(on("2020-10-02"), 1)), "2020-10-05");
	assert_string_equal(date_text(arena, date_add_working_days(on("2020-10-03"), 1)), "2020-10-05");
	assert_string_equal(date_text(arena, date_add_working_days(on("2020-10-01"), 5)), "2020-10-08");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_dates_that_exist_are_read),
		cmocka_unit_test(every_day_of_three_centuries_comes_back_as_itself),
		cmocka_unit_test(months_clamp_to_the_end_of_the_month),
		cmocka_unit_test(whole_months_are_counted_between_days),
		cmocka_unit_test(age_changes_on_the_birthday),
		cmocka_unit_test(midnight_is_that_of_copenhagen),
		cmocka_unit_test(working_days_leave_out_the_weekend),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
