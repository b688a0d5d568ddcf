/* SPDX-License-Identifier: EUPL-1.2 */
/* The node of the target `streams`, and what is around it: what the stand-ins of streams_world.c give and saw. */
#ifndef UDVEJ_TESTS_FUZZ_STREAMS_H
#define UDVEJ_TESTS_FUZZ_STREAMS_H

#include "daemon/internal.h"
#include "delivery/internal.h"

#define STALE 0x01      /* bits of the first byte: the database is away */
#define SET_BACK 0x02   /* it was set back */
#define FAILS 0x04      /* what is taken in cannot be stored */
#define RECOVERS 0x08   /* a recovery is under way */
#define KNOWS_PEER 0x10 /* letters of the peer are applied already */
#define HAS_SENT 0x20   /* the peer was sent letters, and answers */
#define SIGNED 0x40     /* the partner signs for whatever life there is */
#define TWICE 0x80      /* the frame comes again */

#define SELF "caseload"
#define PEER "reden"
#define EPOCH "11111111-1111-4111-8111-111111111111"
#define PEER_EPOCH "22222222-2222-4222-8222-222222222222"
#define NEW_EPOCH "33333333-3333-4333-8333-333333333333"
#define LETTERS 4
#define MOST 4096

struct streams_world {
	uint8_t variant;
	int64_t now_ms;
	struct letter *queue[MOST]; /* what came in, for the next batch */
	struct origin origins[MOST];
	struct in_stream *heard;
	size_t n_queue;
	int64_t stored, storing; /* position of the stream in, as the database has it */
	int64_t trimmed;         /* of the stream out */
	struct chain sent[LETTERS + 1];
};

struct link {
	struct seal *seal;
};

extern struct streams_world it;
extern struct daemon d;

#endif
