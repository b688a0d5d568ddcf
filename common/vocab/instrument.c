/* SPDX-License-Identifier: EUPL-1.2 */
/* Instruments from their files, and the check of a set of answers against one. Owns the form of an instrument file
 * (see definition.h for how strictly it is read). Must never know an instrument by name: what one is stands in its
 * file alone. */
#include "vocab/instrument.h"

#include <stdlib.h>
#include <string.h>

#include "base/broken.h"
#include "vocab/definition.h"

#define MAX_ITEMS 100
#define MAX_BANDS 20
#define MAX_RATERS 5
#define MAX_SCORE 10000

/* --- reading --- */

static const struct instrument_item *take_items(const struct definition *d, size_t *ret_n)
{
	static const char *const fields[] = { "key", "words", NULL };
	size_t n = definition_count(d, "items", 1, MAX_ITEMS);
	struct instrument_item *items = ARENA_ARRAY(d->arena, struct instrument_item, n);
	for (size_t k = 0; k < n; k++) {
		struct definition e = definition_element(d, "items", k);
		definition_only(&e, fields);
		items[k].key = definition_text(&e, "key");
		if (json_object_get(e.object, "words"))
			items[k].words = definition_words(&e, "words");
		for (size_t before = 0; before < k; before++)
			if (strcmp(items[before].key, items[k].key) == 0)
				definition_fault(&e, "key", "is the key of an earlier item");
	}
	*ret_n = n;
	return items;
}

static const struct instrument_band *take_bands(const struct definition *d, size_t *ret_n)
{
	static const char *const fields[] = { "code", "name", "from", "to", NULL };
	size_t n = definition_count(d, "bands", 0, MAX_BANDS);
	struct instrument_band *bands = ARENA_ARRAY(d->arena, struct instrument_band, n);
	for (size_t k = 0; k < n; k++) {
		struct definition e = definition_element(d, "bands", k);
		definition_only(&e, fields);
		bands[k].code = definition_text(&e, "code");
		bands[k].name = definition_words(&e, "name");
		bands[k].from = definition_int(&e, "from", -MAX_SCORE, MAX_SCORE);
		bands[k].to = definition_int(&e, "to", bands[k].from, MAX_SCORE);
		if (k && bands[k].from != bands[k - 1].to + 1)
			definition_fault(&e, "from", "must follow the band before without gap or overlap");
	}
	*ret_n = n;
	return bands;
}

static const char *const *take_raters(const struct definition *d, size_t *ret_n)
{
	size_t n = definition_count(d, "raters", 1, MAX_RATERS);
	const char **raters = ARENA_ARRAY(d->arena, const char *, n);
	for (size_t k = 0; k < n; k++) {
		raters[k] = definition_element_text(d, "raters", k);
		if (!code_find("rater", raters[k]))
			definition_fault(d, "raters", "must be of the code list rater");
	}
	*ret_n = n;
	return raters;
}

/* What scores can come out must lie in the bands, so that no score is ever without one. */
static void check_bands(const struct definition *d, const struct instrument *i)
{
	int times = i->scoring == SCORING_PER_ITEM ? 1 : (int)i->n_items * i->factor;
	if (i->n_bands && (i->bands[0].from > i->min * times || i->bands[i->n_bands - 1].to < i->max * times))
		definition_fault(d, "bands", "must cover every score from %d to %d", i->min * times, i->max * times);
}

static void take_instrument(const struct definition *d, void *element, void *context)
{
	static const char *const fields[] = {
		"key",
		"version",
		"name",
		"items",
		"min",
		"max",
		"scoring",
		"factor",
		"bands",
		"better",
		"max_missing",
		"min_answers",
		"raters",
		"enrols",
		"source",
		"terms",
		"note",
		"change_that_counts",
		"complete_from",
		"detectable_change",
		NULL,
	};
	static const char *const scorings[] = { "sum", "mean-imputed-sum", "per-item", NULL };
	static const char *const better[] = { "higher", "lower", NULL };
	struct instrument *i = element;
	(void)context;
	definition_only(d, fields);
	i->key = definition_text(d, "key");
	i->version = definition_int(d, "version", 1, 1000);
	i->name = definition_words(d, "name");
	i->items = take_items(d, &i->n_items);
	int n = (int)i->n_items;
	i->min = definition_int(d, "min", -100, 100);
	i->max = definition_int(d, "max", i->min + 1, 100);
	i->scoring = (enum scoring)definition_choice(d, "scoring", scorings);
	i->factor = definition_int_or(d, "factor", 1, 100, 1);
	i->max_missing = definition_int(d, "max_missing", 0, n > 0 ? n - 1 : 0);
	i->min_answers = definition_int(d, "min_answers", 1, n);
	i->complete_from = definition_int(d, "complete_from", i->min_answers, n);
	i->bands = take_bands(d, &i->n_bands);
	i->lower_is_better = definition_choice(d, "better", better) == 1;
	i->change_that_counts = definition_int(d, "change_that_counts", 1, MAX_SCORE);
	i->detectable_change = definition_number_or(d, "detectable_change", 0);
	i->raters = take_raters(d, &i->n_raters);
	i->enrols = definition_bool(d, "enrols");
	i->source = definition_text(d, "source");
	i->terms = definition_text(d, "terms");
	if (i->scoring == SCORING_SUM && i->max_missing > 0)
		definition_fault(d, "max_missing", "must be 0 where the answers are summed without imputing");
	check_bands(d, i);
}

