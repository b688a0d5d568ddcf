/* SPDX-License-Identifier: EUPL-1.2 */
/* From a message to its handler: finds the row, checks that the sender's role may send it, decodes, calls. Owns
 * nothing. */
#include <string.h>

#include "delivery/internal.h"

static const struct message_row *row_of(const struct delivery *d, const char *type)
{
	for (size_t i = 0; i < d->n_rows; i++)
		if (strcmp(d->rows[i]->type->name, type) == 0)
			return d->rows[i];
	return NULL;
}

bool dispatch_is_patient(const struct delivery *d, const char *type)
{
	const struct message_row *row = row_of(d, type);
	return row && row->patient;
}

enum err dispatch(const struct delivery *d, struct tx *tx, const char *sender, const Message *m)
{
	const struct message_row *row = row_of(d, m->type);
	const struct registry_node *node = registry_by_name(tx->registry, sender);
	if (!row)
		return tx_refuse(tx, ERR_NO_HANDLER, "", "no handler for %s", m->type);
	if (!node || strcmp(node->role, row->from) != 0)
		return tx_refuse(tx, ERR_FORBIDDEN, "", "%s comes from a node of role %s only", m->type, row->from);
	return dispatch_row(row, tx, sender, m);
}

enum err dispatch_row(const struct message_row *row, struct tx *tx, const char *sender, const Message *m)
{
	ProtobufCMessage *body;
	TRY(shape_unpack(tx->arena, row->type, m->body.data, m->body.len, &body));
	tx->row = row;
	tx->sender = sender;
	tx->latest = (struct date){ tx->today.days + 1 };
	tx->cause = m->id;
	tx->emitted = 0;
	tx->why = (struct refusal){ 0 };
	return row->handle(tx, body);
}
