/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of counters. Says nothing about persons. */
#include "engine/metric.h"

#include "engine/engine.h"

const struct metric_row metric_rows[METRIC_COUNT] = {
	[METRIC_TRANSACTIONS] = { "udvej_batches_total", "Transactions committed." },
	[METRIC_TRANSACTIONS_FAILED] = { "udvej_batches_failed_total",
	                                 "Transactions rolled back and run again one by one." },
	[METRIC_MESSAGES_APPLIED] = { "udvej_messages_applied_total", "Messages applied." },
	[METRIC_MESSAGES_EMITTED] = { "udvej_messages_emitted_total", "Messages written to an outgoing stream." },
	[METRIC_MESSAGES_PARKED] = { "udvej_messages_parked_total", "Messages that had to wait for their entity." },
	[METRIC_MESSAGES_DEAD] = { "udvej_messages_dead_total", "Messages put into the dead-letter table." },
	[METRIC_FRAMES_REFUSED] = { "udvej_frames_refused_total", "Frames from other nodes that were refused." },
	[METRIC_FRAMES_REPEATED] = { "udvej_frames_repeated_total",
	                             "Frames from other nodes of which all was here already: sent again, or replayed." },
	[METRIC_REQUESTS] = { "udvej_requests_total", "HTTP requests answered." },
	[METRIC_REQUESTS_REFUSED] = { "udvej_requests_refused_total", "HTTP requests refused." },
};

void metric_add(struct engine *e, enum metric m, uint64_t n)
{
	e->metrics[m] += n;
}
