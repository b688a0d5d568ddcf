/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this layer know of each other. Services never include it. */
#ifndef UDVEJ_DAEMON_INTERNAL_H
#define UDVEJ_DAEMON_INTERNAL_H

#include <sodium.h>

#include "base/seldom.h"
#include "daemon/daemon.h"
#include "membership/agreement.h"
#include "membership/life.h"
#include "membership/registry.h"
#include "wire/chain.h"
#include "wire/link.h"

/* Bytes of the type or the entity of a message: whatever is set aside is found and remembered by them. */
#define MESSAGE_NAME_MAX 255u
#define MESSAGE_ARENA_LIMIT ((size_t)32 * 1024 * 1024)

/* --- counters of /metrics: one row each (metrics.c) --- */
enum metric {
	METRIC_BATCHES,
	METRIC_BATCHES_FAILED,
	METRIC_MESSAGES_APPLIED,
	METRIC_MESSAGES_EMITTED,
	METRIC_MESSAGES_PARKED,
	METRIC_MESSAGES_DEAD,
	METRIC_FRAMES_REFUSED,
	METRIC_FRAMES_REPEATED,
	METRIC_REQUESTS,
	METRIC_REQUESTS_REFUSED,
	METRIC_COUNT
};

struct daemon {
	const struct service *service;
	const char *description;       /* of its API */
	struct arena *arena, *scratch; /* process life; one turn of the loop */
	struct settings *settings;
	struct agreement *agreement;
	const struct registry *registry; /* the one in force; only for this turn of the loop: who keeps a name copies it */
	uint64_t memberships;            /* how many were in force: another one may lie at the same address */
	struct key_ring key_ring;
	struct secret_keys keys; /* those of the ring that the registry has */
	const char *node;
	struct db *writer, *reader;
	struct link *link;
	struct http_server *http;
	struct outbox *outbox;
	struct inbox *inbox;
	struct parked *parked;
	struct retell *retell;
	struct batch *batch;
	struct api *api;
	void *app;
	int64_t clock_offset_days, membership_ms, durability_ms;
	bool membership_changed;
	bool look_again; /* an operator has changed what is parked or dead */
	struct {         /* what of the clocks changes once a second */
		int64_t second;
		struct date today;
	} clock;
	uint64_t metrics[METRIC_COUNT];
	struct seldom seldom;      /* what others can make this node log */
	struct few words;          /* the same, of which each line says something of its own */
	const char *restored;      /* in words: this database was set back, and so nothing may change; NULL: all is well */
	struct recovery *recovery; /* NULL: none is under way */
	int64_t recovery_look_ms;
	/* Until then, or until all others were heard, nothing is written: one may know more than this database. 0: begun.
	 */
	int64_t hold_until_ms;
	unsigned refused_streams; /* streams in that stand still; inbox.c counts them */
	bool stopping, failed;    /* failed: ends with an exit code that says so */
};

/* --- membership.c: the registry in force, read live and passed on --- */
enum err membership_open(struct daemon *d, const char **why) MUST_USE;
/* Looks once a second whether the files have changed. Not from within an event of the link. */
void membership_turn(struct daemon *d, int64_t now_ms);
/* A broker offers a newer one: taken at the next turn. */
void membership_offered(struct daemon *d, ProtobufCBinaryData registry, ProtobufCBinaryData signatures);

/* --- durability.c --- */
/* Looks now and then whether the server still keeps what it commits; stops the daemon if not. */
void durability_turn(struct daemon *d, int64_t now_ms);

/* --- refused.c: what came from another node and is not taken --- */
#define DAEMON_WORDS 20u /* lines at once that others can provoke, and then one a second */
#define STREAM_WORDS 8u  /* the same, of one stream */
/* A frame from this node ("": a broker) is refused; `why` is a literal. */
void refused_frame(struct daemon *d, const char *from, const char *why);
/* A batch from this node holds nothing that was not taken before. */
void refused_repetition(struct daemon *d, const char *from);
/* A message of it is a dead letter now. */
struct origin;
void refused_letter(struct daemon *d, const struct origin *from, const char *type, enum err why);

/* --- clock.c --- */
int64_t clock_monotonic_ms(void);
struct date clock_today(struct daemon *d);

