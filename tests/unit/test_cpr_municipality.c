/* SPDX-License-Identifier: EUPL-1.2 */
/* Danish numbers: persons, municipalities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arena_world.h"
#include "base/err.h"
#include "vocab/cpr.h"
#include "vocab/municipality.h"

static void the_seventh_digit_gives_the_century(void **state)
{
	static const struct {
		const char *cpr, *born;
	} cases[] = {
		{ "0101014321", "2001-01-01" }, { "010199-0001", "1999-01-01" }, { "0101003001", "1900-01-01" },
		{ "0101364000", "2036-01-01" }, { "0101374000", "1937-01-01" },  { "0101575000", "2057-01-01" },
		{ "0101018000", "2001-01-01" }, { "0101369000", "2036-01-01" },  { "0101379000", "1937-01-01" },
		{ "2902004000", "2000-02-29" },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		struct cpr c;
		assert_true(cpr_parse(cases[i].cpr, &c));
		assert_string_equal(date_text(arena, c.born), cases[i].born);
		assert_false(c.replacement);
	}
	struct cpr old;
	assert_true(cpr_parse("0101588000", &old));
	assert_int_equal(old.born.days, date_make(1858, 1, 1).days);
}

static void a_number_that_fails_modulus_11_is_valid(void **state)
{
	struct cpr c;
	(void)state;
	assert_true(cpr_parse("0101814321", &c));
	assert_string_equal(date_text(arena, c.born), "1981-01-01");
	assert_true(cpr_parse("010181-4321", &c));
	assert_string_equal(c.digits, "0101814321");
}

static void a_replacement_number_is_accepted_and_flagged(void **state)
{
	struct cpr c;
	(void)state;
	assert_true(cpr_parse("6101814321", &c));
	assert_true(c.replacement);
	assert_string_equal(date_text(arena, c.born), "1981-01-01");
	assert_true(cpr_parse("9101814321", &c));
	assert_false(cpr_parse("9201814321", &c));
}

static void a_number_without_a_real_date_is_no_cpr(void **state)
{
	static const char *const wrong[] = {
		"",           "0101",       "3002810001",  "2902011000",  "0113810001",
		"0001810001", "3201810001", "010181 4321", "01018143211", "010181-43211",
		"010181432",  "O101814321", "0101814-321", "6002810001",
	};
	struct cpr c;
	(void)state;
	for (size_t i = 0; i < countof(wrong); i++)
		assert_false(cpr_parse(wrong[i], &c));
	assert_false(cpr_parse(NULL, &c));
}

static void ninety_eight_municipalities_and_christiansoe_are_known(void **state)
{
	static const struct {
		const char *code, *name;
	} cases[] = { { "0101", "København" },
		          { "0461", "Odense" },
		          { "0751", "Aarhus" },
		          { "0851", "Aalborg" },
		          { "0411", "Christiansø" } };
	const struct municipalities *all = NULL;
	const char *why = "";
	(void)state;
	if (municipalities_load(arena, UDVEJ_SOURCE_DIR "/common/vocab/municipalities.csv", &all, &why) != OK)
		fail_msg("%s", why);
	assert_int_equal(all->n, 99);
	for (size_t i = 0; i < countof(cases); i++)
		assert_string_equal(municipality_by_code(all, cases[i].code)->name, cases[i].name);
	assert_null(municipality_by_code(all, "9999"));
	assert_null(municipality_by_code(all, ""));
	const struct municipalities *none = NULL;
	assert_int_equal(municipalities_load(arena, "/nowhere.csv", &none, &why), ERR_FILE);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seventh_digit_gives_the_century),
		cmocka_unit_test(a_number_that_fails_modulus_11_is_valid),
		cmocka_unit_test(a_replacement_number_is_accepted_and_flagged),
		cmocka_unit_test(a_number_without_a_real_date_is_no_cpr),
		cmocka_unit_test(ninety_eight_municipalities_and_christiansoe_are_known),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
