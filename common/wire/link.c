/* SPDX-License-Identifier: EUPL-1.2 */
/* A node's side of the transport: a table of brokers, all connected at once; a frame goes through the
 * first living one that has its destination. Owns the ZeroMQ context, the sockets, the seals and the memory for one
 * frame. Queues nothing, promises nothing, never waits, and believes a frame only when its seal is that of the sender
 * the broker names. */
#include "wire/link.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "shape/shape.h"
#include "wire/peer.h"
#include "wire/seal.h"
#include "wire/wire.h"

#define FRAMES_A_TURN 256
#define TABLE_MEMORY ((size_t)1024 * 1024) /* of 16 brokers; of 1000 nodes, a third of it */

struct link {
	struct arena *scratch, *sending;     /* as long as one frame in; and out */
	struct arena *of_brokers, *of_nodes; /* replaced with their tables, lest each registry add to the last */
	struct key_ring keys;
	char node[NODE_NAME_MAX + 1];
	size_t key_set; /* of the ring, as the registry says */
	struct link_events events;
	void *owner, *context;
	struct peer *peers;
	bool *was_up; /* by peer: at the last turn */
	bool *gone;   /* by peer and node: this broker does not have it */
	size_t n_peers;
	struct seal *seal;
	struct registry_node *nodes; /* names and keys to seal for */
	bool *owed;                  /* by node: a living broker was full when we had something for it */
	size_t n_nodes;
	int64_t serial; /* of the registry; and its bytes, for who has an older one */
	ProtobufCBinaryData registry, signatures;
};

static void connect_brokers(struct link *l, const struct registry *r)
{
	for (size_t i = 0; i < l->n_peers; i++)
		peer_close(&l->peers[i]);
	arena_reset(l->of_brokers);
	l->peers = ARENA_ARRAY(l->of_brokers, struct peer, r->n_brokers);
	l->was_up = ARENA_ARRAY(l->of_brokers, bool, r->n_brokers);
	for (l->n_peers = 0; l->n_peers < r->n_brokers; l->n_peers++) {
		const struct registry_broker *b = &r->brokers[l->n_peers];
		l->peers[l->n_peers] = (struct peer){
			.context = l->context,
			.endpoint = arena_strdup(l->of_brokers, b->endpoint),
			.curve = arena_strdup(l->of_brokers, b->curve),
			.keys = &l->keys,
			.key_set = l->key_set,
			.serial = &l->serial,
		};
		peer_open(&l->peers[l->n_peers], 0);
	}
}

static void copy_nodes(struct link *l, const struct registry *r)
{
	arena_reset(l->of_nodes);
	l->nodes = ARENA_ARRAY(l->of_nodes, struct registry_node, r->n_nodes);
	l->owed = ARENA_ARRAY(l->of_nodes, bool, r->n_nodes);
	l->gone = ARENA_ARRAY(l->of_nodes, bool, l->n_peers * r->n_nodes);
	for (l->n_nodes = 0; l->n_nodes < r->n_nodes; l->n_nodes++) {
		struct registry_node *node = &l->nodes[l->n_nodes];
		*node = r->nodes[l->n_nodes];
		node->name = arena_strdup(l->of_nodes, node->name);
		node->role = node->organisation = node->curve = NULL; /* the registry's, and it may go before us */
	}
}

/* Which of our keys the registry has; a node that was taken out of it goes on with what it used. */
static bool choose_keys(struct link *l, const struct registry *r)
{
	const struct registry_node *self = registry_by_name(r, l->node);
	size_t set = self ? keys_in_force(&l->keys, self) : l->keys.n;
	bool changed = set < l->keys.n && set != l->key_set;
	if (changed)
		l->key_set = set;
	seal_use(l->seal, l->key_set);
	return changed;
}

