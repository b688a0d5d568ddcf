/* SPDX-License-Identifier: EUPL-1.2 */
/* The state table of a referral (SDOH Clinical Care, Task), shared by both intake nodes that a referral joins. Owns the
 * table; every change of a referral's state asks it. Must never let one side set what is the other's to set. */
#include "vocab/referral.h"

#include <string.h>

#include "vocab/code.h"

/* clang-format off */
static const struct step {
	const char *from, *to;
	enum referral_side by;
} steps[] = {
	{ "",            "draft",            SIDE_REQUESTER },
	{ "",            "requested",        SIDE_REQUESTER },
	{ "draft",       "requested",        SIDE_REQUESTER },
	{ "requested",   "accepted",         SIDE_RECEIVER },
	{ "requested",   "rejected",         SIDE_RECEIVER },
	{ "requested",   "cancelled",        SIDE_RECEIVER },
	{ "accepted",    "in-progress",      SIDE_RECEIVER },
	{ "accepted",    "on-hold",          SIDE_RECEIVER },
	{ "accepted",    "cancelled",        SIDE_RECEIVER },
	{ "accepted",    "completed",        SIDE_RECEIVER },
	{ "accepted",    "failed",           SIDE_RECEIVER },
	{ "in-progress", "on-hold",          SIDE_RECEIVER },
	{ "on-hold",     "in-progress",      SIDE_RECEIVER },
	{ "in-progress", "completed",        SIDE_RECEIVER },
	{ "in-progress", "failed",           SIDE_RECEIVER },
	{ "in-progress", "cancelled",        SIDE_RECEIVER },
	{ "on-hold",     "cancelled",        SIDE_RECEIVER },
	{ "on-hold",     "completed",        SIDE_RECEIVER },
	{ "on-hold",     "failed",           SIDE_RECEIVER },
	{ "draft",       "entered-in-error", SIDE_REQUESTER },
	{ "requested",   "entered-in-error", SIDE_REQUESTER },
	{ "accepted",    "entered-in-error", SIDE_REQUESTER },
	{ "rejected",    "entered-in-error", SIDE_REQUESTER },
	{ "cancelled",   "entered-in-error", SIDE_REQUESTER },
	{ "in-progress", "entered-in-error", SIDE_REQUESTER },
	{ "on-hold",     "entered-in-error", SIDE_REQUESTER },
	{ "failed",      "entered-in-error", SIDE_REQUESTER },
	{ "completed",   "entered-in-error", SIDE_REQUESTER },
};

static const char *const needs_reason[] = { "rejected", "cancelled", "on-hold", "failed" };

static const struct {
	const char *priority;
	int working_days;
} first_answer[] = { { "stat", 0 }, { "asap", 1 }, { "urgent", 2 }, { "routine", 5 } };
/* clang-format on */

static const char *const side_names[] = { [SIDE_REQUESTER] = "requester", [SIDE_RECEIVER] = "receiver" };

static const struct step *step_of(const char *from, const char *to)
{
	for (size_t i = 0; i < countof(steps); i++)
		if (strcmp(steps[i].from, from) == 0 && strcmp(steps[i].to, to) == 0)
			return &steps[i];
	return NULL;
}

static enum err check_reason(struct arena *a, const char *to, const char *reason, struct refusal *why)
{
	bool given = reason && *reason;
	for (size_t i = 0; i < countof(needs_reason); i++)
		if (!given && strcmp(needs_reason[i], to) == 0)
			return refuse(why, ERR_MISSING, "statusReason",
			              arena_printf(a, "A reason must be given for the state %s.", to));
	if (given && !code_find("status-reason", reason))
		return refuse(why, ERR_VALUE, "statusReason",
		              arena_printf(a, "\"%s\" is not a code of the list status-reason.", reason));
	return OK;
}

enum err referral_next(struct arena *a, const char *from, const char *to, enum referral_side by,
                       const char *status_reason, struct refusal *why)
{
	const struct step *step = step_of(from, to);
	if (!step)
		return refuse(why, ERR_CONFLICT, "state",
		              *from ? arena_printf(a, "A referral that is %s cannot become %s.", from, to)
		                    : arena_printf(a, "A new referral cannot be %s.", to));
	if (step->by != by)
		return refuse(why, ERR_FORBIDDEN, "state",
		              arena_printf(a, "The state %s is set by the %s.", to, side_names[step->by]));
	return check_reason(a, to, status_reason, why);
}

struct date referral_answer_by(const char *priority, struct date authored_on)
{
	int days = first_answer[countof(first_answer) - 1].working_days;
	for (size_t i = 0; i < countof(first_answer); i++)
		if (priority && strcmp(first_answer[i].priority, priority) == 0)
			days = first_answer[i].working_days;
	return date_add_working_days(authored_on, days);
}

void referral_diagram(struct buffer *out)
{
	buffer_puts(out, "stateDiagram-v2\n");
	/* mermaid takes no hyphen in the name of a state, so states with one get an alias */
	buffer_puts(out, "    state \"in-progress\" as in_progress\n    state \"on-hold\" as on_hold\n");
	buffer_puts(out, "    state \"entered-in-error\" as entered_in_error\n");
	for (size_t i = 0; i < countof(steps); i++) {
		char *from = arena_strdup(out->arena, *steps[i].from ? steps[i].from : "[*]");
		char *to = arena_strdup(out->arena, steps[i].to);
		for (char *p = from; (p = strchr(p, '-'));)
			*p = '_';
		for (char *p = to; (p = strchr(p, '-'));)
			*p = '_';
		buffer_printf(out, "    %s --> %s: %s\n", from, to, side_names[steps[i].by]);
	}
}
