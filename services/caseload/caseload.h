/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of caseload share. */
#ifndef UDVEJ_CASELOAD_CASELOAD_H
#define UDVEJ_CASELOAD_CASELOAD_H

#include "caseload.pb-c.h"
#include "caseload/core/course.h"
#include "caseload/core/funding.h"
#include "caseload/core/place.h"
#include "daemon/daemon.h"
#include "messages.pb-c.h"
#include "vocab/instrument.h"
#include "vocab/programme.h"

/* The state of the daemon: definitions, read once. */
struct caseload {
	const struct programmes *programmes;
	const struct instruments *instruments;
	const char *outcomes, *reporting; /* node names */
};

/* --- messages (request.c, command.c, enrol.c, worker.c): what each says stands in proto/messages.proto --- */
enum err on_course_request(struct tx *tx, const ProtobufCMessage *message);
/* Refuses more wishes than a choice can bear: each candidate is held against all of them, and so is each who waits,
 * whenever a place is free. */
enum err request_check_wishes(struct tx *tx, const CourseRequest *m) MUST_USE;
enum err on_course_command(struct tx *tx, const ProtobufCMessage *message);
enum err on_measurement_scored(struct tx *tx, const ProtobufCMessage *message);
enum err on_worker_state(struct tx *tx, const ProtobufCMessage *message);

/* --- snapshot.c: what others who are recovered are told --- */
snapshot_page snapshot_worker, snapshot_course_known, snapshot_course;

/* --- recover.c: what this node takes when it is recovered, from --- */
on_message recover_worker, recover_course, recover_request; /* intake */
on_message recover_state;                                   /* outcomes, reporting */
on_message recover_scored;                                  /* outcomes */
/* All of it is applied: makes the others agree on every course again, and gives free places. */
enum err caseload_recovered(struct tx *tx);

/* --- row.c: loading, saving, telling --- */
/* What outcomes and reporting are told of courses. */
extern const struct projection course_told;
/* The course; ERR_NOT_FOUND. */
enum err row_load(struct tx *tx, const char *course_id, CourseRow **ret) MUST_USE;
/* Saves the next version, and tells the provider's node, outcomes and reporting. `operation` is the command that
 * caused the change; "" when it came of itself. */
enum err row_save(struct tx *tx, CourseRow *row, const char *operation) MUST_USE;
/* Takes over a version that others know and this node has lost: nobody is told. */
enum err row_take(struct tx *tx, CourseRow *row) MUST_USE;
/* Tells the sender once more how its course stands: `operation` was done before. Nothing changes. */
enum err row_tell(struct tx *tx, CourseRow *row, const char *operation) MUST_USE;
/* Tells the sender that its command cannot be done, by what tx->why says. Nothing has changed. */
enum err refuse_command(struct tx *tx, const char *operation, const char *subject) MUST_USE;

/* --- place.c: giving places --- */
/* What a citizen had of an organisation before: ids and workers of courses. */
struct history {
	CourseState **courses;
	size_t n;
};
enum err place_history(struct tx *tx, const char *citizen, const char *organisation, struct history *ret) MUST_USE;
/* Gives a new course a place where there is room on the day and nobody waits already, and saves it; otherwise the
 * reason says why not, and it is not changed but for that. *ret_placed tells. */
enum err place_ask(struct tx *tx, CourseRow *row, const struct history *history, const char *operation, struct date on,
                   bool *ret_placed) MUST_USE;
/* Puts the course on the waiting list, last of its class. */
enum err place_wait(struct tx *tx, CourseRow *row) MUST_USE;
/* Gives free places to those who wait, first in turn first, until there is none of either. */
enum err place_serve(struct tx *tx, const char *programme, struct date on) MUST_USE;

/* --- enrol.c --- */
/* Enrols an offered course on a day, with its plan by the grant; tx->why says why not (ERR_RULE). */
enum err enrol(struct tx *tx, CourseRow *row, const struct programme *p, const char *on) MUST_USE;

#endif
