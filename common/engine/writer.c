/* SPDX-License-Identifier: EUPL-1.2 */
/* The single writer. Whatever has come in while the last transaction was committing becomes the next one, so
 * transactions fill by themselves. One function owns begin, commit, rollback and retry. A transaction that fails is run
 * again, its jobs one by one; a job that fails alone is judged, set aside, and nothing else waits behind it. Knows of
 * jobs and participants only what their rows say. */
#include "engine/writer.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

#define JOBS_MAX 512
#define RUN_MS 20       /* then it is committed: the loop serves reads and heartbeats in between */
#define PAUSE_MS 1000   /* when the server is at fault */
#define SETTLE_MS 5000  /* for the running commit, when stopping */
#define GATHER_MS 20    /* so long jobs for which nobody waits may wait for others */
#define GATHER_MOST 256 /* of them; more do not */

/* --- the queue --- */

struct writer *writer_new(struct engine *e)
{
	struct writer *w = ARENA_NEW(e->arena, struct writer);
	w->engine = e;
	w->arena = arena_new(ENGINE_ARENA_LIMIT);
	w->last = &w->first;
	tx_errands_begin(&w->errands, w->arena);
	return w;
}

static void free_list(struct job *job)
{
	for (struct job *next; job; job = next) {
		next = job->next;
		job->kind->free(job);
	}
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	free_list(w->first);
	free_list(w->running);
	arena_free(w->arena);
}

void writer_put(struct writer *w, struct job *job)
{
	job->next = NULL;
	job->queued_ms = clock_monotonic_ms();
	if (!w->first) {
		w->first_ms = job->queued_ms;
		w->n_since = 0;
		w->urgent = false;
	}
	w->n_since++;
	w->urgent |= !job->patient;
	*w->last = job;
	w->last = &job->next;
}

/* How long what waits may go on doing so: 0 when there is anything among it that somebody waits for. */
static int64_t patience_ms(const struct writer *w, int64_t now_ms)
{
	int64_t left = w->first_ms + GATHER_MS - now_ms;
	return left < 0 || w->urgent || w->alone || w->n_since >= GATHER_MOST ? 0 : left;
}

bool writer_is_committing(const struct writer *w)
{
	return w->committing;
}

bool writer_is_idle(const struct writer *w)
{
	return !w->committing && !w->first;
}

static bool is_away(const struct writer *w)
{
	return w->stale || db_is_lost(w->engine->writing) || db_is_lost(w->engine->reading);
}

int writer_begins_ms(const struct writer *w)
{
	int64_t now = clock_monotonic_ms();
	if (!w->first || w->committing || is_away(w) || w->engine->hold_until_ms || now < w->resume_ms)
		return -1;
	return (int)patience_ms(w, now);
}

bool writer_is_stale(const struct writer *w)
{
	return w->stale;
}

void writer_drop(struct writer *w)
{
	struct job *job = w->first;
	w->first = NULL;
	w->last = &w->first;
	for (struct job *next; job; job = next) {
		next = job->next;
		job->next = NULL;
		if (job->kind->comes_again) {
			job->kind->free(job);
			continue;
		}
		*w->last = job;
		w->last = &job->next;
	}
}

/* --- the transaction --- */

static void take_jobs(struct writer *w)
{
	unsigned n = w->alone ? 1 : JOBS_MAX;
	w->running = w->first;
	struct job **end = &w->first;
	for (; n && *end; n--)
		end = &(*end)->next;
	w->first = *end;
	*end = NULL;
	if (!w->first)
		w->last = &w->first;
	if (w->alone)
		w->alone--;
}

/* Puts jobs back to the front of the queue; returns how many. */
static unsigned put_back(struct writer *w, struct job *jobs)
{
	struct job **end = &jobs;
	unsigned n = 0;
	for (; *end; n++)
		end = &(*end)->next;
	if (!n)
		return 0;
	*end = w->first;
	if (!w->first)
		w->last = end;
	w->first = jobs;
	return n;
}

static void stop(struct writer *w, const char *why)
{
	log_error("%s", why);
	w->engine->stopping = w->engine->failed = true;
}

/* A job that failed alone is judged; more than one are run again one by one. */
static void judge(struct writer *w, enum err e)
{
	struct job *job = w->running;
	if (!job || job->next)
		return;
	if (job->judged) {
		stop(w, "work that was set aside cannot be stored: stopping");
		return;
	}
	job->judged = true;
	if (job->verdict.err == OK || err_fate(job->verdict.err) == FATE_PARK) /* what cannot be parked is buried */
		job->verdict = (struct refusal){ .err = e, .field = "" };
	if (!job->verdict.rule)
		job->verdict.rule = err_text(job->verdict.err);
	if (job->kind->judged)
		job->kind->judged(job, db_error(w->engine->writing));
}

/* Nobody knows whether it was committed. */
static void lose(struct writer *w)
{
	for (struct job *job = w->running; job; job = job->next)
		if (job->kind->in_doubt)
			job->kind->in_doubt(job);
	put_back(w, w->running);
	w->running = NULL;
	w->alone = 0;
	w->stale = true;
	writer_drop(w);
}

