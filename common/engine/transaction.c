/* SPDX-License-Identifier: EUPL-1.2 */
/* The small functions that handlers call on their transaction, and the errands they leave for after its commit. Owns
 * nothing, commits nothing. */
#include "engine/transaction.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "engine/engine.h"

enum err tx_refuse(struct tx *tx, enum err e, const char *field, const char *rule, ...)
{
	va_list ap;
	va_start(ap, rule);
	const char *text = arena_vprintf(tx->arena, rule, ap);
	va_end(ap);
	return refuse(&tx->why, e, field, text);
}

/* Who wrote stands in what is written, whatever the handler says: the argument entered_by. */
static const struct db_arg *stamp(const struct tx *tx, const struct db_arg *args, struct db_arg stamped[DB_MOST_ARGS])
{
	size_t n = 0;
	stamped[n++] = (struct db_arg)ARG_TEXT("entered_by", tx->who);
	for (; args[n - 1].name; n++) {
		assert(n + 1 < DB_MOST_ARGS);
		stamped[n] = args[n - 1];
	}
	stamped[n] = (struct db_arg){ .name = NULL };
	return stamped;
}

enum err tx_exec_args(struct tx *tx, const struct sql *sql, const ProtobufCMessage *message, const struct db_arg *args)
{
	struct db_arg stamped[DB_MOST_ARGS];
	tx->wrote = true;
	return db_exec_args(tx->db, tx->arena, sql, message, stamp(tx, args, stamped));
}

struct tx tx_make(struct engine *e, struct db *db, struct arena *a)
{
	struct date today = clock_today(e);
	return (struct tx){
		.arena = a,
		.db = db,
		.engine = e,
		.app = e->app,
		.registry = e->membership.registry,
		.today = today,
		.latest = today,
		.sender = "",
		.who = "",
		.cause = "",
	};
}

/* --- after the commit --- */

struct errand {
	struct errand *next;
	const struct after_commit *what;
	const char *text;
};

void tx_errands_begin(struct errands *n, struct arena *a)
{
	*n = (struct errands){ .arena = a, .last = &n->first };
}

void tx_after_commit(struct tx *tx, const struct after_commit *what, const char *text)
{
	struct errands *errands = tx->errands;
	if (!errands)
		return;
	for (const struct errand *n = what->once ? errands->first : NULL; n; n = n->next)
		if (n->what == what && strcmp(n->text, text) == 0)
			return;
	struct errand *n = ARENA_NEW(errands->arena, struct errand);
	*n = (struct errand){ .what = what, .text = arena_strdup(errands->arena, text) };
	*errands->last = n;
	errands->last = &n->next;
}

void tx_errands_run(const struct errands *n, struct engine *e)
{
	for (const struct errand *next = n->first; next; next = next->next)
		next->what->run(e, next->text);
}
