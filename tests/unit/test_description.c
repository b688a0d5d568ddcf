/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of an API as it is printed from tables of routes: what stands in a row stands in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "api.pb-c.h"
#include "serving/comment.h"
#include "serving/description.h"

static enum err nothing(struct tx *tx, const struct request *rq, struct reply *reply)
{
	(void)tx;
	(void)rq;
	(void)reply;
	return OK;
}

static const struct rule rules[] = {
	{ "channel", RULE_REQUIRED },
	{ "channel", RULE_CODE, "channel" },
	{ "received_on", RULE_DATE },
	{ "age", RULE_RANGE, .min = 1, .max = 120 },
	{ "reasons", RULE_MAX_ITEMS, .max = 20 },
	{ "note", RULE_MAX_LENGTH, .max = 7 },
	{ 0 },
};
static const struct parameter query[] = { { "on", PARAMETER_DATE, "The day.", .required = true }, { 0 } };
static const struct route routes[] = {
	{ "POST", "/api/v1/enquiries", "Register an enquiry. Always.", ROLE_LEAD, SCOPE_OWN_CASES, READS_PERSON,
	  &enquiry_input__descriptor, rules, .returns = &enquiry__descriptor, .write = nothing },
	{ "GET", "/api/v1/enquiries/{id}", "One enquiry.", ROLE_LEAD | ROLE_WORKER, SCOPE_ORGANISATION, READS_CODES,
	  .query = query, .returns = &enquiry__descriptor, .answer = nothing },
	{ "POST", "/api/v1/courses/{id}/close", "Close it.", ROLE_LEAD, .returns = &course__descriptor, .is_command = true,
	  .statuses = { 200, 202 }, .write = nothing },
	{ "GET", "/ready", "Whether it can.", ROLE_ANYONE, .media = "text/plain", .answer = nothing },
};
static const struct resource enquiries = { "Enquiries", "All of them.", ROWS(routes) };
static const struct resource about = { "About", "The node itself.", NULL, 0 };
static const struct resource *const resources[] = { &enquiries, &about, NULL };
static const struct served planted = { .name = "planted", .says = "Planted.", .resources = resources };

static struct arena *arena;
static json_t *document;

static int print(void **state)
{
	(void)state;
	arena = arena_new((size_t)16 * 1024 * 1024);
	document = json_loads(description_print(arena, &planted), JSON_REJECT_DUPLICATES, NULL);
	return arena && document ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	json_decref(document);
	arena_free(arena);
	return 0;
}

/* What stands at a path of names; fails when one is not there. */
static json_t *at(json_t *from, ...)
{
	va_list names;
	va_start(names, from);
	for (const char *name; from && (name = va_arg(names, const char *));)
		from = json_object_get(from, name);
	va_end(names);
	assert_non_null(from);
	return from;
}

#define AT(...) at(document, __VA_ARGS__, NULL)
#define TEXT(...) json_string_value(AT(__VA_ARGS__))
#define SCHEMA(...) "components", "schemas", __VA_ARGS__

static void a_route_is_described_with_its_words_roles_and_scope(void **state)
{
	(void)state;
	json_t *get = AT("paths", "/api/v1/enquiries/{id}", "get");
	assert_string_equal(json_string_value(at(get, "operationId", NULL)), "getEnquiry");
	assert_string_equal(json_string_value(at(get, "summary", NULL)), "One enquiry");
	assert_string_equal(json_string_value(json_array_get(at(get, "x-roles", NULL), 1)), "lead");
	assert_int_equal(json_array_size(at(get, "x-roles", NULL)), 2);
	assert_string_equal(json_string_value(at(get, "x-scope", NULL)), "organisation");
	assert_string_equal(json_string_value(at(get, "x-reads", NULL)), "codes");
	assert_string_equal(TEXT("paths", "/api/v1/enquiries", "post", "operationId"), "postEnquiries");
	assert_int_equal(json_array_size(AT("paths", "/ready", "get", "security")), 0);
}

