/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams in, as far as they are stored: moves each position in the transaction of the effects, on condition that it
 * still is where we think, and begins a stream anew when its sender's database begins a new life. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

static void read_head(struct in_stream *s, int64_t seq, const char *const cell[2], const size_t length[2])
{
	if (!seq || !cell[0] || !cell[1] || length[0] != CHAIN_LEN || length[1] != SIGNATURE_LEN)
		return;
	s->signed_head.seq = seq;
	memcpy(s->signed_head.chain.head, cell[0], CHAIN_LEN);
	memcpy(s->signed_head.signature, cell[1], SIGNATURE_LEN);
	s->staged_head = s->signed_head;
}

static void read_life(struct in_stream *s, const char *const cell[3], const size_t length[3])
{
	s->since = atoll(cell[0]);
	if (!cell[1] || !cell[2] || strlen(cell[1]) > LIFE_PARTNER_MAX || length[2] != sizeof s->life_signature)
		return;
	memcpy(s->partner, cell[1], strlen(cell[1]) + 1);
	memcpy(s->life_signature, cell[2], sizeof s->life_signature);
}

enum err inbox_reload(struct inbox *i)
{
	struct db_rows rows;
	TRY(db_rows(i->engine->reading, i->engine->scratch, sql_in_stream_all, &rows, NULL));
	for (struct in_stream *s = i->streams; s; s = s->next)
		*s = (struct in_stream){ .next = s->next, .sender = s->sender };
	for (size_t r = 0; r < rows.n; r++) {
		const char **cell = rows.cells + r * rows.n_columns;
		struct in_stream *s = in_stream_of(i, cell[0]);
		memcpy(s->epoch, cell[1], UUID_LEN);
		s->stored = true;
		read_life(s, cell + 7, rows.lengths + r * rows.n_columns + 7);
		s->position = s->staged = s->accepted = atoll(cell[2]);
		memcpy(s->chain.head, cell[3], CHAIN_LEN);
		s->staged_chain = s->accepted_chain = s->chain;
		read_head(s, atoll(cell[4]), cell + 5, rows.lengths + r * rows.n_columns + 5);
		s->asked = strcmp(cell[10], "t") == 0 ? ASKED : ASKED_NOT;
	}
	i->n_refused = 0;
	return OK;
}

void inbox_say_refused(const struct inbox *i, struct buffer *out)
{
	for (const struct in_stream *s = i->streams; s; s = s->next)
		if (s->refused)
			buffer_printf(out, "nothing is taken from %s: %s\n", s->sender, s->refused);
}

enum err inbox_load(struct delivery *d, struct inbox **ret)
{
	struct inbox *i = ARENA_NEW(d->engine->arena, struct inbox);
	i->delivery = d;
	i->engine = d->engine;
	TRY(inbox_reload(i));
	*ret = i;
	return OK;
}

/* --- in the transaction --- */

bool inbox_renewal_due(const struct inbox *i)
{
	for (const struct in_stream *s = i->streams; s; s = s->next)
		if ((*s->renewal.epoch || s->asked == ASKED_DUE) && !i->engine->read_only)
			return true;
	return false;
}

static enum err save_asked(struct inbox *i, struct arena *a, struct in_stream *s)
{
	s->asked = ASKED_RUNNING;
	return db_exec(i->engine->writing, a, sql_in_stream_asked, NULL, ARG_TEXT("sender", s->sender),
	               ARG_TEXT("epoch", s->epoch), ARG_INT("old_seq", s->position));
}

static enum err save_renewal(struct inbox *i, struct arena *a, struct in_stream *s)
{
	static const struct chain nothing;
	s->renewing = true;
	return db_exec(i->engine->writing, a, sql_in_stream_renew, NULL, ARG_TEXT("sender", s->sender),
	               ARG_TEXT("epoch", s->renewal.epoch), ARG_INT("since", s->renewal.since),
	               ARG_TEXT("partner", s->renewal.partner),
	               ARG_BYTES("life_signature", s->renewal.signature, sizeof s->renewal.signature),
	               ARG_TEXT("old_epoch", s->epoch), ARG_INT("old_seq", s->position),
	               ARG_BYTES("chain", nothing.head, CHAIN_LEN));
}

