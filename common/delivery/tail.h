/* SPDX-License-Identifier: EUPL-1.2 */
/* The newest letters of a stream out, at hand: bounded in number and in bytes, for a receiver that is
 * away must cost disk, not memory. What is no longer here lies in the database. */
#ifndef UDVEJ_DAEMON_TAIL_H
#define UDVEJ_DAEMON_TAIL_H

#include "daemon/internal.h"

#define TAIL_LETTERS 1024
#define TAIL_BYTES ((size_t)1024 * 1024)

struct tail {
	struct letter *slots[TAIL_LETTERS]; /* by seq modulo */
	int64_t first, end;                 /* holds the letters of [first, end) */
	size_t bytes;
};

/* Takes the letter; the oldest give way. */
void tail_put(struct tail *t, struct letter *l);
/* The letter, or NULL when it is not here. */
struct letter *tail_get(const struct tail *t, int64_t seq);
/* Frees the letters up to seq, or after seq; or all. */
void tail_drop_until(struct tail *t, int64_t seq);
void tail_drop_after(struct tail *t, int64_t seq);
void tail_clear(struct tail *t);

#endif
