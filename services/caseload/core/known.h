/* SPDX-License-Identifier: EUPL-1.2 */
/* A course that this node has lost a part of, put together from what others were told of it. */
#ifndef UDVEJ_CASELOAD_CORE_KNOWN_H
#define UDVEJ_CASELOAD_CORE_KNOWN_H

#include <stdbool.h>

#include "messages.pb-c.h"

/* Someone who knows no worker and no reason (outcomes, reporting) was told a newer version than `course`. Takes that
 * version, and what can be taken with it: that the course is enrolled or closed, with its dates. A place that is
 * offered cannot be taken without its worker: the course stays on the waiting list. An older or equal word changes
 * nothing: false. */
bool known_newer(CourseState *course, const CourseState *told);

#endif
