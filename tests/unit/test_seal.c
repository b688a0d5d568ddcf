/* SPDX-License-Identifier: EUPL-1.2 */
/* What a broker, a stranger or a third node can do with a sealed frame: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "wire/seal.h"

enum { REDEN, CASELOAD, KOMMUNE, N_NODES };

static struct arena *arena;
static struct secret_keys keys[N_NODES];
static struct registry_node nodes[N_NODES] = {
	[REDEN] = { .name = "reden" },
	[CASELOAD] = { .name = "caseload" },
	[KOMMUNE] = { .name = "kommune" },
};
static struct seal *seals[N_NODES];

static int make_nodes(void **state)
{
	(void)state;
	arena = arena_new((size_t)4 * 1024 * 1024);
	for (size_t i = 0; i < N_NODES; i++) {
		crypto_box_keypair(nodes[i].box, keys[i].box_secret);
		crypto_sign_keypair(nodes[i].sign, keys[i].sign_secret);
		if (seal_new(nodes[i].name, &(struct key_ring){ { keys[i] }, 1 }, &seals[i]) != OK)
			return 1;
	}
	return 0;
}

static int free_nodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_NODES; i++)
		seal_free(seals[i]);
	arena_free(arena);
	return 0;
}

static Sealed sealed_ack(int from, int to)
{
	Ack ack = ACK__INIT;
	Frame frame = FRAME__INIT;
	Sealed sealed;
	ack.epoch = "e";
	ack.position = 7;
	frame.ack = &ack;
	assert_int_equal(seal_close(arena, seals[from], &nodes[to], &frame, &sealed), OK);
	return sealed;
}

static void does_not_open(int at, int claimed_sender, const Sealed *sealed)
{
	Frame *got = NULL;
	assert_int_equal(seal_open(arena, seals[at], &nodes[claimed_sender], sealed, &got), ERR_CRYPTO);
	assert_null(got);
}

static void the_receiver_reads_what_the_sender_wrote(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	Frame *got = NULL;
	assert_int_equal(seal_open(arena, seals[CASELOAD], &nodes[REDEN], &sealed, &got), OK);
	assert_int_equal(got->ack->position, 7);
	assert_string_equal(sealed.sender_key, seal_key_id(arena, nodes[REDEN].box));
	assert_string_equal(sealed.receiver_key, seal_key_id(arena, nodes[CASELOAD].box));
}

static void nobody_else_opens_it(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	does_not_open(KOMMUNE, REDEN, &sealed);
}

static void a_broker_cannot_say_that_another_sent_it(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	does_not_open(CASELOAD, KOMMUNE, &sealed);
}

static void a_frame_sent_back_to_its_sender_does_not_open(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	does_not_open(REDEN, CASELOAD, &sealed);
}

static void every_changed_byte_is_noticed(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	for (size_t i = 0; i < sealed.box.len; i++) {
		sealed.box.data[i] ^= 1;
		does_not_open(CASELOAD, REDEN, &sealed);
		sealed.box.data[i] ^= 1;
	}
	sealed.nonce.data[0] ^= 1;
	does_not_open(CASELOAD, REDEN, &sealed);
}

static void a_truncated_frame_does_not_open(void **state)
{
	(void)state;
	Sealed sealed = sealed_ack(REDEN, CASELOAD);
	for (; sealed.box.len > 0;) {
		sealed.box.len--;
		does_not_open(CASELOAD, REDEN, &sealed);
	}
	sealed.nonce.len = 0;
	does_not_open(CASELOAD, REDEN, &sealed);
}

static void the_same_frame_never_looks_the_same(void **state)
{
	(void)state;
	Sealed one = sealed_ack(REDEN, CASELOAD), two = sealed_ack(REDEN, CASELOAD);
	assert_int_equal(one.box.len, two.box.len);
	assert_memory_not_equal(one.box.data, two.box.data, one.box.len);
}

static void a_signed_head_holds_for_its_stream_alone(void **state)
{
	(void)state;
	unsigned char signature[SIGNATURE_LEN];
	struct chain chain = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
	seal_sign_chain(seals[REDEN], "caseload", "e", 5, &chain, signature);
	const struct seal *at = seals[CASELOAD];
	assert_true(seal_chain_holds(at, &nodes[REDEN], "e", 5, &chain, signature, sizeof signature));
	assert_false(seal_chain_holds(at, &nodes[REDEN], "e", 6, &chain, signature, sizeof signature));
	assert_false(seal_chain_holds(at, &nodes[REDEN], "f", 5, &chain, signature, sizeof signature));
	assert_false(seal_chain_holds(at, &nodes[REDEN], "e", 5, &other, signature, sizeof signature));
	assert_false(seal_chain_holds(at, &nodes[KOMMUNE], "e", 5, &chain, signature, sizeof signature));
	assert_false(seal_chain_holds(seals[KOMMUNE], &nodes[REDEN], "e", 5, &chain, signature, sizeof signature));
	assert_false(seal_chain_holds(at, &nodes[REDEN], "e", 5, &chain, signature, sizeof signature - 1));
}

static SignedHead shown(const struct chain *chain, unsigned char signature[SIGNATURE_LEN])
{
	SignedHead head = SIGNED_HEAD__INIT;
	head.seq = 5;
	head.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)chain->head };
	head.signature = (ProtobufCBinaryData){ SIGNATURE_LEN, signature };
	return head;
}

static void what_a_node_signed_itself_is_known_again(void **state)
{
	(void)state;
	unsigned char signature[SIGNATURE_LEN];
	struct chain chain = { { 1, 2, 3 } };
	SignedHead head = shown(&chain, signature);
	const struct seal *self = seals[REDEN];
	seal_sign_chain(self, "caseload", "e", 5, &chain, signature);
	assert_true(seal_is_our_chain(self, NULL, "caseload", "e", &head));
	assert_false(seal_is_our_chain(self, NULL, "kommune", "e", &head));
	assert_false(seal_is_our_chain(self, NULL, "caseload", "f", &head));
	assert_false(seal_is_our_chain(seals[KOMMUNE], &nodes[KOMMUNE], "caseload", "e", &head));
	assert_false(seal_is_our_receipt(self, NULL, "caseload", "e", &head));
	assert_false(seal_is_our_chain(self, NULL, "caseload", "e", NULL));
	seal_sign_receipt(self, "caseload", "e", 5, &chain, signature);
	assert_true(seal_is_our_receipt(self, NULL, "caseload", "e", &head));
	assert_false(seal_is_our_receipt(self, NULL, "kommune", "e", &head));
	assert_false(seal_is_our_chain(self, NULL, "caseload", "e", &head));
	signature[0] ^= 1;
	assert_false(seal_is_our_receipt(self, NULL, "caseload", "e", &head));
}

static void what_a_node_signed_before_its_keys_were_changed_is_known_again(void **state)
{
	(void)state;
	unsigned char signature[SIGNATURE_LEN];
	struct chain chain = { { 1 } };
	struct secret_keys new = { 0 };
	struct registry_node self = { .name = "reden" };
	struct seal *both, *alone;
	SignedHead head = shown(&chain, signature);
	seal_sign_chain(seals[REDEN], "caseload", "e", 5, &chain, signature);
	crypto_box_keypair(self.box, new.box_secret);
	crypto_sign_keypair(self.sign, new.sign_secret);
	assert_int_equal(seal_new("reden", &(struct key_ring){ { new, keys[REDEN] }, 2 }, &both), OK);
	assert_int_equal(seal_new("reden", &(struct key_ring){ { new }, 1 }, &alone), OK);
	assert_true(seal_is_our_chain(both, &self, "caseload", "e", &head));
	assert_false(seal_is_our_chain(alone, &self, "caseload", "e", &head));
	memcpy(self.sign_before, nodes[REDEN].sign, sizeof self.sign_before);
	assert_true(seal_is_our_chain(alone, &self, "caseload", "e", &head));
	seal_free(both);
	seal_free(alone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_receiver_reads_what_the_sender_wrote),
		cmocka_unit_test(nobody_else_opens_it),
		cmocka_unit_test(a_broker_cannot_say_that_another_sent_it),
		cmocka_unit_test(a_frame_sent_back_to_its_sender_does_not_open),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(a_truncated_frame_does_not_open),
		cmocka_unit_test(the_same_frame_never_looks_the_same),
		cmocka_unit_test(a_signed_head_holds_for_its_stream_alone),
		cmocka_unit_test(what_a_node_signed_itself_is_known_again),
		cmocka_unit_test(what_a_node_signed_before_its_keys_were_changed_is_known_again),
	};
	return cmocka_run_group_tests(tests, make_nodes, free_nodes);
}
