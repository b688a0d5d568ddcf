/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers of the Danish business register: companies (CVR) and their places of work (P-number). */
#ifndef UDVEJ_VOCAB_CVR_H
#define UDVEJ_VOCAB_CVR_H

#include <stdbool.h>

/* Eight digits whose sum with the weights 2 7 6 5 4 3 2 1 divides by 11. */
bool cvr_is_valid(const char *s);
/* Ten digits; a P-number has no check digit to rely on. */
bool cvr_is_p_number(const char *s);

#endif
