/* SPDX-License-Identifier: MIT */
/* Comparing two trees. */
#include "json/diff.h"
#include "base/fail.h"
#include "json/inner.h"

#include <cJSON.h>

static const struct asst__mem *const mem = &asst__mem_libc;

void asst__json_order_dispose(struct asst__json_order *order)
{
	for (size_t i = 0; i < order->count; i++)
		asst__free_text(mem, order->tokens[i]);
	asst__free(mem, order->tokens, order->room * sizeof(*order->tokens));
	memset(order, 0, sizeof(*order));
}

void asst__json_change_dispose(struct asst__json_change *change)
{
	for (size_t i = 0; i < change->count; i++)
		asst__json_change_dispose(&change->children[i]);
	asst__free(mem, change->children, change->room * sizeof(*change->children));
	asst__json_order_dispose(&change->old_order);
	asst__json_order_dispose(&change->new_order);
	asst__free_text(mem, change->token);
	asst__free_text(mem, change->after);
	memset(change, 0, sizeof(*change));
}

bool asst__json_change_none(const struct asst__json_change *root)
{
	return root->count == 0 && root->new_order.count == 0;
}

const struct asst__json_list *asst__json_find_list(const struct asst__json_list *lists,
						   const char *name)
{
	for (; lists && lists->name; lists++) {
		if (strcmp(lists->name, name) == 0)
			return lists;
	}
	return NULL;
}

static bool same_parts(const asst__json *a, const asst__json *b, int depth);

/* Takes no memory: for want of it equal values would count as changed. */
static bool same_values(const asst__json *a, const asst__json *b, int depth)
{
	if (!a || !b || asst__json_kind(a) != asst__json_kind(b))
		return !a && !b;
	if (asst__json_text(a))
		return strcmp(asst__json_text(a), asst__json_text(b)) == 0;
	return asst__json_bool(a) == asst__json_bool(b) && depth > 0 && same_parts(a, b, depth - 1);
}

/* Items in their order; members in any, though mostly it is the same one. */
static bool same_parts(const asst__json *a, const asst__json *b, int depth)
{
	bool object = asst__json_kind(a) == ASST__JSON_OBJECT;
	const asst__json *x, *y, *next = asst__json_first(b);

	if (asst__json_count(a) != asst__json_count(b))
		return false;
	for (x = asst__json_first(a); x; x = asst__json_next(x)) {
		y = next;
		if (object && (!y || strcmp(asst__json_name(x), asst__json_name(y)) != 0))
			y = asst__json_member(b, asst__json_name(x));
		if (!y || !same_values(x, y, depth))
			return false;
		next = asst__json_next(y);
	}
	return true;
}

bool asst__json_same(const asst__json *a, const asst__json *b)
{
	return same_values(a, b, ASST__JSON_DEPTH + 1);
}

/* A child of a change; takes over the token. NULL: no memory. */
static struct asst__json_change *add_child(struct asst__json_change *parent, char *token)
{
	struct asst__json_change *child;

	if (!token || !asst__grow(mem, &parent->children, parent->count, &parent->room,
				  sizeof(*parent->children))) {
		asst__free_text(mem, token);
		return NULL;
	}
	child = &parent->children[parent->count++];
	memset(child, 0, sizeof(*child));
	child->token = token;
	return child;
}

static char *copy_name(const char *name)
{
	return asst__copy_text(mem, name, strlen(name));
}

static bool add_leaf(struct asst__json_change *parent, const char *token,
		     const asst__json *old_value, const asst__json *new_value)
{
	struct asst__json_change *child = add_child(parent, copy_name(token));

	if (!child)
		return false;
	child->old_value = old_value;
	child->new_value = new_value;
	return true;
}

static bool diff_members(struct asst__json_change *change, const asst__json *from,
			 const asst__json *to, const struct asst__json_list *lists);

/* Two values under one token. */
static bool diff_values(struct asst__json_change *parent, const char *token, const asst__json *from,
			const asst__json *to)
{
	struct asst__json_change *child;

	if (asst__json_kind(from) != ASST__JSON_OBJECT || asst__json_kind(to) != ASST__JSON_OBJECT)
		return asst__json_same(from, to) || add_leaf(parent, token, from, to);
	child = add_child(parent, copy_name(token));
	if (!child || !diff_members(child, from, to, NULL))
		return false;
	if (asst__json_change_none(child)) {
		asst__json_change_dispose(child);
		parent->count--;
	}
	return true;
}

/* Items of a list by their tokens */

struct keyed {
	char *token;
	asst__json *node;
	size_t place;
};

struct keyed_list {
	struct keyed *items; /* sorted by token */
	size_t count;
	bool unusable; /* an item without a token, or two with the same one */
	bool failed;
};

static void keyed_dispose(struct keyed_list *keyed)
{
	for (size_t i = 0; i < keyed->count; i++)
		asst__free_text(mem, keyed->items[i].token);
	asst__free(mem, keyed->items, keyed->count * sizeof(*keyed->items));
}

