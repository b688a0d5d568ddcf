/* SPDX-License-Identifier: EUPL-1.2 */
/* Between outbox.c, conversation.c and past.c only: a stream out, as it is in memory. */
#ifndef UDVEJ_DAEMON_STREAM_OUT_H
#define UDVEJ_DAEMON_STREAM_OUT_H

#include "base/uuid.h"
#include "delivery/tail.h"

struct out_stream {
	struct out_stream *next;
	const char *receiver;
	int64_t seq, staged; /* last committed; last numbered in the running batch */
	struct chain chain, staged_chain;
	int64_t acked, saved_acked, trimming; /* committed at the receiver; in our own row; in the running batch */
	struct chain acked_chain;
	bool has_receipt; /* the receiver's signature for acked is known */
	unsigned char receipt[SIGNATURE_LEN];
	struct tail tail;
	bool up, greeted, broken;
	const char *said_why;        /* it is broken; NULL: not said yet */
	bool heard;                  /* it has answered in the life of this process, or is away */
	int64_t conversation;        /* random; 0: the next greeting begins one */
	int64_t acked_before;        /* acked as it began: an answer can only tell of as much or more */
	int64_t sent, spent, credit; /* of this conversation */
	int64_t sent_ms;             /* when the last frame went */
	int64_t gather_ms;           /* how long what could be sent still waits for more; 0: it does not */
	int64_t greeting_due_ms, ack_due_ms, idle_due_ms;
	struct few words; /* of the log about this stream */
};

struct outbox {
	struct daemon *daemon;
	struct life life; /* of this database */
	int64_t trimmed_ms;
	uint64_t met; /* the daemon's memberships when all nodes of its registry had a stream here */
	bool told;    /* everybody is greeted since this database was found to be set back */
	struct out_stream *streams;
};

/* The stream to this receiver; NULL when there is none. */
struct out_stream *outbox_find(const struct outbox *o, const char *receiver);
/* Makes a stream to every other node of the registry, so that all are greeted, also those that nothing was sent to. */
void outbox_meet(struct outbox *o);
/* Both sides have to agree anew where they are: greet. */
void conversation_forget(struct out_stream *s);
/* One of the two databases is not what it was: nothing can be sent that would not be wrong. */
void conversation_stand_still(struct out_stream *s);
/* The same, and says why, once. */
void conversation_say_broken(struct out_stream *s, const Ack *ack, const char *why);

/* --- past.c --- */

/* Whether the position that a receiver says is one of ours. If not, the stream stands still; and when the receiver
 * shows that this node signed for what its database does not know, this database was set back. */
bool past_fits(struct outbox *o, struct out_stream *s, const Ack *ack);
/* A receiver answers that it knows this node by another life: the same. */
void past_is_other_life(struct outbox *o, struct out_stream *s, const Ack *ack);

#endif
