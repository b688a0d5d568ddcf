/* SPDX-License-Identifier: EUPL-1.2 */
/* Identifiers. New ones are a time and random bits (RFC 9562 version 7): rows that are made together lie together in
 * an index, however large it has become. Derived ones come from their cause, so that a handler that runs twice names
 * its messages the same (version 8). An id tells when it was made, and nothing else. */
#ifndef UDVEJ_BASE_UUID_H
#define UDVEJ_BASE_UUID_H

#include <stdbool.h>

#include "base/arena.h"

#define UUID_LEN 36

/* A new id, later ones greater, as 36 characters in the arena. */
const char *uuid_new(struct arena *a);
/* The id that (cause, purpose, n) always gives. */
const char *uuid_derive(struct arena *a, const char *cause, const char *purpose, unsigned n);
/* Whether s has the form 8-4-4-4-12 in lower-case hexadecimal. */
bool uuid_is_valid(const char *s);

#endif
