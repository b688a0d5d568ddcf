/* SPDX-License-Identifier: EUPL-1.2 */
/* How often a line may be logged that others can provoke: once a second for each reason, or a few. */
#ifndef UDVEJ_BASE_SELDOM_H
#define UDVEJ_BASE_SELDOM_H

#include <stdbool.h>
#include <stdint.h>

#define SELDOM_REASONS 24

struct seldom {
	struct {
		const char *why; /* a literal; NULL: free */
		int64_t logged_ms;
		uint64_t unlogged;
	} of[SELDOM_REASONS];
};

/* Whether a line for this reason, a literal, may be logged now; *ret: how many were not since the last one. Reasons
 * beyond SELDOM_REASONS share a row. *ret is untouched when it may not. */
bool seldom_may(struct seldom *s, const char *why, int64_t now_ms, uint64_t *ret);

/* For lines of which each says something of its own, so that none can speak for the others: as many at once, and then
 * one a second. Zeroed it is ready. */
struct few {
	unsigned said;
	int64_t since_ms; /* up to when what was said is counted off */
};

/* Whether one more line may be logged now. */
bool seldom_few_may(struct few *f, unsigned at_once, int64_t now_ms);

#endif
