/* SPDX-License-Identifier: EUPL-1.2 */
/* The single writer of a process: a queue of jobs, of which all that wait become the next transaction. */
#ifndef UDVEJ_ENGINE_WRITER_H
#define UDVEJ_ENGINE_WRITER_H

#include "engine/engine.h"
#include "engine/job.h"

struct writer *writer_new(struct engine *e);
/* With all jobs. Takes NULL. */
void writer_free(struct writer *w);
/* Takes the job, for the next transaction. */
void writer_put(struct writer *w, struct job *job);
/* Begins, polls or finishes a transaction. */
void writer_turn(struct writer *w);
/* Waits for the commit that is under way, a few seconds at most. Takes NULL. */
void writer_settle(struct writer *w);
bool writer_is_committing(const struct writer *w);
/* In how many milliseconds a writer_turn() would begin with what waits; -1: not by itself. */
int writer_begins_ms(const struct writer *w);
/* Nothing waits and nothing runs. */
bool writer_is_idle(const struct writer *w);
/* The database is away, or what is in memory has not been read from it again: take in nothing. */
bool writer_is_stale(const struct writer *w);
/* Reads anew from the database what is in memory of it. Not in a transaction. */
void writer_read_again(struct writer *w);
/* The reading connection was found lost: opens it again, at most twice a second. True when it is back. */
bool writer_reopen_reading(struct writer *w);
/* Whether the server, not what it was asked to do, is the reason of the last failure: try again later. */
bool writer_world_is_at_fault(const struct writer *w);

/* --- between writer.c and repair.c only --- */

struct writer {
	struct engine *engine;
	struct arena *arena;       /* of one transaction */
	struct job *first, **last; /* what waits */
	struct job *running;       /* what is in the transaction */
	int64_t first_ms;          /* when the first of what waits came */
	unsigned n_since;          /* jobs that came since */
	bool urgent;               /* something waits that somebody waits for */
	struct errands errands;
	void *kept;     /* tx->kept, in the arena */
	unsigned alone; /* how many of the next jobs run one by one */
	bool committing;
	bool stale; /* the connection was lost: what is in memory has to be read again */
	int64_t resume_ms, reopen_ms, reading_ms, complain_ms, expire_ms;
};

/* Drops the jobs that wait and come again by themselves. */
void writer_drop(struct writer *w);
/* Whether the server is at fault, with what is counted of a job that runs alone. */
bool repair_is_at_fault(struct writer *w);
/* Opens the connections again and reads anew what is in memory. Tries at most twice a second. */
void repair_connections(struct writer *w, int64_t now_ms);
/* Has those answered who have waited too long for the database. */
void repair_expire(struct writer *w, int64_t now_ms);

#endif
