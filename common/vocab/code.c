/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists and the search in them. Each list is a table in the order people should see it; the lists stand by
 * name in one table at the end. Danish words follow the programme's own papers (domain glossary); states of referrals
 * are the names of HL7 Gravity's Task. Must never hold a code that only one service understands. */
#include "vocab/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "vocab/code_language.h"

/* clang-format off */
static const struct code aim[] = {
	{ "exit", "wants to stop selling sexual services", "ønsker at stoppe med at sælge sex" },
	{ "improve", "wants a better life, not to stop now", "ønsker et bedre liv, ikke at stoppe nu" },
	{ "undecided", "not decided", "ikke afklaret" },
};

static const struct code area[] = {
	{ "psychologist", "psychologist", "psykolog" },
	{ "economy", "economy and benefits", "økonomi og ydelser" },
	{ "income", "income that is not prostitution", "indtægt, der ikke er prostitution" },
	{ "substance", "substance treatment", "misbrugsbehandling" },
	{ "social-offers", "other social offers", "andre sociale tilbud" },
	{ "network", "social network", "socialt netværk" },
	{ "housing", "housing", "bolig" },
	{ "health", "health check and treatment", "sundhedstjek og behandling" },
	{ "employment", "employment", "beskæftigelse" },
	{ "family", "family and children", "familie og børn" },
	{ "education", "education", "uddannelse" },
};

static const struct code capacity[] = {
	{ "capacity", "has room", "har plads" },
	{ "no-capacity", "has no room", "har ikke plads" },
	{ "waitlist", "waiting list", "venteliste" },
	{ "additional-assessment-required", "must be assessed further", "kræver yderligere afklaring" },
};

static const struct code channel[] = {
	{ "self", "came by her/himself", "kom selv" },
	{ "partner", "referred by a partner", "henvist af en samarbejdspartner" },
	{ "outreach", "outreach", "opsøgende indsats" },
	{ "brobygger", "brobygger", "brobygger" },
	{ "cultural-mediator", "cultural mediator", "kulturmedarbejder" },
	{ "vip", "VIP talk", "VIP-samtale" },
};

static const struct code competence[] = {
	{ "cti", "Critical Time Intervention", "CTI-metoden" },
	{ "social-work", "social work", "socialrådgivning" },
	{ "nursing", "nursing", "sygepleje" },
	{ "psychology", "psychology", "psykologi" },
	{ "schema-therapy", "schema therapy", "skematerapi" },
	{ "job-coaching", "job coaching", "jobcoaching" },
	{ "thai-culture", "Thai culture", "thailandsk kultur" },
	{ "east-european-culture", "East European culture", "østeuropæisk kultur" },
	{ "african-culture", "African culture", "afrikansk kultur" },
	{ "latin-american-culture", "Latin American culture", "latinamerikansk kultur" },
	{ "substance", "substance use", "misbrug" },
	{ "trauma", "trauma", "traumer" },
	{ "violence", "violence", "vold" },
	{ "trafficking", "human trafficking", "menneskehandel" },
	{ "lgbt", "LGBT", "LGBT" },
	{ "family", "family and children", "familie og børn" },
	{ "debt", "economy and debt", "økonomi og gæld" },
	{ "housing", "housing", "bolig" },
};

static const struct code consent_state[] = {
	{ "requested", "requested", "anmodet" },
	{ "given", "given", "givet" },
	{ "refused", "refused", "afslået" },
	{ "withdrawn", "withdrawn", "trukket tilbage" },
	{ "expired", "expired", "udløbet" },
	{ "renewed", "renewed", "fornyet" },
};

static const struct code course_state[] = {
	{ "requested", "caseload has not answered yet", "afventer svar" },
	{ "waiting", "on the waiting list", "på venteliste" },
	{ "offered", "offered a place", "tilbudt plads" },
	{ "enrolled", "enrolled", "indskrevet" },
	{ "closed", "closed", "afsluttet" },
};

