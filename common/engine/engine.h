/* SPDX-License-Identifier: EUPL-1.2 */
/* What all rooms of a process share: which node it is and among whom, its connections to the database and who writes,
 * memory, clocks, counters, and why it may not write. Of the rooms above it knows only what they put into its tables.
 */
#ifndef UDVEJ_ENGINE_ENGINE_H
#define UDVEJ_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/seldom.h"
#include "db/db.h"
#include "engine/metric.h"
#include "membership/membership.h"
#include "vocab/date.h"

#define ENGINE_ARENA_LIMIT ((size_t)32 * 1024 * 1024) /* of one turn, one transaction */
#define ENGINE_WORDS 20u                              /* lines at once that others can provoke, and then one a second */

struct audit;
struct participant;
struct writer;

struct engine {
	struct arena *arena, *scratch; /* process life; one turn of the loop */
	struct membership membership;
	struct db *writing, *reading; /* the connections: one for the writer, one for all that only looks */
	struct writer *writer;
	void *app;                              /* the service's state */
	void *delivery, *serving;               /* the states of these rooms, each for itself */
	struct audit *audit;                    /* the log of use, of the room serving */
	const struct participant *participants; /* in each transaction of the writer */
	size_t n_participants;
	const struct reporter *reporters;
	size_t n_reporters;
	struct { /* the domain clock: what of it changes once a second */
		int64_t offset_days, second;
		struct date today;
	} clock;
	uint64_t metrics[METRIC_COUNT];
	struct seldom seldom;  /* what others can make this node log */
	struct few words;      /* the same, of which each line says something of its own */
	const char *read_only; /* in words, why nothing may change; NULL: all is well */
	/* After the start nothing is written until then, or until all others were heard: one of them may know more than
	 * this database. 0: that is over. */
	int64_t hold_until_ms;
	int64_t durability_ms;
	bool stopping, failed; /* failed: ends with an exit code that says so */
};

/* clock.c: the day of the domain clock. */
struct date clock_today(struct engine *e);

/* durability.c: looks now and then whether the server still keeps what it commits; stops the daemon if not. */
void durability_turn(struct engine *e, int64_t now_ms);

#endif
