/* SPDX-License-Identifier: MIT */
/* What a definition names: the references in it, found by the field table. */
#include "model/references.h"
#include "base/fail.h"
#include "model/fields.h"

#include <string.h>

bool asst__reference_is_assistant(const struct asst__reference *reference)
{
	return strcmp(reference->kind, ASST__REFERS_ASSISTANT) == 0;
}

static int add(struct asst__references *found, const struct asst__reference *reference,
	       asst_error *err)
{
	if (!asst__reference_is_assistant(reference) && !reference->added)
		return ASST_OK;
	if (!asst__grow(found->mem, &found->items, found->count, &found->room,
			sizeof(*found->items)))
		return asst__fail_nomem(err);
	found->items[found->count++] = *reference;
	return ASST_OK;
}

/* Whether a field is one that names something to be judged; absent values name nothing. */
static bool names(struct asst__reference *reference, const struct asst__references *found,
		  const struct asst__schema *schema, const struct asst__view *view, unsigned i)
{
	const struct asst__field *field = &schema->fields[i];

	if (!field->refers && !field->kind_field)
		return false;
	reference->id = asst__view_text(view, i);
	reference->kind = field->refers ? field->refers :
					  asst__view_text(view, field->kind_field).text;
	return reference->id.text && reference->kind &&
	       (found->catalog || asst__reference_is_assistant(reference));
}

static bool same_text(const struct asst__view *a, const struct asst__view *b, unsigned field)
{
	return asst__same(asst__view_text(a, field), asst__view_text(b, field));
}

/* Whether two items of a list are the same one. */
static bool same_item(const struct asst__schema *schema, const struct asst__view *a,
		      const struct asst__view *b)
{
	return (!schema->key[0] || same_text(a, b, schema->key[0])) &&
	       (!schema->key[1] || same_text(a, b, schema->key[1]));
}

/* Whether the live definition names the same in the same item. */
static bool in_live_list(const struct asst__view *live, const struct asst__reference *reference,
			 const struct asst__view *item)
{
	const struct asst__schema *schema = asst__def_schema.fields[reference->field].items;
	size_t i, count = live ? asst__view_count(live, reference->field) : 0;
	struct asst__view other;

	for (i = 0; i < count; i++) {
		other = asst__view_item(live, reference->field, i);
		if (same_text(&other, item, reference->member) && same_item(schema, &other, item))
			return true;
	}
	return false;
}

static int find_in_list(struct asst__references *found, const struct asst__view *def,
			const struct asst__view *live, unsigned field, asst_error *err)
{
	const struct asst__schema *schema = asst__def_schema.fields[field].items;
	struct asst__reference reference = { .field = field, .in_list = true };
	size_t count = asst__view_count(def, field);
	struct asst__view item;
	int status = ASST_OK;

	for (reference.item = 0; reference.item < count; reference.item++) {
		item = asst__view_item(def, field, reference.item);
		for (unsigned i = 1; i <= schema->count && status == ASST_OK; i++) {
			reference.member = i;
			if (!names(&reference, found, schema, &item, i))
				continue;
			reference.added = !in_live_list(live, &reference, &item);
			status = add(found, &reference, err);
		}
	}
	return status;
}

int asst__references_find(struct asst__references *found, const struct asst__view *def,
			  const struct asst__view *live, bool catalog, const struct asst__mem *mem,
			  asst_error *err)
{
	struct asst__reference reference;
	int status = ASST_OK;

	memset(found, 0, sizeof(*found));
	found->mem = mem;
	found->catalog = catalog;
	/* Most name no assistant. */
	if (!catalog && !asst__view_has(def, ASST__DEF_ROUTES) &&
	    !asst__view_has(def, ASST__DEF_FALLBACK) && !asst__view_has(def, ASST__DEF_REFERENCES))
		return ASST_OK;
	for (unsigned i = 1; i <= asst__def_schema.count && status == ASST_OK; i++) {
		memset(&reference, 0, sizeof(reference));
		reference.field = i;
		if (asst__def_schema.fields[i].type == ASST__LIST) {
			status = find_in_list(found, def, live, i, err);
		} else if (names(&reference, found, &asst__def_schema, def, i)) {
			reference.added = !live || !same_text(live, def, i);
			status = add(found, &reference, err);
		}
	}
	return status;
}

void asst__references_dispose(struct asst__references *found)
{
	asst__free(found->mem, found->items, found->room * sizeof(*found->items));
	found->items = NULL;
	found->count = found->room = 0;
}

bool asst__reference_is_route(const struct asst__reference *reference)
{
	return reference->field == ASST__DEF_ROUTES || reference->field == ASST__DEF_FALLBACK;
}

struct asst__string asst__route_text(const struct asst__view *def, size_t i)
{
	struct asst__view route = asst__view_item(def, ASST__DEF_ROUTES, i);

	return asst__view_text(&route, ASST__ROUTE_ASSISTANT_ID);
}

void asst__fault_reference(struct asst__check *check)
{
	asst__fault(check, NULL, "unknown_reference", "names nothing that can be used here");
}

void asst__reference_enter(struct asst__check *check, const struct asst__reference *reference)
{
	const struct asst__field *field = &asst__def_schema.fields[reference->field];

	asst__check_enter(check, field->name);
	if (!reference->in_list)
		return;
	asst__check_enter_item(check, reference->item);
	asst__check_enter(check, field->items->fields[reference->member].name);
}

void asst__reference_leave(struct asst__check *check, const struct asst__reference *reference)
{
	if (reference->in_list) {
		asst__check_leave(check);
		asst__check_leave(check);
	}
	asst__check_leave(check);
}