static const struct code development[] = {
	{ "positive", "positive", "positiv" },
	{ "unchanged", "unchanged", "uændret" },
	{ "negative", "negative", "negativ" },
};

static const struct code due_kind[] = {
	{ "start", "at the start", "ved start" },
	{ "round", "running", "løbende" },
	{ "closing", "at the close", "ved afslutning" },
};

static const struct code end_reason[] = {
	{ "completed", "completed", "gennemført" },
	{ "stopped-by-citizen", "stopped by the citizen", "stoppet af borgeren" },
	{ "referred-on", "referred on", "henvist videre" },
	{ "moved", "moved", "flyttet" },
	{ "lost-contact", "lost contact", "mistet kontakt" },
	{ "died", "died", "død" },
	{ "funding-ended", "funding ended", "bevillingen ophørte" },
	{ "withdrew", "withdrew before enrolment", "trak sig før indskrivning" },
};

static const struct code enrol_by[] = {
	{ "session", "first session", "første samtale" },
	{ "seat", "seat, after screening and plan", "plads på hold efter screening og plan" },
};

static const struct code enrolled_by[] = {
	{ "star", "first complete star", "første udfyldte stjerne" },
	{ "session", "first session", "første samtale" },
	{ "seat", "seat, after screening and plan", "plads på hold efter screening og plan" },
};

static const struct code enrolment[] = {
	{ "enrolled", "enrolled", "indskrevet" },
	{ "not-enrolled", "not enrolled", "ikke indskrevet" },
	{ "not-enrolled-on-waitlist", "not enrolled, on the waiting list", "ikke indskrevet, på venteliste" },
};

static const struct code gender[] = {
	{ "woman", "woman", "kvinde" },
	{ "man", "man", "mand" },
	{ "trans", "trans person", "transperson" },
	{ "other", "other", "andet" },
};

static const struct code measurement_state[] = {
	{ "sent", "sent", "sendt" },
	{ "scored", "scored", "scoret" },
	{ "refused", "refused", "afvist" },
};

static const struct code partner[] = {
	{ "kommune", "the municipality", "kommunen" },
	{ "reden", "Reden", "Reden" },
	{ "livarehab", "LivaRehab", "LivaRehab" },
	{ "brobyggernetvaerket", "Brobyggernetværket", "Brobyggernetværket" },
	{ "kc", "Kompetencecenter Prostitution", "Kompetencecenter Prostitution" },
	{ "siri", "SIRI, on lawful residence", "SIRI" },
	{ "cmm", "Centre against Human Trafficking", "Center mod Menneskehandel" },
	{ "svanegrupperne", "Svanegrupperne", "Svanegrupperne" },
	{ "skp", "support-contact person", "støtte-kontakt-person" },
	{ "other", "other", "andre" },
};

static const struct code priority[] = {
	{ "stat", "at once", "straks" },
	{ "asap", "as soon as possible", "hurtigst muligt" },
	{ "urgent", "urgent", "haster" },
	{ "routine", "routine", "rutine" },
};

static const struct code rater[] = {
	{ "citizen", "citizen", "borger" },
	{ "worker", "worker", "medarbejder" },
};

static const struct code referral_state[] = {
	{ "draft", "draft", "kladde" },
	{ "requested", "requested", "anmodet" },
	{ "accepted", "accepted", "accepteret" },
	{ "rejected", "rejected", "afvist" },
	{ "cancelled", "cancelled", "annulleret" },
	{ "in-progress", "in progress", "i gang" },
	{ "on-hold", "on hold", "sat i bero" },
	{ "failed", "failed", "mislykket" },
	{ "completed", "completed", "gennemført" },
	{ "entered-in-error", "entered in error", "oprettet ved en fejl" },
};

