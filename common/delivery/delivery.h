/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages between nodes, as a service sees them: it handles those that come, and emits others. That each is stored at
 * its sender until its effect is stored at its receiver, once and in order, is the matter of this room. */
#ifndef UDVEJ_DELIVERY_DELIVERY_H
#define UDVEJ_DELIVERY_DELIVERY_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "engine/transaction.h"
#include "membership/registry.h"

/* Four beats: load, decide, save, emit. ERR_NO_PARENT parks the message under `entity` of the message. */
typedef enum err on_message(struct tx *tx, const ProtobufCMessage *message);
struct message_row {
	const ProtobufCMessageDescriptor *type;
	on_message *handle;
	const char *from; /* role that may send it: "intake", "caseload", ... */
	/* Nobody waits for what it brings, so it may wait a moment for others: a transaction costs more than all else about
	 * a message. */
	bool patient;
	const void *of; /* of the service: what a handler that serves several rows wants to know (tx->row->of) */
};

/* Emit: the message goes out with this transaction, to a node by name. `entity` is what it speaks of. */
enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message) MUST_USE;
/* The parent entity has come: messages parked under it are applied after this one. */
void tx_unpark(struct tx *tx, const char *entity);

/* --- facts: what of its records a service tells --- */

/* The records of one kind as they are told: a statement that gives a message each, some hundred at most, in the order
 * of the field `key`. Its parameters: `id`, that record alone; or `after`, those after it (neither: from the first);
 * and `node` and `organisation` of who is told. */
struct projection {
	const struct sql *sql;
	const ProtobufCMessageDescriptor *type;
	const char *key, *entity; /* fields of the message: its position in that order, and what it speaks of */
};
/* One kind of fact. The projection tells it, and tells it again: an operator can have all facts told once more to a
 * node that lost them (`udvej retell`). So a fact carries a version, and its receiver ignores what is not newer. */
struct fact_row {
	const char *to; /* role of the node that is told */
	const struct projection *what;
};
/* Tells a fact as the projection finds it now. It is read back, which costs a wait for the database: where many wait
 * for an answer emit the message as it was made, and let a test hold it against the projection. */
enum err tx_tell(struct tx *tx, const struct fact_row *fact, const char *id) MUST_USE;

#endif
