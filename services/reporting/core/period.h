/* SPDX-License-Identifier: EUPL-1.2 */
/* Cutting a stretch of days into the periods of a report. Pure. */
#ifndef UDVEJ_REPORTING_CORE_PERIOD_H
#define UDVEJ_REPORTING_CORE_PERIOD_H

#include "base/arena.h"
#include "base/err.h"
#include "vocab/date.h"

#define PERIODS_MAX ((size_t)240)

/* Both days belong to it. */
struct period {
	struct date from, to;
};

/* The periods of from..to: a new one begins with each calendar month, quarter or year (`by`; "total" or NULL: none)
 * and on each of the days in `cuts` ("2009-05-01,2011-01-01"; NULL: none). ERR_QUERY names the parameter at fault. */
enum err periods_make(struct arena *a, struct period whole, const char *by, const char *cuts, struct period **ret,
                      size_t *ret_n, struct refusal *why) MUST_USE;

#endif
