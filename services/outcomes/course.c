/* SPDX-License-Identifier: EUPL-1.2 */
/* Caseload tells of a course: kept, and what is due on it told to the provider's node and to
 * reporting when that changes. Answers that came before the course are applied now. */
#include <string.h>

#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

enum err on_course_state(struct tx *tx, const ProtobufCMessage *message)
{
	const CourseState *m = (const CourseState *)message;
	const struct registry_node *provider = registry_intake_of(tx->registry, m->organisation);
	OutcomesCourse *course = shape_new(tx->arena, &outcomes_course__descriptor);
	size_t n;
	Due **due;
	enum err e = tx_one(tx, sql_course_by_id, course, message);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND && !provider) /* taken out of the registry: until it is back */
		return ERR_NO_PARENT;
	if (e == OK && m->version <= course->course->version) /* an older word */
		return OK;
	course->course = (CourseState *)m;
	TRY(dues_of(tx, course, NULL, &n, &due));
	bool changed = dues_are_new(tx, course, n, due);
	if (provider)
		course->node = provider->name;
	TRY(tx_exec(tx, sql_course_apply, message, ARG_TEXT("node", course->node),
	            ARG_INT("due_version", course->due_version), ARG_TEXT("due_text", course->due_text)));
	if (strcmp(m->state, "closed") == 0)
		TRY(dues_note_lost(tx, course));
	tx_unpark(tx, m->course_id);
	return changed ? dues_tell(tx, course, n, due) : OK;
}
