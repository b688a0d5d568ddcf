/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers and groups of the organisation. */
#ifndef UDVEJ_INTAKE_WORKER_H
#define UDVEJ_INTAKE_WORKER_H

#include "intake/intake.h"

/* Notes that there is no such worker or group (struct known_row). */
enum err worker_check_known(struct tx *tx, const struct principal *who, const char *field, const char *id);

#endif
