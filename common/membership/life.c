/* SPDX-License-Identifier: EUPL-1.2 */
/* What a partner signs when a node's database begins a new life. */
#include "membership/life.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 512

/* What is signed: never mistaken for anything else that the key signs. */
static size_t text_of(char text[TEXT_MAX], const struct life *l, const char *node)
{
	int n = snprintf(text, TEXT_MAX, "udvej life 1\n%s\n%s\n%lld\n%s", node, l->epoch, (long long)l->since, l->partner);
	return n < 0 || n >= TEXT_MAX ? 0 : (size_t)n;
}

bool life_read(struct life *l, const char *epoch, const char *partner, ProtobufCBinaryData signature)
{
	if (!uuid_is_valid(epoch) || strlen(partner) > LIFE_PARTNER_MAX || signature.len != sizeof l->signature)
		return false;
	memcpy(l->epoch, epoch, UUID_LEN + 1);
	memcpy(l->partner, partner, strlen(partner) + 1);
	memcpy(l->signature, signature.data, sizeof l->signature);
	return true;
}

void life_sign(struct life *l, const char *node, const unsigned char secret[64])
{
	char text[TEXT_MAX];
	size_t n = text_of(text, l, node);
	crypto_sign_detached(l->signature, NULL, (const unsigned char *)text, n, secret);
}

bool life_holds(const struct life *l, const char *node, const struct agreement *a)
{
	char text[TEXT_MAX];
	size_t n = text_of(text, l, node);
	return n && l->since > 0 && uuid_is_valid(l->epoch) && agreement_signed(a, l->partner, text, n, l->signature);
}
