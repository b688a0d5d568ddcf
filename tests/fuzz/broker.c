/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes to the broker's two sockets: multipart messages of nodes, and ZeroMQ's questions about keys (ZAP). The
 * relay, the routes and the answers are the real ones; the sockets are not (their functions come first at linking):
 * what is received is the input, and what is sent must be a whole message of ours to a connection that is there. An
 * input is a row of messages: a byte for the socket, the sender and the failures, the number of parts, and for each
 * part its length and bytes. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "broker/relay.h"
#include "broker/zap.h"
#include "fuzz.h"
#include "partners.h"
#include "shape/shape.h"

#define FULL 0x10 /* bits of the first byte: the next send finds its connection full, or gone */
#define GONE 0x20
#define LATER 0x40 /* 600 ms have passed */
#define ASKS 0x80  /* a question to ZAP */

static struct {
	const uint8_t *at, *end;
	int router, zap;          /* their addresses are the sockets */
	uint8_t kind;             /* of the message that is received now */
	const char *user;         /* its User-Id; NULL: none */
	unsigned failures;        /* bits, for the next first part */
	size_t parts;             /* of the message that is sent now */
	bool from_node;           /* its second part names one */
	const uint8_t *payload;   /* what was received */
	size_t payload_len, sent; /* sent: whole messages since the last was received */
} it;

/* --- the sockets --- */

static uint8_t next_byte(void)
{
	return it.at < it.end ? *it.at++ : 0;
}

/* 0 to 250 are lengths; 251 stands for a routing id of the sender, the others for the sizes of the limits. */
static void fill(zmq_msg_t *part, uint8_t length, size_t *ret_len)
{
	static const size_t large[] = { 300, WIRE_LINK_MAX + 1, WIRE_PAYLOAD_MAX, WIRE_PAYLOAD_MAX + 1 };
	size_t left = (size_t)(it.end - it.at), len = length <= 250   ? length
	                                              : length == 251 ? WIRE_ROUTING_ID
	                                                              : large[length - 252];
	FUZZ_MUST(zmq_msg_init_size(part, len) == 0);
	memset(zmq_msg_data(part), length == 251 ? 1 + (it.kind & 7) : 'x', len);
	size_t given = length == 251 ? 0 : left < len ? left : len;
	if (given)
		memcpy(zmq_msg_data(part), it.at, given);
	it.at += given;
	*ret_len = len;
}

bool wire_receive(void *socket, struct wire_parts *ret)
{
	if (it.at >= it.end || (*it.at & ASKS ? (void *)&it.zap : (void *)&it.router) != socket)
		return false;
	const struct registry *r = partners_registry();
	size_t n = 0, len = 0;
	FUZZ_MUST(it.parts == 0 && (!(it.kind & ASKS) || it.sent == 1)); /* who asks is answered, once */
	it.kind = next_byte();
	it.failures = it.kind & (FULL | GONE);
	it.user = (it.kind & 7) < r->n_nodes ? r->nodes[it.kind & 7].curve : (it.kind & 7) == 7 ? NULL : "stranger";
	it.sent = 0;
	ret->n = 1 + next_byte() % (WIRE_PARTS + 2);
	for (; n < ret->n; n++) {
		zmq_msg_t rest;
		fill(n < WIRE_PARTS ? &ret->part[n] : &rest, next_byte(), &len);
		if (n >= WIRE_PARTS)
			zmq_msg_close(&rest);
	}
	it.payload = ret->n <= WIRE_PARTS ? zmq_msg_data(&ret->part[ret->n - 1]) : NULL;
	it.payload_len = len;
	return true;
}

const char *zmq_msg_gets(const zmq_msg_t *part, const char *name)
{
	(void)part;
	bool user = strcmp(name, "User-Id") == 0;
	FUZZ_MUST(user || strcmp(name, "Peer-Address") == 0 || strcmp(name, "__fd") == 0); /* ZMQ_SRCFD asks so */
	return user ? it.user : NULL;
}

