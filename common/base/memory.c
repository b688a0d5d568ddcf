/* SPDX-License-Identifier: EUPL-1.2 */
/* The one answer to an allocation that fails. Owns nothing, and allocates nothing to say so. */
#include "base/memory.h"

#include <stdlib.h>

#include "base/log.h"

void *memory_must(void *given)
{
	if (!given) {
		log_error("no memory is left: stopping");
		abort();
	}
	return given;
}
