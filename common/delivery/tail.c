/* SPDX-License-Identifier: EUPL-1.2 */
/* A bounded tail of letters for each stream out. Owns what it is given. Never holds a hole: letters come in the order
 * of their numbers. */
#include <stdlib.h>

#include "delivery/internal.h"

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
