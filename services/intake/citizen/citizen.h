/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens, with what they chose to say. */
#ifndef UDVEJ_INTAKE_CITIZEN_H
#define UDVEJ_INTAKE_CITIZEN_H

#include "intake/intake.h"

/* Notes what is wrong in what was said of a citizen beyond the field rules: CPR, and how the dates agree; `on` is the
 * day of the referral, DATE_NONE when it is not known. */
void citizen_check(struct tx *tx, const Citizen *citizen, struct date on);

#endif
