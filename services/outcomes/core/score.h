/* SPDX-License-Identifier: EUPL-1.2 */
/* From answers to scores, bands and change. The answers must have passed instrument_check(). */
#ifndef UDVEJ_OUTCOMES_CORE_SCORE_H
#define UDVEJ_OUTCOMES_CORE_SCORE_H

#include "vocab/instrument.h"
#include "vocabulary.pb-c.h"

/* Scores a measurement into messages in the arena: one Score of the whole (area "") or one for each answered item. None
 * when too many answers are missing. `first` are the earliest scores of the same course, instrument and rater, one an
 * area (none: n_first 0): an area found there gets change and development. Fits MeasurementScored:
 * m->n_scores = score_answers(..., &m->scores). */
size_t score_answers(struct arena *a, const struct instrument *i, struct answers answers, Score *const *first,
                     size_t n_first, Score ***ret);
/* positive | unchanged | negative, by the change that counts. */
const char *score_development(const struct instrument *i, int change);
/* Sets the value of a score: the field and its presence. */
void score_set_value(Score *s, int value);

#endif