enum err instruments_load(struct arena *a, const char *dir, const struct instruments **ret, const char **why)
{
	void *all;
	size_t n;
	TRY(definitions_load(a, dir, sizeof(struct instrument), take_instrument, NULL, &all, &n, why));
	struct instruments *is = ARENA_NEW(a, struct instruments);
	*is = (struct instruments){ .all = all, .n = n };
	*ret = is;
	return OK;
}

/* --- asking --- */

static int compare_key(const void *key, const void *i)
{
	return strcmp(key, ((const struct instrument *)i)->key);
}

const struct instrument *instrument_by_key(const struct instruments *is, const char *key)
{
	return key ? bsearch(key, is->all, is->n, sizeof *is->all, compare_key) : NULL;
}

const struct instrument_item *instrument_item(const struct instrument *i, const char *key)
{
	for (size_t k = 0; k < i->n_items; k++)
		if (strcmp(i->items[k].key, key) == 0)
			return &i->items[k];
	return NULL;
}

const struct instrument_band *instrument_band(const struct instrument *i, int score)
{
	for (size_t k = 0; k < i->n_bands; k++)
		if (score >= i->bands[k].from && score <= i->bands[k].to)
			return &i->bands[k];
	return NULL;
}

bool instrument_is_complete(const struct instrument *i, size_t n_answers)
{
	return n_answers >= (size_t)i->complete_from;
}

/* --- answers --- */

/* Three messages hold the same map; protobuf-c makes a type of entry for each. So it is read by the descriptor. */
struct answers instrument_answers(struct arena *a, const ProtobufCMessage *message)
{
	const ProtobufCFieldDescriptor *map =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "answers");
	if (!map || map->label != PROTOBUF_C_LABEL_REPEATED || map->type != PROTOBUF_C_TYPE_MESSAGE)
		return (struct answers){ .n = 0 };
	const ProtobufCMessageDescriptor *entry = map->descriptor;
	const ProtobufCFieldDescriptor *key = protobuf_c_message_descriptor_get_field(entry, 1);
	const ProtobufCFieldDescriptor *value = protobuf_c_message_descriptor_get_field(entry, 2);
	const char *base = (const char *)message;
	size_t n = *(const size_t *)(base + map->quantifier_offset);
	const char *const *entries = *(const char *const *const *)(base + map->offset);
	struct answer *all = ARENA_ARRAY(a, struct answer, n);
	for (size_t k = 0; k < n; k++)
		all[k] = (struct answer){
			.key = *(const char *const *)(entries[k] + key->offset),
			.value = *(const int32_t *)(entries[k] + value->offset),
		};
	return (struct answers){ .all = all, .n = n };
}

static void check_answer(struct arena *a, const struct instrument *i, struct answers answers, size_t at,
                         struct refusal *why)
{
	const struct answer *answer = &answers.all[at];
	const char *field = arena_printf(a, "answers.%s", answer->key);
	if (!instrument_item(i, answer->key))
		broken_add(a, why, field, BROKEN_UNKNOWN_ITEM, SAY_TEXT("instrument", i->key));
	if (broken_is_said(why, field))
		return;
	for (size_t k = 0; k < at; k++)
		if (strcmp(answers.all[k].key, answer->key) == 0)
			broken_add(a, why, field, BROKEN_ANSWERED_TWICE);
	if (answer->value < i->min || answer->value > i->max)
		broken_add(a, why, field, BROKEN_OUT_OF_RANGE, SAY_NUMBER("from", i->min), SAY_NUMBER("to", i->max));
}

static bool may_rate(const struct instrument *i, const char *rater)
{
	for (size_t k = 0; k < i->n_raters; k++)
		if (rater && strcmp(i->raters[k], rater) == 0)
			return true;
	return false;
}

enum err instrument_check(struct arena *a, const struct instrument *i, struct answers answers, const char *rater,
                          struct refusal *why)
{
	if (!may_rate(i, rater))
		broken_add(a, why, "rater", BROKEN_RATER, SAY_TEXT("instrument", i->key),
		           SAY_LIST("known", i->raters, i->n_raters));
	for (size_t k = 0; k < answers.n; k++)
		check_answer(a, i, answers, k, why);
	if (answers.n < (size_t)i->min_answers)
		broken_add(a, why, "answers", BROKEN_TOO_FEW_ANSWERS, SAY_TEXT("instrument", i->key),
		           SAY_NUMBER("min", i->min_answers), SAY_NUMBER("given", (int64_t)answers.n));
	return why->err;
}
