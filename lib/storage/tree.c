/* SPDX-License-Identifier: MIT */
/* The B+tree as it stands: searching it, walking along it, giving it back. */
#include "storage/tree_node.h"

#include <string.h>

void asst__tree_init(struct asst__tree *tree, const struct asst__mem *mem)
{
	tree->mem = mem;
	tree->height = 0;
	tree->root = NULL;
	tree->last = NULL;
}

static void free_nodes(const struct asst__mem *mem, void *node, size_t height)
{
	struct asst__branch *branch = node;

	if (height == 1) {
		asst__free(mem, node, sizeof(struct asst__leaf));
		return;
	}
	for (size_t i = 0; i < branch->count; i++)
		free_nodes(mem, branch->children[i], height - 1);
	asst__free(mem, branch, sizeof(*branch));
}

void asst__tree_dispose(struct asst__tree *tree)
{
	if (tree->height)
		free_nodes(tree->mem, tree->root, tree->height);
}

/* The first of count sorted entries that is not below the key. */
static size_t lower_bound(struct asst__entry *const *entries, size_t count, const void *key,
			  size_t size)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;
		const struct asst__entry *entry = entries[middle];

		if (asst__key_compare(asst__entry_key(entry), entry->key_size, key, size) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* The child that holds the key or would: the last one whose lowest entry is not above it. */
static size_t branch_find(const struct asst__branch *branch, const void *key, size_t size)
{
	size_t i = lower_bound(branch->lows, branch->count, key, size);
	const struct asst__entry *entry;

	if (i == branch->count)
		return i - 1;
	entry = branch->lows[i];
	if (i && (entry->key_size != size || memcmp(asst__entry_key(entry), key, size) != 0))
		i--;
	return i;
}

static void find_leaf(const struct asst__tree *tree, const void *key, size_t size,
		      struct asst__path *path)
{
	void *node = tree->root;

	path->depth = tree->height - 1;
	for (size_t d = 0; d < path->depth; d++) {
		path->branches[d] = node;
		path->at[d] = branch_find(node, key, size);
		node = path->branches[d]->children[path->at[d]];
	}
	path->leaf = node;
}

void asst__tree_find_path(const struct asst__tree *tree, const void *key, size_t size,
			  struct asst__path *path)
{
	find_leaf(tree, key, size, path);
	path->i = lower_bound(path->leaf->entries, path->leaf->count, key, size);
}

void asst__tree_find_entry(const struct asst__tree *tree, const struct asst__entry *entry,
			   struct asst__path *path)
{
	find_leaf(tree, asst__entry_key(entry), entry->key_size, path);
	/* Pointers lie side by side; comparing keys would fetch a line of memory for each. */
	for (path->i = 0; path->leaf->entries[path->i] != entry; path->i++)
		;
}

void asst__tree_find_end(const struct asst__tree *tree, struct asst__path *path)
{
	void *node = tree->root;

	path->depth = tree->height - 1;
	for (size_t d = 0; d < path->depth; d++) {
		path->branches[d] = node;
		path->at[d] = path->branches[d]->count - 1;
		node = path->branches[d]->children[path->at[d]];
	}
	path->leaf = node;
	path->i = path->leaf->count;
}

struct asst__entry *asst__tree_first(const struct asst__tree *tree, const void *from, size_t size,
				     struct asst__cursor *cursor)
{
	struct asst__path path;

	if (!tree->height)
		return NULL;
	asst__tree_find_path(tree, from, size, &path);
	cursor->leaf = path.leaf;
	cursor->i = path.i;
	if (cursor->i == cursor->leaf->count) {
		cursor->leaf = cursor->leaf->next;
		cursor->i = 0;
	}
	return cursor->leaf ? cursor->leaf->entries[cursor->i] : NULL;
}

struct asst__entry *asst__tree_last(const struct asst__tree *tree, const void *to, size_t size,
				    struct asst__cursor *cursor)
{
	struct asst__path path;

	if (!tree->height)
		return NULL;
	if (size)
		asst__tree_find_path(tree, to, size, &path);
	else
		asst__tree_find_end(tree, &path);
	cursor->leaf = path.leaf;
	cursor->i = path.i;
	return asst__cursor_prev(cursor);
}

/* Entries lie anywhere in memory: whoever goes through them in order asks for them ahead. */
#define AHEAD 8

struct asst__entry *asst__cursor_next(struct asst__cursor *cursor)
{
	const struct asst__leaf *leaf = cursor->leaf;
	size_t ahead = cursor->i + AHEAD;

	if (ahead < leaf->count)
		ASST__PREFETCH(leaf->entries[ahead]);
	else if (leaf->next && ahead - leaf->count < leaf->next->count)
		ASST__PREFETCH(leaf->next->entries[ahead - leaf->count]);
	if (++cursor->i == cursor->leaf->count) {
		cursor->leaf = cursor->leaf->next;
		cursor->i = 0;
	}
	return cursor->leaf ? cursor->leaf->entries[cursor->i] : NULL;
}

struct asst__entry *asst__cursor_prev(struct asst__cursor *cursor)
{
	if (cursor->i == 0) {
		cursor->leaf = cursor->leaf->prev;
		if (!cursor->leaf)
			return NULL;
		cursor->i = cursor->leaf->count;
	}
	return cursor->leaf->entries[--cursor->i];
}

void asst__tree_set_low(struct asst__path *path, size_t depth, struct asst__entry *entry)
{
	while (depth-- > 0) {
		path->branches[depth]->lows[path->at[depth]] = entry;
		if (path->at[depth])
			return;
	}
}

void asst__tree_replace(struct asst__tree *tree, const struct asst__entry *old,
			struct asst__entry *entry)
{
	struct asst__path path;

	asst__tree_find_entry(tree, old, &path);
	path.leaf->entries[path.i] = entry;
	if (path.i == 0)
		asst__tree_set_low(&path, path.depth, entry);
}
