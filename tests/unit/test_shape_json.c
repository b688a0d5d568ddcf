/* SPDX-License-Identifier: EUPL-1.2 */
/* The JSON of the API: what is taken, what is refused and in which words, what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "api.pb-c.h"
#include "base/broken.h"
#include "shape/shape.h"

static int setup(void **state)
{
	*state = arena_new((size_t)4 << 20);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void *read_json(struct arena *a, const ProtobufCMessageDescriptor *type, const char *json)
{
	ProtobufCMessage *m = NULL;
	struct refusal why = { .rule = "" };
	enum err e = shape_from_json(a, type, json, strlen(json), &m, &why);
	if (e != OK)
		print_message("%s at %s: %s\n", err_slug(e), why.field, why.rule);
	assert_int_equal(e, OK);
	return m;
}

static const char *write_json(struct arena *a, const void *message)
{
	struct buffer out = buffer_in(a);
	shape_to_json(&out, message);
	return out.data;
}

struct refused {
	const char *json;
	enum err err;
	const char *field, *rule; /* rule: a part of it */
};

static void check_refused(struct arena *a, const ProtobufCMessageDescriptor *type, const struct refused *row,
                          size_t len)
{
	ProtobufCMessage *m = NULL;
	struct refusal why = { .err = OK };
	enum err e = shape_from_json(a, type, row->json, len, &m, &why);
	if (e != row->err || !strstr(why.rule, row->rule))
		print_message("%s -> %s at %s: %s\n", row->json, err_slug(e), why.field, why.rule);
	assert_int_equal(e, row->err);
	assert_int_equal(why.err, row->err);
	assert_string_equal(why.field, row->field);
	assert_non_null(strstr(why.rule, row->rule));
	assert_null(m);
}

static void a_referral_is_read_with_all_it_says(void **state)
{
	const ReferralInput *in =
	    read_json(*state, &referral_input__descriptor,
	              "{\"programme\":\"reden-1-1\",\"citizen\":{\"birthYear\":1990,\"anonymous\":true,"
	              "\"languages\":[\"da\",\"en\"]},\"authored_on\":\"2026-11-22\","
	              "\"reasons\":[\"housing\"],\"note\":\"S\\u00f8ren \\ud83d\\ude00\"}");
	assert_string_equal(in->programme, "reden-1-1");
	assert_string_equal(in->authored_on, "2026-11-22");
	assert_int_equal(in->citizen->birth_year, 1990);
	assert_true(in->citizen->anonymous);
	assert_int_equal(in->citizen->n_languages, 2);
	assert_string_equal(in->citizen->languages[1], "en");
	assert_string_equal(in->reasons[0], "housing");
	assert_string_equal(in->note, "Søren \xf0\x9f\x98\x80");
	assert_string_equal(in->aim, "");
	assert_null(in->wishes);
}

static void a_map_is_read_from_an_object(void **state)
{
	const MeasurementInput *in = read_json(*state, &measurement_input__descriptor,
	                                       "{\"answers\":{\"happy\":2,\"safe\":0,\"skipped\":null,\"\":-1}}");
	assert_int_equal(in->n_answers, 3);
	assert_string_equal(in->answers[1]->key, "safe");
	assert_int_equal(in->answers[1]->value, 0);
	assert_string_equal(write_json(*state, in), "{\"answers\":{\"happy\":2,\"safe\":0,\"\":-1}}");
}

static void null_is_not_said(void **state)
{
	const ReferralInput *in =
	    read_json(*state, &referral_input__descriptor,
	              "{\"aim\":null,\"citizen\":null,\"reasons\":null,\"consent\":{\"given\":null}}");
	assert_string_equal(in->aim, "");
	assert_null(in->citizen);
	assert_int_equal(in->n_reasons, 0);
	assert_string_equal(write_json(*state, in), "{\"consent\":{}}");
}

