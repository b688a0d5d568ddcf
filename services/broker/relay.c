/* SPDX-License-Identifier: EUPL-1.2 */
/* The ROUTER socket and what goes through it. Owns the socket and the routing table. Stores and
 * queues nothing: a message goes on at once, or its sender hears that the destination is gone.
 * Never reads a payload between two nodes, never sends a routing id to anyone (a peer that learns
 * another's can disturb it), never waits. */
#include "broker/relay.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "broker/zap.h"
#include "shape/shape.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* libzmq 4.3.4 has it, its header names it for drafts only */
#endif

#define MESSAGES_A_TURN 512
#define SILENT_MS 10000
#define PRUNE_EVERY_MS 1000
#define ANNOUNCE_AGAIN_MS 200
#define RELAY_WORDS 200u    /* all nodes may come at once, when the broker is new */
#define GIVE_AGAIN_MS 10000 /* a registry to one who says that it still has an older one */

/* Parts of a message as the ROUTER gives it. */
enum { ROUTING_ID, ADDRESS, PAYLOAD, N_PARTS };

bool relay_open(struct relay *r, void *context, const struct secret_keys *keys, struct agreement *agreement,
                const char *endpoint, const char **why)
{
	unsigned char random[8];
	*r = (struct relay){
		.router = wire_socket(context, ZMQ_ROUTER),
		.scratch = arena_new(2 * WIRE_PAYLOAD_MAX),
		.agreement = agreement,
	};
	randombytes_buf(random, sizeof random);
	sodium_bin2hex(r->instance, sizeof r->instance, random, sizeof random);
	void *s = r->router;
	bool good = s && wire_set_int(s, ZMQ_ROUTER_MANDATORY, 1) &&
	            /* With as many as ZeroMQ would keep, one node that does not read costs hundreds of megabytes. */
	            wire_set_int(s, ZMQ_SNDHWM, WIRE_SENDS) && wire_set_int(s, ZMQ_CURVE_SERVER, 1) &&
	            wire_set_text(s, ZMQ_CURVE_SECRETKEY, keys->curve_secret) &&
	            wire_set_text(s, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN) && wire_set_int(s, ZMQ_ZAP_ENFORCE_DOMAIN, 1) &&
	            monitor_open(&r->monitor, context, s) && zmq_bind(s, endpoint) == 0;
	if (!good)
		*why = zmq_strerror(zmq_errno());
	return good;
}

void relay_close(struct relay *r)
{
	monitor_close(&r->monitor, r->router);
	wire_close(r->router);
	arena_free(r->scratch);
	route_free(&r->routes);
}

/* Starts a message to a connection: everything after its first part is certain to go. */
static bool start(struct relay *r, struct route *to)
{
	int e = wire_send(r->router, to->id, sizeof to->id, true);
	if (e == 0)
		return true;
	if (e != EAGAIN)
		to->connected = false; /* EHOSTUNREACH; a connection that is only full stays */
	return false;
}

static bool hand(struct relay *r, struct route *to, const Link *link)
{
	return start(r, to) && wire_send(r->router, "", 0, true) == 0 && wire_send_link(r->router, link) == 0;
}

static bool tell(struct relay *r, struct route *to, const Link *link)
{
	bool told = hand(r, to, link);
	to->missed = to->missed || !told;
	return told;
}

/* Tells this node of the others, as many as there is room for: the rest when it speaks again, from where this ended, or
 * those at the end of a long table would never be told. */
static void tell_of_others(struct relay *r, struct route *node)
{
	for (; node->untold > 0; node->untold--, node->next++) {
		struct route *other = &r->routes.rows[node->next % r->routes.n];
		Link up = LINK__INIT;
		up.up = other->name;
		if (other != node && other->connected && !hand(r, node, &up))
			return;
	}
}

/* Tells everybody of this node, and this node of everybody. */
static void announce(struct relay *r, struct route *node)
{
	node->missed = false;
	node->announced_ms = r->now_ms;
	Link it = LINK__INIT;
	it.up = node->name;
	for (size_t i = 0; i < r->routes.n; i++) {
		struct route *other = &r->routes.rows[i];
		if (other == node || !other->connected)
			continue;
		tell(r, other, &it);
	}
	node->untold = r->routes.n;
	tell_of_others(r, node);
}

static void forward(struct relay *r, struct route *sender, struct wire_parts *parts)
{
	char to[NODE_NAME_MAX + 1] = "";
	size_t bytes = zmq_msg_size(&parts->part[PAYLOAD]);
	memcpy(to, zmq_msg_data(&parts->part[ADDRESS]), zmq_msg_size(&parts->part[ADDRESS]));
	struct route *destination = route_to(&r->routes, to);
	FAULT_POINT(relay_unsent);
	if (destination && start(r, destination) && wire_send(r->router, sender->name, strlen(sender->name), true) == 0 &&
	    wire_send_last(r->router, &parts->part[PAYLOAD]) == 0) {
		FAULT_POINT(relay_sent);
		r->messages++;
		r->bytes += bytes;
		return;
	}
	if (destination)
		destination->missed = true;
	r->unreachable++;
	Link gone = LINK__INIT;
	gone.gone = to;
	tell(r, sender, &gone);
}

/* Says that it is here, and which registry it has; whoever has an older one is given it. */
static void answer_ping(struct relay *r, struct route *sender, int64_t serial)
{
	Link pong = LINK__INIT, newer = LINK__INIT;
	pong.pong = r->instance;
	pong.serial = agreement_registry(r->agreement)->serial;
	tell(r, sender, &pong);
	/* Not with every ping: to one who does not read it would pile up. */
	if (serial >= pong.serial || (sender->given_serial == pong.serial && r->now_ms - sender->given_ms < GIVE_AGAIN_MS))
		return;
	agreement_bytes(r->agreement, &newer.registry, &newer.signatures);
	if (!tell(r, sender, &newer))
		return;
	sender->given_serial = pong.serial;
	sender->given_ms = r->now_ms;
}

