/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry of nodes and brokers. Values lie in the caller's arena and are never changed; who
 * wants a newer file loads it anew. A registry in which two rows could be taken for each other
 * (same name, same key, two intakes of one organisation) is refused as a whole: nothing that
 * asks it afterwards needs to think about which of two is meant. */
#include "membership/registry.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "membership/document.h"

#define MAX_NODES 1000u
#define MAX_BROKERS 16u
#define MAX_PORT 32767L

static const char *const roles[] = { "intake", "caseload", "outcomes", "reporting" };

static const char *read_role(struct arena *a, const char *value, void *ret, size_t size)
{
	(void)a;
	(void)size;
	for (size_t i = 0; i < countof(roles); i++)
		if (strcmp(roles[i], value) == 0) {
			*(const char **)ret = roles[i];
			return NULL;
		}
	return "must be one of intake, caseload, outcomes, reporting";
}

static const char *read_endpoint(struct arena *a, const char *value, void *ret, size_t size)
{
	(void)size;
	static const char scheme[] = "tcp://";
	const char *host = value + strlen(scheme), *colon = strrchr(value, ':');
	if (strncmp(value, scheme, strlen(scheme)) != 0 || strlen(value) > 255 || colon <= host ||
	    strcspn(host, " \t/;") != strlen(host))
		return "must be tcp://HOST:PORT";
	char *end;
	long port = strtol(colon + 1, &end, 10);
	/* Above 32767 lie the ports the system gives to clients: a socket that reconnects there can connect to itself. */
	if (colon[1] < '1' || colon[1] > '9' || *end || port > MAX_PORT)
		return "must have a port from 1 to 32767";
	*(const char **)ret = arena_strdup(a, value);
	return NULL;
}

#define FIELD(type, key, reader)                                                                                       \
	{                                                                                                                  \
		.name = #key, .read = (reader), .offset = offsetof(type, key), .size = sizeof((type *)0)->key                  \
	}

static const struct document_field node_fields[] = {
	FIELD(struct registry_node, name, document_read_name),
	FIELD(struct registry_node, role, read_role),
	FIELD(struct registry_node, organisation, document_read_name),
	FIELD(struct registry_node, curve, document_read_z85),
	FIELD(struct registry_node, sign, document_read_bytes),
	FIELD(struct registry_node, box, document_read_bytes),
	{ "sign_before", document_read_bytes, offsetof(struct registry_node, sign_before), 32, .optional = true },
};

static const struct document_field broker_fields[] = {
	FIELD(struct registry_broker, name, document_read_name),
	FIELD(struct registry_broker, endpoint, read_endpoint),
	FIELD(struct registry_broker, curve, document_read_z85),
};

/* One array of the file: what its rows are and how many there may be. */
struct section {
	const char *name;
	const struct document_field *fields;
	size_t n_fields, row_size, min, max;
	const char *count_rule;
};

static const struct section nodes_section = {
	.name = "nodes",
	.fields = node_fields,
	.n_fields = countof(node_fields),
	.row_size = sizeof(struct registry_node),
	.max = MAX_NODES,
	.count_rule = "must be an array of at most 1000 nodes",
};

static const struct section brokers_section = {
	.name = "brokers",
	.fields = broker_fields,
	.n_fields = countof(broker_fields),
	.row_size = sizeof(struct registry_broker),
	.min = 1,
	.max = MAX_BROKERS,
	.count_rule = "must be an array of 1 to 16 brokers",
};

static enum err read_section(const struct document *d, const json_t *root, const struct section *section,
                             void **ret_rows, size_t *ret_n)
{
	const json_t *array = json_object_get(root, section->name);
	size_t n = json_array_size(array);
	if (!json_is_array(array) || n < section->min || n > section->max)
		return document_refuse(d, "", section->name, section->count_rule);
	char *rows = arena_alloc(d->arena, (n ? n : 1) * section->row_size);
	for (size_t i = 0; i < n; i++) {
		const char *where = arena_printf(d->arena, "%s[%zu]", section->name, i);
		TRY(document_object(d, json_array_get(array, i), where, section->fields, section->n_fields,
		                    rows + i * section->row_size));
	}
	*ret_rows = rows;
	*ret_n = n;
	return OK;
}

