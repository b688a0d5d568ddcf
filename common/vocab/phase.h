/* SPDX-License-Identifier: EUPL-1.2 */
/* The phases of a course: equal in months where it has full length, in proportion by days where it is shorter. */
#ifndef UDVEJ_VOCAB_PHASE_H
#define UDVEJ_VOCAB_PHASE_H

#include "vocab/programme.h"
#include "vocabulary.pb-c.h"

enum tongue { DANISH, ENGLISH };

/* The phases of a course as messages in the arena, named in the language; their number is n_phases of the programme, or
 * 0 when a date is missing. Fits Course.phases: course->n_phases = phase_list(..., &course->phases). */
size_t phase_list(struct arena *a, const struct programme *p, struct date enrolled_on, struct date planned_end,
                  enum tongue tongue, Phase ***ret);
/* The phase of a day: NULL before the first; the last one also after its end, since the course is still open then. */
Phase *phase_on(Phase *const *phases, size_t n, struct date day);

#endif
