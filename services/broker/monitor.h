/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections of the ROUTER as ZeroMQ tells of them: those that end before a node has spoken, and those of nodes. */
#ifndef UDVEJ_BROKER_MONITOR_H
#define UDVEJ_BROKER_MONITOR_H

#include "base/seldom.h"
#include "membership/registry.h"
#include "wire/wire.h"

struct connection {
	char address[64];             /* of the peer */
	char node[NODE_NAME_MAX + 1]; /* "": nothing of ours was heard over it */
	char key[KEY_Z85_LEN + 1];
};

struct monitor {
	void *socket;
	struct connection *rows; /* by descriptor */
	size_t n;
	struct seldom seldom;
	uint64_t strangers, ended; /* ended before, and after, a node spoke over them */
};

/* Watches the socket, which must not be bound yet. */
bool monitor_open(struct monitor *m, void *context, void *router) __attribute__((warn_unused_result));
/* `router` may be NULL, and is closed after this. */
void monitor_close(struct monitor *m, void *router);
/* Reads what ZeroMQ tells, counts and logs it. */
void monitor_turn(struct monitor *m, int64_t now_ms);
/* A node has spoken in this part of a message. */
void monitor_heard(struct monitor *m, zmq_msg_t *part, const struct registry_node *node, int64_t now_ms);

#endif