static void a_zero_in_a_oneof_survives(void **state)
{
	const Score *score = read_json(*state, &score__descriptor, "{\"value\":0,\"change\":null}");
	assert_int_equal(score->has_value_case, SCORE__HAS_VALUE_VALUE);
	assert_int_equal(score->has_change_case, SCORE__HAS_CHANGE__NOT_SET);
	assert_string_equal(write_json(*state, score), "{\"value\":0}");
}

static void refusals_name_the_field_and_the_rule(void **state)
{
	static const struct refused rows[] = {
		{ "{\"citizen\":{\"birthYear\":\"1990\"}}", ERR_TYPE, "citizen.birthYear", "must be a whole number" },
		{ "{\"citizen\":{\"birth_year\":1990.5}}", ERR_TYPE, "citizen.birth_year", "must be a whole number" },
		{ "{\"citizen\":{\"birthYear\":2147483648}}", ERR_VALUE, "citizen.birthYear",
		  "from -2147483648 to 2147483647" },
		{ "{\"citizen\":{\"birthYear\":99999999999999999999}}", ERR_VALUE, "", "out of range" },
		{ "{\"citizen\":{\"anonymous\":1}}", ERR_TYPE, "citizen.anonymous", "must be true or false" },
		{ "{\"citizen\":[]}", ERR_TYPE, "citizen", "must be an object" },
		{ "{\"citizen\":{\"nmae\":\"x\"}}", ERR_UNKNOWN_FIELD, "citizen.nmae",
		  "known are: name, cpr, phone, gender, birthYear" },
		{ "{\"reasons\":[\"a\",\"b\",3]}", ERR_TYPE, "reasons[2]", "must be text" },
		{ "{\"reasons\":[\"a\",null]}", ERR_TYPE, "reasons[1]", "must be text" },
		{ "{\"reasons\":\"a\"}", ERR_TYPE, "reasons", "must be a list" },
		{ "{\"aim\":{}}", ERR_TYPE, "aim", "must be text" },
		{ "{\"aim\":\"a\\u0000b\"}", ERR_VALUE, "", "NUL" },
		{ "{\"a\\u0000b\":1}", ERR_VALUE, "", "NUL" },
		{ "{\"aim\":\"\xff\"}", ERR_VALUE, "", "UTF-8" },
		{ "{\"aim\":\"\\ud800\"}", ERR_JSON, "", "line 1" },
		{ "{\"aim\":\"a\",\"aim\":\"b\"}", ERR_JSON, "", "twice" },
		{ "{\"authoredOn\":\"\",\"authored_on\":\"\"}", ERR_JSON, "authored_on", "twice" },
		{ "[]", ERR_TYPE, "", "must be an object" },
		{ "3", ERR_JSON, "", "not a JSON document" },
		{ "", ERR_JSON, "", "ends too early" },
		{ "{\"aim\":\"a\"", ERR_JSON, "", "ends too early" },
		{ "{} {}", ERR_JSON, "", "more after the end" },
		{ "{'aim':1}", ERR_JSON, "", "not a JSON document" },
		{ "{\"aim\":NaN}", ERR_JSON, "", "not a JSON document" },
	};
	for (size_t i = 0; i < countof(rows); i++)
		check_refused(*state, &referral_input__descriptor, &rows[i], strlen(rows[i].json));
}

static void everything_that_is_wrong_is_found_at_once(void **state)
{
	static const char json[] = "{\"aim\":7,\"colour\":1,\"citizen\":{\"birthYear\":true,\"name\":\"A\",\"sex\":\"x\"},"
	                           "\"reasons\":[\"a\",3],\"wishes\":[],\"note\":\"n\"}";
	static const char *const fields[] = { "aim", "colour", "citizen.birthYear", "citizen.sex", "reasons[1]", "wishes" };
	ProtobufCMessage *m = NULL;
	struct refusal why = { .err = OK };
	assert_int_equal(shape_read_json(*state, &referral_input__descriptor, json, strlen(json), &m, &why), OK);
	const struct broken *b = why.broken;
	for (size_t i = 0; i < countof(fields); i++, b = b->next)
		assert_string_equal(b->field, fields[i]);
	assert_null(b);
	const ReferralInput *in = (const ReferralInput *)m; /* what was right is read */
	assert_string_equal(in->citizen->name, "A");
	assert_string_equal(in->note, "n");
	assert_int_equal(in->n_reasons, 2);
	assert_string_equal(in->reasons[1], "");
}

