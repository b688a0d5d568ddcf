/* SPDX-License-Identifier: EUPL-1.2 */
/* A database that was set back to an earlier state has forgotten what others remember. What it would write now
 * could contradict what it wrote before, so it is only read until an operator has mended it. Owns the words about
 * it. The node stays like that until it is started again. */
#include <stdarg.h>

#include "base/log.h"
#include "delivery/internal.h"

void set_back_found(struct engine *e, const char *peer, const char *format, ...)
{
	if (e->read_only)
		return;
	va_list ap;
	va_start(ap, format);
	const char *what = arena_vprintf(e->arena, format, ap);
	va_end(ap);
	e->read_only =
	    arena_printf(e->arena,
	                 "The database of %s was set back to an earlier state, or is a new one: %s %s. It can be "
	                 "read, but nothing is written, taken in or sent. If there is a newer copy of its "
	                 "database, stop this node, put that back and start it again; else run `udvej recover`",
	                 e->membership.node, peer, what);
	log_error("%s", e->read_only);
}
