/* SPDX-License-Identifier: EUPL-1.2 */
/* Hashes of the log of use. Every part goes in with its length, so that no two rows can look the same. */
#include "serving/audit_chain.h"

#include <sodium.h>
#include <string.h>

static void add_bytes(crypto_generichash_state *h, const void *data, size_t len)
{
	uint64_t n = len;
	unsigned char prefix[8];
	for (size_t i = 0; i < sizeof prefix; i++)
		prefix[i] = (unsigned char)(n >> (8 * i));
	crypto_generichash_update(h, prefix, sizeof prefix);
	if (len)
		crypto_generichash_update(h, data, len);
}

static void add_number(crypto_generichash_state *h, int64_t number)
{
	unsigned char bytes[8];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
	add_bytes(h, bytes, sizeof bytes);
}

void audit_commit(const struct audit_row *row, const unsigned char salt[AUDIT_SALT_LEN],
                  unsigned char ret[AUDIT_HASH_LEN])
{
	const char *texts[] = { row->who, row->role, row->use, row->subject, row->outcome, row->why, row->citizens };
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, AUDIT_HASH_LEN);
	add_bytes(&h, salt, AUDIT_SALT_LEN);
	add_number(&h, row->number);
	add_number(&h, row->at_ms);
	add_number(&h, row->status);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		add_bytes(&h, texts[i], strlen(texts[i]));
	add_bytes(&h, row->searched, row->searched ? row->searched_len : 0);
	crypto_generichash_final(&h, ret, AUDIT_HASH_LEN);
}

void audit_chain_add(unsigned char chain[AUDIT_HASH_LEN], int64_t number,
                     const unsigned char commitment[AUDIT_HASH_LEN])
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, AUDIT_HASH_LEN);
	add_bytes(&h, chain, AUDIT_HASH_LEN);
	add_number(&h, number);
	add_bytes(&h, commitment, AUDIT_HASH_LEN);
	crypto_generichash_final(&h, chain, AUDIT_HASH_LEN);
}
