/* SPDX-License-Identifier: EUPL-1.2 */
/* The partnership agreement as a file: which nodes there are, whose they are, their public keys,
 * and where the brokers listen. Read-only values in an arena; reloading makes a new one. */
#ifndef UDVEJ_MEMBERSHIP_REGISTRY_H
#define UDVEJ_MEMBERSHIP_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"

#define NODE_NAME_MAX 63u /* of nodes, organisations and brokers */
#define KEY_Z85_LEN 40

struct registry_node {
	const char *name;              /* "reden", "caseload" */
	const char *role;              /* intake | caseload | outcomes | reporting */
	const char *organisation;      /* "reden"; of a shared daemon: its host */
	const char *curve;             /* CURVE public key, Z85: who connects */
	unsigned char sign[32];        /* Ed25519 public key: who wrote */
	unsigned char box[32];         /* X25519 public key: who may read */
	unsigned char sign_before[32]; /* the key it signed with before, zero: none; proves what was sent, no more */
};

struct registry_broker {
	const char *name, *endpoint, *curve;
};

struct registry {
	long serial;
	const struct registry_node *nodes;
	size_t n_nodes;
	const struct registry_broker *brokers;
	size_t n_brokers;
};

/* Reads and checks the file (JSON). *why names file, field and rule on failure; *ret untouched then. */
enum err registry_load(struct arena *a, const char *path, const struct registry **ret, const char **why) MUST_USE;
/* The same from bytes; `path` names them in *why. */
enum err registry_parse(struct arena *a, const char *path, const char *text, size_t len, const struct registry **ret,
                        const char **why) MUST_USE;
/* NULL when there is none. */
const struct registry_node *registry_by_name(const struct registry *r, const char *name);
const struct registry_node *registry_by_curve(const struct registry *r, const char *z85);
/* The intake node of an organisation; NULL when it has none. */
const struct registry_node *registry_intake_of(const struct registry *r, const char *organisation);
/* The one node of a role (caseload, outcomes, reporting); NULL when there is none. */
const struct registry_node *registry_by_role(const struct registry *r, const char *role);

/* A node's own secret keys, from a file of mode 0600 that `udvej keys` makes. */
struct secret_keys {
	char curve_secret[KEY_Z85_LEN + 1], curve_public[KEY_Z85_LEN + 1];
	unsigned char sign_secret[64];
	unsigned char box_secret[32];
	unsigned char pseudonym[32]; /* root of the derived pseudonym keys */
};
/* A node's keys; and while they are changed, those of before: the registry in force says which set is used. What was
 * sealed for the other opens all the same. */
#define KEY_SETS 2u
struct key_ring {
	struct secret_keys sets[KEY_SETS];
	size_t n;
};
/* The number of the set whose public part the registry has for the node, or n: none. */
size_t keys_in_force(const struct key_ring *ring, const struct registry_node *node);

/* Refuses a file that others may read, and one whose `name` is another than `whose` (NULL: anybody's). */
enum err keys_load(struct arena *a, const char *path, const char *whose, struct secret_keys *ret,
                   const char **why) MUST_USE;

#endif
