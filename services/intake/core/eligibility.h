/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a programme can help a citizen. Unknown is a third answer that leads to clarification, never to a silent no.
 * Two rules now: age, and the recruitment window of the grant. */
#ifndef UDVEJ_INTAKE_CORE_ELIGIBILITY_H
#define UDVEJ_INTAKE_CORE_ELIGIBILITY_H

#include "api.pb-c.h"
#include "base/err.h"
#include "vocab/programme.h"

enum verdict { VERDICT_YES, VERDICT_CLARIFY, VERDICT_NO };

struct eligibility {
	enum verdict verdict; /* the worst of all rules */
	const char *rule;     /* key of the rule that decided: "age" | "recruitment"; "" when all are met */
	struct refusal why;   /* VERDICT_NO: field and sentence; VERDICT_CLARIFY: what must be found out */
	bool duty_to_notify;  /* surely under 18: the duty of the law arises */
};

/* Asks every rule on a day. */
struct eligibility eligibility_of(struct arena *a, const struct programme *p, const Citizen *citizen, struct date on);

#endif
