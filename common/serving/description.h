/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of what a service answers over HTTP, OpenAPI 3.1, printed from its tables. */
#ifndef UDVEJ_SERVING_DESCRIPTION_H
#define UDVEJ_SERVING_DESCRIPTION_H

#include "serving/route.h"

/* The JSON document, in the arena. `about` is what every daemon answers beside the service's own. */
const char *description_print(struct arena *a, const struct served *s, const struct resource *about);

#endif
