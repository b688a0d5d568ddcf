/* SPDX-License-Identifier: EUPL-1.2 */
/* Enrolment: the moment the first star is complete, where the programme is enrolled by it, or by the
 * provider's word. The plan ends with the programme's length or the funding, whichever is first. */
#include <string.h>

#include "caseload/caseload.h"

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
	if (*m->aim && strcmp(m->aim, c->aim) != 0 && strcmp(c->state, COURSE_CLOSED) != 0) {
		c->aim = m->aim;
		changed = true;
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
