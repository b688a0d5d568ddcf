/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of outcomes, which knows instruments, answers, scores, change, and what is due, by course. */
#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

static const struct message_row messages[] = {
	{ &course_state__descriptor, on_course_state, "caseload", .patient = true },
	{ &measurement_answers__descriptor, on_measurement_answers, "intake" },
};

static const struct fact_row facts[] = { { "reporting", &measurement_told }, { "reporting", &due_told } };

static const struct resource measurements = { "Measurements",       "Answers, scores, what is due.",
	                                          .messages = messages, .n_messages = countof(messages),
	                                          .facts = facts,       .n_facts = countof(facts) };
static const struct resource *const resources[] = { &measurements, NULL };

static const struct snapshot_row snapshots[] = {
	{ "intake", snapshot_measurement_known }, { "intake", snapshot_due_of_node }, { "caseload", snapshot_course },
	{ "caseload", snapshot_scored_of_open },  { "reporting", snapshot_scored },   { "reporting", snapshot_due },
};

static const struct message_row recovers[] = {
	{ &course_state__descriptor, recover_course, "caseload" },
	{ &measurement_known__descriptor, recover_measurement, "intake" },
	{ &measurement_due__descriptor, recover_due, "intake" },
	{ &measurement_due__descriptor, recover_due, "reporting" },
	{ &measurement_answers__descriptor, recover_answers, "intake" },
};

static enum err start(struct daemon *d, void **ret_app, const char **why)
{
	struct arena *a = daemon_arena(d);
	struct outcomes *app = ARENA_NEW(a, struct outcomes);
	const struct registry_node *caseload = registry_by_role(daemon_registry(d), "caseload");
	const struct registry_node *reporting = registry_by_role(daemon_registry(d), "reporting");
	const char *vocab = arena_printf(a, "%s/common/vocab", daemon_setting(d, "share"));
	*why = "the registry must have a node of each of the roles caseload and reporting";
	if (!caseload || !reporting)
		return ERR_CONFIG;
	app->caseload = arena_strdup(a, caseload->name);
	app->reporting = arena_strdup(a, reporting->name);
	TRY(instruments_load(a, arena_printf(a, "%s/instruments", vocab), &app->instruments, why));
	TRY(programmes_load(a, arena_printf(a, "%s/programmes", vocab), app->instruments, &app->programmes, why));
	*ret_app = app;
	return OK;
}

int main(int argc, char **argv)
{
	static const struct service outcomes = {
		.name = "outcomes",
		.says = "Answers, scores, change and what is due, by pseudonym. It takes and tells messages, and answers over "
		        "HTTP about itself only.",
		.statements = &sql_set_outcomes,
		.migrations = &migrations_outcomes,
		.resources = resources,
		.snapshots = snapshots,
		.n_snapshots = countof(snapshots),
		.recovers = recovers,
		.n_recovers = countof(recovers),
		.recovered = outcomes_recovered,
		.start = start,
	};
	return daemon_main(argc, argv, &outcomes);
}
