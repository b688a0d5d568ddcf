/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading what a projection finds, for all who tell of it. */
#ifndef UDVEJ_DELIVERY_FACT_H
#define UDVEJ_DELIVERY_FACT_H

#include "delivery/delivery.h"

/* The record of this id, or, when it is NULL, a page of those after a key (NULL: from the first), in the arena of tx.
 */
enum err fact_read(struct tx *tx, const struct projection *what, const struct registry_node *to, const char *id,
                   const char *after, ProtobufCMessage ***ret, size_t *ret_n) MUST_USE;
/* A text of the message by its path; "" when it has none there. */
const char *fact_field(const ProtobufCMessage *m, const char *path);
/* Emits it to the node. */
enum err fact_emit(struct tx *tx, const struct projection *what, const char *node, const ProtobufCMessage *m) MUST_USE;

#endif
