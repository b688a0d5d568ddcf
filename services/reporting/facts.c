/* SPDX-License-Identifier: EUPL-1.2 */
/* What other daemons tell becomes rows, by version: older news change nothing, and the order between
 * senders does not matter. Free text of a message (CourseState.reason) is never stored. */
#include "messages.pb-c.h"
#include "reporting/reporting.h"
#include "sql_reporting.h"

static const struct fact_rule course_rules[] = {
	{ "course_id", FACT_ID },
	{ "programme", FACT_TEXT },
	{ "organisation", FACT_TEXT },
	{ "state", FACT_TEXT },
	{ "requested_on", FACT_DATE_IF_SAID },
	{ "waiting_since", FACT_DATE_IF_SAID },
	{ "offered_on", FACT_DATE_IF_SAID },
	{ "enrolled_on", FACT_DATE_IF_SAID },
	{ "planned_end", FACT_DATE_IF_SAID },
	{ "closed_on", FACT_DATE_IF_SAID },
};
static const struct fact_rule measurement_rules[] = {
	{ "measurement_id", FACT_ID },
	{ "course_id", FACT_ID },
	{ "instrument", FACT_TEXT },
	{ "measured_on", FACT_DATE },
};
static const struct fact_rule due_list_rules[] = { { "course_id", FACT_ID } };
static const struct fact_rule due_rules[] = {
	{ "instrument", FACT_TEXT },
	{ "due_on", FACT_DATE },
	{ "kind", FACT_TEXT },
};
static const struct fact_rule enquiry_rules[] = {
	{ "enquiry_id", FACT_ID },
	{ "received_on", FACT_DATE },
	{ "channel", FACT_TEXT },
};

enum err on_course_state(struct tx *tx, const ProtobufCMessage *message)
{
	TRY(fact_check(tx, message, course_rules, countof(course_rules)));
	return tx_exec(tx, sql_course_fact_put, message);
}

static enum err check_due(struct tx *tx, Due *const *due, size_t n)
{
	for (size_t i = 0; i < n; i++)
		TRY(fact_check(tx, &due[i]->base, due_rules, countof(due_rules)));
	return OK;
}

enum err on_measurement_scored(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementScored *m = (const MeasurementScored *)message;
	TRY(fact_check(tx, message, measurement_rules, countof(measurement_rules)));
	TRY(check_due(tx, m->due, m->n_due));
	TRY(tx_exec(tx, sql_measurement_fact_put, message));
	for (size_t i = 0; i < m->n_scores; i++)
		TRY(tx_exec(tx, sql_score_fact_put, &m->scores[i]->base, ARG_TEXT("measurement_id", m->measurement_id)));
	return tx_exec(tx, sql_course_due_put, message, ARG_INT("version", m->due_version));
}

enum err on_measurement_due(struct tx *tx, const ProtobufCMessage *message)
{
	const MeasurementDue *m = (const MeasurementDue *)message;
	TRY(fact_check(tx, message, due_list_rules, countof(due_list_rules)));
	TRY(check_due(tx, m->due, m->n_due));
	return tx_exec(tx, sql_course_due_put, message);
}

/* Whose enquiry it was is what the registry says of the sender, not what a message could claim. */
enum err on_enquiry_fact(struct tx *tx, const ProtobufCMessage *message)
{
	const struct registry_node *sender = registry_by_name(tx->registry, tx->sender);
	TRY(fact_check(tx, message, enquiry_rules, countof(enquiry_rules)));
	if (!sender)
		return tx_refuse(tx, ERR_MALFORMED, "", "the sender is not in the registry");
	return tx_exec(tx, sql_enquiry_fact_put, message, ARG_TEXT("organisation", sender->organisation));
}
