/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages that cannot be applied now (their entity has not come) or ever (dead letters). Later
 * messages of the same sender about the same entity wait behind them; all others go on. Keeps the
 * names of waiting entities in memory, the messages in the database. Never lets one pass another of
 * its entity, and never brings all of them into memory at once. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "daemon/internal.h"
#include "sql_daemon.h"

#define PAGE_MEMORY ((size_t)16 * 1024 * 1024)
#define PAGE_ENTITIES 10000u /* as in the statement parked_entities */

struct parked {
	struct daemon *daemon;
	void *tree; /* of "sender entity" strings */
	struct arena *page;
	bool looking;
	char *sender; /* how far parked_turn() has looked */
	char epoch[UUID_LEN + 1];
	int64_t since, seq;
};

/* --- the entities that wait --- */

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *key_of(const char *sender, const char *entity)
{
	char *key = NULL;
	if (asprintf(&key, "%s %s", sender, entity) < 0)
		abort(); /* nothing is lost by that, but the order would be without it */
	return key;
}

static void remember(void **tree, const char *sender, const char *entity)
{
	char *key = key_of(sender, entity);
	char **found = tsearch(key, tree, compare);
	if (!found)
		abort();
	if (*found != key)
		free(key);
}

static void forget(struct parked *p, const char *sender, const char *entity)
{
	char *key = key_of(sender, entity);
	char **found = tfind(key, &p->tree, compare);
	if (found) {
		char *mine = *found;
		tdelete(key, &p->tree, compare);
		free(mine);
	}
	free(key);
}

bool parked_behind(const struct parked *p, const char *sender, const char *entity)
{
	if (!p->tree)
		return false;
	char *key = key_of(sender, entity);
	bool found = tfind(key, &p->tree, compare) != NULL;
	free(key);
	return found;
}

static enum err read_entities(struct parked *p, void **tree)
{
	struct db_rows rows;
	char *sender = NULL, *entity = NULL;
	enum err e;
	do {
		arena_reset(p->page);
		e = db_rows(p->daemon->reader, p->page, sql_parked_entities, &rows, NULL, ARG_TEXT("sender", sender),
		            ARG_TEXT("entity", entity), ARG_BOOL("first", sender == NULL));
		if (e != OK)
			break;
		for (size_t i = 0; i < rows.n; i++)
			remember(tree, rows.cells[2 * i], rows.cells[2 * i + 1]);
		free(sender);
		free(entity);
		sender = strdup(rows.n ? rows.cells[2 * rows.n - 2] : "");
		entity = strdup(rows.n ? rows.cells[2 * rows.n - 1] : "");
		if (!sender || !entity)
			abort();
	} while (rows.n == PAGE_ENTITIES);
	free(sender);
	free(entity);
	return e;
}

enum err parked_reload(struct parked *p)
{
	void *tree = NULL;
	enum err e = read_entities(p, &tree);
	tdestroy(e == OK ? p->tree : tree, free);
	if (e == OK)
		p->tree = tree;
	return e;
}

enum err parked_load(struct daemon *d, struct parked **ret)
{
	struct parked *p = ARENA_NEW(d->arena, struct parked);
	p->daemon = d;
	p->page = arena_new(PAGE_MEMORY);
	*ret = p;
	return p->page ? parked_reload(p) : ERR_MEMORY;
}

void parked_free(struct parked *p)
{
	if (!p)
		return;
	tdestroy(p->tree, free);
	arena_free(p->page);
	free(p->sender);
}

/* --- within a batch --- */

enum err parked_add(struct parked *p, struct tx *tx, const struct origin *from, const Message *m)
{
	remember(&p->tree, from->sender, m->entity);
	return tx_exec(tx, sql_parked_insert, NULL, ARG_TEXT("sender", from->sender), ARG_TEXT("epoch", from->epoch),
	               ARG_INT("since", from->since), ARG_INT("seq", from->seq), ARG_TEXT("id", m->id),
	               ARG_TEXT("type", m->type), ARG_TEXT("entity", m->entity),
	               ARG_BYTES("body", m->body.data, m->body.len));
}

/* What is too long is malformed, and buried for it: an operator needs no more of it than its beginning. */
static const char *shortened(struct arena *a, const char *name)
{
	char *copy = arena_strndup(a, name, strnlen(name, MESSAGE_NAME_MAX));
	shape_cut(copy, MESSAGE_NAME_MAX);
	return copy;
}

