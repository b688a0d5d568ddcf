/* SPDX-License-Identifier: EUPL-1.2 */
/* All that a daemon answers over HTTP: what the service brings, and what every daemon has. */
#ifndef UDVEJ_SERVING_SERVED_H
#define UDVEJ_SERVING_SERVED_H

#include "serving/route.h"

struct served {
	const char *name, *says;                 /* of the service */
	const struct resource *const *resources; /* all of them; ended by NULL */
	const struct known_row *known;           /* what rules and parameters can ask for; NULL: none does */
	/* Who a bearer token is; ERR_BAD_TOKEN. Reads only. NULL: nobody has an account here. */
	enum err (*authenticate)(struct tx *tx, const char *token, struct principal *ret);
	const char *description; /* the OpenAPI document */
};

/* Adds to `own`, the resources of the service, those that every daemon has, and prints the description. In the arena.
 */
struct served served_make(struct arena *a, const struct served *own);
/* The nth route of all; NULL after the last. */
const struct route *served_route(const struct served *s, size_t n);

#endif
