/* SPDX-License-Identifier: MIT */
/* Comparing stored records field by field. */
#include "model/record.h"

#include <string.h>

bool asst__same(struct asst__string a, struct asst__string b)
{
	if (!a.text || !b.text)
		return a.text == b.text;
	return a.size == b.size && memcmp(a.text, b.text, a.size) == 0;
}

static bool same_texts(const struct asst__view *a, const struct asst__view *b, unsigned field)
{
	size_t i, count = asst__view_count(a, field);

	if (count != asst__view_count(b, field))
		return false;
	for (i = 0; i < count; i++) {
		if (!asst__same(asst__view_text_at(a, field, i), asst__view_text_at(b, field, i)))
			return false;
	}
	return true;
}

static bool same_items(const struct asst__schema *schema, const struct asst__view *a,
		       const struct asst__view *b, unsigned field)
{
	size_t i, count = asst__view_count(a, field);
	struct asst__view x, y;
	unsigned k;

	if (count != asst__view_count(b, field))
		return false;
	for (i = 0; i < count; i++) {
		x = asst__view_item(a, field, i);
		y = asst__view_item(b, field, i);
		for (k = 0; k <= schema->count; k++) {
			if (!asst__view_same(schema, &x, &y, k))
				return false;
		}
	}
	return true;
}

bool asst__view_same(const struct asst__schema *schema, const struct asst__view *a,
		     const struct asst__view *b, unsigned field)
{
	unsigned type = field ? schema->fields[field].type : ASST__TEXT;

	if (asst__view_has(a, field) != asst__view_has(b, field))
		return false;
	switch (type) {
	case ASST__CHOICE:
	case ASST__FLAG:
		return asst__view_choice(a, field, 0) == asst__view_choice(b, field, 0);
	case ASST__INT:
	case ASST__TIME:
	case ASST__NUMBER: /* as bits: -0 is never stored */
		return asst__view_int(a, field, 0) == asst__view_int(b, field, 0);
	case ASST__TEXTS:
	case ASST__UUIDS:
		return same_texts(a, b, field);
	case ASST__LIST:
		return same_items(schema->fields[field].items, a, b, field);
	default:
		return asst__same(asst__view_text(a, field), asst__view_text(b, field));
	}
}
