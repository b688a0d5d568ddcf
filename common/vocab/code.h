/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists of udvej: what may stand in a coded field, with the words for people. Lists and their names:
 *   aim, area, capacity, channel, competence, consent-state, course-state, development, due-kind, end-reason, enrol-by,
 *   enrolled-by, enrolment, gender, language, measurement-state, partner, priority, rater, referral-state, residence,
 *   setting, status-reason, thoughts-of-change, worker-kind */
#ifndef UDVEJ_VOCAB_CODE_H
#define UDVEJ_VOCAB_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct code {
	const char *code; /* as it stands in messages: "exit" */
	const char *en, *da;
};

struct code_list {
	const char *name;
	const struct code *codes; /* in the order in which people should see them */
	size_t n;
};

/* A word in both languages of the system. */
struct words {
	const char *da, *en;
};

/* The row of a code; NULL when the list or the code is unknown. */
const struct code *code_find(const char *list, const char *code);
/* The list of this name, or NULL. */
const struct code_list *code_list(const char *name);
/* All lists, by name. */
const struct code_list *code_lists(size_t *ret_n);
/* The English word, or the code itself where it is unknown. Never NULL. */
const char *code_english(const char *list, const char *code);
/* Where a code stands in its list, from 0 (a rank, for priority: stat is 0); -1 when unknown. */
int code_rank(const char *list, const char *code);

#endif
