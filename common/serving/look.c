/* SPDX-License-Identifier: EUPL-1.2 */
/* What is shown of a citizen goes into the log of use before it is shown: the answer is held until the row is
 * committed. What was refused to somebody goes there too, and is answered at once. A job of the writer; it owns the
 * words of its row, since the client may go away. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "serving/audit.h"
#include "serving/entry.h"
#include "serving/look.h"

struct look_job {
	struct job job;
	struct api *api;
	struct call *call; /* whose answer is held; NULL: nobody waits */
	struct audit_entry entry;
	char words[];
};

static enum err run(struct job *job, struct tx *tx)
{
	struct look_job *j = (struct look_job *)job;
	if (!job->judged)
		return audit_add(j->api->engine->audit, tx, &j->entry);
	job->refused = true;
	return OK;
}

static struct call *let_go(struct look_job *j)
{
	struct call *c = j->call;
	if (c)
		c->look = NULL;
	j->call = NULL;
	return c;
}

static void committed(struct job *job)
{
	struct look_job *j = (struct look_job *)job;
	struct call *c = let_go(j);
	audit_note_known(j->api->engine->audit, &j->entry);
	if (c)
		answer_show(j->api, c);
}

static void refuse_to_show(struct look_job *j)
{
	static const struct refusal why = {
		.err = ERR_DB_LOST,
		.field = "",
		.rule =
		    "Nothing is shown that cannot be entered into the log of use, and that does not answer: try again shortly.",
	};
	struct call *c = let_go(j);
	if (c)
		answer_refuse(j->api, c, &why);
}

static void refused(struct job *job)
{
	refuse_to_show((struct look_job *)job);
}

static void overdue(struct job *job, bool runs)
{
	(void)runs;
	refuse_to_show((struct look_job *)job);
}

/* At the end of the process the call may have gone before. */
static void free_look(struct job *job)
{
	free(job);
}

static const struct job_kind kind = {
	.name = "look",
	.run = run,
	.committed = committed,
	.refused = refused,
	.overdue = overdue,
	.free = free_look,
};

/* A job with a copy of the entry: its words lie behind the job, in the same memory. */
static struct look_job *look_new(struct api *api, const struct audit_entry *e)
{
	const char *const words[] = { e->who, e->role, e->use, e->subject, e->outcome, e->why, e->citizens, e->searched };
	size_t len = 0;
	for (size_t i = 0; i < countof(words); i++)
		len += strlen(words[i]) + 1;
	struct look_job *j = memory_must(malloc(sizeof *j + len));
	*j = (struct look_job){ .job = { .kind = &kind }, .api = api, .entry = *e };
	const char **const into[] = { &j->entry.who,     &j->entry.role, &j->entry.use,      &j->entry.subject,
		                          &j->entry.outcome, &j->entry.why,  &j->entry.citizens, &j->entry.searched };
	char *at = j->words;
	for (size_t i = 0; i < countof(words); i++) {
		size_t n = strlen(words[i]) + 1;
		*into[i] = memcpy(at, words[i], n);
		at += n;
	}
	return j;
}

bool look_may_pass(struct api *api, struct call *c)
{
	struct audit *log = api->engine->audit;
	if (!entry_is_needed(c->route))
		return true;
	const struct audit_entry e = entry_of(c, "shown");
	if (audit_is_known(log, &e))
		return true;
	struct look_job *j = look_new(api, &e);
	j->call = c;
	c->look = j;
	writer_put(api->engine->writer, &j->job);
	return false;
}

void look_refused(struct api *api, const struct call *c)
{
	if (!c->rq.principal.who)
		return;
	const struct audit_entry e = entry_of_refusal(c);
	writer_put(api->engine->writer, &look_new(api, &e)->job);
}

enum err look_add(struct api *api, struct tx *tx, const struct call *c, const char *outcome)
{
	if (!entry_is_needed(c->route))
		return OK;
	const struct audit_entry e = entry_of(c, outcome);
	return audit_add(api->engine->audit, tx, &e);
}

void look_forget(struct call *c)
{
	if (c->look)
		(void)let_go(c->look);
}
