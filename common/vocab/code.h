/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists of udvej: what may stand in a coded field, with the words for people. Each is a file of
 * common/vocab/codes/, whose name is the list's: adding a code is adding a line. Danish words are those of the
 * programme's own papers; the states of referrals are the names of HL7 Gravity's Task. No code is one that a single
 * service alone understands. */
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
/* The English word, or the code itself where it is unknown. Never NULL. */
const char *code_english(const char *list, const char *code);
/* Where a code stands in its list, from 0 (a rank, for priority: stat is 0); -1 when unknown. */
int code_rank(const char *list, const char *code);

#endif
