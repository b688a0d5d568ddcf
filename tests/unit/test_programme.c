/* SPDX-License-Identifier: EUPL-1.2 */
/* Programme files: what ships, grants and recruitment windows, and the phases of courses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vocab/phase.h"
#include "vocab/programme.h"
#include "vocab_world.h"

static const struct instruments *instruments;
static const struct programmes *shipped;

static int set_up(void **state)
{
	(void)set_up_arena(state);
	instruments = shipped_instruments();
	shipped = shipped_programmes(instruments);
	return 0;
}

static void the_shipped_programmes_are_as_the_domain_says(void **state)
{
	static const struct {
		const char *key, *organisation;
		enum programme_form form;
		int cap, preferred, months;
		size_t phases;
		const char *enrols_by;
	} cases[] = {
		{ "cti", "kommune", FORM_ONE_TO_ONE, 10, 10, 12, 3, "star" },
		{ "reden-1-1", "reden", FORM_ONE_TO_ONE, 7, 5, 6, 3, "star" },
		{ "reden-outreach-counselling", "reden", FORM_ONE_TO_ONE, 15, 15, 3, 0, "session" },
		{ "livarehab-psychoeducation", "livarehab", FORM_GROUP, 12, 12, 3, 0, "seat" },
		{ "livarehab-employment", "livarehab", FORM_GROUP, 12, 12, 5, 0, "seat" },
		{ "livarehab-job-coaching", "livarehab", FORM_ONE_TO_ONE, 10, 10, 5, 0, "session" },
	};
	(void)state;
	assert_int_equal(shipped->n, countof(cases));
	for (size_t k = 0; k < countof(cases); k++) {
		const struct programme *p = programme_by_key(shipped, cases[k].key);
		assert_non_null(p);
		assert_string_equal(p->organisation, cases[k].organisation);
		assert_true(p->form == cases[k].form && p->cap == cases[k].cap && p->preferred_cap == cases[k].preferred);
		assert_int_equal(p->months, cases[k].months);
		assert_int_equal(p->n_phases, cases[k].phases);
		assert_string_equal(p->enrols_by, cases[k].enrols_by);
		assert_true(p->auto_accept);
	}
	assert_null(programme_by_key(shipped, "nothing"));
}

static void every_programme_measures_at_the_close(void **state)
{
	(void)state;
	for (size_t k = 0; k < shipped->n; k++) {
		assert_true(shipped->all[k].n_schedule > 0);
		for (size_t s = 0; s < shipped->all[k].n_schedule; s++)
			assert_true(shipped->all[k].schedule[s].at_close);
	}
}

static void the_newest_grant_that_pays_holds(void **state)
{
	static const struct {
		const char *programme, *day, *grant;
		bool recruits;
	} cases[] = {
		{ "cti", "2011-12-31", NULL, false },         { "cti", "2012-01-01", "2012", true },
		{ "cti", "2015-12-31", "2012", true },        { "cti", "2016-01-01", "2016", true },
		{ "cti", "2016-03-31", "2016", true },        { "cti", "2016-04-01", "2016", false },
		{ "cti", "2016-12-31", "2016", false },       { "cti", "2017-01-01", "ordinary", true },
		{ "cti", "2030-01-01", "ordinary", true },    { "reden-1-1", "2020-09-30", NULL, false },
		{ "reden-1-1", "2020-10-01", "2020", true },  { "reden-1-1", "2023-09-30", "2020", true },
		{ "reden-1-1", "2023-10-01", "2020", false }, { "livarehab-employment", "2024-01-01", "ordinary", true },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++) {
		const struct programme *p = programme_by_key(shipped, cases[k].programme);
		const struct grant *g = programme_grant_on(p, on(cases[k].day));
		struct refusal why = { .field = "" };
		assert_int_equal(g != NULL, cases[k].grant != NULL);
		if (g)
			assert_string_equal(g->key, cases[k].grant);
		assert_int_equal(programme_check_recruitment(arena, p, on(cases[k].day), "programme", &why),
		                 cases[k].recruits ? OK : ERR_RULE);
		assert_string_equal(why.field, cases[k].recruits ? "" : "programme");
	}
}

static void after_the_window_the_refusal_says_registered_and_referred(void **state)
{
	const struct programme *p = programme_by_key(shipped, "cti");
	struct refusal why = { .field = "" };
	(void)state;
	assert_int_equal(programme_check_recruitment(arena, p, on("2016-04-01"), "authoredOn", &why), ERR_RULE);
	assert_string_equal(why.field, "authoredOn");
	assert_string_equal(why.rule, "Recruitment to cti under grant 2016 ended on 2016-03-31: the citizen is registered "
	                              "and referred, not enrolled.");
}

/* --- faults in a file --- */

#define GOOD                                                                                                           \
	"{\"key\":\"x\",\"name\":{\"da\":\"X\",\"en\":\"X\"},\"organisation\":\"o\",\"form\":\"group\",\"cap\":12,"        \
	"\"months\":3,"                                                                                                    \
	"\"phases\":[],\"enrols_by\":\"seat\",\"auto_accept\":true,\"schedule\":[{\"instrument\":\"who5\","                \
	"\"every_months\":2,\"at_start\":true,\"at_close\":true}],\"grants\":[{\"key\":\"g\",\"from\":\"2020-10-01\","     \
	"\"recruitment_to\":\"2020-12-31\",\"last_funded_day\":null}]}"

static enum err load_changed(const char *from, const char *to, const char **why)
{
	const struct programmes *ps = NULL;
	struct changed changed = change(GOOD, from, to);
	enum err e = programmes_load(arena, changed.dir, instruments, &ps, why);
	remove_changed(&changed);
	assert_int_equal(ps == NULL, e != OK);
	return e;
}