/* A sender begins a new life. What of its old one is not applied here never will be: what its
 * recovery restored stands. */
static void begin_anew(struct inbox *i, struct in_stream *s)
{
	log_info(
	    "the database of %s begins a new life (%s), for which %s has signed; of the one before, %lld messages were "
	    "applied",
	    s->sender, s->renewal.epoch, s->renewal.partner, (long long)s->position);
	in_stream_stand_still(i, s, NULL);
	struct in_stream anew = { .next = s->next, .sender = s->sender, .stored = true, .since = s->renewal.since };
	memcpy(anew.epoch, s->renewal.epoch, sizeof anew.epoch);
	memcpy(anew.partner, s->renewal.partner, sizeof anew.partner);
	memcpy(anew.life_signature, s->renewal.signature, sizeof anew.life_signature);
	anew.conversation = s->conversation;
	anew.waiting_bytes = s->waiting_bytes;
	anew.words = s->words;
	*s = anew;
	in_stream_acknowledge(i, s, true);
	conversation_on_up(i->delivery->outbox, s->sender);
}

void inbox_leave(struct in_stream *s, const struct letter *l)
{
	s->left_bytes += (int64_t)l->bytes;
	s->accepted = s->staged;
	s->accepted_chain = s->staged_chain;
}

bool inbox_stage(struct in_stream *s, const struct origin *from, const struct letter *l)
{
	if (strcmp(from->epoch, s->epoch) != 0) { /* of a life that is over */
		s->left_bytes += (int64_t)l->bytes;
		return false;
	}
	if (l->seq != s->staged + 1) {
		inbox_leave(s, l);
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
		if (s->staged == s->position && *s->renewal.epoch && !i->engine->read_only)
			TRY(save_renewal(i, a, s));
		else if (s->staged == s->position && s->asked == ASKED_DUE && !i->engine->read_only)
			TRY(save_asked(i, a, s));
		if (s->staged == s->position)
			continue;
		const struct signed_head *head = &s->staged_head;
		const struct sql *move = s->stored ? sql_in_stream_advance : sql_in_stream_begin;
		TRY(db_exec(i->engine->writing, a, move, NULL, ARG_TEXT("sender", s->sender), ARG_TEXT("epoch", s->epoch),
		            ARG_INT("since", s->since), ARG_TEXT("partner", s->partner),
		            ARG_BYTES("life_signature", s->life_signature, *s->partner ? sizeof s->life_signature : 0),
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
		s->waiting_bytes -= s->left_bytes;
		s->left_bytes = 0;
		if (s->renewing)
			begin_anew(i, s);
		if (s->asked == ASKED_RUNNING)
			s->asked = ASKED;
		if (s->staged == s->position)
			continue;
		s->position = s->staged;
		s->chain = s->staged_chain;
		s->signed_head = s->staged_head;
		if (s->accepted < s->position)
			in_stream_take_back(s);
		s->applied_bytes += s->staged_bytes;
		s->waiting_bytes -= s->staged_bytes;
		s->staged_bytes = 0;
		s->stored = true;
		in_stream_acknowledge(i, s, s->gap && s->accepted == s->position);
	}
}

void inbox_rolled_back(struct inbox *i)
{
	for (struct in_stream *s = i->streams; s; s = s->next) {
		s->renewing = false;
		if (s->asked == ASKED_RUNNING)
			s->asked = ASKED_DUE;
		s->staged = s->position;
		s->staged_chain = s->chain;
		s->staged_head = s->signed_head;
		s->staged_bytes = s->left_bytes = 0;
	}
}
