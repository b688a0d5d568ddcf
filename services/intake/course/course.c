/* SPDX-License-Identifier: EUPL-1.2 */
/* Courses as this node knows them: a copy of what caseload decided. Commands on a course are checked
 * against the copy, so that a mistake is answered at once, and decided by caseload. */
#include <string.h>

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/course/course.h"
#include "intake/operation/operation.h"
#include "intake/referral/referral.h"
#include "sql_intake.h"
#include "vocab/phase.h"

/* Phases are computed from dates, never stored: they move with the domain clock by themselves. */
static void add_phases(struct tx *tx, ProtobufCMessage *row)
{
	Course *c = (Course *)row;
	const struct intake *app = tx->app;
	const struct programme *p = programme_by_key(app->programmes, c->programme);
	if (!p)
		return;
	c->n_phases =
	    phase_list(tx->arena, p, date_or_none(c->enrolled_on), date_or_none(c->planned_end), ENGLISH, &c->phases);
	if (strcmp(c->state, "enrolled") == 0)
		c->phase = phase_on(c->phases, c->n_phases, tx->today);
}

enum err course_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply)
{
	(void)rq;
	Course *c = shape_new(tx->arena, &course__descriptor);
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_course_by_id, c, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no course with this id");
	TRY(found);
	add_phases(tx, &c->base);
	reply->body = &c->base;
	reply->version = c->version;
	return OK;
}

static enum err course_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return course_view(tx, rq, rq->params[0], reply);
}

/* --- commands --- */

enum err course_load(struct tx *tx, const struct request *rq, Course *ret)
{
	const char *id = rq->params[0];
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_course_by_id, ret, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no course with this id");
	TRY(found);
	if (rq->if_match && rq->if_match != ret->version)
		return tx_refuse(tx, ERR_STALE, "If-Match", "the course is at version %lld now: read it again",
		                 (long long)ret->version);
	return OK;
}

static enum err check_command(struct tx *tx, const Course *c, const char *on)
{
	struct date begin = date_or_none(*c->enrolled_on ? c->enrolled_on : c->requested_on);
	if (strcmp(c->state, "closed") == 0)
		return tx_refuse(tx, ERR_CONFLICT, "state", "the course was closed on %s", c->closed_on);
	if (strcmp(c->state, "requested") == 0)
		return tx_refuse(tx, ERR_CONFLICT, "state", "caseload has not answered for this course yet: try again shortly");
	if (date_or_none(on).days < begin.days)
		return tx_broken(tx, "on", BROKEN_BEFORE_COURSE, SAY_TEXT("day", date_text(tx->arena, begin)));
	return OK;
}

static enum err send_command(struct tx *tx, const Course *c, const struct request *rq, struct reply *reply,
                             const char *command, const char *on, const char *reason)
{
	const struct intake *app = tx->app;
	CourseCommand m = COURSE_COMMAND__INIT;
	Operation *o = shape_new(tx->arena, &operation__descriptor);
	o->id = uuid_new(tx->arena);
	o->kind = command;
	o->state = "pending";
	o->subject = arena_printf(tx->arena, "/api/v1/courses/%s", c->id);
	m.course_id = c->id;
	m.operation = o->id;
	m.command = command;
	m.on = *on ? on : date_text(tx->arena, tx->today);
	m.reason = reason;
	m.base_version = rq->if_match;
	TRY(check_command(tx, c, m.on));
	TRY(operation_begin(tx, o->id, command, c->id, reply));
	reply->body = &o->base;
	return tx_emit(tx, app->caseload, c->id, &m.base);
}

static enum err course_close(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const CloseInput *in = (const CloseInput *)rq->body;
	Course *c = shape_new(tx->arena, &course__descriptor);
	TRY(course_load(tx, rq, c));
	return send_command(tx, c, rq, reply, "close", in->on, in->reason);
}

static enum err course_enrol(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const EnrolInput *in = (const EnrolInput *)rq->body;
	Course *c = shape_new(tx->arena, &course__descriptor);
	TRY(course_load(tx, rq, c));
	return send_command(tx, c, rq, reply, "enrol", in->on, in->by);
}

/* --- what caseload says --- */

