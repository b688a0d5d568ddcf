/* SPDX-License-Identifier: EUPL-1.2 */
/* What an intake node can tell another node that is recovered, and what it asks again when it was recovered itself.
 * Must never tell anyone more of a citizen than was told in the first place. */
#include "intake/enquiry/enquiry.h"
#include "intake/recovery/recovery.h"
#include "sql_intake.h"

enum err snapshot_worker(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_worker, &worker_state__descriptor, "worker_id", "worker_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_enquiry(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	return snapshot_rows(tx, to, after, s, &enquiry_told);
}

enum err snapshot_measurement_known(struct tx *tx, const struct registry_node *to, const char *after,
                                    struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_measurement_known, &measurement_known__descriptor,
		                                    "answers.measurement_id", "answers.course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_due(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_due, &measurement_due__descriptor, "course_id", "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

enum err snapshot_answers(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	static const struct projection what = { sql_snapshot_answers, &measurement_answers__descriptor, "measurement_id",
		                                    "course_id" };
	return snapshot_rows(tx, to, after, s, &what);
}

/* The programmes that take referrals without a person, as an array literal of PostgreSQL. */
static const char *accepting(struct tx *tx)
{
	const struct intake *app = tx->app;
	struct buffer out = buffer_in(tx->arena);
	buffer_puts(&out, "{");
	for (size_t i = 0, n = 0; i < app->programmes->n; i++)
		if (app->programmes->all[i].auto_accept)
			buffer_printf(&out, "%s\"%s\"", n++ ? "," : "", app->programmes->all[i].key);
	buffer_puts(&out, "}");
	return out.data;
}

static enum err load_courses(struct tx *tx, bool requested, const char *after, CourseKnown ***ret, size_t *ret_n)
{
	const struct intake *app = tx->app;
	TRY(tx_all(tx, sql_snapshot_course, &course_known__descriptor, ret, ret_n, NULL, ARG_TEXT("after", after),
	           ARG_BOOL("requested", requested), ARG_TEXT("accepting", accepting(tx))));
	for (size_t i = 0; i < *ret_n; i++) {
		CourseRequest *m = (*ret)[i]->request;
		m->citizen = pseudonym_of(tx->arena, &app->for_caseload, m->citizen);
	}
	return OK;
}

enum err snapshot_course(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	CourseKnown **all;
	size_t n;
	(void)to;
	TRY(load_courses(tx, false, after, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, all[i]->request->course_id, all[i]->request->course_id, &all[i]->base))
			break;
	return OK;
}

enum err snapshot_request(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	CourseKnown **all;
	size_t n;
	(void)to;
	TRY(load_courses(tx, true, after, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, all[i]->request->course_id, all[i]->request->course_id, &all[i]->request->base))
			break;
	return OK;
}

static enum err load_referrals(struct tx *tx, const char *organisation, const char *after, ReferralKnown ***ret,
                               size_t *ret_n)
{
	return tx_all(tx, sql_snapshot_referral, &referral_known__descriptor, ret, ret_n, NULL, ARG_TEXT("after", after),
	              ARG_BOOL("unanswered", !organisation), ARG_TEXT("organisation", organisation));
}

enum err snapshot_referral(struct tx *tx, const struct registry_node *to, const char *after, struct snapshot *s)
{
	ReferralKnown **all;
	size_t n;
	TRY(load_referrals(tx, to->organisation, after, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (!snapshot_add(s, all[i]->referral->referral_id, all[i]->referral->referral_id, &all[i]->base))
			break;
	return OK;
}

/* --- asking again: each is known by its id, so that it may have come before --- */

static enum err ask_courses(struct tx *tx, const char **after, size_t *ret_n)
{
	const struct intake *app = tx->app;
	CourseKnown **all;
	TRY(load_courses(tx, true, *after, &all, ret_n));
	for (size_t i = 0; i < *ret_n; i++) {
		*after = all[i]->request->course_id;
		TRY(tx_emit(tx, app->caseload, *after, &all[i]->request->base));
	}
	return OK;
}

static enum err ask_referrals(struct tx *tx, const char **after, size_t *ret_n)
{
	const struct intake *app = tx->app;
	ReferralKnown **all;
	TRY(load_referrals(tx, NULL, *after, &all, ret_n));
	for (size_t i = 0; i < *ret_n; i++) {
		ReferralMessage *m = all[i]->referral;
		const struct programme *p = programme_by_key(app->programmes, m->referral->programme);
		const struct registry_node *owner = p ? registry_intake_of(tx->registry, p->organisation) : NULL;
		*after = m->referral_id;
		if (owner)
			TRY(tx_emit(tx, owner->name, *after, &m->base));
	}
	return OK;
}

static enum err ask_answers(struct tx *tx, const char **after, size_t *ret_n)
{
	const struct intake *app = tx->app;
	MeasurementAnswers **all;
	TRY(tx_all(tx, sql_snapshot_answers, &measurement_answers__descriptor, &all, ret_n, NULL,
	           ARG_TEXT("after", *after)));
	for (size_t i = 0; i < *ret_n; i++) {
		*after = all[i]->measurement_id;
		TRY(tx_emit(tx, app->outcomes, all[i]->course_id, &all[i]->base));
	}
	return OK;
}

enum err snapshot_ask_again(struct tx *tx)
{
	static enum err (*const kinds[])(struct tx *, const char **, size_t *) = { ask_courses, ask_referrals,
		                                                                       ask_answers };
	for (size_t i = 0; i < countof(kinds); i++) {
		const char *after = "";
		size_t n;
		do
			TRY(kinds[i](tx, &after, &n));
		while (n);
	}
	return OK;
}
