/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the intake node share: its state, the tables of handlers and routes, and the
 * few steps that several of them take. */
#ifndef UDVEJ_INTAKE_INTAKE_H
#define UDVEJ_INTAKE_INTAKE_H

#include "api.pb-c.h"
#include "daemon/daemon.h"
#include "intake/core/pseudonym.h"
#include "messages.pb-c.h"
#include "vocab/instrument.h"
#include "vocab/municipality.h"
#include "vocab/programme.h"

/* The state of the node: definitions and keys, read once. */
struct intake {
	const char *organisation;
	const char *caseload, *outcomes, *reporting; /* node names */
	const struct programmes *programmes;
	const struct instruments *instruments;
	const struct municipalities *municipalities;
	struct pseudonym_key for_caseload;  /* of citizens */
	struct pseudonym_key for_reporting; /* of referrals: their enquiries, the same also when registered again */
	const struct secret_keys *keys;
	const char *node;
};

/* Who may do what (roles of domain.md section 2). */
#define ROLES_OF_STAFF (ROLE_WORKER | ROLE_GROUP_LEADER | ROLE_LEAD | ROLE_COORDINATOR | ROLE_BROBYGGER)
#define ROLES_THAT_REFER (ROLES_OF_STAFF | ROLE_SYSTEM)
#define ROLES_THAT_SET_UP (ROLE_LEAD | ROLE_ADMIN)

/* Functions that take a request are routes: what each does and refuses stands in openapi.json. Functions named
 * on_<message> are handlers: what each message says stands in proto/messages.proto. The table of both is in main.c.
 * Functions named <noun>_view answer with the record as it stands: ERR_NOT_FOUND when there is none. */

/* --- referral.c, referral_post.c --- */
enum err referral_post(struct tx *tx, const struct request *rq, struct reply *reply);
/* Rules of a ReferralInput, from whomever it comes. */
extern const struct rule referral_rules[];
extern const size_t n_referral_rules;
enum err referral_get(struct tx *tx, const struct request *rq, struct reply *reply);
enum err referral_page(struct tx *tx, const struct request *rq, struct reply *reply);
enum err referral_view(struct tx *tx, const char *id, struct reply *reply) MUST_USE;
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

/* --- course.c --- */
enum err course_get(struct tx *tx, const struct request *rq, struct reply *reply);
enum err course_page(struct tx *tx, const struct request *rq, struct reply *reply);
enum err course_close(struct tx *tx, const struct request *rq, struct reply *reply);
enum err course_enrol(struct tx *tx, const struct request *rq, struct reply *reply);
enum err course_view(struct tx *tx, const char *id, struct reply *reply) MUST_USE;
enum err on_course_state(struct tx *tx, const ProtobufCMessage *message);
/* The course, for a command on it: ERR_NOT_FOUND, ERR_STALE. */
enum err course_load(struct tx *tx, const struct request *rq, Course *ret) MUST_USE;

/* --- measurement.c --- */
enum err measurement_post(struct tx *tx, const struct request *rq, struct reply *reply);
enum err measurement_list(struct tx *tx, const struct request *rq, struct reply *reply);
enum err measurement_get(struct tx *tx, const struct request *rq, struct reply *reply);
enum err measurement_view(struct tx *tx, const char *id, struct reply *reply) MUST_USE;
enum err on_measurement_scored(struct tx *tx, const ProtobufCMessage *message);
enum err on_measurement_due(struct tx *tx, const ProtobufCMessage *message);

/* --- enquiry.c --- */
enum err enquiry_post(struct tx *tx, const struct request *rq, struct reply *reply);
enum err enquiry_get(struct tx *tx, const struct request *rq, struct reply *reply);
enum err enquiry_page(struct tx *tx, const struct request *rq, struct reply *reply);
/* A replayed POST: the enquiry that the key made. */
enum err enquiry_answer(struct tx *tx, const struct request *rq, struct reply *reply);
/* Registers an enquiry under the id and tells reporting; raises the duty to notify for a minor. */
enum err enquiry_register(struct tx *tx, const char *id, const EnquiryInput *enquiry, const char *followed_by,
                          const char *minor_because, DutyToNotify **ret_duty) MUST_USE;

/* Raises the duty to notify for an enquiry that has none. */
enum err duty_raise(struct tx *tx, const char *enquiry_id, const char *because) MUST_USE;

/* --- worker.c --- */
enum err worker_put(struct tx *tx, const struct request *rq, struct reply *reply);
enum err worker_get(struct tx *tx, const struct request *rq, struct reply *reply);
/* A replayed PUT: the worker as it stands. */
enum err worker_answer(struct tx *tx, const struct request *rq, struct reply *reply);
enum err worker_list(struct tx *tx, const struct request *rq, struct reply *reply);

/* --- operation.c: commands that another daemon decides --- */
enum err operation_get(struct tx *tx, const struct request *rq, struct reply *reply);
/* Replayed keys and waited-for decisions: the subject as it stands, 202 while the decision is pending. */
enum err operation_answer(struct tx *tx, const struct request *rq, struct reply *reply);
/* Stores an operation and points the reply at it (202). `state` is pending or refused. */
enum err operation_begin(struct tx *tx, const char *id, const char *kind, const char *subject,
                         struct reply *reply) MUST_USE;
/* The decision has come: done when why is NULL. Wakes who waits. Nothing for an empty id. */
enum err operation_decide(struct tx *tx, const char *id, const struct refusal *why) MUST_USE;
enum err on_command_refused(struct tx *tx, const ProtobufCMessage *message);
enum err on_measurement_refused(struct tx *tx, const ProtobufCMessage *message);
/* A refusal as an RFC 9457 document. */
const char *problem_json(struct arena *a, const struct refusal *why);
/* The address of an operation. */
const char *operation_address(struct arena *a, const char *id);

/* --- citizen_check.c --- */
/* Checks what was said of a citizen beyond the field rules: CPR, dates, municipality; `on` is the day of the
 * referral. */
enum err citizen_check(struct tx *tx, const Citizen *citizen, struct date on) MUST_USE;

/* --- account.c --- */
enum err account_authenticate(struct tx *tx, const char *token, struct principal *ret);
enum err statement_post(struct tx *tx, const struct request *rq, struct reply *reply);

/* --- definition.c --- */
enum err programme_list(struct tx *tx, const struct request *rq, struct reply *reply);
enum err instrument_list(struct tx *tx, const struct request *rq, struct reply *reply);

/* --- snapshot.c: what others who are recovered are told --- */
snapshot_page snapshot_worker, snapshot_course, snapshot_request;         /* caseload */
snapshot_page snapshot_measurement_known, snapshot_due, snapshot_answers; /* outcomes */
snapshot_page snapshot_enquiry;                                           /* reporting */
snapshot_page snapshot_referral;                                          /* intake: what was between the two */
/* Sends once more whatever has been asked and not been answered. */
enum err ask_again(struct tx *tx) MUST_USE;

/* --- recover.c: what this node takes when it is recovered --- */
on_message recover_worker, recover_enquiry, recover_course, recover_referral, recover_measurement;
/* All is taken: operations are decided, or asked again. */
enum err intake_recovered(struct tx *tx);

/* --- page.c --- */
struct page {
	int64_t limit, after;
};
/* `limit` (1 to 500, default 50) and `after` of a list request. */
enum err page_of(struct tx *tx, const struct request *rq, struct page *ret) MUST_USE;
/* The query parameter `state`, NULL when not given: a code of the list, or else ERR_QUERY. */
enum err page_state(struct tx *tx, const struct request *rq, const char *list, const char **ret) MUST_USE;

#endif
