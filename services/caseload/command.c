/* SPDX-License-Identifier: EUPL-1.2 */
/* A provider's node commands one of its courses: close it, or enrol it where the programme is not
 * enrolled by a measurement. One row for each command. Closing frees the place for whoever waits.
 * A command that comes a second time is found to be done already: by its id, or, where a recovery has lost that, by
 * what it says. */
#include <string.h>

#include "caseload/caseload.h"
#include "vocab/code.h"

static enum err close_course(struct tx *tx, CourseRow *row, const CourseCommand *m)
{
	CourseState *c = row->course;
	bool frees = course_holds_place(c->state);
	if (course_check_close(tx->arena, c, m->on, m->reason, m->base_version, tx->latest, &tx->why) != OK)
		return refuse_command(tx, m->operation, c->course_id);
	c->state = course_next(c->state, COURSE_CLOSE);
	c->closed_on = m->on;
	c->end_reason = m->reason;
	c->reason_code = "closed";
	c->reason = arena_printf(tx->arena, "Closed on %s: %s.", m->on, code_english("end-reason", m->reason));
	row->closed_by = m->operation;
	TRY(row_save(tx, row, m->operation));
	return frees ? place_serve(tx, c->programme, date_or_none(m->on)) : OK;
}

static enum err enrol_course(struct tx *tx, CourseRow *row, const CourseCommand *m)
{
	const struct caseload *app = tx->app;
	CourseState *c = row->course;
	const struct programme *p = programme_by_key(app->programmes, c->programme);
	if (course_check_enrol(tx->arena, c, p, m->on, m->reason, m->base_version, tx->latest, &tx->why) != OK ||
	    enrol(tx, row, p, m->on) != OK)
		return refuse_command(tx, m->operation, c->course_id);
	row->enrolled_by = m->operation;
	return row_save(tx, row, m->operation);
}

static const char *closed_by(const CourseRow *row)
{
	return row->closed_by;
}

static const char *enrolled_by(const CourseRow *row)
{
	return row->enrolled_by;
}

static const struct {
	const char *name;
	const char *(*done_by)(const CourseRow *row);
	bool (*is_done)(const CourseState *course, const struct programme *p, const char *on, const char *reason);
	enum err (*run)(struct tx *tx, CourseRow *row, const CourseCommand *m);
} commands[] = {
	{ "close", closed_by, course_was_closed, close_course },
	{ "enrol", enrolled_by, course_was_enrolled, enrol_course },
};

enum err on_course_command(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseCommand *m = (const CourseCommand *)message;
	const struct caseload *app = tx->app;
	CourseRow *row;
	enum err e = row_load(tx, m->course_id, &row);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND || strcmp(row->node, tx->sender) != 0) {
		(void)tx_refuse(tx, ERR_NOT_FOUND, "id", "caseload knows no such course of this node");
		return refuse_command(tx, m->operation, m->course_id);
	}
	for (size_t i = 0; i < countof(commands); i++) {
		if (strcmp(commands[i].name, m->command) != 0)
			continue;
		const struct programme *p = programme_by_key(app->programmes, row->course->programme);
		const char *done_by = commands[i].done_by(row);
		bool is_done =
		    *done_by ? strcmp(done_by, m->operation) == 0 : commands[i].is_done(row->course, p, m->on, m->reason);
		return is_done ? row_tell(tx, row, m->operation) : commands[i].run(tx, row, m);
	}
	return tx_refuse(tx, ERR_MALFORMED, "command", "unknown command");
}
