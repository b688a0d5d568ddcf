/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may connect: answers ZeroMQ's question (ZAP, rfc.zeromq.org/spec/27) for each CURVE key. */
#ifndef UDVEJ_BROKER_ZAP_H
#define UDVEJ_BROKER_ZAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/seldom.h"
#include "membership/registry.h"
#include "wire/wire.h"

#define ZAP_DOMAIN "udvej"

struct zap {
	void *socket;
	uint64_t accepted, refused;
	int64_t logged_ms; /* when a refusal was last logged */
	uint64_t unlogged; /* refusals since then */
	struct few words;  /* about those that were let in */
};

/* The User-Id of a connection: its key, and the name that the registry had for it then. */
#define ZAP_USER_MAX (KEY_Z85_LEN + 1u + NODE_NAME_MAX + 1u)
/* Takes it apart again; without a name where there is none. */
void zap_user(const char *user_id, char ret_key[KEY_Z85_LEN + 1], const char **ret_name);

/* Binds the handler; must be done before any socket with a domain is bound. False: errno says why. */
bool zap_open(struct zap *z, void *context) __attribute__((warn_unused_result));
void zap_close(struct zap *z);
/* Answers what is waiting: nodes of the registry get in, and what they are becomes the User-Id of their messages. */
void zap_turn(struct zap *z, const struct registry *r, int64_t now_ms);

#endif
