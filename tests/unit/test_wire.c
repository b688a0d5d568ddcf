/* SPDX-License-Identifier: EUPL-1.2 */
/* Frames from a hostile peer: whatever the bytes are, they are read whole or refused, within the
 * memory set aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

static struct arena *arena;

static enum err unpack(const void *data, size_t len, const Frame **ret)
{
	ProtobufCMessage *m = NULL;
	arena_reset(arena);
	enum err e = wire_unpack(arena, &frame__descriptor, data, len, WIRE_PAYLOAD_MAX, &m);
	if (e == OK)
		*ret = (const Frame *)m;
	return e;
}

/* A batch of one message with a body of n bytes. */
static uint8_t *packed_batch(size_t n, size_t *ret_len)
{
	Message message = MESSAGE__INIT;
	message.id = "an id";
	message.type = "Referral";
	message.body.data = calloc(1, n);
	message.body.len = n;
	Message *messages[] = { &message };
	Batch batch = BATCH__INIT;
	batch.epoch = "an epoch";
	batch.first = 41;
	batch.n_messages = 1;
	batch.messages = messages;
	Frame frame = FRAME__INIT;
	frame.batch = &batch;
	*ret_len = frame__get_packed_size(&frame);
	uint8_t *packed = malloc(*ret_len);
	frame__pack(&frame, packed);
	free(message.body.data);
	return packed;
}

static void frame_larger_than_a_message_may_be_is_read(void **state)
{
	(void)state;
	size_t len;
	uint8_t *packed = packed_batch(900000, &len);
	const Frame *frame = NULL;
	assert_int_equal(unpack(packed, len, &frame), OK);
	assert_string_equal(frame->batch->epoch, "an epoch");
	assert_int_equal(frame->batch->first, 41);
	assert_int_equal(frame->batch->messages[0]->body.len, 900000);
	free(packed);
}

static void frame_over_the_cap_is_refused(void **state)
{
	(void)state;
	size_t len;
	uint8_t *packed = packed_batch(WIRE_PAYLOAD_MAX, &len);
	const Frame *frame = NULL;
	assert_int_equal(unpack(packed, len, &frame), ERR_MALFORMED);
	assert_null(frame);
	free(packed);
}

static void frame_cut_off_inside_is_refused(void **state)
{
	(void)state;
	size_t len;
	uint8_t *packed = packed_batch(100, &len);
	const Frame *frame = NULL;
	for (size_t cut = 1; cut < len; cut++)
		assert_int_equal(unpack(packed, cut, &frame), ERR_MALFORMED);
	free(packed);
}

static void frame_that_would_take_too_much_memory_is_refused(void **state)
{
	(void)state;
	/* A batch of half a million empty messages: two bytes each here, some eighty each when unpacked. */
	size_t inner = WIRE_PAYLOAD_MAX - 8;
	uint8_t *packed = calloc(1, WIRE_PAYLOAD_MAX);
	packed[0] = 0x12; /* batch, then its length as a varint of three bytes */
	packed[1] = (uint8_t)(inner & 0x7f) | 0x80;
	packed[2] = (uint8_t)((inner >> 7) & 0x7f) | 0x80;
	packed[3] = (uint8_t)(inner >> 14);
	for (size_t i = 0; i < inner; i += 2)
		packed[4 + i] = 0x1a; /* messages, of length 0 */
	const Frame *frame = NULL;
	assert_int_equal(unpack(packed, 4 + inner, &frame), ERR_MALFORMED);
	assert_in_range(arena_used(arena), 1, WIRE_MEMORY_MAX);
	free(packed);
}

static void string_with_nul_or_bad_utf8_is_refused(void **state)
{
	(void)state;
	const Frame *frame = NULL;
	assert_int_equal(unpack("\x0a\x04\x0a\x02"
	                        "ab",
	                        6, &frame),
	                 OK);
	assert_int_equal(unpack("\x0a\x04\x0a\x02"
	                        "a\0",
	                        6, &frame),
	                 ERR_MALFORMED);
	assert_int_equal(unpack("\x0a\x04\x0a\x02"
	                        "a\xff",
	                        6, &frame),
	                 ERR_MALFORMED);
}

static void many_unknown_fields_are_refused(void **state)
{
	(void)state;
	uint8_t packed[200];
	for (size_t i = 0; i < 100; i++) {
		packed[2 * i] = 0x78; /* field 15, a number */
		packed[2 * i + 1] = 1;
	}
	const Frame *frame = NULL;
	assert_int_equal(unpack(packed, 2 * 64, &frame), OK);
	assert_int_equal(unpack(packed, 2 * 65, &frame), ERR_MALFORMED);
}

static void random_and_damaged_bytes_never_do_harm(void **state)
{
	(void)state;
	size_t len;
	uint8_t *packed = packed_batch(64, &len);
	uint8_t *damaged = malloc(len);
	const Frame *frame = NULL;
	srand(1);
	for (int round = 0; round < 50000; round++) {
		memcpy(damaged, packed, len);
		for (int n = 1 + rand() % 4; n > 0; n--)
			damaged[(size_t)rand() % len] = (uint8_t)rand();
		if (round % 4 == 0)
			for (size_t i = 0; i < len; i++)
				damaged[i] = (uint8_t)rand();
		enum err e = unpack(damaged, len, &frame);
		assert_true(e == OK || e == ERR_MALFORMED);
	}
	free(damaged);
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_larger_than_a_message_may_be_is_read),
		cmocka_unit_test(frame_over_the_cap_is_refused),
		cmocka_unit_test(frame_cut_off_inside_is_refused),
		cmocka_unit_test(frame_that_would_take_too_much_memory_is_refused),
		cmocka_unit_test(string_with_nul_or_bad_utf8_is_refused),
		cmocka_unit_test(many_unknown_fields_are_refused),
		cmocka_unit_test(random_and_damaged_bytes_never_do_harm),
	};
	arena = arena_new(WIRE_MEMORY_MAX);
	int failed = arena ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	arena_free(arena);
	return failed;
}
