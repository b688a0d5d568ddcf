/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks: what is shown of a citizen goes into the log of use before it is shown. */
#ifndef UDVEJ_SERVING_LOOK_H
#define UDVEJ_SERVING_LOOK_H

#include "serving/internal.h"

/* Whether the answer of a read may be sent at once: it shows nobody, or the same was shown within the hour. Else it is
 * held until it is in the log, and then answer_show() is called. */
bool look_may_pass(struct api *api, struct call *c);
/* The call was refused to this person: notes that. */
void look_refused(struct api *api, const struct call *c);
/* Adds a write to the log, in its transaction. */
enum err look_add(struct api *api, struct tx *tx, const struct call *c, const char *outcome) MUST_USE;
/* Its client went away: what it would have been shown stays in the log. */
void look_forget(struct call *c);

#endif
