/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room know of each other. */
#ifndef UDVEJ_SERVING_INTERNAL_H
#define UDVEJ_SERVING_INTERNAL_H

#include <sodium.h>

#include "engine/writer.h"
#include "serving/api.h"

struct api {
	struct engine *engine;
	struct served served;
	const char *description; /* of it */
	struct http_server *http;
	struct call *waiting;
};

#define CALL_HASH 32
struct call {
	struct call_job *job; /* while the writer has it; NULL: it has not */
	struct http_request *http;
	const struct route *route;
	struct request rq;
	struct reply reply;
	struct refusal why; /* set when it was refused */
	unsigned char scope[CALL_HASH], body_hash[CALL_HASH];
	unsigned char known_body[CALL_HASH]; /* when known: of the same scope, done before */
	const char *known_subject;
	bool has_key, known;
	bool in_doubt;       /* its COMMIT was lost: look whether it was done */
	bool written;        /* reply is what its write made */
	bool replay;         /* it was done before */
	char preference[16]; /* "wait=5": what was preferred, as it is answered */
	int wait_seconds;    /* of Prefer: wait; 0: none */
	int64_t deadline_ms;
	struct call *next_waiting;
};

/* --- answer.c --- */

/* Answers a read, on the reading connection. */
void answer_read(struct api *api, struct call *c);
/* After the commit: answers the call, or holds it until its operation is decided. */
void answer_committed(struct api *api, struct call *c);
/* Answers with a refusal. */
void answer_refuse(struct api *api, struct call *c, const struct refusal *why);
/* Looks at the subjects of all calls that wait: a decision may have come unheard. */
void answer_look_again(struct api *api);
/* Answers the calls whose wait is over; milliseconds to the next one, or -1. */
int answer_turn(struct api *api, int64_t now_ms);
/* Its client went away: it no longer waits. */
void answer_forget(struct api *api, const struct call *c);
/* Answers all that wait, as they are. */
void answer_all(struct api *api);

/* --- call.c: the write of a call, as a job of the writer --- */

/* Puts the call into the next transaction. */
void call_put(struct api *api, struct call *c);
/* Its client went away: forgets the call, wherever its job stands. */
void call_forget(struct call *c);

/* --- route_check.c: decodes and checks the body and the query of a call against its route --- */

enum err route_check(const struct api *api, struct call *c) MUST_USE;

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
/* Whether the call is a replay (call->replay): of what was loaded, or of the earlier call of this transaction. */
enum err idempotency_check(struct call *c, const struct call *earlier) MUST_USE;
/* Stores what the call did, within its transaction. */
enum err idempotency_keep(struct tx *tx, struct call *c) MUST_USE;

/* --- health.c --- */

extern const struct resource health_resource;

#endif
