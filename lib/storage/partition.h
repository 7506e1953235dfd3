/* SPDX-License-Identifier: MIT */
/*
 * Partitions in memory: a table of them, and reading one of them. Partitions are made by the
 * first apply and stay until the end, so that one which was found may be used without the
 * lock of the table.
 */
#ifndef ASST_STORAGE_PARTITION_H
#define ASST_STORAGE_PARTITION_H

#include "base/gate.h"
#include "base/slab.h"
#include "storage/index.h"

#include <sys/types.h>

struct asst__partition {
	struct asst__rwlock lock; /* of index and sequence */
	struct asst__index index;
	uint64_t sequence; /* of the last batch that is visible */
	uint64_t assigned; /* the last one that was given to a batch; for the file backend */
	uint64_t reserved; /* none above it was ever given out; for the file backend */
	size_t name_size;  /* with its NUL */
	char name[];
};

struct asst__partitions {
	struct asst__rwlock lock; /* of the table */
	struct asst__mem mem;
	struct asst__mem nodes; /* of their trees; asked for under a partition's lock */
	struct asst__slab entries; /* of all partitions; asked for without any lock */
	uint64_t seed;
	struct asst__partition **items; /* sorted by name */
	size_t count;
	size_t room;
	pid_t owner;
};

int asst__partitions_init(struct asst__partitions *partitions, const struct asst__mem *mem,
			  const struct asst__mem *nodes, uint64_t seed, asst_error *err);
/* In a forked child nothing is freed: another thread may have been changing it at that moment. */
void asst__partitions_dispose(struct asst__partitions *partitions);

struct asst__partition *asst__partition_find(struct asst__partitions *partitions, const char *name);
/* NULL: no memory. */
struct asst__partition *asst__partition_make(struct asst__partitions *partitions, const char *name);

/* To walk them: what is made meanwhile may be met or not, and may move the others. */
size_t asst__partition_count(struct asst__partitions *partitions);
struct asst__partition *asst__partition_at(struct asst__partitions *partitions, size_t i);

/* The methods of a backend, with values that may lie outside (source may be NULL). */
int asst__partition_get(struct asst__partitions *partitions, const struct asst__source *source,
			const char *name, const asst_keys *keys, asst_sink *sink,
			uint64_t *sequence, asst_error *err);
int asst__partition_scan(struct asst__partitions *partitions, const struct asst__source *source,
			 const char *name, const asst_ranges *ranges, asst_sink *sink,
			 uint64_t *sequence, asst_error *err);

#endif
