/* SPDX-License-Identifier: EUPL-1.2 */
/* Pseudonyms by keyed hash. Owns the derivation: key = HMAC(root, receiver NUL purpose), value = HMAC(key, id). The
 * root is the caller's; nothing secret stays here. Must never be given a CPR: the keyed hash of a number that can be
 * counted through falls as soon as its key does; give it a random local id. */
#include "intake/core/pseudonym.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PSEUDONYM_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES, "the root is a key of HMAC-SHA-256");
_Static_assert(PSEUDONYM_KEY_BYTES == crypto_auth_hmacsha256_BYTES, "a derived key is an output of HMAC-SHA-256");

#define UUID_BYTES 16

/* HMAC over texts, each with its ending NUL, so that ("ab", "c") and ("a", "bc") differ. */
static void keyed_hash(unsigned char out[crypto_auth_hmacsha256_BYTES], const unsigned char *key,
                       const char *const *texts, size_t n)
{
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, key, PSEUDONYM_KEY_BYTES);
	for (size_t i = 0; i < n; i++)
		crypto_auth_hmacsha256_update(&state, (const unsigned char *)texts[i], strlen(texts[i]) + 1);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

struct pseudonym_key pseudonym_key(const unsigned char root[PSEUDONYM_KEY_BYTES], const char *receiver,
                                   const char *purpose)
{
	struct pseudonym_key key;
	unsigned char id[crypto_auth_hmacsha256_BYTES];
	keyed_hash(key.bytes, root, (const char *const[]){ "udvej pseudonym key", receiver, purpose }, 3);
	keyed_hash(id, key.bytes, (const char *const[]){ "udvej pseudonym key id" }, 1);
	sodium_bin2hex(key.id, sizeof key.id, id, PSEUDONYM_KEY_ID_LEN / 2);
	return key;
}

const char *pseudonym_of(struct arena *a, const struct pseudonym_key *key, const char *id)
{
	unsigned char h[crypto_auth_hmacsha256_BYTES];
	char hex[2 * UUID_BYTES + 1];
	keyed_hash(h, key->bytes, (const char *const[]){ "udvej pseudonym", id }, 2);
	/* RFC 9562: version 8, variant 10 */
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x80);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	sodium_bin2hex(hex, sizeof hex, h, UUID_BYTES);
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
