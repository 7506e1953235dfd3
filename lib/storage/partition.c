/* SPDX-License-Identifier: MIT */
/* Partitions in memory: the table of them, and reading one of them. */
#include "storage/partition.h"

#include "base/fail.h"

#include <string.h>
#include <unistd.h>

static size_t partition_bytes(size_t name_size)
{
	return sizeof(struct asst__partition) + name_size;
}

static struct asst__partition *partition_new(const struct asst__partitions *partitions,
					     const char *name)
{
	size_t name_size = strlen(name) + 1;
	struct asst__partition *partition =
		asst__alloc(&partitions->mem, partition_bytes(name_size));

	if (!partition)
		return NULL;
	if (asst__rwlock_init(&partition->lock)) {
		asst__free(&partitions->mem, partition, partition_bytes(name_size));
		return NULL;
	}
	asst__index_init(&partition->index, &partitions->entries.mem, &partitions->nodes,
			 partitions->seed);
	partition->sequence = partition->assigned = partition->reserved = 0;
	partition->name_size = name_size;
	memcpy(partition->name, name, name_size);
	return partition;
}

static void partition_free(const struct asst__partitions *partitions,
			   struct asst__partition *partition)
{
	asst__index_dispose(&partition->index);
	asst__rwlock_destroy(&partition->lock);
	asst__free(&partitions->mem, partition, partition_bytes(partition->name_size));
}

int asst__partitions_init(struct asst__partitions *partitions, const struct asst__mem *mem,
			  const struct asst__mem *nodes, uint64_t seed, asst_error *err)
{
	memset(partitions, 0, sizeof(*partitions));
	if (asst__rwlock_init(&partitions->lock))
		return asst__fail_nomem(err);
	if (asst__slab_init(&partitions->entries, mem)) {
		asst__rwlock_destroy(&partitions->lock);
		return asst__fail_nomem(err);
	}
	partitions->mem = *mem;
	partitions->nodes = *nodes;
	partitions->seed = seed;
	partitions->owner = getpid();
	return ASST_OK;
}

void asst__partitions_dispose(struct asst__partitions *partitions)
{
	if (getpid() != partitions->owner)
		return;
	for (size_t i = 0; i < partitions->count; i++)
		partition_free(partitions, partitions->items[i]);
	asst__free(&partitions->mem, partitions->items,
		   partitions->room * sizeof(*partitions->items));
	asst__slab_dispose(&partitions->entries);
	asst__rwlock_destroy(&partitions->lock);
}

