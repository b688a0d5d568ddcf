/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams in against a sender that has another past, signs nothing or greets late: what is taken, what is kept of its
 * signatures, and when this database or the other is found to be set back. */
#include "daemon/stream_in.h"
#include "streams_world.h"

static struct chain sent; /* of the peer's stream to us */

/* The peer shows a receipt that `who` has signed for the stream from `sender`. */
static SignedHead *receipt;

static void with_receipt(const struct seal *who, const char *sender, const char *epoch, int64_t seq)
{
	static unsigned char signature[SIGNATURE_LEN];
	seal_sign_receipt(who, sender, epoch, seq, &sent, signature);
	receipt = show(seq, &sent, signature);
}

static void greet(int64_t first, int64_t last, bool set_back)
{
	Greeting g = GREETING__INIT;
	g.receipt = receipt;
	receipt = NULL;
	g.epoch = EPOCH;
	g.first = first;
	g.last = last;
	g.conversation = 9;
	g.set_back = set_back;
	inbox_on_greeting(d.inbox, "peer", &g);
}

/* A frame of n messages from `first`, which go on from `sent`; `flaw` changes a bit of its signature (1) or of its
 * chain (2). */
static void batch(int64_t first, size_t n, unsigned flaw)
{
	Message m = MESSAGE__INIT, *messages[8];
	unsigned char signature[SIGNATURE_LEN];
	Batch b = BATCH__INIT;
	m.type = "Type";
	for (size_t i = 0; i < n; i++) {
		messages[i] = &m;
		chain_add(&sent, &m);
	}
	seal_sign_chain(peer_seal, "self", EPOCH, first + (int64_t)n - 1, &sent, signature);
	struct chain chain = sent;
	signature[0] ^= flaw & 1;
	chain.head[0] ^= flaw & 2;
	b.epoch = EPOCH;
	b.first = first;
	b.n_messages = n;
	b.messages = messages;
	b.chain = (ProtobufCBinaryData){ CHAIN_LEN, chain.head };
	b.signature = (ProtobufCBinaryData){ sizeof signature, signature };
	inbox_on_batch(d.inbox, "peer", &b);
}

/* The batch of the daemon that holds all letters that wait, to its commit. */
static void commit(void)
{
	for (size_t i = 0; i < n_queue; i++) {
		assert_true(inbox_stage(heard, &origins[i], queue[i]));
		free(queue[i]);
	}
	n_queue = 0;
	assert_int_equal(inbox_save(d.inbox, d.scratch), OK);
	inbox_committed(d.inbox);
}

static int begin_in(void **state)
{
	begin(state);
	sent = nothing;
	greet(1, 0, false);
	return 0;
}

static const Ack *answered(void)
{
	assert_true(n_said && said[n_said - 1]->ack);
	return said[n_said - 1]->ack;
}

static void batch_is_taken_only_where_the_chain_goes_on(void **state)
{
	(void)state;
	batch(1, 2, 0);
	assert_int_equal(n_queue, 2);
	commit();
	assert_int_equal(answered()->position, 2);
	sent.head[0] ^= 1; /* the sender has another past */
	batch(3, 1, 0);
	assert_int_equal(n_queue, 0);
	assert_int_equal(d.refused_streams, 1);
	assert_false(answered()->resend);
	sent = row.chain;
	batch(3, 1, 2);
	assert_int_equal(n_queue, 0);
	sent = row.chain;
	batch(3, 1, 0);
	assert_int_equal(n_queue, 1);
	assert_int_equal(d.refused_streams, 0);
}

static void batch_that_was_taken_before_is_counted_and_changes_nothing(void **state)
{
	(void)state;
	batch(1, 2, 0);
	assert_int_equal(d.metrics[METRIC_FRAMES_REPEATED], 0);
	commit();
	sent = nothing;
	batch(1, 2, 0);
	assert_int_equal(n_queue, 0);
	assert_int_equal(answered()->position, 2);
	assert_int_equal(d.metrics[METRIC_FRAMES_REPEATED], 1);
	assert_int_equal(d.metrics[METRIC_FRAMES_REFUSED], 0);
}

static void gap_is_asked_for_again(void **state)
{
	(void)state;
	batch(2, 1, 0);
	assert_int_equal(n_queue, 0);
	assert_true(answered()->resend);
	assert_int_equal(d.refused_streams, 0);
	assert_int_equal(answered()->conversation, 9);
}

static void part_of_a_frame_that_is_not_applied_is_taken(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	sent = nothing;
	batch(1, 4, 0);
	assert_int_equal(n_queue, 2);
	commit();
	assert_memory_equal(row.chain.head, sent.head, CHAIN_LEN);
}

static void batch_is_taken_only_with_the_senders_signature_and_that_is_kept(void **state)
{
	(void)state;
	batch(1, 2, 1);
	assert_int_equal(n_queue, 0);
	sent = nothing;
	batch(1, 2, 0);
	commit();
	assert_int_equal(row.signed_seq, 2);
	assert_true(
	    seal_chain_holds(link_seal(d.link), &d.registry->nodes[1], EPOCH, 2, &sent, row.signature, SIGNATURE_LEN));
}

