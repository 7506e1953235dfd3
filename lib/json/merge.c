/* SPDX-License-Identifier: MIT */
/*
 * JSON Merge Patch, RFC 7396. The members of a patch are looked up in sorted order and
 * those of the target pass by once, so that wide objects do not cost their square.
 */
#include "json/inner.h"
#include "base/fail.h"

#include <cJSON.h>

#define TAKEN SIZE_MAX /* entry.place of a patch's member that the target had, too */

static bool add(cJSON *object, const char *name, cJSON *value)
{
	if (cJSON_AddItemToObject(object, name, value))
		return true;
	asst__json_free(value);
	return false;
}

/* What a patch makes of nothing: itself without the nulls in its objects. */
static cJSON *fresh(const cJSON *patch)
{
	const cJSON *member;
	cJSON *made;

	if (!cJSON_IsObject(patch))
		return asst__json_copy(patch);
	made = cJSON_CreateObject();
	for (member = patch->child; made && member; member = member->next) {
		if (!cJSON_IsNull(member) && !add(made, member->string, fresh(member))) {
			asst__json_free(made);
			return NULL;
		}
	}
	return made;
}

static bool merge_object(cJSON *target, const cJSON *patch);

/* Take the first member of the target and put what becomes of it at the end. */
static bool merge_first(cJSON *target, struct asst__json_entry *entries, size_t count)
{
	cJSON *member = cJSON_DetachItemViaPointer(target, target->child);
	struct asst__json_entry *entry = asst__json_find(entries, count, member->string);
	bool done = true;

	if (!entry)
		return cJSON_AddItemToArray(target, member);
	entry->place = TAKEN;
	if (cJSON_IsObject(member) && cJSON_IsObject(entry->node))
		return cJSON_AddItemToArray(target, member) && merge_object(member, entry->node);
	if (!cJSON_IsNull(entry->node))
		done = add(target, member->string, fresh(entry->node));
	asst__json_free(member);
	return done;
}

static bool merge_members(cJSON *target, const cJSON *patch, struct asst__json_entry *entries,
			  size_t count)
{
	const cJSON *member;
	size_t left;

	for (left = asst__json_count(target); left > 0; left--) {
		if (!merge_first(target, entries, count))
			return false;
	}
	for (member = patch->child; member; member = member->next) {
		if (cJSON_IsNull(member) ||
		    asst__json_find(entries, count, member->string)->place == TAKEN)
			continue;
		if (!add(target, member->string, fresh(member)))
			return false;
	}
	return true;
}

static bool merge_object(cJSON *target, const cJSON *patch)
{
	struct asst__json_entry *entries;
	size_t count = asst__json_count(patch), i = 0;
	cJSON *member;
	bool done;

	/* Trees come from malloc, and so does what is needed to change one. */
	entries = asst__alloc(&asst__mem_libc, count * sizeof(*entries));
	if (!entries)
		return false;
	for (member = patch->child; member; member = member->next, i++) {
		entries[i].node = member;
		entries[i].place = i;
	}
	asst__json_sort(entries, count);
	done = merge_members(target, patch, entries, count);
	asst__free(&asst__mem_libc, entries, count * sizeof(*entries));
	return done;
}

int asst__json_merge(asst__json **target, const asst__json *patch, asst_error *err)
{
	cJSON *made;

	if (!patch)
		return ASST_OK;
	if (cJSON_IsObject(patch) && cJSON_IsObject(*target))
		return merge_object(*target, patch) ? ASST_OK : asst__fail_nomem(err);
	made = fresh(patch);
	if (!made)
		return asst__fail_nomem(err);
	asst__json_free(*target);
	*target = made;
	return ASST_OK;
}
