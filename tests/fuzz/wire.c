/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes off the bus: the sealed envelope as it is, the frame inside one (sealed here, as a partner with valid keys
 * could), and what a broker says. What opens must survive being sealed and opened again. */
#include "wire/wire.h"

#include <sodium.h>
#include <string.h>

#include "fuzz.h"
#include "partners.h"
#include "wire/chain.h"
#include "wire/seal.h"

#define RECEIVER "caseload"

#define SENDER "reden"

static const struct registry_node *partner(const char *name)
{
	return registry_by_name(partners_registry(), name);
}

static struct seal *seal_of(const char *node)
{
	struct seal *s = NULL;
	FUZZ_MUST(seal_new(node, &(struct key_ring){ { *partners_keys(node) }, 1 }, &s) == OK);
	return s;
}

/* All that is computed over a batch before a database is asked. */
static void follow_chain(const Batch *b, const struct seal *seal, const struct registry_node *sender)
{
	struct chain chain = { { 0 } };
	unsigned char commitment[CHAIN_LEN];
	for (size_t i = 0; i < b->n_messages; i++) {
		chain_commit(b->messages[i], commitment);
		chain_extend(&chain, commitment);
	}
	if (seal_chain_holds(seal, sender, b->epoch, b->first, &chain, b->signature.data, b->signature.len))
		FUZZ_MUST(b->signature.len == SIGNATURE_LEN);
}

/* Nothing that a partner makes up is what this node signed. */
static void look_at_proofs(const Frame *frame, const struct seal *seal)
{
	const struct registry_node *self = partner(RECEIVER);
	if (frame->ack)
		FUZZ_MUST(!seal_is_our_chain(seal, self, SENDER, frame->ack->epoch, frame->ack->head));
	if (frame->greeting)
		FUZZ_MUST(!seal_is_our_receipt(seal, self, SENDER, frame->greeting->epoch, frame->greeting->receipt));
}

static void use(struct arena *a, struct seal *receiver, const struct registry_node *sender, Frame *frame)
{
	static struct seal *back;
	Sealed again;
	Frame *opened = NULL;
	size_t size = frame__get_packed_size(frame);
	if (!!frame->greeting + !!frame->batch + !!frame->ack == 1 && frame->batch)
		follow_chain(frame->batch, receiver, sender);
	look_at_proofs(frame, receiver);
	if (size > WIRE_PAYLOAD_MAX)
		return;
	if (!back)
		back = seal_of(SENDER);
	FUZZ_MUST(seal_close(a, back, partner(RECEIVER), frame, &again) == OK);
	FUZZ_MUST(seal_open(a, receiver, partner(SENDER), &again, &opened) == OK);
	FUZZ_MUST(frame__get_packed_size(opened) == size);
}

static void open_payload(struct arena *a, const void *data, size_t len)
{
	static struct seal *receiver;
	const struct registry_node *sender = partner(SENDER);
	ProtobufCMessage *m = NULL;
	Frame *frame = NULL;
	if (!receiver)
		receiver = seal_of(RECEIVER);
	if (wire_unpack(a, &sealed__descriptor, data, len, WIRE_PAYLOAD_MAX, &m) != OK)
		return;
	if (seal_open(a, receiver, sender, (const Sealed *)m, &frame) == OK)
		use(a, receiver, sender, frame);
}

static void take_sealed(struct arena *a, const uint8_t *data, size_t len)
{
	open_payload(a, data, len);
}

/* The bytes of a frame, with the names that the seal asks for behind them: in protobuf the last word on a field counts.
 * The first byte chooses: an odd one leaves the names to the input. */
static void take_frame(struct arena *a, const uint8_t *data, size_t len)
{
	static const char names[] = "\x22\x05" SENDER "\x2a\x08" RECEIVER;
	Sealed sealed = SEALED__INIT;
	if (len < 1)
		return;
	size_t extra = data[0] & 1 ? 0 : sizeof names - 1, plain_len = len - 1 + extra;
	uint8_t *plain = arena_alloc(a, plain_len + 1), *box = arena_alloc(a, plain_len + crypto_box_MACBYTES);
	uint8_t nonce[crypto_box_NONCEBYTES] = { 0 };
	memcpy(plain, data + 1, len - 1);
	memcpy(plain + len - 1, names, extra);
	FUZZ_MUST(
	    crypto_box_easy(box, plain, plain_len, nonce, partner(RECEIVER)->box, partners_keys(SENDER)->box_secret) == 0);
	sealed.nonce = (ProtobufCBinaryData){ sizeof nonce, nonce };
	sealed.box = (ProtobufCBinaryData){ plain_len + crypto_box_MACBYTES, box };
	uint8_t *packed = arena_alloc(a, sealed__get_packed_size(&sealed));
	open_payload(a, packed, sealed__pack(&sealed, packed));
}

static void take_link(struct arena *a, const uint8_t *data, size_t len)
{
	ProtobufCMessage *m = NULL;
	if (wire_unpack(a, &link__descriptor, data, len, WIRE_LINK_MAX, &m) != OK)
		return;
	const Link *link = (const Link *)m;
	FUZZ_MUST(strlen(link->up) <= WIRE_LINK_MAX && strlen(link->gone) <= WIRE_LINK_MAX);
	FUZZ_MUST(strlen(link->pong) <= WIRE_LINK_MAX);
	if (*link->up)
		(void)partner(link->up);
}

const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	bool frame = strcmp(FUZZ_NAME, "frame") == 0;
	(void)data;
	*ret_at = frame;
	return len < *ret_at       ? NULL
	       : frame             ? &frame__descriptor
	       : *FUZZ_NAME == 's' ? &sealed__descriptor
	                           : &link__descriptor;
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "sealed", take_sealed }, { "frame", take_frame }, { "link", take_link }, { NULL, NULL }
};
