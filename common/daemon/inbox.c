/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams in: drops what is applied, refuses a gap and asks again, takes a batch only when the chain goes on with it
 * and its sender signed that, hands it to the next batch, and moves each position in the transaction of the effects,
 * on condition that it still is where we think. Acknowledges after the commit, never before. Never holds more of a
 * sender than its credit and as much again, whatever the sender does. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"
#include "sql_daemon.h"

#define CREDIT_BYTES ((int64_t)1024 * 1024) /* of letters that a sender may have under way to us */

/* The newest end of a frame that is applied: what its sender cannot deny. */
struct signed_head {
	int64_t seq; /* 0: none */
	struct chain chain;
	unsigned char signature[SIGNATURE_LEN];
};

struct in_stream {
	struct in_stream *next;
	const char *sender;
	char epoch[UUID_LEN + 1];           /* "": never heard from */
	bool stored;                        /* has a row */
	bool gap;                           /* something was passed over: ask for it when what waits is done */
	const char *refused;                /* why this stream stands still; NULL: it does not */
	int64_t position, staged, accepted; /* committed; in the running batch; taken from the wire */
	struct chain chain, staged_chain, accepted_chain;
	struct signed_head signed_head, staged_head;
	int64_t conversation;  /* as the last greeting named it */
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

static void read_head(struct in_stream *s, int64_t seq, const char *const cell[2], const size_t length[2])
{
	if (!seq || !cell[0] || !cell[1] || length[0] != CHAIN_LEN || length[1] != SIGNATURE_LEN)
		return;
	s->signed_head.seq = seq;
	memcpy(s->signed_head.chain.head, cell[0], CHAIN_LEN);
	memcpy(s->signed_head.signature, cell[1], SIGNATURE_LEN);
	s->staged_head = s->signed_head;
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
		s->staged_chain = s->accepted_chain = s->chain;
		read_head(s, atoll(cell[4]), cell + 5, rows.lengths + r * rows.n_columns + 5);
	}
	i->daemon->refused_streams = 0;
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

/* Nothing of it waits: what comes next goes on from what is applied. */
static void take_back(struct in_stream *s)
{
	s->accepted = s->position;
	s->accepted_chain = s->chain;
}

static const char says_set_back[] = "it says that its database was set back";

/* Says once why a stream stands still, and when it goes on. */
static void stand_still(struct inbox *i, struct in_stream *s, const char *why)
{
	if (!s->refused == !why)
		return;
	if (why)
		log_error("nothing is taken from %s: %s (here: position %lld)", s->sender, why, (long long)s->position);
	else
		log_info("the stream from %s goes on from %lld", s->sender, (long long)s->position);
	s->refused = why;
	i->daemon->refused_streams += why ? 1u : -1u;
}

static void acknowledge(struct inbox *i, struct in_stream *s, bool resend)
{
	Ack ack = ACK__INIT;
	Frame f = FRAME__INIT;
	if (resend) { /* both sides count credit from here */
		s->gap = false;
		take_back(s);
		s->applied_bytes = 0;
	}
	ack.epoch = s->epoch;
	ack.position = s->position;
	ack.chain = (ProtobufCBinaryData){ CHAIN_LEN, s->chain.head };
	ack.credit = s->applied_bytes + CREDIT_BYTES;
	ack.resend = resend;
	ack.conversation = s->conversation;
	ack.set_back = i->daemon->restored != NULL;
	f.ack = &ack;
	link_send(i->daemon->link, s->sender, &f); /* lost: the sender greets again */
}

/* The sender knows more to be committed here than is: since that is said after the commit only, it is proof, however
 * old the greeting is. Unless another process has the word now and this one does not know that yet: then false. */
static bool look_back(struct inbox *i, const struct in_stream *s, int64_t first)
{
	struct db_rows rows;
	int64_t position = 0;
	if (i->daemon->restored)
		return true;
	if (db_rows(i->daemon->reader, i->daemon->scratch, sql_in_stream_all, &rows, NULL) != OK)
		return false;
	for (size_t r = 0; r < rows.n; r++)
		if (strcmp(rows.cells[r * rows.n_columns], s->sender) == 0)
			position = atoll(rows.cells[r * rows.n_columns + 2]);
	if (first <= position + 1)
		return false;
	restored_found(i->daemon, s->sender,
	               "was told by this node that it has applied %lld messages, but the database "
	               "knows %lld",
	               (long long)(first - 1), (long long)position);
	return true;
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
	if (strcmp(s->epoch, g->epoch) == 0 && g->first > s->position + 1 && !look_back(i, s, g->first))
		return;
	if (g->set_back)
		stand_still(i, s, says_set_back);
	else if (s->refused == says_set_back)
		stand_still(i, s, NULL);
	if (g->conversation != s->conversation) /* credit counts from here */
		s->applied_bytes = 0;
	s->conversation = g->conversation;
	acknowledge(i, s, s->accepted == s->position); /* else letters of it wait here, and need not come again */
}

/* False: no room, or no memory; the rest comes again. */
static bool accept_letter(struct inbox *i, struct in_stream *s, const Batch *b, size_t n)
{
	int64_t seq = b->first + (int64_t)n;
	if (s->waiting_bytes > 2 * CREDIT_BYTES) {
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
		return false;
	}
	struct letter *l = letter_new(seq, b->messages[n]);
	if (!l)
		return false;
	l->ends_frame = n + 1 == b->n_messages;
	if (l->ends_frame)
		memcpy(l->signature, b->signature.data, SIGNATURE_LEN);
	s->accepted = seq;
	chain_add(&s->accepted_chain, &l->message);
	s->waiting_bytes += (int64_t)l->bytes;
	struct origin origin = { .sender = s->sender, .seq = seq };
	memcpy(origin.epoch, s->epoch, sizeof origin.epoch);
	batch_put_letter(i->daemon->batch, s, &origin, l);
	return true;
}

/* Why a batch that begins at or before what is accepted does not go on from there; NULL: it does. */
static const char *misfit(const struct inbox *i, const struct in_stream *s, const Batch *b)
{
	struct chain chain = s->accepted_chain;
	int64_t last = b->first + (int64_t)b->n_messages - 1;
	const struct registry_node *sender = registry_by_name(i->daemon->registry, s->sender);
	for (size_t n = (size_t)(s->accepted + 1 - b->first); n < b->n_messages; n++)
		chain_add(&chain, b->messages[n]);
	if (!chain_is(&chain, b->chain))
		return "what it sends does not go on from what it sent before";
	if (!sender || !seal_chain_holds(link_seal(i->daemon->link), sender, b->epoch, last, &chain, b->signature.data,
	                                 b->signature.len))
		return "what it sends is not signed with its key in the registry";
	return NULL;
}

static void take_batch(struct inbox *i, struct in_stream *s, const Batch *b)
{
	const char *why = misfit(i, s, b);
	stand_still(i, s, why);
	if (why) /* its sender will greet, and compare where the chains part */
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
	for (size_t n = (size_t)(s->accepted + 1 - b->first); n < b->n_messages && !why && !s->gap; n++)
		s->gap = !accept_letter(i, s, b, n);
}

void inbox_on_batch(struct inbox *i, const char *from, const Batch *b)
{
	if (batch_is_stale(i->daemon->batch) || i->daemon->restored)
		return;
	struct in_stream *s = stream_of(i, from);
	if (!*s->epoch || strcmp(s->epoch, b->epoch) != 0 || b->first < 1 || b->first > INT64_MAX / 2) {
		metric_add(i->daemon, METRIC_FRAMES_REFUSED, 1);
		return;
	}
	if (b->first > s->accepted + 1)
		s->gap = true;
	if (!s->gap && b->first + (int64_t)b->n_messages - 1 > s->accepted)
		take_batch(i, s, b);
	if (s->accepted == s->position) /* nothing of it waits: a gap, or all of it was applied before */
		acknowledge(i, s, s->gap);
}

/* --- in the batch --- */

bool inbox_stage(struct in_stream *s, const struct letter *l)
{
	if (l->seq != s->staged + 1) {
		s->waiting_bytes -= (int64_t)l->bytes;
		s->accepted = s->staged;
		s->accepted_chain = s->staged_chain;
		return false;
	}
	chain_add(&s->staged_chain, &l->message);
	s->staged = l->seq;
	s->staged_bytes += (int64_t)l->bytes;
	if (l->ends_frame) {
		s->staged_head.seq = l->seq;
		s->staged_head.chain = s->staged_chain;
		memcpy(s->staged_head.signature, l->signature, SIGNATURE_LEN);
	}
	return true;
}

enum err inbox_save(struct inbox *i, struct arena *a)
{
	for (struct in_stream *s = i->streams; s; s = s->next) {
		if (s->staged == s->position)
			continue;
		const struct signed_head *head = &s->staged_head;
		const struct sql *move = s->stored ? sql_in_stream_advance : sql_in_stream_begin;
		TRY(db_exec(i->daemon->writer, a, move, NULL, ARG_TEXT("sender", s->sender), ARG_TEXT("epoch", s->epoch),
		            ARG_INT("seq", s->staged), ARG_INT("old_seq", s->position),
		            ARG_BYTES("chain", s->staged_chain.head, CHAIN_LEN), ARG_INT("signed_seq", head->seq),
		            ARG_BYTES("signed_chain", head->chain.head, head->seq ? CHAIN_LEN : 0),
		            ARG_BYTES("signature", head->signature, head->seq ? SIGNATURE_LEN : 0)));
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
		s->signed_head = s->staged_head;
		if (s->accepted < s->position)
			take_back(s);
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
		s->staged_head = s->signed_head;
		s->staged_bytes = 0;
	}
}
