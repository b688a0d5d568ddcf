/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams in: drops what is applied, refuses a gap and asks again, hands the rest to the next batch,
 * and moves each position in the transaction of the effects, on condition that it still is where we
 * think. Acknowledges after the commit, never before. Never holds more of a sender than its credit
 * and as much again, whatever the sender does. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"
#include "sql_daemon.h"

#define CREDIT_BYTES ((int64_t)1024 * 1024) /* of letters that a sender may have under way to us */

struct in_stream {
	struct in_stream *next;
	const char *sender;
	char epoch[UUID_LEN + 1];           /* "": never heard from */
	bool stored;                        /* has a row */
	bool gap;                           /* something was passed over: ask for it when what waits is done */
	int64_t position, staged, accepted; /* committed; in the running batch; taken from the wire */
	struct chain chain, staged_chain;
	int64_t applied_bytes; /* of this conversation, for credit */
	int64_t staged_bytes, waiting_bytes;
};

struct inbox {
	struct daemon *daemon;
	struct in_stream *streams;
};

static struct in_stream *stream_of(struct inbox *i, const char *sender)
{
	for (struct in_stream *s = i->streams; s; s = s->next)
		if (strcmp(s->sender, sender) == 0)
			return s;
	struct in_stream *s = ARENA_NEW(i->daemon->arena, struct in_stream);
	*s = (struct in_stream){ .next = i->streams, .sender = arena_strdup(i->daemon->arena, sender) };
	i->streams = s;
	return s;
}

const char *inbox_sender(struct inbox *i, const char *name)
{
	return stream_of(i, name)->sender;
}

bool inbox_any_sender(const struct inbox *i, const struct parked *p, const char *entity)
{
	for (const struct in_stream *s = i->streams; s; s = s->next)
		if (parked_behind(p, s->sender, entity))
			return true;
	return false;
}

enum err inbox_reload(struct inbox *i)
{
	struct db_rows rows;
	TRY(db_rows(i->daemon->reader, i->daemon->scratch, sql_in_stream_all, &rows, NULL));
	for (struct in_stream *s = i->streams; s; s = s->next)
		*s = (struct in_stream){ .next = s->next, .sender = s->sender };
	for (size_t r = 0; r < rows.n; r++) {
		const char **cell = rows.cells + r * rows.n_columns;
		struct in_stream *s = stream_of(i, cell[0]);
		memcpy(s->epoch, cell[1], UUID_LEN);
		s->stored = true;
		s->position = s->staged = s->accepted = atoll(cell[2]);
		memcpy(s->chain.head, cell[3], CHAIN_LEN);
		s->staged_chain = s->chain;
	}
	return OK;
}

enum err inbox_load(struct daemon *d, struct inbox **ret)
{
	struct inbox *i = ARENA_NEW(d->arena, struct inbox);
	i->daemon = d;
	TRY(inbox_reload(i));
	*ret = i;
	return OK;
}

/* --- from the wire --- */

static void acknowledge(struct inbox *i, struct in_stream *s, bool resend)
{
	Ack ack = ACK__INIT;
	Frame f = FRAME__INIT;
	if (resend) { /* both sides count credit from here */
		s->gap = false;
		s->accepted = s->position;
		s->applied_bytes = 0;
	}
	ack.epoch = s->epoch;
	ack.position = s->position;
	ack.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->chain.head };
	ack.credit = s->applied_bytes + CREDIT_BYTES;
	ack.resend = resend;
	f.ack = &ack;
	link_send(i->daemon->link, s->sender, &f); /* lost: the sender greets again */
}

void inbox_on_greeting(struct inbox *i, const char *from, const Greeting *g)
{
	if (batch_is_stale(i->daemon->batch)) /* its position is not known now: the sender greets again */
		return;
	struct in_stream *s = stream_of(i, from);
	if (!uuid_is_valid(g->epoch)) {
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
		return;
	}
	if (!s->stored && s->staged == 0 && s->accepted == 0)
		memcpy(s->epoch, g->epoch, UUID_LEN);
	s->applied_bytes = 0;                          /* a new conversation: credit counts from here */
	acknowledge(i, s, s->accepted == s->position); /* else letters of it wait here, and need not come again */
}

/* False: no room, or no memory; the rest comes again. */
static bool accept_letter(struct inbox *i, struct in_stream *s, int64_t seq, const Message *m)
{
	if (s->waiting_bytes > 2 * CREDIT_BYTES) {
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
		return false;
	}
	struct letter *l = letter_new(seq, m);
	if (!l)
		return false;
	s->accepted = seq;
	s->waiting_bytes += (int64_t)l->bytes;
	struct origin origin = { .sender = s->sender, .seq = seq };
	memcpy(origin.epoch, s->epoch, sizeof origin.epoch);
	batch_put_letter(i->daemon->batch, s, &origin, l);
	return true;
}

void inbox_on_batch(struct inbox *i, const char *from, const Batch *b)
{
	if (batch_is_stale(i->daemon->batch))
		return;
	struct in_stream *s = stream_of(i, from);
	if (!*s->epoch || strcmp(s->epoch, b->epoch) != 0 || b->first < 1 || b->first > INT64_MAX / 2) {
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
		return;
	}
	if (b->first > s->accepted + 1)
		s->gap = true;
	for (size_t n = 0; n < b->n_messages && !s->gap; n++) {
		int64_t seq = b->first + (int64_t)n;
		if (seq > s->accepted && !accept_letter(i, s, seq, b->messages[n]))
			s->gap = true;
	}
	if (s->accepted == s->position) /* nothing of it waits: a gap, or all of it was applied before */
		acknowledge(i, s, s->gap);
}

/* --- in the batch --- */

bool inbox_stage(struct in_stream *s, const struct letter *l)
{
	if (l->seq != s->staged + 1) {
		s->waiting_bytes -= (int64_t)l->bytes;
		s->accepted = s->staged;
		return false;
	}
	unsigned char commitment[CHAIN_LEN];
	chain_commit(&l->message, commitment);
	chain_extend(&s->staged_chain, commitment);
	s->staged = l->seq;
	s->staged_bytes += (int64_t)l->bytes;
	return true;
}

enum err inbox_save(struct inbox *i, struct arena *a)
{
	for (struct in_stream *s = i->streams; s; s = s->next) {
		if (s->staged == s->position)
			continue;
		const struct sql *move = s->stored ? sql_in_stream_advance : sql_in_stream_begin;
		TRY(db_exec(i->daemon->writer, a, move, NULL, ARG_TEXT("sender", s->sender), ARG_TEXT("epoch", s->epoch),
		            ARG_INT("seq", s->staged), ARG_INT("old_seq", s->position),
		            ARG_BYTES("chain", s->staged_chain.head, CHAIN_LEN)));
	}
	return OK;
}

void inbox_committed(struct inbox *i)
{
	for (struct in_stream *s = i->streams; s; s = s->next) {
		if (s->staged == s->position)
			continue;
		s->position = s->staged;
		s->chain = s->staged_chain;
		s->applied_bytes += s->staged_bytes;
		s->waiting_bytes -= s->staged_bytes;
		s->staged_bytes = 0;
		s->stored = true;
		acknowledge(i, s, s->gap && s->accepted == s->position);
	}
}

void inbox_rolled_back(struct inbox *i)
{
	for (struct in_stream *s = i->streams; s; s = s->next) {
		s->staged = s->position;
		s->staged_chain = s->chain;
		s->staged_bytes = 0;
	}
}
