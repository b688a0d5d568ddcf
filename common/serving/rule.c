/* SPDX-License-Identifier: EUPL-1.2 */
/* Field rules: what must be given, dates, codes, ranges, lengths. One table serves a body that came over HTTP
 * and the same shape that came from another organisation. Each refusal names the field and the rule. Pure. */
#include <string.h>

#include "serving/route.h"
#include "vocab/code.h"

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
		enum err e = check_text(k, items[i]);
		if (e == OK)
			continue;
		k->why->field = arena_printf(k->arena, "%s[%zu]", k->field, i);
		return e;
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

static enum err check_rule(struct arena *a, const ProtobufCMessage *message, const struct rule *rule,
                           struct refusal *why)
{
	struct shape_place place;
	struct check k = { .arena = a, .why = why, .rule = rule };
	bool said = shape_find(NULL, message, rule->field, &place) && shape_is_set(place);
	if (!said && rule->kind != RULE_REQUIRED)
		return OK;
	k.field = shape_json_name(a, rule->field);
	if (!said)
		return must(&k, ERR_MISSING, "must be given");
	if (place.field->label == PROTOBUF_C_LABEL_REPEATED)
		return check_list(&k, place);
	if (place.field->type == PROTOBUF_C_TYPE_STRING)
		return check_text(&k, *(const char **)shape_at(place));
	if (place.field->type == PROTOBUF_C_TYPE_INT32 || place.field->type == PROTOBUF_C_TYPE_INT64)
		return check_number(&k, place);
	return OK;
}

enum err rules_check(struct arena *a, const ProtobufCMessage *message, const struct rule *rules, struct refusal *why)
{
	for (const struct rule *rule = rules; rule && rule->field; rule++)
		TRY(check_rule(a, message, rule, why));
	return OK;
}
