/* SPDX-License-Identifier: EUPL-1.2 */
/* Caseload: programmes, workers, groups, capacity, waiting lists, courses and their dates, by
 * pseudonym. Its tables. */
#include "caseload/caseload.h"
#include "sql_caseload.h"

static const struct message_row messages[] = {
	{ &course_request__descriptor, on_course_request, "intake" },
	{ &course_command__descriptor, on_course_command, "intake" },
	{ &worker_state__descriptor, on_worker_state, "intake" },
	{ &measurement_scored__descriptor, on_measurement_scored, "outcomes" },
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
	app->outcomes = outcomes->name;
	app->reporting = reporting->name;
	TRY(instruments_load(a, arena_printf(a, "%s/instruments", vocab), &app->instruments, why));
	TRY(programmes_load(a, arena_printf(a, "%s/programmes", vocab), app->instruments, &app->programmes, why));
	*ret_app = app;
	return OK;
}

int main(int argc, char **argv)
{
	static const struct service caseload = {
		.name = "caseload",
		.statements = &sql_set_caseload,
		.migrations = &migrations_caseload,
		.messages = messages,
		.n_messages = countof(messages),
		.start = start,
	};
	return daemon_main(argc, argv, &caseload);
}
