/* SPDX-License-Identifier: EUPL-1.2 */
/* How long a course can last, given what pays for it. See programme.h for grants and recruitment windows. */
#ifndef UDVEJ_CASELOAD_CORE_FUNDING_H
#define UDVEJ_CASELOAD_CORE_FUNDING_H

#include "vocab/programme.h"

struct funding_plan {
	const struct grant *grant;
	struct date planned_end; /* the earlier of start + length and the last funded day */
	bool shortened;
	int months; /* full length, or the whole months after the start month: February to December is 10 */
};

/* Plans a course from the day it is enrolled. Refused (ERR_RULE, field "on"): no grant pays on that day, or its
 * recruitment was over already when the course was requested: registered and referred, not enrolled. Who was requested
 * within the window may still take up the place after it. */
enum err funding_plan(struct arena *a, const struct programme *p, struct date requested_on, struct date enrolled_on,
                      struct funding_plan *ret, struct refusal *why) MUST_USE;

#endif
