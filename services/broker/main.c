/* SPDX-License-Identifier: EUPL-1.2 */
/* The broker daemon: settings, sockets, one loop until SIGTERM. Owns everything in struct broker.
 * Has no database, writes no file, keeps no message: it can be killed at any moment and started
 * again, and the nodes find each other anew. Must never do anything in the loop that waits. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "broker/broker.h"
#include "daemon/setting.h"

#define IDLE_MS 1000

static const struct setting settings_rows[] = {
	{ "node", NULL, "name of this broker in the registry" },
	{ "registry", NULL, "the registry file; beside it FILE.sig with the partners' signatures" },
	{ "partners", NULL, "file of the partners' public keys: all of them must have signed the registry" },
	{ "keys", NULL, "file with this broker's secret keys, made by `udvej keys`" },
	{ "bind", "", "endpoint to listen on where it is not that of the registry: tcp://ADDRESS:PORT" },
	{ "http_host", "127.0.0.1", "address for /healthz, /readyz and /metrics" },
	{ "http_port", "8070", "port for the same" },
};

static enum err open_signals(struct broker *b, const char **why)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		b->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (b->signals >= 0)
		return OK;
	*why = "signals cannot be received over a descriptor";
	return ERR_SYSTEM;
}

/* The row of this broker, whose key must be the one we hold. */
static enum err find_ourselves(struct broker *b, const char *node, const struct secret_keys *keys, const char **ret,
                               const char **why)
{
	const struct registry *r = agreement_registry(b->agreement);
	for (size_t i = 0; i < r->n_brokers; i++) {
		if (strcmp(r->brokers[i].name, node) != 0)
			continue;
		*ret = arena_strdup(b->arena, r->brokers[i].endpoint);
		if (strcmp(r->brokers[i].curve, keys->curve_public) == 0)
			return OK;
		*why = arena_printf(b->arena, "the registry has another key for broker %s than the file of keys", node);
		return ERR_CONFIG;
	}
	*why = arena_printf(b->arena, "the registry has no broker %s", node);
	return ERR_CONFIG;
}

static enum err open_sockets(struct broker *b, const struct settings *s, const struct secret_keys *keys,
                             const char **why)
{
	const char *endpoint = NULL;
	TRY(find_ourselves(b, settings_get(s, "node"), keys, &endpoint, why));
	if (*settings_get(s, "bind"))
		endpoint = settings_get(s, "bind");
	b->context = zmq_ctx_new();
	if (!b->context || !zmq_has("curve") || !zap_open(&b->zap, b->context)) {
		*why = "libzmq does not start, or was built without CURVE";
		return ERR_SYSTEM;
	}
	if (!relay_open(&b->relay, b->context, keys, b->agreement, endpoint, why)) {
		*why = arena_printf(b->arena, "%s: %s", endpoint, *why);
		return ERR_SYSTEM;
	}
	char *end;
	const char *text = settings_get(s, "http_port");
	long port = strtol(text, &end, 10);
	if (*end || end == text || port < 0 || port > 65535) {
		*why = "setting `http_port` must be a port";
		return ERR_CONFIG;
	}
	TRY(http_open(b->arena, settings_get(s, "http_host"), (uint16_t)port, report_on_request, report_on_gone, b,
	              &b->http, why));
	log_info("broker %s (%s) listens on %s", settings_get(s, "node"), b->relay.instance, endpoint);
	return OK;
}

static enum err start(struct broker *b, const char *path, const char **why)
{
	struct settings *s;
	struct secret_keys keys;
	TRY(settings_load(b->arena, path, settings_rows, countof(settings_rows), NULL, 0, &s, why));
	log_name(settings_get(s, "node"));
	TRY(open_signals(b, why));
	TRY(keys_load(b->arena, settings_get(s, "keys"), settings_get(s, "node"), &keys, why));
	enum err e = agreement_open(settings_get(s, "registry"), settings_get(s, "partners"), &b->agreement, why);
	if (e == OK)
		e = open_sockets(b, s, &keys, why);
	sodium_memzero(&keys, sizeof keys);
	return e;
}

/* The files may have been replaced by an operator. */
static void refresh(struct broker *b)
{
	const char *why = "";
	enum agreement_news news = agreement_refresh(b->agreement, &why);
	if (news == AGREEMENT_REFUSED)
		log_error("the changed registry is not used: %s", why);
	if (news == AGREEMENT_NEW)
		log_info("registry with serial %ld in force: %zu nodes", agreement_registry(b->agreement)->serial,
		         agreement_registry(b->agreement)->n_nodes);
	if (news != AGREEMENT_SAME)
		b->refused = news == AGREEMENT_REFUSED;
}

static void run(struct broker *b)
{
	enum { ROUTER, MONITOR, ZAP, HTTP, SIGNALS, N_ITEMS };
	zmq_pollitem_t items[N_ITEMS] = {
		[ROUTER] = { .socket = b->relay.router, .events = ZMQ_POLLIN },
		[MONITOR] = { .socket = b->relay.monitor.socket, .events = ZMQ_POLLIN },
		[ZAP] = { .socket = b->zap.socket, .events = ZMQ_POLLIN },
		[HTTP] = { .fd = http_socket(b->http), .events = ZMQ_POLLIN },
		[SIGNALS] = { .fd = b->signals, .events = ZMQ_POLLIN },
	};
	while (!items[SIGNALS].revents) {
		int http_ms = http_timeout_ms(b->http);
		zmq_poll(items, N_ITEMS, http_ms >= 0 && http_ms < IDLE_MS ? http_ms : IDLE_MS);
		int64_t now = clock_monotonic_ms();
		const struct registry *before = agreement_registry(b->agreement);
		refresh(b);
		zap_turn(&b->zap, agreement_registry(b->agreement), now);
		relay_turn(&b->relay, now);
		if (agreement_registry(b->agreement) != before)
			relay_registry_changed(&b->relay);
		agreement_forget_earlier(b->agreement); /* nothing here points into a registry beyond a turn */
		http_turn(b->http);
	}
	log_info("stops: asked to");
}

static void stop(struct broker *b)
{
	if (b->http)
		http_close(b->http);
	relay_close(&b->relay);
	zap_close(&b->zap);
	if (b->context)
		zmq_ctx_term(b->context);
	agreement_close(b->agreement);
	if (b->signals >= 0)
		close(b->signals);
	arena_free(b->arena);
}

int main(int argc, char **argv)
{
	log_name("broker");
	if (argc != 2) {
		fprintf(stderr, "usage: udvej-broker FILE\n\nThe file has lines `key = value`:\n");
		for (size_t i = 0; i < countof(settings_rows); i++)
			fprintf(stderr, "  %-10s %s%s%s\n", settings_rows[i].key, settings_rows[i].doc,
			        settings_rows[i].fallback && *settings_rows[i].fallback ? "; else " : "",
			        settings_rows[i].fallback ? settings_rows[i].fallback : " (needed)");
		return 2;
	}
	struct broker b = { .signals = -1, .arena = arena_new((size_t)16 * 1024 * 1024) };
	const char *why = "libsodium does not start";
	enum err e = sodium_init() >= 0 ? start(&b, argv[1], &why) : ERR_SYSTEM;
	if (e == OK)
		run(&b);
	else
		log_error("does not start: %s: %s", err_slug(e), why);
	stop(&b);
	return e == OK ? 0 : 1;
}
