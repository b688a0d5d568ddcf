/* SPDX-License-Identifier: EUPL-1.2 */
/* UUIDs as text. Randomness and hashing are libsodium's. Pure but for the random source and the clock. */
#include "base/uuid.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#define NS_IN_MS 1000000

static const char *format(struct arena *a, unsigned char b[16], unsigned version)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(a, UUID_LEN + 1), *out = text;
	b[6] = (unsigned char)((b[6] & 0x0f) | (version << 4));
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[b[i] >> 4];
		*out++ = digits[b[i] & 15];
	}
	return text;
}

/* 48 bits of milliseconds, 12 of the next finer ones (RFC 9562, 6.2, method 3), 62 random. */
const char *uuid_new(struct arena *a)
{
	unsigned char b[16];
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / NS_IN_MS;
	uint64_t finer = (uint64_t)(t.tv_nsec % NS_IN_MS) * 4096 / NS_IN_MS;
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (40 - 8 * i));
	b[6] = (unsigned char)(finer >> 8);
	b[7] = (unsigned char)finer;
	randombytes_buf(b + 8, sizeof b - 8);
	return format(a, b, 7);
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
