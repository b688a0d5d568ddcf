/* SPDX-License-Identifier: EUPL-1.2 */
/* Of `udvej verify`: the log of use. */
#ifndef UDVEJ_TOOLS_VERIFY_LOG_H
#define UDVEJ_TOOLS_VERIFY_LOG_H

#include "session.h"

/* Whether the log of use is what was written: each row its commitment, each commitment its place in the chain. Prints
 * what is found; *all becomes false where it is not. In the running transaction. */
enum err verify_log(struct session *s, bool *all) MUST_USE;

#endif
