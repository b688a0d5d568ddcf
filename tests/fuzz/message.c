/* SPDX-License-Identifier: EUPL-1.2 */
/* Every message that a service takes from the bus, through the real dispatch to its real handler. The first byte
 * chooses the message (a row of the service's own table), the second what the database holds; the rest is the body as
 * it came off the stream. No message may stop a daemon. */
#include <string.h>

#include "fuzz.h"
#include "world.h"

/* A node that may send this message; bit 0 of the variant: the last one of them. */
static const char *sender_of(const struct registry *r, const struct message_row *row, uint8_t variant)
{
	const char *found = NULL;
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].role, row->from) == 0 && (!found || (variant & 1)))
			found = r->nodes[i].name;
	FUZZ_MUST(found);
	return found;
}

static void take_message(struct arena *a, const uint8_t *data, size_t len)
{
	struct daemon *d = world_daemon();
	if (len < 2)
		return;
	const struct message_row *row = &d->service->messages[data[0] % d->service->n_messages];
	Message m = MESSAGE__INIT;
	m.id = WORLD_ID;
	m.entity = WORLD_ID;
	m.type = row->type->name;
	m.body = (ProtobufCBinaryData){ len - 2, (uint8_t *)data + 2 };
	world_begin(data[1]);
	struct tx tx = tx_make(d, d->writer, a);
	void *kept = NULL;
	tx.kept = &kept;
	enum err e = dispatch(d, &tx, sender_of(d->registry, row, data[1]), &m);
	FUZZ_MUST(err_fate(e) != FATE_STOP);
}

const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	const struct service *s = world_daemon()->service;
	*ret_at = 2;
	return len < 2 ? NULL : s->messages[data[0] % s->n_messages].type;
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "message_intake", take_message },
	{ "message_caseload", take_message },
	{ "message_outcomes", take_message },
	{ "message_reporting", take_message },
	{ NULL, NULL },
};
