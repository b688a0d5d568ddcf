/* SPDX-License-Identifier: EUPL-1.2 */
/* What "self" says to its peer, and the peer's word, for tests of streams out. */
#ifndef UDVEJ_TESTS_STREAMS_OUT_WORLD_H
#define UDVEJ_TESTS_STREAMS_OUT_WORLD_H

#include "streams_world.h"

/* What is said until nothing more is to be said; the last of it. */
static inline const Frame *pump(void)
{
	forget_said();
	while (conversation_pump(d.outbox, now_ms) == 0) {
	}
	return n_said ? said[n_said - 1] : NULL;
}

static inline const Greeting *greeted(void)
{
	const Frame *f = pump();
	assert_true(f && f->greeting);
	return f->greeting;
}

static inline void emit(int n)
{
	struct tx tx = { .arena = e.scratch, .engine = &e, .cause = EPOCH };
	Link body = LINK__INIT; /* any message will do */
	body.up = "x";
	for (; n > 0; n--)
		assert_int_equal(outbox_add(d.outbox, &tx, "peer", "entity", &body.base), OK);
	assert_int_equal(outbox_save(d.outbox, e.scratch), OK);
	outbox_committed(d.outbox);
}

static inline void restart(void)
{
	outbox_free(d.outbox);
	assert_int_equal(outbox_load(&d, &d.outbox), OK);
}

/* The receiver's word; what it shows beside it is set before. */
static Ack word = ACK__INIT;

static inline void say(const char *epoch, int64_t position, const struct chain *chain, int64_t conversation)
{
	word.epoch = epoch;
	word.position = position;
	word.chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)chain->head };
	word.credit = 1000000;
	word.conversation = conversation;
	conversation_on_ack(d.outbox, "peer", &word);
	word = (Ack)ACK__INIT;
}

static inline void ack(int64_t position, const struct chain *chain, int64_t conversation)
{
	say(EPOCH, position, chain, conversation);
}

static inline void only_the_stream_stands_still(void)
{
	assert_null(e.read_only);
	assert_int_equal(outbox_broken(d.outbox), 1);
}

/* As soon as its word is right again. */
static inline void and_goes_on_from(int64_t position)
{
	now_ms += 10001;
	const Greeting *g = greeted();
	assert_false(g->set_back);
	ack(position, position ? &chains[position] : &nothing, g->conversation);
	assert_int_equal(outbox_broken(d.outbox), 0);
	assert_null(e.read_only);
}

#endif
