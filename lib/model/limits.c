/* SPDX-License-Identifier: MIT */
/* The table of limits: what each limit set allows, and the safety caps. */
#include "model/limits.h"
#include "base/fail.h"
#include "base/mem.h"

#include <assistant/def.h>

#include <string.h>

enum { PROSE, OPENAPI, AGENTS, SETS };

static const char *const set_names[SETS] = { "prose", "openapi", "agents" };

/*
 * Sources: prose and openapi are the two halves of the Odeus create document; agents is
 * what the agents' variant of that API documents. Lengths are Unicode code points.
 */
static const struct {
	const char *name;
	int64_t soft[SETS];
	int64_t cap;
} table[ASST__LIMIT_COUNT] = {
	[ASST__LIMIT_NONE] = { "", { -1, -1, -1 }, -1 },
	[ASST__LIMIT_DOCUMENT_BYTES] = { "document_bytes", { -1, -1, -1 }, 1048576 },
	[ASST__LIMIT_DEPTH] = { "depth", { -1, -1, -1 }, ASST__JSON_DEPTH },
	[ASST__LIMIT_NODES] = { "nodes", { -1, -1, -1 }, 65536 },
	[ASST__LIMIT_NUMBER_BYTES] = { "number_bytes", { -1, -1, -1 }, 128 },
	[ASST__LIMIT_NAME] = { "name", { 80, 255, 80 }, 1024 },
	[ASST__LIMIT_DESCRIPTION] = { "description", { 500, 256, 500 }, 1024 },
	[ASST__LIMIT_INSTRUCTION] = { "instruction", { 40000, 16384, 40000 }, 40000 },
	[ASST__LIMIT_EMOJI] = { "emoji", { -1, -1, 16 }, 1024 },
	[ASST__LIMIT_STARTERS] = { "starters", { -1, -1, 20 }, 100 },
	[ASST__LIMIT_STARTER] = { "starter", { -1, -1, 255 }, 2000 },
	[ASST__LIMIT_ACTIONS] = { "actions", { -1, -1, -1 }, 128 },
	[ASST__LIMIT_INPUT_FIELDS] = { "inputFields", { -1, -1, -1 }, 100 },
	[ASST__LIMIT_OPTIONS] = { "options", { -1, -1, -1 }, 1000 },
	[ASST__LIMIT_OPTION] = { "option", { -1, -1, -1 }, 255 },
	[ASST__LIMIT_SELECT_OPTIONS_LEAST] = { "selectOptionsLeast", { 0, 0, 1 }, 1000 },
	[ASST__LIMIT_ATTACHMENTS] = { "attachments", { -1, -1, -1 }, 100 },
	[ASST__LIMIT_SKILLS] = { "skills", { -1, -1, -1 }, 100 },
	[ASST__LIMIT_DATASETS] = { "datasets", { -1, -1, -1 }, 50 },
	[ASST__LIMIT_REFERENCES] = { "references", { -1, -1, -1 }, 200 },
	[ASST__LIMIT_ROUTES] = { "routes", { -1, -1, -1 }, ASST__ROUTES_MOST },
	[ASST__LIMIT_WELCOME] = { "welcome", { -1, -1, -1 }, 4000 },
	[ASST__LIMIT_STRING] = { "string", { -1, -1, -1 }, 1024 },
	[ASST__LIMIT_SLUG] = { "slug", { -1, -1, 64 }, 1024 },
	[ASST__LIMIT_LABEL] = { "label", { -1, -1, 255 }, 1024 },
	[ASST__LIMIT_FIELD_DESCRIPTION] = { "fieldDescription", { -1, -1, 512 }, 1024 },
	[ASST__LIMIT_DATA_BYTES] = { "data_bytes", { -1, -1, -1 }, 65536 },
	[ASST__LIMIT_TAGS] = { "tags", { -1, -1, -1 }, 64 },
	[ASST__LIMIT_TAG] = { "tag", { -1, -1, -1 }, 64 },
	[ASST__LIMIT_GRANTS] = { "grants", { -1, -1, -1 }, 256 },
	[ASST__LIMIT_TEAMS] = { "teams", { -1, -1, -1 }, 200 },
	[ASST__LIMIT_LIST_PAGE] = { "list_page", { -1, -1, -1 }, 1000 },
	[ASST__LIMIT_MESSAGE] = { "message", { -1, -1, -1 }, 1024 },
	[ASST__LIMIT_SECRETS] = { "secrets", { -1, -1, -1 }, 100 },
	[ASST__LIMIT_TOKENS] = { "tokens", { -1, -1, -1 }, 100 },
	[ASST__LIMIT_PRINCIPAL_NAME] = { "principalName", { 80, 80, 80 }, 1024 },
	[ASST__LIMIT_NOTES] = { "notes", { 500, 500, 500 }, 1024 },
	[ASST__LIMIT_PERMISSIONS] = { "permissions", { -1, -1, -1 }, 200 },
	[ASST__LIMIT_SCOPES] = { "scopes", { -1, -1, -1 }, 64 },
	[ASST__LIMIT_SCOPE] = { "scope", { -1, -1, -1 }, 64 },
	[ASST__LIMIT_ROUTE_DEPTH] = { "routeDepth", { -1, -1, -1 }, 16 },
	[ASST__LIMIT_ROUTED_ASSISTANTS] = { "routedAssistants", { -1, -1, -1 }, ASST__ROUTED_MOST },
};

