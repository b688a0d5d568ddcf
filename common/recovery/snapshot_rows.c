/* SPDX-License-Identifier: EUPL-1.2 */
/* The page of a snapshot as most kinds have it: what a projection finds after a key. Reads only. */
#include "delivery/fact.h"
#include "recovery/snapshot.h"

enum err snapshot_rows(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s,
                       const struct projection *what)
{
	ProtobufCMessage **rows;
	size_t n;
	TRY(fact_read(tx, what, to, NULL, after, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, fact_field(rows[i], what->key), fact_field(rows[i], what->entity), rows[i]))
			break;
	return OK;
}
