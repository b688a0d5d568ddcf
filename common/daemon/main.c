/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a daemon: settings, keys, registry, database, bus, HTTP, then one loop over all of them
 * until SIGTERM or SIGINT. Puts the rooms together and owns process-life memory. What cannot start says in one line
 * what to do. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/internal.h"
#include "serving/audit.h"
#include "serving/authority.h"
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

/* A connection with all statements prepared. */
static enum err prepare(struct daemon *d, struct db *db, const char **why)
{
	const struct sql_set *const sets[] = { &sql_set_delivery, &sql_set_recovery, &sql_set_serving,
		                                   d->service->statements };
	for (size_t i = 0; i < countof(sets); i++)
		TRY(db_prepare(d->engine.arena, db, sets[i], why));
	return OK;
}

static enum err open_database(struct daemon *d, const char **why)
{
	struct engine *e = &d->engine;
	const char *conninfo = settings_get(d->settings, "database");
	const struct migrations *const migrations[] = { &migrations_daemon, d->service->migrations };
	const struct db_owner owner = { .conninfo = settings_get(d->settings, "database_owner"),
		                            .migrations = migrations,
		                            .n_migrations = countof(migrations),
		                            .append_only = append_only,
		                            .n_append_only = countof(append_only) };
	TRY(db_open(e->arena, conninfo, &e->writing, why));
	if (!db_fence(e->writing, e->membership.node)) {
		*why = "another instance of this node is running on this database: stop it first";
		return ERR_CONFIG;
	}
	TRY(db_grant(e->arena, e->writing, &owner, why));
	TRY(prepare(d, e->writing, why));
	TRY(db_open(e->arena, conninfo, &e->reading, why));
	return prepare(d, e->reading, why);
}

/* --- from nothing to a daemon that serves --- */

/* What each room has a part in, and what it tells of itself. */
static void join_rooms(struct daemon *d)
{
	struct engine *e = &d->engine;
	delivery_participants(&d->delivery, d->participants);
	d->participants[DELIVERY_PARTICIPANTS] = api_participant(e);
	d->participants[DELIVERY_PARTICIPANTS + 1] = audit_participant(e->audit);
	e->participants = d->participants;
	e->n_participants = countof(d->participants);
	d->reporters[0] = delivery_reporter(&d->delivery);
	d->reporters[1] = recovery_reporter(&d->recovery);
	e->reporters = d->reporters;
	e->n_reporters = countof(d->reporters);
}

static enum err load_state(struct daemon *d, const char **why)
{
	const struct service *s = d->service;
	struct engine *e = &d->engine;
	*why = "the delivery tables cannot be read";
	d->delivery.engine = e;
	d->delivery.rows = service_messages(e->arena, s, &d->delivery.n_rows);
	TRY(delivery_open(&d->delivery));
	TRY(audit_open(e, &e->audit));
	size_t n_facts;
	const struct fact_row *facts = service_facts(e->arena, s, &n_facts);
	d->retell = retell_new(&d->delivery, facts, n_facts);
	d->recovery = (struct recovery_room){
		.engine = e,
		.delivery = &d->delivery,
		.snapshots = s->snapshots,
		.n_snapshots = s->n_snapshots,
		.recovers = s->recovers,
		.n_recovers = s->n_recovers,
		.recovered = s->recovered,
	};
	join_rooms(d);
	e->writer = writer_new(e);
	TRY(s->start(d, &e->app, why));
	TRY(link_open(e->membership.registry, &e->membership.key_ring, &daemon_link_events, d, &d->delivery.link, why));
	e->membership.changed = true; /* so that the link has its bytes to pass on */
	release_all(d->delivery.parked);
	e->hold_until_ms = outbox_knows_others(d->delivery.outbox) ? clock_monotonic_ms() + HOLD_MS : 0;
	return recovery_look(&d->recovery);
}

static enum err load_keys(struct daemon *d, const char **why)
{
	static const char *const names[KEY_SETS] = { "keys", "keys_before" };
	struct membership *m = &d->engine.membership;
	for (size_t i = 0; i < KEY_SETS; i++) {
		const char *path = settings_get(d->settings, names[i]);
		if (*path)
			TRY(keys_load(d->engine.arena, path, m->node, &m->key_ring.sets[m->key_ring.n++], why));
	}
	return OK;
}

static enum err open_api(struct daemon *d, const char **why)
{
	long port = atol(settings_get(d->settings, "http_port"));
	if (port < 1 || port > 65535) {
		*why = "setting `http_port` must be from 1 to 65535";
		return ERR_CONFIG;
	}
	return api_open(&d->engine, &d->served, settings_get(d->settings, "http_host"), (uint16_t)port, &d->api, why);
}

static enum err open_all(struct daemon *d, const char *conf, const char **why)
{
	const struct service *s = d->service;
	struct engine *e = &d->engine;
	TRY(settings_load(e->arena, conf, common_settings, countof(common_settings), s->settings, s->n_settings,
	                  &d->settings, why));
	e->membership.node = settings_get(d->settings, "node");
	e->clock.offset_days = atoll(settings_get(d->settings, "clock_offset_days"));
	log_name(e->membership.node);
	d->served = service_served(e->arena, s);
	TRY(authority_check_routes(e->arena, &d->served, why));
	TRY(load_keys(d, why));
	TRY(membership_open(&e->membership, e->arena, settings_get(d->settings, "registry"),
	                    settings_get(d->settings, "partners"), why));
	TRY(open_database(d, why));
	TRY(load_state(d, why));
	return open_api(d, why);
}

