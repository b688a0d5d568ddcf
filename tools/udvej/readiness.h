/* SPDX-License-Identifier: EUPL-1.2 */
/* What a running node says of itself. */
#ifndef UDVEJ_TOOLS_READINESS_H
#define UDVEJ_TOOLS_READINESS_H

#include "base/arena.h"

/* The text that the node answers at /readyz, in the arena; NULL: nobody answers there within a few seconds. */
const char *readiness_ask(struct arena *a, const char *host, const char *port);

#endif
