/* SPDX-License-Identifier: MIT */
/*
 * The memory backend. Partitions are made by the first apply and stay until the end, so that
 * one which was found may be used without the lock of the table.
 */
#include "storage/memory.h"

#include "base/fail.h"
#include "base/gate.h"
#include "storage/apply.h"

#include <string.h>

struct partition {
	struct asst__rwlock lock;
	struct asst__index index;
	uint64_t sequence;
	size_t name_size;
	char name[];
};

struct memory {
	struct asst__rwlock lock; /* of the table below */
	struct asst__mem mem;
	uint64_t seed;
	struct partition **items; /* sorted by name */
	size_t count;
	size_t room;
};

static size_t partition_bytes(size_t name_size)
{
	return sizeof(struct partition) + name_size;
}

static struct partition *partition_new(const struct memory *memory, const char *name)
{
	size_t name_size = strlen(name) + 1;
	struct partition *partition = asst__alloc(&memory->mem, partition_bytes(name_size));

	if (!partition)
		return NULL;
	if (asst__rwlock_init(&partition->lock)) {
		asst__free(&memory->mem, partition, partition_bytes(name_size));
		return NULL;
	}
	asst__index_init(&partition->index, &memory->mem, memory->seed);
	partition->sequence = 0;
	partition->name_size = name_size;
	memcpy(partition->name, name, name_size);
	return partition;
}

static void partition_free(const struct memory *memory, struct partition *partition)
{
	asst__index_dispose(&partition->index);
	asst__rwlock_destroy(&partition->lock);
	asst__free(&memory->mem, partition, partition_bytes(partition->name_size));
}

