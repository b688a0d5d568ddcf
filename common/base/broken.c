/* SPDX-License-Identifier: EUPL-1.2 */
/* Collects the rules that were broken into a refusal, and puts their sentences together. Of a field only the first is
 * kept: what is no date is not also in the future. Pure. */
#include "base/broken.h"

#include <ctype.h>
#include <string.h>

#include "base/buffer.h"

static const struct {
	const char *code, *sentence;
	enum err err;
} rows[] = {
#define ROW(name, code_, err_, sentence_) [name] = { .code = code_, .sentence = sentence_, .err = err_ },
	BROKEN_TABLE(ROW)
#undef ROW
};

/* The letter at a place in a path, and the place of the next: birth_year is birthYear. */
static int letter(const char **at)
{
	if (**at == '_' && (*at)[1])
		return toupper((unsigned char)*(*at += 2, *at - 1));
	return (unsigned char)*(*at)++;
}

/* Whether a field is the other, or lies in it: citizen.name in citizen, reasons[1] in reasons, all in the document. */
static bool lies_in(const char *field, const char *other)
{
	bool all = !*other;
	while (*other)
		if (letter(&field) != letter(&other))
			return false;
	return all || strchr(".[", *field); /* the end of it is found too */
}

bool broken_is_said(const struct refusal *why, const char *field)
{
	size_t n = 0;
	for (const struct broken *b = why->broken; b; b = b->next, n++)
		if (lies_in(field, b->field) || (b->unread && lies_in(b->field, field)))
			return true;
	return n >= BROKEN_MAX;
}

static void say_value(struct buffer *out, const struct broken_arg *arg)
{
	if (arg->text)
		buffer_puts(out, arg->text);
	else if (!arg->list)
		buffer_number(out, arg->number);
	for (size_t i = 0; i < arg->n; i++)
		buffer_printf(out, "%s%s", i ? ", " : "", arg->list[i]);
}

static const char *say(struct arena *a, const char *sentence, const struct broken_arg *args)
{
	struct buffer out = buffer_in(a);
	for (const char *at = sentence; *at;) {
		size_t plain = strcspn(at, "{");
		buffer_add(&out, at, plain);
		at += plain;
		if (!*at)
			break;
		size_t len = strcspn(++at, "}");
		for (const struct broken_arg *arg = args; arg->name; arg++)
			if (strlen(arg->name) == len && strncmp(arg->name, at, len) == 0)
				say_value(&out, arg);
		at += len + 1;
	}
	return out.data;
}

static const struct broken_arg *keep(struct arena *a, const struct broken_arg *args)
{
	size_t n = 0;
	while (args[n].name)
		n++;
	struct broken_arg *kept = ARENA_ARRAY(a, struct broken_arg, n + 1);
	memcpy(kept, args, n * sizeof *kept);
	return kept;
}

enum err broken_add_args(struct arena *a, struct refusal *why, const char *field, enum broken_rule rule,
                         const struct broken_arg *args)
{
	if (broken_is_said(why, field))
		return why->err;
	struct broken **last = &why->broken, *b = ARENA_NEW(a, struct broken);
	while (*last)
		last = &(*last)->next;
	*b = (struct broken){
		.field = field,
		.code = rows[rule].code,
		.message = say(a, rows[rule].sentence, args),
		.args = keep(a, args),
		.unread = rows[rule].err == ERR_TYPE,
	};
	*last = b;
	if (why->broken != b)
		return why->err;
	why->field = field;
	why->rule = b->message;
	return why->err = rows[rule].err;
}
