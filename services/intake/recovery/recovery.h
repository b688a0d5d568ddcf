/* SPDX-License-Identifier: EUPL-1.2 */
/* What others who are recovered are told, and what this node takes when it is recovered. */
#ifndef UDVEJ_INTAKE_RECOVERY_H
#define UDVEJ_INTAKE_RECOVERY_H

#include "intake/intake.h"

snapshot_page snapshot_worker, snapshot_course, snapshot_request;         /* caseload */
snapshot_page snapshot_measurement_known, snapshot_due, snapshot_answers; /* outcomes */
snapshot_page snapshot_enquiry;                                           /* reporting */
snapshot_page snapshot_referral;                                          /* intake: what was between the two */
/* Sends once more whatever has been asked and not been answered. */
enum err snapshot_ask_again(struct tx *tx) MUST_USE;

on_message recover_worker, recover_enquiry, recover_course, recover_referral, recover_measurement;
/* All of it is applied: operations are decided, or what they wait for is asked again. */
enum err intake_recovered(struct tx *tx);

#endif
