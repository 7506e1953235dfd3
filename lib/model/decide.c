/* SPDX-License-Identifier: MIT */
/* Deciding where two definitions meet, and what comes out. */
#include "base/fail.h"
#include "model/threeway.h"

#include <stdio.h>
#include <string.h>

static const struct asst__json_list *list_at(const struct asst__threeway *threeway,
					     const char *pointer)
{
	return asst__json_find_list(threeway->lists, pointer + 1);
}

static int fault(asst_error *err, size_t index, const char *member, const char *code,
		 const char *what)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/%zu%s%s", index, *member ? "/" : "", member);
	asst__error_add_issue(err, code, pointer, what);
	return asst__fail(err, ASST_EVALIDATION, "resolution %zu: %s", index, what);
}

/* The list that a pointer's item is in; NULL where it names none. */
static const struct asst__json_list *items_of(const struct asst__threeway *threeway,
					      const char *pointer)
{
	const struct asst__json_list *list = threeway->lists;
	const char *end = strchr(pointer + 1, '/');
	size_t size = end ? (size_t)(end - pointer) - 1 : 0;

	if (!end || strchr(end + 1, '/'))
		return NULL;
	while (list->name && (strlen(list->name) != size ||
			      memcmp(list->name, pointer + 1, size) != 0))
		list++;
	return list->name ? list : NULL;
}

/*
 * The token of the item before one in the draft, owned; NULL where there is none: then *first
 * tells whether it is a list's first item. False: no memory.
 */
static bool token_before(char **token, bool *first, const struct asst__threeway *threeway,
			 const char *pointer)
{
	const struct asst__json_list *list = items_of(threeway, pointer);
	asst__json *item, *items, *before = NULL;

	*token = NULL;
	*first = false;
	item = asst__json_place(threeway->draft, pointer, threeway->lists);
	if (!item || !list)
		return true;
	items = asst__json_member(threeway->draft, list->name);
	for (items = asst__json_first(items); items && items != item; items = asst__json_next(items))
		before = items;
	*first = !before;
	if (before)
		*token = asst__json_token(before, list);
	return !before || *token;
}

static int set_order(asst__json *tree, const struct asst__threeway *threeway, const char *pointer,
		     char *const *tokens, size_t count, asst_error *err)
{
	asst__json *list = asst__json_place(tree, pointer, threeway->lists);

	if (list && !asst__json_reorder(list, list_at(threeway, pointer),
					(const char *const *)tokens, count))
		return asst__fail_nomem(err);
	return ASST_OK;
}

/* Whether an order names each item of a list once, and nothing else. */
static bool names_all(const asst__json *list, const struct asst__json_list *keys,
		      const struct asst__json_order *order)
{
	size_t i, k;

	if (order->count != asst__json_count(list))
		return false;
	for (i = 0; i < order->count; i++) {
		if (!asst__json_item(list, keys, order->tokens[i]))
			return false;
		for (k = 0; k < i; k++) {
			if (strcmp(order->tokens[i], order->tokens[k]) == 0)
				return false;
		}
	}
	return true;
}

static int order_by_value(asst__json *tree, const struct asst__threeway *threeway,
			  const char *pointer, const asst__json *value, size_t index,
			  asst_error *err)
{
	struct asst__json_order order = { NULL, 0, 0 };
	const asst__json *token;
	const char *text;
	int status = asst__json_kind(value) == ASST__JSON_ARRAY ?
			     ASST_OK :
			     fault(err, index, "value", "type", "must be a list of ids");

	for (token = asst__json_first(value); token && status == ASST_OK;
	     token = asst__json_next(token)) {
		text = asst__json_text(token);
		if (asst__json_kind(token) != ASST__JSON_STRING)
			status = fault(err, index, "value", "type", "must be a list of ids");
		else if (!asst__json_order_add(
				 &order, asst__copy_text(&asst__mem_libc, text, strlen(text))))
			status = asst__fail_nomem(err);
	}
	if (status == ASST_OK && !names_all(asst__json_place(tree, pointer, threeway->lists),
					    list_at(threeway, pointer), &order))
		status = fault(err, index, "value", "conflict",
			       "must have the id of each item of the list once");
	if (status == ASST_OK)
		status = set_order(tree, threeway, pointer, order.tokens, order.count, err);
	asst__json_order_dispose(&order);
	return status;
}

