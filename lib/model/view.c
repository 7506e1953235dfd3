/* SPDX-License-Identifier: MIT */
/*
 * Reading stored records. Every offset is checked against the record's size, so that
 * damaged bytes read as absent fields, never as other memory.
 */
#include "base/clock.h"
#include "base/fail.h"
#include "base/number.h"
#include "model/layout.h"
#include "model/record.h"

#include <string.h>

static uint32_t get32(const char *from)
{
	const unsigned char *b = (const unsigned char *)from;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool inside(const struct asst__view *view, uint32_t at, size_t size)
{
	return at >= ASST__RECORD_HEAD && at <= view->size && view->size - at >= size;
}

static uint32_t slot(const struct asst__view *view, unsigned field)
{
	uint32_t count;

	if (!view->base || !inside(view, view->at, 4))
		return 0;
	count = get32(view->base + view->at);
	if (field > count || !inside(view, view->at, ASST__SLOT_AT(field + 1)))
		return 0;
	return get32(view->base + view->at + ASST__SLOT_AT(field));
}

static struct asst__string text_from(const struct asst__view *view, uint32_t at)
{
	struct asst__string none = { NULL, 0 };
	uint32_t size;

	if (!at || !inside(view, at, 5))
		return none;
	size = get32(view->base + at);
	if (!inside(view, at, 5 + (size_t)size) || view->base[at + 4 + size] != '\0')
		return none;
	return (struct asst__string){ view->base + at + 4, size };
}

bool asst__view_has(const struct asst__view *view, unsigned field)
{
	return slot(view, field) != 0;
}

struct asst__string asst__view_text(const struct asst__view *view, unsigned field)
{
	return text_from(view, slot(view, field));
}

unsigned asst__view_choice(const struct asst__view *view, unsigned field, unsigned fallback)
{
	uint32_t value = slot(view, field);

	return value ? value - 1 : fallback;
}

bool asst__view_flag(const struct asst__view *view, unsigned field, bool fallback)
{
	uint32_t value = slot(view, field);

	return value ? value == 2 : fallback;
}

static bool bits_of(const struct asst__view *view, unsigned field, uint64_t *bits)
{
	uint32_t at = slot(view, field);

	if (!at || !inside(view, at, 8))
		return false;
	*bits = get32(view->base + at) | (uint64_t)get32(view->base + at + 4) << 32;
	return true;
}

int64_t asst__view_int(const struct asst__view *view, unsigned field, int64_t fallback)
{
	uint64_t bits;
	int64_t value;

	if (!bits_of(view, field, &bits))
		return fallback;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

double asst__view_number(const struct asst__view *view, unsigned field, double fallback)
{
	uint64_t bits;
	double value;

	if (!bits_of(view, field, &bits))
		return fallback;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

size_t asst__view_count(const struct asst__view *view, unsigned field)
{
	uint32_t at = slot(view, field), count;

	if (!at || !inside(view, at, 4))
		return 0;
	count = get32(view->base + at);
	return inside(view, at, 4 + 4 * (size_t)count) ? count : 0;
}

static uint32_t item_at(const struct asst__view *view, unsigned field, size_t i)
{
	if (i >= asst__view_count(view, field))
		return 0;
	return get32(view->base + slot(view, field) + 4 + 4 * i);
}

struct asst__string asst__view_text_at(const struct asst__view *view, unsigned field, size_t i)
{
	return text_from(view, item_at(view, field, i));
}

struct asst__view asst__view_item(const struct asst__view *view, unsigned field, size_t i)
{
	struct asst__view item = { NULL, 0, 0 };
	uint32_t at = item_at(view, field, i);

	if (!at || !inside(view, at, ASST__SLOT_AT(1)))
		return item;
	item = *view;
	item.at = at;
	return item;
}

/* The value of a field that every record of its schema has. */
static bool is_there(const struct asst__view *view, const struct asst__field *field, uint32_t at)
{
	switch (field->type) {
	case ASST__INT:
	case ASST__TIME:
		return at && inside(view, at, 8);
	case ASST__TEXTS:
		return at && inside(view, at, 4) && get32(view->base + at) > 0;
	default:
		return text_from(view, at).text != NULL;
	}
}

/* Has it the fields that every record of its schema has? The first object is whole, with its slots. */
static bool is_whole(const struct asst__view *view, const struct asst__schema *schema)
{
	const char *slots = view->base + ASST__RECORD_HEAD;
	uint32_t count = get32(slots), left = schema->always;

	for (unsigned i = 0; left; i++, left >>= 1) {
		if (left & 1 &&
		    (i > count || !is_there(view, &schema->fields[i],
					    get32(slots + ASST__SLOT_AT(i)))))
			return false;
	}
	return true;
}

int asst__view_open(struct asst__view *view, const struct asst__schema *schema, const void *bytes,
		    size_t size, asst_error *err)
{
	const char *base = bytes;
	uint32_t count;

	memset(view, 0, sizeof(*view));
	if (size < ASST__RECORD_HEAD + ASST__SLOT_AT(1) || size > UINT32_MAX ||
	    base[0] != ASST__RECORD_MARK || (unsigned char)base[2] != schema->id)
		return asst__fail(err, ASST_ECORRUPT, "a stored record is damaged");
	if (base[1] != ASST__RECORD_FORMAT)
		return asst__fail(err, ASST_EFORMAT,
				  "a stored record has format %d, this library reads %d", base[1],
				  ASST__RECORD_FORMAT);
	count = get32(base + ASST__RECORD_HEAD);
	if (count > 255 || size < ASST__RECORD_HEAD + ASST__SLOT_AT(count + 1))
		return asst__fail(err, ASST_ECORRUPT, "a stored record is damaged");
	view->base = base;
	view->size = (uint32_t)size;
	view->at = ASST__RECORD_HEAD;
	if (is_whole(view, schema))
		return ASST_OK;
	memset(view, 0, sizeof(*view));
	return asst__fail(err, ASST_ECORRUPT, "a stored record is damaged");
}

/* As JSON */

static void write_time(struct asst__text *out, int64_t ms)
{
	char text[ASST__TIME_SIZE + 1];

	asst__time_print(text, ms);
	asst__json_write_string(out, text, ASST__TIME_SIZE);
}

static void write_number(struct asst__text *out, double value)
{
	char text[ASST__NUMBER_MAX];

	asst__text_add(out, text, asst__number_print(text, value));
}

static void write_texts(struct asst__text *out, const struct asst__view *view, unsigned field)
{
	size_t i, count = asst__view_count(view, field);
	struct asst__string item;

	asst__text_add_char(out, '[');
	for (i = 0; i < count; i++) {
		item = asst__view_text_at(view, field, i);
		if (i)
			asst__text_add_char(out, ',');
		asst__json_write_string(out, item.text ? item.text : "", item.size);
	}
	asst__text_add_char(out, ']');
}

static void write_list(struct asst__text *out, const struct asst__schema *schema,
		       const struct asst__view *view, unsigned field)
{
	size_t i, count = asst__view_count(view, field);
	struct asst__view item;

	asst__text_add_char(out, '[');
	for (i = 0; i < count; i++) {
		item = asst__view_item(view, field, i);
		if (i)
			asst__text_add_char(out, ',');
		asst__view_write(out, schema, &item);
	}
	asst__text_add_char(out, ']');
}

static const char *choice_name(const struct asst__field *field, unsigned choice)
{
	unsigned i;

	for (i = 0; field->choices[i]; i++) {
		if (i == choice)
			return field->choices[i];
	}
	return "";
}

static void write_value(struct asst__text *out, const struct asst__field *field,
			const struct asst__view *view, unsigned i)
{
	struct asst__string text;
	const char *choice;

	switch (field->type) {
	case ASST__CHOICE:
		choice = choice_name(field, asst__view_choice(view, i, 0));
		asst__json_write_string(out, choice, strlen(choice));
		break;
	case ASST__FLAG:
		asst__text_add_cstr(out, asst__view_flag(view, i, false) ? "true" : "false");
		break;
	case ASST__INT:
		asst__text_add_int(out, asst__view_int(view, i, 0));
		break;
	case ASST__NUMBER:
		write_number(out, asst__view_number(view, i, 0));
		break;
	case ASST__TIME:
		write_time(out, asst__view_int(view, i, 0));
		break;
	case ASST__TEXTS:
	case ASST__UUIDS:
		write_texts(out, view, i);
		break;
	case ASST__LIST:
		write_list(out, field->items, view, i);
		break;
	case ASST__OBJECT:
		text = asst__view_text(view, i);
		asst__text_add(out, text.text ? text.text : "{}", text.text ? text.size : 2);
		break;
	default:
		text = asst__view_text(view, i);
		asst__json_write_string(out, text.text ? text.text : "", text.size);
		break;
	}
}

static void write_comma(struct asst__text *out)
{
	if (out->size && out->data[out->size - 1] != '{')
		asst__text_add_char(out, ',');
}

void asst__view_write_members(struct asst__text *out, const struct asst__schema *schema,
			      const struct asst__view *view)
{
	struct asst__string unknown = asst__view_text(view, 0);
	unsigned i;

	for (i = 1; i <= schema->count; i++) {
		if (schema->fields[i].type == ASST__RECORD || !asst__view_has(view, i))
			continue;
		write_comma(out);
		asst__json_write_string(out, schema->fields[i].name,
					strlen(schema->fields[i].name));
		asst__text_add_char(out, ':');
		write_value(out, &schema->fields[i], view, i);
	}
	if (unknown.size > 2) {
		write_comma(out);
		asst__text_add(out, unknown.text + 1, unknown.size - 2);
	}
}

void asst__view_write(struct asst__text *out, const struct asst__schema *schema,
		      const struct asst__view *view)
{
	asst__text_add_char(out, '{');
	asst__view_write_members(out, schema, view);
	asst__text_add_char(out, '}');
}
