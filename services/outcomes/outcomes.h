/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of outcomes share. */
#ifndef UDVEJ_OUTCOMES_OUTCOMES_H
#define UDVEJ_OUTCOMES_OUTCOMES_H

#include "daemon/daemon.h"
#include "messages.pb-c.h"
#include "outcomes.pb-c.h"
#include "vocab/instrument.h"
#include "vocab/programme.h"

/* The state of the daemon: definitions, read once. */
struct outcomes {
	const struct instruments *instruments;
	const struct programmes *programmes;
	const char *caseload, *reporting; /* node names */
};

/* --- messages (course.c, measurement.c): what each says stands in proto/messages.proto --- */
enum err on_course_state(struct tx *tx, const ProtobufCMessage *message);
enum err on_measurement_answers(struct tx *tx, const ProtobufCMessage *message);

/* --- snapshot.c: what others who are recovered are told --- */
snapshot_page snapshot_measurement_known, snapshot_due_of_node; /* the courses of the node */
snapshot_page snapshot_scored_of_open, snapshot_course, snapshot_scored, snapshot_due;

/* --- recover.c: what this node takes when it is recovered --- */
on_message recover_course, recover_measurement, recover_due, recover_answers;
/* All of it is applied: computes again what is due, and tells it where others know something else. */
enum err outcomes_recovered(struct tx *tx);

/* --- measurement.c --- */
/* What reporting is told of measurements. */
extern const struct projection measurement_told;
/* Scores the answers, or says why not. ERR_NO_PARENT: the course, or its place, is not known here yet. */
enum err on_measurement_answers(struct tx *tx, const ProtobufCMessage *message) MUST_USE;
/* What the scores have in common with the answers. */
void measurement_name(const MeasurementAnswers *m, MeasurementScored *ret);
enum err measurement_store(struct tx *tx, const MeasurementAnswers *m, const MeasurementScored *scored) MUST_USE;

/* --- dues.c --- */
/* What reporting is told to be due on courses. */
extern const struct projection due_told;
/* What is due on a course now, `also` counted in when not NULL. */
enum err dues_of(struct tx *tx, const OutcomesCourse *course, const MeasuredRow *also, size_t *ret_n,
                 Due ***ret) MUST_USE;
/* Makes the list the one that the course was told last, under the next version. False, and nothing is changed, when it
 * is that already. */
bool dues_are_new(struct tx *tx, OutcomesCourse *course, size_t n, Due **due);
/* Saves that list. */
enum err dues_save(struct tx *tx, const OutcomesCourse *course) MUST_USE;
/* Tells the provider's node and reporting. */
enum err dues_tell(struct tx *tx, const OutcomesCourse *course, size_t n, Due **due) MUST_USE;
/* Writes down which closing measurements a closed course went without. */
enum err dues_note_lost(struct tx *tx, const OutcomesCourse *course) MUST_USE;

#endif
