/* SPDX-License-Identifier: EUPL-1.2 */
/* What a terminal obeys does not come onto an operator's screen. */
#include "base/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void control_characters_are_those_of_c0_and_c1_and_del(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
	} rows[] = {
		{ "\x1b[2J", 1 },   { "\n", 1 },        { "\x7f", 1 }, { "\x01", 1 }, { "\xc2\x9b", 2 }, { "\xc2\x80", 2 },
		{ "\xc2\x9f?", 2 }, { "\xc2\xa0", 0 }, /* a space */
		{ "\xc3\x9b", 0 },  { "\xc3\xb8l", 0 }, { "\xc2", 0 }, { "a", 0 },    { " ", 0 },        { "", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(control_at(rows[i].text), rows[i].bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(control_characters_are_those_of_c0_and_c1_and_del) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
