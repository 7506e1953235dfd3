/* SPDX-License-Identifier: MIT */
/* What the data of each built-in type of skill may hold. */
#include "base/mem.h"
#include "model/check.h"
#include "model/fields.h"

#include <string.h>

#define MOST_INT 9007199254740991.0

#define DATA_TABLE(fields_, rules_)                                                                \
	{                                                                                          \
		.count = (unsigned char)(ASST__COUNT(fields_) - 1), .fields = (fields_),           \
		.rules = (rules_)                                                                  \
	}

#define TEXTS_FIELD(name_)                                                                         \
	{                                                                                          \
		.name = (name_), .type = ASST__TEXTS, .limit = ASST__LIMIT_OPTIONS,                \
		.item_limit = ASST__LIMIT_STRING                                                   \
	}

static const struct asst__field web_fields[] = {
	[1] = TEXTS_FIELD("allowedDomains"),
	[2] = { .name = "maxResults", .type = ASST__INT, .least = 1, .most = 50 },
};

static const struct asst__field code_fields[] = {
	[1] = TEXTS_FIELD("languages"),
	[2] = { .name = "timeoutSeconds", .type = ASST__INT, .least = 1, .most = 600 },
	[3] = { .name = "network", .type = ASST__FLAG },
};

static const struct asst__field file_fields[] = {
	[1] = TEXTS_FIELD("fileTypes"),
	[2] = { .name = "maxBytes", .type = ASST__INT, .least = 1, .most = MOST_INT },
};

enum { CUSTOM_PARAMETERS = 1, CUSTOM_SECRETS };

static const struct asst__field custom_fields[] = {
	[CUSTOM_PARAMETERS] = { .name = "parameters",
				.type = ASST__OBJECT,
				.flags = ASST__REQUIRED,
				.limit = ASST__LIMIT_DATA_BYTES },
	[CUSTOM_SECRETS] = TEXTS_FIELD("secrets"),
};

/* The subset of JSON Schema that describes the parameters of a tool. */
static const struct {
	const char *name;
	int kind; /* of its value; 0: any */
} keywords[] = {
	{ "type", 0 },
	{ "title", ASST__JSON_STRING },
	{ "description", ASST__JSON_STRING },
	{ "properties", ASST__JSON_OBJECT },
	{ "required", ASST__JSON_ARRAY },
	{ "additionalProperties", 0 },
	{ "items", ASST__JSON_OBJECT },
	{ "enum", ASST__JSON_ARRAY },
	{ "const", 0 },
	{ "default", 0 },
	{ "examples", ASST__JSON_ARRAY },
	{ "format", ASST__JSON_STRING },
	{ "pattern", ASST__JSON_STRING },
	{ "minimum", ASST__JSON_NUMBER },
	{ "maximum", ASST__JSON_NUMBER },
	{ "exclusiveMinimum", ASST__JSON_NUMBER },
	{ "exclusiveMaximum", ASST__JSON_NUMBER },
	{ "multipleOf", ASST__JSON_NUMBER },
	{ "minLength", ASST__JSON_NUMBER },
	{ "maxLength", ASST__JSON_NUMBER },
	{ "minItems", ASST__JSON_NUMBER },
	{ "maxItems", ASST__JSON_NUMBER },
	{ "uniqueItems", ASST__JSON_BOOL },
};

static const char *const schema_types[] = { "object",  "array",	  "string", "number",
					    "integer", "boolean", "null" };

static bool schema_type(const asst__json *node)
{
	size_t i;

	for (i = 0; asst__json_kind(node) == ASST__JSON_STRING && i < ASST__COUNT(schema_types);
	     i++) {
		if (strcmp(asst__json_text(node), schema_types[i]) == 0)
			return true;
	}
	return false;
}

static void check_schema(struct asst__check *check, asst__json *schema);

static void check_properties(struct asst__check *check, asst__json *properties)
{
	asst__json *property;

	for (property = asst__json_first(properties); property;
	     property = asst__json_next(property)) {
		asst__check_enter(check, asst__json_name(property));
		check_schema(check, property);
		asst__check_leave(check);
	}
}

static void check_names(struct asst__check *check, asst__json *names)
{
	asst__json *name;
	size_t i = 0;

	for (name = asst__json_first(names); name; name = asst__json_next(name), i++) {
		asst__check_enter_item(check, i);
		if (asst__json_kind(name) != ASST__JSON_STRING)
			asst__fault(check, NULL, "type", "must be a string");
		asst__check_leave(check);
	}
}

