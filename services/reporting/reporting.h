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

/* --- facts.c: one handler a message --- */
on_message on_course_state, on_measurement_scored, on_measurement_due, on_enquiry_fact;

/* --- snapshot.c: what others who are recovered are told --- */
snapshot_page snapshot_course, snapshot_due, snapshot_enquiry;

/* --- fact_check.c --- */

enum fact_kind { FACT_ID = 1, FACT_TEXT, FACT_DATE, FACT_DATE_IF_SAID };
struct fact_rule {
	const char *field;
	enum fact_kind kind;
};
/* Refuses a fact that the tables could not hold (ERR_MALFORMED), so that the database never has to. */
enum err fact_check(struct tx *tx, const ProtobufCMessage *fact, const struct fact_rule *rules, size_t n) MUST_USE;

/* --- answer.c: what the reports have in common --- */

/* Note that there is no such organisation or programme (struct known_row). */
enum err known_organisation(struct tx *tx, const struct principal *who, const char *field, const char *organisation);
enum err known_programme(struct tx *tx, const struct principal *who, const char *field, const char *key);
/* Whose figures are asked for and may be seen: an organisation, or "" for all. */
enum err query_organisation(struct tx *tx, const struct request *rq, const char **ret) MUST_USE;
/* The representation that the client wants. */
enum err query_format(struct tx *tx, const struct request *rq, enum format *ret) MUST_USE;

/* --- the reports: routes (status.c, enquiries.c) --- */
enum err status_answer(struct tx *tx, const struct request *rq, struct reply *reply) MUST_USE;
enum err enquiries_answer(struct tx *tx, const struct request *rq, struct reply *reply) MUST_USE;

#endif
