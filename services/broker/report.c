/* SPDX-License-Identifier: EUPL-1.2 */
/* What the broker says of itself over HTTP: alive, ready, and its counters in Prometheus' text
 * format. Owns nothing, changes nothing. Never names anything but nodes. */
#include <inttypes.h>
#include <string.h>

#include "broker/broker.h"

/* One row per counter: where it stands in struct broker. */
static const struct metric {
	const char *name, *help;
	size_t offset;
} metrics[] = {
	{ "messages", "Messages handed on.", offsetof(struct broker, relay.messages) },
	{ "bytes", "Payload bytes handed on.", offsetof(struct broker, relay.bytes) },
	{ "accepted", "Connections accepted.", offsetof(struct broker, zap.accepted) },
	{ "refused", "Connections refused: key not in the registry.", offsetof(struct broker, zap.refused) },
	{ "cut_off", "Messages dropped: key no longer in the registry.", offsetof(struct broker, relay.cut_off) },
	{ "malformed", "Messages dropped: unreadable or too large.", offsetof(struct broker, relay.malformed) },
	{ "unreachable", "Messages not handed on: destination gone or full.", offsetof(struct broker, relay.unreachable) },
	{ "strangers", "Connections that ended before a node spoke over them: no CURVE, garbage, a refused key.",
	  offsetof(struct broker, relay.monitor.strangers) },
	{ "ended", "Connections of nodes that ended: closed, or a message over the limit (ZeroMQ does not tell).",
	  offsetof(struct broker, relay.monitor.ended) },
	{ "superseded", "Messages dropped: the node has a newer connection.", offsetof(struct broker, relay.superseded) },
};

static struct http_reply healthz(struct arena *a, const struct broker *b)
{
	(void)a;
	(void)b;
	return (struct http_reply){ .status = 200, .content_type = "text/plain", .body = "ok\n", .body_len = 3 };
}

static struct http_reply readyz(struct arena *a, const struct broker *b)
{
	struct buffer out = buffer_in(a);
	/* Ready all the same with a refused registry: the one before it is in force, and a broker taken away for it
	 * would make of one partner's typing error an outage of all. */
	buffer_printf(&out, "ready: registry %ld%s\n", agreement_registry(b->agreement)->serial,
	              b->refused ? ", the newest file is refused (see the log)" : "");
	return (struct http_reply){ .status = 200, .content_type = "text/plain", .body = out.data, .body_len = out.len };
}

static struct http_reply metrics_text(struct arena *a, const struct broker *b)
{
	struct buffer out = buffer_in(a);
	for (size_t i = 0; i < countof(metrics); i++) {
		const struct metric *m = &metrics[i];
		uint64_t value;
		memcpy(&value, (const char *)b + m->offset, sizeof value);
		buffer_printf(&out, "# HELP udvej_broker_%s_total %s\n# TYPE udvej_broker_%s_total counter\n", m->name, m->help,
		              m->name);
		buffer_printf(&out, "udvej_broker_%s_total %" PRIu64 "\n", m->name, value);
	}
	buffer_puts(&out, "# HELP udvej_broker_registry_serial Serial of the registry in force.\n"
	                  "# TYPE udvej_broker_registry_serial gauge\n");
	buffer_printf(&out, "udvej_broker_registry_serial %ld\n", agreement_registry(b->agreement)->serial);
	buffer_puts(&out, "# HELP udvej_broker_registry_refused Whether a newer registry file is refused.\n"
	                  "# TYPE udvej_broker_registry_refused gauge\n");
	buffer_printf(&out, "udvej_broker_registry_refused %d\n", b->refused);
	buffer_puts(&out, "# HELP udvej_broker_connected_nodes Nodes that are connected.\n"
	                  "# TYPE udvej_broker_connected_nodes gauge\n");
	buffer_printf(&out, "udvej_broker_connected_nodes %zu\n", route_count(&b->relay.routes));
	return (struct http_reply){
		.status = 200, .content_type = "text/plain; version=0.0.4", .body = out.data, .body_len = out.len
	};
}

static const struct page {
	const char *path;
	struct http_reply (*make)(struct arena *a, const struct broker *b);
} pages[] = {
	{ "/healthz", healthz },
	{ "/readyz", readyz },
	{ "/metrics", metrics_text },
};

void report_on_request(void *owner, struct http_request *rq)
{
	struct refusal why = { 0 };
	refuse(&why, ERR_NOT_FOUND, "", "the broker has /healthz, /readyz and /metrics");
	struct http_reply reply = http_problem(rq->arena, &why, rq->path);
	for (size_t i = 0; i < countof(pages); i++) {
		if (strcmp(rq->path, pages[i].path) != 0)
			continue;
		if (rq->method == HTTP_GET) {
			reply = pages[i].make(rq->arena, owner);
		} else {
			refuse(&why, ERR_METHOD, "", "only GET is answered here");
			reply = http_problem(rq->arena, &why, rq->path);
			reply.allow = "GET, HEAD";
		}
	}
	http_answer(rq, &reply);
}

void report_on_gone(void *owner, struct http_request *rq)
{
	(void)owner;
	(void)rq;
}
