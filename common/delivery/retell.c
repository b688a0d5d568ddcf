/* SPDX-License-Identifier: EUPL-1.2 */
/* Tells all facts of this node again to one that lost them (`udvej retell`). Each page is a job of the writer, between
 * its other work: it emits what the projection of the kind finds now and moves the row in `retell`, which alone says
 * how far it is, so that a restart goes on there. The receiver knows by version what it has. Must never run far ahead
 * of the receiver: what happens meanwhile would wait behind it. */
#include "delivery/retell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/uuid.h"
#include "delivery/fact.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

#define AHEAD_MOST 1000 /* messages that are not acknowledged: then it waits. So many lie at hand in memory */
#define LOOK_MS 1000    /* while what it waits for is not there */
#define ROW_MEMORY ((size_t)256 * 1024)

struct retell {
	struct job job; /* one page; the first member, so that the job finds the rest */
	struct delivery *delivery;
	const struct fact_row *facts;
	size_t n_facts;
	struct arena *arena; /* what is known of the row */
	bool due;            /* there may be a row */
	bool queued;         /* a page of it is with the writer */
	bool told_all;       /* by that page */
	int64_t look_ms;
	const char *receiver; /* NULL: the row has to be read */
	const char *id, *kind, *after;
	int64_t told;
	char reason[256]; /* why a page failed: outlives the arena of its transaction */
};

/* --- the row --- */

static bool take_first(struct retell *r, const struct db_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		const char **cell = rows->cells + i * rows->n_columns;
		if (!registry_by_name(r->delivery->engine->membership.registry, cell[0])) /* until it is back */
			continue;
		r->receiver = cell[0];
		r->id = cell[1];
		r->kind = cell[2];
		r->after = cell[3];
		r->told = atoll(cell[4]);
		return true;
	}
	return false;
}

static bool find(struct retell *r, int64_t now_ms)
{
	const struct engine *e = r->delivery->engine;
	struct db_rows rows;
	if (now_ms < r->look_ms)
		return false;
	arena_reset(r->arena);
	bool read = db_rows(e->reading, r->arena, sql_retell_all, &rows, NULL) == OK;
	bool found = read && take_first(r, &rows);
	r->due = !read || rows.n;
	if (!read)
		log_warning("cannot read what is to be told again: %s", db_error(e->reading));
	if (!found)
		r->look_ms = now_ms + LOOK_MS;
	else if (!r->kind)
		log_info("tells %s all its facts again", r->receiver);
	return found;
}

/* --- one page, within a transaction --- */

/* The next page and its kind, from the kind that is told now on, or from the first when that is not known any more;
 * NULL when there is none. */
static enum err read_page(const struct retell *r, struct tx *tx, const struct registry_node *to,
                          const struct projection **ret_kind, ProtobufCMessage ***ret, size_t *ret_n)
{
	const char *after = NULL;
	size_t first = 0;
	for (size_t i = 0; r->kind && i < r->n_facts; i++)
		if (strcmp(r->facts[i].what->type->name, r->kind) == 0) {
			first = i;
			after = r->after;
		}
	for (size_t i = first; i < r->n_facts; i++, after = NULL) {
		const struct fact_row *fact = &r->facts[i];
		if (strcmp(fact->to, to->role) != 0)
			continue;
		TRY(fact_read(tx, fact->what, to, NULL, after, ret, ret_n));
		if (*ret_n) {
			*ret_kind = fact->what;
			return OK;
		}
	}
	*ret_kind = NULL;
	return OK;
}