static void refusals_inside_maps_and_lists_of_messages_name_their_place(void **state)
{
	struct refused answer = { "{\"answers\":{\"happy\":2.5}}", ERR_TYPE, "answers.happy", "must be a whole number" };
	check_refused(*state, &measurement_input__descriptor, &answer, strlen(answer.json));
	struct refused due = { "{\"due\":[{},{\"dueOn\":1}]}", ERR_TYPE, "due[1].dueOn", "must be text" };
	check_refused(*state, &measurement__descriptor, &due, strlen(due.json));
	struct refused number = { "{\"answers\":{\"happy\":[1]}}", ERR_TYPE, "answers.happy", "must be a whole number" };
	check_refused(*state, &measurement_input__descriptor, &number, strlen(number.json));
}

static void a_raw_nul_byte_is_refused(void **state)
{
	struct refused row = { "{\"aim\":\"a\0b\"}", ERR_JSON, "", "" };
	check_refused(*state, &referral_input__descriptor, &row, 13);
	row.json = "{}\0";
	check_refused(*state, &referral_input__descriptor, &row, 3);
}

static void an_unknown_key_of_any_length_is_shown_in_part(void **state)
{
	struct buffer json = buffer_in(*state);
	buffer_puts(&json, "{\"");
	for (int i = 0; i < 100; i++)
		buffer_puts(&json, i == 0 ? "x" : "ø"); /* the cut at 64 bytes falls inside a character */
	buffer_puts(&json, "\":1}");
	ProtobufCMessage *m = NULL;
	struct refusal why;
	assert_int_equal(shape_from_json(*state, &citizen__descriptor, json.data, json.len, &m, &why), ERR_UNKNOWN_FIELD);
	assert_int_equal(strlen(why.field), 63);
	assert_true(shape_is_utf8(why.field, strlen(why.field)));
}

static void nesting_and_size_have_caps(void **state)
{
	struct buffer deep = buffer_in(*state);
	for (int i = 0; i < 40; i++)
		buffer_puts(&deep, "{\"citizen\":");
	struct refused row = { deep.data, ERR_JSON, "", "nested too deeply" };
	check_refused(*state, &referral_input__descriptor, &row, deep.len);
	char *spaces = arena_alloc(*state, SHAPE_MAX_BYTES + 1);
	memset(spaces, ' ', SHAPE_MAX_BYTES + 1);
	memcpy(spaces, "{}", 2);
	row = (struct refused){ spaces, ERR_TOO_LARGE, "", "65536" };
	check_refused(*state, &referral_input__descriptor, &row, SHAPE_MAX_BYTES + 1);
	ProtobufCMessage *m = NULL;
	struct refusal why;
	assert_int_equal(shape_from_json(*state, &citizen__descriptor, spaces, SHAPE_MAX_BYTES, &m, &why), OK);
}

static void brackets_inside_strings_are_not_nesting(void **state)
{
	const ReferralInput *in = read_json(*state, &referral_input__descriptor,
	                                    "{\"note\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}");
	assert_int_equal(in->note[0], '"');
}

static void over_the_memory_limit_is_refused_without_a_leak(void **state)
{
	(void)state;
	struct arena *small = arena_new(2000);
	static const char json[] =
	    "{\"reasons\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	    "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}";
	struct refused row = { json, ERR_MEMORY, "", "memory" };
	check_refused(small, &referral_input__descriptor, &row, strlen(json));
	arena_free(small);
}

