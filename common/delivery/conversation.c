/* SPDX-License-Identifier: EUPL-1.2 */
/* The conversation with each receiver: greets it, hears how far it is, sends within its credit, from
 * memory or, what is older, from the database; greets now and then also when there is nothing to send, for one of
 * the two databases may have been set back. Never sends what is not committed, never passes over a message, and
 * stands still, saying why, when the receiver's position does not fit this database. */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

#define FRAME_BYTES ((size_t)48 * 1024) /* packed into one frame under load */
#define FRAME_LETTERS 256u
#define GATHER_BYTES ((size_t)16 * 1024) /* less than that waits for what is under way to be acknowledged, */
#define GATHER_MS 50                     /* so long at most: that word may be lost */
#define FRAMES_A_TURN 32                 /* whatever credit a receiver grants: others have their turn too */
#define GREETING_RETRY_MS 1000           /* a greeting may be lost with a broker */
#define ACK_PATIENCE_MS 3000             /* there is something to acknowledge, but no word: greet again */
#define IDLE_MS 60000                    /* nothing to send: greet all the same */

/* --- what comes from the receiver --- */

void conversation_on_up(struct outbox *o, const char *node)
{
	struct out_stream *s = out_stream_find(o, node);
	if (s) {
		s->up = true;
		out_stream_forget(s);
	}
}

void conversation_on_gone(struct outbox *o, const char *node)
{
	struct out_stream *s = out_stream_find(o, node);
	if (s) {
		out_stream_forget(s);
		s->heard = true;
		s->up = false; /* until the broker says it is up */
		s->greeting_due_ms = clock_monotonic_ms() + IDLE_MS;
	}
}

/* Less than it acknowledged before. In this conversation that is an answer that was overtaken, or, when it is less
 * than as it began, the word of a database that is not what it was. Else it is old, or its process is new. */
static void on_less(struct out_stream *s, const Ack *ack, bool answers)
{
	if (answers && ack->position < s->acked_before)
		out_stream_say_broken(s, ack, "it had acknowledged more: its database is new, or was set back");
	else if (!answers && s->greeted)
		out_stream_forget(s);
}

/* The position is ours: goes on from there. Only an answer to the last greeting grants credit. */
static void go_on(struct out_stream *s, const Ack *ack, bool answers)
{
	int64_t now_ms = clock_monotonic_ms();
	bool patient = ack->position > s->acked;
	s->acked = ack->position;
	memcpy(s->acked_chain.head, ack->chain.data, CHAIN_LEN);
	s->has_receipt = ack->receipt.len == SIGNATURE_LEN;
	if (s->has_receipt)
		memcpy(s->receipt, ack->receipt.data, SIGNATURE_LEN);
	tail_drop_until(&s->tail, s->acked);
	if (answers) {
		if (s->broken && seldom_few_may(&s->words, STREAM_WORDS, now_ms))
			log_info("stream to %s goes on from %lld", s->receiver, (long long)ack->position);
		s->broken = false;
		s->said_why = NULL;
		s->up = true;
		s->credit = ack->credit;
		s->idle_due_ms = now_ms + IDLE_MS;
		if (!s->greeted || ack->resend) {
			s->greeted = patient = true;
			s->sent = ack->position;
			s->spent = 0;
		}
	}
	if (s->sent < s->acked) /* what was sent in an earlier conversation has come all the same */
		s->sent = s->acked;
	if (s->acked == s->seq || !s->ack_due_ms || patient)
		s->ack_due_ms = s->acked < s->seq ? now_ms + ACK_PATIENCE_MS : 0;
}

void conversation_on_ack(struct outbox *o, const char *from, const Ack *ack)
{
	struct out_stream *s = out_stream_find(o, from);
	if (!s || ack->position < 0)
		return;
	bool answers = s->conversation && ack->conversation == s->conversation;
	FAULT_POINT(ack_heard);
	s->heard = s->heard || answers;
	if (strcmp(ack->epoch, o->life.epoch) != 0) {
		if (answers && uuid_is_valid(ack->epoch)) /* else it is old, or knows no life of ours */
			past_is_other_life(o, s, ack);
	} else if (answers && ack->set_back)
		out_stream_say_broken(s, ack, "it says that its database was set back");
	else if (ack->position < s->acked)
		on_less(s, ack, answers);
	else if (past_fits(o, s, ack) && (answers || !s->broken)) /* an old word mends nothing */
		go_on(s, ack, answers);
	FAULT_POINT(ack_noted);
}

