/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry in force: signed by every partner over its exact bytes, with a serial that only rises. Read again
 * when its file changes, and taken from others who have a newer one, so that a node that was taken out is cut off
 * everywhere without a restart. Beside REGISTRY stands REGISTRY.sig with the signatures. Owns its memory: registries
 * that were in force stay readable until agreement_forget_earlier(), so that who points into one can let go first. */
#ifndef UDVEJ_MEMBERSHIP_AGREEMENT_H
#define UDVEJ_MEMBERSHIP_AGREEMENT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "membership/registry.h"

struct agreement;

enum agreement_news {
	AGREEMENT_SAME,
	AGREEMENT_NEW,     /* another registry is in force now */
	AGREEMENT_REFUSED, /* what came is not used: *why says so; the old one stays in force */
};

/* Reads the registry, its signatures, and the file of the partners' public keys. When it fails, *why lives in *ret. */
enum err agreement_open(const char *registry_path, const char *partners_path, struct agreement **ret,
                        const char **why) MUST_USE;
void agreement_close(struct agreement *a);
const struct registry *agreement_registry(const struct agreement *a);

/* Looks whether the files have changed, that of the partners too. Here and below *why is valid until the next call. */
enum agreement_news agreement_refresh(struct agreement *a, const char **why);
/* Takes one that came from a broker or node: if it is newer and every partner signed it, it is written to the files
 * and in force. One that is not newer is AGREEMENT_SAME, and so is the one that was refused last: it is not looked at
 * again before a file changes. */
enum agreement_news agreement_offer(struct agreement *a, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                                    const char **why);
/* Nobody points any more into a registry that was in force before this one, or into its bytes: frees them. Between
 * two calls only those add up that were newer each time and signed by every partner. */
void agreement_forget_earlier(struct agreement *a);
/* The bytes of registry and signatures in force, to pass on. They live as long as that registry. */
void agreement_bytes(const struct agreement *a, ProtobufCBinaryData *ret_registry, ProtobufCBinaryData *ret_signatures);

/* Whether the partner of this name signed the text with its Ed25519 key. */
bool agreement_signed(const struct agreement *a, const char *organisation, const char *text, size_t len,
                      const unsigned char signature[64]);

/* --- for the operator's tool, which signs --- */

#define AGREEMENT_SIGNATURE_LEN 64
/* Registry and signatures together: so much fits into a message between node and broker. */
#define AGREEMENT_BYTES_MAX ((size_t)1024 * 1024 - 256)
/* Signs the bytes of a registry with a partner's Ed25519 secret key. */
void agreement_sign(const char *text, size_t len, const unsigned char secret[64],
                    unsigned char ret[AGREEMENT_SIGNATURE_LEN]);

#endif
