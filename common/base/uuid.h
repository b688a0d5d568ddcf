/* SPDX-License-Identifier: EUPL-1.2 */
/* Identifiers. New ones are random (version 4); derived ones come from their cause, so that
 * a handler that runs twice names its messages the same (RFC 9562 version 8). */
#ifndef UDVEJ_BASE_UUID_H
#define UDVEJ_BASE_UUID_H

#include <stdbool.h>

#include "base/arena.h"

#define UUID_LEN 36

/* A new random id, as 36 characters in the arena. */
const char *uuid_new(struct arena *a);
/* The id that (cause, purpose, n) always gives. */
const char *uuid_derive(struct arena *a, const char *cause, const char *purpose, unsigned n);
/* Whether s has the form 8-4-4-4-12 in lower-case hexadecimal. */
bool uuid_is_valid(const char *s);

#endif
