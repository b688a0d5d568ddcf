/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to rows and back: what is not said is NULL in the database, and comes back as not said. */
#include "db_world.h"

STATEMENT(referral_put, true,
          "insert into value_referral (id, version, prohibited, birth_year, name, reasons, languages, citizen, wishes) "
          "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
          "id", "version", "contacting_subject_prohibited", "citizen.birth_year", "citizen.name", "reasons",
          "citizen.languages", "citizen", "wishes");
STATEMENT(referral_get, false,
          "select id, version, prohibited as contacting_subject_prohibited, birth_year as \"citizen.birth_year\", "
          "name as \"citizen.name\", reasons, languages as \"citizen.languages\", wishes "
          "from value_referral where id = $1",
          "id");
STATEMENT(referral_nulls, false,
          "select version is null, prohibited, birth_year is null, name is null, reasons, languages is null, "
          "citizen is null, wishes is null from value_referral where id = $1",
          "id");
STATEMENT(measurement_echo, false, "select $1::jsonb as answers, $2::jsonb as scores, $3::jsonb as due", "answers",
          "scores", "due");
STATEMENT(score_echo, false, "select $1::int as value, $2::int as change, $3::text as area", "value", "change", "area");
STATEMENT(message_echo, false, "select $1::bytea as salt, $2::bytea as body", "salt", "body");
STATEMENT(list_echo, false, "select $1::text[] as languages", "languages");
STATEMENT(arg_echo, false, "select $1::bytea, $2::bigint, $3::boolean, $4::text, $5::text, $1::bytea is null", "bytes",
          "number", "yes", "text", "id");
STATEMENT(wrong_fit, false, "select 'x' as version");
STATEMENT(too_big, false, "select 3000000000 as birth_year");
STATEMENT(times, false,
          "select date '2026-11-22' as id, timestamptz '2026-11-22 10:00+01' as owner, "
          "uuid '11111111-2222-3333-4444-555555555555' as worker");

static const struct sql *const statements[] = { referral_put, referral_get, referral_nulls, measurement_echo,
	                                            score_echo,   message_echo, list_echo,      arg_echo,
	                                            wrong_fit,    too_big,      times };
static const struct sql_set set = { .statements = statements, .n = countof(statements) };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const char *why = "";
	*state = w;
	w->a = arena_new((size_t)4 << 20);
	w->db = world_open(w->a, NULL);
	WORKS(w->db,
	      world_run(w->db, "drop table if exists value_referral;"
	                       "create table value_referral (id text primary key, version bigint, prohibited boolean, "
	                       "birth_year integer, name text, reasons text[], languages text[], citizen jsonb, "
	                       "wishes jsonb)"));
	if (db_prepare(w->a, w->db, &set, &why) != OK)
		fail_msg("%s", why);
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	db_close(w->db);
	arena_free(w->a);
	free(w);
	return 0;
}

static void store(struct world *w, const Referral *referral)
{
	WORKS(w->db, db_begin(w->db));
	WORKS(w->db, db_exec(w->db, w->a, referral_put, &referral->base));
	assert_int_equal(world_commit(w->db), 1);
}

static void a_message_comes_back_as_it_went(void **state)
{
	struct world *w = *state;
	static const char json[] = "{\"id\":\"r1\",\"version\":4,\"citizen\":{\"name\":\"S\\u00f8ren \\\"x\\\" {y}\","
	                           "\"birthYear\":1990,\"languages\":[\"da\",\"a \\\"b\\\" \\\\ {c},d\",\"NULL\",\"\"]},"
	                           "\"reasons\":[\"housing\"],\"wishes\":{\"gender\":\"woman\"},"
	                           "\"contactingSubjectProhibited\":true}";
	ProtobufCMessage *in = NULL;
	struct refusal why;
	assert_int_equal(shape_from_json(w->a, &referral__descriptor, json, strlen(json), &in, &why), OK);
	store(w, (const Referral *)in);
	Referral out = REFERRAL__INIT;
	WORKS(w->db, db_one(w->db, w->a, referral_get, &out, NULL, ARG_TEXT("id", "r1")));
	struct buffer before = buffer_in(w->a), after = buffer_in(w->a);
	shape_to_json(&before, in);
	shape_to_json(&after, &out.base);
	assert_string_equal(after.data, before.data);
}

static void what_is_not_said_is_null_and_back(void **state)
{
	struct world *w = *state;
	Referral in = REFERRAL__INIT, out = REFERRAL__INIT;
	struct db_rows rows;
	in.id = "r2";
	store(w, &in);
	WORKS(w->db, db_rows(w->db, w->a, referral_nulls, &rows, NULL, ARG_TEXT("id", "r2")));
	static const char *const expected[] = { "f", "f", "t", "t", "{}", "t", "t", "t" };
	for (size_t i = 0; i < countof(expected); i++)
		assert_string_equal(rows.cells[i], expected[i]);
	WORKS(w->db, db_one(w->db, w->a, referral_get, &out, &in.base));
	assert_null(out.citizen);
	assert_null(out.wishes);
	assert_int_equal(out.n_reasons, 0);
	assert_int_equal(out.version, 0);
}