/* What two nodes share that they must not; NULL when they can be told apart. */
static const char *shared_field(const struct registry_node *a, const struct registry_node *b)
{
	if (strcmp(a->name, b->name) == 0)
		return "name";
	if (strcmp(a->curve, b->curve) == 0)
		return "curve";
	if (memcmp(a->sign, b->sign, sizeof a->sign) == 0)
		return "sign";
	if (memcmp(a->box, b->box, sizeof a->box) == 0)
		return "box";
	bool same_role = strcmp(a->role, b->role) == 0;
	if (same_role && strcmp(a->role, "intake") != 0)
		return "role";
	return same_role && strcmp(a->organisation, b->organisation) == 0 ? "organisation" : NULL;
}

static enum err check_nodes_differ(const struct document *d, const struct registry *r)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		for (size_t j = 0; j < i; j++) {
			const char *field = shared_field(&r->nodes[j], &r->nodes[i]);
			if (field)
				return document_refuse(
				    d, arena_printf(d->arena, "nodes[%zu]", i), field,
				    arena_printf(d->arena, "must differ from that of nodes[%zu] (%s)", j, r->nodes[j].name));
		}
	return OK;
}

static enum err check_brokers_differ(const struct document *d, const struct registry *r)
{
	for (size_t i = 0; i < r->n_brokers; i++) {
		const struct registry_broker *b = &r->brokers[i];
		const char *field = registry_by_name(r, b->name) ? "name" : registry_by_curve(r, b->curve) ? "curve" : NULL;
		for (size_t j = 0; j < i && !field; j++) {
			const struct registry_broker *other = &r->brokers[j];
			if (strcmp(b->name, other->name) == 0)
				field = "name";
			else if (strcmp(b->curve, other->curve) == 0)
				field = "curve";
			else if (strcmp(b->endpoint, other->endpoint) == 0)
				field = "endpoint";
		}
		if (field)
			return document_refuse(d, arena_printf(d->arena, "brokers[%zu]", i), field,
			                       "must differ from that of every other node and broker");
	}
	return OK;
}

static enum err read_registry(const struct document *d, const json_t *root, struct registry *r)
{
	static const char *const names[] = { "serial", "nodes", "brokers" };
	TRY(document_only(d, root, "", names, countof(names)));
	const json_t *serial = json_object_get(root, "serial");
	if (!json_is_integer(serial) || json_integer_value(serial) < 1)
		return document_refuse(d, "", "serial", "must be a whole number from 1");
	r->serial = (long)json_integer_value(serial);
	void *rows = NULL;
	TRY(read_section(d, root, &nodes_section, &rows, &r->n_nodes));
	r->nodes = rows;
	TRY(read_section(d, root, &brokers_section, &rows, &r->n_brokers));
	r->brokers = rows;
	TRY(check_nodes_differ(d, r));
	return check_brokers_differ(d, r);
}

enum err registry_parse(struct arena *a, const char *path, const char *text, size_t len, const struct registry **ret,
                        const char **why)
{
	struct document d = { .arena = a, .path = path, .why = why };
	struct registry *r = ARENA_NEW(a, struct registry);
	json_t *root;
	TRY(document_parse(&d, text, len, &root));
	enum err e = read_registry(&d, root, r);
	json_decref(root);
	if (e == OK)
		*ret = r;
	return e;
}

enum err registry_load(struct arena *a, const char *path, const struct registry **ret, const char **why)
{
	struct document d = { .arena = a, .path = path, .why = why };
	char *text;
	size_t len;
	TRY(document_text(&d, false, &text, &len));
	return registry_parse(a, path, text, len, ret, why);
}

const struct registry_node *registry_by_name(const struct registry *r, const char *name)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].name, name) == 0)
			return &r->nodes[i];
	return NULL;
}

const struct registry_node *registry_by_curve(const struct registry *r, const char *z85)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].curve, z85) == 0)
			return &r->nodes[i];
	return NULL;
}

const struct registry_node *registry_intake_of(const struct registry *r, const char *organisation)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].role, "intake") == 0 && strcmp(r->nodes[i].organisation, organisation) == 0)
			return &r->nodes[i];
	return NULL;
}

const struct registry_node *registry_by_role(const struct registry *r, const char *role)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].role, role) == 0)
			return &r->nodes[i];
	return NULL;
}
