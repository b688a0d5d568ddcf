/* SPDX-License-Identifier: EUPL-1.2 */
/* Measurements entered here: checked against the instrument's file, stored, sent to outcomes, which
 * scores them and says what is due next. */
#include <string.h>

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/course/course.h"
#include "intake/measurement/measurement.h"
#include "intake/operation/operation.h"
#include "sql_intake.h"

static enum err check_course(struct tx *tx, const Course *c, const char *measured_on)
{
	struct date begin = date_or_none(c->offered_on);
	if (strcmp(c->state, "closed") == 0)
		return tx_refuse(tx, ERR_CONFLICT, "state", "the course was closed on %s: a closed course is not measured",
		                 c->closed_on);
	if (strcmp(c->state, "offered") != 0 && strcmp(c->state, "enrolled") != 0)
		return tx_refuse(tx, ERR_CONFLICT, "state", "the citizen has no place yet (%s): measure when there is one",
		                 c->state);
	if (date_or_none(measured_on).days < begin.days)
		return tx_broken(tx, "measuredOn", BROKEN_BEFORE_COURSE, SAY_TEXT("day", c->offered_on));
	return OK;
}

static enum err store(struct tx *tx, const Measurement *m)
{
	return tx_exec(tx, sql_measurement_insert, &m->base, ARG_TEXT("operation_id", m->operation));
}

static enum err send(struct tx *tx, const Measurement *m)
{
	const struct intake *app = tx->app;
	MeasurementAnswers out = MEASUREMENT_ANSWERS__INIT;
	out.measurement_id = m->id;
	out.course_id = m->course_id;
	out.operation = m->operation;
	out.instrument = m->instrument;
	out.instrument_version = m->instrument_version;
	out.rater = m->rater;
	out.measured_on = m->measured_on;
	out.aim = m->aim;
	out.n_answers = m->n_answers;
	out.answers = (MeasurementAnswers__AnswersEntry **)ARENA_ARRAY(tx->arena, void *, m->n_answers);
	for (size_t i = 0; i < m->n_answers; i++) {
		out.answers[i] = shape_new(tx->arena, &measurement_answers__answers_entry__descriptor);
		out.answers[i]->key = m->answers[i]->key;
		out.answers[i]->value = m->answers[i]->value;
	}
	return tx_emit(tx, app->outcomes, m->course_id, &out.base);
}

static void copy_answers(struct arena *a, Measurement *m, const MeasurementInput *in)
{
	m->n_answers = in->n_answers;
	m->answers = (Measurement__AnswersEntry **)ARENA_ARRAY(a, void *, in->n_answers);
	for (size_t i = 0; i < in->n_answers; i++) {
		m->answers[i] = shape_new(a, &measurement__answers_entry__descriptor);
		m->answers[i]->key = in->answers[i]->key;
		m->answers[i]->value = in->answers[i]->value;
	}
}

/* The instrument that was named; NULL when there is none, which the rules say. */
static const struct instrument *instrument_of(struct tx *tx, const MeasurementInput *in)
{
	return instrument_by_key(((const struct intake *)tx->app)->instruments, in->instrument);
}

static const char *rater_of(const MeasurementInput *in, const struct instrument *instrument)
{
	return *in->rater ? in->rater : instrument->raters[0];
}

static void measurement_check(struct tx *tx, const struct request *rq)
{
	const MeasurementInput *in = (const MeasurementInput *)rq->body;
	const struct instrument *instrument = instrument_of(tx, in);
	if (instrument)
		(void)!instrument_check(tx->arena, instrument, instrument_answers(tx->arena, &in->base),
		                        rater_of(in, instrument), &tx->why);
}