static void check_keyword(struct asst__check *check, asst__json *member)
{
	const char *name = asst__json_name(member);
	size_t i;

	asst__check_enter(check, name);
	for (i = 0; i < ASST__COUNT(keywords) && strcmp(name, keywords[i].name) != 0; i++)
		;
	if (i == ASST__COUNT(keywords))
		asst__fault(check, NULL, "unknown_field", "is not a keyword of the schema subset");
	else if (keywords[i].kind && asst__json_kind(member) != keywords[i].kind)
		asst__fault(check, NULL, "type", "has the wrong type for this keyword");
	else if (strcmp(name, "type") == 0 && !schema_type(member))
		asst__fault(check, NULL, "choice",
			    "must be one of object, array, string, number, integer, boolean, null");
	else if (strcmp(name, "properties") == 0)
		check_properties(check, member);
	else if (strcmp(name, "items") == 0)
		check_schema(check, member);
	else if (strcmp(name, "required") == 0)
		check_names(check, member);
	else if (strcmp(name, "additionalProperties") == 0 &&
		 asst__json_kind(member) != ASST__JSON_BOOL)
		check_schema(check, member);
	asst__check_leave(check);
}

/* As deep as the document may be nested, so recursion is bounded. */
static void check_schema(struct asst__check *check, asst__json *schema)
{
	asst__json *member;

	if (asst__json_kind(schema) != ASST__JSON_OBJECT) {
		asst__fault(check, NULL, "type", "must be an object: a schema");
		return;
	}
	for (member = asst__json_first(schema); member; member = asst__json_next(member))
		check_keyword(check, member);
}

static bool secret_name(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		char c = text[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return i >= 1 && i <= 128;
}

static void check_secrets(struct asst__check *check, asst__json *names)
{
	asst__json *name;
	size_t i = 0;

	for (name = asst__json_first(names); name; name = asst__json_next(name), i++) {
		asst__check_enter_item(check, i);
		if (!secret_name(asst__json_text(name)))
			asst__fault_incomplete(
				check, NULL, "pattern",
				"must be the name of a secret: [A-Za-z_][A-Za-z0-9_]{0,127}");
		asst__check_leave(check);
	}
}

static void custom_rules(struct asst__check *check, unsigned field,
			 const struct asst__member *parts)
{
	asst__json *node = parts[field].node;

	if (field == CUSTOM_PARAMETERS && node && !parts[field].faulty)
		check_schema(check, node);
	if (field == CUSTOM_SECRETS && node && !parts[field].faulty)
		check_secrets(check, node);
}

static const struct asst__schema web_data = DATA_TABLE(web_fields, NULL);
static const struct asst__schema code_data = DATA_TABLE(code_fields, NULL);
static const struct asst__schema file_data = DATA_TABLE(file_fields, NULL);
static const struct asst__schema custom_data = DATA_TABLE(custom_fields, custom_rules);

/* The data of dataset-query is the host's own. */
static const struct {
	const char *type;
	const struct asst__schema *data;
} types[] = {
	{ "web-search", &web_data },
	{ "code-execution", &code_data },
	{ "file-analysis", &file_data },
	{ "custom", &custom_data },
};

void asst__skill_rules(struct asst__check *check, unsigned field, const struct asst__member *parts)
{
	const asst__json *type = parts[ASST__SKILL_TYPE].node;
	asst__json *node = parts[field].node;
	size_t i;

	if (!type || parts[ASST__SKILL_TYPE].faulty || parts[field].mistyped)
		return;
	for (i = 0; field == ASST__SKILL_DATA && i < ASST__COUNT(types); i++) {
		if (strcmp(types[i].type, asst__json_text(type)) == 0 && node &&
		    !parts[field].faulty)
			asst__check_object(check, types[i].data, node);
	}
	if (field == ASST__SKILL_DATA && !node && strcmp(asst__json_text(type), "custom") == 0)
		asst__fault_incomplete(check, NULL, "missing_for",
				       "a skill of type custom needs its parameters");
	if (field == ASST__SKILL_DATASET_ID && !node &&
	    strcmp(asst__json_text(type), "dataset-query") == 0)
		asst__fault_incomplete(check, NULL, "missing_for",
				       "a skill of type dataset-query needs it");
}
