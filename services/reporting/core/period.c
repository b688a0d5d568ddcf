/* SPDX-License-Identifier: EUPL-1.2 */
/* Periods from two sources that may be mixed: the calendar, and days that someone names (the periods
 * of a paper follow no calendar). Every day of the whole falls into exactly one period. */
#include "reporting/core/period.h"

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

static enum err add(struct starts *s, struct date day, const char *field, struct refusal *why)
{
	if (s->n == PERIODS_MAX)
		return refuse(why, ERR_QUERY, field, "A report has at most 240 periods: take longer ones, or fewer days.");
	s->days[s->n++] = day;
	return OK;
}

static enum err add_calendar(struct starts *s, struct period whole, const char *by, struct refusal *why)
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
			TRY(add(s, start, "by", why));
	return OK;
}

static enum err add_cuts(struct arena *a, struct starts *s, struct period whole, const char *cuts, struct refusal *why)
{
	for (const char *at = cuts;; at++) {
		size_t len = strcspn(at, ",");
		struct date day;
		if (!date_parse(arena_strndup(a, at, len), &day))
			return refuse(why, ERR_QUERY, "cuts", "cuts is a list of days as YYYY-MM-DD with commas between them.");
		if (day.days <= whole.from.days || day.days > whole.to.days)
			return refuse(why, ERR_QUERY, "cuts", "Each day of cuts lies after from, and not after to.");
		TRY(add(s, day, "cuts", why));
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
		return refuse(why, ERR_QUERY, "to", "to is not before from.");
	TRY(add(s, whole.from, "from", why));
	TRY(add_calendar(s, whole, by ? by : "total", why));
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
