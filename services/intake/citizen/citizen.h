/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens, with what they chose to say. */
#ifndef UDVEJ_INTAKE_CITIZEN_H
#define UDVEJ_INTAKE_CITIZEN_H

#include "intake/intake.h"

/* Checks what was said of a citizen beyond the field rules: CPR, dates, municipality; `on` is the day of the
 * referral. */
enum err citizen_check(struct tx *tx, const Citizen *citizen, struct date on) MUST_USE;

#endif
