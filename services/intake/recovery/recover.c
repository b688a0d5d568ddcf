/* SPDX-License-Identifier: EUPL-1.2 */
/* This node was set back or is new: it takes what others know of its workers, enquiries, courses, referrals and
 * measurements. Names and notes are known here only, and are lost, but for those that went to another organisation or
 * came from one. Must never lower a version, nor count an enquiry twice. */
#include <string.h>

#include "base/uuid.h"
#include "intake/course/course.h"
#include "intake/enquiry/enquiry.h"
#include "intake/measurement/measurement.h"
#include "intake/operation/operation.h"
#include "intake/recovery/recovery.h"
#include "intake/referral/referral.h"
#include "sql_intake.h"

enum err recover_worker(struct tx *tx, const ProtobufCMessage *message)
{
	const WorkerState *m = (const WorkerState *)message;
	if (!m->worker)
		return tx_refuse(tx, ERR_MALFORMED, "worker", "must be given");
	return tx_exec(tx, sql_recover_worker, message);
}

static const char *explain(struct tx *tx, const char *what)
{
	return arena_printf(tx->arena, "Put back on %s, because the database of this node had been set back: %s",
	                    date_text(tx->arena, tx->today), what);
}

/* The duty of the law stays, also when nobody here remembers why it arose. */
enum err recover_enquiry(struct tx *tx, const ProtobufCMessage *message)
{
	const EnquiryFact *m = (const EnquiryFact *)message;
	TRY(tx_exec(tx, sql_recover_enquiry, message,
	            ARG_TEXT("note", explain(tx, "reporting knows the codes only; what else was said is lost."))));
	return m->duty_to_notify ? enquiry_raise_duty(tx, m->enquiry_id, explain(tx, "look whether it was met.")) : OK;
}

/* --- courses and referrals of caseload --- */

static enum err put_back(struct tx *tx, const CourseRequest *m)
{
	const char *note = explain(tx, "who the citizen is, who referred and what was said is lost. Caseload knows the "
	                               "course only: ask its worker, and identify the citizen again.");
	if (!uuid_is_valid(m->course_id) || !uuid_is_valid(m->citizen) || !uuid_is_valid(m->referral_id))
		return tx_refuse(tx, ERR_MALFORMED, "courseId", "ids must be UUIDs");
	TRY(referral_put_back(tx, m, note));
	return tx_exec(tx, sql_referral_recovered, NULL, ARG_TEXT("id", m->referral_id),
	               ARG_TEXT("on", date_text(tx->arena, tx->today)));
}

enum err recover_course(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseKnown *m = (const CourseKnown *)message;
	Course *c = shape_new(tx->arena, &course__descriptor);
	if (!m->request || !m->state)
		return tx_refuse(tx, ERR_MALFORMED, "", "a course that is known has a request and a state");
	enum err e = tx_one(tx, sql_course_version, c, NULL, ARG_TEXT("id", m->state->course_id));
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && m->state->version <= c->version)
		return OK;
	if (e == ERR_NOT_FOUND)
		TRY(put_back(tx, m->request));
	TRY(referral_catch_up(tx, m->state));
	return tx_exec(tx, sql_course_apply, &m->state->base);
}

/* --- referrals between two organisations --- */

static const char *sender_organisation(struct tx *tx)
{
	return registry_by_name(tx->registry, tx->sender)->organisation;
}

/* What the other side knows of the state is never newer than what is said next. */
static enum err agree(struct tx *tx, const ReferralMessage *m, const ReferralState *told, const Referral *now)
{
	if (strcmp(now->direction, "received") != 0 || strcmp(now->requester, sender_organisation(tx)) != 0)
		return tx_refuse(tx, ERR_CONFLICT, "referralId", "another referral has this id");
	bool differs = strcmp(now->state, told->state) != 0 || strcmp(now->status_reason, told->status_reason) != 0 ||
	               strcmp(now->reason, told->reason) != 0 || strcmp(now->capacity, told->capacity) != 0 ||
	               strcmp(now->worker, told->worker) != 0;
	TRY(tx_exec(tx, sql_referral_raise, &told->base, ARG_BOOL("differs", differs)));
	return differs ? referral_tell(tx, m) : OK;
}

