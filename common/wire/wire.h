/* SPDX-License-Identifier: EUPL-1.2 */
/* What node and broker put on a ZeroMQ socket: limits, multipart messages without waiting, and
 * unpacking of hostile bytes into an arena.
 *
 *   node -> broker   [to][payload]       payload is a Sealed frame, or a Link where `to` is empty
 *   broker -> node   [from][payload]     payload is a Sealed frame, or a Link where `from` is empty */
#ifndef UDVEJ_WIRE_WIRE_H
#define UDVEJ_WIRE_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <zmq.h>

#include "base/arena.h"
#include "base/err.h"
#include "bus.pb-c.h"
#include "membership/agreement.h"

/* Packed Sealed. The largest honest one is a batch or page of 48 KiB and one message of 64 KiB more, with its names;
 * a broker holds this times WIRE_SENDS for a node that does not read. */
#define WIRE_FRAME_MAX ((size_t)128 * 1024)
#define WIRE_PAYLOAD_MAX ((size_t)1024 * 1024)     /* anything: a Link may carry a registry of some thousand nodes */
#define WIRE_SENDS 256                             /* messages that may lie in a broker for one node */
#define WIRE_LINK_MAX ((size_t)256)                /* packed Link that carries no registry */
#define WIRE_MEMORY_MAX ((size_t)16 * 1024 * 1024) /* for one unpacked Frame: the limit of its arena */
#define WIRE_ROUTING_ID 16u                        /* random bytes, the first not 0 (ZeroMQ keeps those for itself) */

_Static_assert(AGREEMENT_BYTES_MAX + WIRE_LINK_MAX <= WIRE_PAYLOAD_MAX,
               "a Link can carry a registry of any size allowed");

/* --- sockets --- */

/* A socket with the limits and time-outs that every socket of ours needs; NULL when there can be none. */
void *wire_socket(void *context, int type);
bool wire_set_int(void *socket, int option, int value);
bool wire_set_text(void *socket, int option, const char *value);
/* Closes at once, without waiting for what is still to be sent. Takes NULL. */
void wire_close(void *socket);

/* --- multipart messages --- */

#define WIRE_PARTS 8u
struct wire_parts {
	zmq_msg_t part[WIRE_PARTS];
	size_t n; /* how many came, also when more than WIRE_PARTS: the rest is thrown away */
};
/* The next whole message, without waiting. False: there is none. Else the caller calls wire_drop(). */
bool wire_receive(void *socket, struct wire_parts *ret);
void wire_drop(struct wire_parts *parts);
/* Sends a part without waiting, by copy. 0, or errno: EAGAIN full or not connected, EHOSTUNREACH no such peer. */
int wire_send(void *socket, const void *data, size_t len, bool more);
/* The same as the last part, handing the bytes over: *part is empty afterwards. */
int wire_send_last(void *socket, zmq_msg_t *part);
/* Packs a Link between two parties and sends it as the last part. */
int wire_send_link(void *socket, const Link *link);

/* --- payloads --- */

/* Unpacks after a look at the raw bytes: at most `cap` bytes and 64 unknown fields, strings in UTF-8 without NUL,
 * the arena's limit. ERR_MALFORMED otherwise, *ret untouched. */
enum err wire_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *data, size_t len, size_t cap,
                     ProtobufCMessage **ret) MUST_USE;

#endif
