/* SPDX-License-Identifier: EUPL-1.2 */
/* Contacts: somebody was called, met or visited during a course. Known on its own day, however late it is entered. Of
 * what was said nothing is kept here. */
#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/course/course.h"
#include "sql_intake.h"

static const struct projection told = { sql_contact_fact, &contact_fact__descriptor, "contact_id", "course_id" };
static const struct fact_row facts[] = { { "reporting", &told } };

/* A contact belongs to the days of its course: from the day it was asked for to the day it was closed. */
static enum err check_day(struct tx *tx, const Course *c, const char *held_on)
{
	int32_t day = date_or_none(held_on).days;
	if (day < date_or_none(c->requested_on).days)
		return tx_broken(tx, "heldOn", BROKEN_BEFORE_COURSE, SAY_TEXT("day", c->requested_on));
	if (*c->closed_on && day > date_or_none(c->closed_on).days)
		return tx_refuse(tx, ERR_CONFLICT, "heldOn", "the course was closed on %s", c->closed_on);
	return OK;
}

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	Contact *contact = shape_new(tx->arena, &contact__descriptor);
	TRY(tx_one(tx, sql_contact_by_id, contact, NULL, ARG_TEXT("id", id)));
	reply->body = &contact->base;
	reply->status = 201;
	return OK;
}

static enum err contact_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const ContactInput *in = (const ContactInput *)rq->body;
	const char *id = uuid_new(tx->arena);
	Course *c = shape_new(tx->arena, &course__descriptor);
	TRY(course_load(tx, rq, c));
	TRY(check_day(tx, c, in->held_on));
	TRY(tx_exec(tx, sql_contact_insert, rq->body, ARG_TEXT("id", id), ARG_TEXT("course_id", c->id)));
	TRY(tx_tell(tx, &facts[0], id));
	reply->subject = id;
	return view(tx, id, reply);
}

static enum err contact_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->subject, reply);
}

/* --- the table --- */

static const struct rule rules[] = {
	{ "held_on", RULE_REQUIRED },
	{ "held_on", RULE_PAST_DATE },
	{ "kind", RULE_REQUIRED },
	{ "kind", RULE_CODE, "contact-kind" },
	{ "minutes", RULE_REQUIRED },
	{ "minutes", RULE_RANGE, .min = 1, .max = 1440 },
	{ 0 },
};

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };
static const struct listing page = { sql_contact_page, &contact__descriptor, NULL };

static const struct route routes[] = {
	{ "POST", "/api/v1/courses/{id}/contacts", "Enter a contact. Somebody was called, met or visited.",
	  ROLES_OF_COURSES, SCOPE_OWN_CASES, READS_CODES, &contact_input__descriptor, rules,
	  .returns = &contact__descriptor, .subject = &subject_course, .needs = HOLD_WORK, .action = "contact",
	  .write = contact_post, .answer = contact_answer },
	{ "GET", "/api/v1/courses/{id}/contacts", "The contacts of a course, newest first.", ROLES_OF_COURSES,
	  SCOPE_OWN_CASES, READS_CODES, .query = of_page, .returns = &contacts__descriptor, .subject = &subject_course,
	  .needs = HOLD_READ, .list = &page },
};

const struct resource contact_resource = { "Contacts", "Who was called, met or visited.", ROWS(routes), .facts = facts,
	                                       .n_facts = countof(facts) };
