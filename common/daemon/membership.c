/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry in force at this node: read again when its files change, taken from a broker that has a
 * newer one, and given to the link, which hears no node that is not in it. A node taken out of it is cut
 * off without a restart, itself included. */
#include <string.h>

#include "base/log.h"
#include "daemon/internal.h"

#define LOOK_EVERY_MS 1000

/* Of this node's keys, those that the registry has. */
static bool take_keys(struct daemon *d)
{
	const struct registry_node *self = registry_by_name(d->registry, d->node);
	size_t set = self ? key_ring_in_force(&d->key_ring, self) : d->key_ring.n;
	if (set == d->key_ring.n)
		return false;
	if (strcmp(d->keys.curve_public, d->key_ring.sets[set].curve_public) != 0 && *d->keys.curve_public)
		log_info("the registry has other keys of this node: these are used now");
	d->keys = d->key_ring.sets[set];
	return true;
}

enum err membership_open(struct daemon *d, const char **why)
{
	TRY(agreement_open(settings_get(d->settings, "registry"), settings_get(d->settings, "partners"), &d->agreement,
	                   why));
	d->registry = agreement_registry(d->agreement);
	d->memberships = 1;
	if (take_keys(d))
		return OK;
	*why = arena_printf(d->arena,
	                    registry_by_name(d->registry, d->node)
	                        ? "the registry has another key for node `%s` than the file of keys"
	                        : "node `%s` is not in the registry",
	                    d->node);
	return ERR_CONFIG;
}

static void adopt(struct daemon *d)
{
	ProtobufCBinaryData text, signatures;
	d->registry = agreement_registry(d->agreement);
	d->memberships++;
	d->membership_changed = false;
	agreement_bytes(d->agreement, &text, &signatures);
	link_registry(d->link, d->registry, text, signatures);
	/* The link was the last to look into the one before: all else that outlives a turn keeps names of its own. */
	agreement_forget_earlier(d->agreement);
	parked_release_all(d->parked); /* some may have waited for a node to come back */
	log_info("registry with serial %ld in force: %zu nodes", d->registry->serial, d->registry->n_nodes);
	if (!take_keys(d))
		log_error(
		    "this node, or its key, is no longer in the registry: it answers its own users, and nobody else hears it");
}

void membership_offered(struct daemon *d, ProtobufCBinaryData registry, ProtobufCBinaryData signatures)
{
	const char *why = "";
	enum agreement_news news = agreement_offer(d->agreement, registry, signatures, &why);
	if (news == AGREEMENT_REFUSED && few_may(&d->words, DAEMON_WORDS, clock_monotonic_ms()))
		log_error("the registry that a broker offers is not used: %s", why);
	if (news == AGREEMENT_NEW)
		d->membership_changed = true;
}

void membership_turn(struct daemon *d, int64_t now_ms)
{
	const char *why = "";
	if (now_ms >= d->membership_ms) {
		enum agreement_news news = agreement_refresh(d->agreement, &why);
		if (news == AGREEMENT_REFUSED)
			log_error("the changed registry is not used: %s", why);
		if (news == AGREEMENT_NEW)
			d->membership_changed = true;
		d->membership_ms = now_ms + LOOK_EVERY_MS;
	}
	if (d->membership_changed)
		adopt(d);
}
