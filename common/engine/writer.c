/* SPDX-License-Identifier: EUPL-1.2 */
/* The single writer. Whatever has come in (letters and calls alike) while the last transaction was
 * committing becomes the next one, so batches form by themselves. One function owns begin, commit,
 * rollback and retry. A batch that fails is run again one by one; work that fails alone is judged:
 * a letter becomes a dead letter, a call is refused, and nothing else waits behind it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "engine/writer.h"

#define BATCH_MAX 512
#define BATCH_MS 20     /* then it is committed: the loop serves reads and heartbeats in between */
#define PAUSE_MS 1000   /* when the server is at fault */
#define SETTLE_MS 5000  /* for the running commit, when stopping */
#define GATHER_MS 20    /* so long letters for which nobody waits may wait for others */
#define GATHER_MOST 256 /* of them; more do not */

/* --- the queue --- */

struct batch *batch_new(struct daemon *d)
{
	struct batch *b = ARENA_NEW(d->arena, struct batch);
	b->daemon = d;
	b->arena = arena_new(MESSAGE_ARENA_LIMIT);
	b->last = &b->first;
	return b->arena ? b : NULL;
}

static void free_list(struct work *w)
{
	for (struct work *next; w; w = next) {
		next = w->next;
		work_free(w);
	}
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	free_list(b->first);
	free_list(b->running);
	arena_free(b->arena);
}

static void put(struct batch *b, struct work w)
{
	struct work *copy = malloc(sizeof *copy);
	if (!copy)
		abort(); /* nothing is acknowledged that lies here: a restart loses nothing */
	*copy = w;
	if (!b->first) {
		b->first_ms = clock_monotonic_ms();
		b->n_letters = 0;
		b->urgent = false;
	}
	b->n_letters++;
	b->urgent |= !w.letter || !dispatch_is_patient(b->daemon->service, w.letter->message.type);
	*b->last = copy;
	b->last = &copy->next;
}

/* How long what waits may go on doing so: 0 when there is anything among it that somebody waits for. */
static int64_t patience_ms(const struct batch *b, int64_t now_ms)
{
	int64_t left = b->first_ms + GATHER_MS - now_ms;
	return left < 0 || b->urgent || b->alone || b->n_letters >= GATHER_MOST ? 0 : left;
}

void batch_put_letter(struct batch *b, struct in_stream *stream, const struct origin *from, struct letter *l)
{
	put(b, (struct work){ .stream = stream, .from = *from, .letter = l });
}

void batch_put_call(struct batch *b, struct call *c)
{
	c->queued_ms = clock_monotonic_ms();
	put(b, (struct work){ .call = c });
}

void batch_put_job(struct batch *b, struct job *j)
{
	put(b, (struct work){ .job = j });
}

bool batch_is_committing(const struct batch *b)
{
	return b->committing;
}

bool batch_is_idle(const struct batch *b)
{
	return !b->committing && !b->first;
}

int batch_begins_ms(const struct batch *b)
{
	int64_t now = clock_monotonic_ms();
	const struct daemon *d = b->daemon;
	bool away = b->stale || db_is_lost(d->writer) || db_is_lost(d->reader);
	if (!b->first || b->committing || away || d->hold_until_ms || now < b->resume_ms)
		return -1;
	return (int)patience_ms(b, now);
}

bool batch_is_stale(const struct batch *b)
{
	return b->stale;
}

void batch_forget(struct batch *b, const struct call *c)
{
	for (struct work *w = b->running; w; w = w->next)
		if (w->call == c)
			w->call = NULL;
	for (struct work *w = b->first; w; w = w->next)
		if (w->call == c)
			w->call = NULL;
}

void batch_drop_letters(struct batch *b)
{
	struct work *w = b->first;
	b->first = NULL;
	b->last = &b->first;
	for (struct work *next; w; w = next) {
		next = w->next;
		w->next = NULL;
		if (w->letter || w->job) {
			work_free(w);
			continue;
		}
		*b->last = w;
		b->last = &w->next;
	}
}

static void note(struct batch *b, struct name **list, const char *text)
{
	struct name *n = ARENA_NEW(b->arena, struct name);
	*n = (struct name){ .next = *list, .text = arena_strdup(b->arena, text) };
	*list = n;
}

