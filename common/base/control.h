/* SPDX-License-Identifier: EUPL-1.2 */
/* Control characters, which a terminal obeys: what others wrote must not bring them onto an operator's screen. */
#ifndef UDVEJ_BASE_CONTROL_H
#define UDVEJ_BASE_CONTROL_H

#include <stddef.h>

/* How many bytes of this UTF-8 text, ended by NUL, are a control character at its beginning: of C0 (the end is none),
 * DEL, or C1, of which U+009B begins what ESC [ does. 0: it is another character. */
size_t control_at(const char *text);

#endif
