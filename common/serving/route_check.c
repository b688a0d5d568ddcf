/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks a request against its route before anything is touched: query parameters, media type, the shape of the JSON
 * body, the rules of its fields, and what the route itself has to say of them. All that is broken is refused at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "serving/internal.h"

/* --- query --- */

struct query_check {
	struct call *call;
	struct tx *tx;
};

/* Digits, with a minus sign or without. */
static bool is_number(const char *text)
{
	text += *text == '-';
	return *text && !text[strspn(text, "0123456789")];
}

static void check_value(const struct query_check *q, const struct parameter *p, const char *value)
{
	switch (p->kind) {
	case PARAMETER_ID:
		if (!uuid_is_valid(value))
			tx_broken(q->tx, p->name, BROKEN_NOT_AN_ID);
		break;
	case PARAMETER_CODE:
		rule_check_code(q->tx, p->name, p->codes, value);
		break;
	case PARAMETER_DATE:
		rule_check_date(q->tx, p->name, DATE_NONE, value);
		break;
	case PARAMETER_NUMBER:
		if (is_number(value))
			rule_check_range(q->tx, p->name, p->min, p->max, strtoll(value, NULL, 10));
		else
			tx_broken(q->tx, p->name, BROKEN_NOT_NUMBER, SAY_TEXT("type", "number"));
		break;
	case PARAMETER_TEXT:
		if (!*value)
			tx_broken(q->tx, p->name, BROKEN_EMPTY);
		rule_check_length(q->tx, p->name, p->max, value);
		break;
	case PARAMETER_KNOWN:
		rule_check_known(q->tx, &q->call->rq.principal, p->name, p->codes, value);
		break;
	}
}

static bool check_parameter(void *ctx, const char *name, const char *value)
{
	struct query_check *q = ctx;
	const struct parameter *p = q->call->route->query;
	while (p && p->name && strcmp(p->name, name) != 0)
		p++;
	if (!p || !p->name)
		tx_broken(q->tx, arena_strdup(q->tx->arena, name), BROKEN_UNKNOWN_PARAMETER);
	else if (http_query(q->call->http, name) == value)
		check_value(q, p, value);
	else
		tx_broken(q->tx, p->name, BROKEN_REPEATED);
	return true;
}

static enum err check_query(struct call *c, struct tx *tx)
{
	struct query_check q = { .call = c, .tx = tx };
	http_each_query(c->http, check_parameter, &q);
	for (const struct parameter *p = c->route->query; p && p->name; p++)
		if (p->required && !http_query(c->http, p->name))
			tx_broken(tx, p->name, BROKEN_REQUIRED);
	if (tx->why.broken)
		tx->why.err = ERR_QUERY;
	return tx->why.err;
}

/* --- body --- */

static enum err check_body(struct call *c, struct tx *tx)
{
	const char *type = http_header(c->http, "Content-Type");
	ProtobufCMessage *body;
	size_t len = strlen("application/json");
	if (type && (strncasecmp(type, "application/json", len) != 0 || (type[len] && !strchr("; \t", type[len]))))
		return refuse(&tx->why, ERR_MEDIA, "Content-Type", "send the body as application/json");
	TRY(shape_read_json(tx->arena, c->route->body, c->http->body, c->http->body_len, &body, &tx->why));
	c->rq.body = body;
	enum err e = rules_check(tx, &c->rq.principal, body, c->route->rules);
	if (e != OK && !tx->why.broken)
		return e;
	if (c->route->check)
		c->route->check(tx, &c->rq);
	return tx->why.err;
}

enum err route_check(const struct api *api, struct call *c)
{
	struct tx tx = tx_make(api->engine, api->engine->reading, c->http->arena);
	enum err e = check_query(c, &tx);
	if (e == OK && c->route->body)
		e = check_body(c, &tx);
	c->why = tx.why;
	return e;
}
