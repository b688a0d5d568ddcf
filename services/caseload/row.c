/* SPDX-License-Identifier: EUPL-1.2 */
/* Courses between table and handlers: each saved change is a new version that everyone concerned
 * hears of. No other file writes a course. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

const struct projection course_told = { sql_course_told, &course_state__descriptor, "course_id", "course_id" };

enum err row_load(struct tx *tx, const char *course_id, CourseRow **ret)
{
	CourseRow *row = shape_new(tx->arena, &course_row__descriptor);
	TRY(tx_one(tx, sql_course_by_id, row, NULL, ARG_TEXT("course_id", course_id)));
	*ret = row;
	return OK;
}

enum err row_save(struct tx *tx, CourseRow *row, const char *operation)
{
	const struct caseload *app = tx->app;
	CourseState *c = row->course;
	*tx->kept = NULL; /* what was read of places holds no more */
	c->version++;
	c->operation = operation;
	TRY(tx_exec(tx, sql_course_save, &row->base));
	TRY(tx_emit(tx, row->node, c->course_id, &c->base));
	if (c->version == 1)
		tx_unpark(tx, c->course_id);
	c->operation = ""; /* of no concern to others, who are told as course_told has it */
	TRY(tx_emit(tx, app->outcomes, c->course_id, &c->base));
	TRY(tx_emit(tx, app->reporting, c->course_id, &c->base));
	return OK;
}

enum err row_take(struct tx *tx, CourseRow *row)
{
	*tx->kept = NULL;
	TRY(tx_exec(tx, sql_course_raise, &row->course->base));
	return tx_exec(tx, sql_course_save, &row->base);
}

enum err row_tell(struct tx *tx, CourseRow *row, const char *operation)
{
	row->course->operation = operation;
	return tx_emit(tx, tx->sender, row->course->course_id, &row->course->base);
}

enum err refuse_command(struct tx *tx, const char *operation, const char *subject)
{
	CommandRefused m = COMMAND_REFUSED__INIT;
	m.operation = operation;
	m.subject = subject;
	m.error = err_slug(tx->why.err);
	m.field = tx->why.field;
	m.rule = tx->why.rule;
	return tx_emit(tx, tx->sender, subject, &m.base);
}