void batch_note_wake(struct batch *b, const char *key)
{
	note(b, &b->wakes, key);
}

void batch_note_unpark(struct batch *b, const char *entity)
{
	for (const struct name *n = b->unparks; n; n = n->next)
		if (strcmp(n->text, entity) == 0)
			return;
	note(b, &b->unparks, entity);
}

/* --- the transaction --- */

static void take_works(struct batch *b)
{
	unsigned n = b->alone ? 1 : BATCH_MAX;
	b->running = b->first;
	struct work **end = &b->first;
	for (; n && *end; n--)
		end = &(*end)->next;
	b->first = *end;
	*end = NULL;
	if (!b->first)
		b->last = &b->first;
	if (b->alone)
		b->alone--;
}

/* Puts works back to the front of the queue; returns how many. */
static unsigned put_back(struct batch *b, struct work *works)
{
	struct work **end = &works;
	unsigned n = 0;
	for (; *end; n++)
		end = &(*end)->next;
	if (!n)
		return 0;
	*end = b->first;
	if (!b->first)
		b->last = end;
	b->first = works;
	return n;
}

/* A piece of work that failed alone is judged; more than one are run again one by one. */
static void judge(struct batch *b, enum err e)
{
	struct daemon *d = b->daemon;
	struct work *w = b->running;
	if (!w || w->next)
		return;
	if (w->judged) {
		log_error("work that was set aside cannot be stored: stopping");
		d->stopping = d->failed = true;
		return;
	}
	w->judged = true;
	if (w->verdict.err == OK || err_fate(w->verdict.err) == FATE_PARK) /* what cannot be parked is buried */
		w->verdict = (struct refusal){ .err = e, .field = "" };
	if (!w->letter && !w->job) {
		if (!w->verdict.rule)
			w->verdict.rule = err_text(w->verdict.err);
		return;
	}
	if (err_fate(w->verdict.err) == FATE_RETRY) /* what the server said tells an operator more */
		snprintf(w->reason, sizeof w->reason, "%s", db_error(d->writer));
	shape_cut(w->reason, sizeof w->reason);
	w->verdict.rule = w->reason;
	w->verdict.field = "";
}

/* Nobody knows whether it was committed: letters come again, calls ask their idempotency rows. */
static void lose(struct batch *b)
{
	for (struct work *w = b->running; w; w = w->next)
		if (w->call)
			w->call->in_doubt = true;
	put_back(b, b->running);
	b->running = NULL;
	b->alone = 0;
	b->stale = true;
	batch_drop_letters(b);
}

static void fail(struct batch *b, enum err e)
{
	struct daemon *d = b->daemon;
	bool said = err_fate(e) == FATE_RETRY;
	metric_add(d, METRIC_BATCHES_FAILED, 1);
	log_warning("a batch failed (%s)%s%s", err_slug(e), said ? ": " : "", said ? db_error(d->writer) : "");
	bool wait = said && repair_world_is_at_fault(b);
	if (said && repair_positions_were_moved(b)) {
		log_error("the positions in the database are not those of this process: stopping, to read them again");
		d->stopping = d->failed = true;
	}
	if (db_is_lost(d->writer) || db_rollback(d->writer) != OK) {
		lose(b);
		return;
	}
	outbox_rolled_back(d->outbox);
	inbox_rolled_back(d->inbox);
	if (parked_reload(d->parked) != OK)
		b->stale = true;
	if (wait) {
		b->resume_ms = clock_monotonic_ms() + PAUSE_MS;
		put_back(b, b->running);
	} else {
		judge(b, e);
		b->alone += put_back(b, b->running);
	}
	b->running = NULL;
}

/* Looks up in one query which of the calls were done before. */
static enum err load_replays(struct batch *b)
{
	struct call *calls[BATCH_MAX];
	size_t n = 0;
	for (struct work *w = b->running; w && n < countof(calls); w = w->next)
		if (w->call && !w->judged && (w->call->has_key || w->call->in_doubt))
			calls[n++] = w->call;
	return n ? idempotency_load(b->daemon->writer, b->arena, calls, n) : OK;
}

