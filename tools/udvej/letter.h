/* SPDX-License-Identifier: EUPL-1.2 */
/* What a dead letter says. */
#ifndef UDVEJ_TOOLS_LETTER_H
#define UDVEJ_TOOLS_LETTER_H

#include "session.h"

/* Prints the body: as JSON of its type, or, where it cannot be read as that, its bytes. Warns on standard error first.
 */
enum err letter_print_body(struct session *s, const char *sender, const char *seq, const char *epoch) MUST_USE;

#endif
