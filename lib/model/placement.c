/* SPDX-License-Identifier: MIT */
/*
 * Items of lists that both sides added, the same ones: whether they were put at the same
 * place. The diff tells only whether the items that were there before changed their order.
 */
#include "model/threeway.h"
#include "base/fail.h"

#include <string.h>

/* An item that live and the draft both have, in the draft's order. */
struct shared {
	size_t at;   /* its place in live */
	bool fresh;  /* the base has it not: both added it */
	bool alike;  /* and the same */
};

static size_t place_of(const asst__json *list, const asst__json *item)
{
	const asst__json *at = asst__json_first(list);
	size_t i = 0;

	for (; at && at != item; at = asst__json_next(at))
		i++;
	return i;
}

static size_t read_shared(struct shared *shared, const struct asst__threeway *threeway,
			  const struct asst__json_list *list, bool *added)
{
	const asst__json *base = asst__json_member(threeway->base, list->name);
	const asst__json *live = asst__json_member(threeway->live, list->name);
	const asst__json *item = asst__json_first(asst__json_member(threeway->draft, list->name));
	const asst__json *twin;
	size_t count = 0;

	*added = false;
	for (; item; item = asst__json_next(item)) {
		twin = asst__json_twin(live, list, item);
		if (!twin)
			continue;
		shared[count].at = place_of(live, twin);
		shared[count].fresh = !asst__json_twin(base, list, item);
		shared[count].alike = shared[count].fresh && asst__json_same(twin, item);
		*added |= shared[count++].alike;
	}
	return count;
}

/* The old one that is next to it before (or behind) it, in live or in the draft; count: none. */
static size_t neighbour(const struct shared *shared, size_t count, size_t k, bool in_live,
			bool behind)
{
	size_t found = count, i;

	for (i = 0; i < count; i++) {
		size_t at = in_live ? shared[i].at : i, own = in_live ? shared[k].at : k;

		if (i == k || shared[i].fresh || (at > own) != behind)
			continue;
		if (found == count || (at > (in_live ? shared[found].at : found)) != behind)
			found = i;
	}
	return found;
}

static bool cross(const struct shared *shared, size_t i, size_t k)
{
	return i != k && (i < k) != (shared[i].at < shared[k].at);
}

/*
 * Whether the sides put an item at places that contradict each other: another new one is before
 * it here and behind it there; or an old one is, and it stands between other old ones, too.
 */
static bool differs(const struct shared *shared, size_t count, size_t k)
{
	bool crosses = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!cross(shared, i, k))
			continue;
		if (shared[i].fresh)
			return true;
		crosses = true;
	}
	return crosses && neighbour(shared, count, k, true, false) !=
				  neighbour(shared, count, k, false, false) &&
	       neighbour(shared, count, k, true, true) != neighbour(shared, count, k, false, true);
}

static int look(const struct asst__threeway *threeway, const struct asst__json_list *list,
		bool *added, bool *contradict)
{
	size_t room = asst__json_count(asst__json_member(threeway->draft, list->name)), count, i;
	size_t bytes = room * sizeof(struct shared);
	struct shared *shared;

	*added = *contradict = false;
	if (room < 2)
		return ASST_OK;
	shared = asst__alloc(threeway->mem, bytes);
	if (!shared)
		return ASST_ENOMEM;
	count = read_shared(shared, threeway, list, added);
	for (i = 0; i < count && *added && !*contradict; i++)
		*contradict = shared[i].alike && differs(shared, count, i);
	asst__free(threeway->mem, shared, bytes);
	return ASST_OK;
}

static bool is_order_of(const struct asst__json_conflict *conflict, const char *name)
{
	return conflict->order && strcmp(conflict->pointer + 1, name) == 0;
}

static struct asst__json_change *change_of(const struct asst__json_change *root, const char *name)
{
	for (size_t i = 0; i < root->count; i++) {
		if (strcmp(root->children[i].token, name) == 0)
			return &root->children[i];
	}
	return NULL;
}

int asst__placement_meet(struct asst__threeway *threeway, asst_error *err)
{
	const struct asst__json_list *list;
	struct asst__json_change *change;
	bool added, contradict;
	size_t i;

	for (list = threeway->lists; list->name; list++) {
		change = change_of(&threeway->draft_change, list->name);
		if (!change || !change->count || !change_of(&threeway->live_change, list->name))
			continue;
		if (look(threeway, list, &added, &contradict) != ASST_OK)
			return asst__fail_nomem(err);
		for (i = 0; contradict && i < threeway->conflicts.count; i++)
			contradict = !is_order_of(&threeway->conflicts.items[i], list->name);
		if (!contradict)
			continue;
		change->skip = true; /* its order */
		if (!asst__json_conflict_add_order(&threeway->conflicts, list->name, change))
			return asst__fail_nomem(err);
	}
	return ASST_OK;
}

int asst__placement_by_draft(bool *by_draft, const struct asst__threeway *threeway,
			     const struct asst__json_list *list, asst_error *err)
{
	const struct asst__json_change *change = change_of(&threeway->draft_change, list->name);
	bool contradict;

	*by_draft = false;
	if (!change || !change->new_order.count || change->skip)
		return ASST_OK;
	if (look(threeway, list, by_draft, &contradict) != ASST_OK)
		return asst__fail_nomem(err);
	return ASST_OK;
}
