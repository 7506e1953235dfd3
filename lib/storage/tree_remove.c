/* SPDX-License-Identifier: MIT */
/*
 * Removing from the B+tree, which never needs memory. Nodes may get sparse: neighbours are
 * joined only when one is nearly empty and the result leaves room for inserts.
 */
#include "storage/tree_node.h"

#include <string.h>

#define SPARSE (ASST__FAN / 4)
#define JOINED (ASST__FAN - ASST__FAN / 4)

static void free_leaf(struct asst__tree *tree, struct asst__leaf *leaf)
{
	if (leaf->prev)
		leaf->prev->next = leaf->next;
	if (leaf->next)
		leaf->next->prev = leaf->prev;
	else
		tree->last = leaf->prev;
	asst__free(tree->mem, leaf, sizeof(*leaf));
}

static void branch_take(struct asst__branch *branch, size_t i)
{
	size_t behind = --branch->count - i;

	memmove(branch->lows + i, branch->lows + i + 1, behind * sizeof(branch->lows[0]));
	memmove(branch->children + i, branch->children + i + 1,
		behind * sizeof(branch->children[0]));
}

/* The place of the right one of two children to be joined: mine and the one before or after it. */
static bool join_place(const struct asst__branch *parent, size_t mine, bool (*fit)(void *, void *),
		       size_t *right)
{
	if (mine && fit(parent->children[mine - 1], parent->children[mine])) {
		*right = mine;
		return true;
	}
	*right = mine + 1;
	return *right < parent->count && fit(parent->children[mine], parent->children[*right]);
}

static bool leaves_fit(void *left, void *right)
{
	const struct asst__leaf *a = left, *b = right;

	return a->count + b->count <= JOINED;
}

static bool branches_fit(void *left, void *right)
{
	const struct asst__branch *a = left, *b = right;

	return a->count + b->count <= JOINED;
}

static void join_leaves(struct asst__tree *tree, struct asst__leaf *left, struct asst__leaf *right)
{
	memcpy(left->entries + left->count, right->entries,
	       right->count * sizeof(right->entries[0]));
	left->count += right->count;
	free_leaf(tree, right);
}

static void join_branches(struct asst__tree *tree, struct asst__branch *left,
			  struct asst__branch *right)
{
	memcpy(left->lows + left->count, right->lows, right->count * sizeof(right->lows[0]));
	memcpy(left->children + left->count, right->children,
	       right->count * sizeof(right->children[0]));
	left->count += right->count;
	asst__free(tree->mem, right, sizeof(*right));
}

/* The child below branches[depth - 1] at at[depth - 1] is freed: take it out, and what follows. */
static void drop_child(struct asst__tree *tree, struct asst__path *path, size_t depth)
{
	while (depth-- > 0) {
		struct asst__branch *branch = path->branches[depth];
		size_t right;

		branch_take(branch, path->at[depth]);
		if (branch->count && path->at[depth] == 0)
			asst__tree_set_low(path, depth, branch->lows[0]);
		if (branch->count >= SPARSE)
			return;
		if (branch->count == 0) {
			asst__free(tree->mem, branch, sizeof(*branch));
			continue;
		}
		if (depth == 0 || !join_place(path->branches[depth - 1], path->at[depth - 1],
					      branches_fit, &right))
			return;
		join_branches(tree, path->branches[depth - 1]->children[right - 1],
			      path->branches[depth - 1]->children[right]);
		path->at[depth - 1] = right;
	}
	asst__tree_init(tree, tree->mem);
}

void asst__tree_remove(struct asst__tree *tree, const struct asst__entry *entry)
{
	struct asst__path path;
	struct asst__leaf *leaf;
	size_t right;

	asst__tree_find_entry(tree, entry, &path);
	leaf = path.leaf;
	leaf->count--;
	memmove(leaf->entries + path.i, leaf->entries + path.i + 1,
		(leaf->count - path.i) * sizeof(leaf->entries[0]));
	if (leaf->count && path.i == 0)
		asst__tree_set_low(&path, path.depth, leaf->entries[0]);
	if (leaf->count == 0) {
		free_leaf(tree, leaf);
		drop_child(tree, &path, path.depth);
	} else if (leaf->count < SPARSE && path.depth &&
		   join_place(path.branches[path.depth - 1], path.at[path.depth - 1], leaves_fit,
			      &right)) {
		struct asst__branch *parent = path.branches[path.depth - 1];

		join_leaves(tree, parent->children[right - 1], parent->children[right]);
		path.at[path.depth - 1] = right;
		drop_child(tree, &path, path.depth);
	}
	while (tree->height > 1 && ((struct asst__branch *)tree->root)->count == 1) {
		struct asst__branch *root = tree->root;

		tree->root = root->children[0];
		tree->height--;
		asst__free(tree->mem, root, sizeof(*root));
	}
}
