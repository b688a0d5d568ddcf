/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements, transactions and connections against a real PostgreSQL. */
#include "db_world.h"

STATEMENT(thing_add, true, "insert into thing (id, name, number) values ($1, $2, $3)", "id", "name", "number");
STATEMENT(thing_rename, true, "update thing set name = $2 where id = $1", "id", "name");
STATEMENT(thing_rename_all, true, "update thing set name = 'y'");
STATEMENT(thing_touch, false, "update thing set number = number + 1 where id = $1", "id");
STATEMENT(thing_count, false, "select count(*) as version from thing");
STATEMENT(thing_name, false, "select name as id from thing where id = $1", "id");
STATEMENT(thing_names, false, "select id, name as worker from thing order by id");
STATEMENT(thing_bad_column, false, "select 1 as nowhere");
STATEMENT(thing_date, false, "select ($1::text)::date::text as id", "name");
STATEMENT(thing_flood, false, "select repeat('x', 20000) as id");
STATEMENT(thing_kill, false, "select pg_terminate_backend($1::int) as anonymous", "pid");
STATEMENT(thing_pid, false, "select pg_backend_pid() as version");

static const struct sql *const statements[] = { thing_add,   thing_rename,     thing_rename_all, thing_touch,
	                                            thing_count, thing_name,       thing_names,      thing_date,
	                                            thing_flood, thing_bad_column, thing_kill,       thing_pid };
static const struct sql_set set = { .statements = statements, .n = countof(statements) };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const char *why = "";
	*state = w;
	w->a = arena_new((size_t)16 << 20);
	w->db = world_open(w->a, NULL);
	WORKS(w->db,
	      world_run(w->db, "drop table if exists thing;"
	                       "create table thing (id text primary key, name text, number bigint not null default 0);"
	                       "insert into thing values ('a', 'first', 1)"));
	if (db_prepare(w->a, w->db, &set, &why) != OK)
		fail_msg("%s", why);
	w->other = world_open(w->a, &set);
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

static int64_t count(struct world *w, struct db *db)
{
	Course row = COURSE__INIT;
	WORKS(db, db_one(db, w->a, thing_count, &row, NULL));
	return row.version;
}

static int64_t pid(struct world *w, struct db *db)
{
	Course row = COURSE__INIT;
	WORKS(db, db_one(db, w->a, thing_pid, &row, NULL));
	return row.version;
}

static enum err add(struct world *w, const char *id)
{
	return db_exec(w->db, w->a, thing_add, NULL, ARG_TEXT("id", id), ARG_TEXT("name", "n"), ARG_INT("number", 7));
}

static void what_is_committed_is_seen_by_others_and_not_before(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	assert_int_equal(count(w, w->db), 2);
	assert_int_equal(count(w, w->other), 1);
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other), 2);
	assert_int_equal(count(w, w->db), 2);
}

static void an_empty_batch_commits(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 3; i++) {
		WORKS(w->db, db_begin(w->db));
		assert_int_equal(world_commit(w->db), 1);
	}
}

static void what_is_rolled_back_is_gone(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, db_rollback(w->db));
	WORKS(w->db, db_rollback(w->db));
	assert_int_equal(count(w, w->db), 1);
	WORKS(w->db, db_begin(w->db));
	assert_null(db_missed(w->db));
	WORKS(w->db, db_exec(w->db, w->a, thing_rename_all, NULL));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, db_exec(w->db, w->a, thing_rename_all, NULL)); /* two of them now */
	assert_int_equal(world_commit(w->db), -1);
	assert_ptr_equal(db_missed(w->db), thing_rename_all);
}

static void a_queued_failure_is_found_by_the_next_read(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, add(w, "a"));
	WORKS(w->db, add(w, "c"));
	assert_int_equal(db_one(w->db, w->a, thing_count, &row, NULL), ERR_DB);
	assert_non_null(strstr(db_error(w->db), "thing_add"));
	assert_non_null(strstr(db_error(w->db), "thing_pkey"));
	assert_int_equal(add(w, "d"), ERR_DB);
	assert_int_equal(db_commit_send(w->db), ERR_DB);
	WORKS(w->db, db_rollback(w->db));
	assert_int_equal(count(w, w->db), 1);
}

static void a_queued_failure_is_found_by_the_commit(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, db_exec(w->db, w->a, thing_touch, NULL, ARG_TEXT("id", "a")));
	WORKS(w->db, add(w, "a"));
	assert_int_equal(world_commit(w->db), -1);
	assert_false(db_is_lost(w->db));
	assert_non_null(strstr(db_error(w->db), "thing_pkey"));
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other), 2);
}

