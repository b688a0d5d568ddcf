/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens as this organisation knows them. One's own cases are found by a part of a name; all others only by exact
 * words, and then nothing is told but whom to ask. Corrections keep what was there. Must never show a
 * protected address, except at the address of its own where it is asked for. */
#include "intake/citizen/citizen.h"

#include <string.h>

#include "intake/authority/authority.h"
#include "sql_intake.h"
#include "vocab/cpr.h"

#define MOST_FOUND 20

static const Citizen nobody = CITIZEN__INIT;

/* --- find --- */

const char *citizen_searched(struct arena *a, const CitizenSearch *s)
{
	struct buffer out = buffer_in(a);
	shape_to_json(&out, &s->base);
	return out.data;
}

static bool is_exact(const CitizenSearch *s)
{
	return *s->cpr || *s->phone || (*s->name && s->birth_year);
}

enum err citizen_find_exactly(struct tx *tx, const struct request *rq, const CitizenSearch *s, struct found **ret,
                              size_t *ret_n)
{
	struct cpr cpr;
	struct db_rows rows;
	if (!is_exact(s))
		return tx_refuse(tx, ERR_MISSING, "",
		                 "must say a whole CPR number, a telephone number, or a whole name and the "
		                 "year of birth");
	if (*s->cpr && (!cpr_parse(s->cpr, &cpr) || cpr.replacement))
		return tx_refuse(tx, ERR_VALUE, "cpr", "must be a CPR number, ddmmyy-ssss, and no replacement number");
	TRY(db_rows(tx->db, tx->arena, sql_citizen_exactly, &rows, NULL, ARG_TEXT("cpr", *s->cpr ? cpr.digits : ""),
	            ARG_TEXT("phone", s->phone), ARG_TEXT("name", s->birth_year ? s->name : ""),
	            ARG_INT("birth_year", s->birth_year), ARGS_OF_VIEW(&rq->view)));
	*ret = ARENA_ARRAY(tx->arena, struct found, rows.n);
	*ret_n = rows.n;
	for (size_t i = 0; i < rows.n; i++)
		(*ret)[i] = (struct found){ rows.cells[2 * i], rows.cells[2 * i + 1] ? rows.cells[2 * i + 1] : "" };
	return OK;
}

/* Of people who are none of one's cases only one thing is told: who works with them. */
static enum err add_known_here(struct tx *tx, const struct found *found, size_t n, CitizensFound *out)
{
	struct buffer ids = buffer_in(tx->arena);
	struct db_rows rows;
	for (size_t i = 0; i < n; i++)
		if (!*found[i].why)
			buffer_printf(&ids, "%s%s", ids.len ? "," : "{", found[i].id);
	if (!ids.len)
		return OK;
	buffer_puts(&ids, "}");
	out->known_here = shape_new(tx->arena, &known_here__descriptor);
	TRY(db_rows(tx->db, tx->arena, sql_citizen_workers, &rows, NULL, ARG_TEXT("ids", ids.data)));
	out->known_here->n_ask = rows.n;
	out->known_here->ask = rows.cells;
	return OK;
}

static enum err find_exactly(struct tx *tx, const struct request *rq, const CitizenSearch *s, CitizensFound *out,
                             struct reply *reply)
{
	struct found *found;
	size_t n;
	TRY(citizen_find_exactly(tx, rq, s, &found, &n));
	out->items = ARENA_ARRAY(tx->arena, CitizenRecord *, n);
	reply->citizens = (const char **)ARENA_ARRAY(tx->arena, char *, n);
	for (size_t i = 0; i < n; i++) {
		reply->citizens[reply->n_citizens++] = found[i].id;
		if (!*found[i].why)
			continue;
		CitizenRecord *record = out->items[out->n_items++] = shape_new(tx->arena, &citizen_record__descriptor);
		TRY(tx_one(tx, sql_citizen_by_id, record, NULL, ARG_TEXT("id", found[i].id)));
		record->why = found[i].why;
	}
	return add_known_here(tx, found, n, out);
}