enum err parked_bury(struct parked *p, struct tx *tx, const struct origin *from, const Message *m,
                     const struct refusal *why)
{
	const char *entity = shortened(tx->arena, m->entity);
	remember(&p->tree, from->sender, entity);
	return tx_exec(tx, sql_dead_insert, NULL, ARG_TEXT("sender", from->sender), ARG_TEXT("epoch", from->epoch),
	               ARG_INT("seq", from->seq), ARG_TEXT("id", shortened(tx->arena, m->id)),
	               ARG_TEXT("type", shortened(tx->arena, m->type)), ARG_TEXT("entity", entity),
	               ARG_BYTES("body", m->body.data, m->body.len), ARG_TEXT("error", err_slug(why->err)),
	               ARG_TEXT("rule", why->rule));
}

enum err parked_look(struct parked *p, struct tx *tx, const struct origin *from, const char *entity, bool *ret_is_there,
                     bool *ret_waits)
{
	struct db_rows rows;
	(void)p;
	TRY(db_rows(tx->db, tx->arena, sql_parked_look, &rows, NULL, ARG_TEXT("sender", from->sender),
	            ARG_TEXT("epoch", from->epoch), ARG_INT("since", from->since), ARG_INT("seq", from->seq),
	            ARG_TEXT("entity", entity)));
	*ret_is_there = strcmp(rows.cells[0], "t") == 0;
	*ret_waits = strcmp(rows.cells[1], "t") == 0;
	return OK;
}

enum err parked_take(struct parked *p, struct tx *tx, const struct origin *from, const char *entity, bool *ret_others)
{
	struct db_rows rows;
	tx->wrote = true;
	TRY(db_rows(tx->db, tx->arena, sql_parked_take, &rows, NULL, ARG_TEXT("sender", from->sender),
	            ARG_TEXT("epoch", from->epoch), ARG_INT("seq", from->seq)));
	*ret_others = rows.n && strcmp(rows.cells[0], "t") == 0;
	if (!*ret_others)
		forget(p, from->sender, entity);
	return OK;
}

enum err parked_remove(struct parked *p, struct tx *tx, const struct origin *from)
{
	(void)p;
	return tx_exec(tx, sql_parked_remove, NULL, ARG_TEXT("sender", from->sender), ARG_TEXT("epoch", from->epoch),
	               ARG_INT("seq", from->seq));
}

/* --- back to the batch --- */

static void put(struct parked *p, const struct db_rows *rows, size_t row)
{
	const char **cell = rows->cells + row * rows->n_columns;
	const size_t *length = rows->lengths + row * rows->n_columns;
	struct origin from = { .sender = inbox_sender(p->daemon->inbox, cell[0]),
		                   .seq = atoll(cell[2]),
		                   .since = atoll(cell[7]) };
	Message m = MESSAGE__INIT;
	memcpy(from.epoch, cell[1], sizeof from.epoch);
	m.id = cell[3];
	m.type = cell[4];
	m.entity = cell[5];
	m.body = (ProtobufCBinaryData){ length[6], (uint8_t *)cell[6] };
	struct letter *l = letter_new(from.seq, &m);
	if (!l)
		abort();
	batch_put_letter(p->daemon->batch, NULL, &from, l);
}

/* A read that fails is no loss: the loop finds the connection lost, and everything parked is looked at again. */
static void complain(const struct parked *p)
{
	log_warning("cannot read what is parked: %s", db_error(p->daemon->reader));
}

void parked_release(struct parked *p, const char *entity)
{
	struct daemon *d = p->daemon;
	struct db_rows rows;
	if (!p->tree || !inbox_any_sender(d->inbox, p, entity))
		return;
	arena_reset(p->page);
	if (db_rows(d->reader, p->page, sql_parked_of, &rows, NULL, ARG_TEXT("entity", entity)) != OK) {
		complain(p);
		parked_release_all(p);
		return;
	}
	for (size_t i = 0; i < rows.n; i++)
		put(p, &rows, i);
}

void parked_release_all(struct parked *p)
{
	free(p->sender);
	p->sender = NULL;
	memcpy(p->epoch, "00000000-0000-0000-0000-000000000000", sizeof p->epoch);
	p->since = p->seq = 0;
	p->looking = p->tree != NULL;
}

void parked_turn(struct parked *p)
{
	struct daemon *d = p->daemon;
	struct db_rows rows;
	if (!p->looking || db_is_lost(d->reader))
		return;
	arena_reset(p->page);
	if (db_rows(d->reader, p->page, sql_parked_page, &rows, NULL, ARG_TEXT("sender", p->sender),
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
	p->sender = strdup(last[0]);
	if (!p->sender)
		abort(); /* without it the rest would not be looked at */
	memcpy(p->epoch, last[1], sizeof p->epoch);
	p->seq = atoll(last[2]);
	p->since = atoll(last[7]);
}
