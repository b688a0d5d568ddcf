/* SPDX-License-Identifier: EUPL-1.2 */
/* The states of a course, and what a command on one must satisfy. */
#ifndef UDVEJ_CASELOAD_CORE_COURSE_H
#define UDVEJ_CASELOAD_CORE_COURSE_H

#include "base/buffer.h"
#include "base/err.h"
#include "messages.pb-c.h"
#include "vocab/programme.h"

/* States; a course that does not exist yet is "". */
#define COURSE_NEW ""
#define COURSE_WAITING "waiting"
#define COURSE_OFFERED "offered"
#define COURSE_ENROLLED "enrolled"
#define COURSE_CLOSED "closed"
/* Events. */
#define COURSE_WAIT "wait"
#define COURSE_PLACE "place"
#define COURSE_ENROL "enrol"
#define COURSE_CLOSE "close"

/* The state that follows, or NULL when the event is not possible there. */
const char *course_next(const char *state, const char *event);
/* Whether a course can be in it. */
bool course_is_state(const char *state);
/* Whether the course holds a place of its worker: from offer to close. */
bool course_holds_place(const char *state);
/* Whether the course may be closed on `on` (YYYY-MM-DD) for `reason`, a code of end-reason. Refuses: a course that is
 * closed or unknown (ERR_CONFLICT), another base_version than its own unless 0 (ERR_STALE), a date that is missing, no
 * date, in the future or before the course's last one (field "on"), an unknown reason (field "reason"). */
enum err course_check_close(struct arena *a, const CourseState *course, const char *on, const char *reason,
                            int64_t base_version, struct date today, struct refusal *why) MUST_USE;
/* Whether it may be enrolled on `on` by `by` (star | session | seat). Refuses as above, and any other way than the
 * programme's (ERR_RULE, field "by"). Funding is asked separately: funding_plan(). */
enum err course_check_enrol(struct arena *a, const CourseState *course, const struct programme *p, const char *on,
                            const char *by, int64_t base_version, struct date today, struct refusal *why) MUST_USE;
/* Whether just that was done: the course was closed on this day for this reason, or enrolled on this day. A command
 * that comes a second time must not be refused for what it did itself. */
bool course_was_closed(const CourseState *course, const struct programme *p, const char *on, const char *reason);
bool course_was_enrolled(const CourseState *course, const struct programme *p, const char *on, const char *by);
/* Writes the table as a mermaid state diagram. */
void course_diagram(struct buffer *out);

#endif
