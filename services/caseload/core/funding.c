/* SPDX-License-Identifier: EUPL-1.2 */
/* The planned end of a course. Owns the rule that no course is planned to stop midway for want of funding: it is
 * planned shorter from the first day, and said so. Must never plan past the last funded day of the grant. */
#include "caseload/core/funding.h"

/* Whole calendar months after the month of the start, up to a last day: a last month that is cut does not count. */
static int whole_months_after(struct date start, struct date last)
{
	int from_year, from_month, to_year, to_month, day;
	date_parts(start, &from_year, &from_month, &day);
	/* the day after a month's last day lies in the next month */
	date_parts(date_add_days(last, 1), &to_year, &to_month, &day);
	int months = (to_year - from_year) * 12 + to_month - from_month - 1;
	return months > 0 ? months : 0;
}

enum err funding_plan(struct arena *a, const struct programme *p, struct date requested_on, struct date enrolled_on,
                      struct funding_plan *ret, struct refusal *why)
{
	const struct grant *g = programme_grant_on(p, enrolled_on);
	bool within_window = g && !date_is_none(requested_on) &&
	                     (date_is_none(g->recruitment_to) || requested_on.days <= g->recruitment_to.days);
	if (!within_window)
		TRY(programme_check_recruitment(a, p, enrolled_on, "on", why));
	struct date full = date_add_months(enrolled_on, p->months);
	bool shortened = !date_is_none(g->last_funded_day) && g->last_funded_day.days < full.days;
	*ret = (struct funding_plan){
		.grant = g,
		.planned_end = shortened ? g->last_funded_day : full,
		.shortened = shortened,
		.months = shortened ? whole_months_after(enrolled_on, g->last_funded_day) : p->months,
	};
	return OK;
}
