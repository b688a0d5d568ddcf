/* SPDX-License-Identifier: EUPL-1.2 */
/* One step of a recovery is one transaction: runs it, waits for its commit, and leaves a step that failed for later.
 * Owns the list of those who are asked. */
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "recovery/internal.h"

#define PAUSE_MS 1000 /* after a step that failed */
#define COMMIT_PATIENCE_MS 60000

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
	struct tx tx = tx_make(r->engine, r->engine->writing, r->step);
	tx.kept = &kept;
	tx.cause = r->epoch;
	TRY(db_begin(tx.db));
	TRY(work(r, &tx, context));
	TRY(participants_save(r->engine, r->step));
	return commit(tx.db);
}

enum err recovery_step(struct recovery *r, recovery_work *work, void *context)
{
	struct engine *engine = r->engine;
	jmp_buf guard;
	volatile enum err e = ERR_MEMORY;
	arena_reset(r->step);
	if (!setjmp(guard)) {
		arena_on_full(r->step, &guard);
		e = run(r, work, context);
	}
	arena_on_full(r->step, NULL);
	if (e == OK) {
		participants_committed(engine);
		return OK;
	}
	r->pause_until_ms = clock_monotonic_ms() + PAUSE_MS;
	if (err_fate(e) == FATE_RETRY)
		log_warning("a step of the recovery failed: %s", db_error(engine->writing));
	bool rolled_back = !db_is_lost(engine->writing) && db_rollback(engine->writing) == OK;
	if (rolled_back && participants_rolled_back(engine) != OK) /* of a lost one all is read again when it is back */
		writer_read_again(engine->writer);
	return e;
}
