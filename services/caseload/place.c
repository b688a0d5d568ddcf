/* SPDX-License-Identifier: EUPL-1.2 */
/* Giving places: loads who could take a citizen and how many they have, lets core/place.c choose, and
 * keeps the waiting list moving. Never gives a full worker one more, since counts and choice are of
 * one transaction and there is one writer. What was read for one course of a transaction is kept for the next. */
#include "caseload/core/place.h"

#include <string.h>

#include "caseload/caseload.h"
#include "sql_caseload.h"

static struct place_candidate candidate_of(const CandidateRow *row, const struct programme *p)
{
	int own = row->worker ? row->worker->cap : 0;
	return (struct place_candidate){
		.id = row->worker_id,
		.cap = own && own < p->cap ? own : p->cap,
		.open = row->open,
		.active = row->active,
		.n_languages = row->worker ? row->worker->n_languages : 0,
		.languages = row->worker ? row->worker->languages : NULL,
		.n_competences = row->worker ? row->worker->n_competences : 0,
		.competences = row->worker ? row->worker->competences : NULL,
		.gender = row->worker ? row->worker->gender : "",
	};
}

/* Who can take citizens in a programme on a day. */
struct candidates {
	const struct programme *programme;
	struct date on;
	struct place_candidate *all;
	size_t n;
	bool nobody_waits;
};

static enum err read_candidates(struct tx *tx, const struct programme *p, struct date on, struct candidates **ret)
{
	struct candidates *c = ARENA_NEW(tx->arena, struct candidates);
	CandidateRow **rows;
	TRY(tx_all(tx, sql_worker_candidates, &candidate_row__descriptor, &rows, &c->n, NULL,
	           ARG_TEXT("organisation", p->organisation), ARG_TEXT("programme", p->key),
	           ARG_TEXT("on", date_text(tx->arena, on))));
	c->programme = p;
	c->on = on;
	c->all = ARENA_ARRAY(tx->arena, struct place_candidate, c->n);
	for (size_t i = 0; i < c->n; i++)
		c->all[i] = candidate_of(rows[i], p);
	*ret = c;
	return OK;
}

/* What an earlier message of the transaction left, if it serves. */
static struct candidates *kept_for(struct tx *tx, const struct programme *p, struct date on)
{
	struct candidates *c = *tx->kept;
	return c && c->programme == p && c->on.days == on.days ? c : NULL;
}

enum err place_history(struct tx *tx, const char *citizen, const char *organisation, struct history *ret)
{
	return tx_all(tx, sql_course_of_citizen, &course_state__descriptor, &ret->courses, &ret->n, NULL,
	              ARG_TEXT("citizen", citizen), ARG_TEXT("organisation", organisation));
}

static bool was_with(const struct history *history, const char *worker)
{
	for (size_t i = 0; i < history->n; i++)
		if (strcmp(history->courses[i]->worker, worker) == 0)
			return true;
	return false;
}

static enum err load_candidates(struct tx *tx, const struct history *history, const struct programme *p, struct date on,
                                struct candidates **ret)
{
	struct candidates *c = kept_for(tx, p, on);
	if (!c)
		TRY(read_candidates(tx, p, on, &c));
	for (size_t i = 0; i < c->n; i++)
		c->all[i].is_former = was_with(history, c->all[i].id);
	*ret = c;
	return OK;
}

/* Gives the course a place where there is room on the day, and saves it; otherwise the reason says why not, and it is
 * not changed but for that. *ret_placed tells. */
static enum err give(struct tx *tx, CourseRow *row, const struct history *history, const char *operation,
                     struct date on, bool *ret_placed)
{
	const struct caseload *app = tx->app;
	CourseState *c = row->course;
	const struct programme *p = programme_by_key(app->programmes, c->programme);
	struct candidates *candidates;
	TRY(load_candidates(tx, history, p, on, &candidates));
	struct place_choice choice = place_choose(tx->arena, candidates->all, candidates->n, row->wishes);
	*ret_placed = choice.index != PLACE_NONE;
	c->reason_code = choice.reason_code;
	c->reason = choice.reason;
	if (!*ret_placed)
		return OK;
	c->state = course_next(c->state, COURSE_PLACE);
	c->worker = candidates->all[choice.index].id;
	c->offered_on = date_text(tx->arena, on);
	TRY(row_save(tx, row, operation));
	candidates->all[choice.index].open++;
	*tx->kept = candidates;
	return OK;
}

/* The first in turn of a programme who waits; ERR_NOT_FOUND. */
static enum err first_waiting(struct tx *tx, const char *programme, CourseRow **ret)
{
	CourseRow *row = shape_new(tx->arena, &course_row__descriptor);
	TRY(tx_one(tx, sql_course_first_waiting, row, NULL, ARG_TEXT("programme", programme)));
	*ret = row;
	return OK;
}

enum err place_ask(struct tx *tx, CourseRow *row, const struct history *history, const char *operation, struct date on,
                   bool *ret_placed)
{
	const struct caseload *app = tx->app;
	const struct programme *p = programme_by_key(app->programmes, row->course->programme);
	const struct candidates *known = kept_for(tx, p, on);
	*ret_placed = false;
	if (!known || !known->nobody_waits) {
		CourseRow *first;
		enum err e = first_waiting(tx, p->key, &first);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	TRY(give(tx, row, history, operation, on, ret_placed));
	if (*ret_placed)
		((struct candidates *)*tx->kept)->nobody_waits = true;
	return OK;
}

enum err place_wait(struct tx *tx, CourseRow *row)
{
	CourseState *c = row->course;
	CourseState *number = shape_new(tx->arena, &course_state__descriptor);
	TRY(tx_one(tx, sql_waiting_number_next, number, NULL));
	c->state = course_next(c->state, COURSE_WAIT);
	c->waiting_number = number->waiting_number;
	c->waiting_since = c->requested_on;
	return OK;
}

enum err place_serve(struct tx *tx, const char *programme, struct date on)
{
	for (;;) {
		CourseRow *row;
		struct history history;
		bool placed;
		enum err e = first_waiting(tx, programme, &row);
		if (e != OK)
			return e == ERR_NOT_FOUND ? OK : e;
		struct date since = date_or_none(row->course->waiting_since);
		TRY(place_history(tx, row->citizen, row->course->organisation, &history));
		TRY(give(tx, row, &history, "", since.days > on.days ? since : on, &placed));
		if (!placed)
			return OK;
	}
}
