/* SPDX-License-Identifier: EUPL-1.2 */
/* Which new life of a node's database is believed: just the one that a partner signed for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "membership/life.h"

#define EPOCH "11111111-1111-4111-8111-111111111111"

static unsigned char secret[64], public[32];

/* Stands in for the agreement: "kommune" is its one partner. */
bool agreement_signed(const struct agreement *a, const char *organisation, const char *text, size_t len,
                      const unsigned char signature[AGREEMENT_SIGNATURE_LEN])
{
	(void)a;
	return strcmp(organisation, "kommune") == 0 &&
	       crypto_sign_verify_detached(signature, (const unsigned char *)text, len, public) == 0;
}

static int begin(void **state)
{
	(void)state;
	assert_true(sodium_init() >= 0);
	return crypto_sign_keypair(public, secret);
}

static struct life signed_life(void)
{
	struct life l = { .epoch = EPOCH, .since = 1700000000000, .partner = "kommune" };
	life_sign(&l, "reden", secret);
	return l;
}

static void life_that_a_partner_signed_for_is_believed_of_that_node_only(void **state)
{
	(void)state;
	struct life l = signed_life();
	assert_true(life_holds(&l, "reden", NULL));
	assert_false(life_holds(&l, "livarehab", NULL));
}

static void nothing_of_what_was_signed_can_be_changed(void **state)
{
	(void)state;
	struct life epoch = signed_life(), since = signed_life(), partner = signed_life(), signature = signed_life();
	epoch.epoch[0] = '2';
	since.since++;
	memcpy(partner.partner, "livareh", 8);
	signature.signature[63] ^= 1;
	assert_false(life_holds(&epoch, "reden", NULL));
	assert_false(life_holds(&since, "reden", NULL));
	assert_false(life_holds(&partner, "reden", NULL));
	assert_false(life_holds(&signature, "reden", NULL));
}

static void life_without_a_time_or_a_proper_epoch_is_not_believed_though_signed(void **state)
{
	(void)state;
	struct life first = { .epoch = EPOCH, .partner = "kommune" };
	struct life nameless = { .epoch = "", .since = 1, .partner = "kommune" };
	life_sign(&first, "reden", secret);
	life_sign(&nameless, "reden", secret);
	assert_false(life_holds(&first, "reden", NULL));
	assert_false(life_holds(&nameless, "reden", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(life_that_a_partner_signed_for_is_believed_of_that_node_only),
		cmocka_unit_test(nothing_of_what_was_signed_can_be_changed),
		cmocka_unit_test(life_without_a_time_or_a_proper_epoch_is_not_believed_though_signed),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
