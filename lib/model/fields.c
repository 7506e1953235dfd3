/* SPDX-License-Identifier: MIT */
/* The field table: every field of a definition with its type, limit, default and rules. */
#include "model/fields.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "model/check.h"

#include <string.h>
#include <strings.h>

#define MOST_INT 9007199254740991.0

static const char *const input_types[] = { "PROMPT", "STRUCTURED", NULL };
static const char *const def_types[] = { "custom", "dispatcher", NULL };
static const char *const field_types[] = { "TEXT", "MULTI_LINE_TEXT", "NUMBER", "CHECKBOX",
					   "FILE", "SELECT",          "DATE",   "EMAIL",
					   NULL };
static const char *const dataset_modes[] = { "full", "subset", "schema", "sample", NULL };
static const char *const skill_types[] = { "dataset-query", "web-search", "code-execution",
					   "file-analysis", "custom",	  NULL };

#define TABLE(id_, fields_, ...)                                                                   \
	{                                                                                          \
		.id = (id_), .count = (unsigned char)(ASST__COUNT(fields_) - 1),                   \
		.fields = (fields_), __VA_ARGS__                                                   \
	}

/* actions */

enum { ACTION_ID = 1, ACTION_CONFIRM };

static const struct asst__field action_fields[] = {
	[ACTION_ID] = { .name = "actionId",
			.type = ASST__UUID,
			.flags = ASST__REQUIRED,
			.refers = "action" },
	[ACTION_CONFIRM] = { .name = "requiresConfirmation",
			     .type = ASST__FLAG,
			     .flags = ASST__DEFAULT,
			     .fallback = 1 },
};

/* The note of the Odeus document: connections are configured by their users alone. */
static const char *oauth_member(const char *name)
{
	if (strcmp(name, "connectionId") == 0 || strncasecmp(name, "oauth", 5) == 0)
		return "oauth_connection_unsupported";
	return NULL;
}

static const struct asst__schema action_schema =
	TABLE(0, action_fields, .key = { ACTION_ID }, .unknown = oauth_member);

/* inputFields */

enum {
	INPUT_SLUG = 1,
	INPUT_TYPE,
	INPUT_LABEL,
	INPUT_DESCRIPTION,
	INPUT_REQUIRED,
	INPUT_ORDER,
	INPUT_OPTIONS,
	INPUT_FILE_TYPES,
	INPUT_EMAIL_DOMAIN
};

static const struct asst__field input_fields[] = {
	[INPUT_SLUG] = { .name = "slug",
			 .type = ASST__TEXT,
			 .flags = ASST__REQUIRED | ASST__NOT_BLANK,
			 .limit = ASST__LIMIT_SLUG },
	[INPUT_TYPE] = { .name = "type",
			 .type = ASST__CHOICE,
			 .flags = ASST__REQUIRED,
			 .choices = field_types },
	[INPUT_LABEL] = { .name = "label",
			  .type = ASST__TEXT,
			  .flags = ASST__REQUIRED,
			  .limit = ASST__LIMIT_LABEL },
	[INPUT_DESCRIPTION] = { .name = "description",
				.type = ASST__TEXT,
				.limit = ASST__LIMIT_FIELD_DESCRIPTION },
	[INPUT_REQUIRED] = { .name = "required",
			     .type = ASST__FLAG,
			     .flags = ASST__DEFAULT,
			     .fallback = 0 },
	[INPUT_ORDER] = { .name = "order",
			  .type = ASST__INT,
			  .flags = ASST__REQUIRED,
			  .least = 0,
			  .most = MOST_INT },
	[INPUT_OPTIONS] = { .name = "options",
			    .type = ASST__TEXTS,
			    .limit = ASST__LIMIT_OPTIONS,
			    .item_limit = ASST__LIMIT_OPTION },
	[INPUT_FILE_TYPES] = { .name = "fileTypes",
			       .type = ASST__TEXTS,
			       .limit = ASST__LIMIT_OPTIONS,
			       .item_limit = ASST__LIMIT_OPTION },
	[INPUT_EMAIL_DOMAIN] = { .name = "emailDomain",
				 .type = ASST__TEXT,
				 .flags = ASST__EMPTY_ABSENT,
				 .limit = ASST__LIMIT_STRING },
};

static bool is(const asst__json *node, const char *text)
{
	return asst__json_kind(node) == ASST__JSON_STRING &&
	       strcmp(asst__json_text(node), text) == 0;
}

static bool empty(const asst__json *node)
{
	return !node || (asst__json_kind(node) == ASST__JSON_ARRAY && !asst__json_first(node));
}

