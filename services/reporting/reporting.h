/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the reporting service know of each other. */
#ifndef UDVEJ_REPORTING_REPORTING_H
#define UDVEJ_REPORTING_REPORTING_H

#include "daemon/daemon.h"
#include "reporting/core/accept.h"
#include "vocab/programme.h"

struct reporting {
	const char *host; /* the organisation that hosts this daemon: its project lead sees all */
	const struct programmes *programmes;
};

/* --- facts.c: what it hears --- */

struct fact_rule {
	const char *list;  /* a field of the fact that holds messages, of each of which the rule is; NULL: of the fact */
	const char *field; /* of a table of rules the last has none */
	enum fact_kind { FACT_ID = 1, FACT_TEXT, FACT_DATE, FACT_DATE_IF_SAID } kind;
};
/* What a row of the table of messages says of its kind of fact. */
struct fact {
	/* What the tables can hold: anything else is refused (ERR_MALFORMED), so that the database never has to. */
	const struct fact_rule *rules;
	/* Gets the fields of the message and, as `sender_organisation`, whose node tells it. Older news, and the same told
	 * again, must change nothing. */
	const struct sql *put;
};
/* The handler of all of them. */
on_message on_fact;

/* --- snapshot.c: what others who are recovered are told --- */
snapshot_page snapshot_course, snapshot_due, snapshot_enquiry;

/* --- answer.c: what the reports have in common --- */

/* Note that there is no such organisation or programme (struct known_row). */
enum err answer_check_organisation(struct tx *tx, const struct principal *who, const char *field,
                                   const char *organisation);
enum err answer_check_programme(struct tx *tx, const struct principal *who, const char *field, const char *key);
/* Whose figures are asked for and may be seen: an organisation, or "" for all. */
enum err answer_organisation(struct tx *tx, const struct request *rq, const char **ret) MUST_USE;
/* The representation that the client wants. */
enum err answer_format(struct tx *tx, const struct request *rq, enum format *ret) MUST_USE;

/* --- the reports: routes (status.c, enquiries.c) --- */
enum err status_answer(struct tx *tx, const struct request *rq, struct reply *reply) MUST_USE;
enum err enquiries_answer(struct tx *tx, const struct request *rq, struct reply *reply) MUST_USE;

#endif
