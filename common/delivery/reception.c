/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes from the wire: drops what is applied, refuses a gap and asks again, takes a batch only when the chain goes
 * on with it and its sender signed that, and hands it to the next transaction. Acknowledges after the commit, never
 * before. Never holds more of a sender than twice its credit, whatever the sender does. */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/uuid.h"
#include "delivery/internal.h"
#include "sql_delivery.h"

#define AGAIN_MS 5000 /* between two greetings that only a living sender says: what a broker held comes at once */

static const char says_set_back[] = "it says that its database was set back";
static const char says_more[] =
    "it says that this node acknowledged more, and shows no signature of this node for that";

/* What the database knows of the stream in its present life. False: not known now, or this process is behind it. */
static bool look_up(const struct inbox *i, const struct in_stream *s, int64_t *ret_position)
{
	struct db_rows rows;
	struct arena *a = i->engine->scratch;
	if (arena_used(a) > ENGINE_ARENA_LIMIT / 2 ||
	    db_rows(i->engine->reading, a, sql_in_stream_seq, &rows, NULL, ARG_TEXT("sender", s->sender)) != OK ||
	    (rows.n && strcmp(rows.cells[0], s->epoch) != 0))
		return false;
	*ret_position = rows.n ? atoll(rows.cells[1]) : 0;
	return true;
}

/* The sender says that more was acknowledged here than this process knows. When it shows our own signature for that, it
 * is proof, however old the greeting is, since we sign after the commit only: this database was set back. Without it
 * this stream stands still. False: another process has the word now, and this one does not know that yet. */
static bool look_back(struct inbox *i, struct in_stream *s, const Greeting *g)
{
	const struct engine *e = i->engine;
	int64_t position;
	if (e->read_only)
		return true;
	if (!look_up(i, s, &position) || g->first <= position + 1)
		return false;
	if (g->receipt && g->receipt->seq > position &&
	    seal_is_our_receipt(link_seal(i->delivery->link), registry_by_name(e->membership.registry, e->membership.node),
	                        s->sender, g->epoch, g->receipt))
		set_back_found(i->engine, s->sender,
		               "was told by this node, which signed for it, that it has applied %lld messages, but the "
		               "database knows %lld",
		               (long long)g->receipt->seq, (long long)position);
	else
		in_stream_stand_still(i, s, says_more);
	return true;
}

/* Of a sender that was never heard before: its life, and who signed for it. */
static void meet(const struct inbox *i, struct in_stream *s, const Greeting *g)
{
	struct life l = { .since = g->since };
	bool is_other = strcmp(s->epoch, g->epoch) != 0;
	memcpy(s->epoch, g->epoch, UUID_LEN);
	s->since = 0;
	*s->partner = 0;
	if (!life_read(&l, g->epoch, g->partner, g->signature) ||
	    !life_holds(&l, s->sender, i->engine->membership.agreement))
		return; /* any life that is signed for is later than one that nobody answers for */
	if (is_other)
		s->asked = ASKED_NOT;
	s->since = l.since;
	memcpy(s->partner, l.partner, sizeof s->partner);
	memcpy(s->life_signature, l.signature, sizeof s->life_signature);
}

/* The sender's database begins another life: true when a partner has signed for it, and it is newer than what we know.
 * The next transaction stores that, and then the greeting is answered. */
static bool take_renewal(struct inbox *i, struct in_stream *s, const Greeting *g)
{
	struct life l = { .since = g->since };
	if (s->renewing || g->since <= s->since || !life_read(&l, g->epoch, g->partner, g->signature) ||
	    !life_holds(&l, s->sender, i->engine->membership.agreement))
		return false;
	s->renewal = l;
	s->conversation = g->conversation;
	return true;
}

bool reception_is_asked(struct inbox *i, const char *from, const char *recovery)
{
	struct in_stream *s = in_stream_of(i, from);
	if (s->accepted != s->position || s->waiting_bytes || strcmp(s->epoch, recovery) == 0)
		return false;
	if (s->asked == ASKED_NOT)
		s->asked = s->stored && !i->engine->read_only ? ASKED_DUE : ASKED; /* else nothing is taken or kept of it */
	s->again = 0;
	return s->asked == ASKED;
}

/* A sender asked to be recovered from here, and now greets as if it had not. Either a newer copy of its database was
 * put in place, or the greeting is an old one that a broker held. Only a living sender says it twice, some seconds
 * apart. */
static bool is_well_again(struct in_stream *s, const Greeting *g)
{
	int64_t now_ms = clock_monotonic_ms();
	if (s->again != g->conversation) {
		s->again = g->conversation;
		s->again_ms = now_ms;
	}
	return now_ms - s->again_ms >= AGAIN_MS;
}

void reception_describe(struct inbox *i, const char *sender, SnapshotPage *page)
{
	const struct in_stream *s = in_stream_of(i, sender);
	page->known_epoch = s->epoch;
	page->known_position = s->position;
	page->known_chain = (ProtobufCBinaryData){ CHAIN_LEN, (uint8_t *)s->chain.head };
}