/* Where there are none an item has no token; else no token is no memory. */
static bool has_keys(const asst__json *item, const struct asst__json_list *list)
{
	size_t i;

	for (i = 0; i < 2 && list->keys[i]; i++) {
		if (asst__json_kind(asst__json_member(item, list->keys[i])) != ASST__JSON_STRING)
			return false;
	}
	return true;
}

static void add_parts(struct asst__text *out, const char *const parts[2])
{
	const char *at, *escape;

	for (at = parts[0]; *at; at++) {
		escape = asst__json_token_escape(*at);
		if (escape)
			asst__text_add_cstr(out, escape);
		else
			asst__text_add_char(out, *at);
	}
	asst__text_add_char(out, ':');
	asst__text_add_cstr(out, parts[1]);
}

char *asst__json_token(const asst__json *item, const struct asst__json_list *list)
{
	const char *parts[2] = { NULL, "" };
	struct asst__text text;
	char *token;
	size_t i;

	for (i = 0; i < 2 && list->keys[i]; i++) {
		const asst__json *part = asst__json_kind(item) == ASST__JSON_OBJECT ?
						 asst__json_member(item, list->keys[i]) : NULL;

		if (asst__json_kind(part) != ASST__JSON_STRING)
			return NULL;
		parts[i] = asst__json_text(part);
	}
	asst__text_init(&text, mem, SIZE_MAX / 2);
	if (i == 1)
		asst__text_add_cstr(&text, parts[0]);
	else
		add_parts(&text, parts);
	token = text.failed ? NULL : asst__copy_text(mem, text.data, text.size);
	asst__text_free(&text);
	return token;
}

/* Lists are short by their limits: by insertion. */
static void sort_keyed(struct keyed_list *keyed)
{
	struct keyed moving;
	size_t i, k;

	for (i = 1; i < keyed->count; i++) {
		moving = keyed->items[i];
		for (k = i; k > 0 && strcmp(moving.token, keyed->items[k - 1].token) < 0; k--)
			keyed->items[k] = keyed->items[k - 1];
		keyed->items[k] = moving;
	}
	for (i = 1; i < keyed->count; i++) {
		if (strcmp(keyed->items[i - 1].token, keyed->items[i].token) == 0)
			keyed->unusable = true;
	}
}

static void make_keyed(struct keyed_list *keyed, const asst__json *list,
		       const struct asst__json_list *keys)
{
	size_t count = asst__json_count(list);
	asst__json *item;

	memset(keyed, 0, sizeof(*keyed));
	if (list && asst__json_kind(list) != ASST__JSON_ARRAY)
		keyed->unusable = true;
	if (!count || keyed->unusable)
		return;
	keyed->items = asst__alloc_zeroed(mem, count * sizeof(*keyed->items));
	keyed->failed = !keyed->items;
	if (keyed->failed)
		return;
	keyed->count = count;
	count = 0;
	for (item = asst__json_first(list); item; item = asst__json_next(item), count++) {
		keyed->items[count].token = asst__json_token(item, keys);
		keyed->items[count].node = item;
		keyed->items[count].place = count;
		if (!keyed->items[count].token && has_keys(item, keys))
			keyed->failed = true;
		keyed->unusable |= !keyed->items[count].token;
	}
	if (!keyed->unusable)
		sort_keyed(keyed);
}

