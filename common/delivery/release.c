/* SPDX-License-Identifier: EUPL-1.2 */
/* Brings messages that were parked back to the writer: those of an entity when it has come, or all of them, a few at a
 * time. Never brings all of them into memory at once, and decides nothing: each looks itself whether it still waits. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

static void put(struct parked *p, const struct db_rows *rows, size_t row)
{
	const char **cell = rows->cells + row * rows->n_columns;
	const size_t *length = rows->lengths + row * rows->n_columns;
	struct origin from = { .sender = in_stream_of(p->delivery->inbox, cell[0])->sender,
		                   .seq = atoll(cell[2]),
		                   .since = atoll(cell[7]) };
	Message m = MESSAGE__INIT;
	memcpy(from.epoch, cell[1], sizeof from.epoch);
	m.id = cell[3];
	m.type = cell[4];
	m.entity = cell[5];
	m.body = (ProtobufCBinaryData){ length[6], (uint8_t *)cell[6] };
	incoming_put(p->delivery, NULL, &from, letter_new(from.seq, &m));
}

/* A read that fails is no loss: the loop finds the connection lost, and everything parked is looked at again. */
static void complain(const struct parked *p)
{
	log_warning("cannot read what is parked: %s", db_error(p->engine->reading));
}

/* Whether a message of any sender is parked, or dead, under the entity. */
static bool any_waits(const struct parked *p, const char *entity)
{
	for (const struct in_stream *s = p->delivery->inbox->streams; s; s = s->next)
		if (parked_behind(p, s->sender, entity))
			return true;
	return false;
}

/* Puts what waits for the entity into the next transaction, in order. Call outside of a transaction. */
static void release_of(struct parked *p, const char *entity)
{
	struct db_rows rows;
	if (!p->tree || !any_waits(p, entity))
		return;
	arena_reset(p->page);
	if (db_rows(p->engine->reading, p->page, sql_parked_of, &rows, NULL, ARG_TEXT("entity", entity)) != OK) {
		complain(p);
		release_all(p);
		return;
	}
	for (size_t i = 0; i < rows.n; i++)
		put(p, &rows, i);
}

void release_all(struct parked *p)
{
	free(p->sender);
	p->sender = NULL;
	memcpy(p->epoch, "00000000-0000-0000-0000-000000000000", sizeof p->epoch);
	p->since = p->seq = 0;
	p->looking = p->tree != NULL;
}

void release_turn(struct parked *p)
{
	struct db_rows rows;
	if (!p->looking || db_is_lost(p->engine->reading))
		return;
	arena_reset(p->page);
	if (db_rows(p->engine->reading, p->page, sql_parked_page, &rows, NULL, ARG_TEXT("sender", p->sender),
	            ARG_INT("since", p->since), ARG_TEXT("epoch", p->epoch), ARG_INT("seq", p->seq)) != OK) {
		complain(p);
		return;
	}
	p->looking = rows.n > 0;
	for (size_t i = 0; i < rows.n; i++)
		put(p, &rows, i);
	if (!rows.n)
		return;
	const char **last = rows.cells + (rows.n - 1) * rows.n_columns;
	free(p->sender);
	p->sender = memory_must(strdup(last[0]));
	memcpy(p->epoch, last[1], sizeof p->epoch);
	p->seq = atoll(last[2]);
	p->since = atoll(last[7]);
}

static void unpark(struct engine *e, const char *entity)
{
	const struct delivery *d = e->delivery;
	release_of(d->parked, entity);
}

void tx_unpark(struct tx *tx, const char *entity)
{
	static const struct after_commit what = { unpark, .once = true };
	tx_after_commit(tx, &what, entity);
}
