/* SPDX-License-Identifier: EUPL-1.2 */
/* What a node says to another inside a frame that is believed: greeting, batch, acknowledgement, question and page of a
 * snapshot, through the real daemon_on_frame() to the real streams. Link, writer and database are stand-ins (they come
 * first at linking), the node is caseload, and the peer is reden, which has valid keys: what it leaves empty (chain,
 * signature, epoch, conversation) is filled in as it should be. The first byte chooses the state before the frame and
 * what becomes of it. Whatever is said, nothing is acknowledged that is not stored, nothing is trimmed that is not
 * acknowledged, and letters come in their order. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "messages.pb-c.h"
#include "partners.h"
#include "recovery/internal.h"
#include "streams.h"
#include "wire/wire.h"

#define KEPT_MOST 4096 /* in the life of a recovery: what a peer says in a page must not add to it */

static struct seal *peer_seal;
static struct link link_;
struct daemon d;

/* --- the node, and what it knows --- */

static enum err page_of(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	(void)to;
	MeasurementDue due = MEASUREMENT_DUE__INIT;
	for (int i = after ? atoi(after) + 1 : 0; i >= 0 && i < 600; i++) {
		due.version = i;
		if (!snapshot_add(s, arena_printf(tx->arena, "%06d", i), NEW_EPOCH, &due.base))
			break;
	}
	return OK;
}

static const struct snapshot_row snapshots[] = { { "intake", page_of },
	                                             { "outcomes", page_of },
	                                             { "intake", page_of } };

static struct seal *seal_of(const char *node)
{
	struct seal *s = NULL;
	FUZZ_MUST(seal_new(node, &(struct key_ring){ { *partners_keys(node) }, 1 }, &s) == OK);
	return s;
}

/* The transaction after the frame: what it left is stored, or is not. */
static void store(struct arena *a)
{
	bool good = !(it.variant & FAILS);
	it.storing = it.stored;
	for (size_t i = 0; i < it.n_queue; i++) {
		(void)!inbox_stage(it.heard, &it.origins[i], it.queue[i]);
		free(it.queue[i]);
	}
	it.n_queue = 0;
	FUZZ_MUST(inbox_save(d.delivery.inbox, a) == OK && outbox_save(d.delivery.outbox, a) == OK);
	if (good) {
		it.stored = it.storing;
		inbox_committed(d.delivery.inbox);
		outbox_committed(d.delivery.outbox);
	} else {
		inbox_rolled_back(d.delivery.inbox);
		outbox_rolled_back(d.delivery.outbox);
	}
	(void)conversation_pump(d.delivery.outbox, it.now_ms += 700);
}

static void check(void)
{
	const struct in_stream *in = in_stream_of(d.delivery.inbox, PEER);
	const struct out_stream *out = out_stream_find(d.delivery.outbox, PEER);
	FUZZ_MUST(in->position == it.stored && in->staged == in->position && in->accepted >= in->position);
	FUZZ_MUST(!d.recovery.running || arena_used(d.recovery.running->arena) < KEPT_MOST);
	FUZZ_MUST(!out || (out->acked <= out->seq && out->saved_acked <= out->acked && out->sent <= out->seq));
}

/* --- the peer --- */

/* The chain and the signature that a batch has when its sender is honest. */
static void sign(struct arena *a, Batch *b)
{
	struct chain *chain = ARENA_NEW(a, struct chain);
	uint8_t *signature = arena_alloc(a, SIGNATURE_LEN);
	const struct in_stream *s = in_stream_of(d.delivery.inbox, PEER);
	*chain = s->accepted_chain;
	for (size_t i = 0; i < b->n_messages; i++)
		if (b->first + (int64_t)i > s->accepted)
			chain_add(chain, b->messages[i]);
	seal_sign_chain(peer_seal, SELF, b->epoch, b->first + (int64_t)b->n_messages - 1, chain, signature);
	b->chain = (ProtobufCBinaryData){ CHAIN_LEN, chain->head };
	b->signature = (ProtobufCBinaryData){ SIGNATURE_LEN, signature };
}

static void complete_ack(Ack *k)
{
	const struct out_stream *out = out_stream_find(d.delivery.outbox, PEER);
	if (!*k->epoch)
		k->epoch = EPOCH;
	if (!k->conversation && out)
		k->conversation = out->conversation;
	if (!k->chain.len && k->position >= 0 && k->position <= LETTERS)
		k->chain = (ProtobufCBinaryData){ CHAIN_LEN, it.sent[k->position].head };
}

static void complete(struct arena *a, Frame *f)
{
	if (f->greeting && !*f->greeting->epoch)
		f->greeting->epoch = PEER_EPOCH;
	if (f->batch && !*f->batch->epoch)
		f->batch->epoch = PEER_EPOCH;
	if (f->batch && !f->batch->chain.len && f->batch->first >= 0 && f->batch->first < INT64_MAX / 2)
		sign(a, f->batch);
	if (f->ack)
		complete_ack(f->ack);
	if (f->ask && !*f->ask->recovery)
		f->ask->recovery = NEW_EPOCH;
	if (f->page && !*f->page->recovery)
		f->page->recovery = NEW_EPOCH;
}