/* --- sending --- */

static void greet(struct outbox *o, struct out_stream *s, int64_t now_ms, int64_t again_ms)
{
	if (s->greeting_due_ms > now_ms + again_ms) /* there is something to send by now */
		s->greeting_due_ms = now_ms + again_ms;
	if (now_ms < s->greeting_due_ms)
		return;
	if (!s->conversation) {
		randombytes_buf(&s->conversation, sizeof s->conversation);
		s->conversation = (s->conversation & INT64_MAX) | 1;
		s->acked_before = s->acked;
	}
	Greeting g = GREETING__INIT;
	SignedHead receipt = SIGNED_HEAD__INIT;
	Frame f = FRAME__INIT;
	g.epoch = o->life.epoch;
	g.conversation = s->conversation;
	g.set_back = o->engine->read_only != NULL;
	g.first = s->acked + 1;
	g.last = s->seq;
	g.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->chain.head };
	g.since = o->life.since;
	g.partner = o->life.partner;
	if (g.since)
		g.signature = (ProtobufCBinaryData){ sizeof o->life.signature, o->life.signature };
	receipt.seq = s->acked;
	receipt.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->acked_chain.head };
	receipt.signature = (ProtobufCBinaryData){ SIGNATURE_LEN, s->receipt };
	if (s->has_receipt)
		g.receipt = &receipt;
	f.greeting = &g;
	FAULT_POINT(greeting_unsent);
	bool sent = link_send(o->delivery->link, s->receiver, &f);
	FAULT_POINT(greeting_sent);
	/* Where there is no broker, who is away is to be known as soon as there is one. */
	s->greeting_due_ms = sent || link_is_up(o->delivery->link) ? now_ms + again_ms : 0;
}

/* Older ones from the database. What is not there cannot be sent, and must not be passed over. */
static size_t fetch_old(struct outbox *o, struct out_stream *s, int64_t first, Message **messages, struct chain *last)
{
	struct arena *a = o->engine->scratch;
	struct db_rows rows;
	size_t n = 0;
	if (arena_used(a) > ENGINE_ARENA_LIMIT / 2 ||
	    db_rows(o->engine->reading, a, sql_out_page, &rows, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("first", first), ARG_INT("count", FRAME_LETTERS), ARG_INT("bytes", (int64_t)FRAME_BYTES)) != OK)
		return 0; /* another turn, with other memory and perhaps another connection */
	for (; n < rows.n && n < FRAME_LETTERS; n++) {
		const char **cell = rows.cells + n * rows.n_columns;
		const size_t *length = rows.lengths + n * rows.n_columns;
		if (atoll(cell[0]) != first + (int64_t)n || length[6] != CHAIN_LEN)
			break;
		Message *m = ARENA_NEW(a, Message);
		*m = (Message)MESSAGE__INIT;
		m->id = cell[1];
		m->type = cell[2];
		m->entity = cell[3];
		m->salt = (ProtobufCBinaryData){ length[4], (uint8_t *)cell[4] };
		m->body = (ProtobufCBinaryData){ length[5], (uint8_t *)cell[5] };
		messages[n] = m;
		memcpy(last->head, cell[6], CHAIN_LEN);
	}
	if (!n) {
		Ack asked = ACK__INIT;
		asked.epoch = o->life.epoch;
		asked.position = first - 1;
		out_stream_say_broken(s, &asked, "the next message is no longer in bus_out");
	}
	return n;
}

/* How long few and small ones still wait for others, until the receiver has committed what is under way: it could not
 * begin with them before, and each frame costs both sides a seal, a signature and an acknowledgement. */
static int64_t gather_ms(const struct out_stream *s, size_t bytes, int64_t now_ms)
{
	int64_t left = s->sent_ms + GATHER_MS - now_ms;
	return left < 0 || bytes >= GATHER_BYTES || s->sent <= s->acked ? 0 : left;
}

/* Fills `messages` with consecutive ones from `first`, from memory or else from the database, and `last` with the
 * chain up to the last of them. */
