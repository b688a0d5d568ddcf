/* SPDX-License-Identifier: EUPL-1.2 */
/* UUIDs as text. Randomness and hashing are libsodium's. Pure but for the random source. */
#include "base/uuid.h"

#include <sodium.h>
#include <string.h>

static const char *format(struct arena *a, unsigned char b[16], unsigned version)
{
	b[6] = (unsigned char)((b[6] & 0x0f) | (version << 4));
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return arena_printf(a, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
	                    b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

const char *uuid_new(struct arena *a)
{
	unsigned char b[16];
	randombytes_buf(b, sizeof b);
	return format(a, b, 4);
}

const char *uuid_derive(struct arena *a, const char *cause, const char *purpose, unsigned n)
{
	unsigned char b[16];
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, sizeof b);
	crypto_generichash_update(&h, (const unsigned char *)cause, strlen(cause) + 1);
	crypto_generichash_update(&h, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&h, (const unsigned char *)&n, sizeof n);
	crypto_generichash_final(&h, b, sizeof b);
	return format(a, b, 8);
}

bool uuid_is_valid(const char *s)
{
	if (strlen(s) != UUID_LEN)
		return false;
	for (int i = 0; i < UUID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s[i] != '-' : !strchr("0123456789abcdef", s[i]))
			return false;
	}
	return true;
}
