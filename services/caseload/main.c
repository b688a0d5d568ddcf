/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of caseload, which knows programmes, workers, groups, capacity, waiting lists, and courses with their
 * dates, by pseudonym. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

static const struct message_row messages[] = {
	{ &course_request__descriptor, on_course_request, "intake" },
	{ &course_command__descriptor, on_course_command, "intake" },
	{ &worker_state__descriptor, on_worker_state, "intake" },
	{ &measurement_scored__descriptor, on_measurement_scored, "outcomes" },
};

static const struct fact_row facts[] = { { "reporting", &course_told } };

static const struct resource courses = {
	"Courses",      "Places, waiting lists, courses.", .messages = messages, .n_messages = countof(messages),
	.facts = facts, .n_facts = countof(facts)
};
static const struct resource *const resources[] = { &courses, NULL };

static const struct snapshot_row snapshots[] = {
	{ "intake", snapshot_worker },
	{ "intake", snapshot_course_known },
	{ "outcomes", snapshot_course },
	{ "reporting", snapshot_course },
};

static const struct message_row recovers[] = {
	{ &worker_state__descriptor, recover_worker, "intake" },
	{ &course_known__descriptor, recover_course, "intake" },
	{ &course_state__descriptor, recover_state, "reporting" },
	{ &course_state__descriptor, recover_state, "outcomes" },
	{ &measurement_scored__descriptor, recover_scored, "outcomes" },
	{ &course_request__descriptor, recover_request, "intake" },
};

static enum err start(struct daemon *d, void **ret_app, const char **why)
{
	struct arena *a = daemon_arena(d);
	struct caseload *app = ARENA_NEW(a, struct caseload);
	const struct registry_node *outcomes = registry_by_role(daemon_registry(d), "outcomes");
	const struct registry_node *reporting = registry_by_role(daemon_registry(d), "reporting");
	const char *vocab = arena_printf(a, "%s/common/vocab", daemon_setting(d, "share"));
	*why = "the registry must have a node of each of the roles outcomes and reporting";
	if (!outcomes || !reporting)
		return ERR_CONFIG;
	app->outcomes = arena_strdup(a, outcomes->name);
	app->reporting = arena_strdup(a, reporting->name);
	TRY(instruments_load(a, arena_printf(a, "%s/instruments", vocab), &app->instruments, why));
	TRY(programmes_load(a, arena_printf(a, "%s/programmes", vocab), app->instruments, &app->programmes, why));
	*ret_app = app;
	return OK;
}

int main(int argc, char **argv)
{
	static const struct service caseload = {
		.name = "caseload",
		.says = "Places, waiting lists and courses, by pseudonym. It takes and tells messages, and answers over HTTP "
		        "about itself only.",
		.statements = &sql_set_caseload,
		.migrations = &migrations_caseload,
		.resources = resources,
		.snapshots = snapshots,
		.n_snapshots = countof(snapshots),
		.recovers = recovers,
		.n_recovers = countof(recovers),
		.recovered = caseload_recovered,
		.start = start,
	};
	return daemon_main(argc, argv, &caseload);
}
