/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls all that have a part in a transaction, in the order of the table. Owns nothing, decides nothing. */
#include "engine/engine.h"
#include "engine/job.h"

#define EACH(e, p) (const struct participant *p = (e)->participants; p < (e)->participants + (e)->n_participants; p++)

enum err participants_reload(const struct engine *e)
{
	for
		EACH(e, p)
	if (p->reload)
		TRY(p->reload(p->owner));
	return OK;
}

void participants_reloaded(const struct engine *e)
{
	for
		EACH(e, p)
	if (p->reloaded)
		p->reloaded(p->owner);
}

enum err participants_begun(const struct engine *e, struct arena *a, struct job *jobs)
{
	for
		EACH(e, p)
	if (p->begun)
		TRY(p->begun(p->owner, a, jobs));
	return OK;
}

enum err participants_save(const struct engine *e, struct arena *a)
{
	for
		EACH(e, p)
	if (p->save)
		TRY(p->save(p->owner, a));
	return OK;
}

void participants_committed(const struct engine *e)
{
	for
		EACH(e, p)
	if (p->committed)
		p->committed(p->owner);
}

enum err participants_rolled_back(const struct engine *e)
{
	enum err first = OK;
	for
		EACH(e, p)
		{
			enum err err = p->rolled_back ? p->rolled_back(p->owner) : OK;
			first = first == OK ? err : first;
		}
	return first;
}

bool participants_due(const struct engine *e, int64_t now_ms)
{
	for
		EACH(e, p)
	if (p->due && p->due(p->owner, now_ms))
		return true;
	return false;
}

bool participants_were_moved(const struct engine *e, const struct sql *missed)
{
	for
		EACH(e, p)
	for (const struct sql *const *of = p->positions; missed && of && *of; of++)
		if (*of == missed)
			return true;
	return false;
}
