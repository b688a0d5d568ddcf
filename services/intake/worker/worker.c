/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers and groups of the organisation: set up here, with their names; caseload hears what it needs
 * to give them citizens, and no name. */
#include <string.h>

#include "intake/worker/worker.h"
#include "sql_intake.h"

static enum err check_id(struct tx *tx, const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (n < 1 || n > 40 || id[n])
		return tx_refuse(tx, ERR_VALUE, "id", "must be 1 to 40 of a-z, 0-9 and -");
	return OK;
}

static enum err check_programmes(struct tx *tx, const WorkerInput *in)
{
	const struct intake *app = tx->app;
	for (size_t i = 0; i < in->n_programmes; i++) {
		const struct programme *p = programme_by_key(app->programmes, in->programmes[i]);
		const char *field = arena_printf(tx->arena, "programmes[%zu]", i);
		if (!p)
			return tx_refuse(tx, ERR_VALUE, field, "there is no such programme; see /api/v1/programmes");
		if (strcmp(p->organisation, app->organisation) != 0)
			return tx_refuse(tx, ERR_VALUE, field, "%s is provided by %s", p->key, p->organisation);
	}
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
	TRY(check_id(tx, id));
	TRY(check_programmes(tx, in));
	TRY(check_version(tx, rq));
	tx->wrote = true;
	TRY(tx_one(tx, sql_worker_save, saved, rq->body, ARG_TEXT("id", id)));
	nameless.name = "";
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

static enum err worker_list(struct tx *tx, const struct request *rq, struct reply *reply)
{
	Workers *list = shape_new(tx->arena, &workers__descriptor);
	TRY(tx_all(tx, sql_worker_all, &worker__descriptor, &list->items, &list->n_items, NULL,
	           ARG_TEXT("programme", http_query(rq->http, "programme"))));
	reply->body = &list->base;
	return OK;
}

/* --- the table --- */

static const struct parameter of_list[] = {
	{ "programme", PARAMETER_TEXT, "Only those who take citizens in this programme.", .max = 64 },
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
	{ "cap", RULE_RANGE, .min = 1, .max = 1000 },
	{ "languages", RULE_MAX_ITEMS, .max = 20 },
	{ "languages", RULE_CODE, "language" },
	{ "gender", RULE_CODE, "gender" },
	{ "competences", RULE_MAX_ITEMS, .max = 20 },
	{ "competences", RULE_CODE, "competence" },
	{ "active_from", RULE_DATE },
	{ "active_to", RULE_DATE },
	{ 0 },
};

static const struct route routes[] = {
	{ "PUT", "/api/v1/workers/{id}",
	  "Set up or change a worker or a group. Caseload hears of it, without the name, and offers free places to those "
	  "who "
	  "wait.",
	  ROLES_THAT_SET_UP, SCOPE_NOBODYS, READS_NOTHING, &worker_input__descriptor, worker_rules, .params = of_one,
	  .returns = &worker__descriptor, .write = worker_put, .answer = worker_answer },
	{ "GET", "/api/v1/workers/{id}", "One worker or group.", ROLES_THAT_REFER | ROLES_THAT_SET_UP, SCOPE_NOBODYS,
	  READS_NOTHING, .params = of_one, .returns = &worker__descriptor, .answer = worker_get },
	{ "GET", "/api/v1/workers", "Workers and groups.", ROLES_THAT_REFER | ROLES_THAT_SET_UP, SCOPE_NOBODYS,
	  READS_NOTHING, .query = of_list, .returns = &workers__descriptor, .answer = worker_list },
};

const struct resource worker_resource = { "Workers", "Who takes citizens.", ROWS(routes) };
