/* SPDX-License-Identifier: MIT */
/* Inserting into the B+tree: all nodes that splits will need are taken before anything changes. */
#include "storage/tree_node.h"

#include <string.h>

struct spare {
	struct asst__leaf *leaf;
	struct asst__branch *branches[ASST__MAX_HEIGHT + 1];
	size_t count;
};

static void free_spare(const struct asst__tree *tree, struct spare *spare)
{
	while (spare->count)
		asst__free(tree->mem, spare->branches[--spare->count],
			   sizeof(struct asst__branch));
	asst__free(tree->mem, spare->leaf, sizeof(*spare->leaf));
}

static bool reserve(const struct asst__tree *tree, const struct asst__path *path,
		    struct spare *spare)
{
	size_t need = 0, d = path->depth;

	spare->leaf = NULL;
	spare->count = 0;
	if (path->leaf->count < ASST__FAN)
		return true;
	while (d && path->branches[d - 1]->count == ASST__FAN)
		d--;
	need = path->depth - d + (d == 0); /* the full ones, and a root above them */
	spare->leaf = asst__alloc(tree->mem, sizeof(*spare->leaf));
	if (!spare->leaf)
		return false;
	while (spare->count < need) {
		struct asst__branch *branch = asst__alloc(tree->mem, sizeof(*branch));

		if (!branch) {
			free_spare(tree, spare);
			return false;
		}
		spare->branches[spare->count++] = branch;
	}
	return true;
}

static void leaf_put(struct asst__leaf *leaf, size_t i, struct asst__entry *entry)
{
	memmove(leaf->entries + i + 1, leaf->entries + i,
		(leaf->count - i) * sizeof(leaf->entries[0]));
	leaf->entries[i] = entry;
	leaf->count++;
}

static void branch_put(struct asst__branch *branch, size_t i, struct asst__entry *low, void *child)
{
	size_t behind = branch->count - i;

	memmove(branch->lows + i + 1, branch->lows + i, behind * sizeof(branch->lows[0]));
	memmove(branch->children + i + 1, branch->children + i,
		behind * sizeof(branch->children[0]));
	branch->lows[i] = low;
	branch->children[i] = child;
	branch->count++;
}

/* What stays on the left of a full node: all when it grows at its end, as rising keys do. */
static size_t kept(size_t i)
{
	return i == ASST__FAN ? ASST__FAN : ASST__FAN / 2;
}

static void split_leaf(struct asst__tree *tree, struct asst__path *path, struct asst__leaf *right,
		       struct asst__entry *entry)
{
	struct asst__leaf *left = path->leaf;
	size_t keep = kept(path->i);

	right->count = left->count - keep;
	memcpy(right->entries, left->entries + keep, right->count * sizeof(right->entries[0]));
	left->count = keep;
	right->prev = left;
	right->next = left->next;
	if (left->next)
		left->next->prev = right;
	else
		tree->last = right;
	left->next = right;
	if (path->i >= keep)
		leaf_put(right, path->i - keep, entry);
	else
		leaf_put(left, path->i, entry);
}

static void split_branch(struct asst__branch *left, struct asst__branch *right, size_t i,
			 struct asst__entry *low, void *child)
{
	size_t keep = kept(i);

	right->count = left->count - keep;
	memcpy(right->lows, left->lows + keep, right->count * sizeof(right->lows[0]));
	memcpy(right->children, left->children + keep,
	       right->count * sizeof(right->children[0]));
	left->count = keep;
	if (i >= keep)
		branch_put(right, i - keep, low, child);
	else
		branch_put(left, i, low, child);
}

/* Make a new node known to the branches above the one it was split from. */
static void make_known(struct asst__tree *tree, struct asst__path *path, struct spare *spare,
		  struct asst__entry *low, void *child)
{
	struct asst__entry *first;
	struct asst__branch *root;

	for (size_t d = path->depth; d-- > 0;) {
		struct asst__branch *left = path->branches[d], *right;

		if (left->count < ASST__FAN) {
			branch_put(left, path->at[d] + 1, low, child);
			return;
		}
		right = spare->branches[--spare->count];
		split_branch(left, right, path->at[d] + 1, low, child);
		low = right->lows[0];
		child = right;
	}
	first = path->depth ? path->branches[0]->lows[0] : path->leaf->entries[0];
	root = spare->branches[--spare->count];
	root->count = 0;
	branch_put(root, 0, first, tree->root);
	branch_put(root, 1, low, child);
	tree->root = root;
	tree->height++;
}

static bool plant(struct asst__tree *tree, struct asst__entry *entry)
{
	struct asst__leaf *leaf = asst__alloc(tree->mem, sizeof(*leaf));

	if (!leaf)
		return false;
	leaf->count = 0;
	leaf->next = leaf->prev = NULL;
	leaf_put(leaf, 0, entry);
	tree->root = tree->last = leaf;
	tree->height = 1;
	return true;
}

bool asst__tree_insert(struct asst__tree *tree, struct asst__entry *entry)
{
	const unsigned char *key = asst__entry_key(entry);
	struct spare spare;
	struct asst__path path;

	if (!tree->height)
		return plant(tree, entry);
	if (asst__entry_before(tree->last->entries[tree->last->count - 1], key, entry->key_size))
		asst__tree_find_end(tree, &path);
	else
		asst__tree_find_path(tree, key, entry->key_size, &path);
	if (!reserve(tree, &path, &spare))
		return false;
	if (spare.leaf)
		split_leaf(tree, &path, spare.leaf, entry);
	else
		leaf_put(path.leaf, path.i, entry);
	if (path.i == 0)
		asst__tree_set_low(&path, path.depth, entry);
	if (spare.leaf)
		make_known(tree, &path, &spare, spare.leaf->entries[0], spare.leaf);
	return true;
}
