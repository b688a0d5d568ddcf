/* SPDX-License-Identifier: EUPL-1.2 */
/* What an intake node decides by itself: age, eligibility, pseudonyms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/uuid.h"
#include "intake/core/age.h"
#include "intake/core/eligibility.h"
#include "intake/core/pseudonym.h"
#include "vocab_world.h"

static const struct programmes *programmes;

static int set_up(void **state)
{
	(void)set_up_arena(state);
	programmes = shipped_programmes(NULL);
	return 0;
}

static void a_minor_is_one_who_is_surely_under_18(void **state)
{
	static const struct {
		const char *cpr, *birth_date;
		int birth_year;
		const char *on;
		enum minor minor;
	} cases[] = {
		{ "", "", 0, "2020-10-01", MINOR_UNKNOWN },
		{ "", "", 2001, "2020-10-01", MINOR_NO },
		{ "", "", 2002, "2020-10-01", MINOR_UNKNOWN }, /* turns 18 this year */
		{ "", "", 2002, "2020-12-30", MINOR_UNKNOWN },
		{ "", "", 2002, "2020-12-31", MINOR_NO },
		{ "", "", 2002, "2021-01-01", MINOR_NO },
		{ "", "", 2003, "2020-12-31", MINOR_YES },
		{ "", "2002-10-02", 0, "2020-10-01", MINOR_YES },
		{ "", "2002-10-01", 0, "2020-10-01", MINOR_NO },
		{ "", "2002-10-02", 1980, "2020-10-01", MINOR_YES }, /* the day is better than the year */
		{ "021002-4321", "", 0, "2020-10-01", MINOR_YES },
		{ "011002-4321", "", 0, "2020-10-01", MINOR_NO },
		{ "011002-4321", "2010-01-01", 0, "2020-10-01", MINOR_NO },  /* the CPR is better than what was told */
		{ "611002-4321", "2010-01-01", 0, "2020-10-01", MINOR_YES }, /* but not a replacement number */
		{ "611002-4321", "", 0, "2020-10-01", MINOR_NO },
		{ "nonsense", "", 2010, "2020-10-01", MINOR_YES },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		Citizen c = CITIZEN__INIT;
		c.cpr = cases[i].cpr;
		c.birth_date = cases[i].birth_date;
		c.birth_year = cases[i].birth_year;
		assert_int_equal(age_is_minor(&c, on(cases[i].on)), cases[i].minor);
	}
	assert_int_equal(age_told_is_minor(0), MINOR_UNKNOWN);
	assert_int_equal(age_told_is_minor(17), MINOR_YES);
	assert_int_equal(age_told_is_minor(18), MINOR_NO);
}

static void unknown_age_is_clarified_and_never_a_silent_no(void **state)
{
	static const struct {
		int birth_year;
		const char *on;
		enum verdict verdict;
		const char *rule, *field;
		bool duty;
	} cases[] = {
		{ 1980, "2018-02-01", VERDICT_YES, "", "", false },
		{ 0, "2018-02-01", VERDICT_CLARIFY, "age", "citizen.birthYear", false },
		{ 2000, "2018-02-01", VERDICT_CLARIFY, "age", "citizen.birthYear", false },
		{ 2001, "2018-02-01", VERDICT_NO, "age", "citizen.birthYear", true },
		{ 1980, "2016-06-01", VERDICT_NO, "recruitment", "programme", false },
		{ 0, "2016-06-01", VERDICT_NO, "recruitment", "programme", false },
		{ 2001, "2016-06-01", VERDICT_NO, "age", "citizen.birthYear", true },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		Citizen c = CITIZEN__INIT;
		c.birth_year = cases[i].birth_year;
		struct eligibility e = eligibility_of(arena, programme_by_key(programmes, "cti"), &c, on(cases[i].on));
		assert_int_equal(e.verdict, cases[i].verdict);
		assert_string_equal(e.rule, cases[i].rule);
		assert_string_equal(e.why.field, cases[i].field);
		assert_int_equal(e.duty_to_notify, cases[i].duty);
	}
}

static void two_receivers_cannot_join_their_pseudonyms(void **state)
{
	static const unsigned char root[PSEUDONYM_KEY_BYTES] = { 1, 2, 3 };
	static const unsigned char other_root[PSEUDONYM_KEY_BYTES] = { 1, 2, 4 };
	static const char id[] = "7b0e2b6e-6f55-4a43-9f52-0c6b1c1a2d3e";
	(void)state;
	struct pseudonym_key keys[] = {
		pseudonym_key(root, "caseload", "citizen"),  pseudonym_key(root, "outcomes", "citizen"),
		pseudonym_key(root, "caseload", "research"), pseudonym_key(other_root, "caseload", "citizen"),
		pseudonym_key(root, "case", "loadcitizen"),
	};
	for (size_t i = 0; i < countof(keys); i++) {
		const char *p = pseudonym_of(arena, &keys[i], id);
		assert_true(uuid_is_valid(p));
		assert_int_equal(p[14], '8');
		assert_non_null(strchr("89ab", p[19]));
		assert_string_equal(p, pseudonym_of(arena, &keys[i], id));
		assert_string_not_equal(p, pseudonym_of(arena, &keys[i], "another"));
		assert_int_equal(strlen(keys[i].id), PSEUDONYM_KEY_ID_LEN);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(p, pseudonym_of(arena, &keys[k], id));
			assert_string_not_equal(keys[i].id, keys[k].id);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minor_is_one_who_is_surely_under_18),
		cmocka_unit_test(unknown_age_is_clarified_and_never_a_silent_no),
		cmocka_unit_test(two_receivers_cannot_join_their_pseudonyms),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down_arena);
}
