/* SPDX-License-Identifier: EUPL-1.2 */
/* The conversation with each receiver: greets it, hears how far it is, sends within its credit, from
 * memory or, what is older, from the database. Never sends what is not committed, never passes over a
 * message, and stands still, saying why, when the receiver's position does not fit this database. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/stream_out.h"
#include "sql_daemon.h"

#define FRAME_BYTES ((size_t)48 * 1024) /* packed into one frame under load */
#define FRAME_LETTERS 256u
#define FRAMES_A_TURN 32       /* whatever credit a receiver grants: others have their turn too */
#define GREETING_RETRY_MS 1000 /* a greeting may be lost with a broker */
#define PROBE_MS 10000         /* a receiver that is gone or broken: whatever was wrong may have been mended */
#define ACK_PATIENCE_MS 3000   /* sent, but no word: greet again */
#define BEHIND_MAX 3           /* an old acknowledgement may come late, but not three times after a greeting */

void conversation_forget(struct out_stream *s)
{
	s->greeted = false;
	s->greeting_due_ms = 0;
}

/* --- what comes from the receiver --- */

void outbox_on_up(struct outbox *o, const char *node)
{
	struct out_stream *s = outbox_find(o, node);
	if (s) {
		s->up = true;
		s->behind = 0;
		conversation_forget(s);
	}
}

void outbox_on_gone(struct outbox *o, const char *node)
{
	struct out_stream *s = outbox_find(o, node);
	if (s) {
		conversation_forget(s);
		s->up = false; /* until the broker says it is up */
		s->greeting_due_ms = clock_monotonic_ms() + PROBE_MS;
	}
}

/* One of the two databases is not what it was: nothing can be sent that would not be wrong. */
static void say_broken(struct out_stream *s, const Ack *ack, const char *why)
{
	if (!s->broken)
		log_error("stream to %s stands still: it says position %lld of epoch %s, but %s (here: %lld sent, %lld "
		          "acknowledged). Messages for it are kept until that is mended",
		          s->receiver, (long long)ack->position, ack->epoch, why, (long long)s->seq, (long long)s->acked);
	s->broken = true;
	s->greeted = false;
	s->greeting_due_ms = clock_monotonic_ms() + PROBE_MS;
}

/* Why this position cannot be one of ours; NULL when it can. */
static const char *misfit(const struct outbox *o, const struct out_stream *s, const Ack *ack)
{
	const struct letter *l = tail_get(&s->tail, ack->position);
	const struct chain *chain = l ? &l->chain : NULL;
	if (strcmp(ack->epoch, o->epoch) != 0)
		return "that is not the life of this database: this one is new, or was set back";
	if (ack->position > s->seq || ack->position < 0)
		return "this database has not sent so much: it was set back";
	if (ack->position == s->seq)
		chain = &s->chain;
	if (chain && (ack->chain.len != CHAIN_LEN || memcmp(ack->chain.data, chain->head, CHAIN_LEN) != 0))
		return "the messages it has are not those that were sent from here";
	return NULL;
}

/* Less than it acknowledged before: an old word that comes late, or its database is not what it was. */
static void on_less(struct out_stream *s, const Ack *ack)
{
	if (s->greeted && !ack->resend)
		return;
	if (s->broken || ++s->behind >= BEHIND_MAX)
		say_broken(s, ack, "it had acknowledged more: its database is new, or was set back");
	else
		s->greeted = false;
}

void outbox_on_ack(struct outbox *o, const char *from, const Ack *ack)
{
	struct out_stream *s = outbox_find(o, from);
	if (!s || !*ack->epoch)
		return;
	const char *why = misfit(o, s, ack);
	if (why) {
		say_broken(s, ack, why);
		return;
	}
	if (ack->position < s->acked) {
		on_less(s, ack);
		return;
	}
	if (s->broken)
		log_info("stream to %s goes on from %lld", s->receiver, (long long)ack->position);
	s->broken = false;
	s->behind = 0;
	s->up = true;
	s->credit = ack->credit;
	s->acked = ack->position;
	tail_drop_until(&s->tail, s->acked);
	if (!s->greeted || ack->resend) {
		s->greeted = true;
		s->sent = ack->position;
		s->spent = 0;
	}
	/* What is still under way must be acknowledged in its turn. */
	s->ack_due_ms = s->sent > s->acked ? clock_monotonic_ms() + ACK_PATIENCE_MS : 0;
}

/* --- sending --- */

