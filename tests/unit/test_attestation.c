/* SPDX-License-Identifier: EUPL-1.2 */
/* Attestations by which the reporting service knows who asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "membership/attestation.h"

#define NOW ((int64_t)1600000000)
#define HOUR ((int64_t)3600)

static struct arena *arena;
static struct secret_keys reden_keys, caseload_keys, stranger_keys;
static struct registry_node nodes[2];
static struct registry registry = { .nodes = nodes, .n_nodes = 2 };
static const struct attestation someone = { .node = "reden", .organisation = "reden", .user = "u7", .role = "lead" };

static const char *signed_with(const struct secret_keys *keys, struct attestation who, int64_t lifetime)
{
	const char *token = NULL;
	assert_int_equal(attestation_sign(arena, keys, &who, NOW, lifetime, &token), OK);
	return token;
}

static void is_refused(const char *token, int64_t now, const char *because)
{
	struct attestation got = { .user = "untouched" };
	struct refusal why = { .err = OK };
	assert_int_equal(attestation_verify(arena, &registry, token, now, &got, &why), ERR_BAD_TOKEN);
	assert_int_equal(why.err, ERR_BAD_TOKEN);
	if (!strstr(why.rule, because))
		fail_msg("refused because: %s", why.rule);
	assert_string_equal(got.user, "untouched");
}

static void attestation_of_an_intake_node_is_believed(void **state)
{
	(void)state;
	struct attestation got;
	struct refusal why;
	const char *token = signed_with(&reden_keys, someone, HOUR);
	assert_int_equal(attestation_verify(arena, &registry, token, NOW + HOUR - 1, &got, &why), OK);
	assert_string_equal(got.node, "reden");
	assert_string_equal(got.organisation, "reden");
	assert_string_equal(got.user, "u7");
	assert_string_equal(got.role, "lead");
	assert_int_equal(got.expires, NOW + HOUR);
	assert_null(strpbrk(token, "+/= "));
}

static void expired_attestation_is_refused(void **state)
{
	(void)state;
	is_refused(signed_with(&reden_keys, someone, HOUR), NOW + HOUR, "expired");
}

static void attestation_for_more_than_twelve_hours_is_neither_made_nor_believed(void **state)
{
	(void)state;
	const char *token = "untouched";
	assert_int_equal(attestation_sign(arena, &reden_keys, &someone, NOW, 12 * HOUR + 1, &token), ERR_VALUE);
	assert_int_equal(attestation_sign(arena, &reden_keys, &someone, NOW, 0, &token), ERR_VALUE);
	assert_string_equal(token, "untouched");
	/* Made by a clock that is an hour ahead. */
	is_refused(signed_with(&reden_keys, someone, 12 * HOUR), NOW - HOUR, "12 hours");
}

static void attestation_signed_with_another_key_is_refused(void **state)
{
	(void)state;
	is_refused(signed_with(&stranger_keys, someone, HOUR), NOW, "signature");
}

static void attestation_of_a_node_outside_the_registry_is_refused(void **state)
{
	(void)state;
	struct attestation stranger = someone;
	stranger.node = "stranger";
	is_refused(signed_with(&stranger_keys, stranger, HOUR), NOW, "intake node");
}

static void attestation_of_a_node_that_is_no_intake_is_refused(void **state)
{
	(void)state;
	struct attestation caseload = someone;
	caseload.node = "caseload";
	caseload.organisation = "kommune";
	is_refused(signed_with(&caseload_keys, caseload, HOUR), NOW, "intake node");
}

static void node_cannot_speak_for_another_organisation(void **state)
{
	(void)state;
	struct attestation other = someone;
	other.organisation = "kommune";
	is_refused(signed_with(&reden_keys, other, HOUR), NOW, "own organisation");
}

static void changing_any_character_breaks_the_attestation(void **state)
{
	(void)state;
	const char *token = signed_with(&reden_keys, someone, HOUR);
	for (size_t i = 0; i < strlen(token); i++) {
		char *changed = arena_strdup(arena, token);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		is_refused(changed, NOW, "");
	}
}

static void what_is_no_attestation_is_refused(void **state)
{
	(void)state;
	static const char *const tokens[] = { "", ".", "a.b", "no dot", "e30.e30", "bnVsbA.AAAA", "....", "\xff.\xff" };
	for (size_t i = 0; i < countof(tokens); i++)
		is_refused(tokens[i], NOW, "");
	char *longest = arena_alloc(arena, ATTESTATION_MAX_LENGTH + 10);
	memset(longest, 'A', ATTESTATION_MAX_LENGTH + 9);
	longest[5] = '.';
	is_refused(longest, NOW, "");
}

static int set_up(void **state)
{
	(void)state;
	unsigned char public[32];
	arena = arena_new(4 << 20);
	if (!arena || sodium_init() < 0)
		return -1;
	nodes[0] = (struct registry_node){ .name = "reden", .role = "intake", .organisation = "reden" };
	nodes[1] = (struct registry_node){ .name = "caseload", .role = "caseload", .organisation = "kommune" };
	crypto_sign_keypair(nodes[0].sign, reden_keys.sign_secret);
	crypto_sign_keypair(nodes[1].sign, caseload_keys.sign_secret);
	crypto_sign_keypair(public, stranger_keys.sign_secret);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attestation_of_an_intake_node_is_believed),
		cmocka_unit_test(expired_attestation_is_refused),
		cmocka_unit_test(attestation_for_more_than_twelve_hours_is_neither_made_nor_believed),
		cmocka_unit_test(attestation_signed_with_another_key_is_refused),
		cmocka_unit_test(attestation_of_a_node_outside_the_registry_is_refused),
		cmocka_unit_test(attestation_of_a_node_that_is_no_intake_is_refused),
		cmocka_unit_test(node_cannot_speak_for_another_organisation),
		cmocka_unit_test(changing_any_character_breaks_the_attestation),
		cmocka_unit_test(what_is_no_attestation_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
