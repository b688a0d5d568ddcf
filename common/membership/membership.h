/* SPDX-License-Identifier: EUPL-1.2 */
/* A node among its partners: the registry in force, read live, and which of the node's keys it has. Tells its owner
 * what is new, who tells all others. */
#ifndef UDVEJ_MEMBERSHIP_MEMBERSHIP_H
#define UDVEJ_MEMBERSHIP_MEMBERSHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "membership/agreement.h"
#include "membership/registry.h"

struct membership {
	const char *node; /* this node's name in the registry */
	struct agreement *agreement;
	const struct registry *registry; /* the one in force; only for this turn of the loop: who keeps a name copies it */
	uint64_t times;                  /* how many were in force so far; tells two apart that lay at the same address */
	struct key_ring key_ring;
	struct secret_keys keys; /* those of the ring that the registry has, or had last */
	bool is_member;          /* it has this node and one of its keys */
	bool changed;            /* another registry is in force: membership_adopt() */
	int64_t look_ms;
};

/* Reads the registry and finds this node in it. `node` and `key_ring` are filled in before. *why lives in the arena, or
 * in the agreement. */
enum err membership_open(struct membership *m, struct arena *a, const char *registry_path, const char *partners_path,
                         const char **why) MUST_USE;
void membership_close(struct membership *m);
/* Looks once a second whether the files have changed. False: they have, and are not used: *why says so. */
bool membership_look(struct membership *m, int64_t now_ms, const char **why);
/* A broker offers a newer registry: taken with the next membership_adopt(). False: it is not used, *why says so. */
bool membership_offered(struct membership *m, ProtobufCBinaryData registry, ProtobufCBinaryData signatures,
                        const char **why);
/* The newest registry is in force from now on. True: with it other keys of this node. What points into the one before
 * has to let go of it, and then agreement_forget_earlier() frees it. Not while somebody works with the one before. */
bool membership_adopt(struct membership *m);

#endif
