/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers a node that is recovered: what this one knows of what they share, a page at a time, as the tables of the
 * service tell it. Keeps nothing between two pages, reads only, and tells a node only what is for it: the service's
 * tables see who asks, as the seal proved it. */
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/uuid.h"
#include "recovery/internal.h"

#define PAGE_ITEMS 256u
#define PAGE_BYTES ((size_t)48 * 1024) /* one item more, of at most 64 KiB, still is a frame */

struct snapshot {
	struct arena *arena;
	Message *items[PAGE_ITEMS];
	size_t n, bytes, added; /* added: since the service was called last */
	const char *last_key;
	bool full;
};

bool snapshot_add(struct snapshot *s, const char *key, const char *entity, const ProtobufCMessage *message)
{
	s->full = s->full || s->n == PAGE_ITEMS || s->bytes > PAGE_BYTES;
	if (s->full)
		return false;
	Message *m = ARENA_NEW(s->arena, Message);
	*m = (Message)MESSAGE__INIT;
	m->type = message->descriptor->name;
	m->entity = arena_strdup(s->arena, entity);
	m->body = shape_pack(s->arena, message);
	s->items[s->n++] = m;
	s->bytes += letter_bytes(m);
	s->last_key = arena_strdup(s->arena, key);
	s->added++;
	return true;
}

/* Fills the page, from where it was asked to begin to where the next one begins. */
static enum err fill(const struct recovery_room *room, struct tx *tx, const struct registry_node *to,
                     struct snapshot *s, SnapshotPage *page)
{
	size_t kind = (size_t)page->kind;
	const char *after = *page->after ? page->after : NULL;
	while (kind < room->n_snapshots && !s->full) {
		const struct snapshot_row *row = &room->snapshots[kind];
		s->added = 0;
		if (strcmp(row->to, to->role) == 0)
			TRY(row->page(tx, to, after, s));
		if (s->added)
			after = s->last_key;
		else if (!s->full) {
			kind++;
			after = NULL;
		}
	}
	page->next_kind = (int32_t)kind;
	page->next_after = after ? after : "";
	page->last = kind >= room->n_snapshots;
	page->n_items = s->n;
	page->items = s->items;
	return OK;
}

void snapshot_on_ask(struct recovery_room *room, const char *from, const SnapshotAsk *ask)
{
	jmp_buf guard;
	struct engine *e = room->engine;
	const struct delivery *d = room->delivery;
	const struct registry_node *to = registry_by_name(e->membership.registry, from);
	if (!to || !uuid_is_valid(ask->recovery) || ask->kind < 0) {
		refused_frame(e, from, "it asks for a snapshot in a way that none can be told");
		return;
	}
	if (writer_is_stale(e->writer) || db_is_lost(e->reading) || !reception_is_asked(d->inbox, from, ask->recovery))
		return; /* it asks again */
	FAULT_POINT(ask_heard);
	struct arena *a = arena_new(ENGINE_ARENA_LIMIT);
	volatile bool good = false;
	SnapshotPage page = SNAPSHOT_PAGE__INIT;
	if (!setjmp(guard)) {
		arena_on_full(a, &guard);
		struct tx tx = tx_make(e, e->reading, a);
		struct snapshot *s = ARENA_NEW(a, struct snapshot);
		s->arena = a;
		page.recovery = ask->recovery;
		page.kind = ask->kind;
		page.after = ask->after;
		outbox_describe(d->outbox, from, &page); /* before anything is read: what comes later goes by the stream */
		reception_describe(d->inbox, from, &page);
		good = fill(room, &tx, to, s, &page) == OK;
	}
	if (good) {
		Frame f = FRAME__INIT;
		f.page = &page;
		FAULT_POINT(page_unsent);
		link_send(d->link, from, &f); /* lost: it asks again */
		FAULT_POINT(page_sent);
	} else if (seldom_few_may(&e->words, ENGINE_WORDS, clock_monotonic_ms()))
		log_warning("%s asks what is known here, and it cannot be read: %s", from, db_error(e->reading));
	arena_free(a);
}
