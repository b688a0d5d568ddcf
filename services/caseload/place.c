/* SPDX-License-Identifier: EUPL-1.2 */
/* Giving places: loads who could take a citizen and how many they have, lets core/place.c choose, and
 * keeps the waiting list moving. Never gives a full worker one more, since counts and choice are of
 * one transaction and there is one writer. */
#include "caseload/core/place.h"

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
		.is_former = row->former,
		.n_languages = row->worker ? row->worker->n_languages : 0,
		.languages = row->worker ? row->worker->languages : NULL,
		.n_competences = row->worker ? row->worker->n_competences : 0,
		.competences = row->worker ? row->worker->competences : NULL,
		.gender = row->worker ? row->worker->gender : "",
	};
}

static enum err load_candidates(struct tx *tx, const CourseRow *row, const struct programme *p, struct date on,
                                struct place_candidate **ret, size_t *ret_n)
{
	CandidateRow **rows;
	size_t n;
	TRY(tx_all(tx, sql_worker_candidates, &candidate_row__descriptor, &rows, &n, NULL,
	           ARG_TEXT("organisation", p->organisation), ARG_TEXT("programme", p->key),
	           ARG_TEXT("citizen", row->citizen), ARG_TEXT("on", date_text(tx->arena, on))));
	*ret = ARENA_ARRAY(tx->arena, struct place_candidate, n);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = candidate_of(rows[i], p);
	*ret_n = n;
	return OK;
}

enum err place_give(struct tx *tx, CourseRow *row, struct date on, bool *ret_placed)
{
	const struct caseload *app = tx->app;
	CourseState *c = row->course;
	const struct programme *p = programme_by_key(app->programmes, c->programme);
	struct place_candidate *candidates;
	size_t n;
	TRY(load_candidates(tx, row, p, on, &candidates, &n));
	struct place_choice choice = place_choose(tx->arena, candidates, n, row->wishes);
	*ret_placed = choice.index != PLACE_NONE;
	c->reason_code = choice.reason_code;
	c->reason = choice.reason;
	if (!*ret_placed)
		return OK;
	c->state = course_next(c->state, COURSE_PLACE);
	c->worker = candidates[choice.index].id;
	c->offered_on = date_text(tx->arena, on);
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

enum err place_first_waiting(struct tx *tx, const char *programme, CourseRow **ret)
{
	CourseRow *row = shape_new(tx->arena, &course_row__descriptor);
	TRY(tx_one(tx, sql_course_first_waiting, row, NULL, ARG_TEXT("programme", programme)));
	*ret = row;
	return OK;
}

enum err place_serve(struct tx *tx, const char *programme, struct date on)
{
	for (;;) {
		CourseRow *row;
		bool placed;
		enum err e = place_first_waiting(tx, programme, &row);
		if (e != OK)
			return e == ERR_NOT_FOUND ? OK : e;
		struct date since = date_or_none(row->course->waiting_since);
		TRY(place_give(tx, row, since.days > on.days ? since : on, &placed));
		if (!placed)
			return OK;
		TRY(row_save(tx, row, ""));
	}
}
