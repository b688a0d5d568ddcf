/* SPDX-License-Identifier: EUPL-1.2 */
/* The choice of who takes a citizen, with its explanation. Decides on what it is
 * given: counts of open courses must be those of the same transaction. Must never choose one who is full, and never
 * name a person: the explanation speaks of languages, competences and numbers. */
#include "caseload/core/place.h"

#include <string.h>

#include "base/buffer.h"
#include "base/err.h"
#include "vocab/code.h"

/* How well a candidate fits, the weightier first. Greater is better in each. */
enum criterion { FORMER, LANGUAGE, GENDER, COMPETENCE, CRITERIA };

struct fit {
	size_t value[CRITERIA];
};

static const char *const decisive[CRITERIA] = {
	[FORMER] = "former-worker",
	[LANGUAGE] = "language",
	[GENDER] = "gender",
	[COMPETENCE] = "competence",
};

static bool has(const char *const *list, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], what) == 0)
			return true;
	return false;
}

/* What is wished twice is one wish. */
static bool is_common(const char *const *have, size_t n_have, const char *const *want, size_t i)
{
	return has(have, n_have, want[i]) && !has(want, i, want[i]);
}

static size_t count_common(const char *const *have, size_t n_have, const char *const *want, size_t n_want)
{
	size_t common = 0;
	for (size_t i = 0; i < n_want; i++)
		common += is_common(have, n_have, want, i);
	return common;
}

static struct fit fit_of(const struct place_candidate *c, const Wishes *w)
{
	struct fit f = { .value = { [FORMER] = c->is_former } };
	if (!w)
		return f;
	/* one language in common is enough to talk; competences add up */
	f.value[LANGUAGE] = count_common(c->languages, c->n_languages, w->languages, w->n_languages) > 0;
	f.value[GENDER] = *w->gender && c->gender && strcmp(w->gender, c->gender) == 0;
	f.value[COMPETENCE] = count_common(c->competences, c->n_competences, w->competences, w->n_competences);
	return f;
}

static int compare_fit(const struct fit *a, const struct fit *b)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (a->value[i] != b->value[i])
			return a->value[i] > b->value[i] ? -1 : 1;
	return 0;
}

static bool has_room(const struct place_candidate *c)
{
	return c->active && c->open < c->cap;
}

/* Less loaded in proportion first, then by id so that the choice is always the same. */
static int compare_load(const struct place_candidate *a, const struct place_candidate *b)
{
	int64_t x = (int64_t)a->open * b->cap, y = (int64_t)b->open * a->cap;
	return x != y ? (x < y ? -1 : 1) : strcmp(a->id, b->id);
}

static void add_part(struct buffer *out, const char *part)
{
	if (out->len) {
		buffer_puts(out, "; ");
		buffer_puts(out, part);
		return;
	}
	char first = *part;
	if (first >= 'a' && first <= 'z')
		first = (char)(first - 'a' + 'A');
	buffer_add(out, &first, 1);
	buffer_puts(out, part + 1);
}

/* "Thai and English": the wishes that the candidate meets, in words. */
static const char *common_words(struct arena *a, const char *list, const char *const *have, size_t n_have,
                                const char *const *want, size_t n_want)
{
	struct buffer words = buffer_in(a);
	for (size_t i = 0; i < n_want; i++)
		if (is_common(have, n_have, want, i))
			buffer_printf(&words, "%s%s", words.len ? " and " : "", code_english(list, want[i]));
	return words.data;
}

static const char *explain(struct arena *a, const struct place_candidate *c, const Wishes *w, const struct fit *f,
                           size_t n_fit)
{
	struct buffer out = buffer_in(a);
	if (f->value[FORMER])
		add_part(&out, "was the citizen's worker before");
	if (f->value[LANGUAGE])
		add_part(&out,
		         arena_printf(a, "speaks %s",
		                      common_words(a, "language", c->languages, c->n_languages, w->languages, w->n_languages)));
	else if (w && w->n_languages && !f->value[FORMER])
		add_part(&out, "nobody with room speaks a language that was wished");
	if (f->value[GENDER])
		add_part(&out, "is of the gender that was wished");
	if (f->value[COMPETENCE])
		add_part(&out, arena_printf(a, "knows about %s",
		                            common_words(a, "competence", c->competences, c->n_competences, w->competences,
		                                         w->n_competences)));
	add_part(&out, arena_printf(a, "has room (%d of %d)", c->open, c->cap));
	if (!f->value[FORMER] && n_fit == 1)
		add_part(&out, "the only one who fits");
	else if (!f->value[FORMER])
		add_part(&out, arena_printf(a, "the least loaded of %zu who fit", n_fit));
	buffer_puts(&out, ".");
	return out.data;
}

static const char *reason_code(const struct fit *f, size_t n_fit)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (f->value[i])
			return decisive[i];
	return n_fit == 1 ? "only-one" : "least-loaded";
}

static struct place_choice nobody(struct arena *a, const struct place_candidate *candidates, size_t n)
{
	size_t active = 0;
	for (size_t i = 0; i < n; i++)
		active += candidates[i].active;
	if (active == 0)
		return (struct place_choice){
			.index = PLACE_NONE,
			.reason_code = "no-worker",
			.reason = "Nobody takes citizens in this programme on that day.",
		};
	return (struct place_choice){
		.index = PLACE_NONE,
		.reason_code = "no-capacity",
		.reason = active == 1 ? "The only one who could take the citizen is full."
		                      : arena_printf(a, "All %zu who could take the citizen are full.", active),
	};
}

struct place_choice place_choose(struct arena *a, const struct place_candidate *candidates, size_t n,
                                 const Wishes *wishes)
{
	size_t best = PLACE_NONE, n_fit = 0;
	struct fit best_fit = { .value = { 0 } };
	for (size_t i = 0; i < n; i++) {
		if (!has_room(&candidates[i]))
			continue;
		struct fit f = fit_of(&candidates[i], wishes);
		int order = best == PLACE_NONE ? -1 : compare_fit(&f, &best_fit);
		if (order < 0)
			n_fit = 0;
		n_fit += order <= 0;
		if (order < 0 || (order == 0 && compare_load(&candidates[i], &candidates[best]) < 0)) {
			best = i;
			best_fit = f;
		}
	}
	if (best == PLACE_NONE)
		return nobody(a, candidates, n);
	return (struct place_choice){
		.index = best,
		.reason_code = reason_code(&best_fit, n_fit),
		.reason = explain(a, &candidates[best], wishes, &best_fit, n_fit),
	};
}
