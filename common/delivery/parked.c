/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages that cannot be applied now (their entity has not come) or ever (dead letters). Later
 * messages of the same sender about the same entity wait behind them; all others go on. Keeps the
 * names of waiting entities in memory, the messages in the database. Never lets one pass another of
 * its entity. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

#define PAGE_MEMORY ((size_t)16 * 1024 * 1024)
#define PAGE_ENTITIES 10000u /* as in the statement parked_entities */

/* --- the entities that wait --- */

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *key_of(const char *sender, const char *entity)
{
	char *key = NULL;
	return memory_must(asprintf(&key, "%s %s", sender, entity) < 0 ? NULL : key);
}

static void remember(void **tree, const char *sender, const char *entity)
{
	char *key = key_of(sender, entity);
	char **found = memory_must(tsearch(key, tree, compare));
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
		e = db_rows(p->engine->reading, p->page, sql_parked_entities, &rows, NULL, ARG_TEXT("sender", sender),
		            ARG_TEXT("entity", entity), ARG_BOOL("first", sender == NULL));
		if (e != OK)
			break;
		for (size_t i = 0; i < rows.n; i++)
			remember(tree, rows.cells[2 * i], rows.cells[2 * i + 1]);
		free(sender);
		free(entity);
		sender = memory_must(strdup(rows.n ? rows.cells[2 * rows.n - 2] : ""));
		entity = memory_must(strdup(rows.n ? rows.cells[2 * rows.n - 1] : ""));
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

enum err parked_load(struct delivery *d, struct parked **ret)
{
	struct parked *p = ARENA_NEW(d->engine->arena, struct parked);
	p->delivery = d;
	p->engine = d->engine;
	p->page = arena_new(PAGE_MEMORY);
	*ret = p;
	return parked_reload(p);
}

void parked_free(struct parked *p)
{
	if (!p)
		return;
	tdestroy(p->tree, free);
	arena_free(p->page);
	free(p->sender);
}

/* --- within a transaction --- */

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
