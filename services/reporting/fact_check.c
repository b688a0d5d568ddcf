/* SPDX-License-Identifier: EUPL-1.2 */
/* Checking facts against a table of rules before they are stored. What fails here is the sender's
 * mistake and becomes a dead letter; what the database refuses would be tried again for ever. */
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

enum err fact_check(struct tx *tx, const ProtobufCMessage *fact, const struct fact_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct shape_place place;
		if (!shape_find(NULL, fact, rules[i].field, &place))
			return tx_refuse(tx, ERR_MALFORMED, rules[i].field, "the fact has no such field");
		const char *text = *(const char *const *)shape_at(place);
		const char *what = fault(rules[i].kind, text ? text : "");
		if (what)
			return tx_refuse(tx, ERR_MALFORMED, rules[i].field, "%s %s", rules[i].field, what);
	}
	return OK;
}
