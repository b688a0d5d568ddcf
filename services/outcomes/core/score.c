/* SPDX-License-Identifier: EUPL-1.2 */
/* Scoring by the rules that stand in an instrument's file. Owns the arithmetic: sums, imputing, bands, change. Must
 * never compare two raters, nor make a score where too much is missing. */
#include "outcomes/core/score.h"

#include <string.h>

#include "base/err.h"

void score_set_value(Score *s, int value)
{
	s->has_value_case = SCORE__HAS_VALUE_VALUE;
	s->value = value;
}

static void set_change(Score *s, int change)
{
	s->has_change_case = SCORE__HAS_CHANGE_CHANGE;
	s->change = change;
}

const char *score_development(const struct instrument *i, int change)
{
	int better = i->lower_is_better ? -change : change;
	if (better >= i->change_that_counts)
		return "positive";
	return better <= -i->change_that_counts ? "negative" : "unchanged";
}

static void compare_with_first(const struct instrument *i, Score *s, Score *const *first, size_t n_first)
{
	for (size_t k = 0; k < n_first; k++) {
		if (strcmp(first[k]->area, s->area) != 0 || first[k]->has_value_case != SCORE__HAS_VALUE_VALUE)
			continue;
		set_change(s, s->value - first[k]->value);
		s->development = score_development(i, s->change);
		return;
	}
}

static Score *make_score(struct arena *a, const struct instrument *i, const char *area, int value, Score *const *first,
                         size_t n_first)
{
	const struct instrument_band *band = instrument_band(i, value);
	Score *s = ARENA_NEW(a, Score);
	score__init(s);
	s->area = area;
	s->band = band ? band->code : "";
	score_set_value(s, value);
	compare_with_first(i, s, first, n_first);
	return s;
}

/* Nearest whole number, halves away from zero. */
static int divide_rounded(int64_t a, int64_t b)
{
	int64_t half = a < 0 ? -b : b;
	return (int)((2 * a + half) / (2 * b));
}

static const struct answer *answer_to(struct answers answers, const char *item)
{
	for (size_t k = 0; k < answers.n; k++)
		if (strcmp(answers.all[k].key, item) == 0)
			return &answers.all[k];
	return NULL;
}

/* The whole instrument's score; false where too many answers are missing. */
static bool score_whole(const struct instrument *i, struct answers answers, int *ret)
{
	int64_t sum = 0, answered = 0;
	for (size_t k = 0; k < i->n_items; k++) {
		const struct answer *answer = answer_to(answers, i->items[k].key);
		sum += answer ? answer->value : 0;
		answered += answer != NULL;
	}
	int64_t items = (int64_t)i->n_items;
	if (answered == 0 || items - answered > i->max_missing)
		return false;
	/* a sum with nothing missing is its own imputation */
	*ret = divide_rounded(sum * items, answered) * i->factor;
	return true;
}

size_t score_answers(struct arena *a, const struct instrument *i, struct answers answers, Score *const *first,
                     size_t n_first, Score ***ret)
{
	size_t n = 0;
	Score **scores = ARENA_ARRAY(a, Score *, i->n_items);
	if (i->scoring != SCORING_PER_ITEM) {
		int value;
		if (!score_whole(i, answers, &value))
			return 0;
		scores[n++] = make_score(a, i, "", value, first, n_first);
		*ret = scores;
		return n;
	}
	for (size_t k = 0; k < i->n_items; k++) {
		const struct answer *answer = answer_to(answers, i->items[k].key);
		if (answer)
			scores[n++] = make_score(a, i, i->items[k].key, answer->value, first, n_first);
	}
	if (n)
		*ret = scores;
	return n;
}