/* --- the loop --- */

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
	d->engine.stopping = info.ssi_signo != SIGHUP;
	d->look_again = !d->engine.stopping;
	retell_look(d->retell);
}

/* Between two transactions, so that nothing is staged that the database does not tell. */
static void look_again(struct daemon *d)
{
	if (parked_reload(d->delivery.parked) != OK || recovery_look(&d->recovery) != OK)
		return; /* the next turn */
	d->look_again = false;
	release_all(d->delivery.parked);
	log_info("looks again at what is parked");
}

/* Begins to write once it is clear that this database was not set back, as far as that can be told now. */
static void end_hold(struct daemon *d, int64_t now_ms)
{
	struct engine *e = &d->engine;
	if (e->hold_until_ms && (now_ms >= e->hold_until_ms || outbox_all_heard(d->delivery.outbox)))
		e->hold_until_ms = 0;
}

/* One turn of everything. In how many milliseconds at the latest the next one is wanted. */
static int turn(struct daemon *d)
{
	struct engine *e = &d->engine;
	struct writer *w = e->writer;
	struct http_server *http = api_server(d->api);
	arena_reset(e->scratch);
	int64_t now = clock_monotonic_ms();
	int timeout = link_turn(d->delivery.link, now);
	daemon_membership_turn(d, now);
	durability_turn(e, now);
	end_hold(d, now);
	http_turn(http);
	writer_turn(w);
	http_turn(http); /* answers given by the transaction, and requests that came meanwhile */
	writer_turn(w);  /* else a lone request would wait for the poll's time-out */
	if (writer_is_idle(w) && !writer_is_stale(w)) {
		if (d->look_again)
			look_again(d);
		release_turn(d->delivery.parked);
	}
	if (recovery_turn(&d->recovery, now)) /* there is more to do, of which no descriptor will tell */
		timeout = 0;
	retell_turn(d->retell, now); /* last: those before it look only when the writer is idle */
	timeout = soonest(timeout, conversation_pump(d->delivery.outbox, now));
	timeout = soonest(timeout, writer_begins_ms(w));
	timeout = soonest(timeout, soonest(http_timeout_ms(http), api_turn(d->api, now)));
	return soonest(timeout, 1000);
}

static void loop(struct daemon *d, int signals)
{
	zmq_pollitem_t items[LINK_MAX_SOCKETS + 3], *http = items, *db = items + 1, *signal = items + 2;
	struct engine *e = &d->engine;
	int timeout = 0;
	while (!e->stopping) {
		bool committing = writer_is_committing(e->writer);
		size_t n_links = link_n_sockets(d->delivery.link);
		link_poll_items(d->delivery.link, items + 3); /* each time: a dead socket may have been reopened */
		*http = (zmq_pollitem_t){ .fd = http_socket(api_server(d->api)), .events = ZMQ_POLLIN };
		*db = (zmq_pollitem_t){ .fd = committing ? db_socket(e->writing) : -1, .events = ZMQ_POLLIN };
		*signal = (zmq_pollitem_t){ .fd = signals, .events = ZMQ_POLLIN };
		if (committing && db_wants_write(e->writing))
			db->events |= ZMQ_POLLOUT;
		if (zmq_poll(items, (int)n_links + 3, timeout) < 0 && errno != EINTR)
			break;
		timeout = turn(d);
		if (signal->revents & ZMQ_POLLIN)
			take_signal(d, signals);
	}
}

static void close_all(struct daemon *d)
{
	struct engine *e = &d->engine;
	api_close(d->api);
	link_close(d->delivery.link);
	writer_free(e->writer);
	retell_free(d->retell);
	delivery_close(&d->delivery);
	recovery_close(&d->recovery);
	db_close(e->reading);
	db_close(e->writing);
	membership_close(&e->membership);
}

/* The description of the API, for those who read it without a running node. */
static int describe(const struct service *service)
{
	struct arena *a = arena_new(DESCRIPTION_MEMORY);
	bool said = puts(service_served(a, service).description) != EOF && fflush(stdout) == 0;
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
	d.engine.arena = arena_new((size_t)256 * 1024 * 1024);
	d.engine.scratch = arena_new(ENGINE_ARENA_LIMIT);
	randombytes_set_implementation(&randombytes_internal_implementation); /* seeded by the system, no call of it each */
	if (signals < 0 || sodium_init() < 0) {
		log_error("out of descriptors, or libsodium does not start");
		return 1;
	}
	enum err e = open_all(&d, argv[1], &why);
	if (e == OK) {
		log_info("ready on port %s", settings_get(d.settings, "http_port"));
		loop(&d, signals);
		writer_settle(d.engine.writer);
		log_info("stopped");
	} else
		log_error("cannot start: %s (%s)", why, err_slug(e));
	close_all(&d);
	arena_free(d.engine.scratch);
	arena_free(d.engine.arena);
	close(signals);
	return e == OK && !d.engine.failed ? 0 : 1;
}

struct arena *daemon_arena(struct daemon *d)
{
	return d->engine.arena;
}

const char *daemon_setting(struct daemon *d, const char *key)
{
	return settings_get(d->settings, key);
}

const struct registry *daemon_registry(struct daemon *d)
{
	return d->engine.membership.registry;
}

const struct secret_keys *daemon_keys(struct daemon *d)
{
	return &d->engine.membership.keys;
}

const char *daemon_node(struct daemon *d)
{
	return d->engine.membership.node;
}
