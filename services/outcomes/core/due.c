/* SPDX-License-Identifier: EUPL-1.2 */
/* The schedule of measurements of one course. Owns the rule which measurement fulfils which round: the nearest. Must
 * never count one measurement for two rounds, nor the first one as the closing one: without two there is no change. */
#include "outcomes/core/due.h"

#include <stdlib.h>
#include <string.h>

/* The facts of a course that the schedule hangs on. */
struct frame {
	struct date offered, enrolled, end; /* end: planned, or closed_on */
	const struct measured *measured;
	size_t n_measured;
};

static struct date round_date(const struct frame *f, const struct schedule_row *row, int k)
{
	return date_add_months(f->enrolled, k * row->every_months);
}

/* The round that a day is nearest to, 0 being the start; halfway belongs to the earlier one. */
static int round_of(const struct frame *f, const struct schedule_row *row, struct date day)
{
	int k = 0;
	if (row->every_months == 0)
		return 0;
	for (;; k++) {
		struct date this = round_date(f, row, k), next = round_date(f, row, k + 1);
		if (2 * (day.days - this.days) <= next.days - this.days)
			return k;
	}
}

/* The last round fulfilled; -1 when not even the start is. */
static int last_fulfilled(const struct frame *f, const struct schedule_row *row)
{
	int last = -1;
	for (size_t i = 0; i < f->n_measured; i++) {
		const struct measured *m = &f->measured[i];
		if (strcmp(m->instrument, row->instrument) != 0)
			continue;
		int k = date_is_none(f->enrolled) ? 0 : round_of(f, row, m->on);
		if (k > last && (k > 0 || m->complete))
			last = k;
	}
	return last;
}

static bool has_closing(const struct frame *f, const struct schedule_row *row)
{
	struct date first = DATE_NONE, last = DATE_NONE;
	for (size_t i = 0; i < f->n_measured; i++) {
		const struct measured *m = &f->measured[i];
		if (strcmp(m->instrument, row->instrument) != 0)
			continue;
		if (date_is_none(first) || m->on.days < first.days)
			first = m->on;
		if (m->on.days > last.days)
			last = m->on;
	}
	return !date_is_none(last) && last.days >= f->end.days - DUE_CLOSING_DAYS &&
	       (!row->at_start || last.days > first.days);
}

static Due *make_due(struct arena *a, const char *instrument, struct date on, const char *kind)
{
	Due *d = ARENA_NEW(a, Due);
	due__init(d);
	d->instrument = instrument;
	d->due_on = date_text(a, on);
	d->kind = kind;
	return d;
}

static int compare_due(const void *a, const void *b)
{
	const Due *x = *(Due *const *)a, *y = *(Due *const *)b;
	int by_date = strcmp(x->due_on, y->due_on);
	return by_date ? by_date : strcmp(x->instrument, y->instrument);
}

/* What one instrument asks for now: at most the start or a round, and the closing. */
static size_t due_of_row(struct arena *a, const struct frame *f, const struct schedule_row *row, Due **out)
{
	size_t n = 0;
	int last = last_fulfilled(f, row);
	bool enrolled = !date_is_none(f->enrolled);
	if (row->at_start && last < 0) {
		out[n++] = make_due(a, row->instrument, f->offered, "start");
	} else if (enrolled && row->every_months > 0) {
		struct date next = round_date(f, row, (last < 0 ? 0 : last) + 1);
		if (date_is_none(f->end) || next.days < f->end.days)
			out[n++] = make_due(a, row->instrument, next, "round");
	}
	if (enrolled && row->at_close && !date_is_none(f->end) && !has_closing(f, row))
		out[n++] = make_due(a, row->instrument, f->end, "closing");
	return n;
}

size_t due_list(struct arena *a, const struct programme *p, const CourseState *course, const struct measured *measured,
                size_t n_measured, Due ***ret)
{
	struct frame f = { .offered = date_or_none(course->offered_on),
		               .enrolled = date_or_none(course->enrolled_on),
		               .end = date_or_none(course->planned_end),
		               .measured = measured,
		               .n_measured = n_measured };
	size_t n = 0;
	if (strcmp(course->state, "offered") != 0 && strcmp(course->state, "enrolled") != 0)
		return 0;
	Due **dues = ARENA_ARRAY(a, Due *, 2 * p->n_schedule);
	for (size_t i = 0; i < p->n_schedule; i++)
		n += due_of_row(a, &f, &p->schedule[i], dues + n);
	qsort(dues, n, sizeof(Due *), compare_due);
	if (n)
		*ret = dues;
	return n;
}

size_t due_lost(struct arena *a, const struct programme *p, const CourseState *course, const struct measured *measured,
                size_t n_measured, Due ***ret)
{
	struct frame f = { .enrolled = date_or_none(course->enrolled_on),
		               .end = date_or_none(course->closed_on),
		               .measured = measured,
		               .n_measured = n_measured };
	size_t n = 0;
	if (strcmp(course->state, "closed") != 0 || date_is_none(f.enrolled) || date_is_none(f.end))
		return 0;
	Due **dues = ARENA_ARRAY(a, Due *, p->n_schedule);
	for (size_t i = 0; i < p->n_schedule; i++)
		if (p->schedule[i].at_close && !has_closing(&f, &p->schedule[i]))
			dues[n++] = make_due(a, p->schedule[i].instrument, f.end, "closing");
	qsort(dues, n, sizeof(Due *), compare_due);
	if (n)
		*ret = dues;
	return n;
}
