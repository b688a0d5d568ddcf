/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks every other node of the registry, page by page, for what it knows, and stores that as it comes. Believes nothing
 * yet. A page that is lost is asked for again. */
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "recovery/internal.h"
#include "sql_recovery.h"

#define ASK_AGAIN_MS 1000 /* the first time, the other has to store that it was asked */
#define COMPLAIN_MS 30000 /* whom it waits for */

static void ask(struct recovery *r, struct recovery_peer *p, int64_t now_ms)
{
	SnapshotAsk a = SNAPSHOT_ASK__INIT;
	Frame f = FRAME__INIT;
	a.recovery = r->epoch;
	a.kind = p->kind;
	a.after = p->after;
	f.ask = &a;
	FAULT_POINT(ask_unsent);
	link_send(r->room->delivery->link, p->name, &f);
	FAULT_POINT(ask_sent);
	p->ask_ms = now_ms + ASK_AGAIN_MS;
}

struct told {
	struct recovery_peer *peer;
	const SnapshotPage *page;
};

/* Whether it has signed for what it says that was acknowledged. */
static bool signs(const struct delivery *d, const char *peer, const SnapshotPage *page)
{
	const struct registry_node *sender = registry_by_name(d->engine->membership.registry, peer);
	struct chain chain;
	memcpy(chain.head, page->acked_chain.data, CHAIN_LEN); /* it is sound */
	return sender && page->acked &&
	       seal_chain_holds(link_seal(d->link), sender, page->epoch, page->acked, &chain, page->acked_signature.data,
	                        page->acked_signature.len);
}

/* The life that it says it has; as its first when no partner has signed for that: any that is signed for is later. */
static struct life life_of(const struct engine *e, const char *peer, const SnapshotPage *page)
{
	struct life l = { .since = page->since };
	if (!life_read(&l, page->epoch, page->partner, page->signature) || !life_holds(&l, peer, e->membership.agreement))
		return (struct life){ .since = 0 };
	return l;
}

static enum err store_positions(struct tx *tx, const struct told *t)
{
	const SnapshotPage *page = t->page;
	struct life life = life_of(tx->engine, t->peer->name, page);
	size_t signature = signs(tx->engine->delivery, t->peer->name, page) ? page->acked_signature.len : 0;
	return tx_exec(tx, sql_recovery_peer_begin, NULL, ARG_TEXT("peer", t->peer->name), ARG_TEXT("epoch", page->epoch),
	               ARG_INT("since", life.since), ARG_TEXT("partner", life.partner),
	               ARG_BYTES("life_signature", life.signature, life.since ? sizeof life.signature : 0),
	               ARG_INT("acked", page->acked), ARG_BYTES("acked_signature", page->acked_signature.data, signature),
	               ARG_BYTES("acked_chain", page->acked_chain.data, page->acked_chain.len),
	               ARG_TEXT("known_epoch", page->known_epoch), ARG_INT("known_position", page->known_position),
	               ARG_BYTES("known_chain", page->known_chain.data, page->known_chain.len));
}

static enum err store_page(struct recovery *r, struct tx *tx, void *context)
{
	const struct told *t = context;
	const SnapshotPage *page = t->page;
	(void)r;
	if (!t->peer->begun)
		TRY(store_positions(tx, t));
	for (size_t i = 0; i < page->n_items; i++)
		TRY(tx_exec(tx, sql_recovery_item_insert, NULL, ARG_TEXT("sender", t->peer->name),
		            ARG_TEXT("type", page->items[i]->type), ARG_TEXT("entity", page->items[i]->entity),
		            ARG_BYTES("body", page->items[i]->body.data, page->items[i]->body.len)));
	return tx_exec(tx, sql_recovery_peer_go, NULL, ARG_TEXT("peer", t->peer->name), ARG_INT("kind", page->next_kind),
	               ARG_TEXT("after", page->next_after), ARG_BOOL("done", page->last));
}

static bool is_sound(const SnapshotPage *page)
{
	bool sound = uuid_is_valid(page->epoch) && (!*page->known_epoch || uuid_is_valid(page->known_epoch)) &&
	             page->acked >= 0 && page->acked <= INT64_MAX / 2 && page->known_position >= 0 &&
	             page->known_position <= INT64_MAX / 2 && page->acked_chain.len == CHAIN_LEN &&
	             page->known_chain.len == CHAIN_LEN && strlen(page->next_after) <= MESSAGE_NAME_MAX;
	for (size_t i = 0; i < page->n_items && sound; i++)
		sound = *page->items[i]->type && page->items[i]->body.len <= SHAPE_MAX_BYTES;
	return sound;
}

void recovery_on_page(struct recovery_room *room, const char *from, const SnapshotPage *page)
{
	struct recovery *r = room->running;
	if (!r || strcmp(page->recovery, r->epoch) != 0)
		return;
	struct recovery_peer *p = recovery_peer_of(r, from);
	if (p->done || page->kind != p->kind || strcmp(page->after, p->after) != 0) /* it came twice */
		return;
	if (!is_sound(page)) {
		refused_frame(room->engine, from, "what it tells for the recovery cannot be read");
		return;
	}
	FAULT_POINT(page_heard);
	if (!writer_is_idle(room->engine->writer) || writer_is_stale(room->engine->writer) ||
	    recovery_step(r, store_page, &(struct told){ p, page }) != OK)
		return; /* asked for again */
	p->begun = true;
	p->kind = page->next_kind;
	memcpy(p->after, page->next_after, strlen(page->next_after) + 1);
	p->done = page->last;
	if (p->done)
		r->row = 0; /* it may have come into the registry when the others' first rows were applied already */
	p->items += page->n_items;
	p->ask_ms = 0;
	FAULT_POINT(page_noted);
	if (p->done)
		log_info("%s has told all it knows: %zu items", from, p->items);
}

static enum err note_peers(struct recovery *r, struct tx *tx, void *context)
{
	(void)context;
	for (const struct recovery_peer *p = r->peers; p; p = p->next)
		TRY(tx_exec(tx, sql_recovery_peer_insert, NULL, ARG_TEXT("peer", p->name)));
	return OK;
}

/* All other nodes of the registry, also one that has come into it since, are in the list and in the table. */
static enum err meet(struct recovery *r)
{
	const struct membership *m = &r->engine->membership;
	if (r->met == m->times)
		return OK;
	for (size_t i = 0; i < m->registry->n_nodes; i++)
		if (strcmp(m->registry->nodes[i].name, m->node) != 0)
			recovery_peer_of(r, m->registry->nodes[i].name);
	TRY(recovery_step(r, note_peers, NULL));
	r->met = m->times;
	r->row = 0; /* of one that is back, nothing was applied while it was away */
	return OK;
}

bool recovery_ask(struct recovery *r, int64_t now_ms)
{
	bool all = true, complain = now_ms >= r->complain_ms;
	if (meet(r) != OK)
		return false;
	for (struct recovery_peer *p = r->peers; p; p = p->next) {
		if (p->done ||
		    !registry_by_name(r->engine->membership.registry, p->name)) /* taken out of the registry: not needed */
			continue;
		all = false;
		if (now_ms >= p->ask_ms)
			ask(r, p, now_ms);
		if (complain)
			log_info("the recovery waits for %s to tell what it knows: it has to run and be connected", p->name);
	}
	if (complain)
		r->complain_ms = now_ms + COMPLAIN_MS;
	return all;
}
