/* SPDX-License-Identifier: EUPL-1.2 */
/* The states of a referral and who may set them: the Task of HL7 Gravity's SDOH Clinical Care guide, names exactly so.
 * After `requested` the receiver is authoritative: the requester's wish to cancel is a request that the receiver
 * confirms, so that a cancel and an accept that cross end in one state on both sides. */
#ifndef UDVEJ_VOCAB_REFERRAL_H
#define UDVEJ_VOCAB_REFERRAL_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/err.h"
#include "vocab/date.h"

enum referral_side { SIDE_REQUESTER, SIDE_RECEIVER };

/* Whether a referral may go from one state to another ("" is one that does not exist yet) by this side.
 * ERR_CONFLICT: no such step; ERR_FORBIDDEN: the other side's step; ERR_MISSING or ERR_VALUE on "statusReason": a
 * reason code is required (rejected, cancelled, on-hold, failed) and must be of the list status-reason. */
enum err referral_next(struct arena *a, const char *from, const char *to, enum referral_side by,
                       const char *status_reason, struct refusal *why) MUST_USE;
/* The day by which the first answer is due: stat the same day, asap 1, urgent 2, routine 5 working days. An unknown
 * priority counts as routine. */
struct date referral_answer_by(const char *priority, struct date authored_on);
/* Writes the table as a mermaid state diagram. */
void referral_diagram(struct buffer *out);

#endif
