/* SPDX-License-Identifier: EUPL-1.2 */
/* ZeroMQ sockets as we use them: bounded, never waiting, closed at once. Owns nothing between two
 * calls. Must never let a peer choose how much memory is spent, and never use ZeroMQ's own
 * heartbeat: with a reader that stalls it aborts the process or loses messages (4.3.4). */
#include "wire/wire.h"

#include <errno.h>
#include <string.h>

/* Room for what CURVE adds to a part on its way. */
#define OVERHEAD 1024

struct option {
	int name, value;
};

static const struct option options[] = {
	{ ZMQ_RCVHWM, 0 }, /* bounded by the credit of the streams; a limit here can stop the reader for good */
	{ ZMQ_LINGER, 0 },
	{ ZMQ_IMMEDIATE, 0 }, /* with 1 a connection that breaks while a message is read aborts the process (4.3.4) */
	{ ZMQ_RECONNECT_IVL, 200 },
	{ ZMQ_RECONNECT_IVL_MAX, 10000 }, /* ZeroMQ doubles up to this and adds up to 200 ms of jitter */
	{ ZMQ_HANDSHAKE_IVL, 5000 },
	{ ZMQ_BACKLOG, 1024 },
	{ ZMQ_TCP_KEEPALIVE, 1 }, /* lets a half-open connection go that our ping has given up already */
	{ ZMQ_TCP_KEEPALIVE_IDLE, 30 },
	{ ZMQ_TCP_KEEPALIVE_INTVL, 10 },
	{ ZMQ_TCP_KEEPALIVE_CNT, 3 },
};

bool wire_set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

bool wire_set_text(void *socket, int option, const char *value)
{
	return zmq_setsockopt(socket, option, value, strlen(value)) == 0;
}

void wire_close(void *socket)
{
	if (socket)
		zmq_close(socket);
}

void *wire_socket(void *context, int type)
{
	void *socket = zmq_socket(context, type);
	if (!socket)
		return NULL;
	/* Without it a stranger fills memory before the handshake. */
	int64_t limit = (int64_t)WIRE_PAYLOAD_MAX + OVERHEAD;
	bool good = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &limit, sizeof limit) == 0;
	for (size_t i = 0; i < countof(options); i++)
		good = good && wire_set_int(socket, options[i].name, options[i].value);
	if (good)
		return socket;
	wire_close(socket);
	return NULL;
}

bool wire_receive(void *socket, struct wire_parts *ret)
{
	ret->n = 0;
	for (bool more = true; more; ret->n++) {
		zmq_msg_t rest;
		zmq_msg_t *part = ret->n < WIRE_PARTS ? &ret->part[ret->n] : &rest;
		zmq_msg_init(part);
		if (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(part);
			break; /* parts come together or not at all, so this is the first one */
		}
		more = zmq_msg_more(part);
		if (part == &rest)
			zmq_msg_close(&rest);
	}
	return ret->n > 0;
}

void wire_drop(struct wire_parts *parts)
{
	for (size_t i = 0; i < parts->n && i < WIRE_PARTS; i++)
		zmq_msg_close(&parts->part[i]);
	parts->n = 0;
}

int wire_send(void *socket, const void *data, size_t len, bool more)
{
	return zmq_send(socket, data, len, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0 ? zmq_errno() : 0;
}

int wire_send_last(void *socket, zmq_msg_t *part)
{
	return zmq_msg_send(part, socket, ZMQ_DONTWAIT) < 0 ? zmq_errno() : 0;
}

int wire_send_link(void *socket, const Link *link)
{
	zmq_msg_t packed;
	size_t len = link__get_packed_size(link);
	if (len > WIRE_PAYLOAD_MAX)
		return EMSGSIZE;
	if (zmq_msg_init_size(&packed, len) != 0)
		return zmq_errno();
	link__pack(link, zmq_msg_data(&packed));
	int e = wire_send_last(socket, &packed);
	if (e != 0)
		zmq_msg_close(&packed);
	return e;
}
