/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner's signature on a registry. */
#ifndef UDVEJ_TOOLS_REGISTRY_SIGN_H
#define UDVEJ_TOOLS_REGISTRY_SIGN_H

#include "base/arena.h"
#include "base/err.h"

/* Arguments: the registry, the organisation, the file of its secret keys, the file of the partners or NULL. Adds the
 * signature to REGISTRY.sig, in the place of an earlier one of this partner. */
enum err registry_sign(struct arena *a, char **arguments, const char **why) MUST_USE;

#endif