static void a_fault_in_a_file_names_file_field_and_rule(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{ "\"cap\":12", "\"cap\":0", "x.json: cap: must be a whole number from 1 to 1000" },
		{ "\"cap\":12", "\"cap\":12,\"preferred_cap\":13",
		  "x.json: preferred_cap: must be a whole number from 1 to 12" },
		{ "\"group\"", "\"crowd\"", "x.json: form: must be one of: one-to-one, group" },
		{ "\"seat\"", "\"chance\"", "x.json: enrols_by: must be of the code list enrolled-by" },
		{ "who5", "who6", "x.json: schedule[0].instrument: must be the key of an instrument file" },
		{ "2020-12-31", "2020-12-32", "x.json: grants[0].recruitment_to: must be a date YYYY-MM-DD, or null" },
		{ "2020-12-31", "2020-09-30", "x.json: grants[0].recruitment_to: must not be before the grant begins" },
		{ "null", "\"2020-12-30\"", "x.json: grants[0].last_funded_day: must not be before the end of recruitment" },
		{ "\"2020-10-01\"", "null", "x.json: grants[0].from: must be a date YYYY-MM-DD" },
		{ "null}", "null},{\"key\":\"h\",\"from\":\"2020-10-01\",\"recruitment_to\":null,\"last_funded_day\":null}",
		  "x.json: grants[1].from: must be later than the grant before" },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++) {
		const char *why = "";
		assert_int_equal(load_changed(cases[k].from, cases[k].to, &why), ERR_FILE);
		assert_string_equal(why, cases[k].why);
	}
	const char *why = "";
	assert_int_equal(load_changed("X", "X", &why), OK);
}

/* --- phases --- */

static void phases_follow_the_length_of_the_course(void **state)
{
	static const struct {
		const char *programme, *start, *end;
		size_t n;
		const char *from[3], *to[3];
	} cases[] = {
		/* full length: months 1-4, 5-8, 9-12 */
		{ "cti",
		  "2020-10-15",
		  "2021-10-15",
		  3,
		  { "2020-10-15", "2021-02-15", "2021-06-15" },
		  { "2021-02-14", "2021-06-14", "2021-10-15" } },
		{ "cti",
		  "2020-10-31",
		  "2021-10-31",
		  3,
		  { "2020-10-31", "2021-02-28", "2021-06-30" },
		  { "2021-02-27", "2021-06-29", "2021-10-31" } },
		{ "reden-1-1",
		  "2020-10-01",
		  "2021-04-01",
		  3,
		  { "2020-10-01", "2020-12-01", "2021-02-01" },
		  { "2020-11-30", "2021-01-31", "2021-04-01" } },
		/* shortened: 2016-02-10 to 2016-12-31 are 326 days, so 108, 109 and 109 */
		{ "cti",
		  "2016-02-10",
		  "2016-12-31",
		  3,
		  { "2016-02-10", "2016-05-28", "2016-09-14" },
		  { "2016-05-27", "2016-09-13", "2016-12-31" } },
		{ "cti",
		  "2016-12-29",
		  "2016-12-31",
		  3,
		  { "2016-12-29", "2016-12-30", "2016-12-31" },
		  { "2016-12-29", "2016-12-30", "2016-12-31" } },
		{ "livarehab-employment", "2021-01-04", "2021-06-04", 0, { NULL }, { NULL } },
		{ "cti", "2021-01-04", "2020-01-04", 0, { NULL }, { NULL } },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++) {
		Phase **phases = NULL;
		const struct programme *p = programme_by_key(shipped, cases[k].programme);
		assert_int_equal(phase_list(arena, p, on(cases[k].start), on(cases[k].end), ENGLISH, &phases), cases[k].n);
		for (size_t i = 0; i < cases[k].n; i++) {
			assert_int_equal(phases[i]->number, i + 1);
			assert_string_equal(phases[i]->from, cases[k].from[i]);
			assert_string_equal(phases[i]->to, cases[k].to[i]);
		}
	}
	assert_int_equal(phase_list(arena, programme_by_key(shipped, "cti"), DATE_NONE, on("2021-01-01"), DANISH, NULL), 0);
}

static void a_day_lies_in_one_phase(void **state)
{
	static const struct {
		const char *day;
		int number;
	} cases[] = { { "2020-10-14", 0 }, { "2020-10-15", 1 }, { "2021-02-14", 1 }, { "2021-02-15", 2 },
		          { "2021-06-15", 3 }, { "2021-10-15", 3 }, { "2022-01-01", 3 } };
	Phase **phases = NULL;
	(void)state;
	size_t n = phase_list(arena, programme_by_key(shipped, "cti"), on("2020-10-15"), on("2021-10-15"), DANISH, &phases);
	assert_string_equal(phases[0]->name, "Planlægning og igangsætning af indsatsen");
	for (size_t k = 0; k < countof(cases); k++) {
		const Phase *p = phase_on(phases, n, on(cases[k].day));
		assert_int_equal(p ? p->number : 0, cases[k].number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_programmes_are_as_the_domain_says),
		cmocka_unit_test(every_programme_measures_at_the_close),
		cmocka_unit_test(the_newest_grant_that_pays_holds),
		cmocka_unit_test(after_the_window_the_refusal_says_registered_and_referred),
		cmocka_unit_test(a_fault_in_a_file_names_file_field_and_rule),
		cmocka_unit_test(phases_follow_the_length_of_the_course),
		cmocka_unit_test(a_day_lies_in_one_phase),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down_arena);
}
