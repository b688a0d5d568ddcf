/* SPDX-License-Identifier: EUPL-1.2 */
/* Between batch.c, work.c and repair.c only: what waits for the writer and what it is doing. */
#ifndef UDVEJ_DAEMON_WORK_H
#define UDVEJ_DAEMON_WORK_H

#include "daemon/internal.h"

/* A letter, a call or a job, from the queue to its commit. */
struct work {
	struct work *next;
	struct in_stream *stream; /* of a letter from the wire; NULL: it was parked */
	struct origin from;
	struct letter *letter;
	struct call *call; /* NULL too when its client has gone */
	struct job *job;
	struct refusal verdict; /* why it failed */
	char reason[256];       /* the verdict's rule of a letter or job: outlives the arena of the batch that failed */
	enum metric counts;     /* what it adds to once it is committed; METRIC_COUNT: nothing */
	unsigned cancelled;     /* how often its statement was ended from outside, or for its time */
	bool judged;            /* it failed alone: do not run it again */
	bool refused;           /* a call that the running batch answers with its verdict */
	bool done;              /* a call that the running batch has carried out */
};

struct name {
	struct name *next;
	const char *text;
};

struct batch {
	struct daemon *daemon;
	struct arena *arena;
	struct work *first, **last; /* what waits */
	struct work *running;       /* what is in the transaction */
	int64_t first_ms;           /* when the first of what waits came */
	unsigned n_letters;         /* that came since */
	bool urgent;                /* something waits that somebody waits for */
	struct name *wakes, *unparks;
	void *kept;     /* tx->kept, in the arena */
	unsigned alone; /* how many of the next works run one by one */
	bool committing;
	bool stale; /* the connection was lost: what is in memory has to be read again */
	int64_t resume_ms, reopen_ms, reader_ms, complain_ms, expire_ms;
};

/* work.c: runs it within the transaction. An error: nothing of the batch may be committed. */
enum err work_run(struct batch *b, struct work *w) MUST_USE;
void work_free(struct work *w);

/* --- repair.c: when the database is away --- */

/* Whether the server, not the work, is the reason of the last failure: try again later. */
bool repair_world_is_at_fault(struct batch *b);
/* Whether our own rows are not where we left them: somebody else writes to this database. */
bool repair_positions_were_moved(const struct batch *b);
/* Opens the connections again and reads anew what is in memory. Tries at most twice a second. */
void repair_connections(struct batch *b, int64_t now_ms);
/* Answers calls that have waited too long for the database. */
void repair_expire_calls(struct batch *b, int64_t now_ms);

#endif
