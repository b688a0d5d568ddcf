/* SPDX-License-Identifier: EUPL-1.2 */
/* One connection of a node to one broker: socket, own heartbeat, reopening. */
#ifndef UDVEJ_WIRE_PEER_H
#define UDVEJ_WIRE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "membership/registry.h"

struct peer {
	void *context;
	const char *endpoint, *curve; /* of the broker */
	const struct key_ring *keys;  /* ours */
	size_t key_set;               /* the one we connect with */
	const int64_t *serial;        /* of the registry we have */
	void *socket, *monitor;       /* NULL while they could not be made */
	bool up;                      /* the broker has answered on this socket, and is not given up */
	int64_t ping_at;              /* when to ping next */
	int64_t unanswered;           /* since when a ping waits for any answer; NOBODY_WAITS */
	int64_t patience;             /* how long it may wait */
};

/* Opens the sockets afresh, with a new routing id; what was open is closed. */
void peer_open(struct peer *p, int64_t now_ms);
void peer_close(struct peer *p);
/* Reads what the socket's monitor says: pings at once on a new connection, reopens after a lost one. */
void peer_watch(struct peer *p, int64_t now_ms);
/* The broker has said something. */
void peer_heard(struct peer *p);
/* Pings when it is time; gives up and reopens when nobody answered. Returns when it wants to be called again. */
int64_t peer_beat(struct peer *p, int64_t now_ms);

#endif
