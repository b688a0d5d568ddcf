/* SPDX-License-Identifier: EUPL-1.2 */
/* Recovers this node when its database was set back, or is new: asks every other node what it knows of what
 * they share (recovery_ask.c), applies it (recovery_apply.c), and opens the new life that an operator asked for
 * (recovery_end.c). Each step is a transaction, so that a restart goes on where it was.
 * Owns the writing connection while it runs: nothing else is written then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "recovery/internal.h"
#include "sql_recovery.h"

#define LOOK_MS 1000                             /* for an operator's word: a node need not be told that there is one */
#define STEP_MEMORY ((size_t)1024 * 1024 * 1024) /* at most: the last step may tell of every course anew */

static void free_one(struct recovery *r)
{
	arena_free(r->arena);
	arena_free(r->step);
	free(r);
}

/* --- what an operator asked for --- */

static enum err load(struct recovery *r)
{
	struct db_rows rows;
	TRY(db_rows(r->engine->reading, r->engine->scratch, sql_recovery_peers, &rows, NULL));
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

static enum err begin(struct recovery_room *room, const char *const cell[4])
{
	struct engine *engine = room->engine;
	struct recovery *r = memory_must(calloc(1, sizeof *r));
	r->room = room;
	r->engine = engine;
	r->arena = arena_new(ENGINE_ARENA_LIMIT);
	r->step = arena_new(STEP_MEMORY);
	memcpy(r->epoch, cell[0], UUID_LEN);
	enum err e = load(r);
	if (e != OK) {
		free_one(r);
		return e;
	}
	room->running = r;
	engine->read_only = arena_printf(engine->arena,
	                                 "The database of %s is being recovered from what the other nodes know. It can "
	                                 "be read, but nothing is written, taken in or sent until that is done",
	                                 engine->membership.node);
	log_info("%s; %s has signed for its new life %s", engine->read_only, cell[2], cell[0]);
	return OK;
}

enum err recovery_look(struct recovery_room *room)
{
	struct db_rows rows;
	if (room->running)
		return OK;
	TRY(db_rows(room->engine->reading, room->engine->scratch, sql_recovery_get, &rows, NULL));
	return rows.n ? begin(room, rows.cells) : OK;
}

void recovery_close(struct recovery_room *room)
{
	if (room->running)
		free_one(room->running);
	room->running = NULL;
}

/* Between two transactions, so that nothing is staged that the database does not tell. */
static bool may_work(const struct engine *e)
{
	return writer_is_idle(e->writer) && !writer_is_stale(e->writer) && !db_is_lost(e->reading);
}

bool recovery_turn(struct recovery_room *room, int64_t now_ms)
{
	struct recovery *r = room->running;
	if (!r && now_ms >= room->look_ms) {
		if (!may_work(room->engine))
			return false;
		room->look_ms = now_ms + LOOK_MS;
		return recovery_look(room) == OK && room->running;
	}
	if (!r || now_ms < r->pause_until_ms || !may_work(room->engine) || !recovery_ask(r, now_ms))
		return false;
	if (recovery_apply(r))
		return true;
	if (recovery_finish(r) != OK)
		return false;
	recovery_close(room);
	return true;
}

static int64_t recovering(void *owner)
{
	return ((const struct recovery_room *)owner)->running != NULL;
}

struct reporter recovery_reporter(struct recovery_room *room)
{
	static const struct gauge gauges[] = {
		{ "recovering", "Whether a recovery is under way.", recovering },
	};
	return (struct reporter){ .owner = room, .gauges = gauges, .n_gauges = countof(gauges) };
}
