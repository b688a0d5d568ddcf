/* SPDX-License-Identifier: EUPL-1.2 */
/* The recovery of a node between it and another that it sent to: what waits there, what a broker held, what the other
 * tells, and what is asked for again because it was forgotten. README.md says what stands for what. */

#ifndef THINGS
#define THINGS 4   /* that the node makes; it tells the other of each in one message */
#endif
#ifndef RESTARTS
#define RESTARTS 2 /* of the other */
#endif

#define BIT(n) (1 << (n))
#define FIRST(n) (BIT(n) - 1)

/* The node: how many things were ever asked of it, what its database knows, and the copy it is set back to. */
byte asked_for, known, copy;
bool kept, back;
/* What it was told; the life that it opens then; things that it forgot, which were asked for again. */
byte told, snapshot, anew;
bool opened;

/* A broker: frames of the first life, and a greeting of it. */
byte held;
bool held_greeting;

/* The other, in its database: position, effects, effects of what was asked for again, and that the node has asked. */
byte position, applied, again;
bool asked, renewed, done;
/* In its memory. */
byte waits;
byte restarts;

#ifdef TAKES_AFTER_TELLING
#define TAKES true
#else
#define TAKES (!asked)
#endif
#ifdef TELLS_WHILE_SOMETHING_WAITS
#define TELLS true
#else
#define TELLS (waits == 0)
#endif

active proctype all()
{
	do
	/* the node, before it is set back */
	:: atomic { !back && asked_for < THINGS -> known = known | BIT(asked_for); held = held | BIT(asked_for); asked_for++ }
	:: atomic { !back && position < asked_for -> held = held | BIT(position) } /* sent again */
	:: atomic { !back && !held_greeting -> held_greeting = true }
	:: atomic { !back && !kept -> kept = true; copy = known }
	:: atomic { kept && !back -> back = true; known = copy }

	/* a broker: it may deliver a frame once more, or lose all */
	:: atomic { held & BIT(position + waits) && !renewed && TAKES -> waits++ }
	:: atomic { held -> held = 0 }
	:: atomic { held_greeting -> held_greeting = false
#ifdef ONE_GREETING_ENDS_IT
		; asked = false
#endif
	}

	/* the other */
	:: atomic { waits > 0 ->
		assert(!(applied & BIT(position)));
		applied = applied | BIT(position);
		position++;
		waits-- }
	:: atomic { restarts < RESTARTS -> restarts++; waits = 0
#ifdef FORGETS_THAT_IT_WAS_ASKED
		; asked = false
#endif
	}

	/* the recovery: the question, stored before anything is told; a page; the new life; the other hears of that, and
	 * leaves the letters of the first; and what it is told then it knows by its id */
	:: atomic { back && !asked && !renewed && TELLS -> asked = true }
	:: atomic { back && asked && told < THINGS && TELLS -> snapshot = snapshot | (applied & BIT(told)); told++ }
	:: atomic { told == THINGS && !opened -> opened = true; known = known | snapshot; anew = FIRST(asked_for) & ~known }
	:: atomic { opened && !renewed -> renewed = true; asked = false; waits = 0 }
	:: atomic { renewed && !done -> done = true; applied = applied | known; again = anew }
	:: done -> break
	od;
	assert(applied == known);      /* the books of the two agree */
	assert((applied & again) == 0) /* and nothing has two effects */
}
