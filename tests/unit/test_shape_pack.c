/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes to messages: what comes from a node is hostile until it has been read. Fields by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "api.pb-c.h"
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

static enum err unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const char *bytes, size_t len)
{
	ProtobufCMessage *m = NULL;
	enum err e = shape_unpack(a, type, bytes, len, &m);
	assert_true((e == OK) == (m != NULL));
	return e;
}

#define UNPACK(a, type, bytes) unpack((a), (type), (bytes), sizeof(bytes) - 1)

static void what_is_packed_comes_back(void **state)
{
	struct arena *a = *state;
	MeasurementInput *in = shape_new(a, &measurement_input__descriptor);
	MeasurementInput__AnswersEntry *answer = shape_new(a, &measurement_input__answers_entry__descriptor);
	*answer = (MeasurementInput__AnswersEntry){ .base = answer->base, .key = "happy", .value = -3 };
	in->instrument = "ors";
	in->answers = &answer;
	in->n_answers = 1;
	ProtobufCBinaryData packed = shape_pack(a, &in->base);
	ProtobufCMessage *m = NULL;
	assert_int_equal(shape_unpack(a, &measurement_input__descriptor, packed.data, packed.len, &m), OK);
	MeasurementInput *out = (MeasurementInput *)m;
	assert_string_equal(out->instrument, "ors");
	assert_int_equal(out->n_answers, 1);
	assert_string_equal(out->answers[0]->key, "happy");
	assert_int_equal(out->answers[0]->value, -3);
	assert_ptr_equal(out->rater, protobuf_c_empty_string);
}

static void an_empty_message_is_no_bytes(void **state)
{
	assert_int_equal(shape_pack(*state, shape_new(*state, &citizen__descriptor)).len, 0);
	assert_int_equal(UNPACK(*state, &citizen__descriptor, ""), OK);
}

static void nul_in_a_string_is_refused(void **state)
{
	assert_int_equal(UNPACK(*state, &citizen__descriptor,
	                        "\x0a\x03"
	                        "a\0b"),
	                 ERR_MALFORMED);
}

static void bad_utf8_deep_inside_is_refused(void **state)
{
	assert_int_equal(UNPACK(*state, &referral_input__descriptor, "\x2a\x04\x0a\x02\xc3\xa6"), OK);
	assert_int_equal(UNPACK(*state, &referral_input__descriptor, "\x2a\x04\x0a\x02\xc3\x41"), ERR_MALFORMED);
	assert_int_equal(UNPACK(*state, &referral_input__descriptor, "\x32\x02\xc0\x80"), ERR_MALFORMED);
}