static void a_statement_that_must_touch_one_row_and_touches_none_fails_the_batch(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, db_exec(w->db, w->a, thing_rename, NULL, ARG_TEXT("id", "nobody"), ARG_TEXT("name", "x")));
	assert_int_equal(world_commit(w->db), -1);
	assert_string_equal(db_error(w->db), "thing_rename did not touch its row");
	assert_ptr_equal(db_missed(w->db), thing_rename);
	assert_int_equal(count(w, w->other), 1);
	Course row = COURSE__INIT;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, db_exec(w->db, w->a, thing_rename, NULL, ARG_TEXT("id", "nobody"), ARG_TEXT("name", "x")));
	assert_int_equal(db_one(w->db, w->a, thing_count, &row, NULL), ERR_DB);
	assert_int_equal(add(w, "b"), ERR_DB);
	WORKS(w->db, db_rollback(w->db));
	assert_int_equal(count(w, w->db), 1);
}

static void a_deferred_constraint_fails_the_commit_and_the_next_batch_works(void **state)
{
	struct world *w = *state;
	WORKS(w->db, world_run(w->db, "alter table thing add constraint thing_number_once unique (number) "
	                              "deferrable initially deferred"));
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, add(w, "c"));
	assert_int_equal(world_commit(w->db), -1);
	assert_non_null(strstr(db_error(w->db), "thing_number_once"));
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	assert_int_equal(world_commit(w->db), 1);
}

static void a_read_of_nothing_is_not_found_and_harms_no_batch(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	WORKS(w->db, db_begin(w->db));
	assert_int_equal(db_one(w->db, w->a, thing_name, &row, NULL, ARG_TEXT("id", "z")), ERR_NOT_FOUND);
	WORKS(w->db, add(w, "b"));
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(db_one(w->db, w->a, thing_name, &row, NULL, ARG_TEXT("id", "z")), ERR_NOT_FOUND);
	WORKS(w->db, db_one(w->db, w->a, thing_name, &row, NULL, ARG_TEXT("id", "b")));
	assert_string_equal(row.id, "n");
	assert_int_equal(db_one(w->db, w->a, thing_names, &row, NULL), ERR_DB);
}

static void a_reading_connection_goes_on_after_a_failed_read(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	assert_int_equal(db_one(w->other, w->a, thing_date, &row, NULL, ARG_TEXT("name", "Ingrid")), ERR_DB);
	assert_non_null(strstr(db_error(w->other), "22007"));
	assert_null(strstr(db_error(w->other), "Ingrid"));
	WORKS(w->other, db_one(w->other, w->a, thing_date, &row, NULL, ARG_TEXT("name", "2026-11-22")));
	assert_string_equal(row.id, "2026-11-22");
}

static void a_name_that_nothing_answers_to_is_told(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	assert_int_equal(db_one(w->db, w->a, thing_name, &row, NULL), ERR_DB);
	assert_non_null(strstr(db_error(w->db), "thing_name: nothing is given for the parameter id"));
	assert_int_equal(db_one(w->db, w->a, thing_bad_column, &row, NULL), ERR_DB);
	assert_string_equal(db_error(w->db), "thing_bad_column: column nowhere is no field of Course");
	assert_int_equal(count(w, w->db), 1);
}

static void all_rows_come_as_messages_or_as_text(void **state)
{
	struct world *w = *state;
	Course **rows = NULL;
	struct db_rows text;
	size_t n = 0;
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db,
	      db_exec(w->db, w->a, thing_add, NULL, ARG_TEXT("id", "c"), ARG_TEXT("name", ""), ARG_INT("number", 0)));
	WORKS(w->db, db_all(w->db, w->a, thing_names, &course__descriptor, &rows, &n, NULL));
	WORKS(w->db, db_rows(w->db, w->a, thing_names, &text, NULL));
	WORKS(w->db, db_rollback(w->db));
	assert_int_equal(n, 3);
	assert_string_equal(rows[0]->worker, "first");
	assert_string_equal(rows[2]->id, "c");
	assert_string_equal(rows[2]->worker, "");
	assert_int_equal(text.n, 3);
	assert_int_equal(text.n_columns, 2);
	assert_string_equal(text.names[1], "worker");
	assert_string_equal(text.cells[1], "first");
	assert_int_equal(text.lengths[1], 5);
	assert_null(text.cells[5]);
}

