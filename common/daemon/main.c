/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a daemon: settings, keys, registry, database, bus, HTTP, then one loop over all of them
 * until SIGTERM or SIGINT. Owns process-life memory. What cannot start says in one line what to do. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/internal.h"
#include "delivery/retell.h"
#include "serving/authority.h"
#include "serving/description.h"
#include "sql_daemon.h"

#define DESCRIPTION_MEMORY ((size_t)16 * 1024 * 1024)
#define HOLD_MS 3000 /* the others have this long to say that they know more than this database */

static const struct setting common_settings[] = {
	{ "node", NULL, "name of this node in the registry" },
	{ "registry", NULL, "file of the partners' nodes, keys and brokers; beside it FILE.sig with their signatures" },
	{ "partners", NULL, "file of the partners' public keys: all of them must have signed the registry" },
	{ "keys", NULL, "file of this node's secret keys, mode 0600 (`udvej keys` makes it)" },
	{ "keys_before", "", "while this node's keys are changed: the file of those it had before" },
	{ "database", NULL, "libpq connection string of this daemon's own database, with a role that owns nothing" },
	{ "database_owner", NULL, "the same as the role that owns it; used at start only, to make tables and give rights" },
	{ "http_host", "127.0.0.1", "address to listen on" },
	{ "http_port", NULL, "port to listen on" },
	{ "share", NULL, "directory of programmes and instruments" },
	{ "clock_offset_days", "0", "moves the domain clock forward, for demonstrations" },
};

enum err daemon_settings(struct arena *a, const char *path, struct settings **ret, const char **why)
{
	return settings_load(a, path, common_settings, countof(common_settings), NULL, 0, ret, why);
}

/* What nobody changes once it is written, this daemon neither. */
static const char *const append_only[] = { "audit_log" };

static enum err open_database(struct daemon *d, const char **why)
{
	const char *conninfo = settings_get(d->settings, "database");
	const struct migrations *const migrations[] = { &migrations_daemon, d->service->migrations };
	const struct db_owner owner = { .conninfo = settings_get(d->settings, "database_owner"),
		                            .migrations = migrations,
		                            .n_migrations = countof(migrations),
		                            .append_only = append_only,
		                            .n_append_only = countof(append_only) };
	TRY(db_open(d->arena, conninfo, &d->writer, why));
	if (!db_fence(d->writer, d->node)) {
		*why = "another instance of this node is running on this database: stop it first";
		return ERR_CONFIG;
	}
	TRY(db_grant(d->arena, d->writer, &owner, why));
	TRY(db_prepare(d->arena, d->writer, &sql_set_daemon, why));
	TRY(db_prepare(d->arena, d->writer, d->service->statements, why));
	TRY(db_open(d->arena, conninfo, &d->reader, why));
	TRY(db_prepare(d->arena, d->reader, &sql_set_daemon, why));
	return db_prepare(d->arena, d->reader, d->service->statements, why);
}

void daemon_on_frame(void *owner, const char *from, const Frame *f)
{
	struct daemon *d = owner;
	if (f->greeting)
		inbox_on_greeting(d->inbox, from, f->greeting);
	if (f->batch)
		inbox_on_batch(d->inbox, from, f->batch);
	if (f->ack)
		outbox_on_ack(d->outbox, from, f->ack);
	if (f->ask)
		snapshot_on_ask(d, from, f->ask);
	if (f->page)
		recovery_on_page(d, from, f->page);
}

static void on_up(void *owner, const char *node)
{
	outbox_on_up(((struct daemon *)owner)->outbox, node);
}

static void on_node_gone(void *owner, const char *node)
{
	outbox_on_gone(((struct daemon *)owner)->outbox, node);
}

static void on_registry(void *owner, ProtobufCBinaryData registry, ProtobufCBinaryData signatures)
{
	membership_offered(owner, registry, signatures);
}

static void on_refused(void *owner, const char *from, const char *why)
{
	refused_frame(owner, from, why);
}

