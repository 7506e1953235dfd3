/* SPDX-License-Identifier: MIT */
/* Reading changes from the JSON list that change.c writes. */
#include "base/fail.h"
#include "json/diff.h"
#include "json/inner.h"

#include <stdio.h>

static const struct asst__mem *const mem = &asst__mem_libc;

struct reading {
	struct asst__json_change *root;
	const struct asst__json_list *lists;
	size_t index; /* of the entry */
	asst_error *err;
};

static int fault(const struct reading *reading, const char *member, const char *code,
		 const char *what)
{
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "/%zu%s%s", reading->index, *member ? "/" : "", member);
	asst__error_add_issue(reading->err, code, pointer, what);
	return asst__fail(reading->err, ASST_EVALIDATION, "change %zu: %s", reading->index, what);
}

/* The child with a token, made where there is none: few have many, so by insertion. */
static struct asst__json_change *child_of(struct asst__json_change *parent, const char *token)
{
	struct asst__json_change made;
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
	memset(&made, 0, sizeof(made));
	made.token = asst__copy_text(mem, token, strlen(token));
	if (!made.token || !asst__grow(mem, &parent->children, parent->count, &parent->room,
				       sizeof(*parent->children))) {
		asst__free_text(mem, made.token);
		return NULL;
	}
	memmove(parent->children + low + 1, parent->children + low,
		(parent->count - low) * sizeof(*parent->children));
	parent->children[low] = made;
	parent->count++;
	return &parent->children[low];
}

static bool is_leaf(const struct asst__json_change *change)
{
	return change->old_value || change->new_value;
}

/* The change of a pointer, made with all on the way to it. NULL with *status set. */
static struct asst__json_change *find_change(struct reading *reading, const char *pointer,
					     int *status)
{
	struct asst__json_change *at = reading->root;
	bool root = true;
	char *token;

	*status = ASST_OK;
	if (*pointer != '/')
		*status = fault(reading, "pointer", "pointer", "must be a JSON Pointer below the root");
	while (*status == ASST_OK && *pointer == '/') {
		if (is_leaf(at)) {
			*status = fault(reading, "pointer", "conflict", "lies in another change");
			break;
		}
		token = asst__pointer_next(&pointer);
		at = token ? child_of(at, token) : NULL;
		asst__free_text(mem, token);
		if (!at) {
			*status = asst__fail_nomem(reading->err);
			break;
		}
		if (root)
			at->list = asst__json_find_list(reading->lists, at->token);
		root = false;
	}
	return *status == ASST_OK ? at : NULL;
}

static int read_order(struct reading *reading, struct asst__json_order *order,
		      const asst__json *entry, const char *name)
{
	const asst__json *tokens = asst__json_member(entry, name), *token;
	const char *text;

	if (asst__json_kind(tokens) != ASST__JSON_ARRAY)
		return fault(reading, name, "type", "must be a list of ids");
	for (token = asst__json_first(tokens); token; token = asst__json_next(token)) {
		if (asst__json_kind(token) != ASST__JSON_STRING)
			return fault(reading, name, "type", "must be a list of ids");
		text = asst__json_text(token);
		if (!asst__json_order_add(order, asst__copy_text(mem, text, strlen(text))))
			return asst__fail_nomem(reading->err);
	}
	return ASST_OK;
}

static int check_members(struct reading *reading, const asst__json *entry)
{
	static const char *const known[] = { "pointer", "old",	    "new",
					     "after",	"oldOrder", "newOrder" };
	const asst__json *member;
	size_t i;

	for (member = asst__json_first(entry); member; member = asst__json_next(member)) {
		for (i = 0; i < ASST__COUNT(known); i++) {
			if (strcmp(known[i], asst__json_name(member)) == 0)
				break;
		}
		if (i == ASST__COUNT(known))
			return fault(reading, "", "unknown_field", "has a member that changes do not have");
	}
	return ASST_OK;
}

static int read_leaf(struct reading *reading, struct asst__json_change *change,
		     const asst__json *entry)
{
	const asst__json *after = asst__json_member(entry, "after");
	const char *text = asst__json_text(after);

	if (is_leaf(change) || change->count || change->new_order.count)
		return fault(reading, "pointer", "conflict", "meets another change");
	change->old_value = asst__json_member(entry, "old");
	change->new_value = asst__json_member(entry, "new");
	change->place = reading->index;
	if (!is_leaf(change))
		return fault(reading, "", "required", "needs old, new, or newOrder");
	if (!after || asst__json_kind(after) == ASST__JSON_NULL)
		return ASST_OK;
	if (asst__json_kind(after) != ASST__JSON_STRING)
		return fault(reading, "after", "type", "must be an id or null");
	change->after = asst__copy_text(mem, text, strlen(text));
	return change->after ? ASST_OK : asst__fail_nomem(reading->err);
}

static int read_entry(struct reading *reading, const asst__json *entry)
{
	const asst__json *pointer = asst__json_member(entry, "pointer");
	struct asst__json_change *change;
	int status;

	if (asst__json_kind(entry) != ASST__JSON_OBJECT)
		return fault(reading, "", "type", "must be an object");
	if (asst__json_kind(pointer) != ASST__JSON_STRING)
		return fault(reading, "pointer", "required", "must be a JSON Pointer");
	status = check_members(reading, entry);
	if (status != ASST_OK)
		return status;
	change = find_change(reading, asst__json_text(pointer), &status);
	if (status != ASST_OK)
		return status;
	if (!asst__json_member(entry, "newOrder"))
		return read_leaf(reading, change, entry);
	change->place = reading->index;
	if (!change->list || is_leaf(change) || change->new_order.count)
		return fault(reading, "newOrder", "conflict", "is for a list whose items have ids");
	status = read_order(reading, &change->old_order, entry, "oldOrder");
	return status == ASST_OK ? read_order(reading, &change->new_order, entry, "newOrder") :
				   status;
}

int asst__json_change_read(struct asst__json_change *root, const asst__json *list,
			   const struct asst__json_list *lists, asst_error *err)
{
	struct reading reading = { root, lists, 0, err };
	const asst__json *entry;
	size_t faults = 0;
	int status = ASST_OK;

	memset(root, 0, sizeof(*root));
	if (asst__json_kind(list) != ASST__JSON_ARRAY) {
		asst__error_add_issue(err, "type", "", "must be a list of changes");
		return asst__fail(err, ASST_EVALIDATION, "the changes must be a list");
	}
	for (entry = asst__json_first(list); entry; entry = asst__json_next(entry), reading.index++) {
		status = read_entry(&reading, entry);
		faults += status == ASST_EVALIDATION;
		if (status != ASST_OK && status != ASST_EVALIDATION)
			return status;
	}
	if (faults > 1)
		return asst__fail(err, ASST_EVALIDATION, "%zu faults, the first at \"%s\": %s", faults,
				  asst_error_issue_pointer(err, 0),
				  asst_error_issue_message(err, 0));
	return faults ? ASST_EVALIDATION : ASST_OK;
}
