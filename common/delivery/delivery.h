/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages between nodes, as a service sees them: it handles those that come, and emits others. That each is stored at
 * its sender until its effect is stored at its receiver, once and in order, is the matter of this room. */
#ifndef UDVEJ_DELIVERY_DELIVERY_H
#define UDVEJ_DELIVERY_DELIVERY_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "engine/transaction.h"

/* Four beats: load, decide, save, emit. ERR_NO_PARENT parks the message under `entity` of the message. */
typedef enum err on_message(struct tx *tx, const ProtobufCMessage *message);
struct message_row {
	const ProtobufCMessageDescriptor *type;
	on_message *handle;
	const char *from; /* role that may send it: "intake", "caseload", ... */
	/* Nobody waits for what it brings, so it may wait a moment for others: a transaction costs more than all else about
	 * a message. */
	bool patient;
};

/* Emit: the message goes out with this transaction, to a node by name. `entity` is what it speaks of. */
enum err tx_emit(struct tx *tx, const char *to, const char *entity, const ProtobufCMessage *message) MUST_USE;
/* The parent entity has come: messages parked under it are applied after this one. */
void tx_unpark(struct tx *tx, const char *entity);

#endif
