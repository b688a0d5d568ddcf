/* SPDX-License-Identifier: EUPL-1.2 */
/* When the database is away: opens the connections again, reads anew what was in memory (nobody but the database knows
 * whether the last COMMIT was done), and has those answered in time who wait. Never gives up a job that nobody would
 * put again. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/writer.h"

#define REOPEN_EVERY_MS 500
#define COMPLAIN_EVERY_MS 10000
#define EXPIRE_EVERY_MS 200
#define PATIENCE_QUEUED_MS 5000
#define PATIENCE_RUNNING_MS 10000

#define CANCELLED_MOST 3 /* then it is the statement that is too slow, and others wait behind it */

/* A statement that an operator cancelled, or that had no more time because others held it up: once says nothing of the
 * job. */
static bool was_cancelled(struct writer *w, const char *state)
{
	struct job *alone = w->running && !w->running->next ? w->running : NULL;
	return alone && strncmp(state, "57014", strlen("57014")) == 0 && alone->cancelled++ < CANCELLED_MOST;
}

/* The SQLSTATE of the last failure; "" when it has none. */
static const char *last_state(const struct writer *w)
{
	const char *said = strstr(db_error(w->engine->writing), "SQLSTATE ");
	return said ? said + strlen("SQLSTATE ") : "";
}

/* Lack of resources, a lock, a conflict, an operator's word, a broken disk, a server that only reads. */
bool writer_world_is_at_fault(const struct writer *w)
{
	static const char *const states[] = { "53", "55", "40", "57P", "58", "25006" };
	for (size_t i = 0; i < countof(states); i++)
		if (strncmp(last_state(w), states[i], strlen(states[i])) == 0)
			return true;
	return false;
}

bool repair_is_at_fault(struct writer *w)
{
	return writer_world_is_at_fault(w) || was_cancelled(w, last_state(w));
}

static enum err read_again(struct writer *w)
{
	writer_drop(w);
	TRY(participants_reload(w->engine));
	w->alone = 0;
	w->stale = false;
	participants_reloaded(w->engine);
	return OK;
}

void writer_read_again(struct writer *w)
{
	w->stale = read_again(w) != OK;
}

/* The one that writes first: its fence is ours only when whatever the lost one was doing has ended. */
static enum err reopen(struct writer *w)
{
	if (db_is_lost(w->engine->writing))
		TRY(db_reopen(w->engine->writing));
	if (db_is_lost(w->engine->reading))
		TRY(db_reopen(w->engine->reading));
	return w->stale ? read_again(w) : OK;
}

void repair_connections(struct writer *w, int64_t now_ms)
{
	struct engine *e = w->engine;
	if (now_ms < w->reopen_ms)
		return;
	if (db_is_lost(e->writing))
		w->stale = true;
	if (reopen(w) == OK) {
		log_info("database is back");
		w->complain_ms = 0;
	} else if (now_ms >= w->complain_ms) {
		log_warning("no database: %s", db_error(db_is_lost(e->writing) ? e->writing : e->reading));
		w->complain_ms = now_ms + COMPLAIN_EVERY_MS;
	}
	w->reopen_ms = clock_monotonic_ms() + REOPEN_EVERY_MS; /* the attempt itself may have taken seconds */
}

bool writer_reopen_reading(struct writer *w)
{
	int64_t now = clock_monotonic_ms();
	if (!db_is_lost(w->engine->reading) || now < w->reading_ms)
		return false;
	w->reading_ms = now + REOPEN_EVERY_MS;
	return db_reopen(w->engine->reading) == OK;
}

static void expire(struct job *jobs, int64_t since_ms, bool runs)
{
	for (struct job *job = jobs; job; job = job->next)
		if (job->kind->overdue && job->queued_ms <= since_ms)
			job->kind->overdue(job, runs);
}

void repair_expire(struct writer *w, int64_t now_ms)
{
	if (now_ms < w->expire_ms)
		return;
	w->expire_ms = now_ms + EXPIRE_EVERY_MS;
	expire(w->running, now_ms - PATIENCE_RUNNING_MS, true);
	expire(w->first, now_ms - (w->committing ? PATIENCE_RUNNING_MS : PATIENCE_QUEUED_MS), false);
}
