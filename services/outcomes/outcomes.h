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

/* --- dues.c --- */
/* What is due on a course now, `also` counted in when not NULL. */
enum err dues_of(struct tx *tx, const OutcomesCourse *course, const MeasuredRow *also, size_t *ret_n,
                 Due ***ret) MUST_USE;
/* Makes the list the one that the course was told last, under the next version. False, and nothing is changed, when it
 * is that already. */
bool dues_are_new(struct tx *tx, OutcomesCourse *course, size_t n, Due **due);
/* Saves that list. */
enum err dues_save(struct tx *tx, const OutcomesCourse *course) MUST_USE;
/* Writes down which closing measurements a closed course went without. */
enum err dues_note_lost(struct tx *tx, const OutcomesCourse *course) MUST_USE;

#endif
