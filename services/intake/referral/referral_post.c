/* SPDX-License-Identifier: EUPL-1.2 */
/* A referral comes in: posted by someone here, or sent by another organisation. Either way it is
 * registered as an enquiry, and then asked of caseload (own programme), sent on (another's), or
 * registered only (a rule says no). Identity goes to another organisation with consent only. */
#include <string.h>

#include "base/uuid.h"
#include "intake/citizen/citizen.h"
#include "intake/core/eligibility.h"
#include "intake/enquiry/enquiry.h"
#include "intake/operation/operation.h"
#include "intake/referral/referral.h"
#include "sql_intake.h"
#include "vocab/cpr.h"
#include "vocab/referral.h"

/* One referral on its way in. */
struct incoming {
	const char *id, *direction, *requester, *sender, *owner, *operation; /* sender: of a received one, its node */
	const char *citizen_id, *enquiry_id, *course_id;
	const char *state, *status_reason, *reason, *priority, *channel, *partner;
	const ReferralInput *in;
	const Citizen *citizen;
	const struct view *view; /* of who posts it; zeros: another organisation says it, or a recovery */
	bool is_known;           /* here, before this */
	bool is_hers;            /* the citizen is known, and a case of who posts it */
	bool differs;            /* from what is known of the citizen with this CPR: a person has to look */
	const struct programme *programme;
	const char *authored_on;
	bool minor;
	DutyToNotify *duty;
};

static const Citizen nobody = CITIZEN__INIT;
static const Consent no_consent = CONSENT__INIT;
static const struct view nobodys = { 0 };

/* --- load --- */

/* A CPR that is known here is the same citizen; a replacement number matches nobody. */
static enum err find_citizen(struct tx *tx, struct incoming *r)
{
	struct cpr cpr;
	struct db_rows known;
	Citizen *copy = ARENA_NEW(tx->arena, Citizen);
	*copy = *r->citizen;
	r->citizen = copy;
	r->citizen_id = uuid_new(tx->arena);
	if (!cpr_parse(copy->cpr, &cpr))
		return OK;
	copy->cpr = cpr.replacement ? "" : arena_strdup(tx->arena, cpr.digits);
	if (!*copy->birth_date)
		copy->birth_date = date_text(tx->arena, cpr.born);
	if (cpr.replacement)
		return OK;
	TRY(db_rows(tx->db, tx->arena, sql_citizen_by_cpr, &known, &copy->base, ARGS_OF_VIEW(r->view)));
	r->is_known = known.n > 0;
	if (!r->is_known)
		return OK;
	r->citizen_id = known.cells[0];
	r->is_hers = r->view->sees_content && strcmp(known.cells[2], "t") == 0;
	r->differs = strcmp(known.cells[1], "t") == 0 ||
	             (r->view->who && !r->is_hers && strcmp(known.cells[3], "t") == 0); /* so that it is not lost */
	return OK;
}

/* --- decide --- */

static enum err find_programme(struct tx *tx, struct incoming *r)
{
	const struct intake *app = tx->app;
	r->programme = programme_by_key(app->programmes, r->in->programme);
	if (!r->programme)
		return tx_refuse(tx, ERR_VALUE, "programme", "there is no programme %s here", r->in->programme);
	r->owner = r->programme->organisation;
	return OK;
}

/* The provider decides eligibility; here only what no organisation may do is stopped for another's programme. */
static void decide(struct tx *tx, struct incoming *r)
{
	const struct intake *app = tx->app;
	struct date on = { 0 };
	date_parse(r->authored_on, &on);
	struct eligibility e = eligibility_of(tx->arena, r->programme, r->citizen, on);
	bool own = strcmp(r->owner, app->organisation) == 0;
	r->state = "requested";
	r->minor = e.duty_to_notify;
	if (r->minor || (own && e.verdict == VERDICT_NO)) {
		r->state = "rejected";
		r->status_reason = "not-eligible";
		r->reason = e.why.rule;
	} else if (own)
		r->course_id = uuid_new(tx->arena);
	if (!own && strcmp(r->state, "requested") == 0)
		r->direction = "sent";
}

/* --- save --- */

/* Of a citizen who is known here: where another name, gender or date of birth was said, a person has to look, and
 * nothing is taken over. What is said by somebody who may not see her fills gaps, and changes nothing that is known. */
static enum err save_citizen(struct tx *tx, const struct incoming *r)
{
	const struct sql *sql = !r->is_known ? sql_citizen_insert : r->is_hers ? sql_citizen_say : sql_citizen_complete;
	return r->differs ? OK : tx_exec(tx, sql, &r->citizen->base, ARG_TEXT("id", r->citizen_id));
}