static void acknowledgement_is_signed_and_shows_what_the_sender_signed(void **state)
{
	const struct seal *self = link_seal(d.link);
	(void)state;
	assert_int_equal(answered()->receipt.len, 0); /* there is nothing to sign for */
	assert_null(answered()->head);
	batch(1, 2, 0);
	commit();
	const Ack *a = answered();
	SignedHead *given = show(2, &sent, a->receipt.data);
	assert_int_equal(a->receipt.len, SIGNATURE_LEN);
	assert_true(seal_is_our_receipt(self, NULL, "peer", EPOCH, given));
	assert_int_equal(a->head->seq, 2);
	assert_true(seal_is_our_chain(peer_seal, NULL, "self", EPOCH, a->head));
}

static void sender_that_trimmed_what_is_not_here_without_proof_stops_its_stream_and_only_that(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	greet(4, 3, false);
	assert_null(d.restored);
	assert_int_equal(d.refused_streams, 1);
	assert_false(answered()->set_back);
	assert_int_equal(answered()->position, 2);
	greet(4, 3, false);
	assert_int_equal(d.refused_streams, 1);
	greet(3, 2, false);
	assert_int_equal(d.refused_streams, 0);
	batch(3, 1, 0);
	assert_int_equal(n_queue, 1);
}

static void receipt_for_another_stream_epoch_or_from_another_node_is_no_proof(void **state)
{
	const struct seal *self = link_seal(d.link);
	(void)state;
	batch(1, 2, 0);
	commit();
	for (int i = 0; i < 6; i++) {
		switch (i) {
		case 0:
			with_receipt(self, "another", EPOCH, 3);
			break;
		case 1:
			with_receipt(self, "peer", OTHER, 3);
			break;
		case 2:
			with_receipt(peer_seal, "peer", EPOCH, 3);
			break;
		case 3:
			with_receipt(self, "peer", EPOCH, 2);
			break; /* we know it */
		case 4:
			with_receipt(self, "peer", EPOCH, 3);
			receipt->seq = 4;
			break;
		default: /* what we sent is no proof of what we have */
			with_receipt(self, "peer", EPOCH, 3);
			seal_sign_chain(self, "peer", EPOCH, 3, &sent, receipt->signature.data);
		}
		greet(4, 3, false);
		assert_null(d.restored);
		assert_int_equal(d.refused_streams, 1);
	}
	with_receipt(self, "peer", EPOCH, 3);
	greet(4, 3, false);
	assert_non_null(d.restored);
}

static void sender_that_trimmed_what_is_not_here_proves_that_this_database_was_set_back(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	greet(3, 3, false);
	assert_null(d.restored);
	with_receipt(link_seal(d.link), "peer", EPOCH, 3);
	greet(4, 3, false);
	assert_non_null(strstr(d.restored, "peer"));
	assert_true(answered()->set_back);
	batch(3, 1, 0);
	assert_int_equal(n_queue, 0);
}

/* The peer greets with another life of its database. */
static void greet_anew(const char *epoch, int64_t since)
{
	static unsigned char signature[AGREEMENT_SIGNATURE_LEN];
	Greeting g = GREETING__INIT;
	g.epoch = epoch;
	g.first = 1;
	g.conversation = 10;
	g.since = since;
	g.partner = "kommune";
	g.signature = (ProtobufCBinaryData){ sizeof signature, signature };
	inbox_on_greeting(d.inbox, "peer", &g);
}

static void new_life_of_the_sender_begins_only_with_a_partners_signature(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	partner_signs = false;
	greet_anew(OTHER, 5);
	assert_false(inbox_renewal_due(d.inbox));
	assert_string_equal(answered()->epoch, EPOCH);
	assert_int_equal(answered()->position, 2);
	partner_signs = true;
	greet_anew(OTHER, 5);
	assert_true(inbox_renewal_due(d.inbox));
	assert_string_equal(answered()->epoch, EPOCH); /* nothing is said before it is stored */
	commit();
	assert_int_equal(row.seq, 0);
	assert_string_equal(answered()->epoch, OTHER);
	assert_int_equal(answered()->position, 0);
	assert_int_equal(answered()->conversation, 10);
	assert_int_equal(answered()->since, 5);
	assert_string_equal(answered()->partner, "kommune");
	assert_int_equal(answered()->signature.len, AGREEMENT_SIGNATURE_LEN);
	assert_null(answered()->head);
	assert_string_equal(row.partner, "kommune");
	assert_false(inbox_renewal_due(d.inbox));
}

static void life_of_a_new_sender_that_nobody_signed_for_is_no_later_one(void **state)
{
	(void)state;
	greet_anew(EPOCH, 99);
	batch(1, 1, 0);
	commit();
	assert_int_equal(answered()->since, 0);
	partner_signs = true;
	greet_anew(OTHER, 5);
	assert_true(inbox_renewal_due(d.inbox));
}

