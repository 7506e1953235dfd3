/* SPDX-License-Identifier: MIT */
/* The index: keeps tree and hash in step. */
#include "storage/index.h"

void asst__index_init(struct asst__index *index, const struct asst__mem *mem,
		      const struct asst__mem *nodes, uint64_t seed)
{
	asst__hash_init(&index->hash, mem, seed);
	asst__tree_init(&index->tree, nodes);
	index->weight = 0;
	atomic_init(&index->resident, 0);
}

static uint64_t resident_bytes(const struct asst__entry *entry)
{
	struct asst__placed placed;

	if (!(entry->flags & ASST__ENTRY_PLACE))
		return 0;
	placed = asst__entry_placed(entry);
	return placed.resident ? placed.place.size : 0;
}

static void count_in(struct asst__index *index, const struct asst__entry *entry)
{
	index->weight += asst__entry_weight(entry);
	index->resident += resident_bytes(entry);
}

static void count_out(struct asst__index *index, const struct asst__entry *entry)
{
	index->weight -= asst__entry_weight(entry);
	index->resident -= resident_bytes(entry);
}

void asst__index_dispose(struct asst__index *index)
{
	struct asst__cursor cursor;
	struct asst__entry *entry = asst__tree_first(&index->tree, NULL, 0, &cursor);

	for (; entry; entry = asst__cursor_next(&cursor))
		asst__entry_free(index->hash.mem, entry);
	asst__tree_dispose(&index->tree);
	asst__hash_dispose(&index->hash);
}

size_t asst__index_count(const struct asst__index *index)
{
	return index->hash.count;
}

void asst__index_hash(const struct asst__index *index, struct asst__entry *entry)
{
	entry->hash = asst__hash_key(&index->hash, asst__entry_key(entry), entry->key_size);
}

struct asst__entry *asst__index_find(const struct asst__index *index, const void *key, size_t size)
{
	const uintptr_t *slot =
		asst__hash_find(&index->hash, asst__hash_key(&index->hash, key, size), key, size);

	return slot ? asst__hash_entry(slot) : NULL;
}

void asst__index_find_together(const struct asst__index *index, struct asst__lookup *lookups,
			       size_t count)
{
	const struct asst__hash *hash = &index->hash;
	const uintptr_t *slot;
	size_t i;

	for (i = 0; i < count; i++) {
		lookups[i].code = asst__hash_key(hash, lookups[i].key, lookups[i].size);
		asst__hash_prefetch(hash, lookups[i].code);
	}
	for (i = 0; i < count; i++)
		asst__hash_prefetch_entry(hash, lookups[i].code);
	for (i = 0; i < count; i++) {
		slot = asst__hash_find(hash, lookups[i].code, lookups[i].key, lookups[i].size);
		lookups[i].entry = slot ? asst__hash_entry(slot) : NULL;
	}
}

static uintptr_t *find_slot(const struct asst__index *index, const struct asst__entry *like)
{
	return asst__hash_find(&index->hash, like->hash, asst__entry_key(like), like->key_size);
}

struct asst__entry *asst__index_find_like(const struct asst__index *index,
					  const struct asst__entry *like)
{
	const uintptr_t *slot = find_slot(index, like);

	return slot ? asst__hash_entry(slot) : NULL;
}

bool asst__index_insert(struct asst__index *index, struct asst__entry *entry)
{
	if (!asst__hash_reserve(&index->hash, 1) || !asst__tree_insert(&index->tree, entry))
		return false;
	asst__hash_insert(&index->hash, entry);
	count_in(index, entry);
	return true;
}

void asst__index_replace(struct asst__index *index, struct asst__entry *old,
			 struct asst__entry *entry)
{
	asst__hash_replace(find_slot(index, old), entry);
	asst__tree_replace(&index->tree, old, entry);
	count_in(index, entry);
	count_out(index, old);
}

void asst__index_remove(struct asst__index *index, struct asst__entry *entry)
{
	asst__hash_remove(&index->hash, find_slot(index, entry));
	asst__tree_remove(&index->tree, entry);
	count_out(index, entry);
}

void asst__index_remove_range(struct asst__index *index, const void *from, size_t from_size,
			      const void *to, size_t to_size, unsigned flags)
{
	struct asst__cursor cursor;
	struct asst__entry *entry = asst__tree_first(&index->tree, from, from_size, &cursor);

	while (entry && asst__entry_before(entry, to, to_size)) {
		struct asst__entry *gone = entry;

		if ((entry->flags & flags) != flags) {
			entry = asst__cursor_next(&cursor);
			continue;
		}
		asst__index_remove(index, gone);
		/* Removal moves entries between leaves: the place is looked up again. */
		entry = asst__tree_first(&index->tree, asst__entry_key(gone), gone->key_size,
					 &cursor);
		asst__entry_free(index->hash.mem, gone);
	}
}