/* After the referral, to which it points. */
static enum err raise_task(struct tx *tx, const struct incoming *r)
{
	struct buffer said = buffer_in(tx->arena);
	shape_to_json(&said, &r->citizen->base);
	return tx_exec(tx, sql_task_raise, NULL, ARG_TEXT("id", uuid_new(tx->arena)), ARG_TEXT("kind", "other-identity"),
	               ARG_TEXT("citizen_id", r->citizen_id), ARG_TEXT("referral_id", r->id), ARG_TEXT("said", said.data),
	               ARG_TEXT("raised_on", date_text(tx->arena, tx->today)));
}

static const char *answer_by(struct tx *tx, const struct incoming *r)
{
	return date_text(tx->arena, referral_answer_by(r->priority, date_or_none(r->authored_on)));
}

static enum err save(struct tx *tx, struct incoming *r)
{
	const struct intake *app = tx->app;
	EnquiryInput enquiry = ENQUIRY_INPUT__INIT;
	const Consent *consent = r->in->consent ? r->in->consent : &no_consent;
	enquiry.received_on = r->authored_on;
	enquiry.channel = r->channel;
	enquiry.partner = r->partner;
	enquiry.gender = r->citizen->gender;
	enquiry.municipality = r->citizen->municipality;
	enquiry.occupation = r->citizen->occupation;
	enquiry.n_reasons = r->in->n_reasons;
	enquiry.reasons = r->in->reasons;
	enquiry.setting = r->citizen->setting;
	enquiry.programme = r->in->programme;
	r->enquiry_id = pseudonym_of(tx->arena, &app->for_reporting, r->id);
	TRY(save_citizen(tx, r));
	TRY(enquiry_register(tx, r->enquiry_id, &enquiry, "referral", r->minor ? r->reason : NULL, &r->duty));
	TRY(tx_exec(
	    tx, sql_referral_insert, &r->in->base, ARG_TEXT("id", r->id), ARG_TEXT("direction", r->direction),
	    ARG_TEXT("requester", r->requester), ARG_TEXT("owner", r->owner), ARG_TEXT("citizen_id", r->citizen_id),
	    ARG_TEXT("enquiry_id", r->enquiry_id), ARG_TEXT("operation_id", r->operation),
	    ARG_TEXT("course_id", r->course_id), ARG_TEXT("priority", r->priority), ARG_TEXT("authored_on", r->authored_on),
	    ARG_TEXT("state", r->state), ARG_TEXT("status_reason", r->status_reason), ARG_TEXT("reason", r->reason),
	    ARG_TEXT("channel", r->channel), ARG_TEXT("partner", r->partner), ARG_BOOL("consent_given", consent->given),
	    ARG_TEXT("consent_on", consent->on), ARG_TEXT("sender", r->sender), ARG_TEXT("answer_by", answer_by(tx, r))));
	if (r->differs)
		TRY(raise_task(tx, r));
	if (!r->course_id)
		return OK;
	return tx_exec(tx, sql_course_insert, &r->in->base, ARG_TEXT("id", r->course_id), ARG_TEXT("referral_id", r->id),
	               ARG_TEXT("citizen_id", r->citizen_id), ARG_TEXT("organisation", r->owner),
	               ARG_TEXT("priority", r->priority), ARG_TEXT("authored_on", r->authored_on));
}

/* --- emit --- */

static enum err ask_caseload(struct tx *tx, const struct incoming *r)
{
	const struct intake *app = tx->app;
	CourseRequest m = COURSE_REQUEST__INIT;
	m.course_id = r->course_id;
	m.operation = r->operation;
	m.citizen = pseudonym_of(tx->arena, &app->for_caseload, r->citizen_id);
	m.programme = r->in->programme;
	m.aim = r->in->aim;
	m.priority = r->priority;
	m.requested_on = r->authored_on;
	m.wishes = r->in->wishes;
	m.referral_id = r->id;
	return tx_emit(tx, app->caseload, r->course_id, &m.base);
}

/* With consent the whole referral; without it the need and the area, not the person. */
static enum err send_on(struct tx *tx, const struct incoming *r)
{
	const struct registry_node *to = registry_intake_of(tx->registry, r->owner);
	ReferralMessage m = REFERRAL_MESSAGE__INIT;
	ReferralInput in = *r->in;
	Citizen anonymous = CITIZEN__INIT;
	if (!to)
		return tx_refuse(tx, ERR_CONFLICT, "programme", "%s has no node in the registry", r->owner);
	anonymous.anonymous = true;
	if (!in.consent || !in.consent->given) {
		in.citizen = &anonymous;
		in.note = "";
	}
	in.authored_on = r->authored_on;
	in.priority = r->priority;
	m.referral_id = r->id;
	m.operation = r->operation;
	m.referral = &in;
	return tx_emit(tx, to->name, r->id, &m.base);
}

