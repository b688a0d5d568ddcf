/* SPDX-License-Identifier: EUPL-1.2 */
/* Referrals as they stand: reading them, and following what becomes of them, at the receiver (from
 * the course) and at the requester (from the receiver's word). */
#include <string.h>

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/operation/operation.h"
#include "intake/referral/referral.h"
#include "sql_intake.h"
#include "vocab/referral.h"

/* What a state of the course means for its referral (the states of HL7 Gravity's Task). */
static const struct follow {
	const char *course, *referral, *capacity;
} follows[] = {
	{ "waiting", "accepted", "waitlist" },
	{ "offered", "accepted", "capacity" },
	{ "enrolled", "in-progress", "capacity" },
	{ "closed", "completed", "capacity" },
};

static const struct follow *follow_of(const CourseState *course)
{
	static const struct follow never_began = { "closed", "cancelled", "" };
	if (strcmp(course->state, "closed") == 0 && !*course->enrolled_on)
		return &never_began;
	for (size_t i = 0; i < countof(follows); i++)
		if (strcmp(follows[i].course, course->state) == 0)
			return &follows[i];
	return NULL;
}

static enum err tell_requester(struct tx *tx, const Referral *r, const ReferralState *state)
{
	const struct registry_node *to = registry_intake_of(tx->registry, r->requester);
	Operation *sender = shape_new(tx->arena, &operation__descriptor);
	if (to)
		return tx_emit(tx, to->name, r->id, &state->base);
	/* Taken out of the registry for now: kept for it. */
	TRY(tx_one(tx, sql_referral_sender, sender, NULL, ARG_TEXT("id", r->id)));
	return *sender->id ? tx_emit(tx, sender->id, r->id, &state->base) : OK;
}

/* What the referral of a course becomes. */
static enum err find_next(struct tx *tx, const Referral *r, const CourseState *course, ReferralState *ret)
{
	const struct follow *follow = follow_of(course);
	if (!follow)
		return tx_refuse(tx, ERR_MALFORMED, "state", "unknown state of a course");
	ret->referral_id = r->id;
	ret->operation = r->operation;
	ret->version = r->version + 1;
	ret->state = follow->referral;
	ret->capacity = follow->capacity;
	ret->status_reason = strcmp(ret->state, "cancelled") == 0 ? "citizen-declined" : "";
	ret->reason = course->reason;
	ret->worker = course->worker;
	return OK;
}

enum err referral_follow(struct tx *tx, const Referral *r, const CourseState *course)
{
	ReferralState next = REFERRAL_STATE__INIT;
	TRY(find_next(tx, r, course, &next));
	if (strcmp(r->state, next.state) != 0)
		TRY(referral_next(tx->arena, r->state, next.state, SIDE_RECEIVER, next.status_reason, &tx->why));
	TRY(tx_exec(tx, sql_referral_set_state, &next.base, ARG_TEXT("id", r->id),
	            ARG_TEXT("course_id", course->course_id)));
	return strcmp(r->direction, "received") == 0 ? tell_requester(tx, r, &next) : OK;
}

enum err referral_catch_up(struct tx *tx, const CourseState *course)
{
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	ReferralState next = REFERRAL_STATE__INIT;
	TRY(tx_one(tx, sql_referral_of_course, r, &course->base));
	TRY(find_next(tx, r, course, &next));
	return tx_exec(tx, sql_referral_set_state, &next.base, ARG_TEXT("id", r->id),
	               ARG_TEXT("course_id", course->course_id));
}

enum err referral_tell(struct tx *tx, const ReferralMessage *message)
{
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	ReferralState now = REFERRAL_STATE__INIT;
	TRY(tx_one(tx, sql_referral_known, r, NULL, ARG_TEXT("id", message->referral_id)));
	if (strcmp(r->direction, "received") != 0 ||
	    strcmp(r->requester, registry_by_name(tx->registry, tx->sender)->organisation) != 0)
		return tx_refuse(tx, ERR_CONFLICT, "referralId", "another referral has this id");
	if (strcmp(r->state, "requested") == 0)
		return OK;
	now.referral_id = r->id;
	now.operation = message->operation;
	now.version = r->version;
	now.state = r->state;
	now.status_reason = r->status_reason;
	now.reason = r->reason;
	now.capacity = r->capacity;
	now.worker = r->worker;
	return tx_emit(tx, tx->sender, r->id, &now.base);
}

