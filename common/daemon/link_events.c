/* SPDX-License-Identifier: EUPL-1.2 */
/* What the link tells goes to the room that it is for; and the link is told of another registry. Owns nothing. */
#include "base/clock.h"
#include "base/log.h"
#include "daemon/internal.h"

void daemon_on_frame(void *owner, const char *from, const Frame *f)
{
	struct daemon *d = owner;
	delivery_on_frame(&d->delivery, from, f);
	if (f->ask)
		snapshot_on_ask(&d->recovery, from, f->ask);
	if (f->page)
		recovery_on_page(&d->recovery, from, f->page);
}

static void on_up(void *owner, const char *node)
{
	conversation_on_up(((struct daemon *)owner)->delivery.outbox, node);
}

static void on_node_gone(void *owner, const char *node)
{
	conversation_on_gone(((struct daemon *)owner)->delivery.outbox, node);
}

static void on_registry(void *owner, ProtobufCBinaryData registry, ProtobufCBinaryData signatures)
{
	struct engine *e = &((struct daemon *)owner)->engine;
	const char *why = "";
	if (!membership_offered(&e->membership, registry, signatures, &why) &&
	    seldom_few_may(&e->words, ENGINE_WORDS, clock_monotonic_ms()))
		log_error("the registry that a broker offers is not used: %s", why);
}

static void on_refused(void *owner, const char *from, const char *why)
{
	refused_frame(&((struct daemon *)owner)->engine, from, why);
}

const struct link_events daemon_link_events = {
	.frame = daemon_on_frame, .up = on_up, .gone = on_node_gone, .registry = on_registry, .refused = on_refused
};

/* The registry is read live. Another one goes to the link, which hears no node that is not in it. */
void daemon_membership_turn(struct daemon *d, int64_t now_ms)
{
	struct membership *m = &d->engine.membership;
	ProtobufCBinaryData text, signatures;
	const char *why = "";
	if (!membership_look(m, now_ms, &why))
		log_error("the changed registry is not used: %s", why);
	if (!m->changed)
		return;
	bool other_keys = membership_adopt(m);
	agreement_bytes(m->agreement, &text, &signatures);
	link_registry(d->delivery.link, m->registry, text, signatures);
	/* The link was the last to look into the one before: all else that outlives a turn keeps names of its own. */
	agreement_forget_earlier(m->agreement);
	release_all(d->delivery.parked); /* some may have waited for a node to come back */
	log_info("registry with serial %ld in force: %zu nodes", m->registry->serial, m->registry->n_nodes);
	if (other_keys)
		log_info("the registry has other keys of this node: these are used now");
	if (!m->is_member)
		log_error(
		    "this node, or its key, is no longer in the registry: it answers its own users, and nobody else hears it");
}
