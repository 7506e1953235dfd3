/* SPDX-License-Identifier: MIT */
/* Entries in the order of their keys: a B+tree whose leaves are linked. */
#ifndef ASST_STORAGE_TREE_H
#define ASST_STORAGE_TREE_H

#include "storage/entry.h"

#define ASST__FAN 64
/* A node splits only after 16 splits or more below it: no tree ever gets this high. */
#define ASST__MAX_HEIGHT 16

struct asst__leaf {
	size_t count;
	struct asst__leaf *next;
	struct asst__leaf *prev;
	struct asst__entry *entries[ASST__FAN];
};

struct asst__branch;

struct asst__tree {
	const struct asst__mem *mem;
	size_t height; /* 0: empty; 1: the root is a leaf */
	void *root;
	struct asst__leaf *last;
};

/* A place between changes of the tree. */
struct asst__cursor {
	const struct asst__leaf *leaf;
	size_t i;
};

void asst__tree_init(struct asst__tree *tree, const struct asst__mem *mem);
void asst__tree_dispose(struct asst__tree *tree); /* frees the nodes, not the entries */

/* The first entry whose key is not below from, or NULL. */
struct asst__entry *asst__tree_first(const struct asst__tree *tree, const void *from, size_t size,
				     struct asst__cursor *cursor);
/* The last entry whose key is below to (size 0: of all), or NULL. */
struct asst__entry *asst__tree_last(const struct asst__tree *tree, const void *to, size_t size,
				    struct asst__cursor *cursor);
struct asst__entry *asst__cursor_next(struct asst__cursor *cursor);
struct asst__entry *asst__cursor_prev(struct asst__cursor *cursor);

/* The key must be absent. False: no memory, nothing changed. */
bool asst__tree_insert(struct asst__tree *tree, struct asst__entry *entry);
/* Put an entry in the place of one that is there and has the same key. */
void asst__tree_replace(struct asst__tree *tree, const struct asst__entry *old,
			struct asst__entry *entry);
/* The entry must be there; it is not freed. */
void asst__tree_remove(struct asst__tree *tree, const struct asst__entry *entry);

/* Whether an entry's key is below `to`; size 0: always. */
static inline bool asst__entry_before(const struct asst__entry *entry, const void *to, size_t size)
{
	return size == 0 ||
	       asst__key_compare(asst__entry_key(entry), entry->key_size, to, size) < 0;
}

#endif
