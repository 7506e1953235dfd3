/* SPDX-License-Identifier: MIT */
/*
 * The inside of the B+tree, for the files that make it up. Branches hold the lowest entry of
 * each child, exactly, so that they need no keys of their own.
 */
#ifndef ASST_STORAGE_TREE_NODE_H
#define ASST_STORAGE_TREE_NODE_H

#include "storage/tree.h"

struct asst__branch {
	size_t count;
	struct asst__entry *lows[ASST__FAN];
	void *children[ASST__FAN];
};

/* The way to a leaf and to a place in it. */
struct asst__path {
	size_t depth; /* branches on the way */
	struct asst__branch *branches[ASST__MAX_HEIGHT];
	size_t at[ASST__MAX_HEIGHT];
	struct asst__leaf *leaf;
	size_t i;
};

/* The tree must not be empty. To the first entry that is not below the key. */
void asst__tree_find_path(const struct asst__tree *tree, const void *key, size_t size,
			  struct asst__path *path);
/* To an entry that is there. */
void asst__tree_find_entry(const struct asst__tree *tree, const struct asst__entry *entry,
			   struct asst__path *path);
/* To behind the last entry: what is loaded in order needs no search. */
void asst__tree_find_end(const struct asst__tree *tree, struct asst__path *path);
/* Tell the branches above `depth` on the way that the lowest entry below them has changed. */
void asst__tree_set_low(struct asst__path *path, size_t depth, struct asst__entry *entry);

#endif
