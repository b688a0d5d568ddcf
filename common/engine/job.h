/* SPDX-License-Identifier: EUPL-1.2 */
/* What the writer does: jobs, which others put, and participants, which have a part in every transaction. The writer
 * knows these two tables only. Jobs are a request, a message from another node, an entry in the log of use, a page of
 * facts. */
#ifndef UDVEJ_ENGINE_JOB_H
#define UDVEJ_ENGINE_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "engine/transaction.h"

struct job;

/* One row for each kind of job. */
struct job_kind {
	const char *name; /* for the log */
	/* Does it, within the transaction. After an error nothing of this transaction is committed, and all its jobs are
	 * run again one by one. Where the server is at fault the job is run again later. Otherwise a job that fails alone
	 * is judged, and run once more with job->judged set, so that it sets aside what cannot be done; an error then stops
	 * the process. May be called any number of times before one of the following. */
	enum err (*run)(struct job *job, struct tx *tx);
	/* It was judged. job->verdict says why, `database_said` is what the database said. NULL: it keeps neither. */
	void (*judged)(struct job *job, const char *database_said);
	/* The transaction is committed: only now may anything be told or counted. refused() is called instead where run()
	 * has set job->refused, since it left nothing in the transaction. */
	void (*committed)(struct job *job);
	void (*refused)(struct job *job);
	/* The connection was lost at COMMIT, and nobody knows whether that was done. The job is run again, and run() has
	 * to find out whether it was. NULL: run() finds that out each time anyway. */
	void (*in_doubt)(struct job *job);
	/* It waits too long for the database: answers whoever waits for it. While it `runs` it may yet be done. NULL:
	 * nobody waits. May be called again. */
	void (*overdue)(struct job *job, bool runs);
	void (*free)(struct job *job);
	bool comes_again; /* when the connection is lost it is dropped: whoever put it will do so again */
};

/* The first member of what is queued. Who puts it fills in the upper part. */
struct job {
	const struct job_kind *kind;
	struct arena *arena; /* run() allocates in this one too, beside that of the transaction; NULL: it does not */
	bool patient;        /* nobody waits for it: it may wait a moment for others, to share their transaction */

	struct job *next;
	int64_t queued_ms;
	struct refusal verdict; /* why it failed or is refused */
	unsigned cancelled;     /* how often its statement was ended from outside, or for its time */
	bool judged;            /* it failed alone: do not do it again */
	bool refused;           /* in the running transaction it is refused, and leaves nothing there */
};

/* What has a part in each transaction, beside its jobs: it keeps in memory what the database has, and moves it with the
 * jobs. Any function may be NULL. They are called in the order of the table. */
struct participant {
	void *owner;
	/* Forgets what is in memory and reads it again. */
	enum err (*reload)(void *owner);
	/* After a lost connection all participants have reloaded: looks at what may have been decided meanwhile. */
	void (*reloaded)(void *owner);
	/* The transaction has begun, and these are its jobs. */
	enum err (*begun)(void *owner, struct arena *a, struct job *jobs);
	/* The jobs are done: queues what they moved, before the COMMIT. */
	enum err (*save)(void *owner, struct arena *a);
	void (*committed)(void *owner);
	/* An error: what is in memory has to be read again. */
	enum err (*rolled_back)(void *owner);
	/* Whether it has something to save though there is no job. */
	bool (*due)(void *owner, int64_t now_ms);
	/* Its statements with the mark `:one`: when a row is not where this process left it, somebody else writes to this
	 * database. Ends with NULL. */
	const struct sql *const *positions;
};

/* --- participant.c: the functions of all participants, one after another; of those that may fail, up to the first
 * error --- */

enum err participants_reload(const struct engine *e) MUST_USE;
void participants_reloaded(const struct engine *e);
enum err participants_begun(const struct engine *e, struct arena *a, struct job *jobs) MUST_USE;
enum err participants_save(const struct engine *e, struct arena *a) MUST_USE;
void participants_committed(const struct engine *e);
/* All of them, whatever fails. */
enum err participants_rolled_back(const struct engine *e) MUST_USE;
bool participants_due(const struct engine *e, int64_t now_ms);
/* Whether this statement, which missed its row, is one for the positions of a participant. NULL: no. */
bool participants_were_moved(const struct engine *e, const struct sql *missed);

#endif