/* What is dropped is counted, and said with who sent it, seldom enough. */
static void drop(struct relay *r, struct wire_parts *parts, uint64_t *counter, const char *why)
{
	uint64_t more;
	char key[KEY_Z85_LEN + 1] = "unknown";
	const char *name = "", *user = NULL, *address = NULL;
	++*counter;
	if (!seldom_may(&r->seldom, why, r->now_ms, &more))
		return;
	if (parts->n > ADDRESS) {
		user = zmq_msg_gets(&parts->part[ADDRESS], "User-Id");
		address = zmq_msg_gets(&parts->part[ADDRESS], "Peer-Address");
	}
	if (user)
		zap_user(user, key, &name);
	log_warning("dropped a message of %s (key %s) from %s: %s (%" PRIu64 " more since the last such line)",
	            *name ? name : "nobody", key, address ? address : "nowhere", why, more);
}

static void take_registry(struct relay *r, const struct route *sender, const Link *link)
{
	const char *why = "";
	enum agreement_news news = agreement_offer(r->agreement, link->registry, link->signatures, &why);
	if (news == AGREEMENT_REFUSED && seldom_few_may(&r->words, RELAY_WORDS, r->now_ms))
		log_error("the registry that %s offers is not used: %s", sender->name, why);
	if (news == AGREEMENT_NEW)
		log_info("registry with serial %ld from %s in force", agreement_registry(r->agreement)->serial, sender->name);
}

/* To the broker itself: a ping, or a registry. */
static void take_link(struct relay *r, struct route *sender, struct wire_parts *parts)
{
	ProtobufCMessage *m = NULL;
	zmq_msg_t *payload = &parts->part[PAYLOAD];
	enum err e =
	    wire_unpack(r->scratch, &link__descriptor, zmq_msg_data(payload), zmq_msg_size(payload), WIRE_PAYLOAD_MAX, &m);
	const Link *link = (const Link *)m;
	bool fits = e == OK && (link->registry.len || zmq_msg_size(payload) <= WIRE_LINK_MAX);
	if (fits && link->ping)
		answer_ping(r, sender, link->serial);
	else if (fits && link->registry.len)
		take_registry(r, sender, link);
	else
		drop(r, parts, &r->malformed, "it says nothing that a broker understands");
	arena_reset(r->scratch);
}

/* Whether these parts can be a message of ours at all. */
static bool well_formed(struct wire_parts *parts)
{
	if (parts->n != N_PARTS)
		return false;
	const char *address = zmq_msg_data(&parts->part[ADDRESS]);
	size_t len = zmq_msg_size(&parts->part[ADDRESS]), payload = zmq_msg_size(&parts->part[PAYLOAD]);
	return zmq_msg_size(&parts->part[ROUTING_ID]) == WIRE_ROUTING_ID && len <= NODE_NAME_MAX &&
	       shape_is_utf8(address, len) && payload > 0 && payload <= (len ? WIRE_FRAME_MAX : WIRE_PAYLOAD_MAX);
}

static void take(struct relay *r, struct wire_parts *parts)
{
	if (!well_formed(parts)) {
		drop(r, parts, &r->malformed, "it has not the form of a message, or is too large");
		return;
	}
	/* Frame 0 has no User-Id after a poll: libzmq prefetches it without the metadata. */
	const char *user = zmq_msg_gets(&parts->part[ADDRESS], "User-Id"), *name;
	char key[KEY_Z85_LEN + 1] = "";
	if (user)
		zap_user(user, key, &name);
	const struct registry_node *node = registry_by_curve(agreement_registry(r->agreement), key);
	if (!node) {
		drop(r, parts, &r->cut_off, "its key is no longer in the registry");
		return;
	}
	struct route *sender = NULL;
	enum route_news news = route_hear(&r->routes, node, zmq_msg_data(&parts->part[ROUTING_ID]), r->now_ms, &sender);
	if (news == ROUTE_RETIRED_SPOKE) {
		drop(r, parts, &r->superseded, "it has a newer connection");
		return;
	}
	if (news == ROUTE_NEW) {
		if (seldom_few_may(&r->words, RELAY_WORDS, r->now_ms))
			log_info("%s is connected with key %s", node->name, node->curve);
		monitor_heard(&r->monitor, &parts->part[ADDRESS], node, r->now_ms);
	}
	if (news == ROUTE_NEW || (sender->missed && r->now_ms - sender->announced_ms >= ANNOUNCE_AGAIN_MS))
		announce(r, sender);
	else
		tell_of_others(r, sender);
	if (zmq_msg_size(&parts->part[ADDRESS]) == 0)
		take_link(r, sender, parts);
	else
		forward(r, sender, parts);
}

void relay_registry_changed(struct relay *r)
{
	route_forget_strangers(&r->routes, agreement_registry(r->agreement));
}

void relay_turn(struct relay *r, int64_t now_ms)
{
	r->now_ms = now_ms;
	monitor_turn(&r->monitor, now_ms);
	struct wire_parts parts;
	for (int i = 0; i < MESSAGES_A_TURN && wire_receive(r->router, &parts); i++) {
		take(r, &parts);
		wire_drop(&parts);
	}
	/* After reading: it may be the broker that was held up. */
	if (now_ms - r->pruned_ms >= PRUNE_EVERY_MS) {
		route_forget_silent(&r->routes, now_ms - SILENT_MS);
		r->pruned_ms = now_ms;
	}
}
