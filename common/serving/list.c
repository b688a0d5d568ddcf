/* SPDX-License-Identifier: EUPL-1.2 */
/* One way to page through every list: by a key that a row gets when it comes and keeps, newest first by its number
 * unless the list says otherwise. A page says where the next one begins by the key of its last row, so that what comes
 * or changes meanwhile is neither lost nor told twice. One row more than the page is asked for: it tells whether there
 * is a next one. Whose rows are shown is asked for by the statement, with what authority.c found. Writes nothing. */
#include "serving/list.h"

#include <string.h>

#define DEFAULT_LIMIT 50
#define MOST_ARGS 16

/* What the statement takes: of the page, of the view, of the address, and what of the query is no page. */
static void collect(const struct request *rq, int64_t limit, struct db_arg args[MOST_ARGS])
{
	const struct listing *list = rq->route->list;
	int64_t after = list->key ? 0 : rq_number(rq, "after", 0);
	size_t n = 0;
	args[n++] = (struct db_arg)ARG_INT("limit", limit + 1);
	if (list->key)
		args[n++] = (struct db_arg)ARG_TEXT("after", rq_text(rq, "after"));
	else /* a bound in any case, so that the statement can compare with it plainly, and an index serves */
		args[n++] = (struct db_arg)ARG_INT("after", after ? after : INT64_MAX);
	args[n++] = (struct db_arg)ARG_TEXT("reach", rq->view.reach);
	args[n++] = (struct db_arg)ARG_TEXT("who", rq->view.who);
	args[n++] = (struct db_arg)ARG_TEXT("me", rq->view.me);
	args[n++] = (struct db_arg)ARG_TEXT("today", rq->view.today);
	args[n++] = (struct db_arg)ARG_BOOL("sees_content", rq->view.sees_content);
	if (rq->params[0])
		args[n++] = (struct db_arg)ARG_TEXT("id", rq->params[0]);
	for (const struct parameter *p = rq->route->query; p && p->name && n + 1 < MOST_ARGS; p++)
		args[n++] = (struct db_arg)ARG_TEXT(p->name, rq_text(rq, p->name));
	args[n] = (struct db_arg){ .name = NULL };
}

static const char *key_of(struct arena *a, const struct listing *list, const ProtobufCMessage *row)
{
	struct shape_slot slot;
	if (!shape_find(NULL, row, list->key ? list->key : "number", &slot))
		return "";
	return list->key ? *(const char **)shape_at(slot) : arena_printf(a, "%lld", (long long)*(int64_t *)shape_at(slot));
}

static bool has_pages(const struct route *route)
{
	for (const struct parameter *p = route->query; p && p->name; p++)
		if (strcmp(p->name, "limit") == 0)
			return true;
	return false;
}

enum err list_answer(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct listing *list = rq->route->list;
	int64_t limit = rq_number(rq, "limit", list->limit ? list->limit : DEFAULT_LIMIT);
	struct db_arg args[MOST_ARGS];
	struct shape_slot items, next;
	ProtobufCMessage **rows;
	size_t n;
	bool more = false;
	collect(rq, limit, args);
	TRY(db_all_args(tx->db, tx->arena, list->sql, list->row, &rows, &n, NULL, args));
	if (has_pages(rq->route) && (int64_t)n > limit) {
		more = true;
		n = (size_t)limit;
	}
	for (size_t i = 0; list->dress && i < n; i++)
		list->dress(tx, rows[i]);
	ProtobufCMessage *page = shape_new(tx->arena, rq->route->returns);
	if (!shape_find(NULL, page, "items", &items))
		return tx_refuse(tx, ERR_SYSTEM, "", "a list needs a field `items`");
	*(ProtobufCMessage ***)shape_at(items) = rows;
	*(size_t *)((char *)page + items.field->quantifier_offset) = n;
	if (more && shape_find(NULL, page, "next", &next))
		*(const char **)shape_at(next) = key_of(tx->arena, list, rows[n - 1]);
	reply->body = page;
	return OK;
}
