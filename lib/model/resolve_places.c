/* SPDX-License-Identifier: MIT */
/* Where the items of lists stand when every conflict is decided. */
#include "base/fail.h"
#include "model/resolve.h"

#include <stdio.h>
#include <string.h>

/* Whether an item of a list was in conflict as a whole, and live did not win. */
static bool is_decided_item(const struct asst__deciding *deciding, size_t i,
			    const struct asst__json_list *list)
{
	const struct asst__json_conflict *conflict = &deciding->threeway->conflicts.items[i];

	return !conflict->order && deciding->decisions[i].side != ASST__FOR_LIVE &&
	       asst__decide_list(deciding->threeway, conflict->pointer) == list;
}

static bool has_decided(const struct asst__deciding *deciding, const struct asst__json_list *list)
{
	size_t i, count = deciding->threeway->conflicts.count;

	for (i = 0; i < count; i++) {
		if (is_decided_item(deciding, i, list))
			return true;
	}
	return false;
}

static bool draft_won(const struct asst__deciding *deciding, const asst__json *item)
{
	const struct asst__json_conflicts *conflicts = &deciding->threeway->conflicts;
	size_t i;

	for (i = 0; i < conflicts->count; i++) {
		if (deciding->decisions[i].side == ASST__FOR_DRAFT &&
		    conflicts->items[i].other->new_value == item)
			return true;
	}
	return false;
}

static bool comes_before(const asst__json *item, const asst__json *other)
{
	while (item && item != other)
		item = asst__json_next(item);
	return item != NULL;
}

/* Whether an item of the draft has others before or behind it that live, which has it too, has not. */
static bool crosses(const asst__json *draft, const asst__json *live,
		    const struct asst__json_list *list, const asst__json *item)
{
	const asst__json *in_live = asst__json_twin(live, list, item), *at, *other;
	bool behind = false;

	for (at = asst__json_first(draft); at; at = asst__json_next(at)) {
		other = at == item ? NULL : asst__json_twin(live, list, at);
		behind |= at == item;
		if (other && comes_before(in_live, other) != behind)
			return true;
	}
	return false;
}

/*
 * Whether the draft says where an item of it stands: live has none, or both added one, each at
 * another place, and the draft's won.
 */
static bool stands_by_draft(const struct asst__deciding *deciding,
			    const struct asst__json_list *list, const asst__json *item)
{
	const struct asst__threeway *threeway = deciding->threeway;
	const asst__json *live = asst__json_member(threeway->live, list->name);

	if (!asst__json_twin(live, list, item))
		return true;
	return !asst__json_twin(asst__json_member(threeway->base, list->name), list, item) &&
	       draft_won(deciding, item) &&
	       crosses(asst__json_member(threeway->draft, list->name), live, list, item);
}

/*
 * Put what is in a list because of the draft behind the nearest of those before it in the draft
 * that are there, else to the begin: in the draft's order, whatever order it was decided in.
 */
static void place_items(const struct asst__deciding *deciding, const struct asst__json_list *list)
{
	asst__json *items = asst__json_member(deciding->tree, list->name);
	asst__json *item, *found, *before = NULL;

	item = asst__json_first(asst__json_member(deciding->threeway->draft, list->name));
	for (; item; item = asst__json_next(item)) {
		found = asst__json_twin(items, list, item);
		if (found && stands_by_draft(deciding, list, item))
			asst__json_item_move(items, found, before);
		before = found ? found : before;
	}
}

/* Orders */

static const struct asst__json_list *list_at(const struct asst__threeway *threeway,
					     const char *pointer)
{
	return asst__json_find_list(threeway->lists, pointer + 1);
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
	static const char must_be_ids[] = "must be a list of ids";
	struct asst__json_order order = { NULL, 0, 0 };
	const asst__json *token;
	const char *text;
	int status = ASST_OK;

	if (asst__json_kind(value) != ASST__JSON_ARRAY)
		return asst__decide_fault(err, index, "value", "type", must_be_ids);
	for (token = asst__json_first(value); token && status == ASST_OK;
	     token = asst__json_next(token)) {
		text = asst__json_text(token);
		if (asst__json_kind(token) != ASST__JSON_STRING)
			status = asst__decide_fault(err, index, "value", "type", must_be_ids);
		else if (!asst__json_order_add(
				 &order, asst__copy_text(&asst__mem_libc, text, strlen(text))))
			status = asst__fail_nomem(err);
	}
	if (status == ASST_OK && !names_all(asst__json_place(tree, pointer, threeway->lists),
					    list_at(threeway, pointer), &order))
		status = asst__decide_fault(err, index, "value", "conflict",
					    "must have the id of each item of the list once");
	if (status == ASST_OK)
		status = set_order(tree, threeway, pointer, order.tokens, order.count, err);
	asst__json_order_dispose(&order);
	return status;
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

static int decide_order(const struct asst__deciding *deciding, size_t i)
{
	const struct asst__threeway *threeway = deciding->threeway;
	const char *pointer = threeway->conflicts.items[i].pointer;
	const struct asst__decided *decision = &deciding->decisions[i];

	if (decision->side == ASST__FOR_LIVE)
		return ASST_OK;
	if (decision->side == ASST__FOR_DRAFT)
		return order_as(deciding->tree, threeway, pointer,
				asst__json_place(threeway->draft, pointer, threeway->lists),
				deciding->err);
	return order_by_value(deciding->tree, threeway, pointer, decision->value, decision->index,
			      deciding->err);
}

static int order_as_draft(const struct asst__deciding *deciding,
			  const struct asst__json_list *list)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/%s", list->name);
	return order_as(deciding->tree, deciding->threeway, pointer,
			asst__json_member(deciding->threeway->draft, list->name), deciding->err);
}

int asst__decide_places(const struct asst__deciding *deciding)
{
	const struct asst__threeway *threeway = deciding->threeway;
	const struct asst__json_list *list;
	bool by_draft;
	int status = ASST_OK;
	size_t i;

	for (list = threeway->lists; list->name && status == ASST_OK; list++) {
		if (has_decided(deciding, list))
			place_items(deciding, list);
		status = asst__placement_by_draft(&by_draft, threeway, list, deciding->err);
		if (status == ASST_OK && by_draft)
			status = order_as_draft(deciding, list);
	}
	for (i = 0; i < threeway->conflicts.count && status == ASST_OK; i++) {
		if (threeway->conflicts.items[i].order)
			status = decide_order(deciding, i);
	}
	return status;
}