static enum err measurement_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const MeasurementInput *in = (const MeasurementInput *)rq->body;
	const struct instrument *instrument = instrument_of(tx, in);
	Course *c = shape_new(tx->arena, &course__descriptor);
	Measurement *m = shape_new(tx->arena, &measurement__descriptor);
	TRY(course_load(tx, rq, c));
	m->id = uuid_new(tx->arena);
	m->course_id = c->id;
	m->instrument = instrument->key;
	m->instrument_version = instrument->version;
	m->measured_on = *in->measured_on ? in->measured_on : date_text(tx->arena, tx->today);
	m->rater = rater_of(in, instrument);
	m->aim = in->aim;
	m->state = "sent";
	m->operation = uuid_new(tx->arena);
	copy_answers(tx->arena, m, in);
	TRY(check_course(tx, c, m->measured_on));
	TRY(operation_begin(tx, m->operation, "measure", m->id, reply));
	TRY(store(tx, m));
	reply->body = &m->base;
	return send(tx, m);
}

enum err measurement_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply)
{
	(void)rq;
	Measurement *m = shape_new(tx->arena, &measurement__descriptor);
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_measurement_by_id, m, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no measurement with this id");
	TRY(found);
	reply->body = &m->base;
	return OK;
}

static enum err measurement_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return measurement_view(tx, rq, rq->params[0], reply);
}

/* --- what outcomes says --- */

static enum err on_measurement_scored(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementScored *m = (const MeasurementScored *)message;
	TRY(tx_exec(tx, sql_measurement_scored, message));
	TRY(tx_exec(tx, sql_course_set_due, message));
	return operation_decide(tx, m->operation, NULL);
}

enum err on_measurement_due(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementDue *m = (const MeasurementDue *)message;
	return tx_exec(tx, sql_course_set_due, message, ARG_INT("due_version", m->version));
}

/* --- the table --- */

static const struct rule measurement_rules[] = {
	{ "instrument", RULE_REQUIRED },
	{ "instrument", RULE_KNOWN, "instrument" },
	{ "answers", RULE_REQUIRED },
	{ "measured_on", RULE_PAST_DATE },
	{ "rater", RULE_CODE, "rater" },
	{ "aim", RULE_CODE, "aim" },
	{ 0 },
};

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };
static const struct listing page = { sql_measurement_page, &measurement__descriptor, NULL };

static bool can_measure(const ProtobufCMessage *record)
{
	const Course *c = (const Course *)record;
	return strcmp(c->state, "offered") == 0 || strcmp(c->state, "enrolled") == 0;
}

static const struct route routes[] = {
	{ "POST", "/api/v1/courses/{id}/measurements",
	  "Enter the answers of an instrument. Outcomes scores them and says what is due next. In a programme that the "
	  "star "
	  "enrols in, the first complete star enrols the citizen and begins phase 1.",
	  ROLES_OF_COURSES, SCOPE_OWN_CASES, READS_CODES, &measurement_input__descriptor, measurement_rules,
	  .check = measurement_check, .returns = &measurement__descriptor, .is_command = true, .subject = &subject_course,
	  .needs = HOLD_WORK, .action = "measure", .fits = can_measure, .write = measurement_post,
	  .answer = operation_answer },
	{ "GET", "/api/v1/courses/{id}/measurements", "The measurements of a course, newest first.", ROLES_OF_COURSES,
	  SCOPE_OWN_CASES, READS_CODES, .query = of_page, .returns = &measurements__descriptor, .subject = &subject_course,
	  .needs = HOLD_READ, .list = &page },
	{ "GET", "/api/v1/measurements/{id}", "One measurement, with its scores.", ROLES_OF_COURSES, SCOPE_OWN_CASES,
	  READS_CODES, .returns = &measurement__descriptor, .subject = &subject_measurement, .needs = HOLD_READ,
	  .answer = measurement_get },
};

static const struct message_row messages[] = {
	{ &measurement_scored__descriptor, on_measurement_scored, "outcomes" },
	{ &measurement_due__descriptor, on_measurement_due, "outcomes", .patient = true },
};

const struct resource measurement_resource = { "Measurements", "Answers and scores.", ROWS(routes), ROWS(messages) };
