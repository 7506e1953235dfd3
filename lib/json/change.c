/* SPDX-License-Identifier: MIT */
/* Changes: written as a JSON list, read from one, and applied to a tree. */
#include "base/fail.h"
#include "json/diff.h"
#include "json/inner.h"

#include <cJSON.h>
#include <stdio.h>

static const struct asst__mem *const mem = &asst__mem_libc;

/* Writing */

struct writer {
	struct asst__text *out;
	struct asst__text pointer;
	const struct asst__mem *mem;
};

static void write_order(struct writer *writer, const char *name,
			const struct asst__json_order *order)
{
	struct asst__text *out = writer->out;

	asst__text_add_format(out, ",\"%s\":[", name);
	for (size_t i = 0; i < order->count; i++) {
		if (i)
			asst__text_add_char(out, ',');
		asst__json_write_string(out, order->tokens[i], ASST_NUL);
	}
	asst__text_add_char(out, ']');
}

static void write_value(struct writer *writer, const char *name, const asst__json *value)
{
	if (!value)
		return;
	asst__text_add_format(writer->out, ",\"%s\":", name);
	asst__json_write(writer->out, value, writer->mem);
}

static void begin_entry(struct writer *writer)
{
	if (writer->out->data && writer->out->data[writer->out->size - 1] != '[')
		asst__text_add_char(writer->out, ',');
	asst__text_add_cstr(writer->out, "{\"pointer\":");
	asst__json_write_string(writer->out, writer->pointer.data ? writer->pointer.data : "",
				ASST_NUL);
}

static void write_leaf(struct writer *writer, const struct asst__json_change *change, bool item)
{
	begin_entry(writer);
	write_value(writer, "old", change->old_value);
	write_value(writer, "new", change->new_value);
	if (item && !change->old_value) {
		asst__text_add_cstr(writer->out, ",\"after\":");
		if (change->after)
			asst__json_write_string(writer->out, change->after, ASST_NUL);
		else
			asst__text_add_cstr(writer->out, "null");
	}
	asst__text_add_char(writer->out, '}');
}

static void write_change(struct writer *writer, const struct asst__json_change *change);

static void write_child(struct writer *writer, const struct asst__json_change *child, bool item)
{
	size_t mark = writer->pointer.size;

	asst__pointer_add(&writer->pointer, child->token);
	if (child->old_value || child->new_value)
		write_leaf(writer, child, item);
	else
		write_change(writer, child);
	writer->pointer.size = mark;
	if (writer->pointer.data)
		writer->pointer.data[mark] = '\0';
}

/* Added items come last, in the order in which they stand, so that each finds the one before it. */
static void write_added(struct writer *writer, const struct asst__json_change *change)
{
	const struct asst__json_change *next, *last = NULL;
	size_t i;

	do {
		next = NULL;
		for (i = 0; i < change->count; i++) {
			const struct asst__json_change *child = &change->children[i];

			if (child->new_value && !child->old_value &&
			    (!last || child->place > last->place) &&
			    (!next || child->place < next->place))
				next = child;
		}
		if (next)
			write_child(writer, next, true);
		last = next;
	} while (next);
}

static void write_change(struct writer *writer, const struct asst__json_change *change)
{
	size_t i;

	for (i = 0; i < change->count; i++) {
		const struct asst__json_change *child = &change->children[i];

		if (!change->list || child->old_value || !child->new_value)
			write_child(writer, child, false);
	}
	if (change->new_order.count) {
		begin_entry(writer);
		write_order(writer, "oldOrder", &change->old_order);
		write_order(writer, "newOrder", &change->new_order);
		asst__text_add_char(writer->out, '}');
	}
	if (change->list)
		write_added(writer, change);
}