static void check_routed(const void *data, size_t len)
{
	const char *name = data;
	if (it.parts == 0) {
		FUZZ_MUST(len == WIRE_ROUTING_ID);
		return;
	}
	FUZZ_MUST(it.parts == 1);
	it.from_node = len > 0;
	if (it.from_node) { /* the name that belongs to the key, whatever the message says */
		const struct registry_node *node = registry_by_curve(partners_registry(), it.user);
		FUZZ_MUST(node && strlen(node->name) == len && memcmp(node->name, name, len) == 0);
	}
}

int wire_send(void *socket, const void *data, size_t len, bool more)
{
	if (socket == &it.router) {
		unsigned fails = it.parts == 0 ? it.failures : 0;
		FUZZ_MUST(more);
		if (it.parts == 0)
			it.failures = 0;
		if (fails)
			return fails & FULL ? EAGAIN : EHOSTUNREACH;
		check_routed(data, len);
	}
	it.parts = more ? it.parts + 1 : 0;
	it.sent += !more;
	return 0;
}

int wire_send_last(void *socket, zmq_msg_t *part)
{
	FUZZ_MUST(socket == &it.router && it.parts == 2 && it.from_node && zmq_msg_size(part) == it.payload_len);
	FUZZ_MUST(it.payload_len > 0 && memcmp(zmq_msg_data(part), it.payload, it.payload_len) == 0);
	it.parts = 0;
	it.sent++;
	return 0;
}

int wire_send_link(void *socket, const Link *link)
{
	FUZZ_MUST(socket == &it.router && it.parts == 2 && !it.from_node);
	FUZZ_MUST(link__get_packed_size(link) <= WIRE_PAYLOAD_MAX && shape_is_utf8(link->gone, strlen(link->gone)));
	it.parts = 0;
	it.sent++;
	return 0;
}

/* --- a log would be longer than the input --- */

#define SILENT(level)                                                                                                  \
	void log_##level(const char *format, ...)                                                                          \
	{                                                                                                                  \
		(void)format;                                                                                                  \
	}
SILENT(info)
SILENT(warning)
SILENT(error)

/* --- the registry: what is offered is the matter of another target --- */

const struct registry *agreement_registry(const struct agreement *a)
{
	(void)a;
	return partners_registry();
}

enum agreement_news agreement_offer(struct agreement *a, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                                    const char **why)
{
	(void)a;
	(void)signatures;
	*why = "refused";
	return registry.len & 1 ? AGREEMENT_REFUSED : AGREEMENT_SAME;
}

void agreement_bytes(const struct agreement *a, ProtobufCBinaryData *ret_registry, ProtobufCBinaryData *ret_signatures)
{
	static uint8_t text[] = "{}";
	(void)a;
	*ret_registry = *ret_signatures = (ProtobufCBinaryData){ 2, text };
}

/* --- the broker --- */

static void check_routes(const struct relay *r)
{
	for (size_t i = 0; i < r->routes.n; i++) {
		const struct route *row = &r->routes.rows[i];
		const struct registry_node *node = registry_by_name(partners_registry(), row->name);
		FUZZ_MUST(node && strcmp(node->curve, row->curve) == 0);
		for (size_t other = 0; other < i; other++)
			FUZZ_MUST(strcmp(row->name, r->routes.rows[other].name) != 0);
	}
}

static void take_broker(struct arena *a, const uint8_t *data, size_t len)
{
	static struct arena *scratch;
	if (!scratch)
		scratch = arena_new(2 * WIRE_PAYLOAD_MAX);
	it.at = data;
	it.end = data + len;
	(void)a;
	it.parts = 0;
	it.kind = 0;
	struct relay r = { .router = &it.router, .scratch = scratch, .instance = "0123456789abcdef" };
	struct zap z = { .socket = &it.zap };
	int64_t now_ms = 1000000;
	while (it.at < it.end) {
		now_ms += *it.at & LATER ? 600 : 1;
		zap_turn(&z, partners_registry(), now_ms);
		relay_turn(&r, now_ms);
		check_routes(&r);
	}
	relay_registry_changed(&r);
	route_free(&r.routes);
}

const struct fuzz_decoder fuzz_decoders[] = { { "broker", take_broker }, { NULL, NULL } };
