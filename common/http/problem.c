/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals as RFC 9457 problem documents. The type is a relative reference, resolved against the
 * address that was asked, so that the document names no domain of somebody else's. Every problem document is written
 * here. */
#include <ctype.h>
#include <string.h>

#include "base/broken.h"
#include "http/http.h"
#include "shape/shape.h"

static void member(struct buffer *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	if (out->data[out->len - 1] != '{')
		buffer_puts(out, ",");
	buffer_printf(out, "\"%s\":", name);
	json_quote(out, value);
}

/* A decoded path as a URI reference again: what may not stand in one is percent-encoded (RFC 3986, 3.3). */
static const char *as_reference(struct arena *a, const char *path)
{
	struct buffer out = buffer_in(a);
	for (const char *p = path ? path : ""; *p; p++)
		buffer_printf(&out, isalnum((unsigned char)*p) || strchr("/-._~!$&'()*+,;=:@", *p) ? "%c" : "%%%02X",
		              (unsigned char)*p);
	return out.data;
}

/* --- the rules that were broken --- */

static void write_value(struct buffer *out, const struct broken_arg *arg)
{
	if (arg->text) {
		json_quote(out, arg->text);
		return;
	}
	if (!arg->list) {
		buffer_number(out, arg->number);
		return;
	}
	buffer_puts(out, "[");
	for (size_t i = 0; i < arg->n; i++) {
		buffer_puts(out, i ? "," : "");
		json_quote(out, arg->list[i]);
	}
	buffer_puts(out, "]");
}

static void write_broken(struct buffer *out, const struct broken *b)
{
	buffer_puts(out, "{");
	member(out, "field", b->field);
	member(out, "code", b->code);
	member(out, "message", b->message);
	for (const struct broken_arg *arg = b->args; arg && arg->name; arg++) {
		buffer_puts(out, arg == b->args ? ",\"args\":{" : ",");
		json_quote(out, arg->name);
		buffer_puts(out, ":");
		write_value(out, arg);
	}
	buffer_puts(out, b->args && b->args->name ? "}}" : "}");
}

/* All of them; a refusal without a list is the one rule that it names. */
static void write_errors(struct buffer *out, const struct refusal *why)
{
	const struct broken one = { .field = why->field, .code = err_slug(why->err), .message = why->rule };
	const struct broken *first = why->broken ? why->broken : why->rule && *why->rule ? &one : NULL;
	for (const struct broken *b = first; b; b = b->next) {
		buffer_puts(out, b == first ? ",\"errors\":[" : ",");
		write_broken(out, b);
	}
	buffer_puts(out, first ? "]" : "");
}

const char *http_problem_json(struct arena *a, const struct refusal *why, const char *instance)
{
	struct buffer out = buffer_in(a);
	buffer_printf(&out, "{\"type\":\"/problems/%s\"", err_slug(why->err));
	member(&out, "title", err_text(why->err));
	buffer_printf(&out, ",\"status\":%d", err_status(why->err));
	member(&out, "detail", why->rule);
	member(&out, "field", why->field);
	member(&out, "rule", why->rule);
	member(&out, "instance", as_reference(a, instance));
	write_errors(&out, why);
	buffer_puts(&out, "}");
	return out.data;
}

struct http_reply http_problem(struct arena *a, const struct refusal *why, const char *instance)
{
	int status = err_status(why->err);
	const char *body = http_problem_json(a, why, instance);
	return (struct http_reply){
		.status = status,
		.content_type = "application/problem+json",
		.body = body,
		.body_len = strlen(body),
		.www_authenticate = status == 401 ? "Bearer" : NULL,
		.retry_after = status == 503 ? "1" : NULL,
	};
}
