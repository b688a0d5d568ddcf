/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry in force at this node: read again when its files change, and taken from a broker that has a newer one.
 * A node taken out of it is cut off without a restart, itself included. Owns the agreement. Never tells anybody: its
 * owner does. */
#include "membership/membership.h"

#include <string.h>

#define LOOK_EVERY_MS 1000

/* Of this node's keys, those that the registry has. True: others than before. */
static bool take_keys(struct membership *m)
{
	const struct registry_node *self = registry_by_name(m->registry, m->node);
	size_t set = self ? keys_in_force(&m->key_ring, self) : m->key_ring.n;
	m->is_member = set < m->key_ring.n;
	if (!m->is_member)
		return false;
	bool others = *m->keys.curve_public && strcmp(m->keys.curve_public, m->key_ring.sets[set].curve_public) != 0;
	m->keys = m->key_ring.sets[set];
	return others;
}

enum err membership_open(struct membership *m, struct arena *a, const char *registry_path, const char *partners_path,
                         const char **why)
{
	TRY(agreement_open(registry_path, partners_path, &m->agreement, why));
	(void)membership_adopt(m);
	if (m->is_member)
		return OK;
	*why = arena_printf(a,
	                    registry_by_name(m->registry, m->node)
	                        ? "the registry has another key for node `%s` than the file of keys"
	                        : "node `%s` is not in the registry",
	                    m->node);
	return ERR_CONFIG;
}

void membership_close(struct membership *m)
{
	agreement_close(m->agreement);
}

bool membership_adopt(struct membership *m)
{
	m->registry = agreement_registry(m->agreement);
	m->times++;
	m->changed = false;
	return take_keys(m);
}

bool membership_offered(struct membership *m, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                        const char **why)
{
	enum agreement_news news = agreement_offer(m->agreement, registry, signatures, why);
	m->changed |= news == AGREEMENT_NEW;
	return news != AGREEMENT_REFUSED;
}

bool membership_look(struct membership *m, int64_t now_ms, const char **why)
{
	if (now_ms < m->look_ms)
		return true;
	m->look_ms = now_ms + LOOK_EVERY_MS;
	enum agreement_news news = agreement_refresh(m->agreement, why);
	m->changed |= news == AGREEMENT_NEW;
	return news != AGREEMENT_REFUSED;
}
