/* SPDX-License-Identifier: MIT */
/* Writing stored records; view.c reads them. */
#include "model/record.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/uuid.h"
#include "model/fields.h"
#include "model/layout.h"

#include <string.h>

/* What a record takes beside its long texts, mostly. */
#define SHORT_TEXTS 512
/* And the long texts of a definition. */
#define DEF_TEXTS 3584

static void put32(struct asst__record *record, uint32_t at, uint32_t value)
{
	char *to = record->text.data + at;

	to[0] = (char)(value & 0xff);
	to[1] = (char)(value >> 8 & 0xff);
	to[2] = (char)(value >> 16 & 0xff);
	to[3] = (char)(value >> 24 & 0xff);
}

static uint32_t get32(const char *from)
{
	const unsigned char *bytes = (const unsigned char *)from;

	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* Append size zero bytes; where they begin, or 0 on failure. */
static uint32_t append_zeros(struct asst__record *record, size_t size)
{
	char *to = asst__text_reserve(&record->text, size);
	uint32_t at = (uint32_t)record->text.size;

	if (!to)
		return 0;
	memset(to, 0, size + 1);
	record->text.size += size;
	return at;
}

/* With slots for the first so many fields. */
static uint32_t append_object(struct asst__record *record, unsigned fields)
{
	uint32_t at = append_zeros(record, ASST__SLOT_AT(fields + 1u));

	if (at)
		put32(record, at, fields);
	return at;
}

uint32_t asst__record_begin_short(struct asst__record *record, const struct asst__schema *schema,
				  unsigned fields, size_t texts, const struct asst__mem *mem)
{
	const char head[ASST__RECORD_HEAD] = { ASST__RECORD_MARK, ASST__RECORD_FORMAT,
					       (char)schema->id, 0 };

	record->is_def = schema == &asst__def_schema;
	/* What holds a definition has room for the largest one. */
	asst__text_init(&record->text, mem, record->is_def ? ASST__RECORD_MOST : ASST__VALUE_MOST);
	asst__text_reserve(&record->text, texts + SHORT_TEXTS);
	asst__text_add(&record->text, head, sizeof(head));
	return append_object(record, fields);
}

uint32_t asst__record_begin(struct asst__record *record, const struct asst__schema *schema,
			    size_t texts, const struct asst__mem *mem)
{
	return asst__record_begin_short(record, schema, schema->count, texts, mem);
}

static void set_slot(struct asst__record *record, uint32_t object, unsigned field, uint32_t value)
{
	if (record->text.failed)
		return;
	/* Never beyond the slots that there are. */
	if (field > get32(record->text.data + object))
		record->text.failed = ASST_EINTERNAL;
	else
		put32(record, object + (uint32_t)ASST__SLOT_AT(field), value);
}

static uint32_t append_text(struct asst__record *record, struct asst__string value)
{
	uint32_t at = append_zeros(record, 4 + value.size + 1);

	if (!at)
		return 0;
	put32(record, at, (uint32_t)value.size);
	if (value.size)
		memcpy(record->text.data + at + 4, value.text, value.size);
	return at;
}

/* How many fields before it a value is compared with. */
#define NEAR 3

/*
 * Fields of an object share a value: who created something mostly owns and changed it too. at is
 * where a value was appended last, of this field; it goes where an earlier one has the same bytes.
 */
static void set_value(struct asst__record *record, uint32_t object, unsigned field, uint32_t at)
{
	const char *data = record->text.data;
	size_t size = record->text.size - at;
	uint32_t slot, first;

	if (!at || record->text.failed)
		return;
	first = get32(data + at);
	/* Those that do mostly stand together; a definition says the same twice too seldom. */
	for (unsigned i = field > NEAR ? field - NEAR : 1; i < field && !record->is_def; i++) {
		slot = get32(data + object + ASST__SLOT_AT(i));
		/* Below the object are no values of it: the slot itself is one. */
		if (slot > object && slot < at && get32(data + slot) == first &&
		    size <= at - slot && memcmp(data + slot, data + at, size) == 0) {
			record->text.size = at;
			at = slot;
			break;
		}
	}
	set_slot(record, object, field, at);
}

void asst__record_text(struct asst__record *record, uint32_t object, unsigned field,
		       struct asst__string value)
{
	if (value.text)
		set_value(record, object, field, append_text(record, value));
}

static void append_bits(struct asst__record *record, uint32_t object, unsigned field, uint64_t bits)
{
	uint32_t at = append_zeros(record, 8);

	if (!at)
		return;
	put32(record, at, (uint32_t)bits);
	put32(record, at + 4, (uint32_t)(bits >> 32));
	set_value(record, object, field, at);
}

void asst__record_int(struct asst__record *record, uint32_t object, unsigned field, int64_t value)
{
	append_bits(record, object, field, (uint64_t)value);
}

void asst__record_number(struct asst__record *record, uint32_t object, unsigned field, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	append_bits(record, object, field, bits);
}

void asst__record_inline(struct asst__record *record, uint32_t object, unsigned field,
			 unsigned value)
{
	set_slot(record, object, field, value + 1);
}

uint32_t asst__record_list(struct asst__record *record, uint32_t object, unsigned field,
			   size_t count)
{
	uint32_t at = append_zeros(record, 4 + 4 * count);

	if (!at)
		return 0;
	put32(record, at, (uint32_t)count);
	set_slot(record, object, field, at);
	return at;
}

static void set_item(struct asst__record *record, uint32_t list, size_t i, uint32_t at)
{
	if (!record->text.failed)
		put32(record, list + 4 + 4 * (uint32_t)i, at);
}

void asst__record_text_at(struct asst__record *record, uint32_t list, size_t i,
			  struct asst__string value)
{
	set_item(record, list, i, append_text(record, value));
}

uint32_t asst__record_item(struct asst__record *record, uint32_t list, size_t i,
			   const struct asst__schema *schema)
{
	uint32_t at = append_object(record, schema->count);

	set_item(record, list, i, at);
	return at;
}

int asst__record_end(asst_buf **out, struct asst__record *record, asst_error *err)
{
	if (record->text.failed == ASST_ELIMIT) {
		asst__text_free(&record->text);
		*out = NULL;
		asst__error_add_issue(err, "limit", "", "is too large to be stored");
		return asst__fail(err, ASST_ELIMIT,
				  "document_bytes: the record is larger than %zu bytes",
				  record->text.cap);
	}
	return asst__text_to_buf(out, &record->text, err);
}

/* From trees */

static struct asst__string string_of(const asst__json *node)
{
	return ASST__STRING(asst__json_text(node));
}

static void add_uuid(struct asst__record *record, uint32_t object, unsigned field,
		     const asst__json *node)
{
	char normal[ASST__UUID_TEXT + 1];
	struct asst__string text = string_of(node);

	if (asst__uuid_normalize(normal, text.text, text.size))
		text.text = normal;
	asst__record_text(record, object, field, text);
}

static void add_choice(struct asst__record *record, uint32_t object, unsigned field,
		       const struct asst__field *def, const asst__json *node)
{
	unsigned i;

	for (i = 0; def->choices[i]; i++) {
		if (strcmp(def->choices[i], asst__json_text(node)) == 0)
			asst__record_inline(record, object, field, i);
	}
}

static void add_number(struct asst__record *record, uint32_t object, unsigned field,
		       const struct asst__field *def, const asst__json *node)
{
	struct asst__string text = string_of(node);
	double value = 0;

	asst__number_parse(&value, text.text, text.size);
	if (def->type == ASST__INT)
		asst__record_int(record, object, field, (int64_t)value);
	else
		asst__record_number(record, object, field, value == 0 ? 0 : value); /* no -0 */
}

static void add_time(struct asst__record *record, uint32_t object, unsigned field,
		     const asst__json *node)
{
	struct asst__string text = string_of(node);
	int64_t ms = 0;

	asst__time_parse(&ms, text.text, text.size);
	asst__record_int(record, object, field, ms);
}

static void add_opaque(struct asst__record *record, uint32_t object, unsigned field,
		       const asst__json *node)
{
	struct asst__text text;

	asst__text_init(&text, record->text.mem, ASST__RECORD_MOST);
	asst__json_write(&text, node, record->text.mem);
	if (text.failed)
		record->text.failed = text.failed;
	else
		asst__record_text(record, object, field,
				  (struct asst__string){ text.data, text.size });
	asst__text_free(&text);
}

static void add_strings(struct asst__record *record, uint32_t object, unsigned field, unsigned type,
			const asst__json *node)
{
	uint32_t list = asst__record_list(record, object, field, asst__json_count(node));
	char normal[ASST__UUID_TEXT + 1];
	struct asst__string text;
	const asst__json *item;
	size_t i = 0;

	for (item = asst__json_first(node); item && list; item = asst__json_next(item), i++) {
		text = string_of(item);
		if (type == ASST__UUIDS && asst__uuid_normalize(normal, text.text, text.size))
			text.text = normal;
		asst__record_text_at(record, list, i, text);
	}
}

static void add_members(struct asst__record *record, uint32_t object,
			const struct asst__schema *schema, asst__json *tree);

static void add_objects(struct asst__record *record, uint32_t object, unsigned field,
			const struct asst__schema *schema, const asst__json *node)
{
	uint32_t list = asst__record_list(record, object, field, asst__json_count(node));
	asst__json *item;
	uint32_t at;
	size_t i = 0;

	for (item = asst__json_first(node); item && list; item = asst__json_next(item), i++) {
		at = asst__record_item(record, list, i, schema);
		if (at)
			add_members(record, at, schema, item);
	}
}

static void add_field(struct asst__record *record, uint32_t object, unsigned i,
		      const struct asst__field *field, const asst__json *node)
{
	switch (field->type) {
	case ASST__UUID:
		add_uuid(record, object, i, node);
		break;
	case ASST__CHOICE:
		add_choice(record, object, i, field, node);
		break;
	case ASST__FLAG:
		asst__record_inline(record, object, i, (unsigned)asst__json_bool(node));
		break;
	case ASST__INT:
	case ASST__NUMBER:
		add_number(record, object, i, field, node);
		break;
	case ASST__TIME:
		add_time(record, object, i, node);
		break;
	case ASST__TEXTS:
	case ASST__UUIDS:
		add_strings(record, object, i, field->type, node);
		break;
	case ASST__LIST:
		add_objects(record, object, i, field->items, node);
		break;
	case ASST__OBJECT:
		add_opaque(record, object, i, node);
		break;
	default:
		asst__record_text(record, object, i, string_of(node));
		break;
	}
}

/* What an absent field means stands in the record, so that later defaults change nothing. */
static void add_default(struct asst__record *record, uint32_t object, unsigned i,
			const struct asst__field *field)
{
	if (!(field->flags & ASST__DEFAULT))
		return;
	if (field->type == ASST__NUMBER)
		asst__record_number(record, object, i, field->fallback);
	else if (field->type == ASST__INT)
		asst__record_int(record, object, i, (int64_t)field->fallback);
	else
		asst__record_inline(record, object, i, (unsigned)field->fallback);
}

static bool stored(const struct asst__field *field, const asst__json *node)
{
	switch (asst__json_kind(node)) {
	case 0:
	case ASST__JSON_NULL:
		return false;
	case ASST__JSON_ARRAY:
		return asst__json_first(node) != NULL;
	case ASST__JSON_STRING:
		return !(field->flags & ASST__EMPTY_ABSENT) || asst__json_text(node)[0];
	default:
		return true;
	}
}

/* Members that the table does not know, kept by option, go together as one JSON object. */
static void add_unknown(struct asst__record *record, uint32_t object,
			const struct asst__schema *schema, asst__json *tree)
{
	asst__json *rest = NULL, *member, *copy;

	for (member = asst__json_first(tree); member; member = asst__json_next(member)) {
		if (asst__schema_find(schema, asst__json_name(member)))
			continue;
		rest = rest ? rest : asst__json_new_object();
		copy = asst__json_copy(member);
		if (!rest || !copy || !asst__json_add(rest, asst__json_name(member), copy)) {
			if (!rest)
				asst__json_free(copy);
			record->text.failed = ASST_ENOMEM;
			break;
		}
	}
	if (rest && !record->text.failed)
		add_opaque(record, object, 0, rest);
	asst__json_free(rest);
}

static void add_members(struct asst__record *record, uint32_t object,
			const struct asst__schema *schema, asst__json *tree)
{
	const asst__json *nodes[ASST__FIELDS_MAX + 1] = { NULL };
	const asst__json *member;
	bool unknown = false;
	unsigned i;

	for (member = asst__json_first(tree); member; member = asst__json_next(member)) {
		i = asst__schema_find(schema, asst__json_name(member));
		nodes[i] = i ? member : NULL;
		unknown |= i == 0;
	}
	for (i = 1; i <= schema->count; i++) {
		if (stored(&schema->fields[i], nodes[i]))
			add_field(record, object, i, &schema->fields[i], nodes[i]);
		else
			add_default(record, object, i, &schema->fields[i]);
	}
	if (unknown)
		add_unknown(record, object, schema, tree);
}

int asst__record_from_tree(asst_buf **out, const struct asst__schema *schema, asst__json *tree,
			   const struct asst__mem *mem, asst_error *err)
{
	struct asst__record record;
	size_t texts = schema == &asst__def_schema ? DEF_TEXTS : 0;
	uint32_t root = asst__record_begin(&record, schema, texts, mem);

	if (root)
		add_members(&record, root, schema, tree);
	return asst__record_end(out, &record, err);
}

/* A flat record with one number changed: what it knows no table of would be lost, so it has none. */
int asst__record_with_int(asst_buf **out, const struct asst__schema *schema, asst_buf *from,
			  unsigned field, int64_t value, const struct asst__mem *mem)
{
	struct asst__record record;
	struct asst__view view;
	uint32_t root;
	int status = asst__view_open(&view, schema, asst_buf_data(from), asst_buf_size(from), NULL);

	*out = NULL;
	if (status != ASST_OK)
		return status;
	root = asst__record_begin(&record, schema, 0, mem);
	if (root) {
		asst__record_copy(&record, root, schema, &view, UINT64_C(1) << field);
		asst__record_int(&record, root, field, value);
	}
	return asst__record_end(out, &record, NULL);
}

static void copy_texts(struct asst__record *record, uint32_t object, const struct asst__view *view,
		       unsigned field)
{
	size_t i, count = asst__view_count(view, field);
	uint32_t list = asst__record_list(record, object, field, count);

	for (i = 0; list && i < count; i++)
		asst__record_text_at(record, list, i, asst__view_text_at(view, field, i));
}

void asst__record_copy(struct asst__record *record, uint32_t object,
		       const struct asst__schema *schema, const struct asst__view *view,
		       uint64_t except)
{
	unsigned i;

	for (i = 1; i <= schema->count; i++) {
		if ((except >> i & 1) || !asst__view_has(view, i))
			continue;
		switch (schema->fields[i].type) {
		case ASST__FLAG:
		case ASST__CHOICE:
			asst__record_inline(record, object, i, asst__view_choice(view, i, 0));
			break;
		case ASST__INT:
		case ASST__TIME:
			asst__record_int(record, object, i, asst__view_int(view, i, 0));
			break;
		case ASST__TEXTS:
			copy_texts(record, object, view, i);
			break;
		default:
			asst__record_text(record, object, i, asst__view_text(view, i));
			break;
		}
	}
}
