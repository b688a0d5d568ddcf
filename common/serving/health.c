/* SPDX-License-Identifier: EUPL-1.2 */
/* What every daemon answers about itself: alive, ready, counters, and its API description. Owns the
 * table of counters. Says nothing about persons. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/internal.h"
#include "sql_daemon.h"

static const struct {
	const char *name, *help;
} metric_rows[METRIC_COUNT] = {
	[METRIC_BATCHES] = { "udvej_batches_total", "Transactions committed." },
	[METRIC_BATCHES_FAILED] = { "udvej_batches_failed_total", "Transactions rolled back and run again one by one." },
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

void metric_add(struct daemon *d, enum metric m, uint64_t n)
{
	d->metrics[m] += n;
}

static enum err answer_healthz(struct tx *tx, const struct request *rq, struct reply *reply)
{
	(void)tx;
	(void)rq;
	reply->text = "ok\n";
	reply->content_type = "text/plain; charset=utf-8";
	return OK;
}

/* Known in this process only, so whoever looks from outside asks here. */
static const char *say_ready(struct tx *tx)
{
	struct buffer out = buffer_in(tx->arena);
	buffer_puts(&out, link_is_up(tx->daemon->link) ? "ready\n"
	                                               : "ready, but no broker answers: messages wait in the database\n");
	outbox_say_broken(tx->daemon->outbox, &out);
	inbox_say_refused(tx->daemon->inbox, &out);
	return out.data;
}

/* Ready: the database answers, is what it was, and a broker answers too. Without a broker, or with a stream that stands
 * still, a node still serves its own people, so it says so but stays ready. */
static enum err answer_readyz(struct tx *tx, const struct request *rq, struct reply *reply)
{
	struct db_rows rows;
	(void)rq;
	reply->content_type = "text/plain; charset=utf-8";
	if (batch_is_stale(tx->daemon->batch) || db_is_lost(tx->daemon->writer) ||
	    db_rows(tx->db, tx->arena, sql_life, &rows, NULL) != OK) {
		reply->status = 503;
		reply->text = "not ready: the database does not answer\n";
		return OK;
	}
	if (tx->daemon->restored) {
		reply->status = 503;
		reply->text = arena_printf(tx->arena, "not ready: %s\n", tx->daemon->restored);
		return OK;
	}
	if (tx->daemon->hold_until_ms) {
		reply->status = 503;
		reply->text = "not ready: asks the others first whether they know more than this database\n";
		return OK;
	}
	reply->text = say_ready(tx);
	return OK;
}

static void gauge(struct buffer *out, const char *name, const char *help, int64_t value)
{
	buffer_printf(out, "# HELP udvej_%s %s\n# TYPE udvej_%s gauge\nudvej_%s %lld\n", name, help, name, name,
	              (long long)value);
}

static enum err answer_metrics(struct tx *tx, const struct request *rq, struct reply *reply)
{
	static const char *const table_help[] = {
		/* in the order of the statement's columns */
		"Messages that are not yet known to be applied by their receiver.",
		"Messages that wait for what they speak of.",
		"Dead letters that wait for an operator.",
		"How long the oldest parked message has waited.",
	};
	const struct daemon *d = tx->daemon;
	struct buffer out = buffer_in(tx->arena);
	struct db_rows rows;
	(void)rq;
	for (size_t i = 0; i < countof(metric_rows); i++)
		buffer_printf(&out, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", metric_rows[i].name, metric_rows[i].help,
		              metric_rows[i].name, metric_rows[i].name, (unsigned long long)d->metrics[i]);
	bool answers = db_rows(tx->db, tx->arena, sql_delivery_counts, &rows, NULL) == OK;
	for (size_t i = 0; answers && i < rows.n_columns; i++)
		gauge(&out, rows.names[i], table_help[i], atoll(rows.cells[i]));
	gauge(&out, "database_up", "Whether the database answers; without it the numbers of its tables are left out.",
	      answers);
	gauge(&out, "link_up", "Whether a broker answers.", link_is_up(d->link));
	gauge(&out, "streams_broken", "Streams that stand still until an operator looks.",
	      outbox_broken(d->outbox) + d->refused_streams);
	gauge(&out, "restored", "Whether this database was set back and may only be read.", d->restored != NULL);
	gauge(&out, "recovering", "Whether a recovery is under way.", d->recovery != NULL);
	reply->text = out.data;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return OK;
}

static enum err answer_openapi(struct tx *tx, const struct request *rq, struct reply *reply)
{
	(void)rq;
	reply->text = tx->daemon->description;
	return OK;
}

static const struct route routes[] = {
	{ "GET", "/healthz", "Whether the process lives.", ROLE_ANYONE, .media = "text/plain", .answer = answer_healthz },
	{ "GET", "/readyz", "Whether it can do its work. Without a broker too: it then says that messages wait.",
	  ROLE_ANYONE, .media = "text/plain", .statuses = { 200, 503 }, .answer = answer_readyz },
	{ "GET", "/metrics", "Counters in the text format of Prometheus.", ROLE_ANYONE, .media = "text/plain",
	  .answer = answer_metrics },
	{ "GET", "/api/v1/openapi.json", "This description.", ROLE_ANYONE, .answer = answer_openapi },
};

const struct resource health_resource = { "About", "The node itself.", ROWS(routes) };
