/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes JSON member by member. Owns the commas: one goes before whatever does not come first. Pure. */
#include "serving/print.h"

#include "shape/shape.h"

static void begin(struct print *p, const char *name)
{
	char last = p->out.len ? p->out.data[p->out.len - 1] : '{';
	if (last != '{' && last != '[')
		buffer_puts(&p->out, ",");
	if (!name)
		return;
	json_quote(&p->out, name);
	buffer_puts(&p->out, ":");
}

void print_open(struct print *p, const char *name, char bracket)
{
	if (p->out.len)
		begin(p, name);
	buffer_add(&p->out, &bracket, 1);
}

void print_close(struct print *p, char bracket)
{
	buffer_add(&p->out, &bracket, 1);
}

void print_text(struct print *p, const char *name, const char *value)
{
	begin(p, name);
	json_quote(&p->out, value);
}

void print_number(struct print *p, const char *name, int64_t value)
{
	begin(p, name);
	buffer_number(&p->out, value);
}

void print_bool(struct print *p, const char *name, bool value)
{
	begin(p, name);
	buffer_puts(&p->out, value ? "true" : "false");
}

void print_ref(struct print *p, const char *name, const char *kind, const char *to)
{
	print_open(p, name, '{');
	print_text(p, "$ref", arena_printf(p->arena, "#/components/%s/%s", kind, to));
	print_close(p, '}');
}
