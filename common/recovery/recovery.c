/* SPDX-License-Identifier: EUPL-1.2 */
/* Recovers this node when its database was set back, or is new: asks every other node what it knows of what
 * they share (recovery_ask.c), applies it (recovery_apply.c), and opens the new life that an operator asked for
 * (recovery_end.c). Each step is a transaction, so that a restart goes on where it was.
 * Owns the writing connection while it runs: nothing else is written then. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/uuid.h"
#include "recovery/recovery.h"
#include "sql_daemon.h"

#define LOOK_MS 1000                             /* for an operator's word: a node need not be told that there is one */
#define STEP_MEMORY ((size_t)1024 * 1024 * 1024) /* at most: the last step may tell of every course anew */
#define PAUSE_MS 1000                            /* after a step that failed */
#define COMMIT_PATIENCE_MS 60000

/* --- what an operator asked for --- */

static enum err load(struct recovery *r)
{
	struct db_rows rows;
	struct daemon *d = r->daemon;
	TRY(db_rows(d->reader, d->scratch, sql_recovery_peers, &rows, NULL));
	for (size_t i = 0; i < rows.n; i++) {
		const char **cell = rows.cells + i * rows.n_columns;
		struct recovery_peer *p = recovery_peer_of(r, cell[0]);
		p->kind = (int32_t)atoll(cell[1]);
		snprintf(p->after, sizeof p->after, "%s", cell[2] ? cell[2] : "");
		p->done = strcmp(cell[3], "t") == 0;
		p->begun = cell[4] != NULL;
	}
	return OK;
}

static enum err begin(struct daemon *d, const char *const cell[4])
{
	struct recovery *r = calloc(1, sizeof *r);
	struct arena *a = arena_new(MESSAGE_ARENA_LIMIT), *step = arena_new(STEP_MEMORY);
	if (!r || !a || !step) {
		free(r);
		arena_free(a);
		arena_free(step);
		return ERR_MEMORY;
	}
	r->daemon = d;
	r->arena = a;
	r->step = step;
	memcpy(r->epoch, cell[0], UUID_LEN);
	enum err e = load(r);
	if (e != OK) {
		recovery_free(r);
		return e;
	}
	d->recovery = r;
	d->restored = arena_printf(d->arena,
	                           "The database of %s is being recovered from what the other nodes know. It can "
	                           "be read, but nothing is written, taken in or sent until that is done",
	                           d->node);
	log_info("%s; %s has signed for its new life %s", d->restored, cell[2], cell[0]);
	return OK;
}

enum err recovery_look(struct daemon *d)
{
	struct db_rows rows;
	if (d->recovery)
		return OK;
	TRY(db_rows(d->reader, d->scratch, sql_recovery_get, &rows, NULL));
	return rows.n ? begin(d, rows.cells) : OK;
}

void recovery_free(struct recovery *r)
{
	if (!r)
		return;
	arena_free(r->arena);
	arena_free(r->step);
	free(r);
}

struct recovery_peer *recovery_peer_of(struct recovery *r, const char *name)
{
	for (struct recovery_peer *p = r->peers; p; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	struct recovery_peer *p = ARENA_NEW(r->arena, struct recovery_peer);
	*p = (struct recovery_peer){ .next = r->peers, .name = arena_strdup(r->arena, name) };
	r->peers = p;
	return p;
}

/* --- one step is one transaction --- */

/* Waits for the outcome. When that is too long in coming the connection is as good as lost. */
static enum err commit(struct db *db)
{
	int64_t end = clock_monotonic_ms() + COMMIT_PATIENCE_MS;
	int outcome = 0;
	TRY(db_commit_send(db));
	while (!outcome && clock_monotonic_ms() < end) {
		short events = (short)(POLLIN | (db_wants_write(db) ? POLLOUT : 0));
		(void)poll(&(struct pollfd){ .fd = db_socket(db), .events = events }, 1, 100);
		outcome = db_commit_poll(db);
	}
	return outcome > 0 ? OK : ERR_DB;
}

static enum err run(struct recovery *r, recovery_work *work, void *context)
{
	void *kept = NULL;
	struct tx tx = tx_make(r->daemon, r->daemon->writer, r->step);
	tx.kept = &kept;
	tx.cause = r->epoch;
	TRY(db_begin(tx.db));
	TRY(work(r, &tx, context));
	return commit(tx.db);
}

enum err recovery_step(struct recovery *r, recovery_work *work, void *context)
{
	struct daemon *d = r->daemon;
	jmp_buf guard;
	volatile enum err e = ERR_MEMORY;
	arena_reset(r->step);
	if (!setjmp(guard)) {
		arena_on_full(r->step, &guard);
		e = run(r, work, context);
	}
	arena_on_full(r->step, NULL);
	if (e == OK) {
		outbox_committed(d->outbox);
		return OK;
	}
	r->pause_until_ms = clock_monotonic_ms() + PAUSE_MS;
	if (err_fate(e) == FATE_RETRY)
		log_warning("a step of the recovery failed: %s", db_error(d->writer));
	if (!db_is_lost(d->writer) && db_rollback(d->writer) == OK)
		outbox_rolled_back(d->outbox); /* else all is read again when the connection is back */
	return e;
}

bool recovery_turn(struct daemon *d, int64_t now_ms)
{
	struct recovery *r = d->recovery;
	if (!r && now_ms >= d->recovery_look_ms) {
		/* between two batches, so that nothing is staged that the database does not tell */
		if (!batch_is_idle(d->batch) || batch_is_stale(d->batch) || db_is_lost(d->reader))
			return false;
		d->recovery_look_ms = now_ms + LOOK_MS;
		return recovery_look(d) == OK && d->recovery;
	}
	if (!r || now_ms < r->pause_until_ms || !batch_is_idle(d->batch) || batch_is_stale(d->batch) ||
	    db_is_lost(d->reader) || !recovery_ask(r, now_ms))
		return false;
	if (recovery_apply(r))
		return true;
	if (recovery_finish(r) != OK)
		return false;
	recovery_free(r);
	d->recovery = NULL;
	return true;
}