static enum err tell_page(struct retell *r, struct tx *tx)
{
	const struct registry_node *to = registry_by_name(tx->registry, r->receiver);
	const struct projection *kind;
	ProtobufCMessage **page;
	size_t n = 0;
	r->told_all = false;
	if (!to)
		return OK;
	TRY(read_page(r, tx, to, &kind, &page, &n));
	if (!kind) {
		r->told_all = true;
		return tx_exec(tx, sql_retell_end, NULL, ARG_TEXT("receiver", r->receiver), ARG_TEXT("id", r->id));
	}
	tx->cause = uuid_derive(tx->arena, r->id, fact_field(page[0], kind->key), 0);
	for (size_t i = 0; i < n; i++)
		TRY(fact_emit(tx, kind, to->name, page[i]));
	return tx_exec(tx, sql_retell_go, NULL, ARG_TEXT("kind", kind->type->name),
	               ARG_TEXT("after", fact_field(page[n - 1], kind->key)), ARG_INT("n", (int64_t)n),
	               ARG_TEXT("receiver", r->receiver), ARG_TEXT("id", r->id));
}

/* The page failed alone, and would again. */
static enum err stop(struct retell *r, struct tx *tx, const struct refusal *why)
{
	const char *rule = why->rule && *why->rule ? why->rule : err_text(why->err);
	r->told_all = false;
	log_error("telling %s all facts again has stopped: %s", r->receiver, rule);
	return tx_exec(tx, sql_retell_stop, NULL, ARG_TEXT("problem", rule), ARG_TEXT("receiver", r->receiver),
	               ARG_TEXT("id", r->id));
}

static enum err run(struct job *job, struct tx *tx)
{
	struct retell *r = (struct retell *)job;
	if (r->delivery->engine->read_only)
		return OK;
	if (job->judged)
		return stop(r, tx, &job->verdict);
	enum err e = tell_page(r, tx);
	if (e != OK) {
		const char *rule = tx->why.err == e && tx->why.rule ? tx->why.rule : err_text(e);
		snprintf(r->reason, sizeof r->reason, "%s", rule);
		job->verdict = (struct refusal){ .err = e, .field = "", .rule = r->reason };
	}
	return e;
}

static void judged(struct job *job, const char *database_said)
{
	struct retell *r = (struct retell *)job;
	if (err_fate(job->verdict.err) == FATE_RETRY)
		snprintf(r->reason, sizeof r->reason, "%s", database_said);
	shape_cut(r->reason, sizeof r->reason);
	job->verdict.rule = r->reason;
}

static void committed(struct job *job)
{
	const struct retell *r = (struct retell *)job;
	if (r->told_all)
		log_info("told %s all its facts again: %lld", r->receiver, (long long)r->told);
}

static void freed(struct job *job)
{
	struct retell *r = (struct retell *)job;
	r->queued = false;
	r->receiver = NULL; /* what the row says now has to be read: nobody else knows whether it was committed */
}

static const struct job_kind kind = {
	.name = "facts told again",
	.run = run,
	.judged = judged,
	.committed = committed,
	.free = freed,
	.comes_again = true,
};

/* --- the daemon's side --- */

struct retell *retell_new(struct delivery *d, const struct fact_row *facts, size_t n_facts)
{
	struct retell *r = ARENA_NEW(d->engine->arena, struct retell);
	*r = (struct retell){ .job = { .kind = &kind }, .delivery = d, .facts = facts, .n_facts = n_facts, .due = true };
	r->arena = arena_new(ROW_MEMORY);
	return r;
}

void retell_free(struct retell *r)
{
	if (r)
		arena_free(r->arena);
}

void retell_look(struct retell *r)
{
	r->due = true;
	r->look_ms = 0;
}

void retell_turn(struct retell *r, int64_t now_ms)
{
	const struct engine *e = r->delivery->engine;
	if (!r->due || r->queued || e->read_only || writer_is_stale(e->writer) || db_is_lost(e->reading))
		return;
	if (!r->receiver && !find(r, now_ms))
		return;
	if (outbox_waiting(r->delivery->outbox, r->receiver) >= AHEAD_MOST)
		return;
	r->queued = true;
	r->job = (struct job){ .kind = &kind, .patient = true };
	writer_put(e->writer, &r->job);
}
