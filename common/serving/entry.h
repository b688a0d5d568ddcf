/* SPDX-License-Identifier: EUPL-1.2 */
/* The entry of a call in the log of use. */
#ifndef UDVEJ_SERVING_ENTRY_H
#define UDVEJ_SERVING_ENTRY_H

#include "serving/audit.h"
#include "serving/internal.h"

/* Whether answers of the route, or what it writes, belong into the log. */
bool entry_is_needed(const struct route *route);
/* What the call did or shows, in the arena of the request. */
struct audit_entry entry_of(const struct call *c, const char *outcome);
/* What it was refused, by call->why. */
struct audit_entry entry_of_refusal(const struct call *c);

#endif
