/* SPDX-License-Identifier: EUPL-1.2 */
/* What a process counts, and what each room tells of itself at /metrics and /readyz. */
#ifndef UDVEJ_ENGINE_METRIC_H
#define UDVEJ_ENGINE_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "db/db.h"

struct engine;

enum metric {
	METRIC_TRANSACTIONS,
	METRIC_TRANSACTIONS_FAILED,
	METRIC_MESSAGES_APPLIED,
	METRIC_MESSAGES_EMITTED,
	METRIC_MESSAGES_PARKED,
	METRIC_MESSAGES_DEAD,
	METRIC_FRAMES_REFUSED,
	METRIC_FRAMES_REPEATED,
	METRIC_REQUESTS,
	METRIC_REQUESTS_REFUSED,
	METRIC_COUNT
};

/* One row for each: its name in the text format of Prometheus, and what it counts. */
struct metric_row {
	const char *name, *help;
};
extern const struct metric_row metric_rows[METRIC_COUNT];

void metric_add(struct engine *e, enum metric m, uint64_t n);

/* A value that goes up and down. */
struct gauge {
	const char *name, *help;
	int64_t (*value)(void *owner);
};

/* What a room tells of itself. */
struct reporter {
	void *owner;
	const struct gauge *gauges;
	size_t n_gauges;
	const struct sql *counted;       /* finds one row: each column is a gauge of this name. NULL: none */
	const char *const *counted_help; /* of each column, in their order */
	/* Known in this process only, so whoever looks from outside asks at /readyz: lines of it. May be NULL. */
	void (*say)(void *owner, struct buffer *out);
};

#endif
