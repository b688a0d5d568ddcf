/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists: found by name, complete in both languages, each code once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "vocab/code.h"

static void codes_are_found_with_their_words(void **state)
{
	static const struct {
		const char *list, *code, *en;
	} cases[] = {
		{ "aim", "exit", "wants to stop selling sexual services" },
		{ "language", "th", "Thai" },
		{ "referral-state", "in-progress", "in progress" },
		{ "end-reason", "stopped-by-citizen", "stopped by the citizen" },
		{ "status-reason", "at-capacity", "at capacity" },
		{ "area", "housing", "housing" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		assert_non_null(code_find(cases[i].list, cases[i].code));
		assert_string_equal(code_find(cases[i].list, cases[i].code)->en, cases[i].en);
	}
	assert_null(code_find("aim", "Exit"));
	assert_null(code_find("aim", ""));
	assert_null(code_find("aim", NULL));
	assert_null(code_find("language", "xx"));
	assert_string_equal(code_english("aim", "what"), "what");
	assert_string_equal(code_english("aim", NULL), "");
}

static void priorities_rank_from_stat_to_routine(void **state)
{
	(void)state;
	assert_int_equal(code_rank("priority", "stat"), 0);
	assert_int_equal(code_rank("priority", "routine"), 3);
	assert_int_equal(code_rank("priority", "never"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_found_with_their_words),
		cmocka_unit_test(priorities_rank_from_stat_to_routine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
