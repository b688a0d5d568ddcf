/* SPDX-License-Identifier: EUPL-1.2 */
/* The receiver: common/delivery/inbox.c and common/engine/writer.c. Part of delivery.pml. */

#ifdef NO_EPOCH
#define LIFE(s, e) sender[s].life
#else
#define LIFE(s, e) (e) - 1
#endif

inline drop_letters(i, s)
{
	do :: SOME(QUEUE(i, s)) -> QUEUE(i, s)?_, _ :: else -> break od
}

inline load(i, s)
{
	MY.epoch = DB.epoch; MY.position = DB.position; MY.accepted = DB.position; MY.chain = DB.chain; MY.accepted_chain = DB.chain;
	MY.staged = 0; MY.staged_chain = 0; MY.n = 0; MY.letters = 0; MY.ack_due = false; MY.broken = false
}

inline acknowledge(i, s, resend) /* no room: lost, and the sender greets again */
{
	if
	:: ROOM(back[s]) -> back[s]!ack, MY.epoch, MY.position, resend, MY.chain
	:: else
	fi
}

inline adopt(i, s) /* a first epoch, or one that an operator signed */
{
	if
	:: DB.epoch == 0 -> MY.epoch = epoch; MY.broken = false /* stored with the first position */
	:: else ->
		if
		:: epoch > DB.epoch ->
			DB.epoch = epoch; DB.position = 0; DB.chain = 0; DB.n = 0; DB.applied = 0; DB.life = LIFE(s, epoch)
		:: else /* another instance stored it */
		fi;
		drop_letters(i, s); load(i, s)
	fi
}

inline on_greeting(i, s)
{
	if
	:: epoch > MY.epoch && (DB.epoch == 0 -> MY.accepted == 0 : !instance[i].committing) ->
		adopt(i, s)
	:: else
	fi;
	if
#ifndef RESTORED_RECEIVER_SAYS_NOTHING
	:: epoch == MY.epoch && number > MY.position + 1 && number > DB.position + 1 ->
		assert(receiver_restored); /* no false alarm */
		MY.broken = true
#endif
	:: else ->
		if :: !MY.broken -> acknowledge(i, s, MY.accepted == MY.position) :: else fi
	fi
}

inline on_batch(i, s)
{
	if
	:: epoch != MY.epoch || MY.broken -> skip
#ifndef NO_GAP_CHECK
	:: epoch == MY.epoch && !MY.broken && number > MY.accepted + 1 ->
		if
		:: MY.accepted == MY.position -> acknowledge(i, s, true)
		:: else /* what waits here will be acknowledged */
		fi
#endif
#ifndef NO_CHAIN_IN_BATCH
	:: epoch == MY.epoch && !MY.broken && number <= MY.accepted + 1 && number + count > MY.accepted + 1 &&
	   BEGINNING(log, number + count - 1, MY.accepted) != MY.accepted_chain -> /* it does not go on from here */
		assert(sender_restored || receiver_restored); /* no false alarm */
		acknowledge(i, s, MY.accepted == MY.position)
#endif
	:: else ->
		log = log & (1 << 3 * count) - 1;
		k = 1;
		do
		:: k <= count ->
			content = CONTENT(log, count, k);
			if
#ifdef NO_DUPLICATE_CHECK
			:: (len(QUEUE(i, s)) < MESSAGES) ->
#else
			:: number > MY.accepted && (len(QUEUE(i, s)) < MESSAGES) ->
#endif
				MY.accepted = number; MY.accepted_chain = EXTENDED(MY.accepted_chain, content);
				QUEUE(i, s)!number, content
			:: else
			fi;
			number++; k++
		:: else -> break
		od;
		if :: MY.accepted == MY.position -> acknowledge(i, s, false) :: else fi /* it has all of that */
	fi
}

#ifdef LETTERS_KEPT_OVER_RELOAD
#define LISTENS(i) true
#else
#define LISTENS(i) !instance[i].lost
#endif

inline on_frame(i, s)
{
	there[s]?kind, epoch, number, count, log;
	if
#ifndef LETTERS_KEPT_OVER_RELOAD
	:: instance[i].lost -> skip /* it does not know where it is: the sender greets again */
#endif
	:: kind == greeting && LISTENS(i) -> on_greeting(i, s)
	:: kind == batch && LISTENS(i) -> on_batch(i, s)
	fi
}

