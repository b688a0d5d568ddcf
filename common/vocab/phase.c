/* SPDX-License-Identifier: EUPL-1.2 */
/* Where the phases of a course begin and end. Pure arithmetic on the course's two dates and its programme. Must never
 * leave a day of the course without a phase, or give one day two. */
#include "vocab/phase.h"

/* The first day of phase k of n; k == n gives the day after the course. */
static struct date boundary(const struct programme *p, struct date start, struct date end, size_t k)
{
	int n = (int)p->n_phases, at = (int)k;
	if (k == p->n_phases)
		return date_add_days(end, 1);
	if (p->months % n == 0 && date_add_months(start, p->months).days == end.days)
		return date_add_months(start, p->months / n * at);
	return date_add_days(start, (end.days - start.days + 1) * at / n);
}

size_t phase_list(struct arena *a, const struct programme *p, struct date enrolled_on, struct date planned_end,
                  enum tongue tongue, Phase ***ret)
{
	if (date_is_none(enrolled_on) || date_is_none(planned_end) || planned_end.days < enrolled_on.days)
		return 0;
	Phase **phases = ARENA_ARRAY(a, Phase *, p->n_phases);
	for (size_t k = 0; k < p->n_phases; k++) {
		Phase *phase = ARENA_NEW(a, Phase);
		phase__init(phase);
		phase->number = (int32_t)k + 1;
		phase->name = tongue == DANISH ? p->phases[k].da : p->phases[k].en;
		phase->from = date_text(a, boundary(p, enrolled_on, planned_end, k));
		phase->to = date_text(a, date_add_days(boundary(p, enrolled_on, planned_end, k + 1), -1));
		phases[k] = phase;
	}
	*ret = phases;
	return p->n_phases;
}

Phase *phase_on(Phase *const *phases, size_t n, struct date day)
{
	Phase *found = NULL;
	for (size_t k = 0; k < n; k++)
		if (date_or_none(phases[k]->from).days <= day.days)
			found = phases[k];
	return found;
}