static void hear(struct arena *a, const Frame *whole)
{
	Frame f = *whole;
	complete(a, &f);
	daemon_on_frame(&d, PEER, &f);
}

/* Each kind that the input has, as a frame of its own, in the order of a conversation. */
static void hear_each(struct arena *a, const Frame *f)
{
	Frame one[5] = { FRAME__INIT, FRAME__INIT, FRAME__INIT, FRAME__INIT, FRAME__INIT };
	one[0].greeting = f->greeting;
	one[1].batch = f->batch;
	one[2].ack = f->ack;
	one[3].ask = f->ask;
	one[4].page = f->page;
	for (size_t i = 0; i < countof(one); i++) {
		hear(a, &one[i]);
		if (one[i].greeting || one[i].batch)
			store(a);
	}
	(void)recovery_turn(&d.recovery, it.now_ms);
	store(a);
}

/* --- one input --- */

static void send_letters(struct arena *a)
{
	MeasurementDue due = MEASUREMENT_DUE__INIT;
	struct tx tx = tx_make(&d.engine, NULL, a);
	tx.cause = EPOCH;
	for (size_t i = 1; i <= LETTERS; i++) {
		FUZZ_MUST(outbox_add(d.delivery.outbox, &tx, PEER, EPOCH, &due.base) == OK);
		it.sent[i] = out_stream_find(d.delivery.outbox, PEER)->staged_chain;
	}
	FUZZ_MUST(outbox_save(d.delivery.outbox, a) == OK);
	outbox_committed(d.delivery.outbox);
	(void)conversation_pump(d.delivery.outbox, it.now_ms);
}

static void be_known(struct arena *a)
{
	Greeting g = GREETING__INIT;
	Batch b = BATCH__INIT;
	Message m = MESSAGE__INIT;
	Frame f = FRAME__INIT;
	m.type = "CourseState";
	m.entity = m.id = NEW_EPOCH;
	f.greeting = &g;
	f.batch = &b;
	b.first = 1;
	b.n_messages = 3;
	b.messages = (Message *[]){ &m, &m, &m };
	g.conversation = 7;
	g.last = 3;
	hear_each(a, &f);
}

static void end(void)
{
	while (it.n_queue)
		free(it.queue[--it.n_queue]);
	outbox_free(d.delivery.outbox);
	recovery_close(&d.recovery);
	arena_free(d.engine.arena);
	arena_free(d.engine.scratch);
	memset(&d, 0, sizeof d);
}

static void begin(uint8_t variant)
{
	end(); /* of the input before, which may have ended where memory did */
	if (!link_.seal) {
		link_.seal = seal_of(SELF);
		peer_seal = seal_of(PEER);
	}
	memset(&it, 0, sizeof it);
	it.now_ms = 1000000;
	d.engine.membership.node = SELF;
	d.engine.membership.registry = partners_registry();
	d.engine.delivery = &d.delivery;
	d.engine.arena = arena_new((size_t)16 * 1024 * 1024);
	d.engine.scratch = arena_new(ENGINE_ARENA_LIMIT);
	d.delivery = (struct delivery){ .engine = &d.engine, .link = &link_ };
	d.recovery = (struct recovery_room){
		.engine = &d.engine, .delivery = &d.delivery, .snapshots = snapshots, .n_snapshots = countof(snapshots)
	};
	FUZZ_MUST(outbox_load(&d.delivery, &d.delivery.outbox) == OK && inbox_load(&d.delivery, &d.delivery.inbox) == OK);
	delivery_participants(&d.delivery, d.participants);
	d.engine.participants = d.participants;
	d.engine.n_participants = 2; /* those of outbox and inbox */
	it.variant = variant & (KNOWS_PEER | HAS_SENT);
}

static void take_streams(struct arena *a, const uint8_t *data, size_t len)
{
	ProtobufCMessage *m = NULL;
	if (len < 1 || wire_unpack(a, &frame__descriptor, data + 1, len - 1, WIRE_PAYLOAD_MAX, &m) != OK)
		return;
	begin(data[0]);
	if (it.variant & HAS_SENT)
		send_letters(a);
	if (it.variant & KNOWS_PEER)
		be_known(a);
	it.variant = data[0];
	if (it.variant & SET_BACK)
		d.engine.read_only = "set back";
	FUZZ_MUST(recovery_look(&d.recovery) == OK);
	(void)recovery_turn(&d.recovery, it.now_ms);
	for (int times = it.variant & TWICE ? 2 : 1; times > 0; times--) {
		arena_reset(d.engine.scratch);
		hear_each(a, (const Frame *)m);
		check();
	}
}

const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	(void)data;
	*ret_at = 1;
	return len < 1 ? NULL : &frame__descriptor;
}

const struct fuzz_decoder fuzz_decoders[] = { { "streams", take_streams }, { NULL, NULL } };
