/* SPDX-License-Identifier: EUPL-1.2 */
/* Field rules: what must be given, dates, codes, ranges, lengths. One table serves a body that came over HTTP
 * and the same shape that came from another organisation. All that are broken are noted, each with its field. */
#include <string.h>

#include "base/control.h"
#include "serving/internal.h"
#include "vocab/code.h"

struct check {
	struct tx *tx;
	const struct principal *who;
	const struct rule *rule;
	const char *field; /* by its JSON path */
};

void rule_check_code(struct tx *tx, const char *field, const char *list, const char *value)
{
	if (code_find(list, value) || broken_is_said(&tx->why, field))
		return;
	const struct code_list *codes = code_list(list);
	const char **known = ARENA_ARRAY(tx->arena, const char *, codes->n);
	for (size_t i = 0; i < codes->n; i++)
		known[i] = codes->codes[i].code;
	tx_broken(tx, field, BROKEN_UNKNOWN_CODE, SAY_LIST("known", known, codes->n));
}

void rule_check_known(struct tx *tx, const struct principal *who, const char *field, const char *name,
                      const char *value)
{
	const struct known_row *k = ((const struct api *)tx->engine->serving)->served.known;
	while (strcmp(k->name, name) != 0)
		k++;
	enum err e = broken_is_said(&tx->why, field) ? OK : k->check(tx, who, field, value);
	if (e != OK && tx->why.err == OK)
		(void)refuse(&tx->why, e, field, err_text(e)); /* it could not be asked */
}

void rule_check_length(struct tx *tx, const char *field, int64_t max, const char *value)
{
	if ((int64_t)shape_characters(value) > max)
		tx_broken(tx, field, BROKEN_TOO_LONG, SAY_NUMBER("max", max));
}

void rule_check_range(struct tx *tx, const char *field, int64_t min, int64_t max, int64_t value)
{
	if (value < min || value > max)
		tx_broken(tx, field, BROKEN_OUT_OF_RANGE, SAY_NUMBER("from", min), SAY_NUMBER("to", max));
}

void rule_check_date(struct tx *tx, const char *field, struct date latest, const char *value)
{
	struct date date;
	if (!date_parse(value, &date))
		tx_broken(tx, field, BROKEN_NOT_A_DATE);
	else if (!date_is_none(latest) && date.days > latest.days)
		tx_broken(tx, field, BROKEN_IN_THE_FUTURE);
}

/* Whether there is nothing to read in it. */
static bool is_blank(const char *text)
{
	while (*text == ' ' || control_at(text))
		text += *text == ' ' ? 1 : control_at(text);
	return !*text;
}

static void check_text(const struct check *k, const char *field, const char *value)
{
	switch (k->rule->kind) {
	case RULE_REQUIRED:
		if (is_blank(value))
			tx_broken(k->tx, field, BROKEN_REQUIRED);
		break;
	case RULE_DATE:
		rule_check_date(k->tx, field, DATE_NONE, value);
		break;
	case RULE_PAST_DATE:
		rule_check_date(k->tx, field, k->tx->latest, value);
		break;
	case RULE_CODE:
		rule_check_code(k->tx, field, k->rule->codes, value);
		break;
	case RULE_KNOWN:
		rule_check_known(k->tx, k->who, field, k->rule->codes, value);
		break;
	case RULE_MAX_LENGTH:
		rule_check_length(k->tx, field, k->rule->max, value);
		break;
	default:
		break;
	}
}

static void check_list(const struct check *k, struct shape_slot slot)
{
	size_t n = shape_count(slot);
	if (k->rule->kind == RULE_MAX_ITEMS && (int64_t)n > k->rule->max)
		tx_broken(k->tx, k->field, BROKEN_TOO_MANY_ITEMS, SAY_NUMBER("max", k->rule->max));
	bool of_items = k->rule->kind != RULE_REQUIRED && k->rule->kind != RULE_MAX_ITEMS;
	if (slot.field->type != PROTOBUF_C_TYPE_STRING || !of_items || broken_is_said(&k->tx->why, k->field))
		return;
	char **items = *(char ***)shape_at(slot);
	for (size_t i = 0; i < n; i++)
		check_text(k, arena_printf(k->tx->arena, "%s[%zu]", k->field, i), items[i]);
}

static void check_number(const struct check *k, struct shape_slot slot)
{
	int64_t value = slot.field->type == PROTOBUF_C_TYPE_INT64 ? *(int64_t *)shape_at(slot) : *(int32_t *)shape_at(slot);
	if (k->rule->kind == RULE_RANGE)
		rule_check_range(k->tx, k->field, k->rule->min, k->rule->max, value);
}

static void check_rule(struct check *k, const ProtobufCMessage *message)
{
	struct shape_slot slot;
	bool said = shape_find(NULL, message, k->rule->field, &slot) && shape_is_set(slot);
	if (!said && k->rule->kind != RULE_REQUIRED)
		return;
	k->field = shape_json_name(k->tx->arena, k->rule->field);
	if (!said)
		tx_broken(k->tx, k->field, BROKEN_REQUIRED);
	else if (slot.field->label == PROTOBUF_C_LABEL_REPEATED)
		check_list(k, slot);
	else if (slot.field->type == PROTOBUF_C_TYPE_STRING)
		check_text(k, k->field, *(const char **)shape_at(slot));
	else if (slot.field->type == PROTOBUF_C_TYPE_INT32 || slot.field->type == PROTOBUF_C_TYPE_INT64)
		check_number(k, slot);
}

enum err rules_check(struct tx *tx, const struct principal *who, const ProtobufCMessage *message,
                     const struct rule *rules)
{
	struct check k = { .tx = tx, .who = who };
	for (k.rule = rules; k.rule && k.rule->field; k.rule++)
		check_rule(&k, message);
	return tx->why.err;
}
