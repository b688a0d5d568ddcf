/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams out against a receiver that answers late, with less or not at all: what is believed, what is sent then and
 * when, and when a stream stands still. */
#include "streams_out_world.h"

static void what_the_receiver_signed_is_kept_and_shown_to_it(void **state)
{
	static unsigned char receipt[SIGNATURE_LEN] = { 7 };
	(void)state;
	emit(3);
	word.receipt = (ProtobufCBinaryData){ sizeof receipt, receipt };
	ack(2, &chains[2], greeted()->conversation);
	assert_int_equal(outbox_save(d.outbox, e.scratch), OK);
	outbox_committed(d.outbox);
	restart();
	const SignedHead *shown = greeted()->receipt;
	assert_non_null(shown);
	assert_int_equal(shown->seq, 2);
	assert_memory_equal(shown->chain.data, chains[2].head, CHAIN_LEN);
	assert_memory_equal(shown->signature.data, receipt, sizeof receipt);
	ack(3, &chains[3], 0); /* signed by nobody */
	conversation_on_up(d.outbox, "peer");
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
	assert_null(e.read_only);
}

static void answer_of_less_than_was_acknowledged_stops_the_stream_and_only_that(void **state)
{
	(void)state;
	emit(3);
	ack(2, &chains[2], greeted()->conversation);
	conversation_on_up(d.outbox, "peer");
	const Greeting *g = greeted();
	assert_int_equal(g->first, 3);
	ack(1, &chains[1], g->conversation);
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_null(e.read_only);
	ack(3, &chains[3], 7); /* an old word mends nothing, and nothing is trimmed for it */
	assert_int_equal(outbox_broken(d.outbox), 1);
	assert_int_equal(out_stream_find(d.outbox, "peer")->acked, 2);
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

static void few_and_small_ones_wait_a_moment_for_others_while_some_are_under_way(void **state)
{
	(void)state;
	emit(1);
	ack(0, &nothing, greeted()->conversation);
	assert_int_equal(pump()->batch->first, 1);
	now_ms += 10;
	emit(1);
	assert_null(pump());
	assert_int_equal(conversation_pump(d.outbox, now_ms), 40); /* in how long it goes by itself */
	now_ms += 15;
	emit(1);
	assert_int_equal(conversation_pump(d.outbox, now_ms), 25);
	now_ms += 25;
	const Batch *b = pump()->batch;
	assert_int_equal(b->first, 2);
	assert_int_equal(b->n_messages, 2);
	assert_int_equal(conversation_pump(d.outbox, now_ms), -1);
}

static void credit_that_is_used_up_is_asked_for_again(void **state)
{
	Ack a = ACK__INIT;
	(void)state;
	emit(2);
	a.epoch = EPOCH;
	a.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)nothing.head };
	a.conversation = greeted()->conversation;
	conversation_on_ack(d.outbox, "peer", &a); /* grants nothing */
	assert_null(pump());
	now_ms += 3001;
	assert_int_equal(greeted()->first, 1);
}

static void nodes_of_a_new_registry_are_greeted_also_where_it_lies_in_the_place_of_the_old_one(void **state)
{
	(void)state;
	emit(1);
	greeted();
	((struct registry_node *)e.membership.registry->nodes)[1].name =
	    "newcomer"; /* memory that was freed and given anew */
	pump();
	assert_null(out_stream_find(d.outbox, "newcomer"));
	e.membership.times++;
	pump();
	assert_non_null(out_stream_find(d.outbox, "newcomer"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_receiver_signed_is_kept_and_shown_to_it, begin, end),
		cmocka_unit_test_setup_teardown(late_word_of_less_is_no_alarm_but_a_reason_to_greet, begin, end),
		cmocka_unit_test_setup_teardown(answer_of_less_than_was_acknowledged_stops_the_stream_and_only_that, begin,
		                                end),
		cmocka_unit_test_setup_teardown(what_was_acknowledged_late_is_not_sent_again, begin, end),
		cmocka_unit_test_setup_teardown(everyone_is_greeted_at_the_start_and_now_and_then_without_a_message, begin,
		                                end),
		cmocka_unit_test_setup_teardown(few_and_small_ones_wait_a_moment_for_others_while_some_are_under_way, begin,
		                                end),
		cmocka_unit_test_setup_teardown(credit_that_is_used_up_is_asked_for_again, begin, end),
		cmocka_unit_test_setup_teardown(
		    nodes_of_a_new_registry_are_greeted_also_where_it_lies_in_the_place_of_the_old_one, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