static void earlier_life_of_the_sender_never_comes_back(void **state)
{
	(void)state;
	partner_signs = true;
	batch(1, 2, 0);
	commit();
	greet_anew(OTHER, 5);
	commit();
	greet_anew("33333333-3333-4333-8333-333333333333", 5);
	assert_false(inbox_renewal_due(d.inbox));
	greet(3, 2, false);
	assert_false(inbox_renewal_due(d.inbox));
	assert_string_equal(answered()->epoch, OTHER);
	greet_anew("33333333-3333-4333-8333-333333333333", 6);
	assert_true(inbox_renewal_due(d.inbox));
}

static void letter_of_a_life_that_is_over_is_left(void **state)
{
	(void)state;
	partner_signs = true;
	batch(1, 1, 0); /* waits while the sender's operator opens the new life */
	greet_anew(OTHER, 5);
	assert_int_equal(inbox_save(d.inbox, d.scratch), OK);
	inbox_committed(d.inbox);
	assert_int_equal(answered()->conversation, 10);
	assert_false(inbox_stage(heard, &origins[0], queue[0]));
	assert_int_equal(row.seq, 0);
}

static void what_is_said_of_the_old_life_answers_nothing_of_the_new_one(void **state)
{
	(void)state;
	partner_signs = true;
	batch(1, 1, 0);
	greet_anew(OTHER, 5);
	commit(); /* the letter comes first */
	assert_string_equal(answered()->epoch, EPOCH);
	assert_int_equal(answered()->conversation, 0);
	commit();
	assert_string_equal(answered()->epoch, OTHER);
	assert_int_equal(answered()->conversation, 10);
}

static void old_greeting_is_no_alarm(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	greet(1, 1, false);
	assert_null(d.restored);
	assert_int_equal(d.refused_streams, 0);
	greet(1, 1, true);
	assert_int_equal(d.refused_streams, 1);
	assert_null(d.restored);
	greet(3, 2, false);
	assert_int_equal(d.refused_streams, 0);
}

static void letter_of_next_to_no_words_costs_credit_too(void **state)
{
	(void)state;
	batch(1, 8, 0);
	assert_true(heard->waiting_bytes >= 8 * 100);
	commit();
	assert_int_equal(heard->waiting_bytes, 0);
}

static void letters_that_are_left_to_their_sender_are_asked_for_again(void **state)
{
	(void)state;
	batch(1, 1, 0);
	batch(2, 2, 0);
	assert_true(inbox_stage(heard, &origins[0], queue[0]));
	inbox_leave(heard, queue[1]);
	assert_false(inbox_stage(heard, &origins[2], queue[2]));
	while (n_queue > 0)
		free(queue[--n_queue]);
	commit();
	assert_int_equal(heard->accepted, 1);
	assert_int_equal(heard->waiting_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(batch_is_taken_only_where_the_chain_goes_on, begin_in, end),
		cmocka_unit_test_setup_teardown(batch_that_was_taken_before_is_counted_and_changes_nothing, begin_in, end),
		cmocka_unit_test_setup_teardown(gap_is_asked_for_again, begin_in, end),
		cmocka_unit_test_setup_teardown(part_of_a_frame_that_is_not_applied_is_taken, begin_in, end),
		cmocka_unit_test_setup_teardown(batch_is_taken_only_with_the_senders_signature_and_that_is_kept, begin_in, end),
		cmocka_unit_test_setup_teardown(sender_that_trimmed_what_is_not_here_proves_that_this_database_was_set_back,
		                                begin_in, end),
		cmocka_unit_test_setup_teardown(new_life_of_the_sender_begins_only_with_a_partners_signature, begin_in, end),
		cmocka_unit_test_setup_teardown(earlier_life_of_the_sender_never_comes_back, begin_in, end),
		cmocka_unit_test_setup_teardown(letter_of_a_life_that_is_over_is_left, begin_in, end),
		cmocka_unit_test_setup_teardown(acknowledgement_is_signed_and_shows_what_the_sender_signed, begin_in, end),
		cmocka_unit_test_setup_teardown(
		    sender_that_trimmed_what_is_not_here_without_proof_stops_its_stream_and_only_that, begin_in, end),
		cmocka_unit_test_setup_teardown(receipt_for_another_stream_epoch_or_from_another_node_is_no_proof, begin_in,
		                                end),
		cmocka_unit_test_setup_teardown(life_of_a_new_sender_that_nobody_signed_for_is_no_later_one, begin_in, end),
		cmocka_unit_test_setup_teardown(what_is_said_of_the_old_life_answers_nothing_of_the_new_one, begin_in, end),
		cmocka_unit_test_setup_teardown(old_greeting_is_no_alarm, begin_in, end),
		cmocka_unit_test_setup_teardown(letter_of_next_to_no_words_costs_credit_too, begin_in, end),
		cmocka_unit_test_setup_teardown(letters_that_are_left_to_their_sender_are_asked_for_again, begin_in, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
