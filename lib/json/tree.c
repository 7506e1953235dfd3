/* SPDX-License-Identifier: MIT */
/*
 * The nodes of a tree. cJSON's own lookups ignore case, its replacement loses members when
 * there is no memory and its copy has no end in sight, so only its plainest calls are used.
 */
#include "json/inner.h"

#include <cJSON.h>

int asst__json_kind(const asst__json *node)
{
	if (!node)
		return 0;
	switch (node->type & 0xFF) {
	case cJSON_NULL:
		return ASST__JSON_NULL;
	case cJSON_False:
	case cJSON_True:
		return ASST__JSON_BOOL;
	case cJSON_Raw:
		return ASST__JSON_NUMBER;
	case cJSON_String:
		return ASST__JSON_STRING;
	case cJSON_Array:
		return ASST__JSON_ARRAY;
	case cJSON_Object:
		return ASST__JSON_OBJECT;
	default:
		return 0;
	}
}

int asst__json_bool(const asst__json *node)
{
	return cJSON_IsTrue(node) ? 1 : 0;
}

const char *asst__json_text(const asst__json *node)
{
	return cJSON_IsString(node) || cJSON_IsRaw(node) ? node->valuestring : NULL;
}

const char *asst__json_name(const asst__json *node)
{
	return node ? node->string : NULL;
}

size_t asst__json_count(const asst__json *node)
{
	const cJSON *item;
	size_t count = 0;

	for (item = asst__json_first(node); item; item = item->next)
		count++;
	return count;
}

asst__json *asst__json_first(const asst__json *node)
{
	return node ? node->child : NULL;
}

asst__json *asst__json_next(const asst__json *node)
{
	return node ? node->next : NULL;
}

asst__json *asst__json_member(const asst__json *object, const char *name)
{
	cJSON *member;

	if (!cJSON_IsObject(object) || !name)
		return NULL;
	for (member = object->child; member; member = member->next) {
		if (member->string[0] == name[0] && strcmp(member->string, name) == 0)
			return member;
	}
	return NULL;
}

asst__json *asst__json_new_null(void)
{
	return cJSON_CreateNull();
}

asst__json *asst__json_new_bool(int value)
{
	return cJSON_CreateBool(value != 0);
}

asst__json *asst__json_new_string(const char *text)
{
	return cJSON_CreateString(text);
}

asst__json *asst__json_new_number(const char *number_text)
{
	return cJSON_CreateRaw(number_text);
}

asst__json *asst__json_new_array(void)
{
	return cJSON_CreateArray();
}

asst__json *asst__json_new_object(void)
{
	return cJSON_CreateObject();
}

/* What goes into another tree may not stand in the memory of a scanned one. */
static cJSON *settle(cJSON *value)
{
	cJSON *copied;

	if (!asst__json_pooled(value))
		return value;
	copied = asst__json_copy(value);
	asst__json_free(value);
	return copied;
}

bool asst__json_append(asst__json *array, asst__json *item)
{
	item = settle(item);
	if (cJSON_IsArray(array) && cJSON_AddItemToArray(array, item))
		return true;
	asst__json_free(item);
	return false;
}

/*
 * Move the last member to where another one is, which goes away. All that stand between
 * them go around to the end: the calls for that cannot fail, and those that insert would
 * lose the name.
 */
static void replace_by_last(cJSON *object, cJSON *old, const cJSON *last)
{
	cJSON *member = old->next, *next;

	while (member != last) {
		next = member->next;
		if (!cJSON_AddItemToArray(object, cJSON_DetachItemViaPointer(object, member)))
			return;
		member = next;
	}
	asst__json_free(cJSON_DetachItemViaPointer(object, old));
}

bool asst__json_add(asst__json *object, const char *name, asst__json *value)
{
	value = settle(value);
	if (cJSON_IsObject(object) && cJSON_AddItemToObject(object, name, value))
		return true;
	asst__json_free(value);
	return false;
}

bool asst__json_set(asst__json *object, const char *name, asst__json *value)
{
	cJSON *old = asst__json_member(object, name);

	value = settle(value);
	if (!cJSON_IsObject(object) || !cJSON_AddItemToObject(object, name, value)) {
		asst__json_free(value);
		return false;
	}
	if (old)
		replace_by_last(object, old, value);
	return true;
}

void asst__json_remove(asst__json *object, const char *name)
{
	asst__json_free(asst__json_take(object, name));
}

asst__json *asst__json_take(asst__json *object, const char *name)
{
	cJSON *member = asst__json_member(object, name);

	if (!member)
		return NULL;
	member = cJSON_DetachItemViaPointer(object, member);
	if (member) { /* it is nobody's member now */
		if (!(member->type & cJSON_StringIsConst))
			cJSON_free(member->string);
		member->type &= ~cJSON_StringIsConst;
		member->string = NULL;
	}
	return member;
}

static cJSON *copy_alone(const cJSON *node)
{
	switch (asst__json_kind(node)) {
	case ASST__JSON_NULL:
		return cJSON_CreateNull();
	case ASST__JSON_BOOL:
		return cJSON_CreateBool(asst__json_bool(node));
	case ASST__JSON_NUMBER:
		return cJSON_CreateRaw(node->valuestring);
	case ASST__JSON_STRING:
		return cJSON_CreateString(node->valuestring);
	case ASST__JSON_ARRAY:
		return cJSON_CreateArray();
	case ASST__JSON_OBJECT:
		return cJSON_CreateObject();
	default:
		return NULL;
	}
}

static cJSON *copy(const cJSON *tree, int depth)
{
	cJSON *made = copy_alone(tree), *part;
	const cJSON *item;
	bool done;

	for (item = tree->child; made && item; item = item->next) {
		part = depth > 0 ? copy(item, depth - 1) : NULL;
		done = cJSON_IsObject(tree) ? cJSON_AddItemToObject(made, item->string, part) :
					      cJSON_AddItemToArray(made, part);
		if (!done) {
			asst__json_free(part);
			asst__json_free(made);
			return NULL;
		}
	}
	return made;
}

asst__json *asst__json_copy(const asst__json *tree)
{
	return tree ? copy(tree, ASST__JSON_DEPTH) : NULL;
}
