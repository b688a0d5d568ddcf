/* SPDX-License-Identifier: EUPL-1.2 */
/* Small texts that come from outside: dates, numbers of persons, addresses, what a client accepts, the
 * periods of a report, attestations of an intake node. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/uuid.h"
#include "fuzz.h"
#include "http/http.h"
#include "membership/attestation.h"
#include "partners.h"
#include "reporting/core/accept.h"
#include "reporting/core/period.h"
#include "shape/shape.h"
#include "vocab/cpr.h"
#include "vocab/date.h"

#define NOW ((int64_t)1780000000) /* of the attestations */

/* Cuts the next line out of a text; NULL when there is none. */
static const char *next_line(char **text)
{
	char *line = *text;
	if (!line)
		return NULL;
	char *end = strchr(line, '\n');
	*text = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static void take_date(struct arena *a, const uint8_t *data, size_t len)
{
	struct date first, second;
	char *rest = fuzz_text(a, data, len);
	const char *text = next_line(&rest), *other = next_line(&rest);
	if (!date_parse(text, &first))
		return;
	FUZZ_MUST(strcmp(date_text(a, first), text) == 0);
	FUZZ_MUST(date_add_days(date_add_days(first, 1), -1).days == first.days);
	FUZZ_MUST(date_add_months(first, 12).days > first.days && date_add_working_days(first, 5).days >= first.days + 5);
	FUZZ_MUST(date_of_time((int64_t)first.days * 86400 + 12 * 3600).days == first.days || first.days < 9500);
	if (!date_parse(other, &second))
		return;
	int months = date_months_between(first, second);
	FUZZ_MUST(months == -date_months_between(second, first) && (months >= 0) == (second.days >= first.days || !months));
	(void)date_age(first, second);
}

static void take_cpr(struct arena *a, const uint8_t *data, size_t len)
{
	const char *text = fuzz_text(a, data, len);
	struct cpr cpr, again;
	if (uuid_is_valid(text))
		FUZZ_MUST(strlen(text) == UUID_LEN);
	if (!cpr_parse(text, &cpr))
		return;
	FUZZ_MUST(strlen(cpr.digits) == 10 && cpr_parse(cpr.digits, &again) && again.born.days == cpr.born.days);
	FUZZ_MUST(cpr.born.days >= date_make(1858, 1, 1).days && cpr.born.days < date_make(2058, 1, 1).days);
}

static void take_path(struct arena *a, const uint8_t *data, size_t len)
{
	static const char *const templates[] = {
		"/healthz", "/api/v1/courses/{id}", "/api/v1/courses/{id}/close", "/{a}/{b}/{c}/{d}", "/", "/{a}",
	};
	const char *path = fuzz_text(a, data, len);
	for (size_t i = 0; i < countof(templates); i++) {
		const char *params[HTTP_MAX_PARAMS] = { NULL };
		if (!http_path_match(a, templates[i], path, params))
			continue;
		for (size_t p = 0; p < HTTP_MAX_PARAMS && params[p]; p++)
			FUZZ_MUST(*params[p] && !strchr(params[p], '/'));
	}
	struct refusal why = { .err = ERR_NOT_FOUND, .field = path, .rule = "" };
	struct http_reply reply = http_problem(a, &why, path);
	FUZZ_MUST(reply.status == 404 && strlen(reply.body) == reply.body_len);
}

static void take_accept(struct arena *a, const uint8_t *data, size_t len)
{
	enum format f = accept_format(fuzz_text(a, data, len));
	FUZZ_MUST(f == FORMAT_NONE || f == FORMAT_JSON || f == FORMAT_CSV);
}

/* Lines: from, to, by, cuts. */
static void take_period(struct arena *a, const uint8_t *data, size_t len)
{
	struct period whole, *periods = NULL;
	struct refusal why = { .err = OK };
	size_t n = 0;
	char *rest = fuzz_text(a, data, len);
	const char *from = next_line(&rest), *to = next_line(&rest), *by = next_line(&rest), *cuts = next_line(&rest);
	if (!date_parse(from, &whole.from) || !date_parse(to, &whole.to))
		return;
	if (periods_make(a, whole, by, cuts, &periods, &n, &why) != OK) {
		FUZZ_MUST(why.err == ERR_QUERY && *why.field && *why.rule);
		return;
	}
	FUZZ_MUST(n >= 1 && periods[0].from.days == whole.from.days && periods[n - 1].to.days == whole.to.days);
	for (size_t i = 1; i < n; i++)
		FUZZ_MUST(periods[i].from.days == periods[i - 1].to.days + 1);
}

static const char *base64(struct arena *a, const void *data, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return sodium_bin2base64(arena_alloc(a, size), size, data, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* The claims with the signature that the node reden would put under them. */
static const char *sign(struct arena *a, const uint8_t *claims, size_t len)
{
	unsigned char signature[crypto_sign_BYTES];
	const char *payload = base64(a, claims, len);
	const char *text = arena_printf(a, "udvej statement 1\n%s", payload);
	crypto_sign_detached(signature, NULL, (const unsigned char *)text, strlen(text),
	                     partners_keys("reden")->sign_secret);
	return arena_printf(a, "%s.%s", payload, base64(a, signature, sizeof signature));
}

/* The first byte chooses: a whole token, or claims that are signed here. */
static void take_attestation(struct arena *a, const uint8_t *data, size_t len)
{
	struct attestation who;
	struct refusal why = { .err = OK };
	if (len < 1)
		return;
	const char *token = data[0] & 1 ? fuzz_text(a, data + 1, len - 1) : sign(a, data + 1, len - 1);
	if (attestation_verify(a, partners_registry(), token, NOW, &who, &why) != OK) {
		FUZZ_MUST(why.err == ERR_BAD_TOKEN && why.rule);
		return;
	}
	FUZZ_MUST(*who.user && *who.role && who.expires > NOW && who.expires <= NOW + ATTESTATION_MAX_LIFETIME);
	FUZZ_MUST(strcmp(registry_by_name(partners_registry(), who.node)->organisation, who.organisation) == 0);
}

const struct fuzz_decoder fuzz_decoders[] = {
	{ "date", take_date },
	{ "cpr", take_cpr },
	{ "path", take_path },
	{ "accept", take_accept },
	{ "period", take_period },
	{ "attestation", take_attestation },
	{ NULL, NULL },
};
