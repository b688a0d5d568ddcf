/* SPDX-License-Identifier: EUPL-1.2 */
/* Sealing and opening, with libsodium's box. The key that two nodes share is derived once and kept.
 * Never tells why a seal does not open: whoever tampered learns nothing. */
#include "wire/seal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "shape/shape.h"
#include "wire/wire.h"

struct shared {
	struct shared *next;
	size_t set; /* of our keys */
	unsigned char peer[crypto_box_PUBLICKEYBYTES];
	unsigned char key[crypto_box_BEFORENMBYTES];
};

struct seal {
	char node[NODE_NAME_MAX + 1];
	struct key_ring ring;
	size_t used; /* the set that seals and signs */
	unsigned char box_public[KEY_SETS][crypto_box_PUBLICKEYBYTES];
	struct shared *shared;
};

static bool derive_public(struct seal *s)
{
	for (size_t i = 0; i < s->ring.n; i++)
		if (crypto_scalarmult_base(s->box_public[i], s->ring.sets[i].box_secret) != 0)
			return false;
	return s->ring.n > 0;
}

enum err seal_new(const char *node, const struct key_ring *ring, struct seal **ret)
{
	struct seal *s = memory_must(calloc(1, sizeof *s));
	s->ring = *ring;
	if (strlen(node) > NODE_NAME_MAX || !derive_public(s)) {
		seal_free(s);
		return ERR_CRYPTO;
	}
	memcpy(s->node, node, strlen(node) + 1);
	*ret = s;
	return OK;
}

static void forget_shared(struct seal *s)
{
	for (struct shared *k = s->shared, *next; k; k = next) {
		next = k->next;
		sodium_memzero(k, sizeof *k);
		free(k);
	}
	s->shared = NULL;
}

void seal_free(struct seal *s)
{
	if (!s)
		return;
	forget_shared(s);
	sodium_memzero(s, sizeof *s);
	free(s);
}

void seal_use(struct seal *s, size_t set)
{
	if (set < s->ring.n)
		s->used = set;
	forget_shared(s); /* else those with keys that were replaced would add up */
}

static const unsigned char *shared_with(struct seal *s, size_t set, const unsigned char peer[crypto_box_PUBLICKEYBYTES])
{
	for (struct shared *k = s->shared; k; k = k->next)
		if (k->set == set && sodium_memcmp(k->peer, peer, sizeof k->peer) == 0)
			return k->key;
	struct shared *k = memory_must(calloc(1, sizeof *k));
	k->set = set;
	memcpy(k->peer, peer, sizeof k->peer);
	if (crypto_box_beforenm(k->key, peer, s->ring.sets[set].box_secret) != 0) {
		free(k);
		return NULL;
	}
	k->next = s->shared;
	s->shared = k;
	return k->key;
}

const char *seal_key_id(struct arena *a, const unsigned char key[32])
{
	unsigned char hash[KEY_ID_LEN / 2];
	char *id = arena_alloc(a, KEY_ID_LEN + 1);
	crypto_generichash_state h; /* BLAKE2b's shortest output is longer than an id needs */
	unsigned char whole[32];
	crypto_generichash_init(&h, NULL, 0, sizeof whole);
	crypto_generichash_update(&h, key, 32);
	crypto_generichash_final(&h, whole, sizeof whole);
	memcpy(hash, whole, sizeof hash);
	sodium_bin2hex(id, KEY_ID_LEN + 1, hash, sizeof hash);
	return id;
}

enum err seal_close(struct arena *a, struct seal *s, const struct registry_node *to, Frame *frame, Sealed *ret)
{
	const unsigned char *key = shared_with(s, s->used, to->box);
	if (!key)
		return ERR_CRYPTO;
	frame->sender = s->node;
	frame->receiver = to->name;
	size_t len = frame__get_packed_size(frame);
	uint8_t *plain = arena_alloc(a, len), *box = arena_alloc(a, len + crypto_box_MACBYTES);
	uint8_t *nonce = arena_alloc(a, crypto_box_NONCEBYTES);
	frame__pack(frame, plain);
	randombytes_buf(nonce, crypto_box_NONCEBYTES);
	if (crypto_box_easy_afternm(box, plain, len, nonce, key) != 0)
		return ERR_CRYPTO;
	*ret = (Sealed)SEALED__INIT;
	ret->sender_key = seal_key_id(a, s->box_public[s->used]);
	ret->receiver_key = seal_key_id(a, to->box);
	ret->nonce = (ProtobufCBinaryData){ crypto_box_NONCEBYTES, nonce };
	ret->box = (ProtobufCBinaryData){ len + crypto_box_MACBYTES, box };
	return OK;
}

/* Which of our keys it was sealed for; those in use when it does not say one of ours. */
static size_t set_for(struct arena *a, const struct seal *s, const Sealed *sealed)
{
	for (size_t i = 0; i < s->ring.n; i++)
		if (strcmp(sealed->receiver_key, seal_key_id(a, s->box_public[i])) == 0)
			return i;
	return s->used;
}

