/* SPDX-License-Identifier: MIT */
/* Entries by key: open addressing over pointers, so that a get needs no ordered search. */
#ifndef ASST_STORAGE_HASH_H
#define ASST_STORAGE_HASH_H

#include "storage/entry.h"

struct asst__hash {
	const struct asst__mem *mem;
	uint64_t seed;
	size_t count;
	size_t room; /* of slots */
	uintptr_t *slots; /* 0, or an entry's address and in its low bits some of its hash */
};

/* Allocators align blocks for any object, so that these bits of an address are 0. */
#define ASST__HASH_TAGS 7u

void asst__hash_init(struct asst__hash *hash, const struct asst__mem *mem, uint64_t seed);
void asst__hash_dispose(struct asst__hash *hash);
/* The hash of a key: keyed by the seed, so that nobody can choose keys that collide. */
uint32_t asst__hash_key(const struct asst__hash *hash, const void *key, size_t size);
/* Room for `more` further entries. False when there is no memory; nothing has changed then. */
bool asst__hash_reserve(struct asst__hash *hash, size_t more);
/* The slot of a key, or NULL; borrowed until the table changes. */
uintptr_t *asst__hash_find(const struct asst__hash *hash, uint32_t code, const void *key,
			   size_t size);
struct asst__entry *asst__hash_entry(const uintptr_t *slot);
/* Ask the memory for a slot, and then for the entry behind it, ahead of asst__hash_find(). */
void asst__hash_prefetch(const struct asst__hash *hash, uint32_t code);
void asst__hash_prefetch_entry(const struct asst__hash *hash, uint32_t code);
/* The key must be absent, entry->hash set and room reserved. */
void asst__hash_insert(struct asst__hash *hash, struct asst__entry *entry);
/* Put another entry with the same key into a slot that asst__hash_find() gave. */
void asst__hash_replace(uintptr_t *slot, const struct asst__entry *entry);
/* Empty a slot that asst__hash_find() gave. */
void asst__hash_remove(struct asst__hash *hash, uintptr_t *slot);

#endif
