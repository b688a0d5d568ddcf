/* SPDX-License-Identifier: EUPL-1.2 */
/* What every daemon answers about itself: alive, ready, counters, and its API description. Says
 * nothing about persons. */
#include <stdlib.h>
#include <string.h>

#include "serving/internal.h"
#include "sql_serving.h"

static enum err answer_healthz(struct tx *tx, const struct request *rq, struct reply *reply)
{
	(void)tx;
	(void)rq;
	reply->text = "ok\n";
	reply->content_type = "text/plain; charset=utf-8";
	return OK;
}

/* What the rooms tell of themselves. */
static const char *say_ready(struct tx *tx)
{
	const struct engine *e = tx->engine;
	struct buffer out = buffer_in(tx->arena);
	for (size_t i = 0; i < e->n_reporters; i++)
		if (e->reporters[i].say)
			e->reporters[i].say(e->reporters[i].owner, &out);
	return out.data;
}

/* Ready: the database answers, is what it was, and a broker answers too. Without a broker, or with a stream that stands
 * still, a node still serves its own people, so it says so but stays ready. */
static enum err answer_readyz(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct engine *e = tx->engine;
	struct db_rows rows;
	(void)rq;
	reply->content_type = "text/plain; charset=utf-8";
	if (writer_is_stale(e->writer) || db_is_lost(e->writing) ||
	    db_rows(tx->db, tx->arena, sql_health_answers, &rows, NULL) != OK) {
		reply->status = 503;
		reply->text = "not ready: the database does not answer\n";
		return OK;
	}
	if (e->read_only) {
		reply->status = 503;
		reply->text = arena_printf(tx->arena, "not ready: %s\n", e->read_only);
		return OK;
	}
	if (e->hold_until_ms) {
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

/* What a room counts and knows. False: the database does not answer. */
static bool report(struct tx *tx, const struct reporter *r, struct buffer *out)
{
	struct db_rows rows = { .n = 0 };
	bool answers = !r->counted || db_rows(tx->db, tx->arena, r->counted, &rows, NULL) == OK;
	for (size_t i = 0; rows.n && i < rows.n_columns; i++)
		gauge(out, rows.names[i], r->counted_help[i], atoll(rows.cells[i]));
	for (size_t i = 0; i < r->n_gauges; i++)
		gauge(out, r->gauges[i].name, r->gauges[i].help, r->gauges[i].value(r->owner));
	return answers;
}

static enum err answer_metrics(struct tx *tx, const struct request *rq, struct reply *reply)
{
	const struct engine *e = tx->engine;
	struct buffer out = buffer_in(tx->arena);
	bool answers = true;
	(void)rq;
	for (size_t i = 0; i < countof(metric_rows); i++)
		buffer_printf(&out, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", metric_rows[i].name, metric_rows[i].help,
		              metric_rows[i].name, metric_rows[i].name, (unsigned long long)e->metrics[i]);
	for (size_t i = 0; i < e->n_reporters; i++)
		answers &= report(tx, &e->reporters[i], &out);
	gauge(&out, "database_up", "Whether the database answers; without it the numbers of its tables are left out.",
	      answers);
	gauge(&out, "restored", "Whether this database was set back and may only be read.", e->read_only != NULL);
	reply->text = out.data;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return OK;
}

static enum err answer_openapi(struct tx *tx, const struct request *rq, struct reply *reply)
{
	(void)rq;
	reply->text = ((const struct api *)tx->engine->serving)->served.description;
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
