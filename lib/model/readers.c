/* SPDX-License-Identifier: MIT */
/* Getters of a definition, and the field table for hosts. */
#include "model/def.h"

#include <string.h>

static const char *give(struct asst__string text, size_t *size)
{
	if (size)
		*size = text.size;
	return text.text;
}

static const char *text_field(const asst_def *def, unsigned field, size_t *size)
{
	return give(asst__view_text(&def->view, field), size);
}

static struct asst__string choice_text(const struct asst__field *field, unsigned choice)
{
	unsigned i;

	for (i = 0; field->choices[i]; i++) {
		if (i == choice)
			return ASST__STRING(field->choices[i]);
	}
	return (struct asst__string){ NULL, 0 };
}

static const char *choice_field(const asst_def *def, unsigned i, size_t *size)
{
	const struct asst__field *field = &asst__def_schema.fields[i];

	return give(choice_text(field, asst__view_choice(&def->view, i, (unsigned)field->fallback)),
		    size);
}

static int flag_field(const asst_def *def, unsigned field)
{
	return asst__view_flag(&def->view, field, asst__def_schema.fields[field].fallback != 0);
}

const char *asst_def_name(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_NAME, size);
}

const char *asst_def_description(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_DESCRIPTION, size);
}

const char *asst_def_emoji(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_EMOJI, size);
}

const char *asst_def_instruction(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_INSTRUCTION, size);
}

const char *asst_def_input_type(const asst_def *def, size_t *size)
{
	return choice_field(def, ASST__DEF_INPUT_TYPE, size);
}

const char *asst_def_model(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_MODEL, size);
}

double asst_def_creativity(const asst_def *def)
{
	return asst__view_number(&def->view, ASST__DEF_CREATIVITY,
				 asst__def_schema.fields[ASST__DEF_CREATIVITY].fallback);
}

int asst_def_web_search(const asst_def *def)
{
	return flag_field(def, ASST__DEF_WEB_SEARCH);
}

int asst_def_image_generation(const asst_def *def)
{
	return flag_field(def, ASST__DEF_IMAGE_GENERATION);
}

int asst_def_data_analyst(const asst_def *def)
{
	return flag_field(def, ASST__DEF_DATA_ANALYST);
}

int asst_def_canvas(const asst_def *def)
{
	return flag_field(def, ASST__DEF_CANVAS);
}

int asst_def_extended_thinking(const asst_def *def)
{
	return flag_field(def, ASST__DEF_EXTENDED_THINKING);
}

const char *asst_def_welcome(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_WELCOME, size);
}

const char *asst_def_type(const asst_def *def, size_t *size)
{
	return choice_field(def, ASST__DEF_TYPE, size);
}

const char *asst_def_fallback(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_FALLBACK, size);
}

const char *asst_def_data(const asst_def *def, size_t *size)
{
	return text_field(def, ASST__DEF_DATA, size);
}

/* A list field by its name; 0 when there is none. */
static unsigned list_field(const char *name)
{
	unsigned i = name ? asst__schema_find(&asst__def_schema, name) : 0;

	switch (i ? asst__def_schema.fields[i].type : 0) {
	case ASST__TEXTS:
	case ASST__UUIDS:
	case ASST__LIST:
		return i;
	default:
		return 0;
	}
}

/* Item i of a list of objects and one of its members; 0 when there is none. */
static unsigned find_member(const asst_def *def, const char *list, size_t i, const char *member,
			    struct asst__view *item, const struct asst__schema **schema)
{
	unsigned field = list_field(list);

	if (!field || !member || asst__def_schema.fields[field].type != ASST__LIST)
		return 0;
	*schema = asst__def_schema.fields[field].items;
	*item = asst__view_item(&def->view, field, i);
	return asst__schema_find(*schema, member);
}

size_t asst_def_count(const asst_def *def, const char *list)
{
	unsigned field = list_field(list);

	return field ? asst__view_count(&def->view, field) : 0;
}

const char *asst_def_item_text(const asst_def *def, const char *list, size_t i, const char *member,
			       size_t *size)
{
	const struct asst__schema *schema;
	struct asst__string none = { NULL, 0 };
	struct asst__view item;
	unsigned field = list_field(list);

	if (field && !member && asst__def_schema.fields[field].type != ASST__LIST)
		return give(asst__view_text_at(&def->view, field, i), size);
	field = find_member(def, list, i, member, &item, &schema);
	if (!field || !asst__view_has(&item, field))
		return give(none, size);
	switch (schema->fields[field].type) {
	case ASST__CHOICE:
		return give(choice_text(&schema->fields[field], asst__view_choice(&item, field, 0)),
			    size);
	case ASST__TEXT:
	case ASST__UUID:
	case ASST__OBJECT:
		return give(asst__view_text(&item, field), size);
	default:
		return give(none, size);
	}
}

int64_t asst_def_item_int(const asst_def *def, const char *list, size_t i, const char *member)
{
	const struct asst__schema *schema;
	struct asst__view item;
	unsigned field = find_member(def, list, i, member, &item, &schema);

	if (!field || schema->fields[field].type != ASST__INT)
		return 0;
	return asst__view_int(&item, field, 0);
}

int asst_def_item_bool(const asst_def *def, const char *list, size_t i, const char *member)
{
	const struct asst__schema *schema;
	struct asst__view item;
	unsigned field = find_member(def, list, i, member, &item, &schema);

	if (!field || schema->fields[field].type != ASST__FLAG)
		return 0;
	return asst__view_flag(&item, field, false);
}

int asst_def_item_has(const asst_def *def, const char *list, size_t i, const char *member)
{
	const struct asst__schema *schema;
	struct asst__view item;
	unsigned field = find_member(def, list, i, member, &item, &schema);

	return field && asst__view_has(&item, field);
}

size_t asst_def_item_count(const asst_def *def, const char *list, size_t i, const char *member)
{
	const struct asst__schema *schema;
	struct asst__view item;
	unsigned field = find_member(def, list, i, member, &item, &schema);

	if (!field || schema->fields[field].type != ASST__TEXTS)
		return 0;
	return asst__view_count(&item, field);
}

const char *asst_def_item_text_at(const asst_def *def, const char *list, size_t i,
				  const char *member, size_t k, size_t *size)
{
	const struct asst__schema *schema;
	struct asst__string none = { NULL, 0 };
	struct asst__view item;
	unsigned field = find_member(def, list, i, member, &item, &schema);

	if (!field || schema->fields[field].type != ASST__TEXTS)
		return give(none, size);
	return give(asst__view_text_at(&item, field, k), size);
}

size_t asst_field_count(void)
{
	return asst__def_schema.count;
}

const char *asst_field_name(size_t i)
{
	return i < asst__def_schema.count ? asst__def_schema.fields[i + 1].name : NULL;
}

const char *asst_field_type(size_t i)
{
	if (i >= asst__def_schema.count)
		return NULL;
	switch (asst__def_schema.fields[i + 1].type) {
	case ASST__UUID:
		return "uuid";
	case ASST__CHOICE:
		return "choice";
	case ASST__FLAG:
		return "flag";
	case ASST__NUMBER:
		return "number";
	case ASST__TEXTS:
	case ASST__UUIDS:
	case ASST__LIST:
		return "list";
	case ASST__OBJECT:
		return "object";
	default:
		return "text";
	}
}
