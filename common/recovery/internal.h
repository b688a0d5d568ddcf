/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room know of each other: a recovery that is under way. */
#ifndef UDVEJ_RECOVERY_INTERNAL_H
#define UDVEJ_RECOVERY_INTERNAL_H

#include "base/uuid.h"
#include "engine/writer.h"
#include "membership/life.h"
#include "recovery/recovery.h"

struct recovery_peer {
	struct recovery_peer *next;
	const char *name;
	int32_t kind; /* where its next page begins */
	char after[MESSAGE_NAME_MAX + 1];
	bool begun, done;
	size_t items;
	int64_t ask_ms; /* when to ask (again) */
};

struct recovery {
	struct recovery_room *room;
	struct engine *engine;
	struct arena *arena, *step; /* as long as the recovery; one transaction */
	char epoch[UUID_LEN + 1];   /* of the life that it opens */
	struct recovery_peer *peers;
	uint64_t met;   /* membership.times when every node of the registry was last put among the peers */
	size_t row;     /* of the service's table: what is applied now */
	unsigned alone; /* how many of the next items are applied one by one */
	unsigned problems;
	char problem[256];
	int64_t pause_until_ms, complain_ms;
};

/* recovery_step.c: the peer of this name, made when there is none yet. */
struct recovery_peer *recovery_peer_of(struct recovery *r, const char *name);

/* Runs a piece of work in a transaction of its own and waits for its commit. */
typedef enum err recovery_work(struct recovery *r, struct tx *tx, void *context);
enum err recovery_step(struct recovery *r, recovery_work *work, void *context) MUST_USE;

/* recovery_ask.c: asks those who have not told all. True when everyone has. */
bool recovery_ask(struct recovery *r, int64_t now_ms);
/* recovery_apply.c: applies the next few items. False: there are none left. */
bool recovery_apply(struct recovery *r);
/* recovery_end.c: all is applied; opens the new life. */
enum err recovery_finish(struct recovery *r) MUST_USE;

#endif
