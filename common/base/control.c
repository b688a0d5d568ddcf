/* SPDX-License-Identifier: EUPL-1.2 */
/* Which characters are control characters. Pure. */
#include "base/control.h"

size_t control_at(const char *text)
{
	unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;
	if (first == 0xc2 && second >= 0x80 && second <= 0x9f)
		return 2;
	return (first && first < ' ') || first == 0x7f;
}
