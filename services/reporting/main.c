/* SPDX-License-Identifier: EUPL-1.2 */
/* The reporting service: its tables of messages and routes, and how it knows who asks. It has no
 * accounts: it believes attestations of the registry's intake nodes. It must never publish what a
 * user may not see, and never writes but what a message tells. */
#include "membership/attestation.h"
#include "messages.pb-c.h"
#include "report.pb-c.h"
#include "reporting/reporting.h"
#include "sql_reporting.h"

#include <time.h>

/* --- what it hears: free text (CourseState.reason) is never stored --- */

static const struct fact_rule course_rules[] = {
	{ NULL, "course_id", FACT_ID },
	{ NULL, "programme", FACT_TEXT },
	{ NULL, "organisation", FACT_TEXT },
	{ NULL, "state", FACT_TEXT },
	{ NULL, "requested_on", FACT_DATE_IF_SAID },
	{ NULL, "waiting_since", FACT_DATE_IF_SAID },
	{ NULL, "offered_on", FACT_DATE_IF_SAID },
	{ NULL, "enrolled_on", FACT_DATE_IF_SAID },
	{ NULL, "planned_end", FACT_DATE_IF_SAID },
	{ NULL, "closed_on", FACT_DATE_IF_SAID },
	{ 0 },
};

#define RULES_OF_DUE                                                                                                   \
	{ "due", "instrument", FACT_TEXT }, { "due", "due_on", FACT_DATE },                                                \
	{                                                                                                                  \
		"due", "kind", FACT_TEXT                                                                                       \
	}

static const struct fact_rule measurement_rules[] = {
	{ NULL, "measurement_id", FACT_ID },
	{ NULL, "course_id", FACT_ID },
	{ NULL, "instrument", FACT_TEXT },
	{ NULL, "measured_on", FACT_DATE },
	RULES_OF_DUE,
	{ 0 },
};

static const struct fact_rule due_rules[] = { { NULL, "course_id", FACT_ID }, RULES_OF_DUE, { 0 } };

static const struct fact_rule enquiry_rules[] = {
	{ NULL, "enquiry_id", FACT_ID },
	{ NULL, "received_on", FACT_DATE },
	{ NULL, "channel", FACT_TEXT },
	{ 0 },
};

static const struct fact_rule contact_rules[] = {
	{ NULL, "contact_id", FACT_ID },
	{ NULL, "course_id", FACT_ID },
	{ NULL, "held_on", FACT_DATE },
	{ NULL, "kind", FACT_TEXT },
	{ 0 },
};

/* Nobody waits for a fact. */
#define FACT(type_, from_, ...)                                                                                        \
	{                                                                                                                  \
		.type = &type_##__descriptor, .handle = on_fact, .from = from_, .patient = true, .of = &(const struct fact)    \
		{                                                                                                              \
			__VA_ARGS__                                                                                                \
		}                                                                                                              \
	}

static const struct message_row facts[] = {
	FACT(course_state, "caseload", course_rules, sql_course_fact_put),
	FACT(measurement_scored, "outcomes", measurement_rules, sql_measurement_fact_put),
	FACT(measurement_due, "outcomes", due_rules, sql_course_due_put),
	FACT(enquiry_fact, "intake", enquiry_rules, sql_enquiry_fact_put),
	FACT(contact_fact, "intake", contact_rules, sql_contact_fact_put),
};

static const struct snapshot_row snapshots[] = {
	{ .to = "caseload", .page = snapshot_course },
	{ .to = "outcomes", .page = snapshot_due },
	{ .to = "intake", .page = snapshot_enquiry },
};

/* --- what it answers --- */

#define READERS (ROLE_LEAD | ROLE_COORDINATOR | ROLE_PROJECT_LEAD)

#define OF_ORGANISATION                                                                                                \
	{                                                                                                                  \
		"organisation", PARAMETER_KNOWN,                                                                               \
		    "Code of the provider; default all for the project lead of the hosting organisation, else the own.",       \
		    .codes = "organisation"                                                                                    \
	}