static enum err on_course_state(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseState *m = (const CourseState *)message;
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	Course *c = shape_new(tx->arena, &course__descriptor);
	enum err e = tx_one(tx, sql_referral_of_course, r, message);
	if (e == ERR_NOT_FOUND) { /* an older word or one told again, so that what was asked is decided; or not here yet */
		e = tx_one(tx, sql_course_version, c, NULL, ARG_TEXT("id", m->course_id));
		if (e == OK)
			return operation_decide(tx, m->operation, NULL);
		return e == ERR_NOT_FOUND ? ERR_NO_PARENT : e;
	}
	TRY(e);
	TRY(referral_follow(tx, r, m));
	TRY(tx_exec(tx, sql_course_apply, message));
	return operation_decide(tx, m->operation, NULL);
}

/* --- the table --- */

static const struct listing page = { sql_course_page, &course__descriptor, add_phases };
static const struct listing waiting = { sql_course_waiting, &course__descriptor, add_phases };

static bool has_place(const ProtobufCMessage *record)
{
	const Course *c = (const Course *)record;
	return strcmp(c->state, "offered") == 0 || strcmp(c->state, "enrolled") == 0;
}

static bool can_close(const ProtobufCMessage *record)
{
	return has_place(record) || strcmp(((const Course *)record)->state, "waiting") == 0;
}

static bool can_enrol(const ProtobufCMessage *record)
{
	return strcmp(((const Course *)record)->state, "offered") == 0;
}

static const struct parameter of_page[] = {
	PARAMETERS_OF_A_PAGE,
	{ "state", PARAMETER_CODE, "Only those in this state.", .codes = "course-state" },
	{ "programme", PARAMETER_KNOWN, "Only those in this programme.", .codes = "programme" },
	{ "worker", PARAMETER_KNOWN, "Only those of this worker or group.", .codes = "worker" },
	{ 0 },
};

static const struct parameter of_waiting[] = {
	{ "programme", PARAMETER_KNOWN, "The programme whose list it is.", .codes = "programme" },
	{ 0 },
};

static const struct rule close_rules[] = {
	{ "reason", RULE_REQUIRED },
	{ "reason", RULE_CODE, "end-reason" },
	{ "on", RULE_PAST_DATE },
	{ 0 },
};

static const struct rule enrol_rules[] = {
	{ "by", RULE_REQUIRED },
	{ "by", RULE_CODE, "enrol-by" },
	{ "on", RULE_PAST_DATE },
	{ 0 },
};

static const struct route routes[] = {
	{ "GET", "/api/v1/courses", "Courses, newest first.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_CODES,
	  .query = of_page, .returns = &courses__descriptor, .list = &page },
	{ "GET", "/api/v1/waiting-list",
	  "The waiting list of a programme, in the order in which it is served. Whole and without pages: the first 1000.",
	  ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_CODES, .query = of_waiting, .returns = &courses__descriptor,
	  .list = &waiting },
	{ "GET", "/api/v1/courses/{id}", "One course, with phases and what is due.", ROLES_THAT_REFER, SCOPE_OWN_CASES,
	  READS_CODES, .returns = &course__descriptor, .subject = &subject_course, .answer = course_get },
	{ "POST", "/api/v1/courses/{id}/close", "Close a course. Frees the place: the first on the waiting list gets it.",
	  ROLES_OF_COURSES, SCOPE_OWN_CASES, READS_CODES, &close_input__descriptor, close_rules,
	  .returns = &course__descriptor, .is_command = true, .statuses = { 200, 202 }, .subject = &subject_course,
	  .needs = HOLD_WORK, .action = "close", .fits = can_close, .write = course_close, .answer = operation_answer },
	{ "POST", "/api/v1/courses/{id}/enrol",
	  "Enrol the citizen. Where the programme is enrolled by a first session or a seat. Where it is enrolled by the "
	  "star, the first complete star does it.",
	  ROLES_OF_COURSES, SCOPE_OWN_CASES, READS_CODES, &enrol_input__descriptor, enrol_rules,
	  .returns = &course__descriptor, .is_command = true, .statuses = { 200, 202 }, .subject = &subject_course,
	  .needs = HOLD_WORK, .action = "enrol", .fits = can_enrol, .write = course_enrol, .answer = operation_answer },
};

static const struct message_row messages[] = {
	{ &course_state__descriptor, on_course_state, "caseload" },
};

const struct resource course_resource = { "Courses", "The courses of this organisation.", ROWS(routes),
	                                      ROWS(messages) };
