/* SPDX-License-Identifier: EUPL-1.2 */
/* The routing table. Owns its rows. A name comes from the authenticated key, never from what a
 * client claims; the newest connection of a name wins, and an older one that still speaks must
 * not take the name back, or two processes with one key would take turns for ever. */
#include "broker/route.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct route *find(struct routes *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

static struct route *add(struct routes *t, const struct registry_node *node)
{
	if (t->n == t->capacity) {
		size_t capacity = t->capacity ? 2 * t->capacity : 16;
		t->rows = memory_must(realloc(t->rows, capacity * sizeof *t->rows));
		t->capacity = capacity;
	}
	struct route *row = &t->rows[t->n++];
	*row = (struct route){ 0 };
	strncpy(row->name, node->name, sizeof row->name - 1);
	strncpy(row->curve, node->curve, sizeof row->curve - 1);
	return row;
}

static bool is_retired(const struct route *row, const uint8_t *id)
{
	for (size_t i = 0; i < ROUTE_RETIRED; i++)
		if (memcmp(row->retired[i], id, WIRE_ROUTING_ID) == 0)
			return true;
	return false;
}

enum route_news route_hear(struct routes *t, const struct registry_node *node, const uint8_t id[WIRE_ROUTING_ID],
                           int64_t now_ms, struct route **ret)
{
	struct route *row = find(t, node->name);
	bool same = row && memcmp(row->id, id, WIRE_ROUTING_ID) == 0;
	if (row && !same && is_retired(row, id))
		return ROUTE_RETIRED_SPOKE;
	bool news = !same || !row->connected;
	if (!row) {
		row = add(t, node);
	} else if (!same) {
		memcpy(row->retired[row->next_retired], row->id, WIRE_ROUTING_ID);
		row->next_retired = (row->next_retired + 1) % ROUTE_RETIRED;
		row->given_serial = 0;
	}
	memcpy(row->id, id, WIRE_ROUTING_ID);
	row->connected = true;
	row->heard_ms = now_ms;
	*ret = row;
	return news ? ROUTE_NEW : ROUTE_SAME;
}

struct route *route_to(struct routes *t, const char *name)
{
	struct route *row = find(t, name);
	return row && row->connected ? row : NULL;
}

size_t route_count(const struct routes *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++)
		n += t->rows[i].connected;
	return n;
}

void route_forget_silent(struct routes *t, int64_t since_ms)
{
	for (size_t i = 0; i < t->n;)
		if (t->rows[i].heard_ms < since_ms)
			t->rows[i] = t->rows[--t->n];
		else
			i++;
}

void route_forget_strangers(struct routes *t, const struct registry *r)
{
	for (size_t i = 0; i < t->n;) {
		const struct registry_node *node = registry_by_name(r, t->rows[i].name);
		if (!node || strcmp(node->curve, t->rows[i].curve) != 0)
			t->rows[i] = t->rows[--t->n];
		else
			i++;
	}
}

void route_free(struct routes *t)
{
	free(t->rows);
	*t = (struct routes){ 0 };
}
