/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams in against a sender that has another past, signs nothing or greets late: what is taken, what is kept of its
 * signatures, and when this database or the other is found to be set back. */
#include "streams_in_world.h"

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
	assert_int_equal(d.inbox->n_refused, 1);
	assert_false(answered()->resend);
	sent = row.chain;
	batch(3, 1, 2);
	assert_int_equal(n_queue, 0);
	sent = row.chain;
	batch(3, 1, 0);
	assert_int_equal(n_queue, 1);
	assert_int_equal(d.inbox->n_refused, 0);
}

static void batch_that_was_taken_before_is_counted_and_changes_nothing(void **state)
{
	(void)state;
	batch(1, 2, 0);
	assert_int_equal(e.metrics[METRIC_FRAMES_REPEATED], 0);
	commit();
	sent = nothing;
	batch(1, 2, 0);
	assert_int_equal(n_queue, 0);
	assert_int_equal(answered()->position, 2);
	assert_int_equal(e.metrics[METRIC_FRAMES_REPEATED], 1);
	assert_int_equal(e.metrics[METRIC_FRAMES_REFUSED], 0);
}

static void gap_is_asked_for_again(void **state)
{
	(void)state;
	batch(2, 1, 0);
	assert_int_equal(n_queue, 0);
	assert_true(answered()->resend);
	assert_int_equal(d.inbox->n_refused, 0);
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
	assert_true(seal_chain_holds(link_seal(d.link), &e.membership.registry->nodes[1], EPOCH, 2, &sent, row.signature,
	                             SIGNATURE_LEN));
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
	assert_null(e.read_only);
	assert_int_equal(d.inbox->n_refused, 1);
	assert_false(answered()->set_back);
	assert_int_equal(answered()->position, 2);
	greet(4, 3, false);
	assert_int_equal(d.inbox->n_refused, 1);
	greet(3, 2, false);
	assert_int_equal(d.inbox->n_refused, 0);
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
		assert_null(e.read_only);
		assert_int_equal(d.inbox->n_refused, 1);
	}
	with_receipt(self, "peer", EPOCH, 3);
	greet(4, 3, false);
	assert_non_null(e.read_only);
}

static void sender_that_trimmed_what_is_not_here_proves_that_this_database_was_set_back(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	greet(3, 3, false);
	assert_null(e.read_only);
	with_receipt(link_seal(d.link), "peer", EPOCH, 3);
	greet(4, 3, false);
	assert_non_null(strstr(e.read_only, "peer"));
	assert_true(answered()->set_back);
	batch(3, 1, 0);
	assert_int_equal(n_queue, 0);
}

static void old_greeting_is_no_alarm(void **state)
{
	(void)state;
	batch(1, 2, 0);
	commit();
	greet(1, 1, false);
	assert_null(e.read_only);
	assert_int_equal(d.inbox->n_refused, 0);
	greet(1, 1, true);
	assert_int_equal(d.inbox->n_refused, 1);
	assert_null(e.read_only);
	greet(3, 2, false);
	assert_int_equal(d.inbox->n_refused, 0);
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

static void letter_that_is_left_again_after_a_rollback_counts_once(void **state)
{
	(void)state;
	batch(1, 1, 0);
	for (int i = 0; i < 3; i++) {
		inbox_leave(heard, queue[0]);
		inbox_rolled_back(d.inbox);
	}
	assert_int_equal(heard->waiting_bytes, queue[0]->bytes);
	inbox_leave(heard, queue[0]);
	free(queue[--n_queue]);
	commit();
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
		cmocka_unit_test_setup_teardown(acknowledgement_is_signed_and_shows_what_the_sender_signed, begin_in, end),
		cmocka_unit_test_setup_teardown(
		    sender_that_trimmed_what_is_not_here_without_proof_stops_its_stream_and_only_that, begin_in, end),
		cmocka_unit_test_setup_teardown(receipt_for_another_stream_epoch_or_from_another_node_is_no_proof, begin_in,
		                                end),
		cmocka_unit_test_setup_teardown(sender_that_trimmed_what_is_not_here_proves_that_this_database_was_set_back,
		                                begin_in, end),
		cmocka_unit_test_setup_teardown(old_greeting_is_no_alarm, begin_in, end),
		cmocka_unit_test_setup_teardown(letter_of_next_to_no_words_costs_credit_too, begin_in, end),
		cmocka_unit_test_setup_teardown(letters_that_are_left_to_their_sender_are_asked_for_again, begin_in, end),
		cmocka_unit_test_setup_teardown(letter_that_is_left_again_after_a_rollback_counts_once, begin_in, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
