/* SPDX-License-Identifier: EUPL-1.2 */
/* What a service gives and gets. It gives its resources (routes, messages, facts), its statements and settings, and a
 * state. The rooms of common/ own process, loop, transactions, streams, retries, dead letters, rights, the log of use,
 * idempotency and waiting, so that no handler can forget one. */
#ifndef UDVEJ_DAEMON_DAEMON_H
#define UDVEJ_DAEMON_DAEMON_H

#include "daemon/setting.h"
#include "delivery/delivery.h"
#include "engine/transaction.h"
#include "recovery/snapshot.h"
#include "serving/route.h"

struct daemon;

/* --- a service --- */

struct service {
	const char *name;
	const struct sql_set *statements;
	const struct migrations *migrations;
	const char *says; /* one paragraph, for the description of its API */
	const struct resource *const *resources;
	const struct known_row *known; /* what rules and parameters can ask for; NULL: none does */
	const struct setting *settings;
	size_t n_settings;
	/* What this service tells other nodes that are recovered: kinds, in the order in which they are told. */
	const struct snapshot_row *snapshots;
	size_t n_snapshots;
	/* What it takes from others when it is recovered: rows as of messages. Everything of the first row is applied
	 * before anything of the second, whoever told it; within a row, what one sender told goes in the order of telling.
	 * A handler must leave alone what is known here already with the same or a higher version. What it emits goes out
	 * when the new life begins. */
	const struct message_row *recovers;
	size_t n_recovers;
	/* Called when all of that is applied, just before the new life begins, in a transaction of its own: mends what can
	 * be seen only now. After a crash it may be called again. May be NULL. */
	enum err (*recovered)(struct tx *tx);
	/* Makes the state (definitions, caches). Called once the database is ready, before anything is served. */
	enum err (*start)(struct daemon *d, void **ret_app, const char **why);
	/* Who a bearer token is; ERR_BAD_TOKEN. Reads only. */
	enum err (*authenticate)(struct tx *tx, const char *token, struct principal *ret);
};

/* The nth message of all its resources; NULL after the last. */
const struct message_row *service_message(const struct service *s, size_t n);

/* The whole life of a daemon: settings, database, bus, HTTP, loop until SIGTERM. The exit code of the process. */
int daemon_main(int argc, char **argv, const struct service *service);

/* The settings of a daemon, for the operator's tools: those that all daemons have. */
enum err daemon_settings(struct arena *a, const char *path, struct settings **ret, const char **why) MUST_USE;

/* For service->start. */
struct arena *daemon_arena(struct daemon *d); /* process life */
const char *daemon_setting(struct daemon *d, const char *key);
const struct registry *daemon_registry(struct daemon *d); /* until the next is in force: copy what is kept */
const struct secret_keys *daemon_keys(struct daemon *d);
const char *daemon_node(struct daemon *d); /* this node's name in the registry */

#endif