/* Put a value there, which it consumes; NULL removes. */
static int set_value(asst__json *tree, const struct asst__threeway *threeway, const char *pointer,
		     asst__json *value, asst_error *err)
{
	char *after;
	bool first, done;

	if (!token_before(&after, &first, threeway, pointer)) {
		asst__json_free(value);
		return asst__fail_nomem(err);
	}
	done = asst__json_place_set(tree, pointer, threeway->lists, value, first, after);
	asst__free_text(&asst__mem_libc, after);
	return done ? ASST_OK : asst__fail_nomem(err);
}

/* All that the draft has comes in its order, also what it added. */
static int order_as(asst__json *tree, const struct asst__threeway *threeway, const char *pointer,
		    const asst__json *items, asst_error *err)
{
	struct asst__json_order order = { NULL, 0, 0 };
	const asst__json *item;
	int status = ASST_OK;

	for (item = asst__json_first(items); item && status == ASST_OK;
	     item = asst__json_next(item)) {
		if (!asst__json_order_add(&order,
					  asst__json_token(item, list_at(threeway, pointer))))
			status = asst__fail_nomem(err);
	}
	if (status == ASST_OK)
		status = set_order(tree, threeway, pointer, order.tokens, order.count, err);
	asst__json_order_dispose(&order);
	return status;
}

static int decide_for_draft(asst__json *tree, const struct asst__threeway *threeway,
			    const struct asst__json_conflict *conflict, asst_error *err)
{
	asst__json *value = asst__json_place(threeway->draft, conflict->pointer, threeway->lists);
	asst__json *copy;

	if (conflict->order)
		return order_as(tree, threeway, conflict->pointer, value, err);
	copy = value ? asst__json_copy(value) : NULL;
	if (value && !copy)
		return asst__fail_nomem(err);
	return set_value(tree, threeway, conflict->pointer, copy, err);
}

/* Whether an item has what its token is made of: then it has none for want of memory alone. */
static bool has_keys(const asst__json *item, const struct asst__json_list *list)
{
	size_t i;

	for (i = 0; i < 2 && list->keys[i]; i++) {
		if (asst__json_kind(asst__json_member(item, list->keys[i])) != ASST__JSON_STRING)
			return false;
	}
	return true;
}

/* An item keeps the id that its pointer names; where there is one member for it, it may be left out. */
static int check_item(const struct asst__threeway *threeway, const char *pointer,
		      asst__json *value, size_t index, asst_error *err)
{
	const struct asst__json_list *list = items_of(threeway, pointer);
	const char *last = strrchr(pointer, '/');
	asst__json *id;
	char *token, *own;
	bool same, lost;

	if (!list)
		return ASST_OK;
	if (asst__json_kind(value) != ASST__JSON_OBJECT)
		return fault(err, index, "value", "type", "must be an object: an item of the list");
	token = asst__pointer_next(&last);
	if (!token)
		return asst__fail_nomem(err);
	id = asst__json_member(value, list->keys[0]);
	if (!list->keys[1] && (!id || asst__json_kind(id) == ASST__JSON_NULL) &&
	    !asst__json_set(value, list->keys[0], asst__json_new_string(token))) {
		asst__free_text(&asst__mem_libc, token);
		return asst__fail_nomem(err);
	}
	own = asst__json_token(value, list);
	same = own && strcmp(own, token) == 0;
	lost = !own && has_keys(value, list);
	asst__free_text(&asst__mem_libc, own);
	asst__free_text(&asst__mem_libc, token);
	if (lost)
		return asst__fail_nomem(err);
	return same ? ASST_OK :
		      fault(err, index, "value", "read_only",
			    "must have the id that the pointer names");
}

/* The conflict that a resolution is for; the same pointer may have one of order, too. */
static size_t find_conflict(const struct asst__threeway *threeway, const char *pointer)
{
	size_t i = 0;

	while (i < threeway->conflicts.count &&
	       strcmp(threeway->conflicts.items[i].pointer, pointer) != 0)
		i++;
	return i;
}

static int take_value(asst__json *tree, const struct asst__threeway *threeway, const char *pointer,
		      const asst__json *value, size_t index, asst_error *err)
{
	asst__json *copy = asst__json_copy(value);
	int status = copy ? check_item(threeway, pointer, copy, index, err) :
			    asst__fail_nomem(err);

	if (status == ASST_OK)
		return set_value(tree, threeway, pointer, copy, err);
	asst__json_free(copy);
	return status;
}

