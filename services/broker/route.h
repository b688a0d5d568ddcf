/* SPDX-License-Identifier: EUPL-1.2 */
/* Which connection stands for which node now. Values only: knows no socket and no clock. */
#ifndef UDVEJ_BROKER_ROUTE_H
#define UDVEJ_BROKER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "membership/registry.h"
#include "wire/wire.h"

#define ROUTE_RETIRED 4

struct route {
	char name[NODE_NAME_MAX + 1];
	char curve[KEY_Z85_LEN + 1];
	uint8_t id[WIRE_ROUTING_ID];
	uint8_t retired[ROUTE_RETIRED][WIRE_ROUTING_ID]; /* former connections, not listened to any more */
	unsigned next_retired;
	bool connected;       /* false: the last attempt found nobody there */
	bool missed;          /* something for it was not taken: greet it and announce it again when it speaks */
	int64_t heard_ms;     /* when it last spoke */
	int64_t announced_ms; /* when it was last announced */
	size_t untold, next;  /* how many of the others it was not told of since, and the row of the next one */
	int64_t given_serial; /* of the registry that it was given last, and */
	int64_t given_ms;     /* when */
};

struct routes {
	struct route *rows;
	size_t n, capacity;
};

enum route_news {
	ROUTE_SAME,          /* the connection we know */
	ROUTE_NEW,           /* a new connection, or one that is back: tell the others */
	ROUTE_RETIRED_SPOKE, /* a former connection of a node that has a newer one: do not listen */
};

/* A message came from this node over this connection. *ret stays valid until the table changes. */
enum route_news route_hear(struct routes *t, const struct registry_node *node, const uint8_t id[WIRE_ROUTING_ID],
                           int64_t now_ms, struct route **ret);
/* The connection of a node; NULL when there is none now. */
struct route *route_to(struct routes *t, const char *name);
/* How many nodes are connected. */
size_t route_count(const struct routes *t);
/* Forgets who has not spoken since `since_ms`. */
void route_forget_silent(struct routes *t, int64_t since_ms);
/* Forgets who is not in the registry, or is there with another key. */
void route_forget_strangers(struct routes *t, const struct registry *r);
void route_free(struct routes *t);

#endif
