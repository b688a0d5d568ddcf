/* SPDX-License-Identifier: EUPL-1.2 */
/* What is due on a course: loads its measurements, lets core/due.c decide, and remembers what was told,
 * so that others hear of changes only. */
#include <string.h>

#include "outcomes/core/due.h"
#include "outcomes/outcomes.h"
#include "sql_outcomes.h"

const struct projection due_told = { sql_due_told, &measurement_due__descriptor, "course_id", "course_id" };

static enum err load_measured(struct tx *tx, const OutcomesCourse *course, const MeasuredRow *also,
                              struct measured **ret, size_t *ret_n)
{
	MeasuredRow **rows;
	size_t n;
	if (!course->node || !*course->node) /* not known until now, so nothing of it is */
		n = 0;
	else
		TRY(tx_all(tx, sql_measurement_of_course, &measured_row__descriptor, &rows, &n, &course->course->base));
	*ret = ARENA_ARRAY(tx->arena, struct measured, n + 1);
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = (struct measured){ rows[i]->instrument, date_or_none(rows[i]->measured_on), rows[i]->complete };
	if (also)
		(*ret)[n++] = (struct measured){ also->instrument, date_or_none(also->measured_on), also->complete };
	*ret_n = n;
	return OK;
}

enum err dues_of(struct tx *tx, const OutcomesCourse *course, const MeasuredRow *also, size_t *ret_n, Due ***ret)
{
	const struct outcomes *app = tx->app;
	const struct programme *p = programme_by_key(app->programmes, course->course->programme);
	struct measured *measured;
	size_t n;
	TRY(load_measured(tx, course, also, &measured, &n));
	*ret = NULL;
	*ret_n = p ? due_list(tx->arena, p, course->course, measured, n, ret) : 0;
	return OK;
}

bool dues_are_new(struct tx *tx, OutcomesCourse *course, size_t n, Due **due)
{
	struct buffer text = buffer_in(tx->arena);
	DueList list = DUE_LIST__INIT;
	list.n_due = n;
	list.due = due;
	shape_to_json(&text, &list.base);
	if (strcmp(text.data, course->due_text) == 0 || (!n && !*course->due_text))
		return false;
	course->due_version++;
	course->due_text = text.data;
	return true;
}

enum err dues_save(struct tx *tx, const OutcomesCourse *course)
{
	return tx_exec(tx, sql_course_told_due, &course->base, ARG_TEXT("course_id", course->course->course_id));
}

enum err dues_tell(struct tx *tx, const OutcomesCourse *course, size_t n, Due **due)
{
	const struct outcomes *app = tx->app;
	MeasurementDue m = MEASUREMENT_DUE__INIT;
	m.course_id = course->course->course_id;
	m.version = course->due_version;
	m.n_due = n;
	m.due = due;
	TRY(tx_emit(tx, course->node, m.course_id, &m.base));
	return tx_emit(tx, app->reporting, m.course_id, &m.base);
}

enum err dues_note_lost(struct tx *tx, const OutcomesCourse *course)
{
	const struct outcomes *app = tx->app;
	const struct programme *p = programme_by_key(app->programmes, course->course->programme);
	struct measured *measured;
	Due **lost = NULL;
	size_t n;
	TRY(load_measured(tx, course, NULL, &measured, &n));
	size_t n_lost = p ? due_lost(tx->arena, p, course->course, measured, n, &lost) : 0;
	for (size_t i = 0; i < n_lost; i++)
		TRY(tx_exec(tx, sql_lost_insert, &lost[i]->base, ARG_TEXT("course_id", course->course->course_id)));
	return OK;
}