inline stage(i, s)
{
	MY.staged = MY.position; MY.staged_chain = MY.chain;
	do
	:: SOME(QUEUE(i, s)) ->
		QUEUE(i, s)?number, content;
		MY.staged = number; MY.staged_chain = EXTENDED(MY.staged_chain, content);
		MY.letters = EXTENDED(MY.letters, content); MY.n++
	:: else -> break
	od;
#ifdef ACK_BEFORE_COMMIT
	if :: MY.n && ROOM(back[s]) -> back[s]!ack, MY.epoch, MY.staged, 0, MY.staged_chain :: else fi
#endif
}

/* The position is where we think it is; nothing staged: nothing to ask. */
#ifdef NO_CONDITION
#define MAY_MOVE(i, s) true
#else
#define MAY_MOVE(i, s) (instance[i].heard[s].staged == instance[i].heard[s].position \
	|| (stored[s].position == instance[i].heard[s].position \
	    && (stored[s].epoch == instance[i].heard[s].epoch || stored[s].epoch == 0)))
#endif
#if STREAMS == 2
#define MAY_COMMIT(i) (MAY_MOVE(i, 0) && MAY_MOVE(i, 1))
#define EACH(step) step(i, 0); step(i, 1)
#define ANY_LETTER(i) (SOME(QUEUE(i, 0)) || SOME(QUEUE(i, 1)))
#else
#define MAY_COMMIT(i) MAY_MOVE(i, 0)
#define EACH(step) step(i, 0)
#define ANY_LETTER(i) SOME(QUEUE(i, 0))
#endif

inline store(i, s) /* effects and position, in one transaction */
{
	if
	:: MY.n ->
		DB.applied = DB.applied << 3 * MY.n | MY.letters; DB.n = DB.n + MY.n;
		if
		:: MY.staged != MY.position ->
			DB.life = LIFE(s, MY.epoch); DB.epoch = MY.epoch; DB.position = MY.staged; DB.chain = MY.staged_chain
		:: else
		fi;
		claim_applied(s)
	:: else
	fi
}

inline committed(i, s)
{
	if :: MY.staged != MY.position -> MY.ack_due = true :: else fi;
	MY.position = MY.staged; MY.chain = MY.staged_chain;
	MY.n = 0; MY.letters = 0; MY.staged = 0; MY.staged_chain = 0
}

inline restart(i)
{
	instance[i].committing = false; instance[i].lost = false;
	EACH(drop_letters); EACH(load)
}

#if STREAMS == 2
#define TELL_SENDERS sender[0].up_due = true; sender[1].up_due = true
#else
#define TELL_SENDERS sender[0].up_due = true
#endif

#define FRAMES_OF(s) \
	:: d_step { SOME(there[s]) -> on_frame(i, s); skip } \
	:: d_step { instance[i].heard[s].ack_due -> instance[i].heard[s].ack_due = false; acknowledge(i, s, false); skip }

proctype a_receiver(byte i)
{
	do
	FRAMES_OF(0)
#if STREAMS == 2
	FRAMES_OF(1)
#endif
	:: d_step { ANY_LETTER(i) && !instance[i].committing && !instance[i].lost ->
		instance[i].committing = true; EACH(stage); skip }
	:: d_step { instance[i].committing && MAY_COMMIT(i) ->
		instance[i].committing = false; EACH(store); EACH(committed); skip }
	:: d_step { instance[i].committing && !MAY_COMMIT(i) -> /* another instance moved it: stop, start anew */
		restart(i); TELL_SENDERS; skip }
	:: d_step { trouble -> trouble--; restart(i); TELL_SENDERS; skip } /* crash */
	:: atomic { trouble && !instance[i].lost -> /* the connection is lost, at COMMIT or at any other time */
		trouble--; instance[i].lost = true;
		if
		:: instance[i].committing -> EACH(drop_letters) /* their senders send them again */
		:: else
		fi;
		if
		:: instance[i].committing && MAY_COMMIT(i) -> EACH(store)
		:: true
		fi;
		instance[i].committing = false }
	:: d_step { instance[i].lost -> /* the fence is ours again, so the lost transaction has ended */
		instance[i].lost = false;
#ifndef LETTERS_KEPT_OVER_RELOAD
		EACH(drop_letters);
#endif
		EACH(load); skip }
#if RECEIVER_RESTORES
	:: atomic { receiver_restores && stored[0].position && stored[0].life == 0 ->
		receiver_restores--; receiver_restored = true;
		stored[0].lost = stored[0].applied; stored[0].lost_n = stored[0].n;
		do
		:: stored[0].applied = stored[0].applied >> 3; stored[0].chain = stored[0].chain >> 3;
			stored[0].n--; stored[0].position--;
			if :: stored[0].position :: true -> break fi
		od;
		if :: stored[0].position == 0 -> stored[0].epoch = 0 :: else fi;
		restart(i); TELL_SENDERS }
#endif
	od
}
