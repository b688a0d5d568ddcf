/* SPDX-License-Identifier: EUPL-1.2 */
/* The intake node of one organisation: puts its resources together, and reads once at start what they share. */
#include "intake/account/account.h"
#include "intake/citizen/citizen.h"
#include "intake/course/course.h"
#include "intake/definition/definition.h"
#include "intake/enquiry/enquiry.h"
#include "intake/measurement/measurement.h"
#include "intake/operation/operation.h"
#include "intake/recovery/recovery.h"
#include "intake/referral/referral.h"
#include "intake/worker/worker.h"
#include "sql_intake.h"

static const struct resource *const resources[] = {
#define ROW(name) &name##_resource,
	INTAKE_RESOURCES(ROW)
#undef ROW
	    NULL,
};

static const struct known_row known[] = {
	{ "programme", definition_check_programme },
	{ "instrument", definition_check_instrument },
	{ "municipality", definition_check_municipality },
	{ "worker", worker_check_known },
	{ 0 },
};

static const struct snapshot_row snapshots[] = {
	{ "caseload", snapshot_worker },   { "caseload", snapshot_course },
	{ "caseload", snapshot_request },  { "outcomes", snapshot_measurement_known },
	{ "outcomes", snapshot_due },      { "outcomes", snapshot_answers },
	{ "reporting", snapshot_enquiry }, { "intake", snapshot_referral },
};

static const struct message_row recovers[] = {
	{ &worker_state__descriptor, recover_worker, "caseload" },
	{ &enquiry_fact__descriptor, recover_enquiry, "reporting" },
	{ &course_known__descriptor, recover_course, "caseload" },
	{ &referral_known__descriptor, recover_referral, "intake" },
	{ &measurement_known__descriptor, recover_measurement, "outcomes" },
	{ &measurement_due__descriptor, on_measurement_due, "outcomes" },
};

static enum err load_definitions(struct arena *a, const char *share, struct intake *app, const char **why)
{
	const char *vocab = arena_printf(a, "%s/common/vocab", share);
	TRY(instruments_load(a, arena_printf(a, "%s/instruments", vocab), &app->instruments, why));
	TRY(programmes_load(a, arena_printf(a, "%s/programmes", vocab), app->instruments, &app->programmes, why));
	return municipalities_load(a, arena_printf(a, "%s/municipalities.csv", vocab), &app->municipalities, why);
}

static enum err name_of_role(struct arena *a, const struct registry *r, const char *role, const char **ret,
                             const char **why)
{
	const struct registry_node *node = registry_by_role(r, role);
	*why = "the registry must have a node of each of the roles caseload, outcomes and reporting";
	if (!node)
		return ERR_CONFIG;
	*ret = arena_strdup(a, node->name);
	return OK;
}

static enum err start(struct daemon *d, void **ret_app, const char **why)
{
	struct arena *a = daemon_arena(d);
	struct intake *app = ARENA_NEW(a, struct intake);
	const struct registry *registry = daemon_registry(d);
	app->keys = daemon_keys(d);
	app->node = daemon_node(d);
	app->organisation = arena_strdup(a, registry_by_name(registry, app->node)->organisation);
	TRY(name_of_role(a, registry, "caseload", &app->caseload, why));
	TRY(name_of_role(a, registry, "outcomes", &app->outcomes, why));
	TRY(name_of_role(a, registry, "reporting", &app->reporting, why));
	TRY(load_definitions(a, daemon_setting(d, "share"), app, why));
	app->for_caseload = pseudonym_key(app->keys->pseudonym, app->caseload, "citizen");
	app->for_reporting = pseudonym_key(app->keys->pseudonym, app->reporting, "enquiry");
	*ret_app = app;
	return OK;
}

int main(int argc, char **argv)
{
	static const struct service intake = {
		.name = "intake",
		.statements = &sql_set_intake,
		.migrations = &migrations_intake,
		.says = "The node of one organisation: enquiries, referrals, courses, measurements.",
		.resources = resources,
		.known = known,
		.snapshots = snapshots,
		.n_snapshots = countof(snapshots),
		.recovers = recovers,
		.n_recovers = countof(recovers),
		.recovered = intake_recovered,
		.start = start,
		.authenticate = account_authenticate,
	};
	return daemon_main(argc, argv, &intake);
}