static enum err find_own(struct tx *tx, const struct request *rq, const CitizenSearch *s, CitizensFound *out)
{
	TRY(tx_all(tx, sql_citizen_own, &citizen_record__descriptor, &out->items, &out->n_items, NULL,
	           ARG_TEXT("text", s->text), ARG_INT("limit", MOST_FOUND + 1), ARGS_OF_VIEW(&rq->view)));
	out->more = out->n_items > MOST_FOUND;
	if (out->more)
		out->n_items = MOST_FOUND;
	return OK;
}

static enum err citizen_search(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const CitizenSearch *s = (const CitizenSearch *)rq->body;
	CitizensFound *out = shape_new(tx->arena, &citizens_found__descriptor);
	reply->searched = citizen_searched(tx->arena, s);
	reply->body = &out->base;
	return *s->text && !is_exact(s) ? find_own(tx, rq, s, out) : find_exactly(tx, rq, s, out, reply);
}

/* --- read --- */

static enum err view(struct tx *tx, const char *id, struct reply *reply)
{
	CitizenRecord *record = shape_new(tx->arena, &citizen_record__descriptor);
	TRY(tx_one(tx, sql_citizen_by_id, record, NULL, ARG_TEXT("id", id)));
	reply->body = &record->base;
	reply->version = record->version;
	return OK;
}

static enum err citizen_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	TRY(view(tx, rq->params[0], reply));
	((CitizenRecord *)reply->body)->why = rq->seen.why;
	return OK;
}

static enum err citizen_address(struct tx *tx, const struct request *rq, struct reply *reply)
{
	CitizenAddress *out = shape_new(tx->arena, &citizen_address__descriptor);
	TRY(tx_one(tx, sql_citizen_address, out, NULL, ARG_TEXT("id", rq->params[0])));
	reply->body = &out->base;
	return OK;
}

/* --- correct --- */

static enum err check_version(struct tx *tx, const struct request *rq)
{
	CitizenRecord *now = shape_new(tx->arena, &citizen_record__descriptor);
	if (!rq->if_match)
		return tx_refuse(tx, ERR_HEADER, "If-Match",
		                 "send the ETag of the citizen as you read her, so that nobody's "
		                 "correction is lost");
	TRY(tx_one(tx, sql_citizen_by_id, now, NULL, ARG_TEXT("id", rq->params[0])));
	if (now->version == rq->if_match)
		return OK;
	return tx_refuse(tx, ERR_STALE, "If-Match", "the citizen is at version %lld now: read her again",
	                 (long long)now->version);
}

/* A number is one person's. A replacement number is nobody's, and is not kept. */
static enum err check_cpr(struct tx *tx, const char *id, Citizen *citizen, struct reply *reply)
{
	struct cpr cpr;
	struct db_rows rows;
	if (!*citizen->cpr || !cpr_parse(citizen->cpr, &cpr))
		return OK;
	citizen->cpr = cpr.replacement ? "" : arena_strdup(tx->arena, cpr.digits);
	TRY(db_rows(tx->db, tx->arena, sql_citizen_of_cpr, &rows, NULL, ARG_TEXT("cpr", citizen->cpr), ARG_TEXT("id", id)));
	if (!rows.n)
		return OK;
	CitizenSearch search = CITIZEN_SEARCH__INIT; /* the refusal tells that the number is known: that is a look */
	search.cpr = citizen->cpr;
	reply->searched = citizen_searched(tx->arena, &search);
	return tx_refuse(tx, ERR_CONFLICT, "citizen.cpr", "another citizen who is known here has this number");
}

static void citizen_put_check(struct tx *tx, const struct request *rq)
{
	const CitizenInput *in = (const CitizenInput *)rq->body;
	citizen_check(tx, in->citizen ? in->citizen : &nobody, tx->today);
}

