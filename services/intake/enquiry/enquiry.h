/* SPDX-License-Identifier: EUPL-1.2 */
/* Enquiries (henvendelser), and the duties to notify that arise from them. */
#ifndef UDVEJ_INTAKE_ENQUIRY_H
#define UDVEJ_INTAKE_ENQUIRY_H

#include "intake/intake.h"

/* What reporting is told of them. */
extern const struct projection enquiry_told;
/* Registers an enquiry under the id and tells reporting; raises the duty to notify for a minor. */
enum err enquiry_register(struct tx *tx, const char *id, const EnquiryInput *enquiry, const char *followed_by,
                          const char *minor_because, DutyToNotify **ret_duty) MUST_USE;

/* Raises the duty to notify for an enquiry that has none. */
enum err enquiry_raise_duty(struct tx *tx, const char *enquiry_id, const char *because) MUST_USE;

#endif