static void fail(struct writer *w, enum err e)
{
	struct engine *engine = w->engine;
	bool said = err_fate(e) == FATE_RETRY;
	metric_add(engine, METRIC_TRANSACTIONS_FAILED, 1);
	log_warning("a transaction failed (%s)%s%s", err_slug(e), said ? ": " : "", said ? db_error(engine->writing) : "");
	bool wait = said && repair_is_at_fault(w);
	if (participants_were_moved(engine, db_missed(engine->writing)))
		stop(w, "the positions in the database are not those of this process: stopping, to read them again");
	if (db_is_lost(engine->writing) || db_rollback(engine->writing) != OK) {
		lose(w);
		return;
	}
	if (participants_rolled_back(engine) != OK)
		w->stale = true;
	if (wait) {
		w->resume_ms = clock_monotonic_ms() + PAUSE_MS;
		put_back(w, w->running);
	} else {
		judge(w, e);
		w->alone += put_back(w, w->running);
	}
	w->running = NULL;
}

/* An arena that is full comes back here as ERR_MEMORY; what `tx` holds then is not looked at. */
static enum err run_job(struct writer *w, struct job *job)
{
	jmp_buf guard;
	struct tx tx = tx_make(w->engine, w->engine->writing, w->arena);
	struct arena *const own = job->arena;
	volatile enum err e = ERR_MEMORY;
	tx.kept = &w->kept;
	tx.errands = &w->errands;
	job->refused = false;
	if (!job->judged)
		job->verdict = (struct refusal){ .err = OK };
	if (!setjmp(guard)) {
		arena_on_full(w->arena, &guard);
		if (own)
			arena_on_full(own, &guard);
		e = job->kind->run(job, &tx);
	} else
		job->verdict = (struct refusal){ .err = ERR_MEMORY, .field = "", .rule = err_text(ERR_MEMORY) };
	arena_on_full(w->arena, NULL);
	if (own)
		arena_on_full(own, NULL);
	return e;
}

static enum err run_jobs(struct writer *w)
{
	int64_t end = clock_monotonic_ms() + RUN_MS;
	TRY(participants_begun(w->engine, w->arena, w->running));
	for (struct job *job = w->running; job; job = job->next) {
		TRY(run_job(w, job));
		bool enough = arena_used(w->arena) > ENGINE_ARENA_LIMIT / 2 || clock_monotonic_ms() >= end;
		if (job->next && enough) { /* the rest is for the next transaction */
			put_back(w, job->next);
			job->next = NULL;
		}
	}
	return participants_save(w->engine, w->engine->scratch); /* jobs may have left no room in the other arena */
}

static void begin(struct writer *w)
{
	struct db *db = w->engine->writing;
	arena_reset(w->arena);
	tx_errands_begin(&w->errands, w->arena);
	w->kept = NULL;
	take_jobs(w);
	enum err e = db_begin(db);
	FAULT_POINT(transaction_begun);
	if (e == OK)
		e = run_jobs(w);
	FAULT_POINT(transaction_run);
	if (e == OK)
		e = db_commit_send(db);
	if (e != OK) {
		fail(w, e);
		return;
	}
	w->committing = true;
}

/* What may be said and counted only now. */
static void finish(struct writer *w)
{
	struct job *done = w->running;
	metric_add(w->engine, METRIC_TRANSACTIONS, 1);
	participants_committed(w->engine);
	FAULT_POINT(transaction_noted);
	for (struct job *job = done; job; job = job->next)
		(job->refused ? job->kind->refused : job->kind->committed)(job);
	w->running = NULL;
	free_list(done);
	tx_errands_run(&w->errands, w->engine);
	FAULT_POINT(transaction_told);
}

static void poll_commit(struct writer *w)
{
	int outcome = db_commit_poll(w->engine->writing);
	if (outcome == 0)
		return;
	w->committing = false;
	if (outcome > 0)
		finish(w);
	else
		fail(w, db_is_lost(w->engine->writing) ? ERR_DB_LOST : ERR_DB);
}

void writer_turn(struct writer *w)
{
	const struct engine *e = w->engine;
	int64_t now = clock_monotonic_ms();
	if (w->committing)
		poll_commit(w);
	bool away = is_away(w);
	if (w->committing || away || now < w->resume_ms) /* not when only this process was held up */
		repair_expire(w, now);
	if (w->committing || e->stopping)
		return;
	if (away)
		repair_connections(w, now);
	if (away || now < w->resume_ms || e->hold_until_ms)
		return;
	while (!w->committing && w->first && !e->stopping && !w->stale && now >= w->resume_ms && !patience_ms(w, now))
		begin(w);
	if (writer_is_idle(w) && !e->stopping && !w->stale && participants_due(e, now))
		begin(w);
}

void writer_settle(struct writer *w)
{
	if (!w)
		return;
	int64_t end = clock_monotonic_ms() + SETTLE_MS;
	while (w->committing && clock_monotonic_ms() < end) {
		struct db *db = w->engine->writing;
		short events = (short)(POLLIN | (db_wants_write(db) ? POLLOUT : 0));
		(void)poll(&(struct pollfd){ .fd = db_socket(db), .events = events }, 1, 100);
		poll_commit(w);
	}
}
