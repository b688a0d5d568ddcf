/* SPDX-License-Identifier: EUPL-1.2 */
/* Letters in memory: one malloc each, and a bounded tail of them for each stream out. Owns what it is
 * given. Never holds a hole: letters come in the order of their numbers. */
#include "delivery/tail.h"

#include <stdlib.h>
#include <string.h>

#define LETTER_OVERHEAD                                                                                                \
	128 /* about what one costs in memory beside its words, so that empty ones are not free either */

size_t letter_bytes(const Message *m)
{
	return LETTER_OVERHEAD + m->body.len + strlen(m->id) + strlen(m->type) + strlen(m->entity) + m->salt.len;
}

struct letter *letter_new(int64_t seq, const Message *m)
{
	size_t id = strlen(m->id) + 1, type = strlen(m->type) + 1, entity = strlen(m->entity) + 1;
	struct letter *l = malloc(sizeof *l + id + type + entity + m->salt.len + m->body.len);
	if (!l)
		return NULL;
	char *text = (char *)(l + 1);
	*l = (struct letter){ .seq = seq, .bytes = letter_bytes(m), .message = MESSAGE__INIT };
	l->message.id = memcpy(text, m->id, id);
	l->message.type = memcpy(text += id, m->type, type);
	l->message.entity = memcpy(text += type, m->entity, entity);
	l->message.salt = (ProtobufCBinaryData){ m->salt.len, (uint8_t *)(text += entity) };
	if (m->salt.len)
		memcpy(text, m->salt.data, m->salt.len);
	l->message.body = (ProtobufCBinaryData){ m->body.len, (uint8_t *)(text += m->salt.len) };
	if (m->body.len)
		memcpy(text, m->body.data, m->body.len);
	return l;
}

static struct letter **slot(struct tail *t, int64_t seq)
{
	return &t->slots[seq % TAIL_LETTERS];
}

static void drop(struct tail *t, int64_t seq)
{
	struct letter **l = slot(t, seq);
	t->bytes -= (*l)->bytes;
	free(*l);
	*l = NULL;
}

void tail_put(struct tail *t, struct letter *l)
{
	if (l->seq != t->end) {
		tail_clear(t);
		t->first = t->end = l->seq;
	}
	while (t->first < t->end && (t->end - t->first == TAIL_LETTERS || t->bytes + l->bytes > TAIL_BYTES))
		drop(t, t->first++);
	*slot(t, l->seq) = l;
	t->bytes += l->bytes;
	t->end++;
}

struct letter *tail_get(const struct tail *t, int64_t seq)
{
	return seq >= t->first && seq < t->end ? t->slots[seq % TAIL_LETTERS] : NULL;
}

void tail_drop_until(struct tail *t, int64_t seq)
{
	while (t->first < t->end && t->first <= seq)
		drop(t, t->first++);
}

void tail_drop_after(struct tail *t, int64_t seq)
{
	while (t->first < t->end && t->end > seq + 1)
		drop(t, --t->end);
}

void tail_clear(struct tail *t)
{
	while (t->first < t->end)
		drop(t, t->first++);
}
