/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals as RFC 9457 problem documents. The type is a relative reference, resolved against the
 * address that was asked, so that the document names no domain of somebody else's. */
#include <ctype.h>
#include <string.h>

#include "http/http.h"
#include "shape/shape.h"

static void member(struct buffer *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buffer_printf(out, ",\"%s\":", name);
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

struct http_reply http_problem(struct arena *a, const struct refusal *why, const char *instance)
{
	int status = err_status(why->err);
	struct buffer out = buffer_in(a);
	buffer_printf(&out, "{\"type\":\"/problems/%s\"", err_slug(why->err));
	member(&out, "title", err_text(why->err));
	buffer_printf(&out, ",\"status\":%d", status);
	member(&out, "detail", why->rule);
	member(&out, "field", why->field);
	member(&out, "rule", why->rule);
	member(&out, "instance", as_reference(a, instance));
	buffer_puts(&out, "}");
	return (struct http_reply){
		.status = status,
		.content_type = "application/problem+json",
		.body = out.data,
		.body_len = out.len,
		.www_authenticate = status == 401 ? "Bearer" : NULL,
		.retry_after = status == 503 ? "1" : NULL,
	};
}