static const struct code residence[] = {
	{ "danish", "Danish citizen", "dansk statsborger" },
	{ "nordic", "Nordic citizen", "nordisk statsborger" },
	{ "eu-worker", "EU worker or self-employed outside prostitution", "EU-arbejdstager eller selvstændig uden for prostitution" },
	{ "eu-other", "EU citizen otherwise", "EU-borger i øvrigt" },
	{ "permit", "residence permit", "opholdstilladelse" },
	{ "other-right", "other right to social benefits, yellow health card", "anden ret til sociale ydelser, gult sundhedskort" },
	{ "doubt", "in doubt, to be settled with SIRI", "tvivl, afklares med SIRI" },
	{ "none", "no lawful stay", "ikke lovligt ophold" },
};

static const struct code setting[] = {
	{ "street", "street", "gade" },
	{ "clinic", "clinic", "klinik" },
	{ "escort", "escort", "escort" },
	{ "webcam", "webcam", "webcam" },
	{ "private", "private", "privat" },
	{ "grey", "grey zone", "gråzone" },
};

static const struct code status_reason[] = {
	{ "at-capacity", "at capacity", "ingen plads" },
	{ "not-eligible", "not eligible", "ikke i målgruppen" },
	{ "out-of-area", "outside the area", "uden for området" },
	{ "no-contact", "no contact", "ingen kontakt" },
	{ "citizen-declined", "declined by the citizen", "borgeren takkede nej" },
	{ "other", "other", "andet" },
};

static const struct code thoughts_of_change[] = {
	{ "none", "no thoughts of change", "ingen forandringstanker" },
	{ "considering", "considers change", "overvejer forandring" },
	{ "decided", "has decided to change", "har besluttet forandring" },
	{ "under-way", "change is under way", "forandring er i gang" },
	{ "not-said", "not said", "ikke oplyst" },
};

static const struct code worker_kind[] = {
	{ "worker", "worker", "medarbejder" },
	{ "group", "group", "hold" },
};

#define LIST(text, rows) { .name = (text), .codes = (rows), .n = countof(rows) }

/* By name, ascending: they are searched by halves. */
static const struct code_list lists[] = {
	LIST("aim", aim),
	LIST("area", area),
	LIST("capacity", capacity),
	LIST("channel", channel),
	LIST("competence", competence),
	LIST("consent-state", consent_state),
	LIST("course-state", course_state),
	LIST("development", development),
	LIST("due-kind", due_kind),
	LIST("end-reason", end_reason),
	LIST("enrol-by", enrol_by),
	LIST("enrolled-by", enrolled_by),
	LIST("enrolment", enrolment),
	LIST("gender", gender),
	{ .name = "language", .codes = code_languages, .n = CODE_LANGUAGES },
	LIST("measurement-state", measurement_state),
	LIST("partner", partner),
	LIST("priority", priority),
	LIST("rater", rater),
	LIST("referral-state", referral_state),
	LIST("residence", residence),
	LIST("setting", setting),
	LIST("status-reason", status_reason),
	LIST("thoughts-of-change", thoughts_of_change),
	LIST("worker-kind", worker_kind),
};
/* clang-format on */

static int compare_name(const void *name, const void *list)
{
	return strcmp(name, ((const struct code_list *)list)->name);
}

const struct code_list *code_list(const char *name)
{
	return name ? bsearch(name, lists, countof(lists), sizeof lists[0], compare_name) : NULL;
}

const struct code_list *code_lists(size_t *ret_n)
{
	*ret_n = countof(lists);
	return lists;
}

int code_rank(const char *list, const char *code)
{
	const struct code_list *l = code_list(list);
	for (size_t i = 0; l && code && i < l->n; i++)
		if (l->codes[i].code[0] == code[0] && strcmp(l->codes[i].code, code) == 0)
			return (int)i;
	return -1;
}

const struct code *code_find(const char *list, const char *code)
{
	const struct code_list *l = code_list(list);
	int rank = code_rank(list, code);
	return l && rank >= 0 ? &l->codes[rank] : NULL;
}

const char *code_english(const char *list, const char *code)
{
	const struct code *c = code_find(list, code);
	return c ? c->en : code ? code : "";
}
