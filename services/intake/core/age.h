/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a citizen is under 18, in three values: the year of birth alone does not always tell. */
#ifndef UDVEJ_INTAKE_CORE_AGE_H
#define UDVEJ_INTAKE_CORE_AGE_H

#include "api.pb-c.h"
#include "vocab/date.h"

#define AGE_OF_MAJORITY 18

enum minor { MINOR_NO, MINOR_YES, MINOR_UNKNOWN };

/* From CPR, else date of birth, else year of birth; unknown when none is given or the year leaves it open. A
 * replacement number counts only where no date of birth is given. */
enum minor age_is_minor(const Citizen *citizen, struct date on);
/* From an age that was told at an enquiry; 0 is not said. */
enum minor age_told_is_minor(int age);
/* The date of birth, from CPR or the date given; DATE_NONE when not known to the day. */
struct date age_birth_date(const Citizen *citizen);

#endif
