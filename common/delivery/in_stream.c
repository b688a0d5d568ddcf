/* SPDX-License-Identifier: EUPL-1.2 */
/* A stream in, as it is in memory: finds it, tells its sender how far it is, and has it stand still. Never takes
 * anything in, never touches the database. */
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "delivery/internal.h"

struct in_stream *in_stream_of(struct inbox *i, const char *sender)
{
	for (struct in_stream *s = i->streams; s; s = s->next)
		if (strcmp(s->sender, sender) == 0)
			return s;
	struct in_stream *s = ARENA_NEW(i->engine->arena, struct in_stream);
	*s = (struct in_stream){ .next = i->streams, .sender = arena_strdup(i->engine->arena, sender) };
	i->streams = s;
	return s;
}

bool in_stream_is_known(const struct inbox *i, const char *sender)
{
	for (const struct in_stream *s = i->streams; s; s = s->next)
		if (strcmp(s->sender, sender) == 0)
			return s->stored;
	return false;
}

void in_stream_take_back(struct in_stream *s)
{
	s->accepted = s->position;
	s->accepted_chain = s->chain;
}

void in_stream_stand_still(struct inbox *i, struct in_stream *s, const char *why)
{
	if (!s->refused == !why)
		return;
	bool say = seldom_few_may(&s->words, STREAM_WORDS, clock_monotonic_ms());
	if (why && say)
		log_error("nothing is taken from %s: %s (here: position %lld)", s->sender, why, (long long)s->position);
	else if (say)
		log_info("the stream from %s goes on from %lld", s->sender, (long long)s->position);
	s->refused = why;
	i->n_refused += why ? 1u : -1u;
}

/* What the sender cannot deny: the newest head that it signed, and the life that was signed for. */
static void show_what_is_signed(struct in_stream *s, Ack *ack, SignedHead *head)
{
	ack->since = s->since;
	ack->partner = s->partner;
	if (*s->partner)
		ack->signature = (ProtobufCBinaryData){ sizeof s->life_signature, s->life_signature };
	head->seq = s->signed_head.seq;
	head->chain = (ProtobufCBinaryData){ CHAIN_LEN, s->signed_head.chain.head };
	head->signature = (ProtobufCBinaryData){ SIGNATURE_LEN, s->signed_head.signature };
	if (head->seq)
		ack->head = head;
}

void in_stream_acknowledge(struct inbox *i, struct in_stream *s, bool resend)
{
	Ack ack = ACK__INIT;
	SignedHead head = SIGNED_HEAD__INIT;
	unsigned char receipt[SIGNATURE_LEN];
	Frame f = FRAME__INIT;
	if (resend) { /* both sides count credit from here */
		s->gap = false;
		in_stream_take_back(s);
		s->applied_bytes = 0;
	}
	ack.epoch = s->epoch;
	ack.position = s->position;
	ack.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->chain.head };
	ack.credit = s->applied_bytes + CREDIT_BYTES;
	ack.resend = resend;
	if (!*s->renewal.epoch) /* of a life that is over by now: it answers nothing that the new one said */
		ack.conversation = s->conversation;
	ack.set_back = i->engine->read_only != NULL;
	show_what_is_signed(s, &ack, &head);
	if (s->position) {
		seal_sign_receipt(link_seal(i->delivery->link), s->sender, s->epoch, s->position, &s->chain, receipt);
		ack.receipt = (ProtobufCBinaryData){ sizeof receipt, receipt };
	}
	f.ack = &ack;
	FAULT_POINT(ack_unsent);
	link_send(i->delivery->link, s->sender, &f); /* lost: the sender greets again */
	FAULT_POINT(ack_sent);
}