static const struct asst__json_change *find_child(const struct asst__json_change *parent,
						  const char *token)
{
	size_t low = 0, high = parent->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(token, parent->children[middle].token);
		if (order == 0)
			return &parent->children[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool is_named(const char *const *names, const char *token)
{
	while (*names && strcmp(*names, token) != 0)
		names++;
	return *names != NULL;
}

void asst__json_change_write(struct asst__text *out, const struct asst__json_change *root,
			     const char *const *names, const struct asst__mem *write_mem)
{
	struct writer writer = { .out = out, .mem = write_mem };
	const struct asst__json_change *child;
	size_t i;

	asst__text_init(&writer.pointer, mem, SIZE_MAX / 2);
	asst__text_add_char(out, '[');
	for (i = 0; names[i]; i++) {
		child = find_child(root, names[i]);
		if (child)
			write_child(&writer, child, false);
	}
	for (i = 0; i < root->count; i++) {
		if (!is_named(names, root->children[i].token))
			write_child(&writer, &root->children[i], false);
	}
	asst__text_add_char(out, ']');
	if (writer.pointer.failed)
		out->failed = writer.pointer.failed;
	asst__text_free(&writer.pointer);
}

/* Applying */

struct applying {
	bool strict;
	bool conflict;
	bool failed; /* no memory */
	asst_error *err;
};

/* Where changes are to fit, say of one that does not which it is in the list. */
static void note_conflict(struct applying *applying, const struct asst__json_change *change,
			  const char *member)
{
	char pointer[64];

	if (!applying->strict)
		return;
	applying->conflict = true;
	while (change->count && !change->old_value && !change->new_value)
		change = &change->children[0];
	snprintf(pointer, sizeof(pointer), "/%zu/%s", change->place, member);
	asst__error_add_issue(applying->err, "conflict", pointer, "is not what is there");
}

/* Whether what is there is what the change found. */
static bool fits(struct applying *applying, const struct asst__json_change *change,
		 const asst__json *present)
{
	if (!applying->strict || asst__json_same(change->old_value, present))
		return true;
	note_conflict(applying, change, change->old_value ? "old" : "new");
	return false;
}

static asst__json *copy_new(struct applying *applying, const struct asst__json_change *change)
{
	asst__json *copy = NULL;

	if (change->new_value) {
		copy = asst__json_copy(change->new_value);
		applying->failed |= !copy;
	}
	return copy;
}

static void apply_members(struct applying *applying, asst__json *object,
			  const struct asst__json_change *change);

static bool is_added(const struct asst__json_change *child)
{
	return child->new_value && !child->old_value;
}

/* The item before one in its own list; NULL: it is the first one. */
static const asst__json *item_before(const asst__json *item)
{
	/* The first one's leads to the last one. */
	return item->prev && item->prev->next == item ? item->prev : NULL;
}

/* Put an added item behind the nearest of those before it that is there, else to the begin. */
static void place_added(struct applying *applying, asst__json *list,
			const struct asst__json_change *child, const struct asst__json_list *keys,
			asst__json *copy)
{
	const asst__json *before = child->new_value;
	char *token = NULL;

	while (!token && !applying->failed && (before = item_before(before))) {
		token = asst__json_token(before, keys);
		applying->failed = !token;
		if (token && !asst__json_item(list, keys, token)) {
			asst__free_text(mem, token);
			token = NULL;
		}
	}
	asst__json_item_set(list, keys, child->token, copy, !token, token);
	asst__free_text(mem, token);
}

static void apply_to_item(struct applying *applying, asst__json *list,
			  const struct asst__json_change *child, const struct asst__json_list *keys)
{
	asst__json *item = asst__json_item(list, keys, child->token), *copy;

	if (!child->old_value && !child->new_value) {
		if (asst__json_kind(item) == ASST__JSON_OBJECT)
			apply_members(applying, item, child);
		else
			note_conflict(applying, child, "pointer");
		return;
	}
	if (!fits(applying, child, item))
		return;
	copy = copy_new(applying, child);
	if (applying->failed) /* maybe before this */
		asst__json_free(copy);
	else if (!applying->strict && is_added(child))
		place_added(applying, list, child, keys, copy);
	else
		asst__json_item_set(list, keys, child->token, copy, !child->after, child->after);
}

/* Whether the items that had an order still have it. */
static bool has_order(const asst__json *list, const struct asst__json_list *keys,
		      const struct asst__json_order *order)
{
	const asst__json *at = NULL, *item;

	for (size_t i = 0; i < order->count; i++) {
		item = asst__json_item(list, keys, order->tokens[i]);
		/* Behind the one before it. */
		at = at ? asst__json_next(at) : asst__json_first(list);
		while (at && at != item)
			at = asst__json_next(at);
		if (!at)
			return false;
	}
	return true;
}

static void note_order(struct applying *applying, const struct asst__json_change *change)
{
	struct asst__json_change alone = { .place = change->place };

	note_conflict(applying, &alone, "oldOrder");
}

static void apply_order(struct applying *applying, asst__json *list,
			const struct asst__json_change *change)
{
	const char *const *tokens = (const char *const *)change->new_order.tokens;

	if (applying->strict && change->new_order.count &&
	    !has_order(list, change->list, &change->old_order))
		note_order(applying, change);
	if (change->new_order.count && !change->skip &&
	    !asst__json_reorder(list, change->list, tokens, change->new_order.count))
		applying->failed = true;
}

/* What is there first, then its order, then what is new, each behind the one before it. */
static void apply_items(struct applying *applying, asst__json *list,
			const struct asst__json_change *change)
{
	const struct asst__json_change *next, *last = NULL;
	size_t i;

	for (i = 0; i < change->count && !applying->failed; i++) {
		if (!is_added(&change->children[i]) && !change->children[i].skip)
			apply_to_item(applying, list, &change->children[i], change->list);
	}
	apply_order(applying, list, change);
	do {
		next = NULL;
		for (i = 0; i < change->count; i++) {
			const struct asst__json_change *child = &change->children[i];

			if (is_added(child) && (!last || child->place > last->place) &&
			    (!next || child->place < next->place))
				next = child;
		}
		if (next && !next->skip)
			apply_to_item(applying, list, next, change->list);
		last = next;
	} while (next && !applying->failed);
}

/* The member, made where a list is absent, which is as good as empty. */
static asst__json *member_of(struct applying *applying, asst__json *object,
			     const struct asst__json_change *child)
{
	asst__json *member = asst__json_member(object, child->token);

	if (member || !child->list)
		return member;
	member = asst__json_new_array();
	if (member && asst__json_add(object, child->token, member))
		return member;
	applying->failed = true;
	return NULL;
}

static void apply_inner(struct applying *applying, asst__json *object,
			const struct asst__json_change *child)
{
	asst__json *member = member_of(applying, object, child);

	if (child->list && asst__json_kind(member) == ASST__JSON_ARRAY)
		apply_items(applying, member, child);
	else if (!child->list && asst__json_kind(member) == ASST__JSON_OBJECT)
		apply_members(applying, member, child);
	else
		note_conflict(applying, child, "pointer");
}

static void apply_members(struct applying *applying, asst__json *object,
			  const struct asst__json_change *change)
{
	asst__json *copy;

	for (size_t i = 0; i < change->count && !applying->failed; i++) {
		const struct asst__json_change *child = &change->children[i];

		if (!child->old_value && !child->new_value) {
			apply_inner(applying, object, child);
			continue;
		}
		if (child->skip ||
		    !fits(applying, child, asst__json_member(object, child->token)))
			continue;
		copy = copy_new(applying, child);
		if (!copy && !applying->failed)
			asst__json_remove(object, child->token);
		else if (copy && !asst__json_set(object, child->token, copy))
			applying->failed = true;
	}
}

int asst__json_change_apply(asst__json *tree, const struct asst__json_change *root, bool strict,
			    asst_error *err)
{
	struct applying applying = { .strict = strict, .err = err };

	apply_members(&applying, tree, root);
	if (applying.failed)
		return asst__fail_nomem(err);
	if (applying.conflict)
		return asst__fail(err, ASST_ECONFLICT,
				  "the changes were made from another state: an old value differs");
	return ASST_OK;
}
