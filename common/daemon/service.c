/* SPDX-License-Identifier: EUPL-1.2 */
/* What of a service is for which room. Pure. */
#include "daemon/internal.h"

const struct message_row *service_message(const struct service *s, size_t n)
{
	for (const struct resource *const *r = s->resources; r && *r; r++) {
		if (n < (*r)->n_messages)
			return &(*r)->messages[n];
		n -= (*r)->n_messages;
	}
	return NULL;
}

const struct message_row *const *service_messages(struct arena *a, const struct service *s, size_t *ret_n)
{
	size_t n = 0;
	while (service_message(s, n))
		n++;
	const struct message_row **rows = ARENA_ARRAY(a, const struct message_row *, n);
	for (size_t i = 0; i < n; i++)
		rows[i] = service_message(s, i);
	*ret_n = n;
	return rows;
}

const struct fact_row *service_facts(struct arena *a, const struct service *s, size_t *ret_n)
{
	size_t n = 0, at = 0;
	for (const struct resource *const *r = s->resources; r && *r; r++)
		n += (*r)->n_facts;
	struct fact_row *rows = ARENA_ARRAY(a, struct fact_row, n);
	for (const struct resource *const *r = s->resources; r && *r; r++)
		for (size_t i = 0; i < (*r)->n_facts; i++)
			rows[at++] = (*r)->facts[i];
	*ret_n = n;
	return rows;
}

struct served service_served(struct arena *a, const struct service *s)
{
	const struct served own = {
		.name = s->name,
		.says = s->says,
		.resources = s->resources,
		.known = s->known,
		.authenticate = s->authenticate,
	};
	return served_make(a, &own);
}
