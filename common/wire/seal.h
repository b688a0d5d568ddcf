/* SPDX-License-Identifier: EUPL-1.2 */
/* Seals: every frame between two nodes is a libsodium authenticated box (X25519, XSalsa20-Poly1305), so that
 * a broker can neither read nor forge one; and the head of a stream's chain is signed (Ed25519), so that what
 * an organisation sent cannot be denied by it. Keys come from the registry. Owns the shared keys it derives. */
#ifndef UDVEJ_WIRE_SEAL_H
#define UDVEJ_WIRE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.pb-c.h"
#include "membership/registry.h"
#include "wire/chain.h"

#define KEY_ID_LEN 16 /* hexadecimal characters that name a public key without being it */
#define SIGNATURE_LEN 64

struct seal;

/* What a node needs to seal and open: its name and its secret keys (copied, wiped by seal_free). The first set of the
 * ring is used until seal_use() says otherwise. */
enum err seal_new(const char *node, const struct key_ring *ring, struct seal **ret) MUST_USE;
/* Seals and signs with this set of the ring from now on; what was sealed for any set still opens. To be called with
 * each registry: what was derived from keys of the one before is forgotten. */
void seal_use(struct seal *s, size_t set);
void seal_free(struct seal *s);

/* Seals a frame for a node; fills in sender and receiver. The result lies in the arena. ERR_CRYPTO when the node's
 * key is no point of the curve. */
enum err seal_close(struct arena *a, struct seal *s, const struct registry_node *to, Frame *frame,
                    Sealed *ret) MUST_USE;
/* Opens what came from the node that the broker says it came from. ERR_CRYPTO when it was sealed by or for another
 * key, was changed, or speaks of another stream; ERR_MALFORMED when what is inside is no frame. */
enum err seal_open(struct arena *a, struct seal *s, const struct registry_node *from, const Sealed *sealed,
                   Frame **ret) MUST_USE;

/* Signs the head of the chain of the stream from this node to `receiver`. */
void seal_sign_chain(const struct seal *s, const char *receiver, const char *epoch, int64_t seq,
                     const struct chain *chain, unsigned char ret[SIGNATURE_LEN]);
/* Whether a signing key of `sender`, the present one or the one before, signed this head of its stream to `receiver`.
 */
bool seal_chain_proves(const struct registry_node *sender, const char *receiver, const char *epoch, int64_t seq,
                       const struct chain *chain, const unsigned char signature[SIGNATURE_LEN]);
/* Signs that this node has applied the stream from `sender` up to there. */
void seal_sign_receipt(const struct seal *s, const char *sender, const char *epoch, int64_t seq,
                       const struct chain *chain, unsigned char ret[SIGNATURE_LEN]);
/* Whether this node itself, with a key it has or that its row of the registry (NULL: none) names, signed this head of
 * its stream to `receiver`, or that it has applied the stream from `sender` up to this head. NULL is no head. */
bool seal_is_our_chain(const struct seal *s, const struct registry_node *self, const char *receiver, const char *epoch,
                       const SignedHead *head);
bool seal_is_our_receipt(const struct seal *s, const struct registry_node *self, const char *sender, const char *epoch,
                         const SignedHead *head);
/* Whether `sender` signed this head of its stream to this node. */
bool seal_chain_holds(const struct seal *s, const struct registry_node *sender, const char *epoch, int64_t seq,
                      const struct chain *chain, const unsigned char *signature, size_t len);

/* The id of a public key, in the arena. */
const char *seal_key_id(struct arena *a, const unsigned char key[32]);

#endif