/* Members that only one type of input field has. */
static void input_rules(struct asst__check *check, unsigned field, const struct asst__member *parts)
{
	static const char *const only[ASST__COUNT(input_fields)] = {
		[INPUT_OPTIONS] = "SELECT",
		[INPUT_FILE_TYPES] = "FILE",
		[INPUT_EMAIL_DOMAIN] = "EMAIL",
	};
	int64_t least = check->limits->soft[ASST__LIMIT_SELECT_OPTIONS_LEAST];
	const asst__json *type = parts[INPUT_TYPE].node;

	if (!only[field] || !type || parts[INPUT_TYPE].faulty || parts[field].mistyped)
		return;
	if (!empty(parts[field].node) && !is(type, only[field]))
		asst__fault_incomplete(check, NULL, "not_applicable",
				       "is only for fields of type %s", only[field]);
	if (field == INPUT_OPTIONS && is(type, "SELECT") && !parts[field].faulty &&
	    (int64_t)asst__json_count(parts[field].node) < least)
		asst__fault_incomplete(check, NULL, "missing_for",
				       "a field of type SELECT needs %lld or more",
				       (long long)least);
}

static const struct asst__schema input_schema =
	TABLE(0, input_fields, .key = { INPUT_SLUG }, .rules = input_rules);

/* routes */

static const struct asst__field route_fields[] = {
	[ASST__ROUTE_ASSISTANT_ID] = { .name = "assistantId",
				       .type = ASST__UUID,
				       .flags = ASST__REQUIRED,
				       .refers = ASST__REFERS_ASSISTANT },
	[ASST__ROUTE_WHEN] = { .name = "when", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING },
};

static const struct asst__schema route_schema =
	TABLE(0, route_fields, .key = { ASST__ROUTE_ASSISTANT_ID });

/* skills */

#define TARGET_ID(name_, kind_)                                                                    \
	{                                                                                          \
		.name = (name_), .type = ASST__TEXT, .flags = ASST__NOT_EMPTY,                     \
		.limit = ASST__LIMIT_STRING, .refers = (kind_)                                     \
	}

static const struct asst__field skill_fields[] = {
	[ASST__SKILL_ID] = { .name = "id", .type = ASST__UUID },
	[ASST__SKILL_TYPE] = { .name = "type",
			       .type = ASST__CHOICE,
			       .flags = ASST__REQUIRED,
			       .choices = skill_types },
	[ASST__SKILL_NAME] = { .name = "name", .type = ASST__TEXT, .limit = ASST__LIMIT_STRING },
	[ASST__SKILL_DESCRIPTION] = { .name = "description",
				      .type = ASST__TEXT,
				      .limit = ASST__LIMIT_STRING },
	[ASST__SKILL_ENABLED] = { .name = "enabled",
				  .type = ASST__FLAG,
				  .flags = ASST__DEFAULT,
				  .fallback = 1 },
	[ASST__SKILL_DATA] = { .name = "data",
			       .type = ASST__OBJECT,
			       .limit = ASST__LIMIT_DATA_BYTES },
	[ASST__SKILL_DATASET_ID] = TARGET_ID("datasetId", "dataset"),
	[ASST__SKILL_DATASOURCE_ID] = TARGET_ID("datasourceId", "datasource"),
	[ASST__SKILL_REPORT_ID] = TARGET_ID("reportId", "report"),
	[ASST__SKILL_QUERY_ID] = TARGET_ID("queryId", "query"),
	[ASST__SKILL_TEMPLATE_ID] = TARGET_ID("templateId", "template"),
	[ASST__SKILL_INTEGRATION_ID] = TARGET_ID("integrationId", "integration"),
};

static const struct asst__schema skill_schema =
	TABLE(0, skill_fields, .key = { ASST__SKILL_ID }, .rules = asst__skill_rules);

/* datasets */

enum { DATASET_ID = 1, DATASET_MODE, DATASET_FILTER, DATASET_FIELDS, DATASET_SAMPLE };

static const struct asst__field dataset_fields[] = {
	[DATASET_ID] = { .name = "datasetId",
			 .type = ASST__TEXT,
			 .flags = ASST__REQUIRED | ASST__NOT_BLANK,
			 .limit = ASST__LIMIT_STRING,
			 .refers = "dataset" },
	[DATASET_MODE] = { .name = "mode", .type = ASST__CHOICE, .choices = dataset_modes },
	[DATASET_FILTER] = { .name = "filter",
			     .type = ASST__OBJECT,
			     .limit = ASST__LIMIT_DATA_BYTES },
	[DATASET_FIELDS] = { .name = "fields",
			     .type = ASST__TEXTS,
			     .limit = ASST__LIMIT_OPTIONS,
			     .item_limit = ASST__LIMIT_STRING },
	[DATASET_SAMPLE] = { .name = "sampleSize", .type = ASST__INT, .least = 1, .most = 100000 },
};

