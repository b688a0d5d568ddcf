/* SPDX-License-Identifier: EUPL-1.2 */
/* The intake node of one organisation: its tables. What can be asked over HTTP and by whom, which
 * messages are heard and from whom, and the state that is read once at start. */
#include "intake/intake.h"
#include "sql_intake.h"

static const struct message_row messages[] = {
	{ &referral_message__descriptor, on_referral_message, "intake" },
	{ &referral_state__descriptor, on_referral_state, "intake" },
	{ &course_state__descriptor, on_course_state, "caseload" },
	{ &command_refused__descriptor, on_command_refused, "caseload" },
	{ &measurement_refused__descriptor, on_measurement_refused, "outcomes" },
	{ &measurement_scored__descriptor, on_measurement_scored, "outcomes" },
	{ &measurement_due__descriptor, on_measurement_due, "outcomes", .patient = true },
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

/* --- rules of bodies --- */

#define RULES_OF_CITIZEN                                                                                               \
	{ "citizen.name", RULE_MAX_LENGTH, .max = 200 }, { "citizen.phone", RULE_MAX_LENGTH, .max = 40 },                  \
	    { "citizen.gender", RULE_CODE, "gender" }, { "citizen.birth_year", RULE_RANGE, .min = 1900, .max = 2100 },     \
	    { "citizen.birth_date", RULE_DATE }, { "citizen.languages", RULE_MAX_ITEMS, .max = 20 },                       \
	    { "citizen.languages", RULE_CODE, "language" }, { "citizen.setting", RULE_CODE, "setting" },                   \
	    { "citizen.residence", RULE_CODE, "residence" },                                                               \
	{                                                                                                                  \
		"citizen.occupation", RULE_MAX_LENGTH, .max = 200                                                              \
	}

const struct rule referral_rules[] = {
	{ "programme", RULE_REQUIRED },
	{ "aim", RULE_REQUIRED },
	{ "aim", RULE_CODE, "aim" },
	{ "priority", RULE_CODE, "priority" },
	{ "authored_on", RULE_DATE },
	RULES_OF_CITIZEN,
	{ "reasons", RULE_MAX_ITEMS, .max = 20 },
	{ "reasons", RULE_CODE, "area" },
	{ "note", RULE_MAX_LENGTH, .max = 10000 },
	{ "channel", RULE_CODE, "channel" },
	{ "partner", RULE_CODE, "partner" },
	{ "wishes.languages", RULE_MAX_ITEMS, .max = 20 },
	{ "wishes.languages", RULE_CODE, "language" },
	{ "wishes.gender", RULE_CODE, "gender" },
	{ "wishes.competences", RULE_MAX_ITEMS, .max = 20 },
	{ "wishes.competences", RULE_CODE, "competence" },
	{ "consent.on", RULE_DATE },
};

const size_t n_referral_rules = countof(referral_rules);

static const struct rule enquiry_rules[] = {
	{ "received_on", RULE_REQUIRED },
	{ "received_on", RULE_DATE },
	{ "channel", RULE_REQUIRED },
	{ "channel", RULE_CODE, "channel" },
	{ "partner", RULE_CODE, "partner" },
	{ "gender", RULE_CODE, "gender" },
	{ "age", RULE_RANGE, .min = 1, .max = 120 },
	{ "occupation", RULE_MAX_LENGTH, .max = 200 },
	{ "reasons", RULE_MAX_ITEMS, .max = 20 },
	{ "reasons", RULE_CODE, "area" },
	{ "thoughts_of_change", RULE_CODE, "thoughts-of-change" },
	{ "setting", RULE_CODE, "setting" },
	{ "note", RULE_MAX_LENGTH, .max = 10000 },
};

static const struct rule measurement_rules[] = {
	{ "instrument", RULE_REQUIRED }, { "answers", RULE_REQUIRED }, { "measured_on", RULE_DATE },
	{ "rater", RULE_CODE, "rater" }, { "aim", RULE_CODE, "aim" },
};

static const struct rule close_rules[] = {
	{ "reason", RULE_REQUIRED },
	{ "reason", RULE_CODE, "end-reason" },
	{ "on", RULE_DATE },
};

static const struct rule enrol_rules[] = {
	{ "by", RULE_REQUIRED },
	{ "by", RULE_CODE, "enrol-by" },
	{ "on", RULE_DATE },
};

static const struct rule worker_rules[] = {
	{ "name", RULE_REQUIRED },
	{ "name", RULE_MAX_LENGTH, .max = 200 },
	{ "kind", RULE_REQUIRED },
	{ "kind", RULE_CODE, "worker-kind" },
	{ "programmes", RULE_REQUIRED },
	{ "programmes", RULE_MAX_ITEMS, .max = 20 },
	{ "cap", RULE_RANGE, .min = 1, .max = 1000 },
	{ "languages", RULE_MAX_ITEMS, .max = 20 },
	{ "languages", RULE_CODE, "language" },
	{ "gender", RULE_CODE, "gender" },
	{ "competences", RULE_MAX_ITEMS, .max = 20 },
	{ "competences", RULE_CODE, "competence" },
	{ "active_from", RULE_DATE },
	{ "active_to", RULE_DATE },
};

#define RULES(table) .rules = (table), .n_rules = countof(table)

static const char *const of_page[] = { "limit", "after", NULL };
static const char *const of_referrals[] = { "limit", "after", "state", "programme", NULL };
static const char *const of_courses[] = { "limit", "after", "state", "programme", "worker", NULL };
static const char *const of_workers[] = { "programme", NULL };

/* --- routes --- */

static const struct route routes[] = {
	{ "POST", "/api/v1/referrals", ROLES_THAT_REFER, &referral_input__descriptor, RULES(referral_rules),
	  .write = referral_post, .answer = operation_answer },
	{ "GET", "/api/v1/referrals", ROLES_THAT_REFER, .query = of_referrals, .answer = referral_page },
	{ "GET", "/api/v1/referrals/{id}", ROLES_THAT_REFER, .answer = referral_get },
	{ "GET", "/api/v1/operations/{id}", ROLES_THAT_REFER, .answer = operation_get },
	{ "GET", "/api/v1/courses", ROLES_THAT_REFER, .query = of_courses, .answer = course_page },
	{ "GET", "/api/v1/courses/{id}", ROLES_THAT_REFER, .answer = course_get },
	{ "POST", "/api/v1/courses/{id}/close", ROLES_THAT_REFER, &close_input__descriptor, RULES(close_rules),
	  .write = course_close, .answer = operation_answer },
	{ "POST", "/api/v1/courses/{id}/enrol", ROLES_THAT_REFER, &enrol_input__descriptor, RULES(enrol_rules),
	  .write = course_enrol, .answer = operation_answer },
	{ "POST", "/api/v1/courses/{id}/measurements", ROLES_THAT_REFER, &measurement_input__descriptor,
	  RULES(measurement_rules), .write = measurement_post, .answer = operation_answer },
	{ "GET", "/api/v1/courses/{id}/measurements", ROLES_OF_STAFF | ROLE_SYSTEM, .answer = measurement_list },
	{ "GET", "/api/v1/measurements/{id}", ROLES_OF_STAFF | ROLE_SYSTEM, .answer = measurement_get },
	{ "POST", "/api/v1/enquiries", ROLES_THAT_REFER, &enquiry_input__descriptor, RULES(enquiry_rules),
	  .write = enquiry_post, .answer = enquiry_answer },
	{ "GET", "/api/v1/enquiries", ROLES_THAT_REFER, .query = of_page, .answer = enquiry_page },
	{ "GET", "/api/v1/enquiries/{id}", ROLES_THAT_REFER, .answer = enquiry_get },
	{ "PUT", "/api/v1/workers/{id}", ROLES_THAT_SET_UP, &worker_input__descriptor, RULES(worker_rules),
	  .write = worker_put, .answer = worker_answer },
	{ "GET", "/api/v1/workers/{id}", ROLES_THAT_REFER | ROLES_THAT_SET_UP, .answer = worker_get },
	{ "GET", "/api/v1/workers", ROLES_THAT_REFER | ROLES_THAT_SET_UP, .query = of_workers, .answer = worker_list },
	{ "GET", "/api/v1/programmes", ROLES_THAT_REFER | ROLES_THAT_SET_UP | ROLE_PROJECT_LEAD, .answer = programme_list },
	{ "GET", "/api/v1/instruments", ROLES_THAT_REFER | ROLES_THAT_SET_UP | ROLE_PROJECT_LEAD,
	  .answer = instrument_list },
	{ "POST", "/api/v1/statements", ROLES_OF_STAFF | ROLES_THAT_SET_UP | ROLE_PROJECT_LEAD | ROLE_AUDITOR,
	  .write = statement_post, .answer = statement_post },
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
		.messages = messages,
		.n_messages = countof(messages),
		.routes = routes,
		.n_routes = countof(routes),
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
