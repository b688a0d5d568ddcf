/* SPDX-License-Identifier: EUPL-1.2 */
/* When the database is away: opens the connections again, reads anew what was in memory (nobody but
 * the database knows whether the last COMMIT was done), and gives calls that wait an answer in time.
 * Never gives up a letter: its sender sends it again. */
#include <string.h>

#include "base/log.h"
#include "engine/writer.h"

#define REOPEN_EVERY_MS 500
#define COMPLAIN_EVERY_MS 10000
#define EXPIRE_EVERY_MS 200
#define PATIENCE_QUEUED_MS 5000
#define PATIENCE_RUNNING_MS 10000

#define CANCELLED_MOST 3 /* then it is the statement that is too slow, and others wait behind it */

/* A statement that an operator cancelled, or that had no more time because others held it up: once says nothing of the
 * work. */
static bool was_cancelled(struct batch *b, const char *said)
{
	struct work *alone = b->running && !b->running->next ? b->running : NULL;
	return alone && strncmp(said, "57014", strlen("57014")) == 0 && alone->cancelled++ < CANCELLED_MOST;
}

/* Lack of resources, a lock, a conflict, an operator's word, a broken disk, a server that only reads. */
bool repair_world_is_at_fault(struct batch *b)
{
	static const char *const states[] = { "53", "55", "40", "57P", "58", "25006" };
	const char *said = strstr(db_error(b->daemon->writer), "SQLSTATE ");
	if (!said)
		return false;
	said += strlen("SQLSTATE ");
	for (size_t i = 0; i < countof(states); i++)
		if (strncmp(said, states[i], strlen(states[i])) == 0)
			return true;
	return was_cancelled(b, said);
}

bool repair_positions_were_moved(const struct batch *b)
{
	static const char *const divided_by_zero[] = { "out_stream_set: SQLSTATE 22012",
		                                           "in_stream_advance: SQLSTATE 22012",
		                                           "in_stream_asked: SQLSTATE 22012",
		                                           "in_stream_renew: SQLSTATE 22012" };
	const char *said = db_error(b->daemon->writer);
	for (size_t i = 0; i < countof(divided_by_zero); i++)
		if (strncmp(said, divided_by_zero[i], strlen(divided_by_zero[i])) == 0)
			return true;
	return false;
}

static enum err read_again(struct batch *b)
{
	struct daemon *d = b->daemon;
	batch_drop_letters(b);
	TRY(outbox_reload(d->outbox));
	TRY(inbox_reload(d->inbox));
	TRY(parked_reload(d->parked));
	parked_release_all(d->parked);
	b->alone = 0;
	b->stale = false;
	api_look_again(d->api); /* a decision may have been in the COMMIT whose answer was lost */
	return OK;
}

void batch_read_again(struct batch *b)
{
	b->stale = read_again(b) != OK;
}

/* The writer first: its fence is ours only when whatever the lost one was doing has ended. */
static enum err reopen(struct batch *b)
{
	struct daemon *d = b->daemon;
	if (db_is_lost(d->writer))
		TRY(db_reopen(d->writer));
	if (db_is_lost(d->reader))
		TRY(db_reopen(d->reader));
	return b->stale ? read_again(b) : OK;
}

void repair_connections(struct batch *b, int64_t now_ms)
{
	struct daemon *d = b->daemon;
	if (now_ms < b->reopen_ms)
		return;
	if (db_is_lost(d->writer))
		b->stale = true;
	if (reopen(b) == OK) {
		log_info("database is back");
		b->complain_ms = 0;
	} else if (now_ms >= b->complain_ms) {
		log_warning("no database: %s", db_error(db_is_lost(d->writer) ? d->writer : d->reader));
		b->complain_ms = now_ms + COMPLAIN_EVERY_MS;
	}
	b->reopen_ms = clock_monotonic_ms() + REOPEN_EVERY_MS; /* the attempt itself may have taken seconds */
}

bool batch_reopen_reader(struct batch *b)
{
	int64_t now = clock_monotonic_ms();
	if (!db_is_lost(b->daemon->reader) || now < b->reader_ms)
		return false;
	b->reader_ms = now + REOPEN_EVERY_MS;
	return db_reopen(b->daemon->reader) == OK;
}

static void expire(struct batch *b, struct work *list, int64_t since_ms, bool running)
{
	static const char unknown[] = "The database does not answer. Whether this was done is not known: send it again "
	                              "with the same Idempotency-Key.";
	static const char nothing[] = "The database does not answer, and nothing was done: try again shortly.";
	for (struct work *w = list; w; w = w->next) {
		struct call *c = w->call;
		if (!c || c->queued_ms > since_ms)
			continue;
		w->call = NULL;
		api_refuse(
		    b->daemon->api, c,
		    &(struct refusal){ .err = ERR_DB_LOST, .field = "", .rule = running || c->in_doubt ? unknown : nothing });
	}
}

void repair_expire_calls(struct batch *b, int64_t now_ms)
{
	if (now_ms < b->expire_ms)
		return;
	b->expire_ms = now_ms + EXPIRE_EVERY_MS;
	expire(b, b->running, now_ms - PATIENCE_RUNNING_MS, true);
	expire(b, b->first, now_ms - (b->committing ? PATIENCE_RUNNING_MS : PATIENCE_QUEUED_MS), false);
}