static void a_message_is_written_in_lower_camel_case_without_what_is_not_said(void **state)
{
	Citizen citizen = CITIZEN__INIT;
	const char *languages[] = { "da", "uk" };
	citizen.birth_year = 1990;
	citizen.anonymous = 1;
	citizen.n_languages = 2;
	citizen.languages = languages;
	Referral referral = REFERRAL__INIT;
	referral.id = "r1";
	referral.version = INT64_C(9007199254740991);
	referral.citizen = &citizen;
	referral.waiting_position = -1;
	Referral *items[] = { &referral, &referral };
	Referrals list = REFERRALS__INIT;
	list.n_items = 2;
	list.items = items;
	static const char one[] = "{\"id\":\"r1\",\"version\":9007199254740991,\"waitingPosition\":-1,"
	                          "\"citizen\":{\"birthYear\":1990,\"languages\":[\"da\",\"uk\"],\"anonymous\":true}}";
	assert_string_equal(write_json(*state, &referral), one);
	assert_string_equal(write_json(*state, &list), arena_printf(*state, "{\"items\":[%s,%s]}", one, one));
}

static void the_least_int64_is_written_exactly(void **state)
{
	Referral referral = REFERRAL__INIT;
	referral.version = INT64_MIN;
	assert_string_equal(write_json(*state, &referral), "{\"version\":-9223372036854775808}");
	const Referral *back = read_json(*state, &referral__descriptor, "{\"version\":-9223372036854775808}");
	assert_true(back->version == INT64_MIN);
}

static void text_is_escaped_and_comes_back(void **state)
{
	static const char text[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f Søren";
	struct buffer out = buffer_in(*state);
	json_quote(&out, text);
	assert_string_equal(out.data, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f Søren\"");
	Problem problem = PROBLEM__INIT;
	problem.detail = text;
	const Problem *back = read_json(*state, &problem__descriptor, write_json(*state, &problem));
	assert_string_equal(back->detail, text);
}

static void one_field_is_read_and_written_alone(void **state)
{
	Measurement *m = shape_new(*state, &measurement__descriptor);
	struct shape_slot due, answers;
	struct refusal why = { .field = "" };
	assert_true(shape_find(*state, &m->base, "due", &due));
	assert_true(shape_find(*state, &m->base, "answers", &answers));
	static const char dues[] = "[{\"instrument\":\"ors\"},{}]", map[] = "{\"a\":1}", bad[] = "[{\"kind\":1}]";
	assert_int_equal(shape_field_from_json(*state, due, dues, strlen(dues), &why), OK);
	assert_int_equal(shape_field_from_json(*state, answers, map, strlen(map), &why), OK);
	struct buffer out = buffer_in(*state);
	shape_field_to_json(&out, due);
	shape_field_to_json(&out, answers);
	assert_string_equal(out.data, "[{\"instrument\":\"ors\"},{}]{\"a\":1}");
	assert_int_equal(shape_field_from_json(*state, due, bad, strlen(bad), &why), ERR_TYPE);
	assert_string_equal(why.field, "due[0].kind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_referral_is_read_with_all_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(a_map_is_read_from_an_object, setup, teardown),
		cmocka_unit_test_setup_teardown(null_is_not_said, setup, teardown),
		cmocka_unit_test_setup_teardown(a_zero_in_a_oneof_survives, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals_name_the_field_and_the_rule, setup, teardown),
		cmocka_unit_test_setup_teardown(everything_that_is_wrong_is_found_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(refusals_inside_maps_and_lists_of_messages_name_their_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_raw_nul_byte_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_key_of_any_length_is_shown_in_part, setup, teardown),
		cmocka_unit_test_setup_teardown(nesting_and_size_have_caps, setup, teardown),
		cmocka_unit_test_setup_teardown(brackets_inside_strings_are_not_nesting, setup, teardown),
		cmocka_unit_test(over_the_memory_limit_is_refused_without_a_leak),
		cmocka_unit_test_setup_teardown(a_message_is_written_in_lower_camel_case_without_what_is_not_said, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(the_least_int64_is_written_exactly, setup, teardown),
		cmocka_unit_test_setup_teardown(text_is_escaped_and_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(one_field_is_read_and_written_alone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
