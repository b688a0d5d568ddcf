/* SPDX-License-Identifier: EUPL-1.2 */
/* Instrument files: what ships, what is refused in a file, and what in a set of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api.pb-c.h"
#include "base/broken.h"
#include "messages.pb-c.h"
#include "vocab/instrument.h"
#include "vocab_world.h"

static const struct instruments *shipped;

static int set_up(void **state)
{
	(void)set_up_arena(state);
	shipped = shipped_instruments();
	return 0;
}

static void the_shipped_instruments_are_as_the_standards_say(void **state)
{
	static const struct {
		const char *key;
		size_t items;
		int min, max;
		enum scoring scoring;
		int factor, min_answers, complete_from, change_that_counts;
		bool enrols;
		const char *first, *last;
	} cases[] = {
		{ "who5", 5, 0, 5, SCORING_SUM, 4, 5, 5, 10, false, "happy", "interest" },
		{ "gse", 10, 1, 4, SCORING_MEAN_IMPUTED_SUM, 1, 7, 7, 6, false, "self1", "self10" },
		{ "nine-areas", 9, 1, 10, SCORING_PER_ITEM, 1, 1, 9, 1, true, "substance", "violence" },
		{ "livarehab-experience", 6, 1, 5, SCORING_PER_ITEM, 1, 1, 6, 1, false, "harmEased", "positiveNetwork" },
	};
	(void)state;
	assert_int_equal(shipped->n, countof(cases));
	for (size_t k = 0; k < countof(cases); k++) {
		const struct instrument *i = instrument_by_key(shipped, cases[k].key);
		assert_non_null(i);
		assert_int_equal(i->version, 1);
		assert_int_equal(i->n_items, cases[k].items);
		assert_true(i->min == cases[k].min && i->max == cases[k].max);
		assert_true(i->scoring == cases[k].scoring && i->factor == cases[k].factor);
		assert_int_equal(i->min_answers, cases[k].min_answers);
		assert_int_equal(i->complete_from, cases[k].complete_from);
		assert_int_equal(i->change_that_counts, cases[k].change_that_counts);
		assert_int_equal(i->enrols, cases[k].enrols);
		assert_string_equal(i->items[0].key, cases[k].first);
		assert_string_equal(i->items[i->n_items - 1].key, cases[k].last);
	}
	assert_null(instrument_by_key(shipped, "star"));
	assert_null(instrument_by_key(shipped, NULL));
}

static void wording_ships_only_where_the_terms_permit(void **state)
{
	(void)state;
	assert_null(instrument_by_key(shipped, "who5")->items[0].words.da);
	assert_null(instrument_by_key(shipped, "gse")->items[0].words.en);
	assert_string_equal(instrument_item(instrument_by_key(shipped, "nine-areas"), "housing")->words.da, "Bolig");
}

static void every_score_lies_in_one_band(void **state)
{
	static const struct {
		const char *key;
		int score;
		const char *band;
	} cases[] = {
		{ "who5", 0, "high-risk" },
		{ "who5", 35, "high-risk" },
		{ "who5", 36, "at-risk" },
		{ "who5", 50, "at-risk" },
		{ "who5", 51, "no-risk" },
		{ "who5", 100, "no-risk" },
		{ "nine-areas", 3, "survival" },
		{ "nine-areas", 4, "stabilisation" },
		{ "nine-areas", 7, "stabilisation" },
		{ "nine-areas", 8, "integration" },
		{ "livarehab-experience", 3, "not-met" },
		{ "livarehab-experience", 4, "met" },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++)
		assert_string_equal(instrument_band(instrument_by_key(shipped, cases[k].key), cases[k].score)->code,
		                    cases[k].band);
	assert_null(instrument_band(instrument_by_key(shipped, "gse"), 30));
}

/* --- answers --- */

