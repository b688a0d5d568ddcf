/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages that cannot be applied now (their entity has not come) or ever (dead letters). Later
 * messages of the same sender about the same entity wait behind them; all others go on. Keeps the
 * names of waiting entities in memory, the messages in the database. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/internal.h"
#include "sql_daemon.h"

struct parked {
	struct daemon *daemon;
	void *tree; /* of "sender entity" strings */
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum err remember(struct parked *p, const char *sender, const char *entity)
{
	char *key = NULL;
	if (asprintf(&key, "%s %s", sender, entity) < 0)
		return ERR_MEMORY;
	char **found = tsearch(key, &p->tree, compare);
	if (!found || *found != key)
		free(key);
	return found ? OK : ERR_MEMORY;
}

static void forget(struct parked *p, const char *sender, const char *entity)
{
	char key[512];
	snprintf(key, sizeof key, "%s %s", sender, entity);
	char **found = tfind(key, &p->tree, compare);
	if (found) {
		char *mine = *found;
		tdelete(key, &p->tree, compare);
		free(mine);
	}
}

enum err parked_reload(struct parked *p)
{
	struct db_rows rows;
	TRY(db_rows(p->daemon->reader, p->daemon->scratch, sql_parked_entities, &rows, NULL));
	tdestroy(p->tree, free);
	p->tree = NULL;
	for (size_t i = 0; i < rows.n; i++)
		TRY(remember(p, rows.cells[2 * i], rows.cells[2 * i + 1]));
	return OK;
}

enum err parked_load(struct daemon *d, struct parked **ret)
{
	struct parked *p = ARENA_NEW(d->arena, struct parked);
	p->daemon = d;
	TRY(parked_reload(p));
	*ret = p;
	return OK;
}

bool parked_behind(const struct parked *p, const char *sender, const char *entity)
{
	char key[512];
	snprintf(key, sizeof key, "%s %s", sender, entity);
	return tfind(key, &p->tree, compare) != NULL;
}

enum err parked_add(struct parked *p, struct tx *tx, const struct origin *from, const Message *m)
{
	metric_add(p->daemon, METRIC_MESSAGES_PARKED, 1);
	TRY(remember(p, from->sender, m->entity));
	return tx_exec(tx, sql_parked_insert, NULL, ARG_TEXT("sender", from->sender), ARG_TEXT("epoch", from->epoch),
	               ARG_INT("seq", from->seq), ARG_TEXT("id", m->id), ARG_TEXT("type", m->type),
	               ARG_TEXT("entity", m->entity), ARG_BYTES("body", m->body.data, m->body.len));
}

enum err parked_bury(struct parked *p, struct tx *tx, const struct origin *from, const Message *m,
                     const struct refusal *why)
{
	metric_add(p->daemon, METRIC_MESSAGES_DEAD, 1);
	TRY(remember(p, from->sender, m->entity));
	return tx_exec(tx, sql_dead_insert, NULL, ARG_TEXT("sender", from->sender), ARG_TEXT("epoch", from->epoch),
	               ARG_INT("seq", from->seq), ARG_TEXT("id", m->id), ARG_TEXT("type", m->type),
	               ARG_TEXT("entity", m->entity), ARG_BYTES("body", m->body.data, m->body.len),
	               ARG_TEXT("error", err_slug(why->err)), ARG_TEXT("rule", why->rule));
}

enum err parked_take(struct parked *p, struct tx *tx, const struct origin *from, bool *ret_was_there)
{
	struct db_rows rows;
	TRY(db_rows(tx->db, tx->arena, sql_parked_take, &rows, NULL, ARG_TEXT("sender", from->sender),
	            ARG_TEXT("epoch", from->epoch), ARG_INT("seq", from->seq)));
	if (rows.n && strcmp(rows.cells[1], "f") == 0)
		forget(p, from->sender, rows.cells[0]);
	*ret_was_there = rows.n == 1;
	return OK;
}

enum err parked_release(struct parked *p, const char *entity)
{
	struct daemon *d = p->daemon;
	struct db_rows rows;
	if (!p->tree)
		return OK;
	TRY(db_rows(d->reader, d->scratch, sql_parked_of, &rows, NULL, ARG_TEXT("entity", entity)));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		const size_t *length = rows.lengths + i * rows.n_columns;
		struct origin from = { .sender = inbox_sender(d->inbox, cell[0]), .seq = atoll(cell[2]) };
		Message m = MESSAGE__INIT;
		memcpy(from.epoch, cell[1], sizeof from.epoch);
		m.id = cell[3];
		m.type = cell[4];
		m.entity = cell[5];
		m.body = (ProtobufCBinaryData){ length[6], (uint8_t *)cell[6] };
		struct letter *l = letter_new(from.seq, &m);
		if (!l)
			return ERR_MEMORY;
		batch_put_letter(d->batch, NULL, &from, l);
	}
	return OK;
}