static bool has(const asst__json *node)
{
	return node && asst__json_kind(node) != ASST__JSON_NULL;
}

/* Without a mode, a filter makes it a subset. */
static bool dataset_normalize(asst__json *object)
{
	asst__json *mode = asst__json_member(object, "mode");

	if (has(mode))
		return true;
	mode = asst__json_new_string(has(asst__json_member(object, "filter")) ? "subset" : "full");
	return mode && asst__json_set(object, "mode", mode);
}

static void dataset_rules(struct asst__check *check, unsigned field,
			  const struct asst__member *parts)
{
	static const struct {
		const char *mode;
		unsigned member;
	} excluded[] = {
		{ "full", DATASET_FILTER },
		{ "full", DATASET_FIELDS },
		{ "schema", DATASET_FILTER },
		{ "schema", DATASET_SAMPLE },
	};
	const asst__json *mode = parts[DATASET_MODE].node;
	size_t i;

	for (i = 0; i < ASST__COUNT(excluded); i++) {
		if (excluded[i].member == field && !empty(parts[field].node) &&
		    is(mode, excluded[i].mode))
			asst__fault_incomplete(check, NULL, "not_applicable", "is not for mode %s",
					       excluded[i].mode);
	}
	if (field == DATASET_SAMPLE && !parts[field].node && !parts[field].mistyped &&
	    is(mode, "sample"))
		asst__fault_incomplete(check, NULL, "missing_for", "mode sample needs it");
}

static const struct asst__schema dataset_schema =
	TABLE(0, dataset_fields, .key = { DATASET_ID }, .normalize = dataset_normalize,
	      .rules = dataset_rules);

/* references */

enum { REFERENCE_TYPE = 1, REFERENCE_ID, REFERENCE_DESCRIPTION };

static const struct asst__field reference_fields[] = {
	[REFERENCE_TYPE] = { .name = "targetType",
			     .type = ASST__TEXT,
			     .flags = ASST__REQUIRED | ASST__NOT_BLANK,
			     .limit = ASST__LIMIT_STRING },
	[REFERENCE_ID] = { .name = "targetId",
			   .type = ASST__TEXT,
			   .flags = ASST__REQUIRED | ASST__NOT_BLANK,
			   .limit = ASST__LIMIT_STRING,
			   .kind_field = REFERENCE_TYPE },
	[REFERENCE_DESCRIPTION] = { .name = "description",
				    .type = ASST__TEXT,
				    .limit = ASST__LIMIT_STRING },
};

/* An assistant's id has one form, so that it is one target. */
static bool reference_normalize(asst__json *object)
{
	const asst__json *id = asst__json_member(object, "targetId");
	char normal[ASST__UUID_TEXT + 1];
	asst__json *text;

	if (!is(asst__json_member(object, "targetType"), ASST__REFERS_ASSISTANT) ||
	    asst__json_kind(id) != ASST__JSON_STRING ||
	    !asst__uuid_normalize(normal, asst__json_text(id), strlen(asst__json_text(id))))
		return true;
	text = asst__json_new_string(normal);
	return text && asst__json_set(object, "targetId", text);
}

static const struct asst__schema reference_schema =
	TABLE(0, reference_fields, .key = { REFERENCE_TYPE, REFERENCE_ID },
	      .normalize = reference_normalize);

/* The definition */

#define FLAG_FIELD(name_)                                                                          \
	{                                                                                          \
		.name = (name_), .type = ASST__FLAG, .flags = ASST__DEFAULT, .fallback = 0         \
	}