static const struct keyed *find_keyed(const struct keyed_list *keyed, const char *token)
{
	size_t low = 0, high = keyed->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(token, keyed->items[middle].token);
		if (order == 0)
			return &keyed->items[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool asst__json_order_add(struct asst__json_order *order, char *token)
{
	if (token && asst__grow(mem, &order->tokens, order->count, &order->room,
				sizeof(*order->tokens))) {
		order->tokens[order->count++] = token;
		return true;
	}
	asst__free_text(mem, token);
	return false;
}

/* The tokens of a list's items that the other list has too, in the list's order. */
static bool common_order(struct asst__json_order *order, const asst__json *list,
			 const struct asst__json_list *keys, const struct keyed_list *other)
{
	const asst__json *item;
	char *token;

	for (item = asst__json_first(list); item; item = asst__json_next(item)) {
		token = asst__json_token(item, keys);
		if (token && !find_keyed(other, token))
			asst__free_text(mem, token);
		else if (!asst__json_order_add(order, token))
			return false;
	}
	return true;
}

static bool same_order(const struct asst__json_order *a, const struct asst__json_order *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		if (strcmp(a->tokens[i], b->tokens[i]) != 0)
			return false;
	}
	return a->count == b->count;
}

static bool diff_order(struct asst__json_change *change, const asst__json *from,
		       const asst__json *to, const struct keyed_list *old_keyed,
		       const struct keyed_list *new_keyed)
{
	if (!common_order(&change->old_order, from, change->list, new_keyed) ||
	    !common_order(&change->new_order, to, change->list, old_keyed))
		return false;
	if (same_order(&change->old_order, &change->new_order)) {
		asst__json_order_dispose(&change->old_order);
		asst__json_order_dispose(&change->new_order);
	}
	return true;
}

static bool add_item(struct asst__json_change *change, const struct keyed *added,
		     const struct keyed_list *all)
{
	struct asst__json_change *child;

	if (!add_leaf(change, added->token, NULL, added->node))
		return false;
	child = &change->children[change->count - 1];
	child->place = added->place;
	for (size_t i = 0; added->place && i < all->count; i++) {
		if (all->items[i].place + 1 == added->place) {
			child->after = copy_name(all->items[i].token);
			return child->after != NULL;
		}
	}
	return true;
}

static bool diff_items(struct asst__json_change *change, const struct keyed_list *from,
		       const struct keyed_list *to)
{
	size_t i = 0, k = 0;
	bool done = true;
	int order;

	while (done && (i < from->count || k < to->count)) {
		order = i == from->count ? 1 : k == to->count ? -1 :
					    strcmp(from->items[i].token, to->items[k].token);
		if (order < 0)
			done = add_leaf(change, from->items[i].token, from->items[i].node, NULL);
		else if (order > 0)
			done = add_item(change, &to->items[k], to);
		else
			done = diff_values(change, to->items[k].token, from->items[i].node,
					   to->items[k].node);
		i += order <= 0;
		k += order >= 0;
	}
	return done;
}

/* Lists whose items have ids; absent is as good as empty. */
static bool diff_lists(struct asst__json_change *parent, const struct asst__json_list *list,
		       const asst__json *from, const asst__json *to)
{
	struct keyed_list old_keyed, new_keyed;
	struct asst__json_change *child;
	bool done;

	make_keyed(&old_keyed, from, list);
	make_keyed(&new_keyed, to, list);
	if (old_keyed.failed || new_keyed.failed) {
		done = false;
	} else if (old_keyed.unusable || new_keyed.unusable) {
		done = asst__json_same(from, to) || add_leaf(parent, list->name, from, to);
	} else {
		child = add_child(parent, copy_name(list->name));
		if (child)
			child->list = list;
		done = child && diff_items(child, &old_keyed, &new_keyed) &&
		       diff_order(child, from, to, &old_keyed, &new_keyed);
		if (done && asst__json_change_none(child)) {
			asst__json_change_dispose(child);
			parent->count--;
		}
	}
	keyed_dispose(&old_keyed);
	keyed_dispose(&new_keyed);
	return done;
}

/* Members in the order of their names; room is the count. NULL: no memory. */
static struct asst__json_entry *sorted_members(const asst__json *object, size_t *count)
{
	struct asst__json_entry *entries;
	asst__json *member;
	size_t i = 0;

	*count = asst__json_count(object);
	entries = asst__alloc(mem, (*count + 1) * sizeof(*entries));
	if (!entries)
		return NULL;
	for (member = asst__json_first(object); member; member = asst__json_next(member), i++) {
		entries[i].node = member;
		entries[i].place = i;
	}
	asst__json_sort(entries, *count);
	return entries;
}

static bool diff_member(struct asst__json_change *change, const asst__json *from,
			const asst__json *to, const struct asst__json_list *lists)
{
	const char *name = asst__json_name(from ? from : to);
	const struct asst__json_list *list = asst__json_find_list(lists, name);

	if (list)
		return diff_lists(change, list, from, to);
	return from && to ? diff_values(change, name, from, to) :
			    add_leaf(change, name, from, to);
}

static bool diff_members(struct asst__json_change *change, const asst__json *from,
			 const asst__json *to, const struct asst__json_list *lists)
{
	size_t from_count, to_count, i = 0, k = 0;
	struct asst__json_entry *old_members = sorted_members(from, &from_count);
	struct asst__json_entry *new_members = sorted_members(to, &to_count);
	bool done = old_members && new_members;
	int order;

	while (done && (i < from_count || k < to_count)) {
		order = i == from_count ? 1 : k == to_count ? -1 :
					   strcmp(asst__json_name(old_members[i].node),
						  asst__json_name(new_members[k].node));
		done = diff_member(change, order <= 0 ? old_members[i].node : NULL,
				   order >= 0 ? new_members[k].node : NULL, lists);
		i += order <= 0;
		k += order >= 0;
	}
	asst__free(mem, old_members, (from_count + 1) * sizeof(*old_members));
	asst__free(mem, new_members, (to_count + 1) * sizeof(*new_members));
	return done;
}

int asst__json_diff(struct asst__json_change *root, const asst__json *from, const asst__json *to,
		    const struct asst__json_list *lists, asst_error *err)
{
	memset(root, 0, sizeof(*root));
	return diff_members(root, from, to, lists) ? ASST_OK : asst__fail_nomem(err);
}
