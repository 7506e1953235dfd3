/* SPDX-License-Identifier: MIT */
/* The memory backend: partitions in memory and nothing else. */
#include "storage/memory.h"

#include "base/fail.h"
#include "storage/apply.h"
#include "storage/partition.h"

static int memory_get(void *self, const char *name, const asst_keys *keys, asst_sink *sink,
		      uint64_t *sequence, asst_error *err)
{
	return asst__partition_get(self, NULL, name, keys, sink, sequence, err);
}

static int memory_scan(void *self, const char *name, const asst_ranges *ranges, asst_sink *sink,
		       uint64_t *sequence, asst_error *err)
{
	return asst__partition_scan(self, NULL, name, ranges, sink, sequence, err);
}

/* Under the write lock. */
static int apply_changes(struct asst__partition *partition, struct asst__changes *changes,
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
	struct asst__partitions *memory = self;
	struct asst__partition *partition;
	struct asst__changes changes;
	int status;

	asst__error_clear(err);
	*sequence = 0;
	partition = asst__partition_make(memory, name);
	if (!partition)
		return asst__fail_nomem(err);
	status = asst__changes_init(&changes, &memory->entries, batch, false, err);
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
	struct asst__partitions *memory = self;
	struct asst__mem mem = memory->mem;

	asst__error_clear(err);
	asst__partitions_dispose(memory);
	asst__free(&mem, memory, sizeof(*memory));
	return ASST_OK;
}

int asst__memory_open(asst_backend *out, const struct asst__mem *mem, uint64_t seed,
		      asst_error *err)
{
	struct asst__partitions *memory = asst__alloc_zeroed(mem, sizeof(*memory));
	int status;

	if (!memory)
		return asst__fail_nomem(err);
	status = asst__partitions_init(memory, mem, mem, seed, err);
	if (status != ASST_OK) {
		asst__free(mem, memory, sizeof(*memory));
		return status;
	}
	*out = (struct asst_backend){ .size = sizeof(*out),
				      .self = memory,
				      .get = memory_get,
				      .scan = memory_scan,
				      .apply = memory_apply,
				      .destroy = memory_destroy };
	return ASST_OK;
}
