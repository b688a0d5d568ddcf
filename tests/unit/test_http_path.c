/* SPDX-License-Identifier: EUPL-1.2 */
/* Path templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena_world.h"
#include "http/http.h"

static const char *params[HTTP_MAX_PARAMS];

static bool match(const char *pattern, const char *path)
{
	for (size_t i = 0; i < HTTP_MAX_PARAMS; i++)
		params[i] = "untouched";
	return http_path_match(arena, pattern, path, params);
}

static void literal_path_matches_itself_only(void **state)
{
	(void)state;
	assert_true(match("/api/v1/courses", "/api/v1/courses"));
	assert_true(match("/", "/"));
	assert_false(match("/api/v1/courses", "/api/v1/course"));
	assert_false(match("/api/v1/courses", "/api/v1/coursesx"));
	assert_false(match("/api/v1/courses", "/api/v1/courses/"));
	assert_false(match("/api/v1/courses", "/api/v1"));
	assert_false(match("/api/v1/courses", ""));
	assert_false(match("/", "//"));
	assert_false(match("/", ""));
}

static void parameters_come_in_order(void **state)
{
	(void)state;
	assert_true(match("/a/{id}/b/{other}", "/a/one/b/two"));
	assert_string_equal(params[0], "one");
	assert_string_equal(params[1], "two");
	assert_string_equal(params[2], "untouched");
	assert_true(match("/courses/{id}/close", "/courses/7/close"));
	assert_string_equal(params[0], "7");
}

static void parameter_is_one_whole_segment(void **state)
{
	(void)state;
	assert_false(match("/a/{id}", "/a/"));
	assert_false(match("/a/{id}", "/a"));
	assert_false(match("/a/{id}", "/a/b/c"));
	assert_false(match("/a/{id}/c", "/a//c"));
	assert_true(match("/a/{id}", "/a/{id}"));
}

static void parameters_of_a_path_that_does_not_match_stay_untouched(void **state)
{
	(void)state;
	assert_false(match("/a/{id}/close", "/a/one/open"));
	assert_string_equal(params[0], "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literal_path_matches_itself_only),
		cmocka_unit_test(parameters_come_in_order),
		cmocka_unit_test(parameter_is_one_whole_segment),
		cmocka_unit_test(parameters_of_a_path_that_does_not_match_stay_untouched),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
