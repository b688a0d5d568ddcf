/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of the code list "language"; ask code.h for them. */
#ifndef UDVEJ_VOCAB_CODE_LANGUAGE_H
#define UDVEJ_VOCAB_CODE_LANGUAGE_H

#include "vocab/code.h"

#define CODE_LANGUAGES 183
extern const struct code code_languages[CODE_LANGUAGES];

#endif