static void lengths_beyond_the_end_are_refused(void **state)
{
	assert_int_equal(UNPACK(*state, &citizen__descriptor,
	                        "\x0a\x05"
	                        "ab"),
	                 ERR_MALFORMED);
	assert_int_equal(UNPACK(*state, &citizen__descriptor, "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
	                 ERR_MALFORMED);
	assert_int_equal(UNPACK(*state, &citizen__descriptor, "\x28"), ERR_MALFORMED);
	assert_int_equal(UNPACK(*state, &citizen__descriptor, "\x2b\x2c"), ERR_MALFORMED);
}

static void unknown_fields_are_taken_up_to_a_cap(void **state)
{
	char bytes[3 * (SHAPE_MAX_UNKNOWN + 1)];
	for (size_t i = 0; i <= SHAPE_MAX_UNKNOWN; i++)
		memcpy(bytes + 3 * i, "\xf8\x3f\x01", 3); /* field 1023, varint */
	assert_int_equal(unpack(*state, &citizen__descriptor, bytes, 3 * (size_t)SHAPE_MAX_UNKNOWN), OK);
	assert_int_equal(unpack(*state, &citizen__descriptor, bytes, sizeof bytes), ERR_MALFORMED);
}

static void too_many_bytes_are_refused(void **state)
{
	char *bytes = arena_alloc(*state, SHAPE_MAX_BYTES + 2);
	for (size_t i = 0; i < SHAPE_MAX_BYTES + 2; i += 2)
		memcpy(bytes + i, "\x28\x01", 2);
	assert_int_equal(unpack(*state, &citizen__descriptor, bytes, SHAPE_MAX_BYTES), OK);
	assert_int_equal(unpack(*state, &citizen__descriptor, bytes, SHAPE_MAX_BYTES + 2), ERR_MALFORMED);
}

static void the_arena_bounds_what_a_message_may_cost(void **state)
{
	(void)state;
	struct arena *small = arena_new(64 * 1024);
	char bytes[20000];
	for (size_t i = 0; i < sizeof bytes; i += 2)
		memcpy(bytes + i, "\x0a\x00", 2); /* an empty Referral in a list: 10,000 of some 250 bytes */
	assert_int_equal(unpack(small, &referrals__descriptor, bytes, sizeof bytes), ERR_MALFORMED);
	arena_free(small);
}

/* Each prefix and each flipped bit: found sound or refused, never read past the end (ASan). */
static void damaged_bytes_never_do_harm(void **state)
{
	struct arena *a = *state;
	static const char whole[] = "\x0a\x03ors\x22\x09\x0a\x05happy\x10\x02\x1a\x03xyz\x28\x01\xf8\x3f\x05";
	for (size_t len = 0; len < sizeof whole; len++) {
		for (size_t bit = 0; bit < 8 * len; bit++) {
			unsigned char *copy = arena_alloc(a, len);
			ProtobufCMessage *m = NULL;
			memcpy(copy, whole, len);
			copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
			if (shape_unpack(a, &measurement_input__descriptor, copy, len, &m) != OK)
				assert_null(m);
		}
		arena_reset(a);
	}
}

static void utf8_is_told_from_what_looks_like_it(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		bool sound;
	} rows[] = {
		{ "", true },
		{ "Søren \xe2\x82\xac \xf0\x9f\x98\x80", true },
		{ "\x80", false },
		{ "\xc1\xbf", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf0\x9f\x98", false },
		{ "\xff", false },
	};
	for (size_t i = 0; i < countof(rows); i++)
		assert_int_equal(shape_is_utf8(rows[i].s, strlen(rows[i].s)), rows[i].sound);
	assert_false(shape_is_utf8("a\0b", 3));
}

static void a_path_finds_a_field_of_a_sub_message(void **state)
{
	struct arena *a = *state;
	ReferralInput *in = shape_new(a, &referral_input__descriptor);
	struct shape_slot slot;
	assert_true(shape_find(NULL, &in->base, "citizen.birth_year", &slot));
	assert_null(slot.holder);
	assert_null(shape_at(slot));
	assert_false(shape_is_set(slot));
	assert_null(in->citizen);
	assert_true(shape_find(a, &in->base, "citizen.birthYear", &slot));
	assert_ptr_equal(slot.holder, in->citizen);
	assert_false(shape_is_set(slot));
	*(int32_t *)shape_at(slot) = 1990;
	assert_int_equal(in->citizen->birth_year, 1990);
	assert_true(shape_is_set(slot));
}

static void a_path_that_no_type_has_is_not_found(void **state)
{
	static const char *const paths[] = { "",           "citizen.",   "citizen.birth", "citizen.birth_years",
		                                 "birth_year", "reasons.x",  "citizen..x",    ".citizen",
		                                 "note.x",     "birth__year" };
	ReferralInput *in = shape_new(*state, &referral_input__descriptor);
	struct shape_slot slot = { 0 };
	for (size_t i = 0; i < countof(paths); i++)
		assert_false(shape_find(*state, &in->base, paths[i], &slot));
	assert_null(slot.field);
}

static void a_zero_in_a_oneof_is_said_and_elsewhere_not(void **state)
{
	Score *score = shape_new(*state, &score__descriptor);
	Citizen *citizen = shape_new(*state, &citizen__descriptor);
	struct shape_slot slot;
	assert_true(shape_find(NULL, &score->base, "value", &slot));
	assert_false(shape_is_set(slot));
	shape_choose(slot);
	assert_true(shape_is_set(slot));
	assert_int_equal(score->has_value_case, SCORE__HAS_VALUE_VALUE);
	assert_true(shape_find(NULL, &citizen->base, "birth_year", &slot));
	shape_choose(slot);
	assert_false(shape_is_set(slot));
}

static void a_missing_string_pointer_is_not_said(void **state)
{
	(void)state;
	Citizen citizen = { .base = PROTOBUF_C_MESSAGE_INIT(&citizen__descriptor) };
	struct shape_slot slot;
	assert_true(shape_find(NULL, &citizen.base, "name", &slot));
	assert_false(shape_is_set(slot));
}

static void only_maps_are_maps(void **state)
{
	(void)state;
	assert_true(shape_is_map(shape_field(&measurement__descriptor, "answers", 7)));
	assert_false(shape_is_map(shape_field(&measurement__descriptor, "scores", 6)));
	assert_false(shape_is_map(shape_field(&measurement__descriptor, "rater", 5)));
}

static void json_names_are_lower_camel_case(void **state)
{
	assert_string_equal(shape_json_name(*state, "contacting_subject_prohibited"), "contactingSubjectProhibited");
	assert_string_equal(shape_json_name(*state, "on"), "on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_packed_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_message_is_no_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(nul_in_a_string_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_utf8_deep_inside_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(lengths_beyond_the_end_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_fields_are_taken_up_to_a_cap, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_bytes_are_refused, setup, teardown),
		cmocka_unit_test(the_arena_bounds_what_a_message_may_cost),
		cmocka_unit_test_setup_teardown(damaged_bytes_never_do_harm, setup, teardown),
		cmocka_unit_test(utf8_is_told_from_what_looks_like_it),
		cmocka_unit_test_setup_teardown(a_path_finds_a_field_of_a_sub_message, setup, teardown),
		cmocka_unit_test_setup_teardown(a_path_that_no_type_has_is_not_found, setup, teardown),
		cmocka_unit_test_setup_teardown(a_zero_in_a_oneof_is_said_and_elsewhere_not, setup, teardown),
		cmocka_unit_test(a_missing_string_pointer_is_not_said),
		cmocka_unit_test(only_maps_are_maps),
		cmocka_unit_test_setup_teardown(json_names_are_lower_camel_case, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
