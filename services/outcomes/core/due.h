/* SPDX-License-Identifier: EUPL-1.2 */
/* What is to be measured on a course, and when, by the schedule of its programme. Depends on the course and its
 * measurements only, not on today: a list changes only when one of them does. */
#ifndef UDVEJ_OUTCOMES_CORE_DUE_H
#define UDVEJ_OUTCOMES_CORE_DUE_H

#include "messages.pb-c.h"
#include "vocab/programme.h"

/* A measurement already made on the course. */
struct measured {
	const char *instrument;
	struct date on;
	bool complete;
};

#define DUE_CLOSING_DAYS 31 /* a measurement so many days before the end counts as the closing one */

/* What is due, as messages in the arena, by date and instrument:
 *   offered   each instrument of the start not yet measured, due on offered_on
 *   enrolled  for each instrument the start if still missing, else the next round; and the closing, due on planned_end
 *   waiting, closed  nothing
 * Rounds are enrolled_on + k x every_months, before planned_end. A measurement within half an interval of a round
 * fulfils that round and all before it; only a complete one fulfils the start. */
size_t due_list(struct arena *a, const struct programme *p, const CourseState *course, const struct measured *measured,
                size_t n_measured, Due ***ret);
/* The closing measurements that a closed course went without: lost, and shown beside every result. Kind closing, due
 * on closed_on. None for a course that was never enrolled. */
size_t due_lost(struct arena *a, const struct programme *p, const CourseState *course, const struct measured *measured,
                size_t n_measured, Due ***ret);

#endif
