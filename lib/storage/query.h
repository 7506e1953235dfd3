/* SPDX-License-Identifier: MIT */
/* What is asked of a backend and what it answers: keys, ranges and the sink, also on the stack. */
#ifndef ASST_STORAGE_QUERY_H
#define ASST_STORAGE_QUERY_H

#include "base/mem.h"

#include <assistant/sys/backend.h>

#define ASST__INLINE_ITEMS 8
#define ASST__INLINE_BYTES 512

/* Bytes that grow; the first ones lie in the object, which therefore must not be moved. */
struct asst__arena {
	unsigned char *data;
	size_t size;
	size_t room;
	unsigned char first[ASST__INLINE_BYTES];
};

void asst__arena_init(struct asst__arena *arena);
void asst__arena_dispose(struct asst__arena *arena, const struct asst__mem *mem);
/* Room for size more bytes, to be written at data + size. False when there is no memory. */
bool asst__arena_reserve(struct asst__arena *arena, const struct asst__mem *mem, size_t size);
/* Add bytes for which there is room; NULL when size is 0 is fine. Returns their offset. */
size_t asst__arena_add(struct asst__arena *arena, const void *bytes, size_t size);

/*
 * Make room for one more element in an array whose first ones lie in the object at `first`:
 * the array's new place, or NULL when there is no memory.
 */
void *asst__grow_from(const struct asst__mem *mem, void *array, const void *first, size_t count,
		      size_t *room, size_t size);
void asst__free_from(const struct asst__mem *mem, void *array, const void *first, size_t room,
		     size_t size);

struct asst__slice {
	size_t offset;
	size_t size;
};

struct asst_keys {
	const struct asst__mem *mem;
	size_t count;
	size_t room;
	struct asst__slice *items;
	struct asst__slice first[ASST__INLINE_ITEMS];
	struct asst__arena bytes;
};

struct asst__range {
	size_t from; /* offset; "to" lies behind it */
	size_t from_size;
	size_t to_size;
	size_t limit;
	uint32_t flags;
};

struct asst_ranges {
	const struct asst__mem *mem;
	int keys_only;
	size_t count;
	size_t room;
	struct asst__range *items;
	struct asst__range first[ASST__INLINE_ITEMS];
	struct asst__arena bytes;
};

#define ASST__NO_KEY SIZE_MAX

struct asst__answer {
	size_t index;
	size_t key; /* offset, or ASST__NO_KEY */
	size_t key_size;
	uint64_t sequence;
	asst_buf *value; /* NULL: not given */
};

struct asst_sink {
	const struct asst__mem *mem;
	size_t count;
	size_t room;
	struct asst__answer *items;
	struct asst__answer first[ASST__INLINE_ITEMS];
	struct asst__arena bytes;
};

/* mem is borrowed until dispose. The objects hold pointers into themselves: do not move them. */
void asst__keys_init(struct asst_keys *keys, const struct asst__mem *mem);
void asst__keys_dispose(struct asst_keys *keys);
void asst__ranges_init(struct asst_ranges *ranges, const struct asst__mem *mem, int keys_only);
void asst__ranges_dispose(struct asst_ranges *ranges);
void asst__sink_init(struct asst_sink *sink, const struct asst__mem *mem);
void asst__sink_dispose(struct asst_sink *sink);
void asst__sink_clear(struct asst_sink *sink); /* no answers, room kept */
void asst__sink_cut(struct asst_sink *sink, size_t count); /* only the first ones are left */

/* The answer to key `index`, or NULL: for sinks that asst__backend_get() has filled. */
const struct asst__answer *asst__sink_find(const struct asst_sink *sink, size_t index);

/* memcmp() order, a prefix first: below, equal to or above 0. */
int asst__key_compare(const void *a, size_t a_size, const void *b, size_t b_size);

#endif
