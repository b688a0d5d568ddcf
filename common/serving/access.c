/* SPDX-License-Identifier: EUPL-1.2 */
/* What somebody may do here, and who did what: read from the table of routes, and from the log of use. */
#include <sodium.h>
#include <string.h>

#include "access.pb-c.h"
#include "engine/engine.h"
#include "serving/audit.h"
#include "serving/internal.h"
#include "sql_serving.h"

/* --- me --- */

static const char *scope_name(enum scope scope)
{
	static const char *const names[] = {
		[SCOPE_NOBODYS] = "nobodys", [SCOPE_OWN_CASES] = "own-cases", [SCOPE_ORGANISATION] = "organisation"
	};
	return names[scope];
}

static Permission *permission_of(struct arena *a, const struct route *r)
{
	Permission *p = shape_new(a, &permission__descriptor);
	p->method = r->method;
	p->path = r->path;
	p->scope = scope_name(r->scope);
	p->action = r->action ? r->action : "";
	return p;
}

static enum err me_get(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct api *api = tx->engine->serving;
	const struct principal *who = &rq->principal;
	const struct route *route;
	Me *me = shape_new(tx->arena, &me__descriptor);
	size_t n = 0;
	while (served_route(&api->served, n))
		n++;
	me->who = who->who;
	me->name = who->name;
	me->role = role_name(who->role);
	me->organisation = who->organisation;
	me->worker = who->worker;
	me->may = ARENA_ARRAY(tx->arena, Permission *, n);
	for (size_t i = 0; (route = served_route(&api->served, i)); i++)
		if (route->roles & who->role)
			me->may[me->n_may++] = permission_of(tx->arena, route);
	reply->body = &me->base;
	return OK;
}

/* --- the log of use --- */

static void unseal(struct tx *tx, ProtobufCMessage *row)
{
	AuditEntry *e = (AuditEntry *)row;
	size_t len = strlen(e->searched);
	unsigned char *sealed = arena_alloc(tx->arena, len + 1);
	if (len && sodium_base642bin(sealed, len, e->searched, len, "\n", &len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0)
		e->searched = audit_unseal(tx->engine->audit, tx->arena, sealed, len);
}

static const struct listing log_of_use = { sql_audit_page, &audit_entry__descriptor, unseal };

static const struct parameter of_log[] = {
	PARAMETERS_OF_A_PAGE,
	{ "by", PARAMETER_TEXT, "Only what this person or system did.", .max = 200 },
	{ "citizen", PARAMETER_TEXT, "Only what is about this citizen, by id.", .max = 36 },
	{ "outcome", PARAMETER_CODE, "Only what ended so.", .codes = "use-outcome" },
	{ 0 },
};

static const struct route routes[] = {
	{ "GET", "/api/v1/me", "Who you are, and what you may do here.", ROLES_OF_ALL, SCOPE_NOBODYS, READS_NOTHING,
	  .returns = &me__descriptor, .answer = me_get },
	{ "GET", "/api/v1/audit", "The log of use, newest first. Ids only: no name of a citizen, and nothing of a case.",
	  ROLE_AUDITOR, SCOPE_NOBODYS, READS_CODES, .query = of_log, .returns = &audit_entries__descriptor,
	  .list = &log_of_use },
};

const struct resource access_resource = { "Access", "Who may do what, and who did what.", ROWS(routes) };
