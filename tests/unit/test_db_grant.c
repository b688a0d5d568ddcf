/* SPDX-License-Identifier: EUPL-1.2 */
/* What the owner of a database does for the role of a daemon, each time it starts. What is refused, and in which words,
 * is held by tests/service/test_database_roles.py, which may change roles. */
#include "db_world.h"

STATEMENT(thing_add, false, "insert into thing (id) values ('a')");
STATEMENT(thing_change, false, "update thing set id = 'b'");
STATEMENT(journal_add, false, "insert into journal (id) values ('a')");
STATEMENT(journal_change, false, "update journal set id = 'b'");

static const struct sql *const statements[] = { thing_add, thing_change, journal_add, journal_change };
static const struct sql_set set = { .statements = statements, .n = countof(statements) };

static const struct migration steps[] = {
	{ .number = 1, .name = "thing", .text = "create table thing (id text)" },
	{ .number = 2, .name = "journal", .text = "create table journal (id text)" },
};
static const char *const append_only[] = { "journal", "not there yet" };

/* As a daemon of a program with so many steps does. */
static enum err grant(struct world *w, unsigned n_steps, const char **why)
{
	const struct migrations m = { .component = "grant", .steps = steps, .n = n_steps };
	const struct migrations *const list[] = { &m };
	const struct db_owner owner = { .conninfo = world_conninfo(),
		                            .migrations = list,
		                            .n_migrations = 1,
		                            .append_only = append_only,
		                            .n_append_only = countof(append_only) };
	return db_grant(w->a, w->db, &owner, why);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const char *why = "", *conninfo = getenv("UDVEJ_TEST_DB_ROLE");
	*state = w;
	w->a = arena_new((size_t)1 << 20);
	w->other = world_open(w->a, NULL);
	WORKS(w->other, world_run(w->other, "drop table if exists thing, journal"));
	WORKS(w->other, world_run(w->other, "drop table if exists schema_migration"));
	if (!conninfo || db_open(w->a, conninfo, &w->db, &why) != OK)
		fail_msg("UDVEJ_TEST_DB_ROLE must be the conninfo of a role that owns nothing: %s", why);
	assert_true(db_fence(w->db, "unit"));
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	db_close(w->db);
	db_close(w->other);
	arena_free(w->a);
	free(w);
	return 0;
}

/* Whether the role may. */
static bool may(struct world *w, const struct sql *sql)
{
	WORKS(w->db, db_begin(w->db));
	bool done = db_exec(w->db, w->a, sql, NULL) == OK && world_commit(w->db) == 1;
	WORKS(w->db, db_rollback(w->db));
	return done;
}

static void the_role_writes_what_the_owner_makes(void **state)
{
	struct world *w = *state;
	const char *why = "";
	if (grant(w, 2, &why) != OK)
		fail_msg("%s", why);
	WORKS(w->db, db_prepare(w->a, w->db, &set, &why));
	assert_true(may(w, thing_add));
	assert_true(may(w, thing_change));
	assert_true(may(w, journal_add));
	assert_false(may(w, journal_change));
	assert_non_null(strstr(db_error(w->db), "42501"));
}

static void a_table_that_a_later_program_makes_is_given_too(void **state)
{
	struct world *w = *state;
	const char *why = "";
	assert_int_equal(grant(w, 1, &why), OK);
	assert_int_equal(grant(w, 2, &why), OK);
	assert_int_equal(grant(w, 2, &why), OK);
	WORKS(w->db, db_prepare(w->a, w->db, &set, &why));
	assert_true(may(w, journal_add));
	assert_false(may(w, journal_change));
}

static void the_role_itself_cannot_migrate(void **state)
{
	struct world *w = *state;
	const char *why = "";
	const struct migrations m = { .component = "grant", .steps = steps, .n = 2 };
	assert_int_equal(grant(w, 1, &why), OK);
	assert_int_equal(db_migrate(w->a, w->db, &m, &why), ERR_DB);
	assert_non_null(strstr(why, "permission denied for schema public"));
}

static void an_owner_that_cannot_see_the_fence_is_elsewhere(void **state)
{
	struct world *w = *state;
	const char *why = "";
	db_close(w->db);
	WORKS(w->other, db_open(w->a, getenv("UDVEJ_TEST_DB_ROLE"), &w->db, &why)); /* holds none */
	assert_int_equal(grant(w, 2, &why), ERR_CONFIG);
	assert_non_null(strstr(why, "is led to another database than `database`"));
	WORKS(w->other, world_run(w->other, "create table thing (id text)")); /* nothing was made */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_role_writes_what_the_owner_makes),
		TEST(a_table_that_a_later_program_makes_is_given_too),
		TEST(the_role_itself_cannot_migrate),
		TEST(an_owner_that_cannot_see_the_fence_is_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
