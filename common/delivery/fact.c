/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts as their projections find them. Writes nothing but what goes out, and must never tell a node of another role
 * than the row of the fact says. */
#include "delivery/fact.h"

enum err fact_read(struct tx *tx, const struct projection *what, const struct registry_node *to, const char *id,
                   const char *after, ProtobufCMessage ***ret, size_t *ret_n)
{
	return tx_all(tx, what->sql, what->type, ret, ret_n, NULL, ARG_TEXT("id", id), ARG_TEXT("after", after),
	              ARG_TEXT("node", to->name), ARG_TEXT("organisation", to->organisation));
}

const char *fact_field(const ProtobufCMessage *m, const char *path)
{
	struct shape_slot slot;
	if (!shape_find(NULL, m, path, &slot) || !slot.holder)
		return "";
	return *(const char *const *)shape_at(slot);
}

enum err fact_emit(struct tx *tx, const struct projection *what, const char *node, const ProtobufCMessage *m)
{
	return tx_emit(tx, node, fact_field(m, what->entity), m);
}

enum err tx_tell(struct tx *tx, const struct fact_row *fact, const char *id)
{
	const struct registry_node *to = registry_by_role(tx->registry, fact->to);
	ProtobufCMessage **found;
	size_t n;
	if (!to)
		return tx_refuse(tx, ERR_CONFIG, "", "no node of role %s in the registry", fact->to);
	TRY(fact_read(tx, fact->what, to, id, NULL, &found, &n));
	for (size_t i = 0; i < n; i++)
		TRY(fact_emit(tx, fact->what, to->name, found[i]));
	return OK;
}