/* Where the partition is in the table, or where it belongs. */
static size_t position(const struct asst__partitions *partitions, const char *name, bool *there)
{
	size_t low = 0, high = partitions->count;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(partitions->items[middle]->name, name);

		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct asst__partition *asst__partition_find(struct asst__partitions *partitions, const char *name)
{
	struct asst__partition *partition = NULL;
	size_t stripe = asst__rwlock_read(&partitions->lock);
	bool there;
	size_t i = position(partitions, name, &there);

	if (there)
		partition = partitions->items[i];
	asst__rwlock_read_unlock(&partitions->lock, stripe);
	return partition;
}

struct asst__partition *asst__partition_make(struct asst__partitions *partitions, const char *name)
{
	struct asst__partition *partition = asst__partition_find(partitions, name);
	bool there;
	size_t i;

	if (partition)
		return partition;
	asst__rwlock_write(&partitions->lock);
	i = position(partitions, name, &there);
	if (there) {
		partition = partitions->items[i];
	} else if (asst__grow(&partitions->mem, &partitions->items, partitions->count,
			      &partitions->room, sizeof(*partitions->items))) {
		partition = partition_new(partitions, name);
		if (partition) {
			memmove(partitions->items + i + 1, partitions->items + i,
				(partitions->count - i) * sizeof(*partitions->items));
			partitions->items[i] = partition;
			partitions->count++;
		}
	}
	asst__rwlock_write_unlock(&partitions->lock);
	return partition;
}

size_t asst__partition_count(struct asst__partitions *partitions)
{
	size_t stripe = asst__rwlock_read(&partitions->lock), count = partitions->count;

	asst__rwlock_read_unlock(&partitions->lock, stripe);
	return count;
}

struct asst__partition *asst__partition_at(struct asst__partitions *partitions, size_t i)
{
	size_t stripe = asst__rwlock_read(&partitions->lock);
	struct asst__partition *partition = partitions->items[i];

	asst__rwlock_read_unlock(&partitions->lock, stripe);
	return partition;
}

/* Look up the keys from i on. */
static void find_together(struct asst__lookup lookups[ASST__TOGETHER],
			  struct asst__window *window, const struct asst__index *index,
			  const asst_keys *keys, size_t i)
{
	struct asst__entry *entries[ASST__TOGETHER];
	size_t k, count = keys->count - i < ASST__TOGETHER ? keys->count - i : ASST__TOGETHER;

	for (k = 0; k < count; k++) {
		lookups[k].key = keys->bytes.data + keys->items[i + k].offset;
		lookups[k].size = keys->items[i + k].size;
	}
	asst__index_find_together(index, lookups, count);
	for (k = 0; k < count; k++) {
		asst__entry_prefetch(lookups[k].entry);
		entries[k] = lookups[k].entry;
	}
	asst__window_place(window, entries, count);
}

int asst__partition_get(struct asst__partitions *partitions, const struct asst__source *source,
			const char *name, const asst_keys *keys, asst_sink *sink,
			uint64_t *sequence, asst_error *err)
{
	struct asst__partition *partition = asst__partition_find(partitions, name);
	struct asst__lookup lookups[ASST__TOGETHER];
	struct asst__window window;
	struct asst__entry *entry;
	int status = ASST_OK;
	size_t stripe;

	asst__error_clear(err);
	*sequence = 0;
	if (!partition)
		return ASST_OK;
	stripe = asst__rwlock_read(&partition->lock);
	for (size_t i = 0; i < keys->count && !status; i++) {
		if (i % ASST__TOGETHER == 0)
			find_together(lookups, &window, &partition->index, keys, i);
		entry = lookups[i % ASST__TOGETHER].entry;
		if (entry)
			status = asst__entry_answer_from(entry, &partition->index, source, &window,
							 sink, i, false, true, err);
	}
	*sequence = partition->sequence;
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return status;
}

static int scan_up(struct asst__index *index, const struct asst__source *source,
		   const asst_ranges *ranges, size_t i,
		   asst_sink *sink, asst_error *err)
{
	const struct asst__range *range = &ranges->items[i];
	const unsigned char *from = ranges->bytes.data + range->from;
	const unsigned char *to = from + range->from_size;
	struct asst__cursor cursor;
	struct asst__entry *entry = asst__tree_first(&index->tree, from, range->from_size, &cursor);
	int status = ASST_OK;

	for (size_t n = 0; entry && !status && (!range->limit || n < range->limit); n++) {
		if (!asst__entry_before(entry, to, range->to_size))
			break;
		status = asst__entry_answer_from(entry, index, source, NULL, sink, i, true,
						 !ranges->keys_only, err);
		entry = asst__cursor_next(&cursor);
	}
	return status;
}

static int scan_down(struct asst__index *index, const struct asst__source *source,
		   const asst_ranges *ranges, size_t i,
		     asst_sink *sink, asst_error *err)
{
	const struct asst__range *range = &ranges->items[i];
	const unsigned char *from = ranges->bytes.data + range->from;
	const unsigned char *to = from + range->from_size;
	struct asst__cursor cursor;
	struct asst__entry *entry = asst__tree_last(&index->tree, to, range->to_size, &cursor);
	int status = ASST_OK;

	for (size_t n = 0; entry && !status && (!range->limit || n < range->limit); n++) {
		/* An empty "from" is below every key, but would be no end for "before". */
		if (range->from_size && asst__entry_before(entry, from, range->from_size))
			break;
		status = asst__entry_answer_from(entry, index, source, NULL, sink, i, true,
						 !ranges->keys_only, err);
		entry = asst__cursor_prev(&cursor);
	}
	return status;
}

int asst__partition_scan(struct asst__partitions *partitions, const struct asst__source *source,
			 const char *name, const asst_ranges *ranges, asst_sink *sink,
		       uint64_t *sequence, asst_error *err)
{
	struct asst__partition *partition = asst__partition_find(partitions, name);
	int status = ASST_OK;
	size_t stripe;

	asst__error_clear(err);
	*sequence = 0;
	if (!partition)
		return ASST_OK;
	stripe = asst__rwlock_read(&partition->lock);
	for (size_t i = 0; i < ranges->count && !status; i++) {
		bool down = ranges->items[i].flags & ASST_RANGE_REVERSE;

		status = (down ? scan_down : scan_up)(&partition->index, source, ranges, i,
						      sink, err);
	}
	*sequence = partition->sequence;
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return status;
}