static void a_flood_of_answers_and_statements_does_not_stand_still(void **state)
{
	struct world *w = *state;
	WORKS(w->db, db_begin(w->db));
	for (int i = 0; i < 2000; i++)
		WORKS(w->db, db_exec(w->db, w->a, thing_flood, NULL));
	char *big = arena_alloc(w->a, 100001);
	memset(big, 'y', 100000);
	for (int i = 0; i < 50; i++)
		WORKS(w->db, db_exec(w->db, w->a, thing_rename, NULL, ARG_TEXT("id", "a"), ARG_TEXT("name", big)));
	assert_int_equal(world_commit(w->db), 1);
}

static void a_connection_lost_at_commit_is_told_and_reopened(void **state)
{
	struct world *w = *state;
	Citizen killed = CITIZEN__INIT;
	assert_true(db_fence(w->db, "reden"));
	assert_false(db_fence(w->other, "reden"));
	int64_t victim = pid(w, w->db);
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	assert_int_equal(count(w, w->db), 2);
	WORKS(w->other, db_one(w->other, w->a, thing_kill, &killed, NULL, ARG_INT("pid", victim)));
	assert_true(killed.anonymous);
	assert_int_equal(world_commit(w->db), -1);
	assert_true(db_is_lost(w->db));
	assert_int_equal(add(w, "c"), ERR_DB_LOST);
	assert_int_equal(db_begin(w->db), ERR_DB_LOST);
	assert_int_equal(db_rollback(w->db), ERR_DB_LOST);
	assert_int_equal(db_commit_poll(w->db), -1);
	assert_false(db_wants_write(w->db));
	WORKS(w->db, db_reopen(w->db));
	assert_false(db_is_lost(w->db));
	assert_false(db_fence(w->other, "reden"));
	assert_int_equal(count(w, w->db), 1);
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	assert_int_equal(world_commit(w->db), 1);
}

static void a_live_connection_can_be_reopened_in_the_middle_of_a_batch(void **state)
{
	struct world *w = *state;
	assert_true(db_fence(w->db, "reden"));
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add(w, "b"));
	WORKS(w->db, db_reopen(w->db));
	assert_int_equal(count(w, w->db), 1);
	assert_false(db_fence(w->other, "reden"));
	db_close(w->db);
	w->db = NULL;
	for (int i = 0; i < 100 && !db_fence(w->other, "reden"); i++)
		poll(NULL, 0, 20);
	assert_true(db_fence(w->other, "reden"));
}

static void a_read_that_loses_the_connection_says_so(void **state)
{
	struct world *w = *state;
	Citizen killed = CITIZEN__INIT;
	assert_int_equal(db_one(w->db, w->a, thing_kill, &killed, NULL, ARG_INT("pid", pid(w, w->db))), ERR_DB_LOST);
	assert_true(db_is_lost(w->db));
	WORKS(w->db, db_reopen(w->db));
	assert_int_equal(count(w, w->db), 1);
}

/* A full arena jumps out of the middle of reading; the connection must not suffer. */
static void a_full_arena_in_the_middle_of_a_read_leaves_the_connection_whole(void **state)
{
	struct world *w = *state;
	struct arena *small = arena_new(4000);
	Course row = COURSE__INIT;
	jmp_buf full;
	arena_on_full(small, &full);
	WORKS(w->db, db_begin(w->db));
	if (setjmp(full) == 0) {
		enum err e = db_one(w->db, small, thing_flood, &row, NULL);
		fail_msg("read %zu bytes into less: %s", strlen(row.id), err_slug(e));
	}
	arena_free(small);
	WORKS(w->db, db_rollback(w->db));
	assert_int_equal(count(w, w->db), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_committed_is_seen_by_others_and_not_before),
		TEST(an_empty_batch_commits),
		TEST(what_is_rolled_back_is_gone),
		TEST(a_queued_failure_is_found_by_the_next_read),
		TEST(a_queued_failure_is_found_by_the_commit),
		TEST(a_statement_that_must_touch_one_row_and_touches_none_fails_the_batch),
		TEST(a_deferred_constraint_fails_the_commit_and_the_next_batch_works),
		TEST(a_read_of_nothing_is_not_found_and_harms_no_batch),
		TEST(a_reading_connection_goes_on_after_a_failed_read),
		TEST(a_name_that_nothing_answers_to_is_told),
		TEST(all_rows_come_as_messages_or_as_text),
		TEST(a_flood_of_answers_and_statements_does_not_stand_still),
		TEST(a_connection_lost_at_commit_is_told_and_reopened),
		TEST(a_live_connection_can_be_reopened_in_the_middle_of_a_batch),
		TEST(a_read_that_loses_the_connection_says_so),
		TEST(a_full_arena_in_the_middle_of_a_read_leaves_the_connection_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