static bool same_brokers(const struct link *l, const struct registry *r)
{
	bool same = l->n_peers == r->n_brokers;
	for (size_t i = 0; same && i < l->n_peers; i++)
		same = strcmp(l->peers[i].endpoint, r->brokers[i].endpoint) == 0 &&
		       strcmp(l->peers[i].curve, r->brokers[i].curve) == 0;
	return same;
}

void link_registry(struct link *l, const struct registry *r, ProtobufCBinaryData text, ProtobufCBinaryData signatures)
{
	l->serial = r->serial;
	l->registry = text;
	l->signatures = signatures;
	bool other_keys = choose_keys(l, r);
	if (other_keys || !same_brokers(l, r))
		connect_brokers(l, r);
	copy_nodes(l, r);
	for (size_t i = 0; i < l->n_nodes; i++)
		l->events.up(l->owner, l->nodes[i].name); /* with other keys, perhaps: greet anew */
}

/* The row of a node, or NULL. */
static const struct registry_node *node_of(const struct link *l, const char *name)
{
	for (size_t i = 0; i < l->n_nodes; i++)
		if (strcmp(l->nodes[i].name, name) == 0)
			return &l->nodes[i];
	return NULL;
}

static enum err make_seal(struct link *l, const struct registry *r, const char **why)
{
	const struct registry_node *self = NULL;
	for (size_t i = 0; i < l->keys.n && !self; i++)
		self = registry_by_curve(r, l->keys.sets[i].curve_public);
	*why = "the registry has no node with the key of this one";
	if (!self)
		return ERR_CONFIG;
	strncpy(l->node, self->name, sizeof l->node - 1);
	TRY(seal_new(self->name, &l->keys, &l->seal));
	choose_keys(l, r);
	return OK;
}

enum err link_open(const struct registry *r, const struct key_ring *keys, const struct link_events *events, void *owner,
                   struct link **ret, const char **why)
{
	if (sodium_init() < 0 || !zmq_has("curve")) {
		*why = "libsodium does not start, or libzmq was built without CURVE";
		return ERR_SYSTEM;
	}
	struct link *l = memory_must(calloc(1, sizeof *l));
	l->events = *events;
	l->owner = owner;
	l->keys = *keys;
	l->of_brokers = arena_new(TABLE_MEMORY);
	l->of_nodes = arena_new(TABLE_MEMORY);
	l->scratch = arena_new(WIRE_MEMORY_MAX);
	l->sending = arena_new(4 * WIRE_FRAME_MAX);
	l->context = zmq_ctx_new();
	l->serial = r->serial;
	*why = "libzmq has no room for the connections to the brokers";
	enum err e = l->context ? make_seal(l, r, why) : ERR_SYSTEM;
	if (e != OK) {
		link_close(l);
		return e;
	}
	connect_brokers(l, r);
	copy_nodes(l, r);
	*ret = l;
	return OK;
}

void link_close(struct link *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n_peers; i++)
		peer_close(&l->peers[i]);
	if (l->context)
		zmq_ctx_term(l->context);
	seal_free(l->seal);
	arena_free(l->of_brokers);
	arena_free(l->of_nodes);
	arena_free(l->scratch);
	arena_free(l->sending);
	sodium_memzero(&l->keys, sizeof l->keys);
	free(l);
}

size_t link_n_sockets(const struct link *l)
{
	return 2 * l->n_peers;
}

void link_poll_items(const struct link *l, zmq_pollitem_t *items)
{
	for (size_t i = 0; i < l->n_peers; i++) {
		const struct peer *p = &l->peers[i];
		/* A socket that could not be made is descriptor -1, which poll() passes over. */
		items[2 * i] = (zmq_pollitem_t){ .socket = p->socket, .fd = -1, .events = ZMQ_POLLIN };
		items[2 * i + 1] = (zmq_pollitem_t){ .socket = p->monitor, .fd = -1, .events = ZMQ_POLLIN };
	}
}

