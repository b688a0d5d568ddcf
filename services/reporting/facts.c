/* SPDX-License-Identifier: EUPL-1.2 */
/* What other daemons tell becomes rows: a fact is checked by the rules of its kind and put by its statement, and there
 * is no other way into the tables of facts. What breaks a rule is the sender's mistake and becomes a dead letter; what
 * the database refuses would be tried again for ever. Must never believe whose fact it is from what the message claims.
 */
#include "base/uuid.h"
#include "reporting/reporting.h"

static bool is_date(const char *text)
{
	struct date unused;
	return date_parse(text, &unused);
}

static const char *fault(enum fact_kind kind, const char *text)
{
	switch (kind) {
	case FACT_ID:
		return uuid_is_valid(text) ? NULL : "is not an id";
	case FACT_TEXT:
		return *text ? NULL : "is missing";
	case FACT_DATE:
		return is_date(text) ? NULL : "is not a date";
	case FACT_DATE_IF_SAID:
		return !*text || is_date(text) ? NULL : "is not a date";
	}
	return "has no rule";
}

static enum err check(struct tx *tx, const ProtobufCMessage *message, const struct fact_rule *rule)
{
	struct shape_slot slot;
	if (!shape_find(NULL, message, rule->field, &slot))
		return tx_refuse(tx, ERR_MALFORMED, rule->field, "the fact has no such field");
	const char *text = *(const char *const *)shape_at(slot);
	const char *what = fault(rule->kind, text ? text : "");
	return what ? tx_refuse(tx, ERR_MALFORMED, rule->field, "%s %s", rule->field, what) : OK;
}

static enum err check_each(struct tx *tx, const ProtobufCMessage *fact, const struct fact_rule *rule)
{
	struct shape_slot slot;
	if (!shape_find(NULL, fact, rule->list, &slot))
		return tx_refuse(tx, ERR_MALFORMED, rule->list, "the fact has no such list");
	for (size_t i = 0; i < shape_count(slot); i++)
		TRY(check(tx, (*(ProtobufCMessage ***)shape_at(slot))[i], rule));
	return OK;
}

static enum err check_all(struct tx *tx, const ProtobufCMessage *fact, const struct fact_rule *rules)
{
	for (const struct fact_rule *rule = rules; rule->field; rule++)
		TRY(rule->list ? check_each(tx, fact, rule) : check(tx, fact, rule));
	return OK;
}

enum err on_fact(struct tx *tx, const ProtobufCMessage *message)
{
	const struct fact *fact = tx->row->of;
	const struct registry_node *sender = registry_by_name(tx->registry, tx->sender);
	TRY(check_all(tx, message, fact->rules));
	if (!sender)
		return tx_refuse(tx, ERR_MALFORMED, "", "the sender is not in the registry");
	return tx_exec(tx, fact->put, message, ARG_TEXT("sender_organisation", sender->organisation));
}