static void answers_are_those_that_can_come(void **state)
{
	(void)state;
	json_t *close = AT("paths", "/api/v1/courses/{id}/close", "post", "responses");
	json_t *get = AT("paths", "/api/v1/enquiries/{id}", "get", "responses");
	assert_non_null(at(close, "202", "headers", "Location", NULL));
	assert_null(json_object_get(at(close, "202", "headers", NULL), "Preference-Applied"));
	assert_non_null(at(close, "200", "headers", "Preference-Applied", NULL));
	assert_non_null(at(close, "412", NULL));
	assert_null(json_object_get(close, "201"));
	assert_null(json_object_get(close, "415")); /* it takes no body */
	assert_non_null(at(get, "200", "headers", "ETag", NULL));
	assert_non_null(at(get, "404", NULL));
	assert_null(json_object_get(get, "409"));
	assert_non_null(AT("paths", "/ready", "get", "responses", "200", "content", "text/plain"));
}

static void a_rule_becomes_a_limit_of_its_field(void **state)
{
	(void)state;
	json_t *fields = AT(SCHEMA("EnquiryInput", "properties"));
	assert_string_equal(json_string_value(at(fields, "channel", "$ref", NULL)), "#/components/schemas/Code.channel");
	assert_string_equal(json_string_value(at(fields, "receivedOn", "format", NULL)), "date");
	assert_int_equal(json_integer_value(at(fields, "age", "minimum", NULL)), 1);
	assert_int_equal(json_integer_value(at(fields, "age", "maximum", NULL)), 120);
	assert_int_equal(json_integer_value(at(fields, "reasons", "maxItems", NULL)), 20);
	assert_int_equal(json_integer_value(at(fields, "note", "maxLength", NULL)), 7);
	assert_string_equal(json_string_value(json_array_get(AT(SCHEMA("EnquiryInput", "required")), 0)), "channel");
	assert_false(json_boolean_value(AT(SCHEMA("EnquiryInput", "additionalProperties"))));
}

static void options_and_comments_of_the_proto_files_are_told(void **state)
{
	(void)state;
	json_t *id = AT(SCHEMA("Enquiry", "properties", "id"));
	assert_string_equal(json_string_value(at(id, "format", NULL)), "uuid");
	assert_string_equal(json_string_value(at(id, "description", NULL)), comment_find("Enquiry", "id")->says);
	assert_string_equal(comment_find("Enquiry", "channel")->code, "channel");
	assert_string_equal(comment_find("Enquiry", NULL)->says, "An enquiry as it stands.");
	assert_string_equal(comment_find("Enquiry", "nothing")->says, "");
	assert_string_equal(comment_find("Score", "value")->says, "The score; absent when too few items were answered.");
}

static void codes_have_their_words_in_both_languages(void **state)
{
	(void)state;
	assert_string_equal(TEXT(SCHEMA("Code.channel", "x-words", "self", "da")), "henvendte sig selv");
	assert_string_equal(TEXT(SCHEMA("Code.channel", "x-words", "self", "en")), "came by her/himself");
}

static void every_error_that_a_client_can_meet_is_described(void **state)
{
	static const enum err others[] = { OK, ERR_NO_PARENT, ERR_MALFORMED, ERR_NO_HANDLER, ERR_CRYPTO };
	json_t *known = AT(SCHEMA("Code.problem", "enum"));
	(void)state;
	for (enum err e = OK; e < ERR_COUNT; e++) {
		const char *type = arena_printf(arena, "/problems/%s", err_slug(e));
		bool described = false, other = false;
		for (size_t i = 0; i < json_array_size(known); i++)
			described |= strcmp(json_string_value(json_array_get(known, i)), type) == 0;
		for (size_t i = 0; i < countof(others); i++)
			other |= others[i] == e;
		assert_int_equal(described, !other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_is_described_with_its_words_roles_and_scope),
		cmocka_unit_test(answers_are_those_that_can_come),
		cmocka_unit_test(a_rule_becomes_a_limit_of_its_field),
		cmocka_unit_test(options_and_comments_of_the_proto_files_are_told),
		cmocka_unit_test(codes_have_their_words_in_both_languages),
		cmocka_unit_test(every_error_that_a_client_can_meet_is_described),
	};
	return cmocka_run_group_tests(tests, print, drop);
}