static enum err answer_requester(struct tx *tx, const struct incoming *r)
{
	ReferralState m = REFERRAL_STATE__INIT;
	m.referral_id = r->id;
	m.operation = r->operation;
	m.version = 1;
	m.state = r->state;
	m.status_reason = r->status_reason;
	m.reason = r->reason;
	return tx_emit(tx, tx->sender, r->id, &m.base);
}

/* --- handlers --- */

static struct incoming begin(struct tx *tx, const ReferralInput *in)
{
	const struct intake *app = tx->app;
	return (struct incoming){
		.requester = app->organisation,
		.direction = "own",
		.status_reason = "",
		.reason = "",
		.in = in,
		.view = &nobodys,
		.citizen = in->citizen ? in->citizen : &nobody,
		.priority = *in->priority ? in->priority : "routine",
		.channel = *in->channel   ? in->channel
		           : *in->partner ? "partner"
		                          : "self",
		.partner = in->partner,
		.authored_on = *in->authored_on ? in->authored_on : date_text(tx->arena, tx->today),
	};
}

static Referral *describe(struct tx *tx, const struct incoming *r)
{
	Referral *out = shape_new(tx->arena, &referral__descriptor);
	out->id = r->id;
	out->version = 1;
	out->direction = r->direction;
	out->requester = r->requester;
	out->owner = r->owner;
	out->programme = r->in->programme;
	out->aim = r->in->aim;
	out->priority = r->priority;
	out->authored_on = r->authored_on;
	out->answer_by = answer_by(tx, r);
	out->state = r->state;
	out->status_reason = r->status_reason;
	out->reason = r->reason;
	out->course_id = r->course_id ? r->course_id : "";
	out->operation = r->operation;
	out->enquiry_id = r->enquiry_id;
	out->citizen_id = r->citizen_id;
	out->duty_to_notify = r->duty;
	return out;
}

void referral_check(struct tx *tx, const struct request *rq)
{
	struct incoming r = begin(tx, (const ReferralInput *)rq->body);
	citizen_check(tx, r.citizen, date_or_none(r.authored_on));
}

enum err referral_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	struct incoming r = begin(tx, (const ReferralInput *)rq->body);
	r.view = &rq->view;
	r.id = uuid_new(tx->arena);
	r.operation = uuid_new(tx->arena);
	TRY(find_programme(tx, &r));
	TRY(find_citizen(tx, &r));
	decide(tx, &r);
	TRY(save(tx, &r));
	TRY(operation_begin(tx, r.operation, "refer", r.id, reply));
	if (strcmp(r.state, "rejected") == 0) {
		struct refusal why = { .err = ERR_RULE, .field = r.minor ? "citizen" : "programme", .rule = r.reason };
		TRY(operation_decide(tx, r.operation, &why));
		reply->wait_for = NULL; /* decided here and now */
	} else if (r.course_id)
		TRY(ask_caseload(tx, &r));
	else
		TRY(send_on(tx, &r));
	reply->body = &describe(tx, &r)->base;
	return OK;
}

/* What the receiver checks before it takes a referral from another organisation. */
static enum err check_received(struct tx *tx, struct incoming *r)
{
	const struct intake *app = tx->app;
	TRY(rules_check(tx, NULL, &r->in->base, referral_rules));
	citizen_check(tx, r->citizen, date_or_none(r->authored_on));
	TRY(tx->why.err);
	TRY(find_programme(tx, r));
	if (strcmp(r->owner, app->organisation) != 0)
		return tx_refuse(tx, ERR_RULE, "programme", "the programme is provided by %s", r->owner);
	return OK;
}

/* A referral that another organisation sent, or says that it sent. */
static struct incoming begin_received(struct tx *tx, const ReferralMessage *m)
{
	struct incoming r = begin(tx, m->referral);
	r.id = m->referral_id;
	r.operation = m->operation;
	r.requester = registry_by_name(tx->registry, tx->sender)->organisation;
	r.sender = tx->sender;
	r.direction = "received";
	r.channel = "partner";
	r.partner = r.requester;
	if (!m->referral->consent || !m->referral->consent->given) { /* then nobody may say who it is */
		Citizen *anonymous = shape_new(tx->arena, &citizen__descriptor);
		anonymous->anonymous = true;
		r.citizen = anonymous;
	}
	return r;
}

