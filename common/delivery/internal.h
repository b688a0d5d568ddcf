/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room know of each other. */
#ifndef UDVEJ_DELIVERY_INTERNAL_H
#define UDVEJ_DELIVERY_INTERNAL_H

#include "base/clock.h"
#include "base/uuid.h"
#include "delivery/streams.h"
#include "engine/writer.h"
#include "membership/life.h"

#define STREAM_WORDS 8u /* lines at once that others can provoke about one stream, and then one a second */

/* --- letter.c: a message as it lies in memory between socket and writer, or writer and socket: one malloc --- */

struct letter {
	int64_t seq;
	size_t bytes;       /* as credit counts it */
	struct chain chain; /* chain[seq] */
	bool ends_frame;    /* of letters that came in: the sender signed the chain up to this one */
	unsigned char signature[SIGNATURE_LEN];
	Message message;
};
/* A copy that owns its strings. Freed with free(). */
struct letter *letter_new(int64_t seq, const Message *m);

/* Where a message came from: its position in a stream. */
struct origin {
	const char *sender; /* process life */
	char epoch[UUID_LEN + 1];
	int64_t since; /* of that life: which of two lives of a sender is the later one */
	int64_t seq;
};

/* --- tail.c: the newest letters of a stream out, at hand: bounded in number and in bytes, for a receiver that is away
 * must cost disk, not memory. What is no longer here lies in the database. --- */

#define TAIL_LETTERS 1024
#define TAIL_BYTES ((size_t)1024 * 1024)

struct tail {
	struct letter *slots[TAIL_LETTERS]; /* by seq modulo */
	int64_t first, end;                 /* holds the letters of [first, end) */
	size_t bytes;
};

/* Takes the letter; the oldest give way. */
void tail_put(struct tail *t, struct letter *l);
/* The letter, or NULL when it is not here. */
struct letter *tail_get(const struct tail *t, int64_t seq);
/* Frees the letters up to seq, or after seq; or all. */
void tail_drop_until(struct tail *t, int64_t seq);
void tail_drop_after(struct tail *t, int64_t seq);
void tail_clear(struct tail *t);

/* --- out_stream.c: a stream out, as it is in memory --- */

#define PROBE_MS 10000 /* so often a receiver that is gone or broken is tried: it may have been mended */

struct out_stream {
	struct out_stream *next;
	const char *receiver;
	int64_t seq, staged; /* last committed; last numbered in the running transaction */
	struct chain chain, staged_chain;
	int64_t acked, saved_acked, trimming; /* committed at the receiver; in our own row; in the running transaction */
	struct chain acked_chain;
	bool has_receipt; /* the receiver's signature for acked is known */
	unsigned char receipt[SIGNATURE_LEN];
	struct tail tail;
	bool up, greeted, broken;
	const char *said_why;        /* it is broken; NULL: not said yet */
	bool heard;                  /* it has answered in the life of this process, or is away */
	int64_t conversation;        /* random; 0: the next greeting begins one */
	int64_t acked_before;        /* acked when this conversation began: no answer in it can tell of less */
	int64_t sent, spent, credit; /* of this conversation */
	int64_t sent_ms;             /* when the last frame went */
	int64_t gather_ms;           /* what could be sent waits so long for more to go with it; 0: it does not */
	int64_t greeting_due_ms, ack_due_ms, idle_due_ms;
	struct few words; /* of the log about this stream */
};

struct outbox {
	struct delivery *delivery;
	struct engine *engine;
	struct life life; /* of this database */
	int64_t trimmed_ms;
	uint64_t met; /* membership.times when every node of the registry was last given a stream */
	bool told;    /* everybody is greeted since this database was found to be set back */
	struct out_stream *streams;
};

/* The stream to this receiver; NULL when there is none. */
struct out_stream *out_stream_find(const struct outbox *o, const char *receiver);
/* The same, made when there is none yet. */
struct out_stream *out_stream_of(struct outbox *o, const char *receiver);
/* Both sides have to agree anew where they are: greet. */
void out_stream_forget(struct out_stream *s);
/* One of the two databases is not what it was, so whatever is sent would be wrong: sends nothing. */
void out_stream_stand_still(struct out_stream *s);
/* The same, and says why, once. */
void out_stream_say_broken(struct out_stream *s, const Ack *ack, const char *why);

