/* SPDX-License-Identifier: EUPL-1.2 */
/* This node is recovered from what the others know, and tells others what it knows of them. For main, which gives both
 * their turn in the loop. */
#ifndef UDVEJ_RECOVERY_RECOVERY_H
#define UDVEJ_RECOVERY_RECOVERY_H

#include "delivery/streams.h"
#include "recovery/snapshot.h"

extern const struct sql_set sql_set_recovery; /* the statements of this room */

struct recovery;

struct recovery_room {
	struct engine *engine;
	struct delivery *delivery;
	/* Of the service: what it tells of to others, what it takes from them, and how it ends (daemon.h). */
	const struct snapshot_row *snapshots;
	size_t n_snapshots;
	const struct message_row *recovers;
	size_t n_recovers;
	enum err (*recovered)(struct tx *tx);

	struct recovery *running; /* NULL: none is under way */
	int64_t look_ms;
};

/* --- snapshot.c: what this node can tell another that is recovered --- */

void snapshot_on_ask(struct recovery_room *room, const char *from, const SnapshotAsk *ask);

/* --- recovery.c: this node is recovered from what the others know --- */

/* Looks whether an operator has asked for it; from then on nothing else is written until it is done. Not in a
 * transaction. */
enum err recovery_look(struct recovery_room *room) MUST_USE;
void recovery_close(struct recovery_room *room);
void recovery_on_page(struct recovery_room *room, const char *from, const SnapshotPage *page);
/* Asks, applies, and in the end opens the new life: one step a call. True when there is more to do at once. */
bool recovery_turn(struct recovery_room *room, int64_t now_ms);
/* What is told of it. */
struct reporter recovery_reporter(struct recovery_room *room);

#endif
