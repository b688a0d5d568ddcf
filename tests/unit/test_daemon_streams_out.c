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

static void ack(int64_t position, const struct chain *chain, int64_t conversation)
{
	Ack a = ACK__INIT;
	a.epoch = EPOCH;
	a.position = position;
	a.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)chain->head };
	a.credit = 1000000;
	a.conversation = conversation;
	outbox_on_ack(d.outbox, "peer", &a);
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
	assert_null(d.restored);
	ack(3, &chains[1], 0);
	assert_non_null(d.restored);
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
	ack(2, &chains[1], greeted()->conversation);
	assert_non_null(strstr(d.restored, "peer"));
	assert_true(greeted()->set_back);
}

static void more_than_was_sent_proves_that_this_database_was_set_back(void **state)
{
	(void)state;
	emit(1);
	ack(2, &chains[1], 0);
	assert_non_null(d.restored);
	assert_int_equal(outbox_broken(d.outbox), 1);
}

static void other_life_is_proof_only_as_an_answer(void **state)
{
	Ack a = ACK__INIT;
	(void)state;
	emit(1);
	a.epoch = OTHER;
	a.conversation = 5;
	outbox_on_ack(d.outbox, "peer", &a);
	assert_null(d.restored);
	a.conversation = greeted()->conversation;
	outbox_on_ack(d.outbox, "peer", &a);
	assert_non_null(d.restored);
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
		cmocka_unit_test_setup_teardown(more_than_was_sent_proves_that_this_database_was_set_back, begin, end),
		cmocka_unit_test_setup_teardown(other_life_is_proof_only_as_an_answer, begin, end),
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
