/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts the resources of a service and those of every daemon together. Pure. */
#include "serving/served.h"

#include "serving/description.h"
#include "serving/internal.h"

struct served served_make(struct arena *a, const struct served *own)
{
	struct served s = *own;
	size_t n = 0;
	while (own->resources && own->resources[n])
		n++;
	const struct resource **all = ARENA_ARRAY(a, const struct resource *, n + 3);
	for (size_t i = 0; i < n; i++)
		all[i] = own->resources[i];
	if (own->authenticate)
		all[n++] = &access_resource;
	all[n++] = &health_resource;
	all[n] = NULL;
	s.resources = all;
	s.description = description_print(a, &s);
	return s;
}

const struct route *served_route(const struct served *s, size_t n)
{
	for (const struct resource *const *r = s->resources; *r; r++) {
		if (n < (*r)->n_routes)
			return &(*r)->routes[n];
		n -= (*r)->n_routes;
	}
	return NULL;
}
