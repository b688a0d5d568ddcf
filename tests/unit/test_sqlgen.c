/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlgen.py as the build calls it: what it makes of a file, and how it refuses one. */
#include "generator_world.h"

/* Gives sqlgen.py one file and reads back what it made, or what it said. */
static int generate(const char *name, const char *text)
{
	assert_int_equal(run("rm -rf $D/sql $D/out && mkdir -p $D/sql/migrations"), 0);
	write_file("sql", name, text);
	return run("/usr/bin/python3 '" UDVEJ_SOURCE_DIR
	           "/common/db/sqlgen.py' x $D/sql $D/out 2>&1 && cat $D/out/sql_x.c");
}

static void placeholders_are_numbered_by_name(void **state)
{
	(void)state;
	assert_int_equal(generate("a.sql", "-- about\n\n-- name: thing_set :one\n-- why\nupdate thing set a = :a::int, "
	                                   "b = :citizen.birth_year\nwhere a = :a; -- end\n"),
	                 0);
	check_says("{ \"a\", \"citizen.birth_year\" }");
	check_says("\"update thing set a = $1::int, b = $2\\n\"");
	check_says("\"where a = $1\"");
	check_says(".one = true");
}

static void an_insert_of_many_rows_tells_where_its_row_stands(void **state)
{
	(void)state;
	assert_int_equal(generate("a.sql", "-- name: t_put :many :one\n"
	                                   "insert into t (a, b) values (:a, coalesce(:b, 'ø')) on conflict do nothing;\n"
	                                   "-- name: u_put :late\ninsert into u as v (a)\nvalues (:a)\n"
	                                   "on conflict (a) do update set a = excluded.a;\n"),
	                 0);
	check_says("values ($1, coalesce($2, 'ø')) on");
	check_says(".row = { .begin = 28, .end = 52 },\n\t.one = true,\n}");
	check_says(".row = { .begin = 30, .end = 34 },\n\t.late = true,\n}");
	assert_int_equal(generate("a.sql", "-- name: t_move :many\nupdate t set a = v.a from (values (:id::uuid, :a))\n"
	                                   "as v (id, a) where t.id = v.id;\n-- name: t_get :apart\nselect 1\n"),
	                 0);
	check_says("(values ($1::uuid, $2))\\n");
	check_says(".apart = true");
}

static void literals_comments_and_casts_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(generate("a.sql",
	                          "-- name: x\nselect ':no' || 'it''s :no' /* :no /* :no */ ; */ || \":no\" -- :no\n"
	                          "|| $$ :no; $$ || $t$ $$ :no $t$ || E'\\':no' || :yes"),
	                 0);
	check_says("{ \"yes\" }");
	check_says("select ':no' || 'it''s :no'");
	check_says("\\\":no\\\"");
	check_says("$$ :no; $$ || $t$ $$ :no $t$ || E'\\\\':no' || $1");
}

static void malformed_files_are_refused_with_file_and_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "select 1", "a.sql:1: a statement needs" },
		{ "-- name: x\nselect 1;\n\n-- name: x\nselect 2", "a.sql:4: x is already at" },
		{ "\n-- name: Course Close\nselect 1", "a.sql:2: `Course Close` is not a name" },
		{ "-- name: x :some\nselect 1", "a.sql:1: `x :some` is not a name" },
		{ "-- name: x :many\nselect 1", "a.sql:1: several rows go into an insert or" },
		{ "-- name: x :late\ninsert into t values (1), (:a)", "a.sql:1: placeholders of several rows" },
		{ "-- name: x :many\ninsert into t values (:a) on conflict do update set a = :a", "a.sql:1: placeholders of" },
		{ "-- name: x\n-- nothing\n-- name: y\nselect 1", "a.sql:1: no statement follows" },
		{ "-- name: x\nselect 1;\nselect 2;", "a.sql:2: a second statement follows" },
		{ "-- name: x\nselect\n'open", "a.sql:3: a literal is not closed" },
		{ "-- name: x\nselect /* 1", "a.sql:2: a comment is not closed" },
		{ "-- name: x\nselect $1", "a.sql:2: a placeholder is a name" },
		{ "-- name: x\nselect\n\xff", "a.sql:3: not UTF-8" },
	};
	for (size_t i = 0; i < countof(rows); i++) {
		assert_int_equal(generate("a.sql", rows[i].text), 1);
		check_says(rows[i].says);
	}
}

static void migrations_are_taken_whole_and_by_number(void **state)
{
	(void)state;
	assert_int_equal(generate("migrations/002_more_things.sql", "create table t (a text default ':x');\n-- \"q\"\n"),
	                 0);
	check_says(".number = 2, .name = \"more_things\"");
	check_says("\"create table t (a text default ':x');\\n\"");
	assert_int_equal(generate("migrations/2_things.sql", "select 1"), 1);
	check_says("2_things.sql:1: a migration is named NNN_title.sql");
}

static void a_component_without_sql_has_none(void **state)
{
	(void)state;
	assert_int_equal(generate("readme.txt", ""), 0);
	check_says("sql_set_x = { .statements = statements, .n = 0 }");
	check_says(".component = \"x\", .steps = steps, .n = 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_are_numbered_by_name),
		cmocka_unit_test(an_insert_of_many_rows_tells_where_its_row_stands),
		cmocka_unit_test(literals_comments_and_casts_are_left_alone),
		cmocka_unit_test(malformed_files_are_refused_with_file_and_line),
		cmocka_unit_test(migrations_are_taken_whole_and_by_number),
		cmocka_unit_test(a_component_without_sql_has_none),
	};
	return cmocka_run_group_tests(tests, set_up_directory, tear_down_directory);
}