enum err referral_refused(struct tx *tx, const char *operation, const char *course, const struct refusal *why)
{
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	ReferralState next = REFERRAL_STATE__INIT;
	enum err e =
	    tx_one(tx, sql_referral_refused, r, NULL, ARG_TEXT("operation", operation), ARG_TEXT("course_id", course));
	if (e != OK || strcmp(r->state, "requested") != 0)
		return e == ERR_NOT_FOUND ? OK : e; /* a command on a course, or answered already */
	next.referral_id = r->id;
	next.operation = operation;
	next.version = r->version + 1;
	next.state = "rejected";
	next.status_reason = "not-eligible";
	next.reason = why->rule;
	TRY(tx_exec(tx, sql_referral_set_state, &next.base, ARG_TEXT("id", r->id), ARG_TEXT("course_id", course)));
	TRY(tx_exec(tx, sql_course_never_began, &next.base, ARG_TEXT("course_id", course)));
	return strcmp(r->direction, "received") == 0 ? tell_requester(tx, r, &next) : OK;
}

enum err on_referral_state(struct tx *tx, const ProtobufCMessage *message)
{
	const ReferralState *m = (const ReferralState *)message;
	const char *organisation = registry_by_name(tx->registry, tx->sender)->organisation;
	struct refusal why = { .err = ERR_RULE, .field = "programme", .rule = m->reason };
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	enum err e = uuid_is_valid(m->referral_id)
	                 ? tx_one(tx, sql_referral_sent_to, r, message, ARG_TEXT("organisation", organisation))
	                 : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_FORBIDDEN, "referralId", "no referral with this id was sent to %s", organisation);
	TRY(e);
	TRY(tx_exec(tx, sql_referral_heard, message));
	return operation_decide(tx, r->operation, strcmp(m->state, "rejected") == 0 ? &why : NULL);
}

static void add_deadline(struct tx *tx, ProtobufCMessage *row)
{
	Referral *r = (Referral *)row;
	r->answer_by = date_text(tx->arena, referral_answer_by(r->priority, date_or_none(r->authored_on)));
}

enum err referral_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply)
{
	Referral *r = shape_new(tx->arena, &referral__descriptor);
	enum err found = uuid_is_valid(id)
	                     ? tx_one(tx, sql_referral_shown, r, NULL, ARG_TEXT("id", id), ARGS_OF_VIEW(&rq->view))
	                     : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no referral with this id");
	TRY(found);
	add_deadline(tx, &r->base);
	reply->body = &r->base;
	reply->version = r->version;
	return OK;
}

static enum err referral_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return referral_view(tx, rq, rq->params[0], reply);
}

/* --- the table --- */

static const char *const persons[] = { "citizen", "reasons", "note", NULL };
static const struct listing page = { sql_referral_page, &referral__descriptor, add_deadline };

static const struct parameter of_page[] = {
	PARAMETERS_OF_A_PAGE,
	{ "state", PARAMETER_CODE, "Only those in this state.", .codes = "referral-state" },
	{ "programme", PARAMETER_KNOWN, "Only those to this programme.", .codes = "programme" },
	{ 0 },
};

static const struct route routes[] = {
	{ "POST", "/api/v1/referrals",
	  "Refer a citizen to a programme. A referral names its programme, and so its provider. For a programme of this "
	  "organisation caseload finds a place; for another's it is sent there, with identity and note only where the "
	  "citizen consents. The answer says who was chosen and why. Whatever becomes of it, it is registered as an "
	  "enquiry.",
	  ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON, &referral_input__descriptor, referral_rules,
	  .check = referral_check, .returns = &referral__descriptor, .is_command = true, .persons = persons,
	  .write = referral_post, .answer = operation_answer },
	{ "GET", "/api/v1/referrals", "Referrals, newest first.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON,
	  .query = of_page, .returns = &referrals__descriptor, .list = &page, .persons = persons },
	{ "GET", "/api/v1/referrals/{id}", "One referral.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON,
	  .returns = &referral__descriptor, .subject = &subject_referral, .persons = persons, .answer = referral_get },
};

static const struct message_row messages[] = {
	{ &referral_message__descriptor, on_referral_message, "intake" },
	{ &referral_state__descriptor, on_referral_state, "intake" },
};

const struct resource referral_resource = { "Referrals",
	                                        "Referring a citizen to a programme, of this organisation or another.",
	                                        ROWS(routes), ROWS(messages) };
