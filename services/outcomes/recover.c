/* SPDX-License-Identifier: EUPL-1.2 */
/* Outcomes was set back or is new: it takes courses from caseload, measurements from their nodes with the scores that
 * they had, and what others were told to be due. Must never score again what was scored, nor use a version of a list of
 * dues again for another list. */
#include <string.h>

#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

static enum err load(struct tx *tx, const char *course_id, OutcomesCourse *ret)
{
	return tx_one(tx, sql_course_by_id, ret, NULL, ARG_TEXT("course_id", course_id));
}

/* An intake node has a say in its own courses only. */
static enum err check_node(struct tx *tx, const OutcomesCourse *course)
{
	const struct registry_node *sender = registry_by_name(tx->registry, tx->sender);
	if (strcmp(sender->role, "intake") == 0 && strcmp(course->node, tx->sender) != 0)
		return tx_refuse(tx, ERR_FORBIDDEN, "courseId", "the course is of another node");
	return OK;
}

enum err recover_course(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseState *m = (const CourseState *)message;
	const struct registry_node *provider = registry_intake_of(tx->registry, m->organisation);
	OutcomesCourse *course = shape_new(tx->arena, &outcomes_course__descriptor);
	if (!provider)
		return tx_refuse(tx, ERR_MALFORMED, "organisation", "no intake node of %s in the registry", m->organisation);
	enum err e = load(tx, m->course_id, course);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && m->version <= course->course->version)
		return OK;
	TRY(tx_exec(tx, sql_course_apply, message, ARG_TEXT("node", provider->name),
	            ARG_INT("due_version", course->due_version), ARG_TEXT("due_text", course->due_text)));
	return strcmp(m->state, "closed") == 0 ? tx_exec(tx, sql_told_put, message, ARG_TEXT("node", tx->sender)) : OK;
}

enum err recover_measurement(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementKnown *m = (const MeasurementKnown *)message;
	MeasurementScored *known = shape_new(tx->arena, &measurement_scored__descriptor);
	OutcomesCourse *course = shape_new(tx->arena, &outcomes_course__descriptor);
	if (!m->answers || !m->scored)
		return tx_refuse(tx, ERR_MALFORMED, "", "a measurement that is known has answers and scores");
	enum err e = load(tx, m->answers->course_id, course);
	if (e != OK) /* caseload knows no such course */
		return e == ERR_NOT_FOUND ? OK : e;
	TRY(check_node(tx, course));
	e = tx_one(tx, sql_measurement_by_id, known, &m->answers->base);
	if (e != ERR_NOT_FOUND)
		return e;
	measurement_name(m->answers, m->scored);
	return measurement_store(tx, m->answers, m->scored);
}

enum err recover_due(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementDue *m = (const MeasurementDue *)message;
	struct buffer text = buffer_in(tx->arena);
	DueList list = DUE_LIST__INIT;
	OutcomesCourse *course = shape_new(tx->arena, &outcomes_course__descriptor);
	enum err e = load(tx, m->course_id, course);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	TRY(check_node(tx, course));
	if (m->version > INT64_MAX / 2)
		return tx_refuse(tx, ERR_MALFORMED, "version", "no list was told so often");
	TRY(tx_exec(tx, sql_told_put, message, ARG_TEXT("node", tx->sender)));
	if (m->version < course->due_version)
		return OK;
	list.n_due = m->n_due;
	list.due = m->due;
	shape_to_json(&text, &list.base);
	return tx_exec(tx, sql_course_told_due, NULL, ARG_TEXT("course_id", m->course_id), ARG_TEXT("due_text", text.data),
	               ARG_INT("due_version", m->version));
}

enum err recover_answers(struct tx *tx, const ProtobufCMessage *message)
{
	enum err e = on_measurement_answers(tx, message);
	return e == ERR_NO_PARENT ? OK : e;
}

static enum err mend(struct tx *tx, OutcomesCourse *course)
{
	size_t n;
	Due **due;
	if (strcmp(course->course->state, "closed") == 0)
		TRY(dues_note_lost(tx, course));
	TRY(dues_of(tx, course, NULL, &n, &due));
	if (!dues_are_new(tx, course, n, due))
		return OK;
	TRY(dues_save(tx, course));
	return dues_tell(tx, course, n, due);
}

enum err outcomes_recovered(struct tx *tx)
{
	const struct outcomes *app = tx->app;
	const char *after = "";
	TRY(tx_exec(tx, sql_told_differently, NULL, ARG_TEXT("caseload", app->caseload)));
	for (;;) {
		OutcomesCourse **courses;
		size_t n;
		TRY(tx_all(tx, sql_recover_course, &outcomes_course__descriptor, &courses, &n, NULL,
		           ARG_TEXT("caseload", app->caseload), ARG_TEXT("after", after)));
		if (n == 0)
			return tx_exec(tx, sql_told_clear, NULL);
		for (size_t i = 0; i < n; i++)
			TRY(mend(tx, courses[i]));
		after = courses[n - 1]->course->course_id;
	}
}
