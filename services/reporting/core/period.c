/* SPDX-License-Identifier: EUPL-1.2 */
/* Periods from two sources that may be mixed: the calendar, and days that someone names (the periods
 * of a paper follow no calendar). Every day of the whole falls into exactly one period. */
#include "reporting/core/period.h"

#include "base/broken.h"

#include <stdlib.h>
#include <string.h>

struct starts {
	struct date days[PERIODS_MAX];
	size_t n;
};

static const struct {
	const char *by;
	int months; /* 0: the calendar cuts nothing */
} steps[] = { { "total", 0 }, { "month", 1 }, { "quarter", 3 }, { "year", 12 } };

/* A refusal of one parameter. */
static enum err refuse_one(struct arena *a, struct refusal *why, const char *field, enum broken_rule rule,
                           const struct broken_arg *args)
{
	*why = (struct refusal){ .err = OK };
	broken_add_args(a, why, field, rule, args);
	return why->err = ERR_QUERY;
}

static enum err add(struct arena *a, struct starts *s, struct date day, const char *field, struct refusal *why)
{
	if (s->n == PERIODS_MAX)
		return refuse_one(a, why, field, BROKEN_TOO_MANY_PERIODS, BROKEN_ARGS(SAY_NUMBER("max", (int64_t)PERIODS_MAX)));
	s->days[s->n++] = day;
	return OK;
}

static enum err add_calendar(struct arena *a, struct starts *s, struct period whole, const char *by,
                             struct refusal *why)
{
	size_t i = 0;
	while (i < countof(steps) && strcmp(steps[i].by, by) != 0)
		i++;
	if (i == countof(steps))
		return refuse(why, ERR_QUERY, "by", "by is one of month, quarter, year and total.");
	if (steps[i].months == 0)
		return OK;
	int year, month, day;
	date_parts(whole.from, &year, &month, &day);
	struct date start = date_make(year, (month - 1) / steps[i].months * steps[i].months + 1, 1);
	for (; start.days <= whole.to.days; start = date_add_months(start, steps[i].months))
		if (start.days > whole.from.days)
			TRY(add(a, s, start, "by", why));
	return OK;
}

static enum err add_cuts(struct arena *a, struct starts *s, struct period whole, const char *cuts, struct refusal *why)
{
	for (const char *at = cuts;; at++) {
		size_t len = strcspn(at, ",");
		struct date day;
		if (!date_parse(arena_strndup(a, at, len), &day))
			return refuse_one(a, why, "cuts", BROKEN_NOT_DATES, BROKEN_ARGS());
		if (day.days <= whole.from.days || day.days > whole.to.days)
			return refuse_one(a, why, "cuts", BROKEN_CUT_OUTSIDE, BROKEN_ARGS());
		TRY(add(a, s, day, "cuts", why));
		at += len;
		if (!*at)
			return OK;
	}
}

static int by_day(const void *x, const void *y)
{
	int32_t a = ((const struct date *)x)->days, b = ((const struct date *)y)->days;
	return (a > b) - (a < b);
}

enum err periods_make(struct arena *a, struct period whole, const char *by, const char *cuts, struct period **ret,
                      size_t *ret_n, struct refusal *why)
{
	struct starts *s = ARENA_NEW(a, struct starts);
	if (whole.from.days > whole.to.days)
		return refuse_one(a, why, "to", BROKEN_BEFORE, BROKEN_ARGS(SAY_TEXT("day", date_text(a, whole.from))));
	TRY(add(a, s, whole.from, "from", why));
	TRY(add_calendar(a, s, whole, by ? by : "total", why));
	if (cuts)
		TRY(add_cuts(a, s, whole, cuts, why));
	qsort(s->days, s->n, sizeof s->days[0], by_day);

	struct period *periods = ARENA_ARRAY(a, struct period, s->n);
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (i > 0 && s->days[i].days == s->days[i - 1].days)
			continue;
		if (n > 0)
			periods[n - 1].to = date_add_days(s->days[i], -1);
		periods[n++].from = s->days[i];
	}
	periods[n - 1].to = whole.to;
	*ret = periods;
	*ret_n = n;
	return OK;
}
