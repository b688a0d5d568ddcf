/* SPDX-License-Identifier: EUPL-1.2 */
/* An attestation: an intake node says, for a few hours, who one of its users is, so that the reporting
 * service needs no accounts. base64url(JSON of AttestationClaims) "." base64url(Ed25519 signature).
 * Pure on bytes: keys, registry and time are arguments. */
#ifndef UDVEJ_MEMBERSHIP_ATTESTATION_H
#define UDVEJ_MEMBERSHIP_ATTESTATION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "membership/registry.h"

#define ATTESTATION_MAX_LIFETIME ((int64_t)12 * 60 * 60) /* seconds */
#define ATTESTATION_MAX_LENGTH ((size_t)2048)            /* of the token */

struct attestation {
	const char *node, *organisation; /* of the node that signed; when verified, in the arena like all of it */
	const char *user, *role;         /* the user's id there; the name of a role, not checked here */
	int64_t expires;                 /* Unix seconds */
};

/* Signs who->node, organisation, user and role (expires is not read) to hold from `now` for `lifetime` seconds.
 * ERR_VALUE when a text is empty, the lifetime is not in 1..ATTESTATION_MAX_LIFETIME or the token would be too long. */
enum err attestation_sign(struct arena *a, const struct secret_keys *keys, const struct attestation *who, int64_t now,
                          int64_t lifetime, const char **ret) MUST_USE;
/* Believes a token only if an intake node of the registry signed it for its own organisation and it has not expired:
 * else ERR_BAD_TOKEN with the rule in *why, *ret untouched. */
enum err attestation_verify(struct arena *a, const struct registry *r, const char *token, int64_t now,
                            struct attestation *ret, struct refusal *why) MUST_USE;

#endif
