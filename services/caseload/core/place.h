/* SPDX-License-Identifier: EUPL-1.2 */
/* Who takes a citizen: the choice of a worker or group. */
#ifndef UDVEJ_CASELOAD_CORE_PLACE_H
#define UDVEJ_CASELOAD_CORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "vocabulary.pb-c.h"

/* One who could take the citizen: a worker (one to one) or a group (seats). */
struct place_candidate {
	const char *id;
	int cap, open;  /* open courses, counted from offer to close */
	bool active;    /* on the day */
	bool is_former; /* had this citizen before */
	size_t n_languages, n_competences;
	const char *const *languages; /* fits the repeated fields of WorkerInput */
	const char *const *competences;
	const char *gender;
};

#define PLACE_NONE SIZE_MAX

struct place_choice {
	size_t index; /* of the candidate, or PLACE_NONE */
	/* former-worker | language | gender | competence | least-loaded | only-one; or no-capacity | no-worker */
	const char *reason_code;
	const char *reason; /* one sentence in English, in the arena */
};

/* Chooses: never one who is at the cap or not active; the former worker before all; then by the wishes for language,
 * gender and competences, the least loaded in proportion, and id. `wishes` may be NULL. */
struct place_choice place_choose(struct arena *a, const struct place_candidate *candidates, size_t n,
                                 const Wishes *wishes);

#endif