void reception_on_greeting(struct inbox *i, const char *from, const Greeting *g)
{
	if (writer_is_stale(i->engine->writer)) /* its position is not known now: the sender greets again */
		return;
	FAULT_POINT(greeting_heard);
	struct in_stream *s = in_stream_of(i, from);
	if (!uuid_is_valid(g->epoch)) {
		refused_frame(i->engine, from, "a greeting without an epoch");
		return;
	}
	if (!s->stored && s->staged == 0 && s->accepted == 0)
		meet(i, s, g);
	if (strcmp(s->epoch, g->epoch) != 0 && take_renewal(i, s, g))
		return;
	if (s->asked && !g->set_back && strcmp(s->epoch, g->epoch) == 0) {
		if (!is_well_again(s, g))
			return;
		s->asked = ASKED_NOT; /* and so it is stored with the next message */
	}
	bool more = strcmp(s->epoch, g->epoch) == 0 && g->first > s->position + 1;
	if (more && !look_back(i, s, g))
		return;
	if (g->set_back)
		in_stream_stand_still(i, s, says_set_back);
	else if (s->refused == says_set_back || (s->refused == says_more && !more))
		in_stream_stand_still(i, s, NULL);
	if (g->conversation != s->conversation) /* credit counts from here */
		s->applied_bytes = 0;
	s->conversation = g->conversation;
	in_stream_acknowledge(i, s, s->accepted == s->position); /* else letters of it wait here, and need not come again */
}

/* False: no room; the rest comes again. */
static bool accept_letter(struct inbox *i, struct in_stream *s, const Batch *b, size_t n)
{
	int64_t seq = b->first + (int64_t)n;
	if (s->waiting_bytes > 2 * CREDIT_BYTES) {
		refused_frame(i->engine, s->sender, "more than this node gave credit for");
		return false;
	}
	struct letter *l = letter_new(seq, b->messages[n]);
	l->ends_frame = n + 1 == b->n_messages;
	if (l->ends_frame)
		memcpy(l->signature, b->signature.data, SIGNATURE_LEN);
	s->accepted = seq;
	chain_add(&s->accepted_chain, &l->message);
	s->waiting_bytes += (int64_t)l->bytes;
	struct origin origin = { .sender = s->sender, .since = s->since, .seq = seq };
	memcpy(origin.epoch, s->epoch, sizeof origin.epoch);
	incoming_put(i->delivery, s, &origin, l);
	return true;
}

/* Why a batch that begins at or before what is accepted does not go on from there; NULL: it does. */
static const char *misfit(const struct inbox *i, const struct in_stream *s, const Batch *b)
{
	struct chain chain = s->accepted_chain;
	int64_t last = b->first + (int64_t)b->n_messages - 1;
	const struct registry_node *sender = registry_by_name(i->engine->membership.registry, s->sender);
	for (size_t n = (size_t)(s->accepted + 1 - b->first); n < b->n_messages; n++)
		chain_add(&chain, b->messages[n]);
	if (!chain_is(&chain, b->chain))
		return "what it sends does not go on from what it sent before";
	if (!sender || !seal_chain_holds(link_seal(i->delivery->link), sender, b->epoch, last, &chain, b->signature.data,
	                                 b->signature.len))
		return "what it sends is not signed with its key in the registry";
	return NULL;
}

static void take_batch(struct inbox *i, struct in_stream *s, const Batch *b)
{
	const char *why = misfit(i, s, b);
	in_stream_stand_still(i, s, why);
	if (why) /* its sender will greet, and compare where the chains part */
		refused_frame(i->engine, s->sender, why);
	for (size_t n = (size_t)(s->accepted + 1 - b->first); n < b->n_messages && !why && !s->gap; n++)
		s->gap = !accept_letter(i, s, b, n);
}

void reception_on_batch(struct inbox *i, const char *from, const Batch *b)
{
	if (writer_is_stale(i->engine->writer) || i->engine->read_only)
		return;
	FAULT_POINT(frame_heard);
	struct in_stream *s = in_stream_of(i, from);
	if (!*s->epoch || strcmp(s->epoch, b->epoch) != 0 || b->first < 1 || b->first > INT64_MAX / 2) {
		refused_frame(i->engine, from, "a batch of another life of its database, or without a place in its stream");
		return;
	}
	if (s->asked) {
		refused_frame(i->engine, from, "it was sent before its database was set back: that is being recovered");
		return;
	}
	int64_t last = b->first + (int64_t)b->n_messages - 1;
	if (last <= s->accepted)
		refused_repetition(i->engine, from);
	if (b->first > s->accepted + 1)
		s->gap = true;
	if (!s->gap && last > s->accepted)
		take_batch(i, s, b);
	FAULT_POINT(frame_taken);
	if (s->accepted == s->position) /* nothing of it waits: a gap, or all of it was applied before */
		in_stream_acknowledge(i, s, s->gap);
}
