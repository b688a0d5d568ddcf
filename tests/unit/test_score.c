/* SPDX-License-Identifier: EUPL-1.2 */
/* Scoring, by the known answers in tests/unit/vectors: one file for each instrument, found by its key, so that an
 * instrument without vectors fails here. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "messages.pb-c.h"
#include "outcomes/core/score.h"
#include "vocab_world.h"

static const struct instruments *instruments;

static int set_up(void **state)
{
	(void)set_up_arena(state);
	instruments = shipped_instruments();
	return 0;
}

static struct answers answers_in(json_t *object)
{
	struct answer *all = ARENA_ARRAY(arena, struct answer, json_object_size(object));
	struct answers answers = { .all = all };
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
	{
		all[answers.n++] = (struct answer){ .key = key, .value = (int32_t)json_integer_value(value) };
	}
	return answers;
}

static size_t first_in(json_t *object, Score ***ret)
{
	size_t n = 0;
	const char *area;
	json_t *value;
	*ret = ARENA_ARRAY(arena, Score *, json_object_size(object));
	json_object_foreach(object, area, value)
	{
		Score *s = ARENA_NEW(arena, Score);
		score__init(s);
		s->area = area;
		score_set_value(s, (int)json_integer_value(value));
		(*ret)[n++] = s;
	}
	return n;
}

static void assert_score(const Score *s, json_t *wanted)
{
	json_t *change = json_object_get(wanted, "change");
	const char *development = json_string_value(json_object_get(wanted, "development"));
	assert_string_equal(s->area, json_string_value(json_object_get(wanted, "area")));
	assert_int_equal(s->has_value_case, SCORE__HAS_VALUE_VALUE);
	assert_int_equal(s->value, json_integer_value(json_object_get(wanted, "value")));
	assert_string_equal(s->band, json_string_value(json_object_get(wanted, "band")));
	assert_int_equal(s->has_change_case, change ? SCORE__HAS_CHANGE_CHANGE : SCORE__HAS_CHANGE__NOT_SET);
	if (change)
		assert_int_equal(s->change, json_integer_value(change));
	assert_string_equal(s->development, development ? development : "");
}

static void run_case(const struct instrument *i, json_t *c)
{
	Score **first = NULL, **scores = NULL;
	json_t *wanted = json_object_get(c, "scores");
	size_t n_first = first_in(json_object_get(c, "first"), &first);
	size_t n = score_answers(arena, i, answers_in(json_object_get(c, "answers")), first, n_first, &scores);
	print_message("%s: %s\n", i->key, json_string_value(json_object_get(c, "name")));
	assert_int_equal(n, json_array_size(wanted));
	for (size_t k = 0; k < n; k++)
		assert_score(scores[k], json_array_get(wanted, k));
}

static void every_instrument_scores_its_known_answers(void **state)
{
	(void)state;
	for (size_t k = 0; k < instruments->n; k++) {
		const struct instrument *i = &instruments->all[k];
		json_error_t error;
		json_t *file =
		    json_load_file(arena_printf(arena, UDVEJ_SOURCE_DIR "/tests/unit/vectors/%s.json", i->key), 0, &error);
		if (!file)
			fail_msg("%s: %s", i->key, error.text);
		json_t *cases = json_object_get(file, "cases");
		assert_true(json_array_size(cases) > 0);
		for (size_t c = 0; c < json_array_size(cases); c++)
			run_case(i, json_array_get(cases, c));
		json_decref(file);
	}
}

static void no_answers_give_no_score(void **state)
{
	(void)state;
	Score **scores = NULL;
	for (size_t k = 0; k < instruments->n; k++)
		assert_int_equal(score_answers(arena, &instruments->all[k], (struct answers){ .n = 0 }, NULL, 0, &scores), 0);
	assert_null(scores);
}

static void where_lower_is_better_a_fall_is_positive(void **state)
{
	(void)state;
	struct instrument i = { .lower_is_better = true, .change_that_counts = 2 };
	assert_string_equal(score_development(&i, -2), "positive");
	assert_string_equal(score_development(&i, -1), "unchanged");
	assert_string_equal(score_development(&i, 2), "negative");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instrument_scores_its_known_answers),
		cmocka_unit_test(no_answers_give_no_score),
		cmocka_unit_test(where_lower_is_better_a_fall_is_positive),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down_arena);
}
