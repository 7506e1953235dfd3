/* SPDX-License-Identifier: MIT */
/* The content of a partition of the reference backend: keys in order. */
#ifndef ASST_REFERENCE_TABLE_H
#define ASST_REFERENCE_TABLE_H

#include <assistant/buf.h>
#include <assistant/error.h>
#include <assistant/sys/backend.h>

#include "reference_faults.h"

struct slice {
	const void *data;
	size_t size;
};

struct entry {
	asst_buf *key;
	asst_buf *value;
	uint64_t sequence;
};

struct table {
	int fault;
	struct entry *entries;
	size_t count, room;
	uint64_t sequence;
};

struct slice slice_of(const asst_buf *buf);
void table_clear(struct table *table);
int table_copy(struct table *to, const struct table *from, asst_error *err);
/* The highest sequence of a key; 0 when there are none. */
uint64_t table_highest(const struct table *table);

/* NULL: absent. */
const struct entry *table_find(const struct table *table, struct slice key);
int table_put(struct table *table, struct slice key, asst_buf *value, uint64_t sequence,
	      asst_error *err);
/* Whether there was something to delete. */
int table_delete(struct table *table, struct slice key);
int table_delete_range(struct table *table, struct slice from, struct slice to);
/* Whether a key is in [from, to); to_inside and from_outside are for faults. */
int table_is_inside(const struct table *table, struct slice key, struct slice from,
		    struct slice to, int to_inside, int from_outside);

#endif