static const struct asst__field def_fields[] = {
	[ASST__DEF_NAME] = { .name = "name",
			     .type = ASST__TEXT,
			     .flags = ASST__REQUIRED | ASST__NOT_BLANK,
			     .limit = ASST__LIMIT_NAME },
	[ASST__DEF_DESCRIPTION] = { .name = "description",
				    .type = ASST__TEXT,
				    .limit = ASST__LIMIT_DESCRIPTION },
	[ASST__DEF_EMOJI] = { .name = "emoji", .type = ASST__TEXT, .limit = ASST__LIMIT_EMOJI },
	[ASST__DEF_INSTRUCTION] = { .name = "instruction",
				    .type = ASST__TEXT,
				    .limit = ASST__LIMIT_INSTRUCTION },
	[ASST__DEF_INPUT_TYPE] = { .name = "inputType",
				   .type = ASST__CHOICE,
				   .flags = ASST__DEFAULT,
				   .choices = input_types,
				   .fallback = ASST__INPUT_PROMPT },
	[ASST__DEF_MODEL] = { .name = "model",
			      .type = ASST__TEXT,
			      .flags = ASST__NOT_BLANK,
			      .limit = ASST__LIMIT_STRING,
			      .refers = "model" },
	[ASST__DEF_CREATIVITY] = { .name = "creativity",
				   .type = ASST__NUMBER,
				   .flags = ASST__DEFAULT,
				   .least = 0,
				   .most = 1,
				   .fallback = 0.3 },
	[ASST__DEF_STARTERS] = { .name = "conversationStarters",
				 .type = ASST__TEXTS,
				 .limit = ASST__LIMIT_STARTERS,
				 .item_limit = ASST__LIMIT_STARTER },
	[ASST__DEF_ACTIONS] = { .name = "actions",
				.type = ASST__LIST,
				.limit = ASST__LIMIT_ACTIONS,
				.items = &action_schema },
	[ASST__DEF_INPUT_FIELDS] = { .name = "inputFields",
				     .type = ASST__LIST,
				     .limit = ASST__LIMIT_INPUT_FIELDS,
				     .items = &input_schema },
	[ASST__DEF_ATTACHMENTS] = { .name = "attachments",
				    .type = ASST__UUIDS,
				    .flags = ASST__UNIQUE,
				    .limit = ASST__LIMIT_ATTACHMENTS },
	[ASST__DEF_WEB_SEARCH] = FLAG_FIELD("webSearch"),
	[ASST__DEF_IMAGE_GENERATION] = FLAG_FIELD("imageGeneration"),
	[ASST__DEF_DATA_ANALYST] = FLAG_FIELD("dataAnalyst"),
	[ASST__DEF_CANVAS] = FLAG_FIELD("canvas"),
	[ASST__DEF_EXTENDED_THINKING] = FLAG_FIELD("extendedThinking"),
	[ASST__DEF_WELCOME] = { .name = "welcome",
				.type = ASST__TEXT,
				.limit = ASST__LIMIT_WELCOME },
	[ASST__DEF_TYPE] = { .name = "type",
			     .type = ASST__CHOICE,
			     .flags = ASST__DEFAULT,
			     .choices = def_types,
			     .fallback = ASST__KIND_CUSTOM },
	[ASST__DEF_ROUTES] = { .name = "routes",
			       .type = ASST__LIST,
			       .limit = ASST__LIMIT_ROUTES,
			       .items = &route_schema },
	[ASST__DEF_FALLBACK] = { .name = "fallback",
				 .type = ASST__UUID,
				 .refers = ASST__REFERS_ASSISTANT },
	[ASST__DEF_SKILLS] = { .name = "skills",
			       .type = ASST__LIST,
			       .limit = ASST__LIMIT_SKILLS,
			       .items = &skill_schema },
	[ASST__DEF_DATASETS] = { .name = "datasets",
				 .type = ASST__LIST,
				 .limit = ASST__LIMIT_DATASETS,
				 .items = &dataset_schema },
	[ASST__DEF_REFERENCES] = { .name = "references",
				   .type = ASST__LIST,
				   .limit = ASST__LIMIT_REFERENCES,
				   .items = &reference_schema },
	[ASST__DEF_DATA] = { .name = "data",
			     .type = ASST__OBJECT,
			     .limit = ASST__LIMIT_DATA_BYTES },
};

/* A skill that queries a dataset needs it among the definition's own. */
static void skill_datasets(struct asst__check *check, const struct asst__member *parts)
{
	asst__json *skill, *id, *dataset;
	size_t i = 0;

	for (skill = asst__json_first(parts[ASST__DEF_SKILLS].node); skill;
	     skill = asst__json_next(skill), i++) {
		id = asst__json_member(skill, "datasetId");
		if (!is(asst__json_member(skill, "type"), "dataset-query") ||
		    asst__json_kind(id) != ASST__JSON_STRING)
			continue;
		dataset = asst__json_first(parts[ASST__DEF_DATASETS].node);
		while (dataset && !is(asst__json_member(dataset, "datasetId"), asst__json_text(id)))
			dataset = asst__json_next(dataset);
		if (dataset)
			continue;
		asst__check_enter_item(check, i);
		asst__fault_incomplete(check, "datasetId", "missing_for",
				       "must be one of the definition's datasets");
		asst__check_leave(check);
	}
}

static void def_rules(struct asst__check *check, unsigned field, const struct asst__member *parts)
{
	const struct asst__member *type = &parts[ASST__DEF_TYPE];

	if (field == ASST__DEF_SKILLS)
		skill_datasets(check, parts);
	if ((field == ASST__DEF_ROUTES || field == ASST__DEF_FALLBACK) &&
	    !empty(parts[field].node) && !type->faulty && !is(type->node, "dispatcher"))
		asst__fault_incomplete(check, NULL, "not_applicable",
				       "is only for assistants of type dispatcher");
}

const struct asst__schema asst__def_schema =
	TABLE(ASST__DEF_SCHEMA, def_fields, .rules = def_rules);
