/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ROUTER never hands on: peers without CURVE, garbage instead of a handshake, messages over the limit, for
 * which ZeroMQ only ends the connection. Owns the monitor socket and a row for each descriptor. Before the handshake
 * there is no key, so that nothing but the peer's address can be told. Must be read in each turn: events of which
 * nobody takes notice would fill memory. */
#include "broker/monitor.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

#define ENDPOINT "inproc://broker-monitor"
#define EVENT_BYTES 6u /* of the first part: number of the event, and its value, which is the descriptor here */

bool monitor_open(struct monitor *m, void *context, void *router)
{
	*m = (struct monitor){ .socket = zmq_socket(context, ZMQ_PAIR) };
	/* Without a limit: an event that finds no room would stop ZeroMQ's own thread. */
	return m->socket && wire_set_int(m->socket, ZMQ_RCVHWM, 0) && wire_set_int(m->socket, ZMQ_LINGER, 0) &&
	       zmq_socket_monitor(router, ENDPOINT, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) == 0 &&
	       zmq_connect(m->socket, ENDPOINT) == 0;
}

void monitor_close(struct monitor *m, void *router)
{
	if (router)
		zmq_socket_monitor(router, NULL, 0);
	wire_close(m->socket);
	free(m->rows);
	*m = (struct monitor){ 0 };
}

static struct connection *row_of(struct monitor *m, size_t fd)
{
	if (fd >= m->n) {
		size_t n = 2 * fd + 16;
		m->rows = memory_must(realloc(m->rows, n * sizeof *m->rows));
		memset(m->rows + m->n, 0, (n - m->n) * sizeof *m->rows);
		m->n = n;
	}
	return &m->rows[fd];
}

/* The address is asked for at once: this version of ZeroMQ tells the descriptor only, and when the connection has
 * ended that is closed, or another's. */
static void note_peer(struct connection *c, int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	char host[48], port[8];
	*c = (struct connection){ .address = "an address that is gone" };
	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&peer, len, host, sizeof host, port, sizeof port,
	                NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(c->address, sizeof c->address, "%s:%s", host, port);
}

/* ZeroMQ does not say why a connection has ended. */
static void note_end(struct monitor *m, const struct connection *c, int64_t now_ms)
{
	uint64_t more;
	bool stranger = !*c->node;
	*(stranger ? &m->strangers : &m->ended) += 1;
	if (!seldom_may(&m->seldom, stranger ? "stranger" : "ended", now_ms, &more))
		return;
	if (stranger)
		log_warning("a connection from %s has ended before a node spoke over it: no CURVE, garbage, a refused key, "
		            "or silence (%" PRIu64 " more since the last such line)",
		            c->address, more);
	else
		log_info("the connection of %s (key %s) from %s has ended: it was closed, broke the protocol, or had a message "
		         "over the limit (%" PRIu64 " more since the last such line)",
		         c->node, c->key, c->address, more);
}

void monitor_turn(struct monitor *m, int64_t now_ms)
{
	struct wire_parts parts;
	while (wire_receive(m->socket, &parts)) {
		uint16_t event = 0;
		int32_t fd = -1;
		if (zmq_msg_size(&parts.part[0]) == EVENT_BYTES) {
			memcpy(&event, zmq_msg_data(&parts.part[0]), sizeof event);
			memcpy(&fd, (const char *)zmq_msg_data(&parts.part[0]) + sizeof event, sizeof fd);
		}
		wire_drop(&parts);
		if (fd >= 0 && event == ZMQ_EVENT_ACCEPTED)
			note_peer(row_of(m, (size_t)fd), fd);
		else if (fd >= 0 && event == ZMQ_EVENT_DISCONNECTED)
			note_end(m, row_of(m, (size_t)fd), now_ms);
	}
}

void monitor_heard(struct monitor *m, zmq_msg_t *part, const struct registry_node *node, int64_t now_ms)
{
	int fd = zmq_msg_get(part, ZMQ_SRCFD);
	if (fd < 0)
		return;
	monitor_turn(m, now_ms); /* that it was accepted must be read first */
	struct connection *c = row_of(m, (size_t)fd);
	snprintf(c->node, sizeof c->node, "%s", node->name);
	snprintf(c->key, sizeof c->key, "%s", node->curve);
}
