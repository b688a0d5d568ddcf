/* SPDX-License-Identifier: EUPL-1.2 */
/* The hash chain of a stream: chain[n] = H(chain[n-1], c[n]) with c = H(salt, id, type, entity, body).
 * A body can be erased with its salt and the chain still verifies, since c stays. Pure. */
#ifndef UDVEJ_WIRE_CHAIN_H
#define UDVEJ_WIRE_CHAIN_H

#include <stdbool.h>

#include "bus.pb-c.h"

#define CHAIN_LEN 32
#define SALT_LEN 16

struct chain {
	unsigned char head[CHAIN_LEN];
};

/* Commits to one message, its salt included. */
void chain_commit(const Message *m, unsigned char commitment[CHAIN_LEN]);
/* Moves the chain on by one commitment. */
void chain_extend(struct chain *c, const unsigned char commitment[CHAIN_LEN]);
/* Both: moves the chain on by one message. */
void chain_add(struct chain *c, const Message *m);
/* Whether a peer's bytes are this head. */
bool chain_is(const struct chain *c, ProtobufCBinaryData bytes);

#endif
