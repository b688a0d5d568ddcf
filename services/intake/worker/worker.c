/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers and groups of the organisation: set up here, with their names; caseload hears what it needs
 * to give them citizens, and no name. */
#include <string.h>

#include "intake/worker/worker.h"
#include "sql_intake.h"

#define MAX_ID 40

static void worker_check(struct tx *tx, const struct request *rq)
{
	const struct intake *app = tx->app;
	const WorkerInput *in = (const WorkerInput *)rq->body;
	const char *id = rq->params[0];
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (n < 1 || n > MAX_ID || id[n])
		tx_broken(tx, "id", BROKEN_NOT_A_KEY, SAY_NUMBER("max", MAX_ID));
	for (size_t i = 0; i < in->n_programmes && !broken_is_said(&tx->why, "programmes"); i++) {
		const struct programme *p = programme_by_key(app->programmes, in->programmes[i]);
		if (p && strcmp(p->organisation, app->organisation) != 0)
			tx_broken(tx, arena_printf(tx->arena, "programmes[%zu]", i), BROKEN_OTHER_PROVIDER,
			          SAY_TEXT("programme", p->key), SAY_TEXT("organisation", p->organisation));
	}
}

enum err worker_check_known(struct tx *tx, const struct principal *who, const char *field, const char *id)
{
	Worker *w = shape_new(tx->arena, &worker__descriptor);
	(void)who;
	enum err e = tx_one(tx, sql_worker_by_id, w, NULL, ARG_TEXT("id", id));
	if (e != ERR_NOT_FOUND)
		return e;
	tx_broken(tx, field, BROKEN_WORKER);
	return OK;
}

/* If-Match: changed as it was read, or not at all. */
static enum err check_version(struct tx *tx, const struct request *rq)
{
	Worker *now = shape_new(tx->arena, &worker__descriptor);
	if (!rq->if_match)
		return OK;
	enum err e = tx_one(tx, sql_worker_by_id, now, NULL, ARG_TEXT("id", rq->params[0]));
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (now->version == rq->if_match)
		return OK;
	return tx_refuse(tx, ERR_STALE, "If-Match", "the worker is at version %lld now: read it again",
	                 (long long)now->version);
}

static enum err worker_put(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const WorkerInput *in = (const WorkerInput *)rq->body;
	const struct intake *app = tx->app;
	const char *id = rq->params[0];
	Worker *saved = shape_new(tx->arena, &worker__descriptor);
	WorkerState m = WORKER_STATE__INIT;
	WorkerInput nameless = *in;
	TRY(check_version(tx, rq));
	tx->wrote = true;
	TRY(tx_one(tx, sql_worker_save, saved, rq->body, ARG_TEXT("id", id)));
	nameless.name = "";
	nameless.n_leaders = 0; /* who leads whom is no business of caseload */
	m.worker_id = id;
	m.version = saved->version;
	m.worker = &nameless;
	TRY(tx_emit(tx, app->caseload, id, &m.base));
	reply->status = saved->version == 1 ? 201 : 200;
	reply->location = arena_printf(tx->arena, "/api/v1/workers/%s", id);
	reply->subject = id;
	reply->version = saved->version;
	reply->body = &saved->base;
	return OK;
}

static enum err worker_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	Worker *w = shape_new(tx->arena, &worker__descriptor);
	enum err found = tx_one(tx, sql_worker_by_id, w, NULL, ARG_TEXT("id", rq->params[0]));
	if (found == ERR_NOT_FOUND)
		return tx_refuse(tx, ERR_NOT_FOUND, "id", "this node knows no worker with this id");
	TRY(found);
	reply->body = &w->base;
	reply->version = w->version;
	return OK;
}

static enum err worker_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	reply->location = arena_printf(tx->arena, "/api/v1/workers/%s", rq->params[0]);
	return worker_get(tx, rq, reply);
}

/* --- the table --- */

#define MOST_OF_A_PAGE 500

static const struct listing page = { sql_worker_page, &worker__descriptor, .key = "id", .limit = MOST_OF_A_PAGE };

static const struct parameter of_page[] = {
	{ "limit", PARAMETER_NUMBER, "So many at most; default 500.", .min = 1, .max = MOST_OF_A_PAGE },
	{ "after", PARAMETER_TEXT, "`next` of the page before.", .max = MAX_ID },
	{ "programme", PARAMETER_KNOWN, "Only those who take citizens in this programme.", .codes = "programme" },
	{ 0 },
};

static const struct parameter of_one[] = {
	{ "id", PARAMETER_TEXT, "Short id of the worker or group, as cti-1: a-z, 0-9 and -.", .max = 40 },
	{ 0 },
};

static const struct rule worker_rules[] = {
	{ "name", RULE_REQUIRED },
	{ "name", RULE_MAX_LENGTH, .max = 200 },
	{ "kind", RULE_REQUIRED },
	{ "kind", RULE_CODE, "worker-kind" },
	{ "programmes", RULE_REQUIRED },
	{ "programmes", RULE_MAX_ITEMS, .max = 20 },
	{ "programmes", RULE_KNOWN, "programme" },
	{ "cap", RULE_RANGE, .min = 1, .max = 1000 },
	{ "languages", RULE_MAX_ITEMS, .max = 20 },
	{ "languages", RULE_CODE, "language" },
	{ "gender", RULE_CODE, "gender" },
	{ "competences", RULE_MAX_ITEMS, .max = 20 },
	{ "competences", RULE_CODE, "competence" },
	{ "active_from", RULE_DATE },
	{ "active_to", RULE_DATE },
	{ "leaders", RULE_MAX_ITEMS, .max = 20 },
	{ "leaders", RULE_KNOWN, "worker" },
	{ 0 },
};

static const struct route routes[] = {
	{ "PUT", "/api/v1/workers/{id}",
	  "Set up or change a worker or a group. Caseload hears of it, without the name, and offers free places to those "
	  "who "
	  "wait.",
	  ROLES_THAT_SET_UP, SCOPE_NOBODYS, READS_NOTHING, &worker_input__descriptor, worker_rules, .check = worker_check,
	  .params = of_one, .returns = &worker__descriptor, .write = worker_put, .answer = worker_answer },
	{ "GET", "/api/v1/workers/{id}", "One worker or group.", ROLES_OF_ALL, SCOPE_NOBODYS, READS_NOTHING,
	  .params = of_one, .returns = &worker__descriptor, .answer = worker_get },
	{ "GET", "/api/v1/workers", "Workers and groups, by id.", ROLES_OF_ALL, SCOPE_NOBODYS, READS_NOTHING,
	  .query = of_page, .returns = &workers__descriptor, .list = &page },
};

const struct resource worker_resource = { "Workers", "Who takes citizens.", ROWS(routes) };
