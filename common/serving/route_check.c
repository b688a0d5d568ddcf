/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks a request against its route before anything is touched: query parameters, media type, the
 * shape of the JSON body, then the rules of its fields. Each refusal names the field and the rule. */
#include <string.h>

#include "serving/internal.h"

/* --- query --- */

struct query_check {
	struct call *call;
	enum err err;
};

static bool check_parameter(void *ctx, const char *name, const char *value)
{
	struct query_check *q = ctx;
	const char *rule = "there is no such query parameter here; see /api/v1/openapi.json";
	for (const struct parameter *allowed = q->call->route->query; allowed && allowed->name; allowed++)
		if (strcmp(allowed->name, name) == 0)
			rule = http_query(q->call->http, name) == value ? NULL : "a query parameter must stand once only";
	if (rule)
		q->err = refuse(&q->call->why, ERR_QUERY, arena_strdup(q->call->http->arena, name), rule);
	return !rule;
}

static enum err check_query(struct call *c)
{
	struct query_check q = { .call = c, .err = OK };
	http_each_query(c->http, check_parameter, &q);
	return q.err;
}

static enum err check_body(struct call *c)
{
	const char *type = http_header(c->http, "Content-Type");
	ProtobufCMessage *body;
	size_t len = strlen("application/json");
	if (type && (strncasecmp(type, "application/json", len) != 0 || (type[len] && !strchr("; \t", type[len]))))
		return refuse(&c->why, ERR_MEDIA, "Content-Type", "send the body as application/json");
	TRY(shape_from_json(c->http->arena, c->route->body, c->http->body, c->http->body_len, &body, &c->why));
	c->rq.body = body;
	return rules_check(c->http->arena, body, c->route->rules, &c->why);
}

enum err route_check(struct call *c)
{
	TRY(check_query(c));
	return c->route->body ? check_body(c) : OK;
}
