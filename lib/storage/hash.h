/* SPDX-License-Identifier: MIT */
/* Entries by key: open addressing over pointers, so that a get needs no ordered search. */
#ifndef ASST_STORAGE_HASH_H
#define ASST_STORAGE_HASH_H

#include "storage/entry.h"

struct asst__hash {
	const struct asst__mem *mem;
	uint64_t seed;
	size_t count;
	size_t room; /* a power of two, or 0 */
	struct asst__entry **slots;
};

void asst__hash_init(struct asst__hash *hash, const struct asst__mem *mem, uint64_t seed);
void asst__hash_dispose(struct asst__hash *hash);
/* The hash of a key: keyed by the seed, so that nobody can choose keys that collide. */
uint32_t asst__hash_key(const struct asst__hash *hash, const void *key, size_t size);
/* Room for `more` further entries. False when there is no memory; nothing has changed then. */
bool asst__hash_reserve(struct asst__hash *hash, size_t more);
/* The slot of a key, or NULL; borrowed until the table changes. */
struct asst__entry **asst__hash_find(const struct asst__hash *hash, uint32_t code, const void *key,
				     size_t size);
/* The key must be absent, entry->hash set and room reserved. */
void asst__hash_insert(struct asst__hash *hash, struct asst__entry *entry);
/* Empty a slot that asst__hash_find() gave. */
void asst__hash_remove(struct asst__hash *hash, struct asst__entry **slot);

#endif
