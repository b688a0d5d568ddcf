/* SPDX-License-Identifier: EUPL-1.2 */
/* Brokers and network, with all they can do to a frame: services/broker/relay.c, common/wire/link.c. Part of
 * delivery.pml. */

inline empty_out(c)
{
	do :: SOME(c) -> c?_, _, _, _, _ :: else -> break od
}

#define FAULTS_OF(s, c, goes_back) \
	:: d_step { trouble && SOME(c) -> trouble--; c?_, _, _, _, _; skip } /* lost */ \
	:: d_step { trouble && SOME(c) && !SOME(held) -> trouble--; /* delayed: others overtake it */ \
		c?kind, epoch, number, count, log; held!s, goes_back, kind, epoch, number, count, log; skip } \
	:: d_step { trouble && SOME(c) && !SOME(held) -> trouble--; /* repeated, at once or late */ \
		c?<kind, epoch, number, count, log>; held!s, goes_back, kind, epoch, number, count, log; skip }

#define LATE(s, c, goes_back) \
	:: d_step { held?[s, goes_back, _, _, _, _, _] && ROOM(c) -> \
		held?_, _, kind, epoch, number, count, log; c!kind, epoch, number, count, log; skip }

proctype brokers()
{
	do
	FAULTS_OF(0, there[0], false)
	FAULTS_OF(0, back[0], true)
	LATE(0, there[0], false)
	LATE(0, back[0], true)
#if STREAMS == 2
	FAULTS_OF(1, there[1], false)
	FAULTS_OF(1, back[1], true)
	LATE(1, there[1], false)
	LATE(1, back[1], true)
#endif
	:: d_step { trouble -> trouble--; /* a broker dies with all it had; what another one holds stays */
		empty_out(there[0]); empty_out(back[0]);
#if STREAMS == 2
		empty_out(there[1]); empty_out(back[1]);
#endif
		TELL_SENDERS; skip }
	od
}
