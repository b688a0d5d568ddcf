/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks a request against its route before anything is touched: query parameters, media type, the
 * shape of the JSON body, then the rules of its fields. Each refusal names the field and the rule. */
#include <string.h>

#include "daemon/internal.h"
#include "vocab/code.h"

/* --- query --- */

struct query_check {
	struct call *call;
	enum err err;
};

static bool check_parameter(void *ctx, const char *name, const char *value)
{
	struct query_check *q = ctx;
	const char *rule = "there is no such query parameter here; see /api/v1/openapi.json";
	for (const char *const *allowed = q->call->route->query; allowed && *allowed; allowed++)
		if (strcmp(*allowed, name) == 0)
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

/* --- rules --- */

struct check {
	struct arena *arena;
	struct refusal *why;
	const struct rule *rule;
	const char *field; /* as the client wrote it */
};

static enum err must(const struct check *k, enum err e, const char *rule)
{
	return refuse(k->why, e, k->field, rule);
}

static enum err check_code(const struct check *k, const char *value)
{
	if (code_find(k->rule->codes, value))
		return OK;
	struct buffer known = buffer_in(k->arena);
	const struct code_list *list = code_list(k->rule->codes);
	for (size_t i = 0; i < list->n; i++)
		buffer_printf(&known, "%s%s", i ? ", " : "", list->codes[i].code);
	return must(k, ERR_VALUE, arena_printf(k->arena, "must be one of: %s", known.data));
}

static enum err check_text(const struct check *k, const char *value)
{
	struct date date;
	switch (k->rule->kind) {
	case RULE_DATE:
		return date_parse(value, &date) ? OK : must(k, ERR_VALUE, "must be a date that exists, as YYYY-MM-DD");
	case RULE_CODE:
		return check_code(k, value);
	case RULE_MAX_LENGTH:
		if ((int64_t)strlen(value) <= k->rule->max)
			return OK;
		return must(k, ERR_VALUE, arena_printf(k->arena, "must be at most %lld bytes", (long long)k->rule->max));
	default:
		return OK;
	}
}

static enum err check_list(const struct check *k, struct shape_place place)
{
	size_t n = *(size_t *)((char *)place.holder + place.field->quantifier_offset);
	if (k->rule->kind == RULE_MAX_ITEMS && (int64_t)n > k->rule->max)
		return must(k, ERR_VALUE, arena_printf(k->arena, "must have at most %lld items", (long long)k->rule->max));
	if (place.field->type != PROTOBUF_C_TYPE_STRING)
		return OK;
	char **items = *(char ***)shape_at(place);
	for (size_t i = 0; i < n; i++) {
		struct check item = *k;
		item.field = arena_printf(k->arena, "%s[%zu]", k->field, i);
		TRY(check_text(&item, items[i]));
	}
	return OK;
}

static enum err check_number(const struct check *k, struct shape_place place)
{
	if (k->rule->kind != RULE_RANGE)
		return OK;
	int64_t value =
	    place.field->type == PROTOBUF_C_TYPE_INT64 ? *(int64_t *)shape_at(place) : *(int32_t *)shape_at(place);
	if (value >= k->rule->min && value <= k->rule->max)
		return OK;
	return must(k, ERR_VALUE,
	            arena_printf(k->arena, "must be from %lld to %lld", (long long)k->rule->min, (long long)k->rule->max));
}

static enum err check_rule(struct call *c, const struct rule *rule)
{
	struct shape_place place;
	struct check k = { .arena = c->http->arena, .why = &c->why, .rule = rule };
	k.field = shape_json_name(k.arena, rule->field);
	bool said = shape_find(NULL, c->rq.body, rule->field, &place) && shape_is_set(place);
	if (!said)
		return rule->kind == RULE_REQUIRED ? must(&k, ERR_MISSING, "must be given") : OK;
	if (place.field->label == PROTOBUF_C_LABEL_REPEATED)
		return check_list(&k, place);
	if (place.field->type == PROTOBUF_C_TYPE_STRING)
		return check_text(&k, *(const char **)shape_at(place));
	if (place.field->type == PROTOBUF_C_TYPE_INT32 || place.field->type == PROTOBUF_C_TYPE_INT64)
		return check_number(&k, place);
	return OK;
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
	for (size_t i = 0; i < c->route->n_rules; i++)
		TRY(check_rule(c, &c->route->rules[i]));
	return OK;
}

enum err route_check(struct call *c)
{
	TRY(check_query(c));
	return c->route->body ? check_body(c) : OK;
}
