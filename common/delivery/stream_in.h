/* SPDX-License-Identifier: EUPL-1.2 */
/* Between inbox.c and reception.c only: a stream in, as it is in memory. */
#ifndef UDVEJ_DAEMON_STREAM_IN_H
#define UDVEJ_DAEMON_STREAM_IN_H

#include "daemon/internal.h"

/* The newest end of a frame that is applied: what its sender cannot deny. */
struct signed_head {
	int64_t seq; /* 0: none */
	struct chain chain;
	unsigned char signature[SIGNATURE_LEN];
};

struct in_stream {
	struct in_stream *next;
	const char *sender;
	char epoch[UUID_LEN + 1];           /* "": never heard from */
	int64_t since;                      /* of that life, when an operator opened it, as the partner below signed */
	char partner[LIFE_PARTNER_MAX + 1]; /* "": it is the first */
	unsigned char life_signature[AGREEMENT_SIGNATURE_LEN];
	struct life renewal; /* the sender's new life; none: its epoch is empty */
	bool renewing;       /* in the running batch */
	bool stored;         /* has a row */
	bool gap;            /* something was passed over: ask for it when what waits is done */
	/* Its database was set back, and is recovered from what this one tells: it has asked, and the next batch has to
	 * store that; that batch runs; it is stored, so that the answer may be given. */
	enum { ASKED_NOT, ASKED_DUE, ASKED_RUNNING, ASKED } asked;
	int64_t again, again_ms;            /* the conversation of its first greeting since then that says otherwise */
	const char *refused;                /* why this stream stands still; NULL: it does not */
	int64_t position, staged, accepted; /* committed; in the running batch; taken from the wire */
	struct chain chain, staged_chain, accepted_chain;
	struct signed_head signed_head, staged_head;
	int64_t conversation;  /* as the last greeting named it */
	int64_t applied_bytes; /* of this conversation, for credit */
	int64_t staged_bytes, waiting_bytes;
	int64_t
	    left_bytes;   /* of letters that the running batch leaves to the sender: they no longer wait when it is done */
	struct few words; /* of the log about this stream */
};

struct inbox {
	struct daemon *daemon;
	struct in_stream *streams;
};

/* The stream from this sender, made when there is none yet. */
struct in_stream *inbox_stream(struct inbox *i, const char *sender);

/* --- reception.c --- */

/* Nothing of it waits: what comes next goes on from what is applied. */
void reception_take_back(struct in_stream *s);
/* Tells the sender its position; `resend`: from there on, please, and credit counts from here. */
void reception_acknowledge(struct inbox *i, struct in_stream *s, bool resend);
/* Says once why a stream stands still, and when it goes on (NULL). */
void reception_stand_still(struct inbox *i, struct in_stream *s, const char *why);

#endif
