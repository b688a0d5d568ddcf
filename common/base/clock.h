/* SPDX-License-Identifier: EUPL-1.2 */
/* The clock of patience: it never jumps. Dates that mean something to people come from the domain clock, stamps from
 * the database. */
#ifndef UDVEJ_BASE_CLOCK_H
#define UDVEJ_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment before this process. */
int64_t clock_monotonic_ms(void);

#endif
