/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room know of each other: a process, put together from its rooms. */
#ifndef UDVEJ_DAEMON_INTERNAL_H
#define UDVEJ_DAEMON_INTERNAL_H

#include "daemon/daemon.h"
#include "delivery/retell.h"
#include "delivery/streams.h"
#include "engine/writer.h"
#include "recovery/recovery.h"
#include "serving/api.h"

struct daemon {
	const struct service *service;
	struct settings *settings;
	struct engine engine;
	struct delivery delivery;
	struct retell *retell;
	struct recovery_room recovery;
	struct served served;
	struct api *api;
	struct participant participants[DELIVERY_PARTICIPANTS + 2];
	struct reporter reporters[2];
	bool look_again; /* an operator has changed what is parked or dead */
};

/* --- link_events.c; `owner` is the daemon --- */

extern const struct link_events daemon_link_events;
/* A frame that the link believes goes to whom it is for. */
void daemon_on_frame(void *owner, const char *from, const Frame *f);
/* Looks whether there is another registry, which goes to the link. Not from within an event of the link. */
void daemon_membership_turn(struct daemon *d, int64_t now_ms);

/* service.c: the messages that a service handles, one after another. */
const struct message_row *const *service_messages(struct arena *a, const struct service *s, size_t *ret_n);
/* All that it answers over HTTP. */
struct served service_served(struct arena *a, const struct service *s);
/* The kinds of facts that it tells. */
const struct fact_row *service_facts(struct arena *a, const struct service *s, size_t *ret_n);

#endif
