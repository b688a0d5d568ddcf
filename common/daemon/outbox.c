/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams out: numbers messages in memory (there is one writer), keeps the newest letters at hand,
 * reads older ones from the database, sends within the receiver's credit, and trims what the receiver
 * has committed. It never sends what is not committed, and never trims what is not acknowledged. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"
#include "sql_daemon.h"

#define TAIL_LETTERS 1024               /* newest letters kept in memory for each receiver */
#define FRAME_BYTES ((size_t)48 * 1024) /* bodies packed into one frame under load */
#define GREETING_RETRY_MS 1000          /* a greeting may be lost with a broker */
#define ACK_PATIENCE_MS 3000            /* sent, but no word: greet again */

struct out_stream {
	struct out_stream *next;
	const char *receiver;
	int64_t seq, staged; /* last committed; last numbered in the running batch */
	struct chain chain, staged_chain;
	int64_t acked, saved_acked;        /* known committed at the receiver; written to our own row */
	struct letter *tail[TAIL_LETTERS]; /* by seq modulo */
	bool up, greeted, broken;
	int64_t sent, spent, credit; /* of this conversation */
	int64_t greeting_due_ms, ack_due_ms;
};

struct outbox {
	struct daemon *daemon;
	const char *epoch;
	struct out_stream *streams;
};

struct letter *letter_new(int64_t seq, const Message *m)
{
	size_t id = strlen(m->id) + 1, type = strlen(m->type) + 1, entity = strlen(m->entity) + 1;
	struct letter *l = malloc(sizeof *l + id + type + entity + m->salt.len + m->body.len);
	if (!l)
		return NULL;
	char *text = (char *)(l + 1);
	*l = (struct letter){ .seq = seq, .bytes = m->body.len + id + type + entity, .message = MESSAGE__INIT };
	l->message.id = memcpy(text, m->id, id);
	l->message.type = memcpy(text += id, m->type, type);
	l->message.entity = memcpy(text += type, m->entity, entity);
	l->message.salt = (ProtobufCBinaryData){ m->salt.len, (uint8_t *)(text += entity) };
	if (m->salt.len)
		memcpy(text, m->salt.data, m->salt.len);
	l->message.body = (ProtobufCBinaryData){ m->body.len, (uint8_t *)(text += m->salt.len) };
	if (m->body.len)
		memcpy(text, m->body.data, m->body.len);
	return l;
}

static struct out_stream *find(const struct outbox *o, const char *receiver)
{
	for (struct out_stream *s = o->streams; s; s = s->next)
		if (strcmp(s->receiver, receiver) == 0)
			return s;
	return NULL;
}

static void forget_letters(struct out_stream *s)
{
	for (size_t i = 0; i < TAIL_LETTERS; i++) {
		free(s->tail[i]);
		s->tail[i] = NULL;
	}
}

static void forget_conversation(struct out_stream *s)
{
	s->greeted = false;
	s->greeting_due_ms = 0;
}

static struct out_stream *stream_of(struct outbox *o, const char *receiver)
{
	struct out_stream *s = find(o, receiver);
	if (!s) {
		s = ARENA_NEW(o->daemon->arena, struct out_stream);
		*s =
		    (struct out_stream){ .next = o->streams, .receiver = arena_strdup(o->daemon->arena, receiver), .up = true };
		o->streams = s;
	}
	return s;
}

enum err outbox_reload(struct outbox *o)
{
	struct arena *a = o->daemon->scratch;
	struct db_rows rows;
	TRY(db_rows(o->daemon->reader, a, sql_life_epoch, &rows, NULL));
	o->epoch = arena_strdup(o->daemon->arena, rows.cells[0]);
	TRY(db_rows(o->daemon->reader, a, sql_out_stream_all, &rows, NULL));
	for (struct out_stream *s = o->streams; s; s = s->next) {
		forget_letters(s);
		s->seq = s->staged = s->acked = 0;
		s->chain = s->staged_chain = (struct chain){ 0 };
	}
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		struct out_stream *s = stream_of(o, cell[0]);
		s->seq = s->staged = atoll(cell[1]);
		s->acked = s->saved_acked = atoll(cell[2]);
		memcpy(s->chain.head, cell[3], CHAIN_LEN);
		s->staged_chain = s->chain;
		forget_conversation(s);
	}
	return OK;
}

