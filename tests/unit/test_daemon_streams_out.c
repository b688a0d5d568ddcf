/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams out against a receiver that answers late, with less, or with what was never sent: what is believed, what is
 * sent then, and when this database or the other is found to be set back. */
#include "streams_world.h"

/* What is said until nothing more is to be said; the last of it. */
static const Frame *pump(void)
{
	forget_said();
	while (outbox_pump(d.outbox, now_ms)) {
	}
	return n_said ? said[n_said - 1] : NULL;
}

static const Greeting *greeted(void)
{
	const Frame *f = pump();
	assert_true(f && f->greeting);
	return f->greeting;
}

static void emit(int n)
{
	struct tx tx = { .arena = d.scratch, .daemon = &d, .cause = EPOCH };
	Link body = LINK__INIT; /* any message will do */
	body.up = "x";
	for (; n > 0; n--)
		assert_int_equal(outbox_add(d.outbox, &tx, "peer", "entity", &body.base), OK);
	assert_int_equal(outbox_save(d.outbox, d.scratch), OK);
	outbox_committed(d.outbox);
}

static void restart(void)
{
	outbox_free(d.outbox);
	assert_int_equal(outbox_load(&d, &d.outbox), OK);
}

/* The receiver's word; what it shows beside it is set before. */
static Ack word = ACK__INIT;

static void say(const char *epoch, int64_t position, const struct chain *chain, int64_t conversation)
{
	word.epoch = epoch;
	word.position = position;
	word.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)chain->head };
	word.credit = 1000000;
	word.conversation = conversation;
	outbox_on_ack(d.outbox, "peer", &word);
	word = (Ack)ACK__INIT;
}

static void ack(int64_t position, const struct chain *chain, int64_t conversation)
{
	say(EPOCH, position, chain, conversation);
}

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

static void only_the_stream_stands_still(void)
{
	assert_null(d.restored);
	assert_int_equal(outbox_broken(d.outbox), 1);
}

/* As soon as its word is right again. */
static void and_goes_on_from(int64_t position)
{
	now_ms += 10001;
	const Greeting *g = greeted();
	assert_false(g->set_back);
	ack(position, position ? &chains[position] : &nothing, g->conversation);
	assert_int_equal(outbox_broken(d.outbox), 0);
	assert_null(d.restored);
}

static void this_database_was_set_back(void)
{
	assert_non_null(d.restored);
	assert_non_null(strstr(d.restored, "peer"));
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_true(greeted()->set_back);
}

static void position_is_compared_also_for_what_was_written_before_a_restart(void **state)
{
	(void)state;
	emit(3);
	restart();
	ack(2, &chains[2], greeted()->conversation);
	assert_null(d.restored);
	assert_int_equal(outbox_find(d.outbox, "peer")->acked, 2);
	emit(1);
	assert_int_equal(outbox_save(d.outbox, d.scratch), OK);
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
	assert_int_equal(outbox_save(d.outbox, d.scratch), OK);
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
	assert_int_equal(outbox_find(d.outbox, "peer")->acked, 0);
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
	assert_null(d.restored);
	with_proof(EPOCH, 4, &chains[1]);
	say(OTHER, 4, &chains[1], greeted()->conversation);
	only_the_stream_stands_still();
	and_goes_on_from(0);
	say(OTHER, 4, &chains[1], outbox_find(d.outbox, "peer")->conversation);
	only_the_stream_stands_still();
	with_proof(OTHER, 4, &chains[1]);
	say(OTHER, 4, &chains[1], outbox_find(d.outbox, "peer")->conversation);
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
	say(OTHER, 0, &nothing, outbox_find(d.outbox, "peer")->conversation);
	only_the_stream_stands_still();
	with_life(6, true);
	say(OTHER, 0, &nothing, outbox_find(d.outbox, "peer")->conversation);
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
	d.restored = "is being recovered"; /* that has been said */
	say(OTHER, 4, &chains[1], greeted()->conversation);
	assert_null(outbox_find(d.outbox, "peer")->said_why);
	d.restored = NULL;
	with_life(4, true);
	say(OTHER, 4, &chains[1], outbox_find(d.outbox, "peer")->conversation);
	assert_non_null(strstr(outbox_find(d.outbox, "peer")->said_why, "file of partners"));
	only_the_stream_stands_still();
	and_goes_on_from(0);
}