static size_t fetch(struct outbox *o, struct out_stream *s, int64_t first, Message **messages, struct chain *last,
                    int64_t now_ms)
{
	size_t n = 0, bytes = 0;
	for (; n < FRAME_LETTERS && first + (int64_t)n <= s->seq && bytes < FRAME_BYTES; n++) {
		struct letter *l = tail_get(&s->tail, first + (int64_t)n);
		if (!l)
			break;
		messages[n] = &l->message;
		*last = l->chain;
		bytes += l->bytes;
	}
	s->gather_ms = n ? gather_ms(s, bytes, now_ms) : 0;
	if (s->gather_ms)
		return 0;
	return n ? n : fetch_old(o, s, first, messages, last);
}

static bool send_one_frame(struct outbox *o, struct out_stream *s, int64_t now_ms)
{
	Message *messages[FRAME_LETTERS];
	struct chain last;
	unsigned char signature[SIGNATURE_LEN];
	size_t n = fetch(o, s, s->sent + 1, messages, &last, now_ms);
	if (!n)
		return false;
	seal_sign_chain(link_seal(o->delivery->link), s->receiver, o->life.epoch, s->sent + (int64_t)n, &last, signature);
	Batch b = BATCH__INIT;
	Frame f = FRAME__INIT;
	b.epoch = o->life.epoch;
	b.first = s->sent + 1;
	b.n_messages = n;
	b.messages = messages;
	b.chain = (ProtobufCBinaryData){ CHAIN_LEN, last.head };
	b.signature = (ProtobufCBinaryData){ SIGNATURE_LEN, signature };
	f.batch = &b;
	FAULT_POINT(frame_unsent);
	if (!link_send(o->delivery->link, s->receiver, &f))
		return false;
	FAULT_POINT(frame_sent);
	s->sent_ms = now_ms;
	s->sent += (int64_t)n;
	for (size_t i = 0; i < n; i++)
		s->spent += (int64_t)letter_bytes(messages[i]);
	return true;
}

/* Nobody has answered for too long, or it is time to look whether all still is as it was. */
static bool wants_new_conversation(struct out_stream *s, int64_t now_ms)
{
	if (s->acked == s->seq)
		return now_ms > s->idle_due_ms;
	if (!s->ack_due_ms)
		s->ack_due_ms = now_ms + ACK_PATIENCE_MS;
	return now_ms > s->ack_due_ms;
}

static int64_t greeting_interval(const struct outbox *o, const struct out_stream *s)
{
	if (s->broken || o->engine->read_only)
		return PROBE_MS;
	if (s->acked == s->seq)
		return s->up ? PROBE_MS : IDLE_MS;
	return s->up ? GREETING_RETRY_MS : PROBE_MS;
}

/* In how many milliseconds there is more to send; -1: not by itself. */
static int pump(struct outbox *o, struct out_stream *s, int64_t now_ms)
{
	s->gather_ms = 0;
	if (s->greeted && wants_new_conversation(s, now_ms))
		out_stream_forget(s);
	if (!s->greeted || o->engine->read_only) {
		s->ack_due_ms = 0;
		greet(o, s, now_ms, greeting_interval(o, s));
		return -1;
	}
	int frames = 0;
	while (s->sent < s->seq && s->spent < s->credit && frames < FRAMES_A_TURN && send_one_frame(o, s, now_ms))
		frames++;
	if (frames == FRAMES_A_TURN)
		return 0;
	return s->gather_ms ? (int)s->gather_ms : -1;
}

/* Makes a stream to every other node of the registry, so that all are greeted, also those that nothing was sent to. */
static void meet(struct outbox *o)
{
	const struct registry *r = o->engine->membership.registry;
	for (size_t i = 0; o->met != o->engine->membership.times && i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].name, o->engine->membership.node) != 0)
			out_stream_of(o, r->nodes[i].name);
	o->met = o->engine->membership.times;
}

int conversation_pump(struct outbox *o, int64_t now_ms)
{
	int soonest = -1;
	bool tell = o->engine->read_only && !o->told;
	meet(o);
	o->told = o->told || tell;
	for (struct out_stream *s = o->streams; s; s = s->next) {
		if (tell)
			out_stream_forget(s);
		int ms = pump(o, s, now_ms);
		if (ms >= 0 && (soonest < 0 || ms < soonest))
			soonest = ms;
	}
	return soonest;
}
