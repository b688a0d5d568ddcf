/* SPDX-License-Identifier: EUPL-1.2 */
/* Making and believing attestations. The signature covers a prefix of its own and the payload as it is
 * written, so that it can be mistaken for no other signature of a node and no JSON need be canonical.
 * Nothing of the payload is believed before its signature, but the name of the node whose key to take. */
#include "membership/attestation.h"

#include <sodium.h>
#include <string.h>

#include "report.pb-c.h"
#include "shape/shape.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static const char prefix[] = "udvej statement 1\n";

static const char *encode(struct arena *a, const void *data, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, VARIANT);
	char *text = arena_alloc(a, size);
	return sodium_bin2base64(text, size, data, len, VARIANT);
}

/* NULL when it is not base64url without padding. */
static unsigned char *decode(struct arena *a, const char *text, size_t len, size_t *ret_len)
{
	unsigned char *data = arena_alloc(a, len + 1);
	return sodium_base642bin(data, len, text, len, NULL, ret_len, NULL, VARIANT) == 0 ? data : NULL;
}

static const unsigned char *signed_bytes(struct arena *a, const char *payload, size_t len, size_t *ret_len)
{
	const char *text = arena_printf(a, "%s%.*s", prefix, (int)len, payload);
	*ret_len = strlen(text);
	return (const unsigned char *)text;
}

enum err attestation_sign(struct arena *a, const struct secret_keys *keys, const struct attestation *who, int64_t now,
                          int64_t lifetime, const char **ret)
{
	if (!*who->node || !*who->organisation || !*who->user || !*who->role)
		return ERR_VALUE;
	if (lifetime < 1 || lifetime > ATTESTATION_MAX_LIFETIME)
		return ERR_VALUE;
	AttestationClaims claims = ATTESTATION_CLAIMS__INIT;
	claims.node = who->node;
	claims.organisation = who->organisation;
	claims.user = who->user;
	claims.role = who->role;
	claims.exp = now + lifetime;
	struct buffer json = buffer_in(a);
	shape_to_json(&json, &claims.base);
	const char *payload = encode(a, json.data, json.len);

	size_t len;
	const unsigned char *bytes = signed_bytes(a, payload, strlen(payload), &len);
	unsigned char signature[crypto_sign_BYTES];
	crypto_sign_detached(signature, NULL, bytes, len, keys->sign_secret);
	const char *token = arena_printf(a, "%s.%s", payload, encode(a, signature, sizeof signature));
	if (strlen(token) > ATTESTATION_MAX_LENGTH)
		return ERR_VALUE;
	*ret = token;
	return OK;
}

static enum err refused(struct refusal *why, const char *rule)
{
	return refuse(why, ERR_BAD_TOKEN, "", rule);
}

static enum err read_claims(struct arena *a, const char *payload, size_t len, const AttestationClaims **ret,
                            struct refusal *why)
{
	size_t json_len;
	const unsigned char *json = decode(a, payload, len, &json_len);
	ProtobufCMessage *claims;
	struct refusal reason;
	if (!json ||
	    shape_from_json(a, &attestation_claims__descriptor, (const char *)json, json_len, &claims, &reason) != OK)
		return refused(why, "A statement has a payload of node, organisation, user, role and exp.");
	*ret = (const AttestationClaims *)claims;
	return OK;
}

static bool signature_holds(struct arena *a, const struct registry_node *node, const char *token, const char *dot)
{
	size_t signature_len, len;
	const unsigned char *signature = decode(a, dot + 1, strlen(dot + 1), &signature_len);
	const unsigned char *bytes = signed_bytes(a, token, (size_t)(dot - token), &len);
	return signature && signature_len == crypto_sign_BYTES &&
	       crypto_sign_verify_detached(signature, bytes, len, node->sign) == 0;
}

static enum err check_claims(const AttestationClaims *claims, const struct registry_node *node, int64_t now,
                             struct refusal *why)
{
	if (strcmp(claims->organisation, node->organisation) != 0)
		return refused(why, "A node makes statements for its own organisation only.");
	if (!*claims->user || !*claims->role)
		return refused(why, "A statement names a user and a role.");
	if (claims->exp <= now)
		return refused(why, "The statement has expired.");
	if (claims->exp > now + ATTESTATION_MAX_LIFETIME)
		return refused(why, "A statement holds for at most 12 hours.");
	return OK;
}

enum err attestation_verify(struct arena *a, const struct registry *r, const char *token, int64_t now,
                            struct attestation *ret, struct refusal *why)
{
	const char *dot = strchr(token, '.');
	if (!dot || strlen(token) > ATTESTATION_MAX_LENGTH)
		return refused(why, "The token is a statement of an intake node: payload.signature.");
	const AttestationClaims *claims = NULL;
	TRY(read_claims(a, token, (size_t)(dot - token), &claims, why));
	const struct registry_node *node = registry_by_name(r, claims->node);
	if (!node || strcmp(node->role, "intake") != 0)
		return refused(why, "Only an intake node of the registry makes statements.");
	if (!signature_holds(a, node, token, dot))
		return refused(why, "The signature of the statement does not verify.");
	TRY(check_claims(claims, node, now, why));
	*ret = (struct attestation){ .node = claims->node, /* not the row's words: they go with the registry */
		                         .organisation = claims->organisation,
		                         .user = claims->user,
		                         .role = claims->role,
		                         .expires = claims->exp };
	return OK;
}