enum err outbox_load(struct daemon *d, struct outbox **ret)
{
	struct outbox *o = ARENA_NEW(d->arena, struct outbox);
	o->daemon = d;
	TRY(outbox_reload(o));
	*ret = o;
	return OK;
}

static void keep(struct out_stream *s, struct letter *l)
{
	struct letter **slot = &s->tail[l->seq % TAIL_LETTERS];
	free(*slot);
	*slot = l;
}

enum err outbox_add(struct outbox *o, struct tx *tx, const char *to, const char *entity,
                    const ProtobufCMessage *message)
{
	if (!registry_by_name(o->daemon->registry, to))
		return tx_refuse(tx, ERR_CONFIG, "", "no node %s in the registry", to);
	struct out_stream *s = stream_of(o, to);
	unsigned char salt[SALT_LEN], commitment[CHAIN_LEN];
	randombytes_buf(salt, sizeof salt);
	Message m = MESSAGE__INIT;
	m.id = uuid_derive(tx->arena, tx->cause, message->descriptor->name, ++tx->emitted);
	m.type = message->descriptor->name;
	m.entity = entity;
	m.salt = (ProtobufCBinaryData){ sizeof salt, salt };
	m.body = shape_pack(tx->arena, message);
	struct letter *l = letter_new(s->staged + 1, &m);
	if (!l)
		return ERR_MEMORY;
	chain_commit(&m, commitment);
	chain_extend(&s->staged_chain, commitment);
	s->staged++;
	keep(s, l);
	metric_add(o->daemon, METRIC_MESSAGES_EMITTED, 1);
	return tx_exec(tx, sql_out_insert, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->staged),
	               ARG_TEXT("id", m.id), ARG_TEXT("type", m.type), ARG_TEXT("entity", m.entity),
	               ARG_BYTES("salt", salt, sizeof salt), ARG_BYTES("body", m.body.data, m.body.len));
}

enum err outbox_save(struct outbox *o, struct arena *a)
{
	struct db *db = o->daemon->writer;
	for (struct out_stream *s = o->streams; s; s = s->next) {
		if (s->staged > s->seq)
			TRY(db_exec(db, a, sql_out_stream_set, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->staged),
			            ARG_INT("old_seq", s->seq), ARG_BYTES("chain", s->staged_chain.head, CHAIN_LEN)));
		if (s->acked > s->saved_acked) {
			TRY(db_exec(db, a, sql_out_acked, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->acked)));
			TRY(db_exec(db, a, sql_out_trim, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->acked)));
		}
	}
	return OK;
}

void outbox_committed(struct outbox *o)
{
	for (struct out_stream *s = o->streams; s; s = s->next) {
		s->seq = s->staged;
		s->chain = s->staged_chain;
		s->saved_acked = s->acked;
	}
}

void outbox_rolled_back(struct outbox *o)
{
	for (struct out_stream *s = o->streams; s; s = s->next) {
		for (int64_t seq = s->seq + 1; seq <= s->staged; seq++) {
			free(s->tail[seq % TAIL_LETTERS]);
			s->tail[seq % TAIL_LETTERS] = NULL;
		}
		s->staged = s->seq;
		s->staged_chain = s->chain;
	}
}

bool outbox_trim_due(const struct outbox *o)
{
	for (const struct out_stream *s = o->streams; s; s = s->next)
		if (s->acked > s->saved_acked)
			return true;
	return false;
}

void outbox_on_up(struct outbox *o, const char *node)
{
	struct out_stream *s = find(o, node);
	if (s) {
		s->up = true;
		s->broken = false; /* whatever was wrong may have been mended */
		forget_conversation(s);
	}
}

