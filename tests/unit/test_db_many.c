/* SPDX-License-Identifier: EUPL-1.2 */
/* Inserts that wait for others of their kind: what they write is what they would have written one by one. */
#include "db_world.h"

#define HELD(name_, late_, one_, head_, row_, tail_, ...)                                                              \
	static const char *const params_##name_[] = { __VA_ARGS__ };                                                       \
	static const struct sql name_[1] = { { .name = #name_,                                                             \
		                                   .text = head_ row_ tail_,                                                   \
		                                   .params = params_##name_,                                                   \
		                                   .n_params = countof(params_##name_),                                        \
		                                   .one = one_,                                                                \
		                                   .late = late_,                                                              \
		                                   .row = { sizeof(head_) - 1, sizeof(head_ row_) - 1 } } }

HELD(parent_add, false, false, "insert into parent (id, bytes, note) values ",
     "($1, $2::bytea, coalesce($3, '') || $1)", "", "id", "bytes", "note");
HELD(child_add, false, false, "insert into child (id, parent) values ", "($1, $2)", "", "id", "parent");
HELD(count_up, false, true, "insert into counted as c (id, n) values ", "($1, $2)",
     " on conflict (id) do update set n = excluded.n where c.n < excluded.n", "id", "n");
HELD(late_add, true, false, "insert into late (id) values ", "($1)", "", "id");
HELD(parent_note, false, true, "update parent set note = v.note from (values ", "($1, $2)",
     ") as v (id, note) where parent.id = v.id", "id", "note");
static const char *const params_of_id[] = { "id" };
static const struct sql parent_look[1] = {
	{ .name = "parent_look",
	  .text = "select count(*) as version, max(note) filter (where id = $1) as id from parent",
	  .params = params_of_id,
	  .n_params = 1,
	  .apart = true }
};
HELD(noted_add, false, false, "insert into noted (id, note) values ", "($1, $2)", "", "id", "note");
static const struct sql noted_look[1] = { { .name = "noted_look",
	                                        .text = "select count(*) as version from noted where $1::text is null",
	                                        .params = params_of_id,
	                                        .n_params = 1,
	                                        .apart = true } };
STATEMENT(parent_count, false, "select count(*) as version from parent");
STATEMENT(child_count, false, "select count(*) as version from child");
STATEMENT(late_count, false, "select count(*) as version from late");
STATEMENT(counted, false, "select n as version from counted where id = $1", "id");
STATEMENT(parent_read, false, "select note as id, bytes::text as worker from parent where id = $1", "id");
STATEMENT(parent_rename, true, "update parent set note = 'new' where id = $1", "id");

static const struct sql *const statements[] = { parent_add,  child_add,   count_up,  late_add,    parent_count,
	                                            child_count, late_count,  counted,   parent_read, parent_rename,
	                                            parent_note, parent_look, noted_add, noted_look };
static const struct sql_set set = { .statements = statements, .n = countof(statements) };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const char *why = "";
	*state = w;
	w->a = arena_new((size_t)64 << 20);
	w->db = world_open(w->a, NULL);
	WORKS(w->db, world_run(w->db, "drop table if exists child, parent, counted, late, noted;"
	                              "create table noted (id text, note text);"
	                              "create table parent (id text primary key, bytes bytea, note text);"
	                              "create table child (id text primary key, parent text not null references parent);"
	                              "create table counted (id text primary key, n bigint not null);"
	                              "create table late (id text primary key);"));
	if (db_prepare(w->a, w->db, &set, &why) != OK)
		fail_msg("%s", why);
	w->other = world_open(w->a, &set);
	WORKS(w->db, db_begin(w->db));
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

static int64_t count(struct world *w, struct db *db, const struct sql *sql)
{
	Course row = COURSE__INIT;
	WORKS(db, db_one(db, w->a, sql, &row, NULL));
	return row.version;
}

static enum err add_parent(struct world *w, int n, const char *note)
{
	return db_exec(w->db, w->a, parent_add, NULL, ARG_TEXT("id", arena_printf(w->a, "p%d", n)),
	               ARG_BYTES("bytes", "\0\1", 2), ARG_TEXT("note", note));
}

static enum err add_child(struct world *w, int n, int parent)
{
	return db_exec(w->db, w->a, child_add, NULL, ARG_TEXT("id", arena_printf(w->a, "c%d", n)),
	               ARG_TEXT("parent", arena_printf(w->a, "p%d", parent)));
}

static enum err count_to(struct world *w, const char *id, int n)
{
	return db_exec(w->db, w->a, count_up, NULL, ARG_TEXT("id", id), ARG_INT("n", n));
}

static int64_t counted_to(struct world *w, struct db *db, const char *id)
{
	Course row = COURSE__INIT;
	WORKS(db, db_one(db, w->a, counted, &row, NULL, ARG_TEXT("id", id)));
	return row.version;
}

static void any_number_of_rows_is_written_once_each(void **state)
{
	struct world *w = *state;
	static const int numbers[] = { 1, 2, 3, 63, 64, 65, 200, 13 };
	int parents = 0, children = 0;
	for (size_t i = 0; i < countof(numbers); i++) {
		if (i)
			WORKS(w->db, db_begin(w->db));
		for (int n = 0; n < numbers[i]; n++) {
			WORKS(w->db, add_parent(w, parents++, "a note "));
			WORKS(w->db, add_child(w, children++, parents - 1));
		}
		assert_int_equal(world_commit(w->db), 1);
		assert_int_equal(count(w, w->other, parent_count), parents);
		assert_int_equal(count(w, w->other, child_count), children);
	}
}

static void values_are_copied_and_nothing_stays_nothing(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	char id[] = "p1", bytes[] = "\xff\0z";
	for (int i = 0; i < 3; i++, id[1]++, bytes[2]++)
		WORKS(w->db, db_exec(w->db, w->a, parent_add, NULL, ARG_TEXT("id", id), ARG_BYTES("bytes", bytes, 3),
		                     ARG_TEXT("note", i == 1 ? NULL : "øl ")));
	memset(bytes, 'x', 3);
	assert_int_equal(world_commit(w->db), 1);
	WORKS(w->other, db_one(w->other, w->a, parent_read, &row, NULL, ARG_TEXT("id", "p2")));
	assert_string_equal(row.id, "p2");
	assert_string_equal(row.worker, "\\xff007b");
	WORKS(w->other, db_one(w->other, w->a, parent_read, &row, NULL, ARG_TEXT("id", "p3")));
	assert_string_equal(row.id, "øl p3");
}

static void whatever_comes_next_sees_the_rows(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 5; i++)
		WORKS(w->db, add_parent(w, i, ""));
	assert_int_equal(count(w, w->db, parent_count), 5);
	WORKS(w->db, add_parent(w, 5, ""));
	WORKS(w->db, db_exec(w->db, w->a, parent_rename, NULL, ARG_TEXT("id", "p5"))); /* must touch one row */
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other, parent_count), 6);
}

