/* SPDX-License-Identifier: EUPL-1.2 */
/* Broken rules: collected without one following from another, said in words, and every value of theirs described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api.pb-c.h"
#include "arena_world.h"
#include "base/broken.h"
#include "serving/internal.h"

/* The fields and codes of a refusal, as "aim unknown-code, on not-a-date". */
static const char *all(const struct refusal *why)
{
	struct buffer out = buffer_in(arena);
	for (const struct broken *b = why->broken; b; b = b->next)
		buffer_printf(&out, "%s%s %s", b == why->broken ? "" : ", ", b->field, b->code);
	return out.data;
}

static void the_first_one_names_the_refusal(void **state)
{
	struct refusal why = { .err = OK };
	(void)state;
	assert_int_equal(broken_add(arena, &why, "aim", BROKEN_REQUIRED), ERR_MISSING);
	assert_int_equal(broken_add(arena, &why, "note", BROKEN_TOO_LONG, SAY_NUMBER("max", 200)), ERR_MISSING);
	assert_int_equal(why.err, ERR_MISSING);
	assert_string_equal(why.field, "aim");
	assert_string_equal(why.rule, "must be given");
	assert_string_equal(all(&why), "aim required, note too-long");
	assert_string_equal(why.broken->next->message, "must be at most 200 characters");
}

static void of_a_field_and_what_lies_in_it_the_first_is_said(void **state)
{
	struct refusal why = { .err = OK };
	(void)state;
	broken_add(arena, &why, "citizen.birth_year", BROKEN_NOT_NUMBER);
	broken_add(arena, &why, "citizen.birthYear", BROKEN_REQUIRED);
	broken_add(arena, &why, "reasons", BROKEN_TOO_MANY_ITEMS, SAY_NUMBER("max", 20));
	broken_add(arena, &why, "reasons[3]", BROKEN_UNKNOWN_CODE);
	broken_add(arena, &why, "reasonsOther", BROKEN_REQUIRED);
	assert_string_equal(all(&why), "citizen.birth_year wrong-type, reasons too-many-items, reasonsOther required");
}

static void what_could_not_be_read_is_not_said_to_be_missing(void **state)
{
	struct refusal why = { .err = OK };
	(void)state;
	broken_add(arena, &why, "answers.calm", BROKEN_NOT_NUMBER);
	broken_add(arena, &why, "answers", BROKEN_TOO_FEW_ANSWERS);
	assert_string_equal(all(&why), "answers.calm wrong-type");
	broken_add(arena, &why, "programmes[1]", BROKEN_PROGRAMME);
	broken_add(arena, &why, "programmes", BROKEN_TOO_MANY_ITEMS);
	assert_string_equal(all(&why),
	                    "answers.calm wrong-type, programmes[1] unknown-programme, programmes too-many-items");
}

static void a_refusal_has_an_end(void **state)
{
	struct refusal why = { .err = OK };
	size_t n = 0;
	(void)state;
	for (int i = 0; i < 1000; i++)
		broken_add(arena, &why, arena_printf(arena, "f%d", i), BROKEN_UNKNOWN_FIELD);
	for (const struct broken *b = why.broken; b; b = b->next)
		n++;
	assert_int_equal(n, BROKEN_MAX);
}

static void every_value_of_a_sentence_is_described(void **state)
{
	static const struct {
		const char *code, *sentence;
	} rows[] = {
#define ROW(name, code, err, sentence) { code, sentence },
		BROKEN_TABLE(ROW)
#undef ROW
	};
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		assert_int_equal(strspn(rows[i].code, "abcdefghijklmnopqrstuvwxyz-"), strlen(rows[i].code));
		for (const char *at = rows[i].sentence; (at = strchr(at, '{')); at++)
			if (!shape_field(&rule_args__descriptor, at + 1, strcspn(at + 1, "}")))
				fail_msg("%s: RuleArgs has no field for %s", rows[i].code, at);
	}
}

/* --- rules of fields --- */

static const struct rule rules[] = {
	{ "name", RULE_REQUIRED },
	{ "name", RULE_MAX_LENGTH, .max = 200 },
	{ "kind", RULE_CODE, "worker-kind" },
	{ "languages", RULE_MAX_ITEMS, .max = 2 },
	{ "languages", RULE_CODE, "language" },
	{ "active_from", RULE_PAST_DATE },
	{ 0 },
};

static const char *broken_by(WorkerInput *in)
{
	struct tx tx = { .arena = arena, .latest = date_make(2026, 11, 28) };
	enum err e = rules_check(&tx, NULL, &in->base, rules);
	assert_int_equal(e, tx.why.err);
	return all(&tx.why);
}

static const char *times(const char *text, size_t n)
{
	struct buffer out = buffer_in(arena);
	for (size_t i = 0; i < n; i++)
		buffer_puts(&out, text);
	return out.data;
}

static void all_broken_rules_are_named(void **state)
{
	WorkerInput in = WORKER_INPUT__INIT;
	const char *languages[] = { "da", "danish" };
	(void)state;
	in.kind = "robot";
	in.n_languages = 2;
	in.languages = languages;
	in.active_from = "2026-11-29";
	assert_string_equal(broken_by(&in), "name required, kind unknown-code, languages[1] unknown-code, "
	                                    "activeFrom in-the-future");
	in.active_from = "2026-11-31";
	in.n_languages = 0;
	assert_string_equal(broken_by(&in), "name required, kind unknown-code, activeFrom not-a-date");
	in.active_from = "2026-11-28";
	in.kind = "worker";
	in.name = "Anna";
	assert_string_equal(broken_by(&in), "");
}

static void lengths_count_characters(void **state)
{
	WorkerInput in = WORKER_INPUT__INIT;
	(void)state;
	in.name = times("ก", 200); /* three bytes each */
	assert_string_equal(broken_by(&in), "");
	in.name = times("ก", 201);
	assert_string_equal(broken_by(&in), "name too-long");
	in.name = times("\xf0\x9f\x98\x80", 200);
	assert_string_equal(broken_by(&in), "");
}

static void a_name_of_spaces_is_not_given(void **state)
{
	static const char *const blank[] = { "", " ", "  \t\n", "\x7f", "\xc2\x9b " };
	WorkerInput in = WORKER_INPUT__INIT;
	(void)state;
	for (size_t i = 0; i < countof(blank); i++) {
		in.name = blank[i];
		assert_string_equal(broken_by(&in), "name required");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_one_names_the_refusal),
		cmocka_unit_test(of_a_field_and_what_lies_in_it_the_first_is_said),
		cmocka_unit_test(what_could_not_be_read_is_not_said_to_be_missing),
		cmocka_unit_test(a_refusal_has_an_end),
		cmocka_unit_test(every_value_of_a_sentence_is_described),
		cmocka_unit_test(all_broken_rules_are_named),
		cmocka_unit_test(lengths_count_characters),
		cmocka_unit_test(a_name_of_spaces_is_not_given),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