static enum err load_state(struct daemon *d, const char **why)
{
	static const struct link_events events = {
		.frame = daemon_on_frame, .up = on_up, .gone = on_node_gone, .registry = on_registry, .refused = on_refused
	};
	*why = "the delivery tables cannot be read";
	TRY(outbox_load(d, &d->outbox));
	TRY(inbox_load(d, &d->inbox));
	TRY(parked_load(d, &d->parked));
	TRY(retell_new(d, &d->retell));
	d->batch = batch_new(d);
	if (!d->batch)
		return ERR_MEMORY;
	TRY(d->service->start(d, &d->app, why));
	TRY(link_open(d->registry, &d->key_ring, &events, d, &d->link, why));
	d->membership_changed = true; /* so that the link has its bytes to pass on */
	parked_release_all(d->parked);
	d->hold_until_ms = outbox_knows_others(d->outbox) ? clock_monotonic_ms() + HOLD_MS : 0;
	return recovery_look(d);
}

static enum err load_keys(struct daemon *d, const char **why)
{
	static const char *const names[KEY_SETS] = { "keys", "keys_before" };
	for (size_t i = 0; i < KEY_SETS; i++) {
		const char *path = settings_get(d->settings, names[i]);
		if (*path)
			TRY(secret_keys_load(d->arena, path, d->node, &d->key_ring.sets[d->key_ring.n++], why));
	}
	return OK;
}

static enum err open_all(struct daemon *d, const char *conf, const char **why)
{
	const struct service *s = d->service;
	TRY(settings_load(d->arena, conf, common_settings, countof(common_settings), s->settings, s->n_settings,
	                  &d->settings, why));
	d->node = settings_get(d->settings, "node");
	d->clock_offset_days = atoll(settings_get(d->settings, "clock_offset_days"));
	log_name(d->node);
	d->description = arena_strdup(d->arena, description_print(d->scratch, s, &health_resource));
	TRY(load_keys(d, why));
	TRY(authority_check_routes(d->arena, s, why));
	TRY(membership_open(d, why));
	TRY(open_database(d, why));
	TRY(load_state(d, why));
	long port = atol(settings_get(d->settings, "http_port"));
	if (port < 1 || port > 65535) {
		*why = "setting `http_port` must be from 1 to 65535";
		return ERR_CONFIG;
	}
	return api_open(d, settings_get(d->settings, "http_host"), (uint16_t)port, &d->api, why);
}

