/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a course as one table, and the checks that stand before a step. Owns the table: no other code may say
 * what state follows. Must never look at the clock; today is an argument. */
#include "caseload/core/course.h"

#include <string.h>

#include "vocab/code.h"

static const struct transition {
	const char *from, *event, *to;
} transitions[] = {
	{ COURSE_NEW, COURSE_WAIT, COURSE_WAITING },       { COURSE_NEW, COURSE_PLACE, COURSE_OFFERED },
	{ COURSE_WAITING, COURSE_PLACE, COURSE_OFFERED },  { COURSE_WAITING, COURSE_CLOSE, COURSE_CLOSED },
	{ COURSE_OFFERED, COURSE_ENROL, COURSE_ENROLLED }, { COURSE_OFFERED, COURSE_CLOSE, COURSE_CLOSED },
	{ COURSE_ENROLLED, COURSE_CLOSE, COURSE_CLOSED },
};

const char *course_next(const char *state, const char *event)
{
	for (size_t i = 0; i < countof(transitions); i++)
		if (strcmp(transitions[i].from, state) == 0 && strcmp(transitions[i].event, event) == 0)
			return transitions[i].to;
	return NULL;
}

bool course_is_state(const char *state)
{
	for (size_t i = 0; i < countof(transitions); i++)
		if (strcmp(transitions[i].to, state) == 0)
			return true;
	return false;
}

bool course_holds_place(const char *state)
{
	return strcmp(state, COURSE_OFFERED) == 0 || strcmp(state, COURSE_ENROLLED) == 0;
}

/* The latest date in the course's own history: nothing can be dated before it. DATE_NONE when it has none. */
static struct date last_date(const CourseState *course)
{
	const char *const dates[] = { course->requested_on, course->waiting_since, course->offered_on, course->enrolled_on,
		                          course->closed_on };
	struct date last = DATE_NONE;
	for (size_t i = 0; i < countof(dates); i++) {
		struct date d = date_or_none(dates[i]);
		if (d.days > last.days)
			last = d;
	}
	return last;
}

/* What every command on a course must satisfy. */
static enum err check_step(struct arena *a, const CourseState *course, const char *event, int64_t base_version,
                           struct refusal *why)
{
	if (base_version != 0 && base_version != course->version)
		return refuse(why, ERR_STALE, "",
		              arena_printf(a, "The course has version %lld, the command was based on %lld.",
		                           (long long)course->version, (long long)base_version));
	if (!course_next(course->state, event))
		return refuse(why, ERR_CONFLICT, "",
		              arena_printf(a, "A course that is %s cannot be %s.", *course->state ? course->state : "unknown",
		                           strcmp(event, COURSE_CLOSE) == 0 ? "closed" : "enrolled"));
	return OK;
}

static enum err check_day(struct arena *a, const CourseState *course, const char *on, struct date today,
                          struct refusal *why)
{
	struct date day = date_or_none(on), last = last_date(course);
	if (!on || !*on)
		return refuse(why, ERR_MISSING, "on", "The date must be given.");
	if (date_is_none(day))
		return refuse(why, ERR_VALUE, "on", "Must be a date YYYY-MM-DD.");
	if (day.days > today.days)
		return refuse(why, ERR_RULE, "on",
		              arena_printf(a, "Cannot lie in the future: today is %s.", date_text(a, today)));
	if (day.days < last.days)
		return refuse(why, ERR_RULE, "on",
		              arena_printf(a, "Cannot lie before the course's last date, %s.", date_text(a, last)));
	return OK;
}

enum err course_check_close(struct arena *a, const CourseState *course, const char *on, const char *reason,
                            int64_t base_version, struct date today, struct refusal *why)
{
	TRY(check_step(a, course, COURSE_CLOSE, base_version, why));
	if (!reason || !*reason)
		return refuse(why, ERR_MISSING, "reason", "The reason for the end must be given.");
	if (!code_find("end-reason", reason))
		return refuse(why, ERR_VALUE, "reason",
		              arena_printf(a, "\"%s\" is not a code of the list end-reason.", reason));
	return check_day(a, course, on, today, why);
}

enum err course_check_enrol(struct arena *a, const CourseState *course, const struct programme *p, const char *on,
                            const char *by, int64_t base_version, struct date today, struct refusal *why)
{
	TRY(check_step(a, course, COURSE_ENROL, base_version, why));
	if (!by || strcmp(by, p->enrols_by) != 0)
		return refuse(why, ERR_RULE, "by",
		              arena_printf(a, "The programme %s enrols by %s, not by %s.", p->key, p->enrols_by,
		                           by && *by ? by : "nothing"));
	return check_day(a, course, on, today, why);
}

bool course_was_closed(const CourseState *course, const struct programme *p, const char *on, const char *reason)
{
	(void)p;
	return strcmp(course->state, COURSE_CLOSED) == 0 && strcmp(course->closed_on, on) == 0 &&
	       strcmp(course->end_reason, reason) == 0;
}

bool course_was_enrolled(const CourseState *course, const struct programme *p, const char *on, const char *by)
{
	return *on && strcmp(course->enrolled_on, on) == 0 && strcmp(p->enrols_by, by) == 0;
}

void course_diagram(struct buffer *out)
{
	buffer_puts(out, "stateDiagram-v2\n");
	for (size_t i = 0; i < countof(transitions); i++)
		buffer_printf(out, "    %s --> %s: %s\n", *transitions[i].from ? transitions[i].from : "[*]", transitions[i].to,
		              transitions[i].event);
	buffer_printf(out, "    %s --> [*]\n", COURSE_CLOSED);
}
