/* SPDX-License-Identifier: EUPL-1.2 */
/* Pseudonyms: HMAC-SHA-256 with one derived key for each receiver and purpose, so that two receivers cannot join what
 * they hold. The root key lives outside the database. */
#ifndef UDVEJ_INTAKE_CORE_PSEUDONYM_H
#define UDVEJ_INTAKE_CORE_PSEUDONYM_H

#include "base/arena.h"

#define PSEUDONYM_KEY_BYTES 32
#define PSEUDONYM_KEY_ID_LEN 16

struct pseudonym_key {
	unsigned char bytes[PSEUDONYM_KEY_BYTES];
	char id[PSEUDONYM_KEY_ID_LEN + 1]; /* names the key without revealing it: stored beside each value */
};

/* The key for a receiver ("caseload") and a purpose ("course"). Wipe it with sodium_memzero when done. */
struct pseudonym_key pseudonym_key(const unsigned char root[PSEUDONYM_KEY_BYTES], const char *receiver,
                                   const char *purpose);
/* The pseudonym of a local id, in the form of a UUID version 8, in the arena. */
const char *pseudonym_of(struct arena *a, const struct pseudonym_key *key, const char *id);

#endif