/* --- outbox.c --- */

enum err outbox_load(struct delivery *d, struct outbox **ret) MUST_USE;
void outbox_free(struct outbox *o); /* takes NULL */
/* Forgets what is in memory and reads it again from the database. */
enum err outbox_reload(struct outbox *o) MUST_USE;
/* Numbers a message and queues its row, within the running transaction. */
enum err outbox_add(struct outbox *o, struct tx *tx, const char *to, const char *entity,
                    const ProtobufCMessage *message) MUST_USE;
/* Queues the stream rows of what was added, and the trims that are due. */
enum err outbox_save(struct outbox *o, struct arena *a) MUST_USE;
void outbox_committed(struct outbox *o);
void outbox_rolled_back(struct outbox *o);
bool outbox_trim_due(const struct outbox *o, int64_t now_ms);
/* How many streams out stand still because the receiver's position does not fit this database. */
unsigned outbox_broken(const struct outbox *o);
/* A line for each of them, with the reason. */
void outbox_say_broken(const struct outbox *o, struct buffer *out);

/* --- conversation.c --- */

void conversation_on_ack(struct outbox *o, const char *from, const Ack *ack);

/* --- past.c --- */

/* Whether the position that a receiver says is one of ours. If not, the stream stands still; and when the receiver
 * shows that this node signed for what its database does not know, this database was set back. */
bool past_fits(struct outbox *o, struct out_stream *s, const Ack *ack);
/* A receiver answers that it knows this node by another life: the same. */
void past_is_other_life(struct outbox *o, struct out_stream *s, const Ack *ack);

/* --- in_stream.c: a stream in, as it is in memory --- */

#define CREDIT_BYTES ((int64_t)1024 * 1024) /* of letters that a sender may have under way to us */

/* The newest end of a frame that is applied: what its sender cannot deny. */
struct signed_head {
	int64_t seq; /* 0: none */
	struct chain chain;
	unsigned char signature[SIGNATURE_LEN];
};

struct in_stream {
	struct in_stream *next;
	const char *sender;
	char epoch[UUID_LEN + 1];           /* "": never heard from */
	int64_t since;                      /* of that life, when an operator opened it, as the partner below signed */
	char partner[LIFE_PARTNER_MAX + 1]; /* "": it is the first */
	unsigned char life_signature[AGREEMENT_SIGNATURE_LEN];
	struct life renewal; /* the sender's new life; none: its epoch is empty */
	bool renewing;       /* in the running transaction */
	bool stored;         /* has a row */
	bool gap;            /* something was passed over: ask for it when what waits is done */
	/* How far a sender is that was set back and is recovered from what this node tells. DUE: it has asked, and the
	 * next transaction has to store that. RUNNING: that transaction runs. ASKED: it is stored, and the answer may be
	 * given. */
	enum { ASKED_NOT, ASKED_DUE, ASKED_RUNNING, ASKED } asked;
	int64_t again, again_ms; /* conversation and time of its first greeting, since it asked, as if it had not */
	const char *refused;     /* why this stream stands still; NULL: it does not */
	int64_t position, staged, accepted; /* committed; in the running transaction; taken from the wire */
	struct chain chain, staged_chain, accepted_chain;
	struct signed_head signed_head, staged_head;
	int64_t conversation;  /* as the last greeting named it */
	int64_t applied_bytes; /* of this conversation, for credit */
	int64_t staged_bytes, waiting_bytes;
	int64_t left_bytes; /* of letters that the running transaction leaves to the sender: they no longer wait when it is
	                       done */
	struct few words;   /* of the log about this stream */
};

struct inbox {
	struct delivery *delivery;
	struct engine *engine;
	unsigned n_refused; /* streams that stand still */
	struct in_stream *streams;
};

/* The stream from this sender, made when there is none yet. */
struct in_stream *in_stream_of(struct inbox *i, const char *sender);
/* Whether anything was ever taken from it. */
bool in_stream_is_known(const struct inbox *i, const char *sender);
/* Forgets what was taken from the wire and is not applied: what comes next goes on from what is applied. */
void in_stream_take_back(struct in_stream *s);
/* Tells the sender its position; `resend`: from there on, please, and credit counts from here. */
void in_stream_acknowledge(struct inbox *i, struct in_stream *s, bool resend);
/* Says once why a stream stands still, and when it goes on (NULL). */
void in_stream_stand_still(struct inbox *i, struct in_stream *s, const char *why);