static void late_rows_wait_for_the_commit(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 70; i++)
		WORKS(w->db, db_exec(w->db, w->a, late_add, NULL, ARG_TEXT("id", arena_printf(w->a, "%d", i))));
	assert_int_equal(count(w, w->db, late_count), 64); /* as many as go together */
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other, late_count), 70);
}

static void an_error_in_one_row_fails_the_batch_and_leaves_nothing(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 6; i++)
		WORKS(w->db, add_parent(w, i == 5 ? 0 : i, ""));
	assert_int_equal(world_commit(w->db), -1);
	assert_non_null(strstr(db_error(w->db), "parent_add: SQLSTATE 23505"));
	assert_int_equal(count(w, w->other, parent_count), 0);
	/* The sizes that were prepared after the error were not prepared: they are when they are needed again. */
	for (int round = 0; round < 2; round++) {
		WORKS(w->db, db_begin(w->db));
		for (int i = 0; i < 7; i++)
			WORKS(w->db, add_parent(w, 10 * round + i, ""));
		for (int i = 0; i < 7; i++)
			WORKS(w->db, add_child(w, 10 * round + i, 10 * round + i));
		assert_int_equal(world_commit(w->db), 1);
	}
	assert_int_equal(count(w, w->other, child_count), 14);
}

static void what_is_held_back_is_dropped_by_a_rollback(void **state)
{
	struct world *w = *state;
	WORKS(w->db, add_parent(w, 1, ""));
	WORKS(w->db, db_exec(w->db, w->a, late_add, NULL, ARG_TEXT("id", "1")));
	WORKS(w->db, db_rollback(w->db));
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, add_parent(w, 2, ""));
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other, parent_count), 1);
	assert_int_equal(count(w, w->other, late_count), 0);
}

static void a_foreign_key_holds_in_the_order_of_first_use(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 40; i++) {
		WORKS(w->db, add_parent(w, i, ""));
		WORKS(w->db, add_child(w, 2 * i, i));
		WORKS(w->db, add_child(w, 2 * i + 1, i)); /* 64 of these are full before the parents are */
	}
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(count(w, w->other, child_count), 80);
}

