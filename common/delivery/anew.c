/* SPDX-License-Identifier: EUPL-1.2 */
/* Streams out in a new life of this database: what lies in bus_out is numbered anew, without what its receiver provably
 * has. Works on the database only, within one transaction: what is in memory is read again after it. */
#include <stdlib.h>
#include <string.h>

#include "delivery/internal.h"
#include "sql_delivery.h"

/* Whether it has applied just what this database says it sent, up to its position. If it has not, something was sent
 * that is forgotten here, or written that was never sent. Then all is sent again, and its receiver sees by id and
 * version what it has. */
static enum err fits(struct tx *tx, const struct outbox *o, const struct out_stream *s, const struct known *k,
                     bool *ret)
{
	struct db_rows rows;
	*ret = false;
	if (strcmp(k->epoch, o->life.epoch) != 0 || k->position > s->seq || k->position < s->acked)
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
	TRY(db_rows(tx->db, tx->arena, sql_out_anew_page, &rows, NULL, ARG_TEXT("receiver", receiver),
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
		TRY(tx_exec(tx, sql_out_anew_move, NULL, ARG_TEXT("receiver", receiver), ARG_INT("seq", ++*seq),
		            ARG_INT("old_seq", *after), ARG_BYTES("chain", chain->head, CHAIN_LEN)));
	}
	*ret_n = rows.n;
	return OK;
}

static enum err number_anew(struct tx *tx, const struct outbox *o, const struct out_stream *s, const struct known *k)
{
	struct chain chain = { 0 };
	static const struct chain nothing;
	int64_t after = 0, seq = 0;
	size_t n;
	bool has;
	TRY(fits(tx, o, s, k, &has));
	TRY(tx_exec(tx, sql_out_anew_drop, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("seq", has ? k->position : s->acked)));
	do
		TRY(move_page(tx, s->receiver, &after, &seq, &chain, &n));
	while (n);
	return tx_exec(tx, sql_out_anew_stream, NULL, ARG_TEXT("receiver", s->receiver), ARG_INT("seq", seq),
	               ARG_BYTES("chain", chain.head, CHAIN_LEN), ARG_BYTES("nothing", nothing.head, CHAIN_LEN));
}

enum err anew_number(struct tx *tx, enum err (*known_by)(struct tx *tx, const char *receiver, struct known *ret))
{
	const struct outbox *o = ((const struct delivery *)tx->engine->delivery)->outbox;
	for (const struct out_stream *s = o->streams; s; s = s->next) {
		struct known known = { .epoch = "" };
		TRY(known_by(tx, s->receiver, &known));
		TRY(number_anew(tx, o, s, &known));
	}
	return OK;
}
