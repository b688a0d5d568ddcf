/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers come in: checked once more (the node's copy of the course may have been stale), scored,
 * compared with the first measurement by the same rater, and told to all who need it. */
#include <string.h>

#include "base/uuid.h"
#include "outcomes/core/score.h"
#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

const struct projection measurement_told = { sql_measurement_told, &measurement_scored__descriptor, "measurement_id",
	                                         "course_id" };

static enum err refuse_answers(struct tx *tx, const MeasurementAnswers *m)
{
	MeasurementRefused out = MEASUREMENT_REFUSED__INIT;
	out.measurement_id = m->measurement_id;
	out.operation = m->operation;
	out.error = err_slug(tx->why.err);
	out.field = tx->why.field;
	out.rule = tx->why.rule;
	return tx_emit(tx, tx->sender, m->course_id, &out.base);
}

static bool is_closed(const CourseState *c)
{
	return strcmp(c->state, "closed") == 0;
}

/* The node has looked whether the course was open, and between its stream and caseload's no order is promised: a
 * closing may have overtaken the last measurement. */
static enum err check(struct tx *tx, const MeasurementAnswers *m, const OutcomesCourse *course,
                      const struct instrument *instrument)
{
	const CourseState *c = course->course;
	struct date day;
	if (strcmp(course->node, tx->sender) != 0)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "outcomes knows no such course of this node");
	if (!instrument || instrument->version != m->instrument_version)
		return tx_refuse(tx, ERR_VALUE, "instrument", "outcomes does not have version %d of `%s`",
		                 m->instrument_version, m->instrument);
	if (!*c->offered_on) /* and never will be: it is closed */
		return tx_refuse(tx, ERR_CONFLICT, "state", "the citizen had no place: only who has one is measured");
	if (!date_parse(m->measured_on, &day) || day.days > tx->latest.days)
		return tx_refuse(tx, ERR_VALUE, "measuredOn", "must be a date that is not in the future");
	if (is_closed(c) && day.days > date_or_none(c->closed_on).days)
		return tx_refuse(tx, ERR_CONFLICT, "state", "the course was closed on %s: a closed course is not measured",
		                 c->closed_on);
	if (day.days < date_or_none(c->offered_on).days)
		return tx_refuse(tx, ERR_VALUE, "measuredOn", "must not be before the course, which began on %s",
		                 c->offered_on);
	return instrument_check(tx->arena, instrument, instrument_answers(tx->arena, &m->base), m->rater, &tx->why);
}

void measurement_name(const MeasurementAnswers *m, MeasurementScored *ret)
{
	ret->measurement_id = m->measurement_id;
	ret->course_id = m->course_id;
	ret->operation = m->operation;
	ret->instrument = m->instrument;
	ret->instrument_version = m->instrument_version;
	ret->rater = m->rater;
	ret->measured_on = m->measured_on;
	ret->aim = m->aim;
}

static enum err score(struct tx *tx, const MeasurementAnswers *m, const struct instrument *instrument,
                      MeasurementScored *ret)
{
	FirstScores *first = shape_new(tx->arena, &first_scores__descriptor);
	struct answers answers = instrument_answers(tx->arena, &m->base);
	TRY(tx_one(tx, sql_measurement_first, first, &m->base));
	measurement_name(m, ret);
	ret->complete = instrument_is_complete(instrument, answers.n);
	ret->n_scores = score_answers(tx->arena, instrument, answers, first->scores, first->n_scores, &ret->scores);
	return OK;
}

static void answers_to_json(struct buffer *out, struct answers answers)
{
	buffer_puts(out, "{");
	for (size_t i = 0; i < answers.n; i++) {
		buffer_puts(out, i ? "," : "");
		json_quote(out, answers.all[i].key);
		buffer_printf(out, ":%d", answers.all[i].value);
	}
	buffer_puts(out, "}");
}

enum err measurement_store(struct tx *tx, const MeasurementAnswers *m, const MeasurementScored *scored)
{
	struct buffer answers = buffer_in(tx->arena);
	answers_to_json(&answers, instrument_answers(tx->arena, &m->base));
	return tx_exec(tx, sql_measurement_insert, &scored->base, ARG_TEXT("answers", answers.data));
}

static enum err tell(struct tx *tx, const OutcomesCourse *course, MeasurementScored *m)
{
	const struct outcomes *app = tx->app;
	m->due_version = course->due_version;
	TRY(tx_emit(tx, course->node, m->course_id, &m->base));
	m->operation = ""; /* of no concern to others, who are told as measurement_told has it */
	TRY(tx_emit(tx, app->caseload, m->course_id, &m->base));
	return tx_emit(tx, app->reporting, m->course_id, &m->base);
}

/* Answers that come again, from a node that has lost the scores, are answered again. */
static enum err answer_known(struct tx *tx, const MeasurementAnswers *m, const OutcomesCourse *course,
                             MeasurementScored *scored)
{
	if (strcmp(scored->course_id, m->course_id) != 0 || strcmp(course->node, tx->sender) != 0) {
		(void)tx_refuse(tx, ERR_CONFLICT, "measurementId", "another measurement has this id");
		return refuse_answers(tx, m);
	}
	TRY(dues_of(tx, course, NULL, &scored->n_due, &scored->due));
	scored->due_version = course->due_version;
	scored->operation = m->operation;
	return tx_emit(tx, tx->sender, m->course_id, &scored->base);
}

/* Of a closed course: the closing measurement, perhaps, which was noted as lost. */
static enum err note_lost_anew(struct tx *tx, const OutcomesCourse *course)
{
	TRY(tx_exec(tx, sql_lost_forget, NULL, ARG_TEXT("course_id", course->course->course_id)));
	return dues_note_lost(tx, course);
}

enum err on_measurement_answers(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementAnswers *m = (const MeasurementAnswers *)message;
	const struct outcomes *app = tx->app;
	const struct instrument *instrument = instrument_by_key(app->instruments, m->instrument);
	OutcomesCourse *course = shape_new(tx->arena, &outcomes_course__descriptor);
	MeasurementScored scored = MEASUREMENT_SCORED__INIT;
	MeasuredRow measured = MEASURED_ROW__INIT;
	if (!uuid_is_valid(m->measurement_id) || !uuid_is_valid(m->course_id))
		return tx_refuse(tx, ERR_MALFORMED, "measurementId", "ids must be UUIDs");
	enum err e = tx_one(tx, sql_course_by_id, course, message);
	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_NO_PARENT : e;
	e = tx_one(tx, sql_measurement_by_id, &scored, message);
	if (e != ERR_NOT_FOUND)
		return e == OK ? answer_known(tx, m, course, &scored) : e;
	if (!*course->course->offered_on && !is_closed(course->course) && strcmp(course->node, tx->sender) == 0)
		return ERR_NO_PARENT; /* the node knows of a place that is not told here yet */
	if (check(tx, m, course, instrument) != OK)
		return refuse_answers(tx, m);
	TRY(score(tx, m, instrument, &scored));
	measured.instrument = m->instrument;
	measured.measured_on = m->measured_on;
	measured.complete = scored.complete;
	TRY(dues_of(tx, course, &measured, &scored.n_due, &scored.due));
	if (dues_are_new(tx, course, scored.n_due, scored.due))
		TRY(dues_save(tx, course));
	TRY(measurement_store(tx, m, &scored));
	if (is_closed(course->course))
		TRY(note_lost_anew(tx, course));
	return tell(tx, course, &scored);
}
