/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a database: each sends its streams in an epoch of its own. When one was set back or lost, an operator
 * opens a new life for its node, and a partner signs for it: receivers then begin the node's stream anew. Without that
 * another epoch is proof that something is wrong. Pure. */
#ifndef UDVEJ_MEMBERSHIP_LIFE_H
#define UDVEJ_MEMBERSHIP_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "membership/agreement.h"

#define LIFE_PARTNER_MAX 63 /* characters of the name of an organisation */

struct life {
	char epoch[UUID_LEN + 1];
	int64_t since; /* Unix milliseconds; 0: the database's first, which nobody has to sign for */
	char partner[LIFE_PARTNER_MAX + 1];
	unsigned char signature[AGREEMENT_SIGNATURE_LEN];
};

/* Fills in all but `since` from what a peer says. False when that is no life that anyone can have signed for. */
bool life_read(struct life *l, const char *epoch, const char *partner, ProtobufCBinaryData signature);
/* Signs for a new life of a node with a partner's Ed25519 secret key: epoch, since and partner are filled in. */
void life_sign(struct life *l, const char *node, const unsigned char secret[64]);
/* Whether a partner of the agreement has signed for this life of the node. */
bool life_holds(const struct life *l, const char *node, const struct agreement *a);

#endif
