/* SPDX-License-Identifier: EUPL-1.2 */
/* A sender's database begins another life: only with a partner's signature, only a later one, and what was said of the
 * life before answers nothing any more. */
#include "streams_in_world.h"

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
	reception_on_greeting(d.inbox, "peer", &g);
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
	assert_int_equal(inbox_save(d.inbox, e.scratch), OK);
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

static void what_was_sent_before_it_was_set_back_is_not_taken_after_it_asked(void **state)
{
	(void)state;
	batch(1, 2, 0);
	assert_false(reception_is_asked(d.inbox, "peer", OTHER)); /* it waits, and is not in what could be told */
	commit();
	assert_false(reception_is_asked(d.inbox, "peer", OTHER)); /* a restart must not forget it */
	batch(3, 1, 0);
	assert_int_equal(n_queue, 0);
	assert_true(inbox_renewal_due(d.inbox));
	assert_int_equal(inbox_save(d.inbox, e.scratch), OK);
	inbox_rolled_back(d.inbox);
	assert_false(reception_is_asked(d.inbox, "peer", OTHER));
	commit();
	assert_true(reception_is_asked(d.inbox, "peer", OTHER));
	assert_int_equal(inbox_reload(d.inbox), OK);
	assert_false(inbox_renewal_due(d.inbox));
	heard = in_stream_of(d.inbox, "peer");
	batch(3, 1, 0);
	assert_int_equal(n_queue, 0);
	forget_said();
	for (int i = 0; i < 3; i++, now_ms += 100)
		greet(3, 3, false); /* a broker held them, and the batch */
	assert_int_equal(n_said, 0);
	now_ms += 5000;
	greet(3, 3, false);
	assert_int_equal(answered()->position, 2);
	sent = heard->chain;
	batch(3, 1, 0);
	assert_int_equal(n_queue, 1);
}

static void new_life_is_heard_after_it_asked(void **state)
{
	(void)state;
	partner_signs = true;
	batch(1, 2, 0);
	commit();
	assert_false(reception_is_asked(d.inbox, "peer", OTHER));
	commit();
	assert_true(reception_is_asked(d.inbox, "peer", OTHER));
	greet_anew(OTHER, 5);
	commit();
	assert_string_equal(answered()->epoch, OTHER);
	assert_int_equal(heard->asked, ASKED_NOT);
	assert_false(reception_is_asked(d.inbox, "peer", OTHER)); /* an old question */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(new_life_of_the_sender_begins_only_with_a_partners_signature, begin_in, end),
		cmocka_unit_test_setup_teardown(life_of_a_new_sender_that_nobody_signed_for_is_no_later_one, begin_in, end),
		cmocka_unit_test_setup_teardown(earlier_life_of_the_sender_never_comes_back, begin_in, end),
		cmocka_unit_test_setup_teardown(letter_of_a_life_that_is_over_is_left, begin_in, end),
		cmocka_unit_test_setup_teardown(what_is_said_of_the_old_life_answers_nothing_of_the_new_one, begin_in, end),
		cmocka_unit_test_setup_teardown(what_was_sent_before_it_was_set_back_is_not_taken_after_it_asked, begin_in,
		                                end),
		cmocka_unit_test_setup_teardown(new_life_is_heard_after_it_asked, begin_in, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
