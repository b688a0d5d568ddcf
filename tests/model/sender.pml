/* SPDX-License-Identifier: EUPL-1.2 */
/* A sender: common/delivery/outbox.c and conversation.c. Part of delivery.pml. */

inline forget_conversation(s)
{
	OF.greeted = false; OF.greeting_due = true; OF.sent = 0; OF.patient = false
}

inline start_sender(s)
{
	OF.acked = OF.trimmed; OF.broken = false; OF.up_due = false;
#ifdef CHAIN_IN_MEMORY_ONLY
	OF.remembered = OF.seq;
#endif
	forget_conversation(s)
}

inline on_ack(s)
{
	back[s]?kind, epoch, number, count, log;
	if
	:: epoch != OF.epoch -> skip /* of another life: no word about this one */
#ifndef STALE_ACK_COUNTS
	:: epoch == OF.epoch && number < OF.acked -> /* an old one, or the receiver was restored: it will see which */
#ifndef OLD_ACK_IS_IGNORED
		if :: OF.greeted -> forget_conversation(s) :: else -> OF.greeting_due = true fi
#else
		skip
#endif
#endif
	:: else ->
		good = number <= OF.seq;
#ifndef NO_CHAIN
#ifdef CHAIN_IN_MEMORY_ONLY
		if :: good && (number == OF.seq || number > OF.remembered) -> good = log == BEGINNING(OF.log, OF.seq, number) :: else fi;
#else
		if :: good -> good = log == BEGINNING(OF.log, OF.seq, number) :: else fi;
#endif
#endif
		if
		:: good ->
			claim_is_applied(s, number);
			if :: number > OF.acked -> OF.acked = number :: else fi;
			if
			:: !OF.greeted || count -> OF.greeted = true; OF.greeting_due = false; OF.sent = number
			:: else
			fi;
#ifndef SENT_STAYS_BEHIND
			if :: OF.greeted && OF.sent < OF.acked -> OF.sent = OF.acked :: else fi;
#endif
#ifdef PATIENCE_ENDS_AT_ANY_ACK
			OF.patient = false
#else
			OF.patient = OF.acked < OF.seq
#endif
		:: else ->
			assert(sender_restored); /* no false alarm */
			OF.broken = true
		fi
	fi
}

inline send_batch(s, n)
{
	assert(OF.sent >= OF.trimmed || n == 0); /* it still has what it sends */
	there[s]!batch, OF.epoch, OF.sent + 1, n, BEGINNING(OF.log, OF.seq, OF.sent + n);
	OF.sent = OF.sent + n;
	OF.patient = true;
#ifdef TRIM_ON_SEND
	OF.trimmed = OF.sent;
	claim_is_applied(s, OF.trimmed)
#endif
}

#ifdef SILENT_WHEN_ALL_ACKED
#define HAS_TO_GREET(s) (OF.acked < OF.seq)
#else
#define HAS_TO_GREET(s) true
#endif

/* Nothing is under way that could still bring an answer: the timers run out. */
#define INSTANCE_IDLE(i, s) (!SOME(QUEUE(i, s)) && !instance[i].committing && !instance[i].lost \
	&& !instance[i].heard[s].ack_due)
#if INSTANCES == 2
#define QUIET(s) (!SOME(there[s]) && !SOME(back[s]) && INSTANCE_IDLE(0, s) && INSTANCE_IDLE(1, s))
#else
#define QUIET(s) (!SOME(there[s]) && !SOME(back[s]) && INSTANCE_IDLE(0, s))
#endif
/* Greeting now and then when nothing else happens changes nothing once all is done, and is left out there. */
#if defined NO_IDLE_GREETING || defined SILENT_WHEN_ALL_ACKED || defined PATIENCE_ENDS_AT_ANY_ACK
#define IDLE_GREETING(s) false
#else
#define IDLE_GREETING(s) !DONE(s)
#endif
#define TIMER_RUNS(s) (!OF.broken && !OF.greeting_due && HAS_TO_GREET(s) \
	&& (!OF.greeted || OF.patient || IDLE_GREETING(s)))

#define NOTHING_ELSE_TO_DO(s) (OF.used == MESSAGES && !OF.up_due && OF.acked == OF.trimmed \
	&& (!OF.greeted || OF.sent == OF.seq))

proctype a_sender(byte s)
{
	do
	:: d_step { OF.used < MESSAGES && !OF.broken -> /* one transaction: the change and its message */
		OF.used++; OF.seq++; OF.log = EXTENDED(OF.log, OF.used);
#ifndef PATIENCE_ENDS_AT_ANY_ACK
		OF.patient = true
#endif
		skip }
	:: d_step { OF.up_due -> OF.up_due = false; OF.broken = false; forget_conversation(s); skip }
	:: d_step { OF.greeting_due && !OF.broken && HAS_TO_GREET(s) && ROOM(there[s]) ->
		there[s]!greeting, OF.epoch, OF.acked + 1, 0, 0; OF.greeting_due = false; skip }
	:: d_step { OF.greeted && !OF.broken && OF.sent < OF.seq && ROOM(there[s]) -> send_batch(s, 1); skip }
	:: d_step { OF.greeted && !OF.broken && OF.sent + 1 < OF.seq && ROOM(there[s]) ->
		send_batch(s, OF.seq - OF.sent); skip }
	:: d_step { SOME(back[s]) -> on_ack(s); skip }
	:: d_step { OF.acked > OF.trimmed -> OF.trimmed = OF.acked; skip }
	:: d_step { TIMER_RUNS(s) && QUIET(s) && NOTHING_ELSE_TO_DO(s) -> forget_conversation(s); skip }
	:: d_step { trouble && TIMER_RUNS(s) && !QUIET(s) -> trouble--; forget_conversation(s); skip }
	:: d_step { trouble -> trouble--; start_sender(s); skip } /* crash */
	:: atomic { sender_restores && OF.seq && OF.life == 0 -> /* crash, and the database of an earlier day */
		sender_restores--; sender_restored = true;
		OF.lost = OF.log; OF.lost_n = OF.seq;
		do /* any earlier state; the first turn always */
		:: OF.log = OF.log >> 3; OF.seq--;
			if :: OF.seq :: true -> break fi
		od;
		if :: OF.trimmed > OF.seq -> OF.trimmed = OF.seq :: else fi;
		do :: OF.trimmed -> OF.trimmed-- :: break od;
		start_sender(s) }
	od
}