enum err seal_open(struct arena *a, struct seal *s, const struct registry_node *from, const Sealed *sealed, Frame **ret)
{
	const unsigned char *key = shared_with(s, set_for(a, s, sealed), from->box);
	ProtobufCMessage *m;
	if (!key || sealed->nonce.len != crypto_box_NONCEBYTES || sealed->box.len < crypto_box_MACBYTES)
		return ERR_CRYPTO;
	size_t len = sealed->box.len - crypto_box_MACBYTES;
	uint8_t *plain = arena_try_alloc(a, len ? len : 1);
	if (!plain)
		return ERR_MEMORY;
	if (crypto_box_open_easy_afternm(plain, sealed->box.data, sealed->box.len, sealed->nonce.data, key) != 0)
		return ERR_CRYPTO;
	TRY(wire_unpack(a, &frame__descriptor, plain, len, WIRE_FRAME_MAX, &m));
	Frame *frame = (Frame *)m;
	/* a box holds in both directions between two nodes: the names say which one this is */
	if (strcmp(frame->sender, from->name) != 0 || strcmp(frame->receiver, s->node) != 0)
		return ERR_CRYPTO;
	*ret = frame;
	return OK;
}

/* What is signed: never mistaken for anything else that the key signs. */
static size_t text_of(char text[512], const char *what, const char *sender, const char *receiver, const char *epoch,
                      int64_t seq, const unsigned char chain[CHAIN_LEN])
{
	char hex[2 * CHAIN_LEN + 1];
	sodium_bin2hex(hex, sizeof hex, chain, CHAIN_LEN);
	int n = snprintf(text, 512, "udvej %s 1\n%s\n%s\n%s\n%lld\n%s", what, sender, receiver, epoch, (long long)seq, hex);
	return n < 0 || n >= 512 ? 0 : (size_t)n;
}

static size_t head_text(char text[512], const char *sender, const char *receiver, const char *epoch, int64_t seq,
                        const struct chain *chain)
{
	return text_of(text, "chain", sender, receiver, epoch, seq, chain->head);
}

void seal_sign_chain(const struct seal *s, const char *receiver, const char *epoch, int64_t seq,
                     const struct chain *chain, unsigned char ret[SIGNATURE_LEN])
{
	char text[512];
	size_t n = head_text(text, s->node, receiver, epoch, seq, chain);
	crypto_sign_detached(ret, NULL, (const unsigned char *)text, n, s->ring.sets[s->used].sign_secret);
}

bool seal_chain_holds(const struct seal *s, const struct registry_node *sender, const char *epoch, int64_t seq,
                      const struct chain *chain, const unsigned char *signature, size_t len)
{
	char text[512];
	size_t n = head_text(text, sender->name, s->node, epoch, seq, chain);
	return n && len == SIGNATURE_LEN &&
	       crypto_sign_verify_detached(signature, (const unsigned char *)text, n, sender->sign) == 0;
}

bool seal_chain_proves(const struct registry_node *sender, const char *receiver, const char *epoch, int64_t seq,
                       const struct chain *chain, const unsigned char signature[SIGNATURE_LEN])
{
	char text[512];
	size_t n = head_text(text, sender->name, receiver, epoch, seq, chain);
	return n && (crypto_sign_verify_detached(signature, (const unsigned char *)text, n, sender->sign) == 0 ||
	             crypto_sign_verify_detached(signature, (const unsigned char *)text, n, sender->sign_before) == 0);
}

void seal_sign_receipt(const struct seal *s, const char *sender, const char *epoch, int64_t seq,
                       const struct chain *chain, unsigned char ret[SIGNATURE_LEN])
{
	char text[512];
	size_t n = text_of(text, "receipt", sender, s->node, epoch, seq, chain->head);
	crypto_sign_detached(ret, NULL, (const unsigned char *)text, n, s->ring.sets[s->used].sign_secret);
}

/* With any key that is ours, for what is shown may be older than the change of keys. libsodium keeps the public key in
 * the second half of the secret one. */
static bool is_ours(const struct seal *s, const struct registry_node *self, const char *text, size_t n,
                    const unsigned char *signature)
{
	const unsigned char *t = (const unsigned char *)text;
	for (size_t i = 0; i < s->ring.n; i++)
		if (crypto_sign_verify_detached(signature, t, n, s->ring.sets[i].sign_secret + 32) == 0)
			return true;
	return self && (crypto_sign_verify_detached(signature, t, n, self->sign) == 0 ||
	                crypto_sign_verify_detached(signature, t, n, self->sign_before) == 0);
}

static bool is_whole(const SignedHead *h)
{
	return h && h->seq > 0 && h->chain.len == CHAIN_LEN && h->signature.len == SIGNATURE_LEN;
}

bool seal_is_our_chain(const struct seal *s, const struct registry_node *self, const char *receiver, const char *epoch,
                       const SignedHead *head)
{
	char text[512];
	size_t n = is_whole(head) ? text_of(text, "chain", s->node, receiver, epoch, head->seq, head->chain.data) : 0;
	return n && is_ours(s, self, text, n, head->signature.data);
}

bool seal_is_our_receipt(const struct seal *s, const struct registry_node *self, const char *sender, const char *epoch,
                         const SignedHead *head)
{
	char text[512];
	size_t n = is_whole(head) ? text_of(text, "receipt", sender, s->node, epoch, head->seq, head->chain.data) : 0;
	return n && is_ours(s, self, text, n, head->signature.data);
}