void outbox_on_gone(struct outbox *o, const char *node)
{
	struct out_stream *s = find(o, node);
	if (s) {
		s->up = false; /* until the broker says it is up */
		forget_conversation(s);
	}
}

/* The receiver remembers more than we do, or another life of ours: our database was set back. */
static void say_broken(struct out_stream *s, const Ack *ack)
{
	if (!s->broken)
		log_error("stream to %s stands still: it has position %lld of epoch %s, which this database does not know",
		          s->receiver, (long long)ack->position, ack->epoch);
	s->broken = true;
}

void outbox_on_ack(struct outbox *o, const char *from, const Ack *ack)
{
	struct out_stream *s = find(o, from);
	if (!s)
		return;
	if (strcmp(ack->epoch, o->epoch) != 0 || ack->position > s->seq || ack->position < 0) {
		say_broken(s, ack);
		return;
	}
	s->broken = false;
	s->credit = ack->credit;
	if (ack->position > s->acked)
		s->acked = ack->position;
	if (!s->greeted || ack->resend) {
		s->greeted = true;
		s->sent = ack->position;
		s->spent = 0;
	}
	s->ack_due_ms = 0;
}

static void greet(struct outbox *o, struct out_stream *s, int64_t now_ms)
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
	s->greeting_due_ms = now_ms + GREETING_RETRY_MS;
}

/* Fills `messages` with up to `max` consecutive ones from `first`, from memory or else from the database. */
static size_t fetch(struct outbox *o, struct out_stream *s, int64_t first, Message **messages, size_t max)
{
	size_t n = 0, bytes = 0;
	for (; n < max && first + (int64_t)n <= s->seq && bytes < FRAME_BYTES; n++) {
		struct letter *l = s->tail[(first + (int64_t)n) % TAIL_LETTERS];
		if (!l || l->seq != first + (int64_t)n)
			break;
		messages[n] = &l->message;
		bytes += l->bytes;
	}
	if (n)
		return n;
	struct arena *a = o->daemon->scratch;
	struct db_rows rows;
	if (db_rows(o->daemon->reader, a, sql_out_page, &rows, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("first", first), ARG_INT("count", (int64_t)max)) != OK)
		return 0; /* the reader is lost: the loop reopens it, and we come again */
	for (; n < rows.n && bytes < FRAME_BYTES; n++) {
		const char **cell = rows.cells + n * rows.n_columns;
		const size_t *length = rows.lengths + n * rows.n_columns;
		Message *m = ARENA_NEW(a, Message);
		*m = (Message)MESSAGE__INIT;
		m->id = cell[0];
		m->type = cell[1];
		m->entity = cell[2];
		m->salt = (ProtobufCBinaryData){ length[3], (uint8_t *)cell[3] };
		m->body = (ProtobufCBinaryData){ length[4], (uint8_t *)cell[4] };
		messages[n] = m;
		bytes += length[4];
	}
	return n;
}

static bool send_one_frame(struct outbox *o, struct out_stream *s, int64_t now_ms)
{
	Message *messages[256];
	size_t n = fetch(o, s, s->sent + 1, messages, countof(messages));
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
		s->spent += (int64_t)messages[i]->body.len;
	if (!s->ack_due_ms)
		s->ack_due_ms = now_ms + ACK_PATIENCE_MS;
	return true;
}

void outbox_pump(struct outbox *o, int64_t now_ms)
{
	for (struct out_stream *s = o->streams; s; s = s->next) {
		if (!s->up || s->broken || s->acked == s->seq)
			continue;
		if (s->greeted && s->ack_due_ms && now_ms > s->ack_due_ms)
			forget_conversation(s);
		if (!s->greeted) {
			greet(o, s, now_ms);
			s->ack_due_ms = 0;
			continue;
		}
		while (s->sent < s->seq && s->spent < s->credit && send_one_frame(o, s, now_ms))
			;
	}
}
