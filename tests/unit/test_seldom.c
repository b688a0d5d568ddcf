/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines that others can provoke are logged once a second for each reason, or a few. */
#include "base/seldom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void line_is_logged_once_a_second_and_tells_how_many_were_not(void **state)
{
	(void)state;
	struct seldom s = { 0 };
	uint64_t more = 99;
	assert_true(seldom_may(&s, "malformed", 5, &more));
	assert_int_equal(more, 0);
	for (int i = 0; i < 7; i++)
		assert_false(seldom_may(&s, "malformed", 1004, &more));
	assert_true(seldom_may(&s, "malformed", 1005, &more));
	assert_int_equal(more, 7);
	assert_false(seldom_may(&s, "malformed", 1006, &more));
}

static void one_reason_does_not_hide_another(void **state)
{
	(void)state;
	struct seldom s = { 0 };
	uint64_t more = 99;
	assert_true(seldom_may(&s, "malformed", 5, &more));
	assert_true(seldom_may(&s, "replayed", 5, &more));
	assert_int_equal(more, 0);
}

static void reasons_beyond_the_table_share_its_last_row(void **state)
{
	(void)state;
	static const char names[SELDOM_REASONS + 5][2] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
		                                               "k", "l", "m", "n", "o", "p", "q", "r", "s", "t",
		                                               "u", "v", "w", "x", "y", "z", "A", "B", "C" };
	struct seldom s = { 0 };
	uint64_t more, logged = 0;
	for (int i = 0; i < SELDOM_REASONS + 5; i++)
		logged += seldom_may(&s, names[i], 0, &more);
	assert_int_equal(logged, SELDOM_REASONS);
	assert_true(seldom_may(&s, names[0], 1000, &more));
}

static void few_lines_go_at_once_and_then_one_a_second(void **state)
{
	(void)state;
	struct few f = { 0 };
	for (int i = 0; i < 3; i++)
		assert_true(seldom_few_may(&f, 3, 5000));
	assert_false(seldom_few_may(&f, 3, 5000));
	assert_false(seldom_few_may(&f, 3, 5999));
	assert_true(seldom_few_may(&f, 3, 6000));
	assert_false(seldom_few_may(&f, 3, 6500));
	assert_true(seldom_few_may(&f, 3, 7000));
	for (int i = 0; i < 3; i++)
		assert_true(seldom_few_may(&f, 3, 3600000));
	assert_false(seldom_few_may(&f, 3, 3600000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_logged_once_a_second_and_tells_how_many_were_not),
		cmocka_unit_test(one_reason_does_not_hide_another),
		cmocka_unit_test(reasons_beyond_the_table_share_its_last_row),
		cmocka_unit_test(few_lines_go_at_once_and_then_one_a_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
