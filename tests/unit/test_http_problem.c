/* SPDX-License-Identifier: EUPL-1.2 */
/* Problem documents of RFC 9457. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "arena_world.h"
#include "base/broken.h"
#include "http/http.h"

static struct http_reply problem(enum err e, const char *field, const char *rule)
{
	const struct refusal why = { .err = e, .field = field, .rule = rule };
	return http_problem(arena, &why, "/api/v1/referrals");
}

static void refusal_names_type_status_field_and_rule(void **state)
{
	(void)state;
	struct http_reply r = problem(ERR_VALUE, "citizen.cpr", "A \"CPR\" has ten digits.");
	assert_int_equal(r.status, 422);
	assert_string_equal(r.content_type, "application/problem+json");
	assert_int_equal(r.body_len, strlen(r.body));
	assert_string_equal(r.body,
	                    "{\"type\":\"/problems/invalid-value\",\"title\":\"A field has a value that is not allowed.\","
	                    "\"status\":422,\"detail\":\"A \\\"CPR\\\" has ten digits.\",\"field\":\"citizen.cpr\","
	                    "\"rule\":\"A \\\"CPR\\\" has ten digits.\",\"instance\":\"/api/v1/referrals\","
	                    "\"errors\":[{\"field\":\"citizen.cpr\",\"code\":\"invalid-value\","
	                    "\"message\":\"A \\\"CPR\\\" has ten digits.\"}]}");
	assert_null(r.www_authenticate);
	assert_null(r.retry_after);
}

static void all_broken_rules_are_in_it_with_their_values(void **state)
{
	(void)state;
	static const char *const known[] = { "exit", "improve" };
	struct refusal why = { .err = OK };
	broken_add(arena, &why, "aim", BROKEN_UNKNOWN_CODE, SAY_LIST("known", known, countof(known)));
	broken_add(arena, &why, "age", BROKEN_OUT_OF_RANGE, SAY_NUMBER("from", 0), SAY_NUMBER("to", 120));
	broken_add(arena, &why, "on", BROKEN_NOT_A_DATE);
	const char *body = http_problem(arena, &why, "").body;
	assert_non_null(strstr(body, "\"field\":\"aim\",\"rule\":\"must be one of: exit, improve\","));
	assert_string_equal(strstr(body, ",\"errors\""),
	                    ",\"errors\":["
	                    "{\"field\":\"aim\",\"code\":\"unknown-code\",\"message\":\"must be one of: exit, improve\","
	                    "\"args\":{\"known\":[\"exit\",\"improve\"]}},"
	                    "{\"field\":\"age\",\"code\":\"out-of-range\",\"message\":\"must be from 0 to 120\","
	                    "\"args\":{\"from\":0,\"to\":120}},"
	                    "{\"field\":\"on\",\"code\":\"not-a-date\","
	                    "\"message\":\"must be a date that exists, as YYYY-MM-DD\"}]}");
}

static void what_is_not_known_is_left_out(void **state)
{
	(void)state;
	struct http_reply r = problem(ERR_NOT_FOUND, "", NULL);
	assert_int_equal(r.status, 404);
	assert_null(strstr(r.body, "field"));
	assert_null(strstr(r.body, "rule"));
	assert_null(strstr(r.body, "detail"));
}

static void an_instance_is_a_uri_reference(void **state)
{
	(void)state;
	const struct refusal why = { .err = ERR_NOT_FOUND, .field = "id", .rule = "x" };
	struct http_reply r = http_problem(arena, &why, "/api/v1/workers/\xc3\x85se B%");
	assert_non_null(strstr(r.body, "\"instance\":\"/api/v1/workers/%C3%85se%20B%25\""));
}

static void unauthorised_says_how_to_authenticate(void **state)
{
	(void)state;
	assert_string_equal(problem(ERR_NO_TOKEN, "", "x").www_authenticate, "Bearer");
	assert_string_equal(problem(ERR_BAD_TOKEN, "", "x").www_authenticate, "Bearer");
	assert_null(problem(ERR_FORBIDDEN, "", "x").www_authenticate);
}

static void unavailable_says_when_to_come_back(void **state)
{
	(void)state;
	assert_string_equal(problem(ERR_BUSY, "", "x").retry_after, "1");
	assert_string_equal(problem(ERR_DB_LOST, "", "x").retry_after, "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusal_names_type_status_field_and_rule),
		cmocka_unit_test(all_broken_rules_are_in_it_with_their_values),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(an_instance_is_a_uri_reference),
		cmocka_unit_test(unauthorised_says_how_to_authenticate),
		cmocka_unit_test(unavailable_says_when_to_come_back),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
