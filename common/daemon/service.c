/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of all resources of a service, one after another. Pure. */
#include "daemon/daemon.h"

const struct route *service_route(const struct service *s, size_t n)
{
	for (const struct resource *const *r = s->resources; r && *r; r++) {
		if (n < (*r)->n_routes)
			return &(*r)->routes[n];
		n -= (*r)->n_routes;
	}
	return NULL;
}

const struct message_row *service_message(const struct service *s, size_t n)
{
	for (const struct resource *const *r = s->resources; r && *r; r++) {
		if (n < (*r)->n_messages)
			return &(*r)->messages[n];
		n -= (*r)->n_messages;
	}
	return NULL;
}

const struct fact_row *service_fact(const struct service *s, size_t n)
{
	for (const struct resource *const *r = s->resources; r && *r; r++) {
		if (n < (*r)->n_facts)
			return &(*r)->facts[n];
		n -= (*r)->n_facts;
	}
	return NULL;
}