static void pay_owed(struct link *l)
{
	for (size_t i = 0; i < l->n_nodes; i++)
		if (l->owed[i]) {
			l->owed[i] = false;
			l->events.up(l->owner, l->nodes[i].name);
		}
}

static bool *gone_from(const struct link *l, size_t peer, const struct registry_node *node)
{
	return &l->gone[peer * l->n_nodes + (size_t)(node - l->nodes)];
}

static bool is_reachable(const struct link *l, const struct registry_node *node)
{
	for (size_t i = 0; i < l->n_peers; i++)
		if (l->peers[i].up && !*gone_from(l, i, node))
			return true;
	return false;
}

/* A broker has, or has not, a node: another broker may still have it. */
static void take_whereabouts(struct link *l, size_t peer, const char *name, bool gone)
{
	const struct registry_node *node = node_of(l, name);
	if (node)
		*gone_from(l, peer, node) = gone;
	if (gone && !(node && is_reachable(l, node)))
		l->events.gone(l->owner, name);
	else
		l->events.up(l->owner, name);
}

/* A broker that comes back says anew whom it has; when one is lost, what was under way through it is gone, and
 * everyone is greeted anew through the others. */
static void watch_brokers(struct link *l)
{
	for (size_t i = 0; i < l->n_peers; i++) {
		bool up = l->peers[i].up, lost = l->was_up[i] && !up;
		if (up != l->was_up[i])
			memset(&l->gone[i * l->n_nodes], 0, l->n_nodes * sizeof *l->gone);
		l->was_up[i] = up;
		for (size_t n = 0; lost && n < l->n_nodes && link_is_up(l); n++)
			l->events.up(l->owner, l->nodes[n].name);
	}
}

/* A broker whose registry is older is given ours; one that is newer tells it to us. */
static void pass_registry_on(struct link *l, struct peer *p, int64_t serial)
{
	Link newer = LINK__INIT;
	newer.registry = l->registry;
	newer.signatures = l->signatures;
	if (serial < l->serial && l->registry.len && wire_send(p->socket, "", 0, true) == 0)
		(void)wire_send_link(p->socket, &newer); /* lost: the next pong asks again */
}

/* From the broker itself. NULL, or why it is refused; the same below. */
static const char *take_link(struct link *l, size_t peer, zmq_msg_t *payload)
{
	ProtobufCMessage *m;
	if (wire_unpack(l->scratch, &link__descriptor, zmq_msg_data(payload), zmq_msg_size(payload), WIRE_PAYLOAD_MAX,
	                &m) != OK)
		return "unreadable";
	const Link *link = (const Link *)m;
	if (!link->registry.len && zmq_msg_size(payload) > WIRE_LINK_MAX)
		return "too long";
	if (*link->gone)
		take_whereabouts(l, peer, link->gone, true);
	if (*link->up)
		take_whereabouts(l, peer, link->up, false);
	if (*link->pong) {
		pay_owed(l);
		pass_registry_on(l, &l->peers[peer], link->serial);
	}
	if (link->registry.len && l->events.registry)
		l->events.registry(l->owner, link->registry, link->signatures);
	return NULL;
}

/* From another node. */
static const char *take_frame(struct link *l, const char *from, zmq_msg_t *payload)
{
	ProtobufCMessage *m;
	Frame *frame;
	const struct registry_node *sender = node_of(l, from);
	if (!sender)
		return "it is not in the registry";
	if (wire_unpack(l->scratch, &sealed__descriptor, zmq_msg_data(payload), zmq_msg_size(payload), WIRE_FRAME_MAX,
	                &m) != OK)
		return "unreadable";
	enum err e = seal_open(l->scratch, l->seal, sender, (const Sealed *)m, &frame);
	if (e != OK)
		return e == ERR_CRYPTO ? "not sealed by it for this node, or changed on the way"
		                       : "what was sealed is unreadable";
	if (!!frame->greeting + !!frame->batch + !!frame->ack + !!frame->ask + !!frame->page != 1)
		return "it says nothing, or two things at once";
	l->events.frame(l->owner, from, frame);
	return NULL;
}

