/* SPDX-License-Identifier: EUPL-1.2 */
/* The kinds of records that cases are made of. Adding one: a statement in authority.sql, a row here, its name in
 * authority.h. */
#include "intake/authority/authority.h"
#include "sql_intake.h"

const struct subject subject_referral = { "referral", sql_authority_referral, &referral__descriptor };
const struct subject subject_course = { "course", sql_authority_course, &course__descriptor };
const struct subject subject_measurement = { "measurement", sql_authority_measurement, &measurement__descriptor };
const struct subject subject_enquiry = { "enquiry", sql_authority_enquiry, &enquiry__descriptor };
const struct subject subject_operation = { "operation", sql_authority_operation, &operation__descriptor };
const struct subject subject_citizen = { "citizen", sql_authority_citizen, &citizen_record__descriptor };
const struct subject subject_task = { "task", sql_authority_task, &task__descriptor };
