/* SPDX-License-Identifier: EUPL-1.2 */
/* Instruments: questionnaires and scales as data, one JSON file each. Adding one is adding a file. */
#ifndef UDVEJ_VOCAB_INSTRUMENT_H
#define UDVEJ_VOCAB_INSTRUMENT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "vocab/code.h"

enum scoring {
	SCORING_SUM,              /* sum of the answers x factor; needs them all but max_missing */
	SCORING_MEAN_IMPUTED_SUM, /* mean of the answered x number of items, rounded to nearest, x factor */
	SCORING_PER_ITEM,         /* each answer is a score of its own, under the item's key as area */
};

struct instrument_item {
	const char *key;    /* as in the answers, and the area of a per-item score */
	struct words words; /* NULL where the terms do not let us ship the wording */
};

struct instrument_band {
	const char *code;
	struct words name;
	int from, to; /* of the score, both included */
};

struct instrument {
	const char *key;
	int version;
	struct words name;
	const struct instrument_item *items;
	size_t n_items;
	int min, max; /* of an answer */
	enum scoring scoring;
	int factor;        /* of the sum */
	int max_missing;   /* items that may be missing for a score of the whole */
	int min_answers;   /* fewer are refused */
	int complete_from; /* from so many answers it is a complete measurement */
	const struct instrument_band *bands;
	size_t n_bands;
	bool lower_is_better;
	int change_that_counts;   /* the smallest change in score that is a development */
	double detectable_change; /* one person's measurement error or reliable change; 0: not known */
	const char *const *raters;
	size_t n_raters;
	bool enrols; /* the first complete one enrols, in programmes enrolled by the star */
	const char *source, *terms;
};

struct instruments {
	const struct instrument *all; /* by key, ascending */
	size_t n;
};

/* One answer, and a list of them, whatever message they came in. */
struct answer {
	const char *key;
	int32_t value;
};
struct answers {
	const struct answer *all;
	size_t n;
};

/* Loads every *.json of a directory into the arena. ERR_FILE: *why names file, field and rule. */
enum err instruments_load(struct arena *a, const char *dir, const struct instruments **ret, const char **why) MUST_USE;
/* The instrument with this key, or NULL. */
const struct instrument *instrument_by_key(const struct instruments *is, const char *key);
/* The item with this key, or NULL. */
const struct instrument_item *instrument_item(const struct instrument *i, const char *key);
/* The band a score lies in, or NULL where the instrument has none. */
const struct instrument_band *instrument_band(const struct instrument *i, int score);
/* Whether this many answers make a complete measurement. */
bool instrument_is_complete(const struct instrument *i, size_t n_answers);
/* The map<string, int32> field `answers` of MeasurementInput, Measurement or MeasurementAnswers; keys are shared. */
struct answers instrument_answers(struct arena *a, const ProtobufCMessage *message);
/* Refuses an answer to an unknown item or one given twice (ERR_UNKNOWN_FIELD, ERR_VALUE), out of range (ERR_VALUE), too
 * few answers (ERR_RULE, field "answers"), a rater who may not use it (ERR_RULE, field "rater"). Adds all to `why`, and
 * gives the error of it. */
enum err instrument_check(struct arena *a, const struct instrument *i, struct answers answers, const char *rater,
                          struct refusal *why) MUST_USE;

#endif