static int soonest(int a, int b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

/* SIGHUP: an operator has changed what is parked or dead, or wants something told again. Any other: stop. */
static void take_signal(struct daemon *d, int signals)
{
	struct signalfd_siginfo info;
	if (read(signals, &info, sizeof info) != sizeof info)
		return;
	d->stopping = info.ssi_signo != SIGHUP;
	d->look_again = !d->stopping;
	retell_look(d->retell);
}

/* Between two batches, so that nothing is staged that the database does not tell. */
static void look_again(struct daemon *d)
{
	if (parked_reload(d->parked) != OK || recovery_look(d) != OK)
		return; /* the next turn */
	d->look_again = false;
	parked_release_all(d->parked);
	log_info("looks again at what is parked");
}

/* Begins to write once it is clear that this database was not set back, as far as that can be told now. */
static void end_hold(struct daemon *d, int64_t now_ms)
{
	if (d->hold_until_ms && (now_ms >= d->hold_until_ms || outbox_all_heard(d->outbox)))
		d->hold_until_ms = 0;
}

static void loop(struct daemon *d, int signals)
{
	zmq_pollitem_t items[LINK_MAX_SOCKETS + 3], *http = items, *db = items + 1, *signal = items + 2;
	int timeout = 0;
	while (!d->stopping) {
		bool committing = batch_is_committing(d->batch);
		size_t n_links = link_n_sockets(d->link);
		link_poll_items(d->link, items + 3); /* each time: a dead socket may have been reopened */
		*http = (zmq_pollitem_t){ .fd = http_socket(d->http), .events = ZMQ_POLLIN };
		*db = (zmq_pollitem_t){ .fd = committing ? db_socket(d->writer) : -1, .events = ZMQ_POLLIN };
		*signal = (zmq_pollitem_t){ .fd = signals, .events = ZMQ_POLLIN };
		if (committing && db_wants_write(d->writer))
			db->events |= ZMQ_POLLOUT;
		if (zmq_poll(items, (int)n_links + 3, timeout) < 0 && errno != EINTR)
			break;
		arena_reset(d->scratch);
		int64_t now = clock_monotonic_ms();
		timeout = link_turn(d->link, now);
		membership_turn(d, now);
		durability_turn(d, now);
		end_hold(d, now);
		http_turn(d->http);
		batch_turn(d->batch);
		http_turn(d->http);   /* answers given by the batch, and requests that came meanwhile */
		batch_turn(d->batch); /* else a lone request would wait for the poll's time-out */
		if (batch_is_idle(d->batch) && !batch_is_stale(d->batch)) {
			if (d->look_again)
				look_again(d);
			parked_turn(d->parked);
		}
		if (recovery_turn(d, now)) /* there is more to do, of which no descriptor will tell */
			timeout = 0;
		retell_turn(d->retell, now); /* last: those before it look only when the writer is idle */
		timeout = soonest(timeout, outbox_pump(d->outbox, now));
		timeout = soonest(timeout, batch_begins_ms(d->batch));
		timeout = soonest(timeout, soonest(http_timeout_ms(d->http), api_turn(d->api, now)));
		timeout = soonest(timeout, 1000);
		if (signal->revents & ZMQ_POLLIN)
			take_signal(d, signals);
	}
}

static void close_all(struct daemon *d)
{
	api_close(d->api);
	link_close(d->link);
	batch_free(d->batch);
	retell_free(d->retell);
	parked_free(d->parked);
	outbox_free(d->outbox);
	recovery_free(d->recovery);
	db_close(d->reader);
	db_close(d->writer);
	agreement_close(d->agreement);
}

/* The description of the API, for those who read it without a running node. */
static int describe(const struct service *service)
{
	struct arena *a = arena_new(DESCRIPTION_MEMORY);
	bool said = a && puts(description_print(a, service, &health_resource)) != EOF && fflush(stdout) == 0;
	arena_free(a);
	return said ? 0 : 1;
}

int daemon_main(int argc, char **argv, const struct service *service)
{
	struct daemon d = { .service = service };
	const char *why = "";
	sigset_t set;
	log_name(service->name);
	if (argc != 2) {
		log_error("usage: udvej-%s SETTINGS-FILE, or --describe", service->name);
		return 2;
	}
	if (strcmp(argv[1], "--describe") == 0)
		return describe(service);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL); /* before ZeroMQ makes its thread */
	signal(SIGPIPE, SIG_IGN);
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	d.arena = arena_new((size_t)256 * 1024 * 1024);
	d.scratch = arena_new(MESSAGE_ARENA_LIMIT);
	randombytes_set_implementation(&randombytes_internal_implementation); /* seeded by the system, no call of it each */
	if (signals < 0 || !d.arena || !d.scratch || sodium_init() < 0) {
		log_error("out of memory or descriptors");
		return 1;
	}
	enum err e = open_all(&d, argv[1], &why);
	if (e == OK) {
		log_info("ready on port %s", settings_get(d.settings, "http_port"));
		loop(&d, signals);
		batch_settle(d.batch);
		log_info("stopped");
	} else
		log_error("cannot start: %s (%s)", why, err_slug(e));
	close_all(&d);
	arena_free(d.scratch);
	arena_free(d.arena);
	close(signals);
	return e == OK && !d.failed ? 0 : 1;
}

struct arena *daemon_arena(struct daemon *d)
{
	return d->arena;
}

struct db *daemon_db(struct daemon *d)
{
	return d->reader;
}

const char *daemon_setting(struct daemon *d, const char *key)
{
	return settings_get(d->settings, key);
}

const struct registry *daemon_registry(struct daemon *d)
{
	return d->registry;
}

const struct secret_keys *daemon_keys(struct daemon *d)
{
	return &d->keys;
}

const char *daemon_node(struct daemon *d)
{
	return d->node;
}
