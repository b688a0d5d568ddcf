/* SPDX-License-Identifier: EUPL-1.2 */
/* BLAKE2b-256 over length-prefixed parts, so that no two messages commit alike. Pure. */
#include "wire/chain.h"

#include <sodium.h>
#include <string.h>

static void add(crypto_generichash_state *h, const void *data, size_t len)
{
	uint64_t length = len; /* little-endian on every machine we run on */
	crypto_generichash_update(h, (const unsigned char *)&length, sizeof length);
	crypto_generichash_update(h, data, len);
}

void chain_commit(const Message *m, unsigned char commitment[CHAIN_LEN])
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, CHAIN_LEN);
	add(&h, m->salt.data, m->salt.len);
	add(&h, m->id, strlen(m->id));
	add(&h, m->type, strlen(m->type));
	add(&h, m->entity, strlen(m->entity));
	add(&h, m->body.data, m->body.len);
	crypto_generichash_final(&h, commitment, CHAIN_LEN);
}

void chain_extend(struct chain *c, const unsigned char commitment[CHAIN_LEN])
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, CHAIN_LEN);
	crypto_generichash_update(&h, c->head, CHAIN_LEN);
	crypto_generichash_update(&h, commitment, CHAIN_LEN);
	crypto_generichash_final(&h, c->head, CHAIN_LEN);
}

void chain_add(struct chain *c, const Message *m)
{
	unsigned char commitment[CHAIN_LEN];
	chain_commit(m, commitment);
	chain_extend(c, commitment);
}

bool chain_is(const struct chain *c, ProtobufCBinaryData bytes)
{
	return bytes.len == CHAIN_LEN && memcmp(bytes.data, c->head, CHAIN_LEN) == 0;
}
