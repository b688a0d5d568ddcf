/* SPDX-License-Identifier: EUPL-1.2 */
/* The states of a referral: each pair of states, each side, against the standard's own list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arena_world.h"
#include "vocab/code.h"
#include "vocab/referral.h"

/* The standard's list, written the other way round than the table in the code: all that may follow a state. */
static const struct {
	const char *from, *requester, *receiver;
} allowed[] = {
	{ "", "draft requested", "" },
	{ "draft", "requested entered-in-error", "" },
	{ "requested", "entered-in-error", "accepted rejected cancelled" },
	{ "accepted", "entered-in-error", "in-progress on-hold cancelled completed failed" },
	{ "in-progress", "entered-in-error", "on-hold completed failed cancelled" },
	{ "on-hold", "entered-in-error", "in-progress cancelled completed failed" },
	{ "rejected", "entered-in-error", "" },
	{ "cancelled", "entered-in-error", "" },
	{ "failed", "entered-in-error", "" },
	{ "completed", "entered-in-error", "" },
	{ "entered-in-error", "", "" },
};

static bool is_word_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *p = words; (p = strstr(p, word)); p += len)
		if ((p == words || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static void each_step_is_allowed_only_as_the_standard_says(void **state)
{
	const struct code_list *states = code_list("referral-state");
	(void)state;
	assert_int_equal(states->n, 10);
	for (size_t i = 0; i < countof(allowed); i++)
		for (size_t k = 0; k < states->n; k++) {
			const char *to = states->codes[k].code;
			bool requester = is_word_of(allowed[i].requester, to), receiver = is_word_of(allowed[i].receiver, to);
			enum err refused = requester || receiver ? ERR_FORBIDDEN : ERR_CONFLICT;
			struct refusal why;
			assert_int_equal(referral_next(arena, allowed[i].from, to, SIDE_REQUESTER, "other", &why),
			                 requester ? OK : refused);
			assert_int_equal(referral_next(arena, allowed[i].from, to, SIDE_RECEIVER, "other", &why),
			                 receiver ? OK : refused);
		}
}

static void a_refusing_state_needs_a_reason_code(void **state)
{
	static const struct {
		const char *from, *to, *reason;
		enum err err;
	} cases[] = {
		{ "requested", "rejected", "", ERR_MISSING },   { "requested", "rejected", NULL, ERR_MISSING },
		{ "requested", "rejected", "at-capacity", OK }, { "requested", "rejected", "dislike", ERR_VALUE },
		{ "requested", "cancelled", "", ERR_MISSING },  { "accepted", "on-hold", "", ERR_MISSING },
		{ "in-progress", "failed", "", ERR_MISSING },   { "requested", "accepted", "", OK },
		{ "in-progress", "completed", NULL, OK },
	};
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) {
		struct refusal why = { .field = "" };
		assert_int_equal(referral_next(arena, cases[i].from, cases[i].to, SIDE_RECEIVER, cases[i].reason, &why),
		                 cases[i].err);
		assert_string_equal(why.field, cases[i].err == OK ? "" : "statusReason");
	}
}

static void the_first_answer_is_due_by_priority(void **state)
{
	static const struct {
		const char *priority, *due;
	} cases[] = { { "stat", "2020-10-02" },    { "asap", "2020-10-05" }, { "urgent", "2020-10-06" },
		          { "routine", "2020-10-09" }, { "", "2020-10-09" },     { NULL, "2020-10-09" } };
	(void)state;
	for (size_t i = 0; i < countof(cases); i++) /* 2020-10-02 was a Friday */
		assert_string_equal(date_text(arena, referral_answer_by(cases[i].priority, date_or_none("2020-10-02"))),
		                    cases[i].due);
}

static void the_table_prints_itself(void **state)
{
	struct buffer b = buffer_in(arena);
	(void)state;
	referral_diagram(&b);
	assert_non_null(strstr(b.data, "stateDiagram-v2\n"));
	assert_non_null(strstr(b.data, "    [*] --> requested: requester\n"));
	assert_non_null(strstr(b.data, "    in_progress --> on_hold: receiver\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_allowed_only_as_the_standard_says),
		cmocka_unit_test(a_refusing_state_needs_a_reason_code),
		cmocka_unit_test(the_first_answer_is_due_by_priority),
		cmocka_unit_test(the_table_prints_itself),
	};
	return cmocka_run_group_tests(tests, set_up_arena, tear_down_arena);
}