static const struct parameter of_status[] = {
	{ "on", PARAMETER_DATE, "The day at whose end it stood so; default today. What happens on a day belongs to it." },
	OF_ORGANISATION,
	{ "programme", PARAMETER_KNOWN, "Key of a programme; default all.", .codes = "programme" },
	{ 0 },
};

static const struct parameter of_enquiries[] = {
	{ "from", PARAMETER_DATE, "First day.", .required = true },
	{ "to", PARAMETER_DATE, "Last day.", .required = true },
	{ "by", PARAMETER_CODE,
	  "A new period begins with each calendar `month`, `quarter` or `year`; default `total`: none does.",
	  .codes = "period" },
	{ "cuts", PARAMETER_TEXT,
	  "Days on which a new period begins as well, with commas between them; each after `from`, not after `to`. At most "
	  "240 periods in all.",
	  .max = 2000 },
	OF_ORGANISATION,
	{ 0 },
};

static const struct route routes[] = {
	{ "GET", "/api/v1/reports/status", "How many courses stood where at the end of a day.", READERS, SCOPE_NOBODYS,
	  READS_NOTHING, .query = of_status, .returns = &status_report__descriptor, .media = "text/csv",
	  .answer = status_answer },
	{ "GET", "/api/v1/reports/enquiries", "Enquiries by channel and period.", READERS, SCOPE_NOBODYS, READS_NOTHING,
	  .query = of_enquiries, .returns = &enquiry_report__descriptor, .media = "text/csv", .answer = enquiries_answer },
};

static const struct resource reports = { "Reports", "Operational figures, exact, for authorised staff.", ROWS(routes),
	                                     ROWS(facts) };
static const struct resource *const resources[] = { &reports, NULL };

static const struct known_row known[] = {
	{ "organisation", answer_check_organisation },
	{ "programme", answer_check_programme },
	{ 0 },
};

static enum err start(struct daemon *d, void **ret_app, const char **why)
{
	struct arena *a = daemon_arena(d);
	struct reporting *app = ARENA_NEW(a, struct reporting);
	app->host = arena_strdup(a, registry_by_name(daemon_registry(d), daemon_node(d))->organisation);
	TRY(programmes_load(a, arena_printf(a, "%s/common/vocab/programmes", daemon_setting(d, "share")), NULL,
	                    &app->programmes, why));
	*ret_app = app;
	return OK;
}

/* Security goes by the real clock, never by the domain clock. */
static enum err authenticate(struct tx *tx, const char *token, struct principal *ret)
{
	struct attestation who;
	TRY(attestation_verify(tx->arena, tx->registry, token, time(NULL), &who, &tx->why));
	unsigned role = role_of(who.role);
	if (!role || (role & (ROLE_ANYONE | ROLE_SYSTEM)))
		return tx_refuse(tx, ERR_BAD_TOKEN, "", "The statement names a role that people do not have here.");
	*ret = (struct principal){
		.id = arena_printf(tx->arena, "%s/%s", who.node, who.user),
		.who = arena_printf(tx->arena, "%s/%s", who.node, who.user),
		.name = who.user,
		.organisation = who.organisation,
		.worker = "",
		.role = role,
	};
	return OK;
}

static const struct service service = {
	.name = "reporting",
	.statements = &sql_set_reporting,
	.migrations = &migrations_reporting,
	.says =
	    "Operational figures, exact, for authorised staff. The bearer token is a statement of an intake node about one "
	    "of its users, for at most 12 hours: it is made by POST /api/v1/statements there.",
	.resources = resources,
	.known = known,
	.snapshots = snapshots,
	.n_snapshots = countof(snapshots),
	.recovers = facts, /* whoever tells one: by its version it is what it was */
	.n_recovers = countof(facts),
	.start = start,
	.authenticate = authenticate,
};

int main(int argc, char **argv)
{
	return daemon_main(argc, argv, &service);
}
