/* SPDX-License-Identifier: EUPL-1.2 */
/* The relay: takes a message from one node and hands it to another, or says that it cannot. */
#ifndef UDVEJ_BROKER_RELAY_H
#define UDVEJ_BROKER_RELAY_H

#include "base/seldom.h"
#include "broker/monitor.h"
#include "broker/route.h"
#include "membership/agreement.h"

struct relay {
	void *router;
	struct monitor monitor;
	struct arena *scratch; /* for one Link */
	struct routes routes;
	struct agreement *agreement;
	char instance[17]; /* of this life of the broker */
	int64_t now_ms, pruned_ms;
	struct seldom seldom;
	struct few words; /* of the log, about nodes that come and what they offer */
	/* Counted since the start: forwarded, their payload bytes, from keys no longer in the registry, unreadable,
	 * destination gone or full, from a connection that a newer one has replaced. */
	uint64_t messages, bytes, cut_off, malformed, unreachable, superseded;
};

/* Makes and binds the socket, with the broker's keys. False: *why is a literal or a text of libzmq. */
bool relay_open(struct relay *r, void *context, const struct secret_keys *keys, struct agreement *agreement,
                const char *endpoint, const char **why) __attribute__((warn_unused_result));
void relay_close(struct relay *r);
/* Another registry is in force: forgets the connections of who is not in it. */
void relay_registry_changed(struct relay *r);
/* Relays what is waiting, at most 512 messages. */
void relay_turn(struct relay *r, int64_t now_ms);

#endif
