/* SPDX-License-Identifier: EUPL-1.2 */
/* A registry and its signatures as two files, replaced together: whenever it is ended, one whole pair is there. */
#ifndef UDVEJ_MEMBERSHIP_PAIR_H
#define UDVEJ_MEMBERSHIP_PAIR_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "base/arena.h"

struct pair {
	const char *registry, *signatures; /* where they are: FILE and FILE.sig */
	const char *fresh;                 /* FILE.new: there while they are being replaced */
};

/* The paths of the pair, in the arena. */
struct pair pair_at(struct arena *a, const char *registry);
/* Puts FILE.new in place on disk, then the signatures, and then the registry itself. False, and errno: it is not done,
 * and what was there stands. */
bool pair_replace(const struct pair *p, ProtobufCBinaryData registry, ProtobufCBinaryData signatures);
/* Ends a replacing that was cut off after the signatures, to which FILE.new was found to belong. */
bool pair_finish(const struct pair *p);

#endif
