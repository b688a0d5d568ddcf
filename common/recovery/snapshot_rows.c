/* SPDX-License-Identifier: EUPL-1.2 */
/* The page of a snapshot as most kinds have it: the rows that one statement finds after a key. Reads only. */
#include "recovery/snapshot.h"

static const char *text_at(struct arena *a, const ProtobufCMessage *m, const char *path)
{
	struct shape_place place;
	if (!shape_find(a, m, path, &place))
		return "";
	return *(const char *const *)shape_at(place);
}

enum err snapshot_rows(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s,
                       const struct snapshot_query *query)
{
	ProtobufCMessage **rows;
	size_t n;
	TRY(tx_all(tx, query->sql, query->type, &rows, &n, NULL, ARG_TEXT("after", after), ARG_TEXT("node", to->name),
	           ARG_TEXT("organisation", to->organisation)));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, text_at(tx->arena, rows[i], query->key), text_at(tx->arena, rows[i], query->entity),
		                  rows[i]))
			break;
	return OK;
}