static void answers_are_checked_by_the_instrument(void **state)
{
	static const struct {
		const char *instrument, *rater;
		struct answer answers[6];
		enum err err;
		const char *field;
	} cases[] = {
		{ "nine-areas", "worker", { { "housing", 5 } }, OK, "" },
		{ "nine-areas", "citizen", { { "housing", 10 }, { "economy", 1 } }, OK, "" },
		{ "nine-areas", "worker", { { "housing", 0 } }, ERR_VALUE, "answers.housing" },
		{ "nine-areas", "worker", { { "economy", 3 }, { "housing", 11 } }, ERR_VALUE, "answers.housing" },
		{ "nine-areas", "worker", { { "wealth", 3 } }, ERR_UNKNOWN_FIELD, "answers.wealth" },
		{ "nine-areas", "worker", { { "housing", 3 }, { "housing", 4 } }, ERR_VALUE, "answers.housing" },
		{ "nine-areas", "worker", { { NULL, 0 } }, ERR_RULE, "answers" },
		{ "nine-areas", "neighbour", { { "housing", 5 } }, ERR_RULE, "rater" },
		{ "nine-areas", "", { { "housing", 5 } }, ERR_RULE, "rater" },
		{ "who5", "worker", { { "happy", 5 } }, ERR_RULE, "rater" },
		{ "who5", "citizen", { { "happy", 0 }, { "calm", 1 }, { "active", 2 }, { "rested", 3 } }, ERR_RULE, "answers" },
		{ "who5",
		  "citizen",
		  { { "happy", 0 }, { "calm", 1 }, { "active", 2 }, { "rested", 3 }, { "interest", 5 } },
		  OK,
		  "" },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++) {
		struct answers answers = { .all = cases[k].answers };
		struct refusal why = { .field = "" };
		while (cases[k].answers[answers.n].key)
			answers.n++;
		const struct instrument *i = instrument_by_key(shipped, cases[k].instrument);
		assert_int_equal(instrument_check(arena, i, answers, cases[k].rater, &why), cases[k].err);
		assert_string_equal(why.field, cases[k].field);
		assert_true(cases[k].err == OK || *why.rule);
	}
}

static void all_that_is_wrong_with_answers_is_said(void **state)
{
	static const struct answer given[] = { { "calm", 6 }, { "sad", 1 }, { "happy", 1 }, { "happy", 9 } };
	static const char *const codes[] = { "not-a-rater", "out-of-range", "unknown-item", "answered-twice",
		                                 "too-few-answers" };
	struct refusal why = { .err = OK };
	const struct instrument *i = instrument_by_key(shipped, "who5");
	(void)state;
	assert_int_equal(instrument_check(arena, i, (struct answers){ given, 4 }, "worker", &why), ERR_RULE);
	const struct broken *b = why.broken;
	for (size_t k = 0; k < countof(codes); k++, b = b->next)
		assert_string_equal(b->code, codes[k]);
	assert_null(b);
}

static void answers_are_read_from_each_message_that_has_them(void **state)
{
	MeasurementInput__AnswersEntry entry = MEASUREMENT_INPUT__ANSWERS_ENTRY__INIT;
	MeasurementInput__AnswersEntry *entries[] = { &entry };
	MeasurementInput input = MEASUREMENT_INPUT__INIT;
	(void)state;
	entry.key = "calm";
	entry.value = 4;
	input.answers = entries;
	input.n_answers = 1;
	struct answers answers = instrument_answers(arena, &input.base);
	assert_int_equal(answers.n, 1);
	assert_string_equal(answers.all[0].key, "calm");
	assert_int_equal(answers.all[0].value, 4);

	MeasurementAnswers empty = MEASUREMENT_ANSWERS__INIT;
	assert_int_equal(instrument_answers(arena, &empty.base).n, 0);
	CloseInput other = CLOSE_INPUT__INIT;
	assert_int_equal(instrument_answers(arena, &other.base).n, 0);
}

/* --- faults in a file --- */

