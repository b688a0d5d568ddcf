/* SPDX-License-Identifier: EUPL-1.2 */
/* The delivery protocol: senders with an outbox, one receiver with positions, brokers between them that
 * stall, repeat, lose and die. README.md says what stands for what, and what is left out. Limits and seeded
 * faults come as preprocessor definitions; test_model.py has the sets that are run. */

#ifndef STREAMS
#define STREAMS 1   /* senders, each with one stream to the receiver */
#endif
#ifndef INSTANCES
#define INSTANCES 1 /* of the receiver, on one database */
#endif
#ifndef MESSAGES
#define MESSAGES 3  /* that each sender commits */
#endif
#ifndef TROUBLE
#define TROUBLE 3   /* crashes, losses, repetitions, delays, lost database connections, hasty timers, together */
#endif
#ifndef SENDER_RESTORES
#define SENDER_RESTORES 0
#endif
#ifndef RECEIVER_RESTORES
#define RECEIVER_RESTORES 0
#endif
#ifndef UNDER_WAY
#define UNDER_WAY 2 /* frames in each direction of a stream; more are refused or lost */
#endif

/* A log is the contents (1..7) of its messages as octal digits, the oldest first. It stands for the hash chain
 * too: two chains are equal exactly when the logs are. */
#define LOG int
#define EXTENDED(log, content) ((log) << 3 | (content))
#define BEGINNING(log, n, k) ((log) >> 3 * ((n) - (k)))
#define CONTENT(log, n, k) (BEGINNING(log, n, k) & 7)
#define BEGINS(some, k, log, n) ((k) <= (n) && BEGINNING(log, n, k) == (some))

mtype = { greeting, batch, ack };

typedef Sender {
	/* database */
	byte epoch; byte seq; LOG log; byte trimmed;
	/* memory */
	byte acked; byte sent; bool greeted; bool greeting_due; bool patient; bool broken;
	/* what the link will tell */
	bool up_due;
#ifdef CHAIN_IN_MEMORY_ONLY
	byte remembered; /* letters after this one have been in memory since they were written */
#endif
	/* for the claims only: opened lives, contents used, and what a restore or a recovery left behind */
	byte life; byte used; byte lost_n; LOG lost; byte left_n; LOG left;
};

typedef Stored { /* the receiver's database, one stream */
	byte epoch; byte position; LOG chain;
	/* effects, in the order in which they were applied */
	byte n; LOG applied;
	/* for the claims only */
	byte life; byte lost_n; LOG lost;
};

typedef Heard { /* the receiver's memory, one stream */
	byte epoch; byte position; LOG chain; byte accepted; LOG accepted_chain;
	byte staged; LOG staged_chain; byte n; LOG letters; /* in the running transaction */
	bool ack_due; bool broken;
};

Sender sender[STREAMS];
Stored stored[STREAMS];
typedef Instance { Heard heard[STREAMS]; bool committing; bool lost }
Instance instance[INSTANCES];

/* kind, epoch, number (first or position), count (of letters; of an ack: resend), chain (of a batch: up to its last letter) */
chan there[STREAMS] = [UNDER_WAY] of { mtype, byte, byte, byte, LOG };
chan back[STREAMS] = [UNDER_WAY] of { mtype, byte, byte, byte, LOG };
/* what a stalled broker holds: the stream, whether it goes back, the frame */
chan held = [1] of { byte, bool, mtype, byte, byte, byte, LOG };
/* letters accepted, not yet in a transaction: number and content */
#define QUEUE(i, s) queue[(i) * STREAMS + (s)]
chan queue[INSTANCES * STREAMS] = [MESSAGES] of { byte, byte };

#define SOME(c) (len(c) > 0)
#define ROOM(c) (len(c) < UNDER_WAY)

byte trouble = TROUBLE;
byte sender_restores = SENDER_RESTORES;
byte receiver_restores = RECEIVER_RESTORES;
bool sender_restored, receiver_restored;

/* Of one step, never kept. */
hidden mtype kind;
hidden byte epoch, number, count, content, k;
hidden LOG log;
hidden byte good;

#define OF sender[s]
#define DB stored[s]
#define MY instance[i].heard[s]

/* --- claims --- */

/* What is applied is the beginning of what was committed: nothing missing, twice, or in another order. Before a
 * restored sender is found out, that may be what it wrote before the restore. */
