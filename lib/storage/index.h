/* SPDX-License-Identifier: MIT */
/*
 * An ordered map from keys to entries: a B+tree for order beside a hash for get. It does not
 * own its entries until they are inserted; a replaced or removed one is the caller's again.
 */
#ifndef ASST_STORAGE_INDEX_H
#define ASST_STORAGE_INDEX_H

#include "storage/hash.h"
#include "storage/tree.h"

#include <stdatomic.h>

struct asst__index {
	struct asst__hash hash;
	struct asst__tree tree;
	uint64_t weight;   /* bytes of all keys and values */
	/* bytes of the values that lie outside and are in memory all the same; readers add to it */
	atomic_uint_fast64_t resident;
};

/* mem: for entries and the hash; nodes: for those of the tree. Both are borrowed. */
void asst__index_init(struct asst__index *index, const struct asst__mem *mem,
		      const struct asst__mem *nodes, uint64_t seed);
void asst__index_dispose(struct asst__index *index); /* frees the entries, too */

size_t asst__index_count(const struct asst__index *index);
/* Set entry->hash from its key. */
void asst__index_hash(const struct asst__index *index, struct asst__entry *entry);

/* The entry of a key, or NULL. */
struct asst__entry *asst__index_find(const struct asst__index *index, const void *key, size_t size);

/* So many keys are looked up side by side at most, so that the memory's answers overlap. */
#define ASST__TOGETHER 16

struct asst__lookup {
	const void *key;
	size_t size;
	struct asst__entry *entry; /* the answer; NULL: absent */
	uint32_t code;
};

void asst__index_find_together(const struct asst__index *index, struct asst__lookup *lookups,
			       size_t count);
/* The one with the key of `like`, whose hash is set; or NULL. */
struct asst__entry *asst__index_find_like(const struct asst__index *index,
					  const struct asst__entry *like);

/* Insert an entry whose key is absent and whose hash is set. False: no memory, nothing changed. */
bool asst__index_insert(struct asst__index *index, struct asst__entry *entry);
/* Put an entry, whose hash is set, in the place of one with the same key; cannot fail. */
void asst__index_replace(struct asst__index *index, struct asst__entry *old,
			 struct asst__entry *entry);
/* Take an entry out; cannot fail. */
void asst__index_remove(struct asst__index *index, struct asst__entry *entry);
/* Remove and free the entries of [from, to) that have all of these flags; cannot fail. */
void asst__index_remove_range(struct asst__index *index, const void *from, size_t from_size,
			      const void *to, size_t to_size, unsigned flags);

#endif