enum err on_referral_message(struct tx *tx, const ProtobufCMessage *message)
{
	const ReferralMessage *m = (const ReferralMessage *)message;
	if (!uuid_is_valid(m->referral_id) || !uuid_is_valid(m->operation) || !m->referral)
		return tx_refuse(tx, ERR_MALFORMED, "referralId", "a referral needs its id, operation and content");
	enum err e = referral_tell(tx, m);
	if (e != ERR_NOT_FOUND)
		return e;
	struct incoming r = begin_received(tx, m);
	if (check_received(tx, &r) != OK) { /* the sender is told; nothing is kept here */
		r.state = "rejected";
		r.status_reason = "not-eligible";
		r.reason = tx->why.rule;
		return answer_requester(tx, &r);
	}
	TRY(find_citizen(tx, &r));
	decide(tx, &r);
	TRY(save(tx, &r));
	if (!r.course_id)
		return answer_requester(tx, &r);
	return r.programme->auto_accept ? ask_caseload(tx, &r) : OK;
}

/* --- put back after a recovery --- */

enum err referral_put_back(struct tx *tx, const CourseRequest *m, const char *note)
{
	ReferralInput in = REFERRAL_INPUT__INIT;
	in.programme = m->programme;
	in.aim = m->aim;
	in.priority = m->priority;
	in.authored_on = m->requested_on;
	in.wishes = m->wishes;
	in.note = note;
	struct incoming r = begin(tx, &in);
	r.id = m->referral_id;
	r.operation = uuid_new(tx->arena);
	r.citizen_id = m->citizen; /* two courses of one citizen stay together */
	r.course_id = m->course_id;
	r.state = "requested";
	TRY(find_programme(tx, &r));
	return save(tx, &r);
}

enum err referral_put_back_sent(struct tx *tx, const ReferralMessage *m)
{
	struct incoming r = begin(tx, m->referral);
	r.id = m->referral_id;
	r.operation = m->operation;
	r.direction = "sent";
	r.state = "requested";
	TRY(find_programme(tx, &r));
	TRY(find_citizen(tx, &r));
	return save(tx, &r);
}

enum err referral_fill(struct tx *tx, const ReferralMessage *m)
{
	Referral *before = shape_new(tx->arena, &referral__descriptor);
	struct incoming r = begin_received(tx, m);
	const Consent *consent = r.in->consent ? r.in->consent : &no_consent;
	TRY(tx_one(tx, sql_referral_citizen, before, NULL, ARG_TEXT("id", r.id)));
	TRY(find_citizen(tx, &r));
	TRY(save_citizen(tx, &r));
	TRY(tx_exec(tx, sql_referral_fill, &r.in->base, ARG_TEXT("id", r.id), ARG_TEXT("requester", r.requester),
	            ARG_TEXT("citizen_id", r.citizen_id), ARG_TEXT("operation_id", r.operation),
	            ARG_TEXT("channel", r.channel), ARG_TEXT("partner", r.partner),
	            ARG_BOOL("consent_given", consent->given), ARG_TEXT("consent_on", consent->on),
	            ARG_TEXT("sender", r.sender)));
	return tx_exec(tx, sql_citizen_forget, NULL, ARG_TEXT("id", before->id));
}

/* --- what a referral may say --- */

const struct rule referral_rules[] = {
	{ "programme", RULE_REQUIRED },
	{ "programme", RULE_KNOWN, "programme" },
	{ "aim", RULE_REQUIRED },
	{ "aim", RULE_CODE, "aim" },
	{ "priority", RULE_CODE, "priority" },
	{ "authored_on", RULE_PAST_DATE },
	RULES_OF_CITIZEN,
	{ "reasons", RULE_MAX_ITEMS, .max = 20 },
	{ "reasons", RULE_CODE, "area" },
	{ "note", RULE_MAX_LENGTH, .max = 10000 },
	{ "channel", RULE_CODE, "channel" },
	{ "partner", RULE_CODE, "partner" },
	{ "wishes.languages", RULE_MAX_ITEMS, .max = 20 },
	{ "wishes.languages", RULE_CODE, "language" },
	{ "wishes.gender", RULE_CODE, "gender" },
	{ "wishes.competences", RULE_MAX_ITEMS, .max = 20 },
	{ "wishes.competences", RULE_CODE, "competence" },
	{ "consent.on", RULE_DATE },
	{ 0 },
};
