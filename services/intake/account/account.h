/* SPDX-License-Identifier: EUPL-1.2 */
/* Who asks: tokens, and attestations for the reporting service. */
#ifndef UDVEJ_INTAKE_ACCOUNT_H
#define UDVEJ_INTAKE_ACCOUNT_H

#include "intake/intake.h"

enum err account_authenticate(struct tx *tx, const char *token, struct principal *ret);

#endif
