/* SPDX-License-Identifier: MIT */
/* Where two changes from the same tree meet. */
#include "base/fail.h"
#include "json/diff.h"
#include "json/inner.h"

static const struct asst__mem *const mem = &asst__mem_libc;

struct meeting {
	struct asst__json_conflicts *conflicts;
	struct asst__text pointer;
	bool failed;
};

void asst__json_conflicts_dispose(struct asst__json_conflicts *conflicts)
{
	for (size_t i = 0; i < conflicts->count; i++)
		asst__free_text(mem, conflicts->items[i].pointer);
	asst__free(mem, conflicts->items, conflicts->room * sizeof(*conflicts->items));
	memset(conflicts, 0, sizeof(*conflicts));
}

static void add_conflict(struct meeting *meeting, const struct asst__json_change *other, bool order)
{
	struct asst__json_conflicts *conflicts = meeting->conflicts;
	struct asst__json_conflict made = { NULL, order, other };

	made.pointer = meeting->pointer.failed ? NULL :
			       asst__copy_text(mem, meeting->pointer.data, meeting->pointer.size);
	if (!made.pointer || !asst__grow(mem, &conflicts->items, conflicts->count,
					 &conflicts->room, sizeof(made))) {
		asst__free_text(mem, made.pointer);
		meeting->failed = true;
		return;
	}
	conflicts->items[conflicts->count++] = made;
}

bool asst__json_conflict_add_order(struct asst__json_conflicts *conflicts, const char *list,
				   const struct asst__json_change *other)
{
	struct meeting meeting = { .conflicts = conflicts };

	asst__text_init(&meeting.pointer, mem, SIZE_MAX / 2);
	asst__pointer_add(&meeting.pointer, list);
	add_conflict(&meeting, other, true);
	asst__text_free(&meeting.pointer);
	return !meeting.failed;
}

static bool is_leaf(const struct asst__json_change *change)
{
	return change->old_value || change->new_value;
}

static void skip_all(struct asst__json_change *change)
{
	change->skip = true;
	for (size_t i = 0; i < change->count; i++)
		skip_all(&change->children[i]);
}

static bool has_token(const struct asst__json_order *order, const char *token)
{
	for (size_t i = 0; i < order->count; i++) {
		if (strcmp(order->tokens[i], token) == 0)
			return true;
	}
	return false;
}

/* Whether two orders agree on the items that both know. */
static bool agree(const struct asst__json_order *a, const struct asst__json_order *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a->count && !has_token(b, a->tokens[i]))
			i++;
		while (k < b->count && !has_token(a, b->tokens[k]))
			k++;
		if (i == a->count || k == b->count)
			return i == a->count && k == b->count;
		if (strcmp(a->tokens[i++], b->tokens[k++]) != 0)
			return false;
	}
}

static void meet(struct meeting *meeting, const struct asst__json_change *first,
		 struct asst__json_change *second);

static void meet_children(struct meeting *meeting, const struct asst__json_change *first,
			  struct asst__json_change *second)
{
	size_t i = 0, k = 0, mark = meeting->pointer.size;
	int order;

	while (i < first->count && k < second->count && !meeting->failed) {
		order = strcmp(first->children[i].token, second->children[k].token);
		if (order == 0) {
			asst__pointer_add(&meeting->pointer, second->children[k].token);
			meet(meeting, &first->children[i], &second->children[k]);
			meeting->pointer.size = mark;
			if (meeting->pointer.data)
				meeting->pointer.data[mark] = '\0';
		}
		i += order <= 0;
		k += order >= 0;
	}
}

static void meet(struct meeting *meeting, const struct asst__json_change *first,
		 struct asst__json_change *second)
{
	bool both = is_leaf(first) && is_leaf(second);

	if (both && asst__json_same(first->new_value, second->new_value)) {
		second->skip = true;
		return;
	}
	if (is_leaf(first) || is_leaf(second)) {
		add_conflict(meeting, second, false);
		skip_all(second);
		return;
	}
	if (first->new_order.count && second->new_order.count &&
	    !agree(&first->new_order, &second->new_order)) {
		add_conflict(meeting, second, true);
		second->skip = true; /* its order alone */
	}
	meet_children(meeting, first, second);
}

int asst__json_overlaps(struct asst__json_conflicts *conflicts, struct asst__json_change *first,
			struct asst__json_change *second, asst_error *err)
{
	struct meeting meeting = { .conflicts = conflicts };

	memset(conflicts, 0, sizeof(*conflicts));
	asst__text_init(&meeting.pointer, mem, SIZE_MAX / 2);
	meet_children(&meeting, first, second);
	asst__text_free(&meeting.pointer);
	return meeting.failed ? asst__fail_nomem(err) : ASST_OK;
}
