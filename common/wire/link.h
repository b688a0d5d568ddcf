/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's connections to the brokers: ZeroMQ DEALER sockets with CURVE, own heartbeat (ping every
 * second, dead after five: close and reopen), no queue of its own. Carries Frames, sealed by
 * their sender for their receiver (wire/seal.h); promises nothing: a frame may be lost when a broker dies, and the
 * streams above repeat it. */
#ifndef UDVEJ_WIRE_LINK_H
#define UDVEJ_WIRE_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "bus.pb-c.h"
#include "membership/registry.h"
#include "wire/seal.h"

/* What the link tells its owner, from within link_turn(). Pointers are valid during the call only. */
struct link_events {
	/* A frame from another node; `from` is the name the broker authenticated and the seal proved. */
	void (*frame)(void *owner, const char *from, const Frame *frame);
	/* A node has (re)connected to a broker we are on, or we have: greet it. */
	void (*up)(void *owner, const char *node);
	/* The broker could not deliver to this node: wait for `up`. */
	void (*gone)(void *owner, const char *node);
	/* A broker has a newer registry; it is not checked yet. May be NULL. */
	void (*registry)(void *owner, ProtobufCBinaryData registry, ProtobufCBinaryData signatures);
	/* What came is not taken, for a reason that is a literal; `from` is the name the broker authenticated, "": a
	 * broker. May be NULL. */
	void (*refused)(void *owner, const char *from, const char *why);
};

#define LINK_MAX_SOCKETS 32 /* two for each of at most 16 brokers */

struct link;

/* Opens a socket to each broker of the registry. The ZeroMQ context belongs to the link. Registry and keys are
 * copied; *why is a literal. After a change of the brokers in the registry, close and open again. */
enum err link_open(const struct registry *r, const struct key_ring *keys, const struct link_events *events, void *owner,
                   struct link **ret, const char **why) MUST_USE;
void link_close(struct link *l);
/* Another registry is in force, and these are its bytes, which must live until the next call: nodes that were taken
 * out are no longer heard, new brokers are connected, and brokers that have an older one are given it; of our own keys
 * those are used that it has. Not to be called from within an event. */
void link_registry(struct link *l, const struct registry *r, ProtobufCBinaryData text, ProtobufCBinaryData signatures);
/* Number of poll items (it never changes), and filling them in (ZMQ_POLLIN on each socket): before each poll, since
 * a turn may reopen a socket. */
size_t link_n_sockets(const struct link *l);
void link_poll_items(const struct link *l, zmq_pollitem_t *items);
/* Reads what has arrived (bounded: at most 256 frames a turn), pings, reopens dead sockets. `now_ms` is
 * monotonic. Returns in how many milliseconds it wants its next turn at the latest. */
int link_turn(struct link *l, int64_t now_ms);
/* Hands a frame to the first living broker that takes it, without waiting. False: none did, or the frame packs to
 * more than 128 KiB. Where a living broker was full, `up` of the destination follows when it answers again. */
bool link_send(struct link *l, const char *to, const Frame *frame);
/* The seals of this node, to sign and verify chains with. */
struct seal *link_seal(struct link *l);
/* Whether any broker has answered within five seconds. */
bool link_is_up(const struct link *l);

#endif
