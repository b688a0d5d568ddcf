/* SPDX-License-Identifier: EUPL-1.2 */
/* The kinds of records that cases are made of: each says by a statement whose it is (authority.sql). */
#ifndef UDVEJ_INTAKE_AUTHORITY_H
#define UDVEJ_INTAKE_AUTHORITY_H

#include "intake/intake.h"

extern const struct subject subject_referral, subject_course, subject_measurement, subject_enquiry, subject_operation,
    subject_citizen, subject_task;

/* Who can have cases at all. How far each of them reaches is said in common/serving/authority.c. */
#define ROLES_OF_CASES                                                                                                 \
	(ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_LEAD | ROLE_BROBYGGER | ROLE_CULTURAL_MEDIATOR | ROLE_SYSTEM)
/* Who may refer: the coordinator too, who sees the way of each case and the content of none. */
#define ROLES_THAT_REFER (ROLES_OF_CASES | ROLE_COORDINATOR)
/* Who works on courses. */
#define ROLES_OF_COURSES (ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_LEAD | ROLE_SYSTEM)

#endif
