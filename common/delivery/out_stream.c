/* SPDX-License-Identifier: EUPL-1.2 */
/* A stream out, as it is in memory: finds it, forgets its conversation, and has it stand still when one of the two
 * databases is not what it was. Never sends, never touches the database. */
#include <string.h>

#include "base/log.h"
#include "delivery/internal.h"

struct out_stream *out_stream_find(const struct outbox *o, const char *receiver)
{
	for (struct out_stream *s = o->streams; s; s = s->next)
		if (strcmp(s->receiver, receiver) == 0)
			return s;
	return NULL;
}

struct out_stream *out_stream_of(struct outbox *o, const char *receiver)
{
	struct out_stream *s = out_stream_find(o, receiver);
	if (!s) {
		s = ARENA_NEW(o->engine->arena, struct out_stream);
		*s =
		    (struct out_stream){ .next = o->streams, .receiver = arena_strdup(o->engine->arena, receiver), .up = true };
		o->streams = s;
	}
	return s;
}

void out_stream_forget(struct out_stream *s)
{
	s->greeted = false;
	s->conversation = 0;
	s->greeting_due_ms = 0;
}

void out_stream_stand_still(struct out_stream *s)
{
	s->broken = true;
	s->greeted = false;
	s->greeting_due_ms = clock_monotonic_ms() + PROBE_MS;
}

void out_stream_say_broken(struct out_stream *s, const Ack *ack, const char *why)
{
	if (!s->said_why &&
	    seldom_few_may(&s->words, STREAM_WORDS, clock_monotonic_ms())) /* once, whatever else it says then */
		log_error("stream to %s stands still: it says position %lld of epoch %s, but %s (here: %lld sent, %lld "
		          "acknowledged). Messages for it are kept until that is mended",
		          s->receiver, (long long)ack->position, ack->epoch, why, (long long)s->seq, (long long)s->acked);
	s->said_why = why;
	out_stream_stand_still(s);
}