/* --- restored.c: this database was set back to an earlier state --- */
/* A peer proves it: says so, once, and from now on nothing may change. `format` says what the peer knows. */
void restored_found(struct daemon *d, const char *peer, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* --- snapshot.c: what this node can tell another that is recovered --- */
void snapshot_on_ask(struct daemon *d, const char *from, const SnapshotAsk *ask);

/* --- recovery.c: this node is recovered from what the others know --- */
struct recovery;
/* Looks whether an operator has asked for it; from then on nothing else is written until it is done. Not in a batch. */
enum err recovery_look(struct daemon *d) MUST_USE;
void recovery_free(struct recovery *r); /* takes NULL */
void recovery_on_page(struct daemon *d, const char *from, const SnapshotPage *page);
/* Asks, applies, and in the end opens the new life: one step a call. True when there is more to do at once. */
bool recovery_turn(struct daemon *d, int64_t now_ms);

/* main.c: a frame that the link believes goes to whom it is for; `owner` is the daemon. */
void daemon_on_frame(void *owner, const char *from, const Frame *f);

/* A transaction as a handler sees it. */
struct tx tx_make(struct daemon *d, struct db *db, struct arena *a);

/* --- a message as it lies in memory between socket and batch, or batch and socket: one malloc (tail.c) --- */
struct letter {
	int64_t seq;
	size_t bytes;       /* as credit counts it */
	struct chain chain; /* chain[seq] */
	bool ends_frame;    /* of letters that came in: the sender signed the chain up to this one */
	unsigned char signature[SIGNATURE_LEN];
	Message message;
};
/* What a message costs of the credit, in memory and in a frame. */
size_t letter_bytes(const Message *m);
/* A copy that owns its strings. NULL when out of memory. Freed with free(). */
struct letter *letter_new(int64_t seq, const Message *m);

/* --- outbox.c: streams out --- */
struct outbox;
enum err outbox_load(struct daemon *d, struct outbox **ret) MUST_USE;
void outbox_free(struct outbox *o); /* takes NULL */
/* Forgets what is in memory and reads it again from the database. */
enum err outbox_reload(struct outbox *o) MUST_USE;
/* Numbers a message and queues its row, within the running batch. */
enum err outbox_add(struct outbox *o, struct tx *tx, const char *to, const char *entity,
                    const ProtobufCMessage *message) MUST_USE;
/* Queues the stream rows of what was added, and the trims that are due. */
enum err outbox_save(struct outbox *o, struct arena *a) MUST_USE;
void outbox_committed(struct outbox *o);
void outbox_rolled_back(struct outbox *o);
/* How many messages to it are not acknowledged. */
int64_t outbox_waiting(const struct outbox *o, const char *receiver);
bool outbox_trim_due(const struct outbox *o, int64_t now_ms);
void outbox_on_ack(struct outbox *o, const char *from, const Ack *ack);
void outbox_on_up(struct outbox *o, const char *node);
void outbox_on_gone(struct outbox *o, const char *node);
/* Sends what may be sent now, within bounds. In how many milliseconds there is more to send by itself (0: at once), or
 * -1. */
int outbox_pump(struct outbox *o, int64_t now_ms);
/* Where the stream to a node stands, for a page of a snapshot. */
void outbox_describe(const struct outbox *o, const char *receiver, SnapshotPage *page);
/* Whether this database has sent anything to anyone: a new one has not. */
bool outbox_knows_others(const struct outbox *o);
/* Whether every other node was heard, or is away, since this process began. */
bool outbox_all_heard(const struct outbox *o);
/* How many streams out stand still because the receiver's position does not fit this database. */
unsigned outbox_broken(const struct outbox *o);
/* A line for each of them, with the reason. */
void outbox_say_broken(const struct outbox *o, struct buffer *out);

/* Where a message came from: its place in a stream. */
struct origin {
	const char *sender; /* process life */
	char epoch[37];
	int64_t since; /* of that life: which of two lives of a sender is the later one */
	int64_t seq;
};

/* --- inbox.c: streams in --- */
struct inbox;
struct in_stream;
enum err inbox_load(struct daemon *d, struct inbox **ret) MUST_USE;
enum err inbox_reload(struct inbox *i) MUST_USE;
/* A line for each stream in that stands still, with the reason. */
void inbox_say_refused(const struct inbox *i, struct buffer *out);
void inbox_on_greeting(struct inbox *i, const char *from, const Greeting *g);
void inbox_on_batch(struct inbox *i, const char *from, const Batch *b);
/* A node asks what is known of it, to be recovered from that: from now on nothing that it sent before is taken, until
 * it begins the new life or shows that it need not. False: something of it waits here, and is no part yet of what is
 * known; or that it asks has to be stored first; or that life has begun. */
bool inbox_is_asked(struct inbox *i, const char *from, const char *recovery);
/* Where the stream from a node stands, for a page of a snapshot. */
void inbox_describe(struct inbox *i, const char *sender, SnapshotPage *page);
/* Whether a sender's database has begun a new life, or asked to be recovered, which the next batch has to store. */
bool inbox_renewal_due(const struct inbox *i);
/* Whether anything was ever taken from it. */
bool inbox_knows(const struct inbox *i, const char *sender);
/* The sender's name as process-life string. */
const char *inbox_sender(struct inbox *i, const char *name);
/* Whether a message of any sender is parked, or dead, under the entity. */
struct parked;
bool inbox_any_sender(const struct inbox *i, const struct parked *p, const char *entity);
/* Leaves a message that was taken from the wire to its sender, which keeps it, and all that came after it. */
void inbox_leave(struct in_stream *s, const struct letter *l);
/* The message is dealt with in this batch: moves position and chain. False when it is not its turn: leave it. */
bool inbox_stage(struct in_stream *s, const struct origin *from, const struct letter *l) MUST_USE;
/* Queues the conditional moves of the positions. */
enum err inbox_save(struct inbox *i, struct arena *a) MUST_USE;
/* Makes the positions true and acknowledges them. */
void inbox_committed(struct inbox *i);
void inbox_rolled_back(struct inbox *i);

/* --- parked.c: messages that wait for their parent, and dead letters --- */
struct parked;
enum err parked_load(struct daemon *d, struct parked **ret) MUST_USE;
void parked_free(struct parked *p); /* takes NULL */
/* Reads the waiting entities again. */
enum err parked_reload(struct parked *p) MUST_USE;
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
/* Puts what waits for the entity into the next batch, in order. Call outside of a batch. */
void parked_release(struct parked *p, const char *entity);
/* Begins to look at everything that is parked; parked_turn(), when nothing else waits, takes the next few. */
void parked_release_all(struct parked *p);
void parked_turn(struct parked *p);

/* --- dispatch.c: one message to its handler --- */
/* Whether a message of this type may wait a moment for others. */
bool dispatch_is_patient(const struct service *service, const char *type);
enum err dispatch(struct daemon *d, struct tx *tx, const char *sender, const Message *m) MUST_USE;
/* The same with the row known: decodes the body and calls the handler. */
enum err dispatch_row(const struct message_row *row, struct tx *tx, const char *sender, const Message *m) MUST_USE;

/* --- batch.c: the single writer --- */
struct batch;
struct call;
/* Work that is neither a message nor a request. Whoever puts it keeps it, and finds it in what the database says when
 * it was not done. */
struct job {
	/* Within the transaction, perhaps several times. */
	enum err (*run)(struct job *j, struct tx *tx);
	/* Instead, in another transaction, when it failed alone. */
	enum err (*set_aside)(struct job *j, struct tx *tx, const struct refusal *why);
	void (*committed)(struct job *j); /* one of the two */
	void (*freed)(struct job *j);     /* the writer is done with it, in whatever way */
};
void batch_put_job(struct batch *b, struct job *j);
struct batch *batch_new(struct daemon *d);
void batch_free(struct batch *b);
/* Puts work into the next batch. Takes the letter. `stream` is NULL for one that was parked. */
void batch_put_letter(struct batch *b, struct in_stream *stream, const struct origin *from, struct letter *l);
void batch_put_call(struct batch *b, struct call *c);
/* The client went away: forget the call wherever it stands. */
void batch_forget(struct batch *b, const struct call *c);
/* Drops the letters and jobs that wait: their senders send them again, who put them looks again. */
void batch_drop_letters(struct batch *b);
/* Begins, polls or finishes a batch. */
void batch_turn(struct batch *b);
/* Waits for the commit that is under way, a few seconds at most. Takes NULL. */
void batch_settle(struct batch *b);
bool batch_is_committing(const struct batch *b);
/* In how many milliseconds a batch_turn() would begin a batch with what waits; -1: not by itself. */
int batch_begins_ms(const struct batch *b);
/* Nothing waits and nothing runs. */
bool batch_is_idle(const struct batch *b);
/* The database is away, or what is in memory has not been read from it again: take in nothing. */
bool batch_is_stale(const struct batch *b);
/* Reads anew from the database what is in memory of it. Not in a batch. */
void batch_read_again(struct batch *b);
/* The reading connection was found lost: opens it again, at most twice a second. True when it is back. */
bool batch_reopen_reader(struct batch *b);
/* For tx_wake and tx_unpark within a batch. */
void batch_note_wake(struct batch *b, const char *key);
void batch_note_unpark(struct batch *b, const char *entity);

/* --- api.c: HTTP routes --- */
#define CALL_HASH 32
struct api;
struct call {
	struct http_request *http;
	const struct route *route;
	struct request rq;
	struct reply reply;
	struct refusal why; /* set when it was refused */
	unsigned char scope[CALL_HASH], body_hash[CALL_HASH];
	unsigned char known_body[CALL_HASH]; /* when known: of the same scope, done before */
	const char *known_subject;
	bool has_key, known;
	bool in_doubt; /* its COMMIT was lost: look whether it was done */
	bool written;  /* reply is what its write made */
	bool replay;   /* it was done before */
	int64_t queued_ms;
	char preference[16]; /* "wait=5": what was preferred, as it is answered */
	int wait_seconds;    /* of Prefer: wait; 0: none */
	int64_t deadline_ms;
	struct call *next_waiting;
};
enum err api_open(struct daemon *d, const char *host, uint16_t port, struct api **ret, const char **why) MUST_USE;
void api_close(struct api *api);
/* Runs the write of a call in the batch. `earlier` is a call of the same scope in the same batch, or NULL. An error
 * is a refusal, in call->why. */
enum err api_write(struct api *api, struct tx *tx, struct call *c, const struct call *earlier) MUST_USE;
/* After the commit: answers the call, or holds it until its operation is decided. */
void api_committed(struct api *api, struct call *c);
/* Answers with a refusal. */
void api_refuse(struct api *api, struct call *c, const struct refusal *why);
/* Answers the calls that wait for the key. */
void api_wake(struct api *api, const char *key);
/* Looks at the subjects of all calls that wait: a decision may have come unheard. */
void api_look_again(struct api *api);
/* Answers the calls whose wait is over; milliseconds to the next one, or -1. */
int api_turn(struct api *api, int64_t now_ms);
/* route_check.c: decodes and checks the body and the query of a call against its route. */
enum err route_check(struct daemon *d, struct call *c) MUST_USE;

/* --- rule.c: one value against one rule; what is broken is noted in tx->why --- */
void rule_check_code(struct tx *tx, const char *field, const char *list, const char *value);
void rule_check_known(struct tx *tx, const struct principal *who, const char *field, const char *name,
                      const char *value);
void rule_check_length(struct tx *tx, const char *field, int64_t max, const char *value);
void rule_check_range(struct tx *tx, const char *field, int64_t min, int64_t max, int64_t value);
/* latest: the last day that may be told, or DATE_NONE. */
void rule_check_date(struct tx *tx, const char *field, struct date latest, const char *value);

/* --- idempotency.c --- */
/* Reads the key of a call and hashes what it stands for. */
enum err idempotency_read(struct call *c) MUST_USE;
/* Finds in one query which of the calls were done before. */
enum err idempotency_load(struct db *db, struct arena *a, struct call *const *calls, size_t n) MUST_USE;
/* Whether the call is a replay (call->replay): of what was loaded, or of the earlier call of this batch. */
enum err idempotency_check(struct call *c, const struct call *earlier) MUST_USE;
/* Stores what the call did, within its batch. */
enum err idempotency_keep(struct tx *tx, struct call *c) MUST_USE;

/* --- health.c --- */
extern const struct resource health_resource;
void metric_add(struct daemon *d, enum metric m, uint64_t n);

#endif
