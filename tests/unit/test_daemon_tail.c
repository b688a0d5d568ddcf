/* SPDX-License-Identifier: EUPL-1.2 */
/* The letters that a stream out keeps at hand: bounded, without holes, and none after a rollback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "delivery/internal.h"

static struct letter *letter(int64_t seq, size_t size)
{
	static uint8_t bytes[TAIL_BYTES + 1];
	Message m = MESSAGE__INIT;
	m.id = "id";
	m.type = "Type";
	m.entity = "entity";
	m.body = (ProtobufCBinaryData){ size, bytes };
	struct letter *l = letter_new(seq, &m);
	return l;
}

static void fill(struct tail *t, int64_t first, int64_t last, size_t size)
{
	for (int64_t seq = first; seq <= last; seq++)
		tail_put(t, letter(seq, size));
}

static void newest_letters_are_kept_and_no_more_than_there_is_room_for(void **state)
{
	(void)state;
	static struct tail t;
	fill(&t, 1, 3 * TAIL_LETTERS, 10);
	assert_null(tail_get(&t, 2 * TAIL_LETTERS));
	assert_int_equal(tail_get(&t, 2 * TAIL_LETTERS + 1)->seq, 2 * TAIL_LETTERS + 1);
	assert_int_equal(tail_get(&t, 3 * TAIL_LETTERS)->seq, 3 * TAIL_LETTERS);
	assert_null(tail_get(&t, 3 * TAIL_LETTERS + 1));
	tail_clear(&t);
	assert_int_equal(t.bytes, 0);
}

static void large_letters_leave_before_memory_is_full(void **state)
{
	(void)state;
	static struct tail t;
	fill(&t, 1, 100, 64 * 1024);
	assert_true(t.bytes <= TAIL_BYTES);
	assert_non_null(tail_get(&t, 100));
	assert_null(tail_get(&t, 100 - 16));
	tail_put(&t, letter(101, TAIL_BYTES + 1)); /* alone it may be larger than the room for all */
	assert_non_null(tail_get(&t, 101));
	assert_null(tail_get(&t, 100));
	tail_clear(&t);
}

static void what_was_rolled_back_is_gone_and_its_numbers_are_given_again(void **state)
{
	(void)state;
	static struct tail t;
	fill(&t, 1, 10, 10);
	tail_drop_after(&t, 7);
	assert_null(tail_get(&t, 8));
	assert_non_null(tail_get(&t, 7));
	fill(&t, 8, 9, 10);
	assert_int_equal(tail_get(&t, 8)->seq, 8);
	tail_drop_after(&t, 0);
	assert_null(tail_get(&t, 1));
	assert_int_equal(t.bytes, 0);
}

static void what_was_acknowledged_is_freed(void **state)
{
	(void)state;
	static struct tail t;
	fill(&t, 5, 10, 10);
	tail_drop_until(&t, 8);
	assert_null(tail_get(&t, 8));
	assert_non_null(tail_get(&t, 9));
	tail_drop_until(&t, 1000);
	assert_int_equal(t.bytes, 0);
	fill(&t, 11, 12, 10); /* and it goes on from there, or from anywhere */
	fill(&t, 20, 21, 10);
	assert_null(tail_get(&t, 12));
	assert_non_null(tail_get(&t, 20));
	tail_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_letters_are_kept_and_no_more_than_there_is_room_for),
		cmocka_unit_test(large_letters_leave_before_memory_is_full),
		cmocka_unit_test(what_was_rolled_back_is_gone_and_its_numbers_are_given_again),
		cmocka_unit_test(what_was_acknowledged_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