static int resolve(asst__json *tree, const struct asst__threeway *threeway, bool *decided,
		   const asst__json *entry, size_t index, int64_t live_version, asst_error *err)
{
	const asst__json *pointer = asst__json_member(entry, "pointer");
	const asst__json *take = asst__json_member(entry, "take");
	const asst__json *value = asst__json_member(entry, "value");
	const struct asst__json_conflict *conflict;
	const char *side = asst__json_kind(take) == ASST__JSON_STRING ? asst__json_text(take) : "";
	const asst__json *seen = asst__json_member(entry, "liveVersion");
	char present[32];
	size_t i;

	if (asst__json_kind(entry) != ASST__JSON_OBJECT)
		return fault(err, index, "", "type", "must be an object");
	if (asst__json_kind(pointer) != ASST__JSON_STRING)
		return fault(err, index, "pointer", "required", "must be the pointer of a conflict");
	if (!take == !value || asst__json_count(entry) != (seen ? 3u : 2u))
		return fault(err, index, "", "required",
			     "needs pointer, and either take or value; and may have liveVersion");
	i = find_conflict(threeway, asst__json_text(pointer));
	if (i == threeway->conflicts.count)
		return fault(err, index, "pointer", "unknown_reference", "is not the pointer of a conflict");
	if (decided[i])
		return fault(err, index, "pointer", "duplicate", "was decided before");
	/* Decided on a state that is not live any more: as if it were not decided. */
	snprintf(present, sizeof(present), "%lld", (long long)live_version);
	if (seen && (asst__json_kind(seen) != ASST__JSON_NUMBER ||
		     strcmp(asst__json_text(seen), present) != 0))
		return ASST_OK;
	conflict = &threeway->conflicts.items[i];
	decided[i] = true;
	if (value && conflict->order)
		return order_by_value(tree, threeway, conflict->pointer, value, index, err);
	if (value)
		return take_value(tree, threeway, conflict->pointer, value, index, err);
	if (strcmp(side, "draft") == 0)
		return decide_for_draft(tree, threeway, conflict, err);
	return strcmp(side, "live") == 0 ?
		       ASST_OK :
		       fault(err, index, "take", "choice", "must be \"live\" or \"draft\"");
}

static int decide_all(asst__json *tree, const struct asst__threeway *threeway, bool *decided,
		      const asst__json *resolutions, enum asst__decide_for rest,
		      int64_t live_version, asst_error *err)
{
	const asst__json *entry;
	size_t i = 0;
	int status = ASST_OK;

	for (entry = asst__json_first(resolutions); entry && status == ASST_OK;
	     entry = asst__json_next(entry), i++)
		status = resolve(tree, threeway, decided, entry, i, live_version, err);
	for (i = 0; i < threeway->conflicts.count && status == ASST_OK; i++) {
		if (decided[i] || rest == ASST__UNDECIDED)
			continue;
		decided[i] = true;
		if (rest == ASST__FOR_DRAFT)
			status = decide_for_draft(tree, threeway, &threeway->conflicts.items[i],
						  err);
	}
	return status;
}

int asst__threeway_merge(asst__json **merged, const struct asst__threeway *threeway,
			 const asst__json *resolutions, enum asst__decide_for rest,
			 int64_t base_version, int64_t live_version, asst_error *err)
{
	size_t i, count = threeway->conflicts.count;
	bool *decided = asst__alloc_zeroed(threeway->mem, count + 1);
	asst__json *tree = decided ? asst__json_copy(threeway->live) : NULL;
	int status = tree ? ASST_OK : asst__fail_nomem(err);

	*merged = NULL;
	if (status == ASST_OK)
		status = asst__json_change_apply(tree, &threeway->draft_change, false, err);
	if (status == ASST_OK)
		status = decide_all(tree, threeway, decided, resolutions, rest, live_version, err);
	for (i = 0; i < count && status == ASST_OK; i++) {
		if (!decided[i])
			status = asst__threeway_undecided(threeway, decided, base_version,
							  live_version, err);
	}
	asst__free(threeway->mem, decided, count + 1);
	if (status == ASST_OK)
		*merged = tree;
	else
		asst__json_free(tree);
	return status;
}