static void greet(struct outbox *o, struct out_stream *s, int64_t now_ms, int64_t again_ms)
{
	if (now_ms < s->greeting_due_ms)
		return;
	Greeting g = GREETING__INIT;
	Frame f = FRAME__INIT;
	g.epoch = o->epoch;
	g.first = s->acked + 1;
	g.last = s->seq;
	g.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->chain.head };
	f.greeting = &g;
	link_send(o->daemon->link, s->receiver, &f);
	s->greeting_due_ms = now_ms + again_ms;
}

/* Older ones from the database. What is not there cannot be sent, and must not be passed over. */
static size_t fetch_old(struct outbox *o, struct out_stream *s, int64_t first, Message **messages)
{
	struct arena *a = o->daemon->scratch;
	struct db_rows rows;
	size_t n = 0;
	if (arena_used(a) > MESSAGE_ARENA_LIMIT / 2 ||
	    db_rows(o->daemon->reader, a, sql_out_page, &rows, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("first", first), ARG_INT("count", FRAME_LETTERS), ARG_INT("bytes", (int64_t)FRAME_BYTES)) != OK)
		return 0; /* another turn, with other memory and perhaps another connection */
	for (; n < rows.n && n < FRAME_LETTERS; n++) {
		const char **cell = rows.cells + n * rows.n_columns;
		const size_t *length = rows.lengths + n * rows.n_columns;
		if (atoll(cell[0]) != first + (int64_t)n)
			break;
		Message *m = ARENA_NEW(a, Message);
		*m = (Message)MESSAGE__INIT;
		m->id = cell[1];
		m->type = cell[2];
		m->entity = cell[3];
		m->salt = (ProtobufCBinaryData){ length[4], (uint8_t *)cell[4] };
		m->body = (ProtobufCBinaryData){ length[5], (uint8_t *)cell[5] };
		messages[n] = m;
	}
	if (!n) {
		Ack asked = ACK__INIT;
		asked.epoch = o->epoch;
		asked.position = first - 1;
		say_broken(s, &asked, "the next message is no longer in bus_out");
	}
	return n;
}

/* Fills `messages` with consecutive ones from `first`, from memory or else from the database. */
static size_t fetch(struct outbox *o, struct out_stream *s, int64_t first, Message **messages)
{
	size_t n = 0, bytes = 0;
	for (; n < FRAME_LETTERS && first + (int64_t)n <= s->seq && bytes < FRAME_BYTES; n++) {
		struct letter *l = tail_get(&s->tail, first + (int64_t)n);
		if (!l)
			break;
		messages[n] = &l->message;
		bytes += l->bytes;
	}
	return n ? n : fetch_old(o, s, first, messages);
}

static bool send_one_frame(struct outbox *o, struct out_stream *s, int64_t now_ms)
{
	Message *messages[FRAME_LETTERS];
	size_t n = fetch(o, s, s->sent + 1, messages);
	if (!n)
		return false;
	Batch b = BATCH__INIT;
	Frame f = FRAME__INIT;
	b.epoch = o->epoch;
	b.first = s->sent + 1;
	b.n_messages = n;
	b.messages = messages;
	f.batch = &b;
	if (!link_send(o->daemon->link, s->receiver, &f))
		return false;
	s->sent += (int64_t)n;
	for (size_t i = 0; i < n; i++)
		s->spent += (int64_t)letter_bytes(messages[i]);
	if (!s->ack_due_ms)
		s->ack_due_ms = now_ms + ACK_PATIENCE_MS;
	return true;
}

/* True when there is more to send at once. */
static bool pump(struct outbox *o, struct out_stream *s, int64_t now_ms)
{
	if (s->greeted && s->ack_due_ms && now_ms > s->ack_due_ms)
		conversation_forget(s);
	if (!s->greeted) {
		s->ack_due_ms = 0;
		greet(o, s, now_ms, s->up && !s->broken ? GREETING_RETRY_MS : PROBE_MS);
		return false;
	}
	int frames = 0;
	while (s->sent < s->seq && s->spent < s->credit && frames < FRAMES_A_TURN && send_one_frame(o, s, now_ms))
		frames++;
	return frames == FRAMES_A_TURN;
}

bool outbox_pump(struct outbox *o, int64_t now_ms)
{
	bool more = false;
	for (struct out_stream *s = o->streams; s; s = s->next)
		if (s->acked < s->seq)
			more |= pump(o, s, now_ms);
	return more;
}
