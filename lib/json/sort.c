/* SPDX-License-Identifier: MIT */
/* Members in the order of their names: sorting, finding, and repeated names. */
#include "json/inner.h"

#include <cJSON.h>

#define FEW 16 /* up to here plain loops win over sorting */

static bool before(const struct asst__json_entry *a, const struct asst__json_entry *b)
{
	int order = strcmp(a->node->string, b->node->string);

	return order ? order < 0 : a->place < b->place;
}

static void insertion_sort(struct asst__json_entry *entries, size_t count)
{
	struct asst__json_entry moved;
	size_t i, at;

	for (i = 1; i < count; i++) {
		moved = entries[i];
		for (at = i; at > 0 && before(&moved, &entries[at - 1]); at--)
			entries[at] = entries[at - 1];
		entries[at] = moved;
	}
}

/* Let the entry at the root sink in the heap of count entries. */
static void sink(struct asst__json_entry *entries, size_t root, size_t count)
{
	struct asst__json_entry moved = entries[root];
	size_t child;

	while ((child = 2 * root + 1) < count) {
		if (child + 1 < count && before(&entries[child], &entries[child + 1]))
			child++;
		if (!before(&moved, &entries[child]))
			break;
		entries[root] = entries[child];
		root = child;
	}
	entries[root] = moved;
}

static bool sorted(const struct asst__json_entry *entries, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (before(&entries[i], &entries[i - 1]))
			return false;
	}
	return true;
}

void asst__json_sort(struct asst__json_entry *entries, size_t count)
{
	struct asst__json_entry top;
	size_t i;

	if (count <= FEW) {
		insertion_sort(entries, count);
		return;
	}
	/* What this library wrote comes back in order. */
	if (sorted(entries, count))
		return;
	for (i = count / 2; i > 0; i--)
		sink(entries, i - 1, count);
	for (i = count - 1; i > 0; i--) {
		top = entries[0];
		entries[0] = entries[i];
		entries[i] = top;
		sink(entries, 0, i);
	}
}

struct asst__json_entry *asst__json_find(struct asst__json_entry *entries, size_t count,
					 const char *name)
{
	size_t low = 0, high = count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(name, entries[middle].node->string);
		if (order == 0)
			return &entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static struct asst__json_entry *repeated_of_few(struct asst__json_entry *entries, size_t count)
{
	const char *a, *b;
	size_t i, j;

	for (i = 1; i < count; i++) {
		a = entries[i].node->string;
		for (j = 0; j < i; j++) {
			b = entries[j].node->string;
			if (*a == *b && strcmp(a, b) == 0)
				return &entries[i];
		}
	}
	return NULL;
}

struct asst__json_entry *asst__json_repeated(struct asst__json_entry *entries, size_t count)
{
	struct asst__json_entry *first = NULL;
	size_t i;

	if (count <= FEW)
		return repeated_of_few(entries, count);
	asst__json_sort(entries, count);
	for (i = 1; i < count; i++) {
		if (strcmp(entries[i - 1].node->string, entries[i].node->string) == 0 &&
		    (!first || entries[i].place < first->place))
			first = &entries[i];
	}
	return first;
}
