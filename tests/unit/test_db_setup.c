/* SPDX-License-Identifier: EUPL-1.2 */
/* Opening, preparing and migrating: what is wrong is found at start, not by a user. */
#include "db_world.h"
#include "sql_db.h"

STATEMENT(step_count, false, "select count(*) as version from schema_migration where component = 'test'");

static const struct sql *const statements[] = { step_count };
static const struct sql_set set = { .statements = statements, .n = 1 };

static const struct migration steps[] = {
	{ .number = 1, .name = "one", .text = "create table step_one (id text); insert into step_one values ('a')" },
	{ .number = 2, .name = "two", .text = "create table step_two (id text)" },
	{ .number = 3,
	  .name = "wrong",
	  .text = "create table step_three (id text); insert into step_one values ('a', 'b')" },
};

static struct migrations first(unsigned n)
{
	return (struct migrations){ .component = "test", .steps = steps, .n = n };
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const char *why = "";
	*state = w;
	w->a = arena_new((size_t)1 << 20);
	w->db = world_open(w->a, NULL);
	WORKS(w->db, world_run(w->db, "drop table if exists step_one, step_two, step_three"));
	WORKS(w->db, db_migrate(w->a, w->db, &migrations_db, &why));
	WORKS(w->db, world_run(w->db, "delete from schema_migration where component = 'test'"));
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

static int64_t applied(struct world *w)
{
	Course row = COURSE__INIT;
	const char *why = "";
	if (!w->other) {
		w->other = world_open(w->a, NULL);
		WORKS(w->other, db_prepare(w->a, w->other, &set, &why));
	}
	WORKS(w->other, db_one(w->other, w->a, step_count, &row, NULL));
	return row.version;
}

static void each_migration_is_applied_once(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct migrations one = first(1), two = first(2);
	WORKS(w->db, db_migrate(w->a, w->db, &one, &why));
	assert_int_equal(applied(w), 1);
	WORKS(w->db, db_migrate(w->a, w->db, &two, &why));
	WORKS(w->db, db_migrate(w->a, w->db, &two, &why));
	assert_int_equal(applied(w), 2);
	WORKS(w->db, world_run(w->db, "insert into step_two select id from step_one"));
}

static void a_migration_that_fails_leaves_nothing_and_is_named(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct migrations three = first(3), two = first(2);
	assert_int_equal(db_migrate(w->a, w->db, &three, &why), ERR_DB);
	assert_non_null(strstr(why, "migration test 003_wrong"));
	assert_int_equal(applied(w), 2);
	WORKS(w->db, world_run(w->db, "create table step_three (id text)"));
	WORKS(w->db, db_migrate(w->a, w->db, &two, &why));
}

static void a_newer_database_is_refused(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct migrations two = first(2), one = first(1);
	WORKS(w->db, db_migrate(w->a, w->db, &two, &why));
	assert_int_equal(db_migrate(w->a, w->db, &one, &why), ERR_CONFIG);
	assert_string_equal(why, "the database has migration test 2_two, which this program has not");
}

static void the_lock_of_migrations_is_given_back(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct migrations three = first(3), two = first(2);
	assert_int_equal(db_migrate(w->a, w->db, &three, &why), ERR_DB);
	w->other = world_open(w->a, NULL);
	WORKS(w->other, db_migrate(w->a, w->other, &two, &why));
}

static void a_server_that_may_lose_commits_is_refused(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct db *db = NULL;
	/* Through the environment: the conninfo may be words or an address, which take an option differently. */
	setenv("PGOPTIONS", "-c synchronous_commit=off", 1);
	enum err e = db_open(w->a, world_conninfo(), &db, &why);
	unsetenv("PGOPTIONS");
	assert_int_equal(e, ERR_CONFIG);
	assert_non_null(strstr(why, "synchronous_commit"));
	assert_null(db);
}

static void a_server_that_is_not_there_is_told(void **state)
{
	struct world *w = *state;
	const char *why = "";
	struct db *db = NULL;
	assert_int_equal(db_open(w->a, "host=/nowhere port=1", &db, &why), ERR_DB_LOST);
	assert_non_null(strstr(why, "/nowhere"));
	assert_null(db);
}

static void a_typo_in_a_statement_is_found_at_start(void **state)
{
	struct world *w = *state;
	static const struct sql typo[1] = { { .name = "course_close", .text = "selekt 1" } };
	static const struct sql *const list[] = { typo };
	static const struct sql_set bad = { .statements = list, .n = 1 };
	const char *why = "";
	assert_int_equal(db_prepare(w->a, w->db, &bad, &why), ERR_DB);
	assert_string_equal(why, "course_close: SQLSTATE 42601, syntax error at or near \"selekt\", at character 1");
	WORKS(w->db, db_prepare(w->a, w->db, &set, &why));
}

static void set_up_in_the_middle_of_a_batch_is_refused(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	assert_int_equal(world_run(w->db, "drop table step_one"), ERR_DB);
	assert_int_equal(world_commit(w->db), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_migration_is_applied_once),
		TEST(a_migration_that_fails_leaves_nothing_and_is_named),
		TEST(a_newer_database_is_refused),
		TEST(the_lock_of_migrations_is_given_back),
		TEST(a_server_that_may_lose_commits_is_refused),
		TEST(a_server_that_is_not_there_is_told),
		TEST(a_typo_in_a_statement_is_found_at_start),
		TEST(set_up_in_the_middle_of_a_batch_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
