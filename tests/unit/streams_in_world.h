/* SPDX-License-Identifier: EUPL-1.2 */
/* What the peer says to "self", for tests of streams in. */
#ifndef UDVEJ_TESTS_STREAMS_IN_WORLD_H
#define UDVEJ_TESTS_STREAMS_IN_WORLD_H

#include "streams_world.h"

static struct chain sent; /* of the peer's stream to us */

/* The peer shows a receipt that `who` has signed for the stream from `sender`. */
static SignedHead *receipt;

static inline void with_receipt(const struct seal *who, const char *sender, const char *epoch, int64_t seq)
{
	static unsigned char signature[SIGNATURE_LEN];
	seal_sign_receipt(who, sender, epoch, seq, &sent, signature);
	receipt = show(seq, &sent, signature);
}

static inline void greet(int64_t first, int64_t last, bool set_back)
{
	Greeting g = GREETING__INIT;
	g.receipt = receipt;
	receipt = NULL;
	g.epoch = EPOCH;
	g.first = first;
	g.last = last;
	g.conversation = 9;
	g.set_back = set_back;
	reception_on_greeting(d.inbox, "peer", &g);
}

/* A frame of n messages from `first`, which go on from `sent`; `flaw` changes a bit of its signature (1) or of its
 * chain (2). */
static inline void batch(int64_t first, size_t n, unsigned flaw)
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
	reception_on_batch(d.inbox, "peer", &b);
}

/* The transaction that holds all letters that wait, to its commit. */
static inline void commit(void)
{
	for (size_t i = 0; i < n_queue; i++) {
		assert_true(inbox_stage(heard, &origins[i], queue[i]));
		free(queue[i]);
	}
	n_queue = 0;
	assert_int_equal(inbox_save(d.inbox, e.scratch), OK);
	inbox_committed(d.inbox);
}

static inline int begin_in(void **state)
{
	begin(state);
	sent = nothing;
	greet(1, 0, false);
	return 0;
}

static inline const Ack *answered(void)
{
	assert_true(n_said && said[n_said - 1]->ack);
	return said[n_said - 1]->ack;
}

#endif