#define GOOD                                                                                                           \
	"{\"key\":\"x\",\"version\":1,\"name\":{\"da\":\"X\",\"en\":\"X\"},\"items\":[{\"key\":\"a\"},{\"key\":\"b\"}],"   \
	"\"min\":0,\"max\":4,\"scoring\":\"sum\",\"max_missing\":0,\"min_answers\":2,\"complete_from\":2,\"bands\":[],"    \
	"\"better\":\"higher\",\"change_that_counts\":1,\"raters\":[\"citizen\"],\"enrols\":false,\"source\":\"s\","       \
	"\"terms\":\"t\"}"

static enum err load_changed(const char *from, const char *to, const char **why)
{
	const struct instruments *is = NULL;
	struct changed changed = change(GOOD, from, to);
	enum err e = instruments_load(arena, changed.dir, &is, why);
	remove_changed(&changed);
	assert_int_equal(is == NULL, e != OK);
	return e;
}

static void a_fault_in_a_file_names_file_field_and_rule(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{ "\"version\":1", "\"version\":\"1\"", "x.json: version: must be a whole number from 1 to 1000" },
		{ "\"max\":4", "\"max\":0", "x.json: max: must be a whole number from 1 to 100" },
		{ "\"key\":\"b\"", "\"key\":\"a\"", "x.json: items[1].key: is the key of an earlier item" },
		{ "\"key\":\"b\"", "\"wording\":\"b\"", "x.json: items[1].wording: there is no such field" },
		{ "\"key\":\"x\"", "\"key\":\"y\"", "x.json: key: must be the file's name without .json" },
		{ "\"scoring\":\"sum\"", "\"scoring\":\"product\"",
		  "x.json: scoring: must be one of: sum, mean-imputed-sum, per-item" },
		{ "\"enrols\":false", "\"enrols\":0", "x.json: enrols: must be true or false" },
		{ "\"max_missing\":0", "\"max_missing\":1",
		  "x.json: max_missing: must be 0 where the answers are summed without imputing" },
		{ "\"bands\":[]", "\"bands\":[{\"code\":\"low\",\"name\":{\"da\":\"l\",\"en\":\"l\"},\"from\":0,\"to\":7}]",
		  "x.json: bands: must cover every score from 0 to 8" },
		{ "[\"citizen\"]", "[\"dog\"]", "x.json: raters: must be of the code list rater" },
		{ "\"terms\":\"t\"", "\"terms\":\"t\",\"term\":1", "x.json: term: there is no such field" },
		{ "\"en\":\"X\"", "\"en\":\"\"", "x.json: name.en: must be a text that is not empty" },
		{ ",\"source\":\"s\"", "", "x.json: source: must be a text that is not empty" },
	};
	(void)state;
	for (size_t k = 0; k < countof(cases); k++) {
		const char *why = "";
		assert_int_equal(load_changed(cases[k].from, cases[k].to, &why), ERR_FILE);
		assert_string_equal(why, cases[k].why);
	}
	const char *why = "";
	assert_int_equal(load_changed("X", "X", &why), OK);
	assert_int_equal(load_changed("{", "{{", &why), ERR_FILE);
	assert_int_equal(load_changed("\"min\":0", "\"min\":0,\"min\":1", &why), ERR_FILE);
	const struct instruments *none = NULL;
	assert_int_equal(instruments_load(arena, "/nowhere", &none, &why), ERR_FILE);
	assert_string_equal(why, "/nowhere: is no directory with definition files (*.json)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_instruments_are_as_the_standards_say),
		cmocka_unit_test(wording_ships_only_where_the_terms_permit),
		cmocka_unit_test(every_score_lies_in_one_band),
		cmocka_unit_test(answers_are_checked_by_the_instrument),
		cmocka_unit_test(all_that_is_wrong_with_answers_is_said),
		cmocka_unit_test(answers_are_read_from_each_message_that_has_them),
		cmocka_unit_test(a_fault_in_a_file_names_file_field_and_rule),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down_arena);
}
