/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose figures a user sees. Pure. */
#ifndef UDVEJ_REPORTING_CORE_VIEW_H
#define UDVEJ_REPORTING_CORE_VIEW_H

#include <stdbool.h>

#include "base/err.h"

/* The organisation whose figures are shown; "" is all together. `asked` is what the query names (NULL: nothing).
 * Who may not see all sees the own organisation; to ask for another is ERR_FORBIDDEN. */
enum err view_organisation(bool sees_all, const char *own, const char *asked, const char **ret,
                           struct refusal *why) MUST_USE;

#endif
