/* SPDX-License-Identifier: EUPL-1.2 */
/* A receiver tells of another past than this database: what proves that this one was set back, and what only stops the
 * stream. */
#include "streams_out_world.h"

/* It shows a head that `who` has signed for its stream to `receiver`. */
static void with_head(const struct seal *who, const char *receiver, const char *epoch, int64_t seq,
                      const struct chain *chain)
{
	static unsigned char signature[SIGNATURE_LEN];
	seal_sign_chain(who, receiver, epoch, seq, chain, signature);
	word.head = show(seq, chain, signature);
}

/* The head is one that this node has signed. */
static void with_proof(const char *epoch, int64_t seq, const struct chain *chain)
{
	with_head(link_seal(d.link), "peer", epoch, seq, chain);
}

static void with_life(int64_t since, bool signs)
{
	static unsigned char signature[AGREEMENT_SIGNATURE_LEN];
	partner_signs = signs;
	word.since = since;
	word.partner = "kommune";
	word.signature = (ProtobufCBinaryData){ sizeof signature, signature };
}

static void this_database_was_set_back(void)
{
	assert_non_null(e.read_only);
	assert_non_null(strstr(e.read_only, "peer"));
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_true(greeted()->set_back);
}

static void position_is_compared_also_for_what_was_written_before_a_restart(void **state)
{
	(void)state;
	emit(3);
	restart();
	ack(2, &chains[2], greeted()->conversation);
	assert_null(e.read_only);
	assert_int_equal(out_stream_find(d.outbox, "peer")->acked, 2);
	emit(1);
	assert_int_equal(outbox_save(d.outbox, e.scratch), OK);
	restart();
	ack(2, &chains[2], greeted()->conversation);
	ack(3, &chains[1], 0);
	only_the_stream_stands_still();
	with_proof(EPOCH, 3, &chains[1]);
	ack(3, &chains[1], 0);
	this_database_was_set_back();
}

static void acknowledged_position_is_compared_also_after_the_trim(void **state)
{
	(void)state;
	emit(3);
	ack(2, &chains[2], greeted()->conversation);
	assert_int_equal(outbox_save(d.outbox, e.scratch), OK);
	outbox_committed(d.outbox);
	assert_int_equal(row.acked, 2);
	restart();
	with_proof(EPOCH, 2, &chains[1]);
	ack(2, &chains[1], greeted()->conversation);
	this_database_was_set_back();
}

static void more_than_was_sent_with_our_signature_proves_that_this_database_was_set_back(void **state)
{
	(void)state;
	emit(1);
	with_proof(EPOCH, 2, &chains[1]);
	ack(2, &chains[1], 0);
	this_database_was_set_back();
}

static void more_than_was_sent_without_proof_stops_the_stream_and_only_that(void **state)
{
	(void)state;
	emit(1);
	ack(2, &chains[1], greeted()->conversation);
	only_the_stream_stands_still();
	assert_int_equal(out_stream_find(d.outbox, "peer")->acked, 0);
	and_goes_on_from(0);
	ack(INT64_MAX, &chains[1], 0);
	only_the_stream_stands_still();
	and_goes_on_from(1);
}

static void signature_of_another_stream_epoch_or_node_is_no_proof(void **state)
{
	static const struct chain other = { { 1 } };
	const struct seal *self = link_seal(d.link);
	(void)state;
	emit(2);
	int64_t conversation = greeted()->conversation;
	for (int i = 0; i < 8; i++) {
		switch (i) {
		case 0:
			with_head(self, "another", EPOCH, 3, &other);
			break;
		case 1:
			with_head(self, "peer", OTHER, 3, &other);
			break;
		case 2:
			with_head(peer_seal, "peer", EPOCH, 3, &other);
			break;
		case 3:
			with_proof(EPOCH, 2, &chains[2]);
			break; /* we know it, and agree */
		case 4:
			with_proof(EPOCH, 3, &other);
			word.head->seq = 4;
			break;
		case 5:
			with_proof(EPOCH, 3, &other);
			word.head->signature.len--;
			break;
		case 6:
			with_proof(EPOCH, 3, &other);
			word.head->chain.len--;
			break;
		default: /* what it has acknowledged is no proof of what it has not */
			with_proof(EPOCH, 3, &other);
			seal_sign_receipt(self, "peer", EPOCH, 3, &other, word.head->signature.data);
		}
		ack(3, &other, conversation);
		only_the_stream_stands_still();
		and_goes_on_from(0);
	}
	with_proof(EPOCH, 3, &other);
	ack(3, &other, conversation);
	this_database_was_set_back();
}

