/* SPDX-License-Identifier: EUPL-1.2 */
/* A database that was set back to an earlier state has forgotten what others remember. What it would write now
 * could contradict what it wrote before, so it is only read until an operator has mended it. Owns the words about
 * it; never takes them back while the process lives. */
#include <stdarg.h>

#include "base/log.h"
#include "daemon/internal.h"

void restored_found(struct daemon *d, const char *peer, const char *format, ...)
{
	if (d->restored)
		return;
	va_list ap;
	va_start(ap, format);
	const char *what = arena_vprintf(d->arena, format, ap);
	va_end(ap);
	d->restored = arena_printf(d->arena,
	                           "The database of %s was set back to an earlier state, or is a new one: %s %s. It can be "
	                           "read, but nothing is written, taken in or sent. If there is a newer copy of its "
	                           "database, stop this node, put that back and start it again; else run `udvej recover`",
	                           d->node, peer, what);
	log_error("%s", d->restored);
}
