/* SPDX-License-Identifier: EUPL-1.2 */
/* Courses (forløb) as this node knows them: a copy of what caseload decided. */
#ifndef UDVEJ_INTAKE_COURSE_H
#define UDVEJ_INTAKE_COURSE_H

#include "intake/intake.h"

enum err course_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply) MUST_USE;
/* The course, for a command on it: ERR_NOT_FOUND, ERR_STALE. */
enum err course_load(struct tx *tx, const struct request *rq, Course *ret) MUST_USE;

#endif
