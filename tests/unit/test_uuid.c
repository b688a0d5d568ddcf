/* SPDX-License-Identifier: EUPL-1.2 */
/* Ids: new ones in order of time, derived ones always the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena_world.h"
#include "base/uuid.h"

static void new_ids_are_version_7_and_tell_the_time(void **state)
{
	(void)state;
	struct timespec t;
	char milliseconds[13] = "";
	const char *id = uuid_new(arena);
	clock_gettime(CLOCK_REALTIME, &t);
	assert_true(uuid_is_valid(id));
	assert_int_equal(id[14], '7');
	assert_non_null(strchr("89ab", id[19]));
	memcpy(milliseconds, id, 8);
	memcpy(milliseconds + 8, id + 9, 4);
	int64_t told = strtoll(milliseconds, NULL, 16), now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	assert_in_range(now - told, 0, 10000);
}

static void later_ids_are_greater_and_none_comes_twice(void **state)
{
	(void)state;
	const struct timespec moment = { .tv_nsec = 1000 }; /* more than the finest part that an id tells */
	const char *before = uuid_new(arena);
	for (int i = 0; i < 200; i++) {
		const char *at_once = uuid_new(arena);
		assert_string_not_equal(at_once, before);
		nanosleep(&moment, NULL);
		const char *after = uuid_new(arena);
		assert_true(strcmp(after, at_once) > 0);
		before = after;
	}
}

static void derived_ids_depend_on_cause_purpose_and_number_alone(void **state)
{
	(void)state;
	const char *id = uuid_derive(arena, "cause", "purpose", 1);
	assert_true(uuid_is_valid(id));
	assert_int_equal(id[14], '8');
	assert_string_equal(id, uuid_derive(arena, "cause", "purpose", 1));
	assert_string_not_equal(id, uuid_derive(arena, "cause", "purpose", 2));
	assert_string_not_equal(id, uuid_derive(arena, "cause", "other", 1));
	assert_string_not_equal(id, uuid_derive(arena, "causep", "urpose", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_ids_are_version_7_and_tell_the_time),
		cmocka_unit_test(later_ids_are_greater_and_none_comes_twice),
		cmocka_unit_test(derived_ids_depend_on_cause_purpose_and_number_alone),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
