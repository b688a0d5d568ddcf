/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what a receiver says of this node's stream fits the past that this database knows. If it does not, one of the
 * two is not what it was. That it is this one has to be proved, by our own signature or a partner's: a word alone,
 * which whoever stole the receiver's keys can say, stops its own stream and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "delivery/internal.h"
#include "sql_delivery.h"

enum whereabouts { CHAIN_IS_UNKNOWN, CHAIN_IS_GONE, CHAIN_IS_HERE }; /* unknown: the database does not answer now */

/* What was sent from here up to a position that is not beyond what was sent. */
static enum whereabouts chain_at(const struct outbox *o, const struct out_stream *s, int64_t position,
                                 struct chain *ret)
{
	const struct letter *l = tail_get(&s->tail, position);
	struct engine *e = o->engine;
	struct db_rows rows;
	if (position == s->seq || position == s->acked || l) {
		*ret = position == s->seq ? s->chain : l ? l->chain : s->acked_chain;
		return CHAIN_IS_HERE;
	}
	if (arena_used(e->scratch) > ENGINE_ARENA_LIMIT / 2 ||
	    db_rows(e->reading, e->scratch, sql_out_chain, &rows, NULL, ARG_TEXT("receiver", s->receiver),
	            ARG_INT("seq", position)) != OK)
		return CHAIN_IS_UNKNOWN;
	if (!rows.n || rows.lengths[0] != CHAIN_LEN)
		return CHAIN_IS_GONE;
	memcpy(ret->head, rows.cells[0], CHAIN_LEN);
	return CHAIN_IS_HERE;
}

/* Whether the database, too, knows of less than the receiver has: else another process has the word now, and this one
 * does not know that yet. */
static bool has_forgotten(const struct outbox *o, const struct out_stream *s, int64_t position)
{
	struct engine *e = o->engine;
	struct db_rows rows;
	if (arena_used(e->scratch) > ENGINE_ARENA_LIMIT / 2 ||
	    db_rows(e->reading, e->scratch, sql_out_stream_seq, &rows, NULL, ARG_TEXT("receiver", s->receiver)) != OK)
		return false;
	return position > (rows.n ? atoll(rows.cells[0]) : 0);
}

/* Whether this node signed the head that is shown, in the life that the receiver speaks of. */
static bool is_ours(const struct outbox *o, const struct out_stream *s, const Ack *ack)
{
	const struct engine *e = o->engine;
	return seal_is_our_chain(link_seal(o->delivery->link), registry_by_name(e->membership.registry, e->membership.node),
	                         s->receiver, ack->epoch, ack->head);
}

/* The receiver has what is not ours to know: looks whether we signed for what is forgotten, or otherwise, here. */
static void look_for_proof(struct outbox *o, struct out_stream *s, const Ack *ack)
{
	struct chain chain;
	if (!is_ours(o, s, ack))
		return;
	int64_t seq = ack->head->seq;
	if (seq > s->seq && has_forgotten(o, s, seq))
		set_back_found(o->engine, s->receiver,
		               "has applied %lld messages that this node signed for, but the database knows %lld",
		               (long long)seq, (long long)s->seq);
	else if (seq <= s->seq && chain_at(o, s, seq, &chain) == CHAIN_IS_HERE && !chain_is(&chain, ack->head->chain))
		set_back_found(
		    o->engine, s->receiver,
		    "has applied other messages that this node signed for, up to number %lld, than the database knows",
		    (long long)seq);
}

/* Has the stream stand still, and says why. Says nothing where the whole node stands still, since that was said. */
static void stand_still(const struct outbox *o, struct out_stream *s, const Ack *ack, const char *why)
{
	if (o->engine->read_only)
		out_stream_stand_still(s);
	else
		out_stream_say_broken(s, ack, why);
}

static void is_another_past(struct outbox *o, struct out_stream *s, const Ack *ack, const char *why)
{
	if (!o->engine->read_only)
		look_for_proof(o, s, ack);
	stand_still(o, s, ack, why);
}

bool past_fits(struct outbox *o, struct out_stream *s, const Ack *ack)
{
	struct chain chain;
	if (ack->position > s->seq) {
		if (has_forgotten(o, s, ack->position))
			is_another_past(o, s, ack, "so much was never sent, and it shows no signature of this node for more");
		return false;
	}
	enum whereabouts where = chain_at(o, s, ack->position, &chain);
	if (where == CHAIN_IS_GONE)
		out_stream_say_broken(s, ack, "what it has not acknowledged is not all in bus_out");
	if (where != CHAIN_IS_HERE) /* its next word will come in another turn, when the database may answer */
		return false;
	if (chain_is(&chain, ack->chain))
		return true;
	is_another_past(o, s, ack, "other messages were sent, and it shows no signature of this node for what it has");
	return false;
}

/* Whether a partner signed for the life that the receiver speaks of, and it is later than ours. */
static bool is_later_life(const struct outbox *o, const Ack *ack)
{
	struct life l = { .since = ack->since };
	if (ack->since <= o->life.since || !life_read(&l, ack->epoch, ack->partner, ack->signature))
		return false;
	return life_holds(&l, o->engine->membership.node, o->engine->membership.agreement);
}

/* A life without a partner's signature is never opened beside another one of the same database: a head that we signed
 * in any other than our first life is one of a database that is not here. */
void past_is_other_life(struct outbox *o, struct out_stream *s, const Ack *ack)
{
	if (is_later_life(o, ack) && o->life.since)
		set_back_found(o->engine, s->receiver,
		               "proves a life of this node's database (%s) that began later than this one, by %lld s of the "
		               "clocks by which they were signed",
		               ack->epoch, (long long)(ack->since - o->life.since) / 1000);
	else if (is_later_life(o, ack) || (!o->life.since && is_ours(o, s, ack)))
		set_back_found(o->engine, s->receiver, "proves another life of this node's database (%s) than this one",
		               ack->epoch);
	stand_still(o, s, ack,
	            ack->since < o->life.since
	                ? "that life is over, and it has not taken the new one of this database: look at its file of "
	                  "partners, its registry and its log"
	                : "nothing that it shows proves that this node's database had that life");
}
