/* SPDX-License-Identifier: EUPL-1.2 */
/* The streams of a node: for main, which gives them their turn in the loop, and for a recovery. */
#ifndef UDVEJ_DELIVERY_STREAMS_H
#define UDVEJ_DELIVERY_STREAMS_H

#include <sodium.h>

#include "base/buffer.h"
#include "bus.pb-c.h"
#include "delivery/delivery.h"
#include "engine/engine.h"
#include "engine/job.h"
#include "wire/chain.h"
#include "wire/link.h"

/* Bytes of the type or the entity of a message: whatever is set aside is found and remembered by them. */
#define MESSAGE_NAME_MAX 255u
#define DELIVERY_PARTICIPANTS 3u

extern const struct sql_set sql_set_delivery; /* the statements of this room */

struct inbox;
struct outbox;
struct parked;

struct delivery {
	struct engine *engine;
	struct link *link;
	const struct message_row *const *rows; /* what the service handles */
	size_t n_rows;
	struct outbox *outbox;
	struct inbox *inbox;
	struct parked *parked;
};

/* Reads what the database knows of the streams. `engine` and `rows` are filled in before, `link` soon after. */
enum err delivery_open(struct delivery *d) MUST_USE;
void delivery_close(struct delivery *d);
/* Its participants, and what it tells of itself. */
void delivery_participants(struct delivery *d, struct participant ret[DELIVERY_PARTICIPANTS]);
struct reporter delivery_reporter(struct delivery *d);
/* Takes what a frame holds, whose seal was right: a greeting, a batch of messages, or an acknowledgement. */
void delivery_on_frame(struct delivery *d, const char *from, const Frame *f);

/* --- outbox.c, conversation.c: streams out --- */

void conversation_on_up(struct outbox *o, const char *node);
void conversation_on_gone(struct outbox *o, const char *node);
/* Sends what may be sent now, within bounds. In how many milliseconds there is more to send by itself (0: at once), or
 * -1. */
int conversation_pump(struct outbox *o, int64_t now_ms);
/* How many messages to it are not acknowledged. */
int64_t outbox_waiting(const struct outbox *o, const char *receiver);
/* Where the stream to a node stands, for a page of a snapshot. */
void outbox_describe(const struct outbox *o, const char *receiver, SnapshotPage *page);
/* Whether this database has sent anything to anyone: a new one has not. */
bool outbox_knows_others(const struct outbox *o);
/* Whether every other node was heard, or is away, since this process began. */
bool outbox_all_heard(const struct outbox *o);

/* --- anew.c: streams out in a new life of this database --- */

/* What a receiver said of this node's stream to it. */
struct known {
	const char *epoch; /* "": nothing */
	int64_t position;
	struct chain chain;
};
/* Numbers what lies in bus_out for each receiver anew from 1, without what that one provably has, by what it said. What
 * is in memory is to be read again after the commit. */
enum err anew_number(struct tx *tx,
                     enum err (*known_by)(struct tx *tx, const char *receiver, struct known *ret)) MUST_USE;

/* --- inbox.c, reception.c: streams in --- */

/* A node asks what is known of it, to be recovered from that: from now on nothing that it sent before is taken, until
 * it begins the new life or shows that it need not. False: something of it waits here, and is no part yet of what is
 * known; or that it asks has to be stored first; or that life has begun. */
bool reception_is_asked(struct inbox *i, const char *from, const char *recovery);
/* Where the stream from a node stands, for a page of a snapshot. */
void reception_describe(struct inbox *i, const char *sender, SnapshotPage *page);

/* --- parked.c, release.c: messages that wait for their parent, and dead letters --- */

/* Reads the waiting entities again. */
enum err parked_reload(struct parked *p) MUST_USE;
/* Begins to look at everything that is parked; release_turn(), when nothing else waits, takes the next few. */
void release_all(struct parked *p);
void release_turn(struct parked *p);

/* --- dispatch.c --- */

/* One message to its handler, the row of which is known: decodes the body and calls it. */
enum err dispatch_row(const struct message_row *row, struct tx *tx, const char *sender, const Message *m) MUST_USE;

/* --- letter.c --- */

/* What a message costs of the credit, in memory and in a frame. */
size_t letter_bytes(const Message *m);

/* --- refused.c: what came from another node and is not taken --- */

/* A frame from this node ("": a broker) is refused; `why` is a literal. */
void refused_frame(struct engine *e, const char *from, const char *why);

#endif
