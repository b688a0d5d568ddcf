/* SPDX-License-Identifier: EUPL-1.2 */
/* The routes of all resources, one after another. Pure. */
#include "serving/route.h"

const struct route *served_route(const struct served *s, size_t n)
{
	for (const struct resource *const *r = s->resources; r && *r; r++) {
		if (n < (*r)->n_routes)
			return &(*r)->routes[n];
		n -= (*r)->n_routes;
	}
	return NULL;
}