static void what_the_receiver_signed_is_kept_and_shown_to_it(void **state)
{
	static unsigned char receipt[SIGNATURE_LEN] = { 7 };
	(void)state;
	emit(3);
	word.receipt = (ProtobufCBinaryData){ sizeof receipt, receipt };
	ack(2, &chains[2], greeted()->conversation);
	assert_int_equal(outbox_save(d.outbox, d.scratch), OK);
	outbox_committed(d.outbox);
	restart();
	const SignedHead *shown = greeted()->receipt;
	assert_non_null(shown);
	assert_int_equal(shown->seq, 2);
	assert_memory_equal(shown->chain.data, chains[2].head, CHAIN_LEN);
	assert_memory_equal(shown->signature.data, receipt, sizeof receipt);
	ack(3, &chains[3], 0); /* signed by nobody */
	outbox_on_up(d.outbox, "peer");
	assert_null(greeted()->receipt);
}

static void late_word_of_less_is_no_alarm_but_a_reason_to_greet(void **state)
{
	(void)state;
	emit(3);
	int64_t conversation = greeted()->conversation;
	ack(2, &chains[2], conversation);
	assert_non_null(pump()->batch);
	ack(1, &chains[1], conversation); /* an answer that was overtaken */
	assert_null(pump());
	ack(1, &chains[1], 7);
	assert_int_equal(outbox_broken(d.outbox), 0);
	assert_int_not_equal(greeted()->conversation, conversation);
	assert_null(d.restored);
}

static void answer_of_less_than_was_acknowledged_stops_the_stream_and_only_that(void **state)
{
	(void)state;
	emit(3);
	ack(2, &chains[2], greeted()->conversation);
	outbox_on_up(d.outbox, "peer");
	const Greeting *g = greeted();
	assert_int_equal(g->first, 3);
	ack(1, &chains[1], g->conversation);
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_null(d.restored);
	ack(3, &chains[3], 7); /* an old word mends nothing, and nothing is trimmed for it */
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_int_equal(outbox_find(d.outbox, "peer")->acked, 2);
	now_ms += 10001;
	ack(2, &chains[2], greeted()->conversation);
	assert_int_equal(outbox_broken(d.outbox), 0);
}

static void what_was_acknowledged_late_is_not_sent_again(void **state)
{
	(void)state;
	emit(3);
	ack(0, &nothing, greeted()->conversation);
	ack(2, &chains[2], 7); /* of an earlier conversation */
	assert_int_equal(pump()->batch->first, 3);
}

static void everyone_is_greeted_at_the_start_and_now_and_then_without_a_message(void **state)
{
	(void)state;
	const Greeting *g = greeted();
	assert_int_equal(g->last, 0);
	int64_t conversation = g->conversation;
	ack(0, &nothing, conversation);
	assert_null(pump());
	now_ms += 59000;
	assert_null(pump());
	now_ms += 2000;
	assert_int_not_equal(greeted()->conversation, conversation);
}

static void credit_that_is_used_up_is_asked_for_again(void **state)
{
	Ack a = ACK__INIT;
	(void)state;
	emit(2);
	a.epoch = EPOCH;
	a.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)nothing.head };
	a.conversation = greeted()->conversation;
	outbox_on_ack(d.outbox, "peer", &a); /* grants nothing */
	assert_null(pump());
	now_ms += 3001;
	assert_int_equal(greeted()->first, 1);
}

static void nodes_of_a_new_registry_are_greeted_also_where_it_lies_in_the_place_of_the_old_one(void **state)
{
	(void)state;
	emit(1);
	greeted();
	((struct registry_node *)d.registry->nodes)[1].name = "newcomer"; /* memory that was freed and given anew */
	pump();
	assert_null(outbox_find(d.outbox, "newcomer"));
	d.memberships++;
	pump();
	assert_non_null(outbox_find(d.outbox, "newcomer"));
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
		cmocka_unit_test_setup_teardown(what_the_receiver_signed_is_kept_and_shown_to_it, begin, end),
		cmocka_unit_test_setup_teardown(late_word_of_less_is_no_alarm_but_a_reason_to_greet, begin, end),
		cmocka_unit_test_setup_teardown(answer_of_less_than_was_acknowledged_stops_the_stream_and_only_that, begin,
		                                end),
		cmocka_unit_test_setup_teardown(what_was_acknowledged_late_is_not_sent_again, begin, end),
		cmocka_unit_test_setup_teardown(everyone_is_greeted_at_the_start_and_now_and_then_without_a_message, begin,
		                                end),
		cmocka_unit_test_setup_teardown(credit_that_is_used_up_is_asked_for_again, begin, end),
		cmocka_unit_test_setup_teardown(
		    nodes_of_a_new_registry_are_greeted_also_where_it_lies_in_the_place_of_the_old_one, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
