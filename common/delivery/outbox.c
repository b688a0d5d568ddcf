/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams out: numbers messages in memory (there is one writer), writes them with what caused them,
 * keeps the newest at hand, and trims what the receiver has committed. Never trims what is not
 * acknowledged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/uuid.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

#define TRIM_EVERY_MS 500 /* not a transaction for each acknowledgement */

static void read_life(struct life *l, const struct db_rows *row)
{
	*l = (struct life){ .since = atoll(row->cells[1]) };
	snprintf(l->epoch, sizeof l->epoch, "%s", row->cells[0]);
	snprintf(l->partner, sizeof l->partner, "%s", row->cells[2] ? row->cells[2] : "");
	if (row->cells[3] && row->lengths[3] == sizeof l->signature)
		memcpy(l->signature, row->cells[3], sizeof l->signature);
}

enum err outbox_reload(struct outbox *o)
{
	struct arena *a = o->engine->scratch;
	struct db_rows life, rows;
	TRY(db_rows(o->engine->reading, a, sql_life, &life, NULL));
	TRY(db_rows(o->engine->reading, a, sql_out_stream_all, &rows, NULL));
	read_life(&o->life, &life);
	o->told = false;
	for (struct out_stream *s = o->streams; s; s = s->next) {
		tail_clear(&s->tail);
		s->seq = s->staged = s->acked = s->saved_acked = 0;
		s->chain = s->staged_chain = s->acked_chain = (struct chain){ 0 };
		s->has_receipt = false;
		s->said_why = NULL; /* after a recovery it may be another reason */
		out_stream_forget(s);
	}
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		struct out_stream *s = out_stream_of(o, cell[0]);
		s->seq = s->staged = atoll(cell[1]);
		s->acked = s->saved_acked = atoll(cell[2]);
		memcpy(s->chain.head, cell[3], CHAIN_LEN);
		memcpy(s->acked_chain.head, cell[4], CHAIN_LEN);
		s->staged_chain = s->chain;
		s->has_receipt = cell[5] && rows.lengths[i * rows.n_columns + 5] == SIGNATURE_LEN;
		if (s->has_receipt)
			memcpy(s->receipt, cell[5], SIGNATURE_LEN);
	}
	return OK;
}

enum err outbox_load(struct delivery *d, struct outbox **ret)
{
	struct outbox *o = ARENA_NEW(d->engine->arena, struct outbox);
	o->delivery = d;
	o->engine = d->engine;
	TRY(outbox_reload(o));
	*ret = o;
	return OK;
}

void outbox_free(struct outbox *o)
{
	for (struct out_stream *s = o ? o->streams : NULL; s; s = s->next)
		tail_clear(&s->tail);
}

enum err outbox_add(struct outbox *o, struct tx *tx, const char *to, const char *entity,
                    const ProtobufCMessage *message)
{
	/* One that was taken out of the registry: kept for it here. */
	if (!registry_by_name(o->engine->membership.registry, to) && !out_stream_find(o, to) &&
	    !in_stream_is_known(o->delivery->inbox, to))
		return tx_refuse(tx, ERR_CONFIG, "", "no node %s in the registry", to);
	if (strlen(entity) > MESSAGE_NAME_MAX)
		return tx_refuse(tx, ERR_TOO_LARGE, "", "what a message speaks of has a name of at most %u bytes",
		                 MESSAGE_NAME_MAX);
	struct out_stream *s = out_stream_of(o, to);
	ProtobufCBinaryData body = shape_pack(tx->arena, message);
	if (body.len > SHAPE_MAX_BYTES) /* the receiver would bury it */
		return tx_refuse(tx, ERR_TOO_LARGE, "", "a message to %s would be larger than 64 KiB", to);
	unsigned char salt[SALT_LEN];
	randombytes_buf(salt, sizeof salt);
	Message m = MESSAGE__INIT;
	m.id = uuid_derive(tx->arena, tx->cause, message->descriptor->name, ++tx->emitted);
	m.type = message->descriptor->name;
	m.entity = entity;
	m.salt = (ProtobufCBinaryData){ sizeof salt, salt };
	m.body = body;
	struct letter *l = letter_new(s->staged + 1, &m);
	chain_add(&s->staged_chain, &m);
	s->staged++;
	l->chain = s->staged_chain;
	tail_put(&s->tail, l);
	FAULT_POINT(letter_numbered);
	return tx_exec(tx, sql_out_insert, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->staged),
	               ARG_TEXT("id", m.id), ARG_TEXT("type", m.type), ARG_TEXT("entity", m.entity),
	               ARG_BYTES("salt", salt, sizeof salt), ARG_BYTES("body", m.body.data, m.body.len),
	               ARG_BYTES("chain", s->staged_chain.head, CHAIN_LEN));
}

enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message)
{
	const struct delivery *d = tx->engine->delivery;
	return outbox_add(d->outbox, tx, to, entity, message);
}

static bool trims(const struct outbox *o, const struct out_stream *s, int64_t now_ms)
{
	return s->acked > s->saved_acked && now_ms - o->trimmed_ms >= TRIM_EVERY_MS && !o->engine->read_only;
}

enum err outbox_save(struct outbox *o, struct arena *a)
{
	struct db *db = o->engine->writing;
	int64_t now_ms = clock_monotonic_ms();
	for (struct out_stream *s = o->streams; s; s = s->next) {
		s->trimming = 0;
		if (s->staged > s->seq)
			TRY(db_exec(db, a, sql_out_stream_set, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->staged),
			            ARG_INT("old_seq", s->seq), ARG_BYTES("chain", s->staged_chain.head, CHAIN_LEN)));
		if (!trims(o, s, now_ms))
			continue;
		s->trimming = s->acked;
		FAULT_POINT(trim_unsent);
		TRY(db_exec(db, a, sql_out_acked, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", s->acked),
		            ARG_BYTES("chain", s->acked_chain.head, CHAIN_LEN),
		            ARG_BYTES("receipt", s->receipt, s->has_receipt ? SIGNATURE_LEN : 0)));
		TRY(db_exec(db, a, sql_out_trim, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("after", s->saved_acked),
		            ARG_INT("seq", s->acked)));
		FAULT_POINT(trim_sent);
	}
	return OK;
}

void outbox_committed(struct outbox *o)
{
	for (struct out_stream *s = o->streams; s; s = s->next) {
		metric_add(o->engine, METRIC_MESSAGES_EMITTED, (uint64_t)(s->staged - s->seq));
		s->seq = s->staged;
		s->chain = s->staged_chain;
		if (!s->trimming)
			continue;
		s->saved_acked = s->trimming; /* more may have been acknowledged while it was committed */
		o->trimmed_ms = clock_monotonic_ms();
		FAULT_POINT(trim_noted);
	}
}

void outbox_rolled_back(struct outbox *o)
{
	for (struct out_stream *s = o->streams; s; s = s->next) {
		tail_drop_after(&s->tail, s->seq);
		s->staged = s->seq;
		s->staged_chain = s->chain;
	}
}

int64_t outbox_waiting(const struct outbox *o, const char *receiver)
{
	const struct out_stream *s = out_stream_find(o, receiver);
	return s ? s->staged - s->acked : 0;
}

bool outbox_trim_due(const struct outbox *o, int64_t now_ms)
{
	for (const struct out_stream *s = o->streams; s; s = s->next)
		if (trims(o, s, now_ms))
			return true;
	return false;
}

void outbox_describe(const struct outbox *o, const char *receiver, SnapshotPage *page)
{
	static const struct out_stream none;
	const struct out_stream *s = out_stream_find(o, receiver);
	s = s ? s : &none;
	page->epoch = o->life.epoch;
	page->since = o->life.since;
	page->acked = s->acked;
	page->acked_chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)s->acked_chain.head };
	page->partner = o->life.partner;
	if (o->life.since)
		page->signature = (ProtobufCBinaryData){ sizeof o->life.signature, (uint8_t *)o->life.signature };
	if (!s->acked)
		return;
	unsigned char *signature = arena_alloc(o->engine->scratch, SIGNATURE_LEN);
	seal_sign_chain(link_seal(o->delivery->link), receiver, o->life.epoch, s->acked, &s->acked_chain, signature);
	page->acked_signature = (ProtobufCBinaryData){ SIGNATURE_LEN, signature };
}

bool outbox_knows_others(const struct outbox *o)
{
	for (const struct out_stream *s = o->streams; s; s = s->next)
		if (s->seq)
			return true;
	return false;
}

bool outbox_all_heard(const struct outbox *o)
{
	for (const struct out_stream *s = o->streams; s; s = s->next)
		if (!s->heard && registry_by_name(o->engine->membership.registry, s->receiver))
			return false;
	return true;
}

unsigned outbox_broken(const struct outbox *o)
{
	unsigned n = 0;
	for (const struct out_stream *s = o->streams; s; s = s->next)
		n += s->broken;
	return n;
}

void outbox_say_broken(const struct outbox *o, struct buffer *out)
{
	for (const struct out_stream *s = o->streams; s; s = s->next)
		if (s->broken)
			buffer_printf(out, "the stream to %s stands still: %s\n", s->receiver,
			              s->said_why ? s->said_why : "this database is not the one that it knows");
}