static void maps_and_lists_of_messages_are_json(void **state)
{
	struct world *w = *state;
	static const char json[] = "{\"answers\":{\"happy\":2,\"safe\":0},\"scores\":[{\"area\":\"x\",\"value\":0},{}]}";
	ProtobufCMessage *in = NULL;
	struct refusal why;
	assert_int_equal(shape_from_json(w->a, &measurement__descriptor, json, strlen(json), &in, &why), OK);
	Measurement out = MEASUREMENT__INIT;
	WORKS(w->db, db_one(w->db, w->a, measurement_echo, &out, in));
	struct buffer after = buffer_in(w->a);
	shape_to_json(&after, &out.base);
	assert_int_equal(out.n_answers, 2);
	assert_int_equal(out.n_due, 0);
	assert_int_equal(out.scores[0]->has_value_case, SCORE__HAS_VALUE_VALUE);
	assert_int_equal(out.scores[1]->has_value_case, SCORE__HAS_VALUE__NOT_SET);
}

static void a_oneof_keeps_its_zero_and_its_silence(void **state)
{
	struct world *w = *state;
	Score in = SCORE__INIT, out = SCORE__INIT;
	in.has_value_case = SCORE__HAS_VALUE_VALUE;
	WORKS(w->db, db_one(w->db, w->a, score_echo, &out, &in.base));
	assert_int_equal(out.has_value_case, SCORE__HAS_VALUE_VALUE);
	assert_int_equal(out.value, 0);
	assert_int_equal(out.has_change_case, SCORE__HAS_CHANGE__NOT_SET);
}

static void bytes_keep_every_byte(void **state)
{
	struct world *w = *state;
	uint8_t every[256];
	for (size_t i = 0; i < sizeof every; i++)
		every[i] = (uint8_t)i;
	Message in = MESSAGE__INIT, out = MESSAGE__INIT;
	in.body = (ProtobufCBinaryData){ .data = every, .len = sizeof every };
	WORKS(w->db, db_one(w->db, w->a, message_echo, &out, &in.base));
	assert_int_equal(out.body.len, sizeof every);
	assert_memory_equal(out.body.data, every, sizeof every);
	assert_int_equal(out.salt.len, 0);
}

static void arguments_go_before_fields(void **state)
{
	struct world *w = *state;
	Referral message = REFERRAL__INIT;
	struct db_rows rows;
	message.id = "of the message";
	WORKS(w->db, db_rows(w->db, w->a, arg_echo, &rows, &message.base, ARG_BYTES("bytes", "a\0b", 3),
	                     ARG_INT("number", INT64_MIN), ARG_BOOL("yes", true), ARG_TEXT("text", "")));
	assert_int_equal(rows.lengths[0], 3);
	assert_memory_equal(rows.cells[0], "a\0b", 3);
	assert_string_equal(rows.cells[1], "-9223372036854775808");
	assert_string_equal(rows.cells[2], "t");
	assert_null(rows.cells[3]);
	assert_string_equal(rows.cells[4], "of the message");
	WORKS(w->db, db_rows(w->db, w->a, arg_echo, &rows, &message.base, ARG_BYTES("bytes", NULL, 0), ARG_INT("number", 0),
	                     ARG_BOOL("yes", false), ARG_TEXT("text", NULL), ARG_TEXT("id", "of the argument")));
	assert_null(rows.cells[0]);
	assert_string_equal(rows.cells[2], "f");
	assert_string_equal(rows.cells[4], "of the argument");
	assert_string_equal(rows.cells[5], "t");
	WORKS(w->db, db_rows(w->db, w->a, arg_echo, &rows, &message.base, ARG_BYTES("bytes", "", 0), ARG_INT("number", 0),
	                     ARG_BOOL("yes", false), ARG_TEXT("text", NULL)));
	assert_string_equal(rows.cells[5], "f");
}

static void a_value_that_does_not_fit_is_told_by_column(void **state)
{
	struct world *w = *state;
	Referral out = REFERRAL__INIT;
	Citizen citizen = CITIZEN__INIT;
	assert_int_equal(db_one(w->db, w->a, wrong_fit, &out, NULL), ERR_DB);
	assert_string_equal(db_error(w->db), "wrong_fit: column version does not fit its field");
	assert_int_equal(db_one(w->db, w->a, too_big, &citizen, NULL), ERR_DB);
}

static void times_do_not_depend_on_the_server(void **state)
{
	struct world *w = *state;
	Referral out = REFERRAL__INIT;
	WORKS(w->db, db_one(w->db, w->a, times, &out, NULL));
	assert_string_equal(out.id, "2026-11-22");
	assert_string_equal(out.owner, "2026-11-22 09:00:00+00");
	assert_string_equal(out.worker, "11111111-2222-3333-4444-555555555555");
}

static void an_empty_list_is_an_empty_array(void **state)
{
	struct world *w = *state;
	Citizen in = CITIZEN__INIT, out = CITIZEN__INIT;
	WORKS(w->db, db_one(w->db, w->a, list_echo, &out, &in.base));
	assert_int_equal(out.n_languages, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_comes_back_as_it_went),
		TEST(what_is_not_said_is_null_and_back),
		TEST(maps_and_lists_of_messages_are_json),
		TEST(a_oneof_keeps_its_zero_and_its_silence),
		TEST(bytes_keep_every_byte),
		TEST(arguments_go_before_fields),
		TEST(a_value_that_does_not_fit_is_told_by_column),
		TEST(times_do_not_depend_on_the_server),
		TEST(an_empty_list_is_an_empty_array),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
