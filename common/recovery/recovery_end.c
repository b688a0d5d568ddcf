/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a recovery: the service mends what only the whole shows; then, in one transaction, the streams out are
 * numbered anew with what their receivers cannot be shown to have, the streams in go on where their senders know that
 * they were, and the database begins the life that a partner signed for. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "delivery/stream_out.h"
#include "recovery/recovery.h"
#include "sql_daemon.h"

/* What a receiver said of this node's stream to it. */
struct known {
	const char *epoch;
	int64_t position;
	struct chain chain;
};

/* Whether it has applied just what this database says it sent, up to its position. If it has not, something was sent
 * that is forgotten here, or written that was never sent: then all goes again, and entities are known by id and
 * version. */
static enum err fits(struct tx *tx, const struct out_stream *s, const struct known *k, bool *ret)
{
	struct db_rows rows;
	*ret = false;
	if (strcmp(k->epoch, tx->daemon->outbox->life.epoch) != 0 || k->position > s->seq || k->position < s->acked)
		return OK;
	*ret = k->position == s->seq && memcmp(&k->chain, &s->chain, sizeof k->chain) == 0;
	if (*ret || k->position == s->acked) /* nothing lies here that it may have */
		return OK;
	TRY(db_rows(tx->db, tx->arena, sql_out_chain, &rows, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("seq", k->position)));
	*ret = rows.n && rows.lengths[0] == CHAIN_LEN && memcmp(rows.cells[0], k->chain.head, CHAIN_LEN) == 0;
	return OK;
}

/* One page of bus_out: each row gets the next number of the new life. */
static enum err move_page(struct tx *tx, const char *receiver, int64_t *after, int64_t *seq, struct chain *chain,
                          size_t *ret_n)
{
	struct db_rows rows;
	TRY(db_rows(tx->db, tx->arena, sql_recovery_out_page, &rows, NULL, ARG_TEXT("receiver", receiver),
	            ARG_INT("after", *after)));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		const size_t *length = rows.lengths + i * rows.n_columns;
		Message m = MESSAGE__INIT;
		m.id = cell[1];
		m.type = cell[2];
		m.entity = cell[3];
		m.salt = (ProtobufCBinaryData){ length[4], (uint8_t *)cell[4] };
		m.body = (ProtobufCBinaryData){ length[5], (uint8_t *)cell[5] };
		chain_add(chain, &m);
		*after = atoll(cell[0]);
		TRY(tx_exec(tx, sql_recovery_out_move, NULL, ARG_TEXT("receiver", receiver), ARG_INT("seq", ++*seq),
		            ARG_INT("old_seq", *after), ARG_BYTES("chain", chain->head, CHAIN_LEN)));
	}
	*ret_n = rows.n;
	return OK;
}

static enum err number_anew(struct tx *tx, const struct out_stream *s, const struct known *k)
{
	struct chain chain = { 0 };
	static const struct chain nothing;
	int64_t after = 0, seq = 0;
	size_t n;
	bool has;
	TRY(fits(tx, s, k, &has));
	TRY(tx_exec(tx, sql_recovery_out_drop, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("seq", has ? k->position : s->acked)));
	do
		TRY(move_page(tx, s->receiver, &after, &seq, &chain, &n));
	while (n);
	return tx_exec(tx, sql_recovery_out_stream, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", seq),
	               ARG_BYTES("chain", chain.head, CHAIN_LEN), ARG_BYTES("nothing", nothing.head, CHAIN_LEN));
}

static enum err known_by(struct tx *tx, const char *peer, struct known *ret)
{
	struct db_rows rows;
	*ret = (struct known){ .epoch = "" };
	TRY(db_rows(tx->db, tx->arena, sql_recovery_peers, &rows, NULL));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		if (strcmp(cell[0], peer) != 0 || !cell[8] || !cell[10])
			continue;
		ret->epoch = cell[8];
		ret->position = atoll(cell[9]);
		memcpy(ret->chain.head, cell[10], CHAIN_LEN);
	}
	return OK;
}

static enum err mend(struct recovery *r, struct tx *tx, void *context)
{
	struct daemon *d = r->daemon;
	(void)context;
	if (d->service->recovered)
		TRY(d->service->recovered(tx));
	return outbox_save(d->outbox, tx->arena);
}

static enum err open_new_life(struct recovery *r, struct tx *tx, void *context)
{
	struct daemon *d = r->daemon;
	(void)context;
	for (const struct out_stream *s = d->outbox->streams; s; s = s->next) {
		struct known known;
		TRY(known_by(tx, s->receiver, &known));
		TRY(number_anew(tx, s, &known));
	}
	for (const struct recovery_peer *p = r->peers; p; p = p->next) {
		if (registry_by_name(d->registry, p->name))
			TRY(tx_exec(tx, sql_recovery_items_unknown, NULL, ARG_TEXT("peer", p->name)));
		TRY(tx_exec(tx, sql_recovery_in_stream, NULL, ARG_TEXT("peer", p->name)));
	}
	TRY(tx_exec(tx, sql_recovery_items_drop, NULL));
	TRY(tx_exec(tx, sql_recovery_life, NULL));
	return tx_exec(tx, sql_recovery_end, NULL);
}

static void tell_who_was_not_heard(const struct recovery *r)
{
	for (const struct recovery_peer *p = r->peers; p; p = p->next)
		if (!registry_by_name(r->daemon->registry, p->name))
			log_warning(
			    "%s is not in the registry: what it knows was not recovered. If it comes back and has more, this "
			    "node finds that out, only reads, and is to be recovered once more",
			    p->name);
}

enum err recovery_finish(struct recovery *r)
{
	struct daemon *d = r->daemon;
	TRY(recovery_step(r, mend, NULL));
	TRY(recovery_step(r, open_new_life, NULL));
	d->restored = NULL;
	batch_read_again(d->batch);
	tell_who_was_not_heard(r);
	if (r->problems)
		log_error("%u of what the others told could not be applied: see `udvej status`", r->problems);
	log_info("recovered: the new life %s begins", r->epoch);
	return OK;
}