inline claim_applied(s)
{
	assert(DB.n == DB.position);
	assert((DB.life == OF.life && BEGINS(DB.applied, DB.n, OF.log, OF.seq))
	    || (DB.life == 0 && sender_restored && (BEGINS(DB.applied, DB.n, OF.lost, OF.lost_n)
	                                         || BEGINS(DB.applied, DB.n, OF.left, OF.left_n)))
	    || (DB.life < OF.life && BEGINS(DB.applied, DB.n, OF.left, OF.left_n)))
}

/* What the sender believes to be applied up to `upto` is applied (or was, before the receiver was restored). */
inline claim_is_applied(s, upto)
{
	assert(upto <= OF.seq);
	assert(upto == 0 || (DB.life == OF.life && BEGINS(BEGINNING(OF.log, OF.seq, upto), upto, DB.applied, DB.n))
	    || (OF.life == 0 && receiver_restored && BEGINS(BEGINNING(OF.log, OF.seq, upto), upto, DB.lost, DB.lost_n)))
}

#define DONE(s) (sender[s].used == MESSAGES && sender[s].seq == stored[s].n && sender[s].log == stored[s].applied \
	&& sender[s].trimmed == sender[s].seq && !sender[s].broken && !sender[s].up_due)
#if STREAMS == 2
#define ALL_DONE (DONE(0) && DONE(1))
#else
#define ALL_DONE DONE(0)
#endif

#ifdef LIVENESS
ltl all_is_applied_in_the_end { <>[] ALL_DONE }
#endif

#include "sender.pml"
#include "receiver.pml"
#include "network.pml"

/* --- the operator: a restore that was found out is recovered from, by a new life of the sender, or by what it tells --- */

#if SENDER_RESTORES || RECEIVER_RESTORES
proctype operator()
{
	byte s = 0;
	do
	:: d_step { OF.life == 0 && (OF.broken || instance[0].heard[0].broken) ->
		OF.left = OF.log; OF.left_n = OF.seq;
		OF.life = 1; OF.seq = 0; OF.log = 0; OF.trimmed = 0;
#ifdef NO_EPOCH
		DB.position = 0; DB.chain = 0; DB.n = 0; DB.applied = 0; DB.life = 1;
		instance[0].committing = false; drop_letters(0, 0); instance[0].heard[0].epoch = DB.epoch;
		instance[0].heard[0].position = 0; instance[0].heard[0].accepted = 0; instance[0].heard[0].chain = 0;
		instance[0].heard[0].accepted_chain = 0;
		instance[0].heard[0].staged = 0; instance[0].heard[0].staged_chain = 0; instance[0].heard[0].n = 0;
		instance[0].heard[0].letters = 0; instance[0].heard[0].ack_due = false; instance[0].heard[0].broken = false;
#else
		OF.epoch = 2;
#endif
		start_sender(s); skip }
#if RECEIVER_RESTORES
	:: d_step { instance[0].heard[0].broken && !OF.broken -> /* goes on where its sender knows that it was */
#ifndef RECOVERED_RECEIVER_STAYS
		if
		:: DB.epoch == OF.epoch && DB.position >= OF.acked -> skip /* further already */
		:: else ->
		DB.position = OF.acked; DB.n = OF.acked; /* what the others told stands for what it had applied */
		DB.applied = BEGINNING(OF.log, OF.seq, OF.acked); DB.chain = DB.applied;
#ifdef RECOVERED_RECEIVER_SKIPS
		DB.position = OF.seq; DB.chain = OF.log; /* of what is under way nobody has told */
#endif
		DB.epoch = OF.epoch; DB.life = OF.life
		fi;
#endif
		restart(0); TELL_SENDERS; skip }
#endif
	od
}
#endif

/* The only way to stand still for good. */
proctype rest()
{
	do :: ALL_DONE -> skip od
}

init {
	atomic {
		byte s = 0;
		do
		:: s < STREAMS -> OF.epoch = 1; OF.greeting_due = true; run a_sender(s); s++
		:: else -> break
		od;
		s = 0;
		run a_receiver(0);
#if INSTANCES == 2
		run a_receiver(1);
#endif
		run brokers();
#if SENDER_RESTORES || RECEIVER_RESTORES
		run operator();
#endif
		run rest()
	}
}
