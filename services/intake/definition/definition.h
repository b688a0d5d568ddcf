/* SPDX-License-Identifier: EUPL-1.2 */
/* Programmes and instruments, for pages and other systems, and for fields that name one. */
#ifndef UDVEJ_INTAKE_DEFINITION_H
#define UDVEJ_INTAKE_DEFINITION_H

#include "intake/intake.h"

/* Notes that there is no such programme, instrument or municipality (struct known_row). */
enum err definition_check_programme(struct tx *tx, const struct principal *who, const char *field, const char *key);
enum err definition_check_instrument(struct tx *tx, const struct principal *who, const char *field, const char *key);
enum err definition_check_municipality(struct tx *tx, const struct principal *who, const char *field, const char *code);

#endif