static void other_life_is_proved_by_our_signature_in_it_and_only_as_an_answer(void **state)
{
	(void)state;
	emit(1);
	with_proof(OTHER, 4, &chains[1]);
	say(OTHER, 4, &chains[1], 5);
	assert_null(e.read_only);
	with_proof(EPOCH, 4, &chains[1]);
	say(OTHER, 4, &chains[1], greeted()->conversation);
	only_the_stream_stands_still();
	and_goes_on_from(0);
	say(OTHER, 4, &chains[1], out_stream_find(d.outbox, "peer")->conversation);
	only_the_stream_stands_still();
	with_proof(OTHER, 4, &chains[1]);
	say(OTHER, 4, &chains[1], out_stream_find(d.outbox, "peer")->conversation);
	this_database_was_set_back();
}

static void later_life_is_proved_by_the_signature_of_a_partner(void **state)
{
	(void)state;
	our_since = "5";
	restart();
	emit(1);
	with_life(6, false);
	say(OTHER, 0, &nothing, greeted()->conversation);
	only_the_stream_stands_still();
	and_goes_on_from(0);
	with_life(5, true);
	say(OTHER, 0, &nothing, out_stream_find(d.outbox, "peer")->conversation);
	only_the_stream_stands_still();
	with_life(6, true);
	say(OTHER, 0, &nothing, out_stream_find(d.outbox, "peer")->conversation);
	this_database_was_set_back();
}

static void receiver_that_has_not_taken_our_new_life_stops_only_its_stream(void **state)
{
	(void)state;
	our_since = "5";
	restart();
	emit(1);
	with_life(4, true);
	with_proof(OTHER, 4, &chains[1]);
	e.read_only = "is being recovered"; /* that has been said */
	say(OTHER, 4, &chains[1], greeted()->conversation);
	assert_null(out_stream_find(d.outbox, "peer")->said_why);
	e.read_only = NULL;
	with_life(4, true);
	say(OTHER, 4, &chains[1], out_stream_find(d.outbox, "peer")->conversation);
	assert_non_null(strstr(out_stream_find(d.outbox, "peer")->said_why, "file of partners"));
	only_the_stream_stands_still();
	and_goes_on_from(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(position_is_compared_also_for_what_was_written_before_a_restart, begin, end),
		cmocka_unit_test_setup_teardown(acknowledged_position_is_compared_also_after_the_trim, begin, end),
		cmocka_unit_test_setup_teardown(more_than_was_sent_with_our_signature_proves_that_this_database_was_set_back,
		                                begin, end),
		cmocka_unit_test_setup_teardown(more_than_was_sent_without_proof_stops_the_stream_and_only_that, begin, end),
		cmocka_unit_test_setup_teardown(signature_of_another_stream_epoch_or_node_is_no_proof, begin, end),
		cmocka_unit_test_setup_teardown(other_life_is_proved_by_our_signature_in_it_and_only_as_an_answer, begin, end),
		cmocka_unit_test_setup_teardown(later_life_is_proved_by_the_signature_of_a_partner, begin, end),
		cmocka_unit_test_setup_teardown(receiver_that_has_not_taken_our_new_life_stops_only_its_stream, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