static int find_set(const char *set)
{
	int i;

	for (i = 0; set && i < SETS; i++) {
		if (strcmp(set, set_names[i]) == 0)
			return i;
	}
	return set ? -1 : PROSE;
}

static int find_limit(const char *name)
{
	int i;

	for (i = 1; name && i < ASST__LIMIT_COUNT; i++) {
		if (strcmp(name, table[i].name) == 0)
			return i;
	}
	return -1;
}

int asst__limits_init(struct asst__limits *limits, const char *set, asst_error *err)
{
	int i, column = find_set(set);

	if (column < 0)
		return asst__fail(err, ASST_EINVAL, "a limit set is prose, openapi or agents");
	for (i = 0; i < ASST__LIMIT_COUNT; i++) {
		limits->soft[i] = table[i].soft[column];
		limits->cap[i] = table[i].cap;
	}
	return ASST_OK;
}

int asst__limits_set(struct asst__limits *limits, const char *name, int64_t value, asst_error *err)
{
	int id = find_limit(name);
	bool has_soft;

	if (id < 0)
		return asst__fail(err, ASST_EINVAL, "no limit has this name");
	has_soft = table[id].soft[PROSE] >= 0 || table[id].soft[AGENTS] >= 0;
	if (value < (has_soft ? -1 : 0) || value > table[id].cap)
		return asst__fail(err, ASST_EINVAL, "limit %s must be %d to %lld", table[id].name,
				  has_soft ? -1 : 0, (long long)table[id].cap);
	if (has_soft)
		limits->soft[id] = value;
	else
		limits->cap[id] = value;
	return ASST_OK;
}

const char *asst__limit_name(int id)
{
	return table[id].name;
}

void asst__limits_for_json(const struct asst__limits *limits, struct asst__json_limits *json)
{
	*json = asst__json_default_limits;
	json->bytes = (size_t)limits->cap[ASST__LIMIT_DOCUMENT_BYTES];
	json->depth = (size_t)limits->cap[ASST__LIMIT_DEPTH];
	json->nodes = (size_t)limits->cap[ASST__LIMIT_NODES];
	json->number_bytes = (size_t)limits->cap[ASST__LIMIT_NUMBER_BYTES];
}

/* What a pointer into a document may take: names and an id, each byte of them escaped. */
static size_t pointer_bytes(const struct asst__limits *limits, const struct asst__json_limits *json)
{
	size_t names = json->depth * (json->name_bytes + 1);
	size_t id = 2 * 4 * (size_t)limits->cap[ASST__LIMIT_STRING];

	return 6 * (names + id);
}

void asst__limits_for_places(const struct asst__limits *limits, struct asst__json_limits *json)
{
	asst__limits_for_json(limits, json);
	/*
	 * Each value of either document may have a place of its own, which takes four: an
	 * object, a pointer, and two members beside it. The values themselves come on top.
	 */
	json->nodes *= 2 * 4 + 2;
	json->depth++;
	/* A value is seldom as long as a pointer: not all of them together. */
	if (!asst__multiply(&json->bytes, json->nodes, pointer_bytes(limits, json)))
		json->bytes = SIZE_MAX / 2;
}

int asst_limit_get(int64_t *value, const char *set, const char *name, asst_error *err)
{
	int id = find_limit(name), column = find_set(set);

	asst__error_clear(err);
	if (value)
		*value = 0;
	if (column < 0)
		return asst__fail(err, ASST_EINVAL, "a limit set is prose, openapi or agents");
	if (id < 0)
		return asst__fail(err, ASST_EINVAL, "no limit has this name");
	if (value)
		*value = table[id].soft[column] >= 0 ? table[id].soft[column] : table[id].cap;
	return ASST_OK;
}

size_t asst_limit_count(void)
{
	return ASST__LIMIT_COUNT - 1;
}

const char *asst_limit_name(size_t i)
{
	return i < asst_limit_count() ? table[i + 1].name : NULL;
}
