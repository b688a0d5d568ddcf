/* SPDX-License-Identifier: EUPL-1.2 */
/* Enrolment: the moment the first star is complete, where the programme is enrolled by it, or by the
 * provider's word. The plan ends with the programme's length or the funding, whichever is first. */
#include <string.h>

#include "caseload/caseload.h"
#include "sql_caseload.h"

enum err enrol(struct tx *tx, CourseRow *row, const struct programme *p, const char *on)
{
	CourseState *c = row->course;
	struct funding_plan plan;
	TRY(funding_plan(tx->arena, p, date_or_none(c->requested_on), date_or_none(on), &plan, &tx->why));
	c->state = course_next(c->state, COURSE_ENROL);
	c->enrolled_on = on;
	c->planned_end = date_text(tx->arena, plan.planned_end);
	c->shortened = plan.shortened;
	c->grant = plan.grant->key;
	c->reason_code = plan.shortened ? "shortened" : "enrolled";
	c->reason = plan.shortened ? arena_printf(tx->arena, "Enrolled for %d months, not %d: the funding ends on %s.",
	                                          plan.months, p->months, c->planned_end)
	                           : arena_printf(tx->arena, "Enrolled for %d months.", plan.months);
	return OK;
}

static bool is_enrolling_star(const struct caseload *app, const struct programme *p, const CourseState *c,
                              const MeasurementScored *m)
{
	const struct instrument *i = instrument_by_key(app->instruments, m->instrument);
	return strcmp(p->enrols_by, "star") == 0 && strcmp(c->state, COURSE_OFFERED) == 0 && i && i->enrols && m->complete;
}

/* Of two measurements the one of the later day tells what the citizen wants now, of one day the one that was made later
 * (ids tell that), whatever the order they come in. */
static bool tells_later_aim(const CourseRow *row, const MeasurementScored *m)
{
	int days = strcmp(m->measured_on, row->aim_on);
	return *m->aim && strcmp(row->course->state, COURSE_CLOSED) != 0 &&
	       (days > 0 || (days == 0 && strcmp(m->measurement_id, row->aim_by) > 0));
}

enum err on_measurement_scored(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementScored *m = (const MeasurementScored *)message;
	const struct caseload *app = tx->app;
	CourseRow *row;
	bool changed = false;
	enum err e = row_load(tx, m->course_id, &row);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_NO_PARENT : e;
	CourseState *c = row->course;
	const struct programme *p = programme_by_key(app->programmes, c->programme);
	if (tells_later_aim(row, m)) {
		changed = strcmp(m->aim, c->aim) != 0;
		c->aim = m->aim;
		TRY(tx_exec(tx, sql_course_aim_told, message));
	}
	if (is_enrolling_star(app, p, c, m)) {
		if (enrol(tx, row, p, m->measured_on) != OK) {
			c->reason_code = "not-enrolled";
			c->reason = tx->why.rule;
		}
		changed = true;
	}
	return changed ? row_save(tx, row, "") : OK;
}
