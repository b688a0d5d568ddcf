/* SPDX-License-Identifier: EUPL-1.2 */
/* Break-glass: in need, somebody opens a case that is not hers, by exact words or the id, with a reason. She may read
 * it for an hour, of the real clock; then it closes by itself. The lead is told, and says that she has seen it. */

#include "base/uuid.h"
#include "intake/authority/authority.h"
#include "intake/citizen/citizen.h"
#include "sql_intake.h"

static const CitizenSearch nothing = CITIZEN_SEARCH__INIT;

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	BreakGlass *b = shape_new(tx->arena, &break_glass__descriptor);
	enum err found = uuid_is_valid(id) ? tx_one(tx, sql_break_glass_by_id, b, NULL, ARG_TEXT("id", id)) : ERR_NOT_FOUND;
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "no glass was broken under this id");
	TRY(found);
	reply->body = &b->base;
	return OK;
}

/* The one citizen who is meant. */
static enum err find(struct tx *tx, const struct request *rq, const BreakGlassInput *in, struct found *ret)
{
	struct found *found;
	struct db_rows rows;
	size_t n;
	if (*in->citizen_id) {
		if (!uuid_is_valid(in->citizen_id))
			return tx_refuse(tx, ERR_VALUE, "citizenId", "must be the id of a citizen");
		TRY(db_rows(tx->db, tx->arena, sql_break_glass_citizen, &rows, NULL, ARG_TEXT("id", in->citizen_id),
		            ARGS_OF_VIEW(&rq->view)));
		if (!rows.n)
			return tx_refuse(tx, ERR_VALUE, "citizenId", "this node knows no citizen with this id");
		*ret = (struct found){ rows.cells[0], rows.cells[1] ? rows.cells[1] : "" };
		return OK;
	}
	TRY(citizen_find_exactly(tx, rq, in->find ? in->find : &nothing, &found, &n));
	if (n == 1) {
		*ret = found[0];
		return OK;
	}
	return tx_refuse(tx, n ? ERR_CONFLICT : ERR_VALUE, "find",
	                 n ? "several citizens are known by these words: say the CPR number"
	                   : "nobody is known here by these words");
}

static enum err break_glass_post(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const BreakGlassInput *in = (const BreakGlassInput *)rq->body;
	struct found citizen = { .id = "", .why = "" };
	const char *id = uuid_new(tx->arena);
	reply->searched = in->find ? citizen_searched(tx->arena, in->find) : NULL;
	TRY(find(tx, rq, in, &citizen));
	if (*citizen.why)
		return tx_refuse(tx, ERR_CONFLICT, "find", "this is one of your cases already: nothing has to be broken");
	TRY(tx_exec(tx, sql_break_glass_insert, NULL, ARG_TEXT("id", id), ARG_TEXT("citizen_id", citizen.id),
	            ARG_TEXT("who", tx->who), ARG_TEXT("role", role_name(rq->principal.role)),
	            ARG_TEXT("reason", in->reason)));
	reply->status = 201;
	reply->location = arena_printf(tx->arena, "/api/v1/break-glass/%s", id);
	reply->subject = id;
	return view(tx, id, reply);
}

static enum err break_glass_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	reply->status = 201;
	reply->location = arena_printf(tx->arena, "/api/v1/break-glass/%s", rq->subject);
	return view(tx, rq->subject, reply);
}

static enum err break_glass_see(struct tx *tx, const struct request *rq, struct reply *reply)
{
	TRY(view(tx, rq->params[0], reply));
	TRY(tx_exec(tx, sql_break_glass_see, NULL, ARG_TEXT("id", rq->params[0])));
	reply->subject = rq->params[0];
	return view(tx, rq->params[0], reply);
}

static enum err break_glass_seen(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->params[0], reply);
}

/* --- the table --- */

static const struct rule rules[] = {
	{ "reason", RULE_REQUIRED },
	{ "reason", RULE_MAX_LENGTH, .max = 1000 },
	{ "find.text", RULE_MAX_LENGTH, .max = 200 },
	{ "find.cpr", RULE_MAX_LENGTH, .max = 11 },
	{ "find.phone", RULE_MAX_LENGTH, .max = 40 },
	{ "find.name", RULE_MAX_LENGTH, .max = 200 },
	{ "find.birth_year", RULE_RANGE, .min = 1900, .max = 2100 },
	{ 0 },
};

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };
static const struct listing page = { sql_break_glass_page, &break_glass__descriptor, NULL };

static const struct route routes[] = {
	{ "POST", "/api/v1/break-glass",
	  "Open a case that is not yours, in need. With a reason, for an hour, to read. The lead is told.",
	  ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_BROBYGGER | ROLE_CULTURAL_MEDIATOR, SCOPE_OWN_CASES, READS_CODES,
	  &break_glass_input__descriptor, rules, .returns = &break_glass__descriptor, .write = break_glass_post,
	  .answer = break_glass_answer },
	{ "GET", "/api/v1/break-glass", "Cases that were opened in need, newest first.", ROLE_LEAD, SCOPE_ORGANISATION,
	  READS_CODES, .query = of_page, .returns = &break_glasses__descriptor, .list = &page },
	{ "GET", "/api/v1/break-glass/{id}", "A case that was opened in need.", ROLE_LEAD, SCOPE_ORGANISATION, READS_CODES,
	  .returns = &break_glass__descriptor, .answer = break_glass_seen },
	{ "POST", "/api/v1/break-glass/{id}/seen", "The lead has seen that a case was opened in need.", ROLE_LEAD,
	  SCOPE_ORGANISATION, READS_CODES, .returns = &break_glass__descriptor, .statuses = { 200 },
	  .write = break_glass_see, .answer = break_glass_seen },
};

const struct resource break_glass_resource = { "Break-glass", "Cases opened in need.", ROWS(routes) };
