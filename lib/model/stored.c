/* SPDX-License-Identifier: MIT */
/*
 * Members that no table knows but that are stored already: kept by option once, or by a newer
 * library. They stay as they are, so that what is read can be written back.
 */
#include "model/def.h"
#include "model/check.h"
#include "model/threeway.h"

void asst__check_against(struct asst__check *check, asst__json *root,
			 const struct asst__view *stored, const struct asst__view *other)
{
	check->root = root;
	check->stored[0].view = stored;
	check->stored[1].view = other;
}

void asst__check_forget(struct asst__check *check)
{
	size_t i;

	for (i = 0; i < ASST__COUNT(check->stored); i++)
		asst__json_free(check->stored[i].tree);
}

/* The stored definition, read only where something unknown comes up. */
static asst__json *tree_of(struct asst__check *check, struct asst__stored *stored)
{
	int status;

	if (stored->tree || !stored->view)
		return stored->tree;
	status = asst__def_tree(&stored->tree, stored->view, check->mem, NULL);
	if (status == ASST_ENOMEM)
		check->status = ASST_ENOMEM;
	return stored->tree;
}

static const asst__json *item_at(const asst__json *list, size_t i)
{
	const asst__json *item = asst__json_first(list);

	for (; item && i > 0; i--)
		item = asst__json_next(item);
	return item;
}

/* What an item's members mean depends on its type. */
static bool same_type(const asst__json *a, const asst__json *b)
{
	const asst__json *x = asst__json_member(a, "type"), *y = asst__json_member(b, "type");

	return !x || !y || asst__json_same(x, y);
}

/* What is stored in the place that the check has walked to; items are found by their ids. */
static const asst__json *find(const struct asst__check *check, const asst__json *stored)
{
	struct asst__json_list lists[ASST__DEF_LISTS_MAX];
	const struct asst__json_list *keys = NULL;
	const asst__json *at = check->root;
	size_t i;

	asst__def_lists(lists);
	for (i = 0; i < check->depth && i < ASST__COUNT(check->path) && stored; i++) {
		const struct asst__step *step = &check->path[i];

		if (step->member) {
			/* In an item, behind its own members. */
			if (i >= 2 && !same_type(at, stored))
				return NULL;
			at = asst__json_member(at, step->member);
			stored = asst__json_member(stored, step->member);
			keys = i == 0 ? asst__json_find_list(lists, step->member) : NULL;
		} else {
			at = item_at(at, step->item);
			stored = keys ? asst__json_twin(stored, keys, at) :
					item_at(stored, step->item);
			keys = NULL;
		}
	}
	return stored;
}

bool asst__check_is_stored(struct asst__check *check, const asst__json *member)
{
	const asst__json *same;
	size_t i;

	for (i = 0; i < ASST__COUNT(check->stored); i++) {
		same = asst__json_member(find(check, tree_of(check, &check->stored[i])),
					 asst__json_name(member));
		/* A patch clears with a null what is there. */
		if (same && (asst__json_kind(member) == ASST__JSON_NULL ||
			     asst__json_same(same, member)))
			return true;
	}
	return false;
}