/* --- inbox.c --- */

enum err inbox_load(struct delivery *d, struct inbox **ret) MUST_USE;
enum err inbox_reload(struct inbox *i) MUST_USE;
/* A line for each stream in that stands still, with the reason. */
void inbox_say_refused(const struct inbox *i, struct buffer *out);
/* Whether a sender's database has begun a new life, or asked to be recovered, which the next transaction has to store.
 */
bool inbox_renewal_due(const struct inbox *i);
/* Drops a message that was taken from the wire, and all that came after it. Their sender keeps them. */
void inbox_leave(struct in_stream *s, const struct letter *l);
/* The message is dealt with in this transaction: moves position and chain. False: it is not its turn, drop it. */
bool inbox_stage(struct in_stream *s, const struct origin *from, const struct letter *l) MUST_USE;
/* Queues the conditional moves of the positions. */
enum err inbox_save(struct inbox *i, struct arena *a) MUST_USE;
/* Makes the positions true and acknowledges them. */
void inbox_committed(struct inbox *i);
void inbox_rolled_back(struct inbox *i);

/* --- reception.c --- */

void reception_on_greeting(struct inbox *i, const char *from, const Greeting *g);
void reception_on_batch(struct inbox *i, const char *from, const Batch *b);

/* --- incoming.c: a message that came in, as a job of the writer --- */

struct incoming {
	struct job job;
	struct delivery *delivery;
	struct in_stream *stream; /* of a letter from the wire; NULL: it was parked */
	struct origin from;
	struct letter *letter;
	char reason[256];   /* the verdict's rule: outlives the arena of the transaction that failed */
	enum metric counts; /* what it adds to once it is committed; METRIC_COUNT: nothing */
};

/* Puts a letter into the next transaction. Takes it. `stream` is NULL for one that was parked. */
void incoming_put(struct delivery *d, struct in_stream *stream, const struct origin *from, struct letter *l);

/* --- parked.c --- */

struct parked {
	struct delivery *delivery;
	struct engine *engine;
	void *tree; /* of "sender entity" strings */
	struct arena *page;
	bool looking;
	char *sender; /* how far release_turn() has looked */
	char epoch[UUID_LEN + 1];
	int64_t since, seq;
};

enum err parked_load(struct delivery *d, struct parked **ret) MUST_USE;
void parked_free(struct parked *p); /* takes NULL */
/* Whether a message of this sender about this entity has to wait behind an earlier one. */
bool parked_behind(const struct parked *p, const char *sender, const char *entity);
enum err parked_add(struct parked *p, struct tx *tx, const struct origin *from, const Message *m) MUST_USE;
enum err parked_bury(struct parked *p, struct tx *tx, const struct origin *from, const Message *m,
                     const struct refusal *why) MUST_USE;
/* Of a message that was parked: whether it still is, and whether an earlier one of its entity is in its way. */
enum err parked_look(struct parked *p, struct tx *tx, const struct origin *from, const char *entity, bool *ret_is_there,
                     bool *ret_waits) MUST_USE;
/* It was applied: takes it out. Whether others of its entity still wait. */
enum err parked_take(struct parked *p, struct tx *tx, const struct origin *from, const char *entity,
                     bool *ret_others) MUST_USE;
/* It is buried: takes it out, but its entity still is in the way of later ones. */
enum err parked_remove(struct parked *p, struct tx *tx, const struct origin *from) MUST_USE;

/* --- dispatch.c: one message to its handler --- */

/* Whether a message of this type may wait a moment for others. */
bool dispatch_is_patient(const struct delivery *d, const char *type);
enum err dispatch(const struct delivery *d, struct tx *tx, const char *sender, const Message *m) MUST_USE;

/* --- refused.c --- */

/* A frame from this node holds nothing that was not taken before. */
void refused_repetition(struct engine *e, const char *from);
/* A message of it is a dead letter now. */
void refused_letter(struct engine *e, const struct origin *from, const char *type, enum err why);

/* --- set_back.c: this database was set back to an earlier state --- */

/* A peer proves it: says so, once, and from now on nothing may change. `format` says what the peer knows. */
void set_back_found(struct engine *e, const char *peer, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