static enum err received(struct tx *tx, const ReferralMessage *m, const ReferralState *told)
{
	Referral *now = shape_new(tx->arena, &referral__descriptor);
	enum err e = tx_one(tx, sql_referral_lost, now, NULL, ARG_TEXT("id", m->referral_id));
	if (e == OK)
		TRY(referral_fill(tx, m));
	else if (e != ERR_NOT_FOUND)
		return e;
	e = tx_one(tx, sql_referral_by_id, now, NULL, ARG_TEXT("id", m->referral_id));
	if (e == OK)
		return agree(tx, m, told, now);
	if (e != ERR_NOT_FOUND)
		return e;
	TRY(on_referral_message(tx, &m->base)); /* nobody made a course of it: it comes anew */
	return tx_exec(tx, sql_referral_raise, &told->base, ARG_BOOL("differs", false));
}

static enum err sent(struct tx *tx, const ReferralMessage *m, const ReferralState *told)
{
	Referral *known = shape_new(tx->arena, &referral__descriptor);
	enum err e = tx_one(tx, sql_referral_by_id, known, NULL, ARG_TEXT("id", m->referral_id));
	if (e == ERR_NOT_FOUND)
		e = referral_put_back_sent(tx, m);
	if (e != OK || strcmp(told->state, "requested") == 0)
		return e;
	return on_referral_state(tx, &told->base);
}

enum err recover_referral(struct tx *tx, const ProtobufCMessage *message)
{
	const ReferralKnown *m = (const ReferralKnown *)message;
	const struct intake *app = tx->app;
	if (!m->referral || !m->referral->referral || !m->state || !uuid_is_valid(m->referral->referral_id) ||
	    !uuid_is_valid(m->referral->operation) || strcmp(m->referral->referral_id, m->state->referral_id) != 0)
		return tx_refuse(tx, ERR_MALFORMED, "referralId", "a referral needs its id, operation, content and state");
	const struct programme *p = programme_by_key(app->programmes, m->referral->referral->programme);
	if (p && strcmp(p->organisation, app->organisation) == 0)
		return received(tx, m->referral, m->state);
	if (p && strcmp(p->organisation, sender_organisation(tx)) == 0)
		return sent(tx, m->referral, m->state);
	return tx_refuse(tx, ERR_FORBIDDEN, "programme", "neither of the two provides %s",
	                 m->referral->referral->programme);
}

/* --- measurements --- */

enum err recover_measurement(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementKnown *m = (const MeasurementKnown *)message;
	struct buffer scores = buffer_in(tx->arena);
	struct shape_slot slot;
	if (!m->answers || !m->scored || !shape_find(NULL, &m->scored->base, "scores", &slot))
		return tx_refuse(tx, ERR_MALFORMED, "", "a measurement that is known has answers and scores");
	shape_field_to_json(&scores, slot);
	return tx_exec(tx, sql_recover_measurement, &m->answers->base, ARG_TEXT("operation_id", uuid_new(tx->arena)),
	               ARG_BOOL("complete", m->scored->complete), ARG_TEXT("scores", scores.data));
}

enum err intake_recovered(struct tx *tx)
{
	static const struct refusal why = {
		.err = ERR_CONFLICT,
		.field = "",
		.rule = "the database of this node was set back, and nobody knows that it was done: look how it stands, and "
		        "ask again"
	};
	TRY(tx_exec(tx, sql_recover_operation_done, NULL));
	TRY(tx_exec(tx, sql_recover_operation_refused, NULL, ARG_TEXT("problem", http_problem_json(tx->arena, &why, ""))));
	return snapshot_ask_again(tx);
}