static enum err citizen_put(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const CitizenInput *in = (const CitizenInput *)rq->body;
	const char *id = rq->params[0];
	Citizen citizen = in->citizen ? *in->citizen : nobody;
	CitizenRecord *saved = shape_new(tx->arena, &citizen_record__descriptor);
	TRY(check_version(tx, rq));
	TRY(check_cpr(tx, id, &citizen, reply));
	tx->wrote = true;
	TRY(tx_one(tx, sql_citizen_correct, saved, &citizen.base, ARG_TEXT("id", id), ARG_TEXT("address", in->address),
	           ARG_BOOL("protected_address", in->protected_address), ARG_TEXT("entered_by", tx->who)));
	reply->subject = id;
	return view(tx, id, reply);
}

static enum err citizen_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	return view(tx, rq->subject, reply);
}

/* --- the table --- */

static const struct rule search_rules[] = {
	{ "text", RULE_MAX_LENGTH, .max = 200 },
	{ "cpr", RULE_MAX_LENGTH, .max = 11 },
	{ "phone", RULE_MAX_LENGTH, .max = 40 },
	{ "name", RULE_MAX_LENGTH, .max = 200 },
	{ "birth_year", RULE_RANGE, .min = 1900, .max = 2100 },
	{ 0 },
};

static const struct rule citizen_rules[] = {
	{ "citizen", RULE_REQUIRED },
	RULES_OF_CITIZEN,
	{ "address", RULE_MAX_LENGTH, .max = 400 },
	{ 0 },
};

static const struct parameter of_page[] = { PARAMETERS_OF_A_PAGE, { 0 } };
static const struct listing changes = { sql_citizen_changes, &citizen_change__descriptor, NULL };

#define PEOPLE (ROLES_OF_CASES & ~(unsigned)ROLE_SYSTEM)

static const struct route routes[] = {
	{ "POST", "/api/v1/citizen-search",
	  "Find a citizen. In your own cases by a part of the name or the last digits of the telephone number. Anybody "
	  "else "
	  "only by a whole CPR number, a telephone number, or a whole name and the year of birth: then the answer says "
	  "whom "
	  "to ask, and no more. What was searched for is in the log of use.",
	  PEOPLE, SCOPE_OWN_CASES, READS_PERSON, &citizen_search__descriptor, search_rules,
	  .returns = &citizens_found__descriptor, .statuses = { 200 }, .answer = citizen_search },
	{ "GET", "/api/v1/citizens/{id}", "One citizen. A protected address is masked.", ROLES_OF_CASES, SCOPE_OWN_CASES,
	  READS_PERSON, .returns = &citizen_record__descriptor, .subject = &subject_citizen, .answer = citizen_get },
	{ "GET", "/api/v1/citizens/{id}/address", "The address of a citizen, also a protected one.", PEOPLE,
	  SCOPE_OWN_CASES, READS_PERSON, .returns = &citizen_address__descriptor, .subject = &subject_citizen,
	  .needs = HOLD_READ, .action = "address", .answer = citizen_address },
	{ "PUT", "/api/v1/citizens/{id}",
	  "Correct what is known of a citizen. As a whole: what is not said is taken away. What was there before is kept "
	  "as "
	  "history.",
	  PEOPLE, SCOPE_OWN_CASES, READS_PERSON, &citizen_input__descriptor, citizen_rules, .check = citizen_put_check,
	  .returns = &citizen_record__descriptor, .statuses = { 200 }, .subject = &subject_citizen, .needs = HOLD_WORK,
	  .action = "correct", .write = citizen_put, .answer = citizen_answer },
	{ "GET", "/api/v1/citizens/{id}/changes", "Corrections of what is known of a citizen, newest first.", PEOPLE,
	  SCOPE_OWN_CASES, READS_PERSON, .query = of_page, .returns = &citizen_changes__descriptor,
	  .subject = &subject_citizen, .needs = HOLD_READ, .list = &changes },
};

const struct resource citizen_resource = { "Citizens", "Whom this organisation helps.", ROWS(routes) };
