/* SPDX-License-Identifier: EUPL-1.2 */
/* Referrals (henvisninger): to the own organisation, sent to another, received from one. */
#ifndef UDVEJ_INTAKE_REFERRAL_H
#define UDVEJ_INTAKE_REFERRAL_H

#include "intake/intake.h"

/* Rules of a ReferralInput, from whomever it comes. */
extern const struct rule referral_rules[];
/* What those rules cannot say of one that is posted. */
void referral_check(struct tx *tx, const struct request *rq);
enum err referral_post(struct tx *tx, const struct request *rq, struct reply *reply);
enum err referral_view(struct tx *tx, const struct request *rq, const char *id, struct reply *reply) MUST_USE;
enum err on_referral_message(struct tx *tx, const ProtobufCMessage *message);
enum err on_referral_state(struct tx *tx, const ProtobufCMessage *message);
/* A referral that comes again: whoever referred is told again how it stands, once that is decided. ERR_NOT_FOUND when
 * it is new. */
enum err referral_tell(struct tx *tx, const ReferralMessage *message) MUST_USE;
/* What a change of a course means for its referral: state, and the answer to whoever referred. */
enum err referral_follow(struct tx *tx, const Referral *r, const CourseState *course) MUST_USE;
/* The same after a recovery: from any state to what the course shows, and nobody is told yet. */
enum err referral_catch_up(struct tx *tx, const CourseState *course) MUST_USE;
/* A course is known to caseload alone: registers a referral and a citizen of whom nothing is said, and the course. */
enum err referral_put_back(struct tx *tx, const CourseRequest *course, const char *note) MUST_USE;
/* Whoever referred tells of a referral that was put back so: puts its citizen and all that was said in their places. */
enum err referral_fill(struct tx *tx, const ReferralMessage *message) MUST_USE;
/* Its receiver tells of a referral that was sent from here. */
enum err referral_put_back_sent(struct tx *tx, const ReferralMessage *message) MUST_USE;
/* Caseload refused the place that an operation asked for: the referral is rejected, and its sender told. */
enum err referral_refused(struct tx *tx, const char *operation, const char *course, const struct refusal *why) MUST_USE;

#endif
