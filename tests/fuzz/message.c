/* SPDX-License-Identifier: EUPL-1.2 */
/* Every message that a service takes from the bus, through the real dispatch to its real handler, and every item that
 * it is told when it is recovered. The first byte chooses which (a row of the service's own tables), the second what
 * the database holds; the rest is the body as it came off the stream. No message may stop a daemon. */
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

/* A row of the service: of its messages, or, behind those, of what it takes when it is recovered. */
static const struct message_row *row_of(const struct service *s, uint8_t chosen, bool *ret_recovers)
{
	size_t n_messages = 0;
	while (service_message(s, n_messages))
		n_messages++;
	size_t n = chosen % (n_messages + s->n_recovers);
	*ret_recovers = n >= n_messages;
	return *ret_recovers ? &s->recovers[n - n_messages] : service_message(s, n);
}

static void take_message(struct arena *a, const uint8_t *data, size_t len)
{
	struct daemon *d = world_daemon();
	if (len < 2)
		return;
	bool recovers;
	const struct message_row *row = row_of(d->service, data[0], &recovers);
	const char *sender = sender_of(d->engine.membership.registry, row, data[1]);
	Message m = MESSAGE__INIT;
	m.id = WORLD_ID;
	m.entity = WORLD_ID;
	m.type = row->type->name;
	m.body = (ProtobufCBinaryData){ len - 2, (uint8_t *)data + 2 };
	world_begin(data[1]);
	struct tx tx = tx_make(&d->engine, d->engine.writing, a);
	void *kept = NULL;
	tx.kept = &kept;
	enum err e = recovers ? dispatch_row(row, &tx, sender, &m) : dispatch(&d->delivery, &tx, sender, &m);
	FUZZ_MUST(err_fate(e) != FATE_STOP);
}

const ProtobufCMessageDescriptor *fuzz_body(const uint8_t *data, size_t len, size_t *ret_at)
{
	const struct service *s = world_daemon()->service;
	*ret_at = 2;
	bool recovers;
	return len < 2 ? NULL : row_of(s, data[0], &recovers)->type;
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "message_intake", take_message },
	{ "message_caseload", take_message },
	{ "message_outcomes", take_message },
	{ "message_reporting", take_message },
	{ NULL, NULL },
};