static enum err run_works(struct batch *b)
{
	int64_t end = clock_monotonic_ms() + BATCH_MS;
	TRY(load_replays(b));
	for (struct work *w = b->running; w; w = w->next) {
		TRY(work_run(b, w));
		bool enough = arena_used(b->arena) > MESSAGE_ARENA_LIMIT / 2 || clock_monotonic_ms() >= end;
		if (w->next && enough) { /* the rest is for the next batch */
			put_back(b, w->next);
			w->next = NULL;
		}
	}
	struct daemon *d = b->daemon; /* its scratch: work may have left no room in the arena of the batch */
	TRY(outbox_save(d->outbox, d->scratch));
	return inbox_save(d->inbox, d->scratch);
}

static void begin(struct batch *b)
{
	struct daemon *d = b->daemon;
	arena_reset(b->arena);
	b->wakes = b->unparks = NULL;
	b->kept = NULL;
	take_works(b);
	enum err e = db_begin(d->writer);
	FAULT_POINT(batch_begun);
	if (e == OK)
		e = run_works(b);
	FAULT_POINT(batch_run);
	if (e == OK)
		e = db_commit_send(d->writer);
	if (e != OK) {
		fail(b, e);
		return;
	}
	b->committing = true;
}

/* What may be said and counted only now. */
static void tell(struct daemon *d, struct work *w)
{
	struct call *c = w->call;
	if (w->counts != METRIC_COUNT)
		metric_add(d, w->counts, 1);
	if (w->counts == METRIC_MESSAGES_DEAD)
		refused_letter(d, &w->from, w->letter->message.type, w->verdict.err);
	if (w->job)
		w->job->committed(w->job);
	if (!c)
		return;
	w->call = NULL; /* it may be gone when this returns */
	if (w->refused)
		api_refuse(d->api, c, &w->verdict);
	else
		api_committed(d->api, c);
}

static void finish(struct batch *b)
{
	struct daemon *d = b->daemon;
	struct work *done = b->running;
	metric_add(d, METRIC_BATCHES, 1);
	outbox_committed(d->outbox);
	inbox_committed(d->inbox);
	FAULT_POINT(batch_noted);
	for (struct work *w = done; w; w = w->next)
		tell(d, w);
	b->running = NULL;
	free_list(done);
	for (struct name *n = b->wakes; n; n = n->next)
		api_wake(d->api, n->text);
	for (struct name *n = b->unparks; n; n = n->next)
		parked_release(d->parked, n->text);
	FAULT_POINT(batch_told);
}

static void poll_commit(struct batch *b)
{
	struct daemon *d = b->daemon;
	int outcome = db_commit_poll(d->writer);
	if (outcome == 0)
		return;
	b->committing = false;
	if (outcome > 0)
		finish(b);
	else
		fail(b, db_is_lost(d->writer) ? ERR_DB_LOST : ERR_DB);
}

void batch_turn(struct batch *b)
{
	struct daemon *d = b->daemon;
	int64_t now = clock_monotonic_ms();
	if (b->committing)
		poll_commit(b);
	bool away = b->stale || db_is_lost(d->writer) || db_is_lost(d->reader);
	if (b->committing || away || now < b->resume_ms) /* not when only this process was held up */
		repair_expire_calls(b, now);
	if (b->committing || d->stopping)
		return;
	if (away)
		repair_connections(b, now);
	if (away || now < b->resume_ms || d->hold_until_ms)
		return;
	while (!b->committing && b->first && !d->stopping && !b->stale && now >= b->resume_ms && !patience_ms(b, now))
		begin(b);
	bool due = outbox_trim_due(d->outbox, now) || inbox_renewal_due(d->inbox);
	if (batch_is_idle(b) && !d->stopping && !b->stale && due)
		begin(b);
}

void batch_settle(struct batch *b)
{
	if (!b)
		return;
	int64_t end = clock_monotonic_ms() + SETTLE_MS;
	while (b->committing && clock_monotonic_ms() < end) {
		struct daemon *d = b->daemon;
		short events = (short)(POLLIN | (db_wants_write(d->writer) ? POLLOUT : 0));
		(void)poll(&(struct pollfd){ .fd = db_socket(d->writer), .events = events }, 1, 100);
		poll_commit(b);
	}
}