static void a_row_that_is_put_twice_ends_as_it_was_put_last(void **state)
{
	struct world *w = *state;
	for (int n = 1; n <= 3; n++) {
		WORKS(w->db, count_to(w, "a", n));
		WORKS(w->db, count_to(w, "b", 10 * n));
	}
	assert_int_equal(world_commit(w->db), 1);
	assert_int_equal(counted_to(w, w->other, "a"), 3);
	assert_int_equal(counted_to(w, w->other, "b"), 30);
}

static void what_is_about_the_same_keeps_its_order(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	for (int round = 0; round < 2; round++) /* the second time the update has been used before the insert */
		for (int i = 0; i < 3; i++) {
			const char *id = arena_printf(w->a, "p%d", 3 * round + i);
			WORKS(w->db, add_parent(w, 3 * round + i, ""));
			WORKS(w->db, db_exec(w->db, w->a, parent_note, NULL, ARG_TEXT("id", id), ARG_TEXT("note", "later")));
		}
	assert_int_equal(world_commit(w->db), 1);
	WORKS(w->other, db_one(w->other, w->a, parent_read, &row, NULL, ARG_TEXT("id", "p5")));
	assert_string_equal(row.id, "later");
}

static void a_read_apart_sees_what_it_asks_about(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	for (int i = 0; i < 3; i++)
		WORKS(w->db, add_parent(w, i, "a "));
	WORKS(w->db, db_one(w->db, w->a, parent_look, &row, NULL, ARG_TEXT("id", "p9")));
	assert_int_equal(row.version, 0); /* what it does not ask about is held back still */
	WORKS(w->db, db_one(w->db, w->a, parent_look, &row, NULL, ARG_TEXT("id", "p1")));
	assert_int_equal(row.version, 3);
	assert_string_equal(row.id, "a p1");
	assert_int_equal(world_commit(w->db), 1);
}

static void rows_about_nothing_go_together(void **state)
{
	struct world *w = *state;
	Course row = COURSE__INIT;
	for (int i = 0; i < 5; i++)
		WORKS(w->db, db_exec(w->db, w->a, noted_add, NULL, ARG_TEXT("id", NULL), ARG_TEXT("note", "x")));
	WORKS(w->db, db_one(w->db, w->a, noted_look, &row, NULL, ARG_TEXT("id", NULL)));
	assert_int_equal(row.version, 0);
	assert_int_equal(world_commit(w->db), 1);
	WORKS(w->other, db_one(w->other, w->a, noted_look, &row, NULL, ARG_TEXT("id", NULL)));
	assert_int_equal(row.version, 5);
}

static void each_of_the_rows_must_be_touched_where_one_must(void **state)
{
	struct world *w = *state;
	WORKS(w->db, count_to(w, "a", 5));
	assert_int_equal(world_commit(w->db), 1);
	WORKS(w->db, db_begin(w->db));
	for (int i = 0; i < 4; i++)
		WORKS(w->db, count_to(w, i == 2 ? "a" : arena_printf(w->a, "x%d", i), 4));
	assert_int_equal(world_commit(w->db), -1);
	assert_string_equal(db_error(w->db), "count_up did not touch its row");
}

static void a_new_connection_prepares_them_again(void **state)
{
	struct world *w = *state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3; i++)
			WORKS(w->db, add_parent(w, 10 * round + i, ""));
		assert_int_equal(world_commit(w->db), 1);
		WORKS(w->db, db_reopen(w->db));
		WORKS(w->db, db_begin(w->db));
	}
	assert_int_equal(count(w, w->other, parent_count), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_number_of_rows_is_written_once_each, setup, teardown),
		cmocka_unit_test_setup_teardown(values_are_copied_and_nothing_stays_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(whatever_comes_next_sees_the_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(late_rows_wait_for_the_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_in_one_row_fails_the_batch_and_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_held_back_is_dropped_by_a_rollback, setup, teardown),
		cmocka_unit_test_setup_teardown(a_foreign_key_holds_in_the_order_of_first_use, setup, teardown),
		cmocka_unit_test_setup_teardown(a_row_that_is_put_twice_ends_as_it_was_put_last, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_about_the_same_keeps_its_order, setup, teardown),
		cmocka_unit_test_setup_teardown(a_read_apart_sees_what_it_asks_about, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_about_nothing_go_together, setup, teardown),
		cmocka_unit_test_setup_teardown(each_of_the_rows_must_be_touched_where_one_must, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_connection_prepares_them_again, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
