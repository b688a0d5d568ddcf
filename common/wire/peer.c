/* SPDX-License-Identifier: EUPL-1.2 */
/* A connection to a broker. Owns its two ZeroMQ sockets: the DEALER and the monitor that tells of
 * connections made and lost. A lost connection gets a new socket and so a new routing id: that is
 * how the broker learns that messages may have been lost and everybody must be greeted again. */
#include "wire/peer.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "wire/wire.h"

#define PING_MS 1000
#define PING_AGAIN_MS 50 /* not connected yet, or full */
#define DEAD_MS 5000
#define JITTER_MS 1000u
#define NOBODY_WAITS (-1)

static bool watch(struct peer *p)
{
	static unsigned long made;
	char address[64];
	snprintf(address, sizeof address, "inproc://peer-%lu", ++made);
	/* The reader is there before the first event: an event without a reader would stop ZeroMQ's own thread. */
	p->monitor = zmq_socket(p->context, ZMQ_PAIR);
	return p->monitor && wire_set_int(p->monitor, ZMQ_RCVHWM, 0) && wire_set_int(p->monitor, ZMQ_LINGER, 0) &&
	       zmq_socket_monitor(p->socket, address, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) == 0 &&
	       zmq_connect(p->monitor, address) == 0;
}

static bool connect_to(struct peer *p)
{
	unsigned char id[WIRE_ROUTING_ID];
	do
		randombytes_buf(id, sizeof id);
	while (id[0] == 0);
	return zmq_setsockopt(p->socket, ZMQ_ROUTING_ID, id, sizeof id) == 0 &&
	       wire_set_text(p->socket, ZMQ_CURVE_SERVERKEY, p->curve) &&
	       wire_set_text(p->socket, ZMQ_CURVE_PUBLICKEY, p->keys->sets[p->key_set].curve_public) &&
	       wire_set_text(p->socket, ZMQ_CURVE_SECRETKEY, p->keys->sets[p->key_set].curve_secret) && watch(p) &&
	       zmq_connect(p->socket, p->endpoint) == 0;
}

void peer_close(struct peer *p)
{
	if (p->socket)
		zmq_socket_monitor(p->socket, NULL, 0);
	wire_close(p->monitor);
	wire_close(p->socket);
	p->monitor = p->socket = NULL;
	p->up = false;
}

void peer_open(struct peer *p, int64_t now_ms)
{
	peer_close(p);
	p->socket = wire_socket(p->context, ZMQ_DEALER);
	if (p->socket && !connect_to(p))
		peer_close(p); /* out of descriptors: given up and tried again like a broker that is silent */
	p->ping_at = now_ms;
	p->unanswered = NOBODY_WAITS;
	p->patience = DEAD_MS + randombytes_uniform(JITTER_MS); /* so that not all nodes come back in the same moment */
}

/* The number of the next event, 0: none. */
static uint16_t next_event(void *monitor)
{
	struct wire_parts parts;
	uint16_t event = 0;
	if (!monitor || !wire_receive(monitor, &parts))
		return 0;
	if (zmq_msg_size(&parts.part[0]) >= sizeof event)
		memcpy(&event, zmq_msg_data(&parts.part[0]), sizeof event);
	wire_drop(&parts);
	return event;
}

void peer_watch(struct peer *p, int64_t now_ms)
{
	bool lost = false;
	for (uint16_t event; (event = next_event(p->monitor)) != 0;) {
		if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
			p->ping_at = now_ms;
		else if (p->up) /* a connection that never was up is ZeroMQ's to try again, ever more slowly */
			lost = true;
	}
	if (lost)
		peer_open(p, now_ms);
}

void peer_heard(struct peer *p)
{
	p->up = true;
	p->unanswered = NOBODY_WAITS;
	p->patience = DEAD_MS;
}

/* While keys are changed, a broker may have a registry with the others. */
static void give_up(struct peer *p, int64_t now_ms)
{
	p->key_set = (p->key_set + 1) % p->keys->n;
	peer_open(p, now_ms);
}

int64_t peer_beat(struct peer *p, int64_t now_ms)
{
	if (p->unanswered != NOBODY_WAITS && now_ms - p->unanswered >= p->patience)
		give_up(p, now_ms);
	if (now_ms >= p->ping_at) {
		Link ping = LINK__INIT;
		ping.ping = true;
		ping.serial = *p->serial;
		bool sent = p->socket && wire_send(p->socket, "", 0, true) == 0 && wire_send_link(p->socket, &ping) == 0;
		p->ping_at = now_ms + (sent ? PING_MS : PING_AGAIN_MS);
		if (p->unanswered == NOBODY_WAITS)
			p->unanswered = now_ms;
	}
	int64_t until = p->unanswered == NOBODY_WAITS ? INT64_MAX : p->unanswered + p->patience;
	return p->ping_at < until ? p->ping_at : until;
}
