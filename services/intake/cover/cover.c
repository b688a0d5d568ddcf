/* SPDX-License-Identifier: EUPL-1.2 */
/* Cover (vikar): somebody else sees and serves a worker's citizens from one day to another, and no case moves. Access
 * ends by itself: authority asks for the day. */
#include "intake/intake.h"

#include <string.h>

#include "base/uuid.h"
#include "sql_intake.h"

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	Cover *c = shape_new(tx->arena, &cover__descriptor);
	TRY(tx_one(tx, sql_cover_by_id, c, NULL, ARG_TEXT("id", id)));
	reply->body = &c->base;
	reply->status = 201;
	return OK;
}

static enum err check_worker(struct tx *tx, const char *field, const char *id)
{
	Worker *w = shape_new(tx->arena, &worker__descriptor);
	enum err e = tx_one(tx, sql_worker_by_id, w, NULL, ARG_TEXT("id", id));
	return e == ERR_NOT_FOUND ? tx_refuse(tx, ERR_VALUE, field, "there is no such worker; see /api/v1/workers") : e;
}

static enum err cover_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const CoverInput *in = (const CoverInput *)rq->body;
	const char *id = uuid_new(tx->arena);
	if (strcmp(in->worker, in->covered_by) == 0)
		return tx_refuse(tx, ERR_VALUE, "coveredBy", "must be somebody else than the worker");
	if (date_or_none(in->to).days < date_or_none(in->from).days)
		return tx_refuse(tx, ERR_VALUE, "to", "must not be before the first day, %s", in->from);
	TRY(check_worker(tx, "worker", in->worker));
	TRY(check_worker(tx, "coveredBy", in->covered_by));
	TRY(tx_exec(tx, sql_cover_insert, rq->body, ARG_TEXT("id", id)));
	reply->subject = id;
	return view(tx, id, reply);
}

static enum err cover_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->subject, reply);
}

/* --- the table --- */

static const struct rule rules[] = {
	{ "worker", RULE_REQUIRED },
	{ "covered_by", RULE_REQUIRED },
	{ "from", RULE_REQUIRED },
	{ "from", RULE_DATE },
	{ "to", RULE_REQUIRED },
	{ "to", RULE_DATE },
	{ 0 },
};

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };
static const struct listing page = { sql_cover_page, &cover__descriptor, NULL };

static const struct route routes[] = {
	{ "POST", "/api/v1/covers",
	  "Let somebody cover for a worker. From one day to another, both included, she sees and serves the worker's "
	  "citizens; "
	  "no case moves.",
	  ROLE_LEAD, SCOPE_NOBODYS, READS_NOTHING, &cover_input__descriptor, rules, .returns = &cover__descriptor,
	  .write = cover_post, .answer = cover_answer },
	{ "GET", "/api/v1/covers", "Who covers for whom, newest first.", ROLE_LEAD | ROLE_WORKER | ROLE_GROUP_LEADER,
	  SCOPE_NOBODYS, READS_NOTHING, .query = of_page, .returns = &covers__descriptor, .list = &page },
};

const struct resource cover_resource = { "Covers", "Who covers for whom.", ROWS(routes) };
