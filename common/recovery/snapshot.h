/* SPDX-License-Identifier: EUPL-1.2 */
/* Recovery, as a service sees it: a node whose database was set back, or is new, is told by the others what they share
 * with it. */
#ifndef UDVEJ_RECOVERY_SNAPSHOT_H
#define UDVEJ_RECOVERY_SNAPSHOT_H

#include "delivery/delivery.h"

/* A page of a snapshot, as it is being written. */
struct snapshot;
/* Adds what is known of an entity, as a message of a type that the asking service has in its table `recovers`. `key` is
 * its position in the order of the kind. False: the page is full; stop there, and go on after the last key that was
 * added when asked again. */
bool snapshot_add(struct snapshot *s, const char *key, const char *entity, const ProtobufCMessage *message) MUST_USE;

/* A page of what a projection finds. */
enum err snapshot_rows(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s,
                       const struct projection *what) MUST_USE;

/* Adds what comes after the key (NULL: from the start) in the order of keys, only what `to` may know, until the page is
 * full or some hundred are added. Adds nothing when there is no more. Reads only. */
typedef enum err snapshot_page(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s);
/* One kind of entity that a node of a role may have lost. */
struct snapshot_row {
	const char *to; /* role of the node that asks */
	snapshot_page *page;
};

#endif