static const char *take(struct link *l, size_t peer, struct wire_parts *parts, char from[NODE_NAME_MAX + 1])
{
	size_t len = zmq_msg_size(&parts->part[0]);
	if (parts->n != 2 || len > NODE_NAME_MAX || !shape_is_utf8(zmq_msg_data(&parts->part[0]), len))
		return "no message as brokers hand them on";
	memcpy(from, zmq_msg_data(&parts->part[0]), len);
	return *from ? take_frame(l, from, &parts->part[1]) : take_link(l, peer, &parts->part[1]);
}

/* Reads up to `most` messages of one broker; true when more may wait. */
static bool read_peer(struct link *l, size_t peer, size_t most)
{
	struct peer *p = &l->peers[peer];
	for (; most > 0; most--) {
		struct wire_parts parts;
		char from[NODE_NAME_MAX + 1] = "";
		if (!p->socket || !wire_receive(p->socket, &parts))
			return false;
		peer_heard(p);
		const char *why = take(l, peer, &parts, from);
		if (why && l->events.refused)
			l->events.refused(l->owner, from, why);
		wire_drop(&parts);
		arena_reset(l->scratch);
	}
	return true;
}

int link_turn(struct link *l, int64_t now_ms)
{
	bool again = false;
	int64_t next = now_ms + 1000;
	for (size_t i = 0; i < l->n_peers; i++) {
		struct peer *p = &l->peers[i];
		/* What has come is read before anyone is given up: we may be the one who was held up. */
		again |= read_peer(l, i, FRAMES_A_TURN / l->n_peers);
		peer_watch(p, now_ms);
		int64_t beat = peer_beat(p, now_ms);
		if (beat < next)
			next = beat;
	}
	watch_brokers(l);
	return again || next <= now_ms ? 0 : (int)(next - now_ms);
}

/* Sealed for the node, and packed. */
static bool pack(struct link *l, const struct registry_node *to, const Frame *frame, zmq_msg_t *ret)
{
	Sealed sealed;
	Frame copy = *frame;
	bool packed = false;
	if (frame__get_packed_size(frame) <= WIRE_FRAME_MAX && seal_close(l->sending, l->seal, to, &copy, &sealed) == OK) {
		size_t len = sealed__get_packed_size(&sealed);
		packed = len <= WIRE_FRAME_MAX && zmq_msg_init_size(ret, len) == 0;
		if (packed)
			sealed__pack(&sealed, zmq_msg_data(ret));
	}
	arena_reset(l->sending);
	return packed;
}

/* The pong of the next ping, which has to queue like everything else, will say that there is room again. */
static void owe(struct link *l, const struct registry_node *to)
{
	for (size_t i = 0; i < l->n_peers; i++)
		l->peers[i].ping_at = 0;
	l->owed[to - l->nodes] = true;
}

bool link_send(struct link *l, const char *to, const Frame *frame)
{
	zmq_msg_t payload;
	const struct registry_node *node = node_of(l, to);
	if (!node || !link_is_up(l) || !pack(l, node, frame, &payload))
		return false;
	bool sent = false, full = false;
	for (size_t i = 0; i < l->n_peers && !sent; i++) {
		const struct peer *p = &l->peers[i];
		if (!p->up || *gone_from(l, i, node))
			continue;
		sent = wire_send(p->socket, to, strlen(to), true) == 0 && wire_send_last(p->socket, &payload) == 0;
		full |= !sent;
	}
	if (!sent && full) /* not who is gone: a broker says by itself when it is there again */
		owe(l, node);
	zmq_msg_close(&payload);
	return sent;
}

struct seal *link_seal(struct link *l)
{
	return l->seal;
}

bool link_is_up(const struct link *l)
{
	for (size_t i = 0; i < l->n_peers; i++)
		if (l->peers[i].up)
			return true;
	return false;
}
