/* SPDX-License-Identifier: EUPL-1.2 */
/* Enquiries: every one is registered, also when nothing follows, with nothing but what the citizen
 * chose to say. A person under 18 raises the duty to notify, which stays open until it is met. */
#include <string.h>

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/core/age.h"
#include "intake/enquiry/enquiry.h"
#include "sql_intake.h"

/* Underretningspligt: the duty to notify the municipality of a child or young person in need of support. */
#define LEGAL_BASIS "Barnets lov § 133 (underretningspligt)"

static DutyToNotify *duty_of(struct tx *tx, const char *because)
{
	DutyToNotify *d = shape_new(tx->arena, &duty_to_notify__descriptor);
	d->id = uuid_new(tx->arena);
	d->state = "open";
	d->raised_on = date_text(tx->arena, tx->today);
	d->legal_basis = LEGAL_BASIS;
	d->reason = because;
	return d;
}

const struct projection enquiry_told = { sql_enquiry_fact, &enquiry_fact__descriptor, "enquiry_id", "enquiry_id" };

/* As enquiry_told has it, and not read back: each referral is an enquiry. */
static enum err tell_reporting(struct tx *tx, const char *id, const EnquiryInput *enquiry, const char *followed_by,
                               bool duty)
{
	const struct intake *app = tx->app;
	EnquiryFact fact = ENQUIRY_FACT__INIT;
	fact.enquiry_id = id;
	fact.version = 1;
	fact.received_on = enquiry->received_on;
	fact.channel = enquiry->channel;
	fact.followed_by = followed_by;
	fact.programme = enquiry->programme;
	fact.gender = enquiry->gender;
	fact.setting = enquiry->setting;
	fact.municipality = enquiry->municipality;
	fact.duty_to_notify = duty;
	return tx_emit(tx, app->reporting, id, &fact.base);
}

enum err enquiry_raise_duty(struct tx *tx, const char *enquiry_id, const char *because)
{
	return tx_exec(tx, sql_duty_insert, &duty_of(tx, because)->base, ARG_TEXT("enquiry_id", enquiry_id));
}

enum err enquiry_register(struct tx *tx, const char *id, const EnquiryInput *enquiry, const char *followed_by,
                          const char *minor_because, DutyToNotify **ret_duty)
{
	TRY(tx_exec(tx, sql_enquiry_insert, &enquiry->base, ARG_TEXT("id", id), ARG_TEXT("followed_by", followed_by)));
	*ret_duty = NULL;
	if (minor_because) {
		*ret_duty = duty_of(tx, minor_because);
		TRY(tx_exec(tx, sql_duty_insert, &(*ret_duty)->base, ARG_TEXT("enquiry_id", id)));
	}
	return tell_reporting(tx, id, enquiry, followed_by, minor_because != NULL);
}

static Enquiry *describe(struct tx *tx, const char *id, const EnquiryInput *in, DutyToNotify *duty)
{
	Enquiry *e = shape_new(tx->arena, &enquiry__descriptor);
	e->id = id;
	e->version = 1;
	e->received_on = in->received_on;
	e->channel = in->channel;
	e->programme = in->programme;
	e->followed_by = "registered";
	e->duty_to_notify = duty;
	return e;
}

static enum err enquiry_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const EnquiryInput *in = (const EnquiryInput *)rq->body;
	DutyToNotify *duty;
	bool minor = age_told_is_minor(in->age) == MINOR_YES;
	const char *id = uuid_new(tx->arena);
	TRY(enquiry_register(tx, id, in, "registered", minor ? "The person is under 18." : NULL, &duty));
	reply->status = 201;
	reply->location = arena_printf(tx->arena, "/api/v1/enquiries/%s", id);
	reply->subject = id;
	reply->version = 1;
	reply->body = &describe(tx, id, in, duty)->base;
	return OK;
}

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	Enquiry *e = shape_new(tx->arena, &enquiry__descriptor);
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_enquiry_by_id, e, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no enquiry with this id");
	TRY(found);
	reply->body = &e->base;
	reply->version = e->version;
	return OK;
}

static enum err enquiry_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->params[0], reply);
}

static enum err enquiry_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	reply->status = 201;
	reply->location = arena_printf(tx->arena, "/api/v1/enquiries/%s", rq->subject);
	return view(tx, rq->subject, reply);
}

/* --- the table --- */

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };

static const struct rule enquiry_rules[] = {
	{ "received_on", RULE_REQUIRED },
	{ "received_on", RULE_PAST_DATE },
	{ "channel", RULE_REQUIRED },
	{ "channel", RULE_CODE, "channel" },
	{ "partner", RULE_CODE, "partner" },
	{ "gender", RULE_CODE, "gender" },
	{ "age", RULE_RANGE, .min = 1, .max = 120 },
	{ "municipality", RULE_KNOWN, "municipality" },
	{ "occupation", RULE_MAX_LENGTH, .max = 200 },
	{ "reasons", RULE_MAX_ITEMS, .max = 20 },
	{ "reasons", RULE_CODE, "area" },
	{ "thoughts_of_change", RULE_CODE, "thoughts-of-change" },
	{ "setting", RULE_CODE, "setting" },
	{ "programme", RULE_KNOWN, "programme" },
	{ "note", RULE_MAX_LENGTH, .max = 10000 },
	{ 0 },
};

static const char *const persons[] = { "age", "occupation", "reasons", "thoughts_of_change", "setting", "note", NULL };
static const struct listing page = { sql_enquiry_page, &enquiry__descriptor, NULL };

static const struct route routes[] = {
	{ "POST", "/api/v1/enquiries",
	  "Register an enquiry. Every enquiry is registered, also when nothing follows. The citizen is free to answer "
	  "anonymously, wholly or in part.",
	  ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON, &enquiry_input__descriptor, enquiry_rules,
	  .returns = &enquiry__descriptor, .persons = persons, .write = enquiry_post, .answer = enquiry_answer },
	{ "GET", "/api/v1/enquiries", "Enquiries, newest first.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON,
	  .query = of_page, .returns = &enquiries__descriptor, .list = &page, .persons = persons },
	{ "GET", "/api/v1/enquiries/{id}", "One enquiry.", ROLES_THAT_REFER, SCOPE_OWN_CASES, READS_PERSON,
	  .returns = &enquiry__descriptor, .subject = &subject_enquiry, .persons = persons, .answer = enquiry_get },
};

static const struct fact_row facts[] = { { "reporting", &enquiry_told } };

const struct resource enquiry_resource = { "Enquiries", "Everyone who asked for help.", ROWS(routes), .facts = facts,
	                                       .n_facts = countof(facts) };
