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
/* Notes the list as told, under the next version; *ret_changed is false, and nothing is written, when it is the
 * list that was told last. */
enum err dues_note(struct tx *tx, OutcomesCourse *course, size_t n, Due **due, bool *ret_changed) MUST_USE;
/* Writes down which closing measurements a closed course went without. */
enum err dues_note_lost(struct tx *tx, const OutcomesCourse *course) MUST_USE;

#endif
