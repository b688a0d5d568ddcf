/* SPDX-License-Identifier: EUPL-1.2 */
/* The chain of the log of use. Each row has a commitment, over a random salt and what it says; the chain runs over the
 * commitments. So a row that was changed, added, left out or moved is found, and one whose salt and content were erased
 * still has its position. Pure. */
#ifndef UDVEJ_SERVING_AUDIT_CHAIN_H
#define UDVEJ_SERVING_AUDIT_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#define AUDIT_HASH_LEN 32
#define AUDIT_SALT_LEN 16

struct audit_row {
	int64_t number, at_ms;
	const char *who, *role, *use, *subject, *outcome, *why;
	int32_t status;
	const char *citizens;          /* as PostgreSQL writes the array: "{a,b}" */
	const unsigned char *searched; /* sealed; NULL: nothing was searched for */
	size_t searched_len;
};

/* What stands for a row. */
void audit_commit(const struct audit_row *row, const unsigned char salt[AUDIT_SALT_LEN],
                  unsigned char ret[AUDIT_HASH_LEN]);
/* The chain after this row: `chain` is the one before it, all zero before the first. */
void audit_chain_add(unsigned char chain[AUDIT_HASH_LEN], int64_t number,
                     const unsigned char commitment[AUDIT_HASH_LEN]);

#endif