/* Where the partition is in the table, or where it belongs. */
static size_t position(const struct memory *memory, const char *name, bool *there)
{
	size_t low = 0, high = memory->count;

	*there = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(memory->items[middle]->name, name);

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

static struct partition *find(struct memory *memory, const char *name)
{
	struct partition *partition = NULL;
	size_t stripe = asst__rwlock_read(&memory->lock);
	bool there;
	size_t i = position(memory, name, &there);

	if (there)
		partition = memory->items[i];
	asst__rwlock_read_unlock(&memory->lock, stripe);
	return partition;
}

static struct partition *find_or_make(struct memory *memory, const char *name)
{
	struct partition *partition = find(memory, name);
	bool there;
	size_t i;

	if (partition)
		return partition;
	asst__rwlock_write(&memory->lock);
	i = position(memory, name, &there);
	if (there) {
		partition = memory->items[i];
	} else if (asst__grow(&memory->mem, &memory->items, memory->count, &memory->room,
			      sizeof(*memory->items))) {
		partition = partition_new(memory, name);
		if (partition) {
			memmove(memory->items + i + 1, memory->items + i,
				(memory->count - i) * sizeof(*memory->items));
			memory->items[i] = partition;
			memory->count++;
		}
	}
	asst__rwlock_write_unlock(&memory->lock);
	return partition;
}

static int memory_get(void *self, const char *name, const asst_keys *keys, asst_sink *sink,
		      uint64_t *sequence, asst_error *err)
{
	struct partition *partition = find(self, name);
	int status = ASST_OK;
	size_t stripe;

	asst__error_clear(err);
	*sequence = 0;
	if (!partition)
		return ASST_OK;
	stripe = asst__rwlock_read(&partition->lock);
	for (size_t i = 0; i < keys->count && !status; i++) {
		const struct asst__slice *key = &keys->items[i];
		const struct asst__entry *entry = asst__index_find(
			&partition->index, keys->bytes.data + key->offset, key->size);

		if (entry)
			status = asst__entry_answer(entry, sink, i, false, true, err);
	}
	*sequence = partition->sequence;
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return status;
}

static int scan_up(const struct asst__tree *tree, const asst_ranges *ranges, size_t i,
		   asst_sink *sink, asst_error *err)
{
	const struct asst__range *range = &ranges->items[i];
	const unsigned char *from = ranges->bytes.data + range->from;
	const unsigned char *to = from + range->from_size;
	struct asst__cursor cursor;
	const struct asst__entry *entry = asst__tree_first(tree, from, range->from_size, &cursor);
	int status = ASST_OK;

	for (size_t n = 0; entry && !status && (!range->limit || n < range->limit); n++) {
		if (!asst__entry_before(entry, to, range->to_size))
			break;
		status = asst__entry_answer(entry, sink, i, true, !ranges->keys_only, err);
		entry = asst__cursor_next(&cursor);
	}
	return status;
}

static int scan_down(const struct asst__tree *tree, const asst_ranges *ranges, size_t i,
		     asst_sink *sink, asst_error *err)
{
	const struct asst__range *range = &ranges->items[i];
	const unsigned char *from = ranges->bytes.data + range->from;
	const unsigned char *to = from + range->from_size;
	struct asst__cursor cursor;
	const struct asst__entry *entry = asst__tree_last(tree, to, range->to_size, &cursor);
	int status = ASST_OK;

	for (size_t n = 0; entry && !status && (!range->limit || n < range->limit); n++) {
		/* An empty "from" is below every key, but would be no end for "before". */
		if (range->from_size && asst__entry_before(entry, from, range->from_size))
			break;
		status = asst__entry_answer(entry, sink, i, true, !ranges->keys_only, err);
		entry = asst__cursor_prev(&cursor);
	}
	return status;
}

static int memory_scan(void *self, const char *name, const asst_ranges *ranges, asst_sink *sink,
		       uint64_t *sequence, asst_error *err)
{
	struct partition *partition = find(self, name);
	int status = ASST_OK;
	size_t stripe;

	asst__error_clear(err);
	*sequence = 0;
	if (!partition)
		return ASST_OK;
	stripe = asst__rwlock_read(&partition->lock);
	for (size_t i = 0; i < ranges->count && !status; i++) {
		bool down = ranges->items[i].flags & ASST_RANGE_REVERSE;

		status = (down ? scan_down : scan_up)(&partition->index.tree, ranges, i, sink, err);
	}
	*sequence = partition->sequence;
	asst__rwlock_read_unlock(&partition->lock, stripe);
	return status;
}

/* Under the write lock. */
static int apply_changes(struct partition *partition, struct asst__changes *changes,
			 uint64_t floor, asst_error *err)
{
	uint64_t above = partition->sequence > floor ? partition->sequence : floor;
	int status;

	if (above == UINT64_MAX)
		return asst__fail(err, ASST_ELIMIT, "there is no sequence above the floor");
	status = asst__index_apply(&partition->index, changes, above + 1, err);
	if (!status)
		partition->sequence = above + 1;
	return status;
}

static int memory_apply(void *self, const char *name, const asst_batch *batch, uint64_t *sequence,
			size_t *failed, asst_error *err)
{
	struct memory *memory = self;
	struct partition *partition;
	struct asst__changes changes;
	int status;

	asst__error_clear(err);
	*sequence = 0;
	partition = find_or_make(memory, name);
	if (!partition)
		return asst__fail_nomem(err);
	status = asst__changes_init(&changes, &memory->mem, batch, err);
	if (status)
		return status;
	asst__rwlock_write(&partition->lock);
	status = asst__index_check(&partition->index, batch, failed, err);
	if (!status && !asst__changes_none(&changes))
		status = apply_changes(partition, &changes, batch->floor, err);
	if (!status)
		*sequence = partition->sequence;
	asst__rwlock_write_unlock(&partition->lock);
	asst__changes_dispose(&changes);
	return status;
}

static int memory_destroy(void *self, asst_error *err)
{
	struct memory *memory = self;
	struct asst__mem mem = memory->mem;

	asst__error_clear(err);
	for (size_t i = 0; i < memory->count; i++)
		partition_free(memory, memory->items[i]);
	asst__free(&mem, memory->items, memory->room * sizeof(*memory->items));
	asst__rwlock_destroy(&memory->lock);
	asst__free(&mem, memory, sizeof(*memory));
	return ASST_OK;
}

int asst__memory_open(asst_backend *out, const struct asst__mem *mem, uint64_t seed,
		      asst_error *err)
{
	struct memory *memory = asst__alloc_zeroed(mem, sizeof(*memory));

	if (!memory)
		return asst__fail_nomem(err);
	if (asst__rwlock_init(&memory->lock)) {
		asst__free(mem, memory, sizeof(*memory));
		return asst__fail_nomem(err);
	}
	memory->mem = *mem;
	memory->seed = seed;
	*out = (struct asst_backend){ sizeof(*out), memory, memory_get, memory_scan, memory_apply,
				      memory_destroy };
	return ASST_OK;
}
