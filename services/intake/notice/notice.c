/* SPDX-License-Identifier: EUPL-1.2 */
/* Notices: the one list of what a person should look at, from what is stored elsewhere. Nothing is kept here: a notice
 * goes when what it tells of is done. Adding a kind: a part of the statement, and a row of words. */

#include <string.h>

#include "intake/authority/authority.h"
#include "sql_intake.h"

static const struct {
	const char *kind, *says;
} words_of[] = {
	{ "break-glass", "A case was opened in need by somebody whose case it is not. Look whether it was right." },
	{ "task", "A known CPR number came with another name, gender or date of birth. Decide who it is." },
	{ "duty", "The duty to notify (underretningspligt) is open. Say what was done." },
	{ "answer", "A referral waits for the first answer." },
	{ "measurement", "A measurement is due." },
};

static void add_words(struct tx *tx, ProtobufCMessage *row)
{
	Notice *n = (Notice *)row;
	(void)tx;
	for (size_t i = 0; i < countof(words_of); i++)
		if (strcmp(words_of[i].kind, n->kind) == 0)
			n->says = words_of[i].says;
}

/* --- the table --- */

static const struct listing all = { sql_notice_all, &notice__descriptor, add_words };

static const struct route routes[] = {
	{ "GET", "/api/v1/notices",
	  "What you should look at, most urgent first. Cases opened in need, tasks, duties, answers and measurements that "
	  "are due. Whole and without pages: the 500 most urgent.",
	  ROLES_THAT_REFER & ~(unsigned)ROLE_SYSTEM, SCOPE_OWN_CASES, READS_CODES, .returns = &notices__descriptor,
	  .list = &all },
};

const struct resource notice_resource = { "Notices", "What a person should look at.", ROWS(routes) };
