/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be taken of a newer version of a course of which only a part is known. Must never give a place to a worker
 * whom nobody names, nor lower a version. */
#include "caseload/core/known.h"

#include <string.h>

#include "caseload/core/course.h"

static void take(const char **field, const char *told)
{
	if (*told)
		*field = told;
}

bool known_newer(CourseState *c, const CourseState *told)
{
	if (told->version <= c->version)
		return false;
	c->version = told->version;
	take(&c->aim, told->aim);
	if (strcmp(c->state, told->state) == 0 ||
	    (strcmp(told->state, COURSE_ENROLLED) != 0 && strcmp(told->state, COURSE_CLOSED) != 0))
		return true;
	c->state = told->state;
	take(&c->offered_on, told->offered_on);
	take(&c->enrolled_on, told->enrolled_on);
	take(&c->planned_end, told->planned_end);
	take(&c->closed_on, told->closed_on);
	take(&c->end_reason, told->end_reason);
	take(&c->grant, told->grant);
	c->shortened = c->shortened || told->shortened;
	c->reason_code = told->state;
	c->reason = "Taken over from what others were told, when the database of caseload had been set back.";
	return true;
}
