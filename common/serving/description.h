/* SPDX-License-Identifier: EUPL-1.2 */
/* The description of what a service answers over HTTP, OpenAPI 3.1, printed from its tables. */
#ifndef UDVEJ_SERVING_DESCRIPTION_H
#define UDVEJ_SERVING_DESCRIPTION_H

#include "serving/served.h"

/* The JSON document, in the arena. */
const char *description_print(struct arena *a, const struct served *s);

#endif
