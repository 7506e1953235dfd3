/* SPDX-License-Identifier: MIT */
/* Keys, ranges and sinks: growing lists whose first elements need no allocation. */
#include "storage/query.h"

#include "base/buf.h"
#include "base/fail.h"

#include <string.h>

void asst__arena_init(struct asst__arena *arena)
{
	arena->data = arena->first;
	arena->size = 0;
	arena->room = sizeof(arena->first);
}

void asst__arena_dispose(struct asst__arena *arena, const struct asst__mem *mem)
{
	asst__free_from(mem, arena->data, arena->first, arena->room, 1);
}

void *asst__grow_from(const struct asst__mem *mem, void *array, const void *first, size_t count,
		      size_t *room, size_t size)
{
	size_t old_bytes, bytes, more;
	void *grown;

	if (count < *room)
		return array;
	if (!asst__add(&more, *room, *room) || !asst__multiply(&bytes, more, size))
		return NULL;
	old_bytes = *room * size;
	if (array == first) {
		grown = asst__alloc(mem, bytes);
		if (grown)
			memcpy(grown, first, old_bytes);
	} else {
		grown = asst__realloc(mem, array, old_bytes, bytes);
	}
	if (grown)
		*room = more;
	return grown;
}

void asst__free_from(const struct asst__mem *mem, void *array, const void *first, size_t room,
		     size_t size)
{
	if (array != first)
		asst__free(mem, array, room * size);
}

bool asst__arena_reserve(struct asst__arena *arena, const struct asst__mem *mem, size_t size)
{
	size_t need;

	if (!asst__add(&need, arena->size, size))
		return false;
	while (arena->room < need) {
		void *data = asst__grow_from(mem, arena->data, arena->first, arena->room,
					     &arena->room, 1);

		if (!data)
			return false;
		arena->data = data;
	}
	return true;
}

size_t asst__arena_add(struct asst__arena *arena, const void *bytes, size_t size)
{
	size_t offset = arena->size;

	if (size)
		memcpy(arena->data + offset, bytes, size);
	arena->size += size;
	return offset;
}

int asst__key_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t least = a_size < b_size ? a_size : b_size;
	int order = least ? memcmp(a, b, least) : 0;

	if (order)
		return order;
	return (a_size > b_size) - (a_size < b_size);
}

/* Keys */

void asst__keys_init(struct asst_keys *keys, const struct asst__mem *mem)
{
	keys->mem = mem;
	keys->count = 0;
	keys->room = ASST__INLINE_ITEMS;
	keys->items = keys->first;
	asst__arena_init(&keys->bytes);
}

void asst__keys_dispose(struct asst_keys *keys)
{
	asst__free_from(keys->mem, keys->items, keys->first, keys->room, sizeof(*keys->items));
	asst__arena_dispose(&keys->bytes, keys->mem);
}

int asst_keys_new(asst_keys **out, asst_error *err)
{
	asst__error_clear(err);
	if (!out)
		return asst__fail(err, ASST_EINVAL, "no place for the keys");
	*out = asst__alloc(&asst__mem_libc, sizeof(**out));
	if (!*out)
		return asst__fail_nomem(err);
	asst__keys_init(*out, &asst__mem_libc);
	return ASST_OK;
}

void asst_keys_free(asst_keys *keys)
{
	if (!keys)
		return;
	asst__keys_dispose(keys);
	asst__free(&asst__mem_libc, keys, sizeof(*keys));
}

int asst_keys_add(asst_keys *keys, const void *key, size_t size, asst_error *err)
{
	struct asst__slice *items;

	asst__error_clear(err);
	if (!keys || !key || size == 0)
		return asst__fail(err, ASST_EINVAL, "a key has at least one byte");
	if (size > ASST_MAX_KEY_BYTES)
		return asst__fail(err, ASST_ELIMIT,
				  "key of %zu bytes: at most %d (ASST_MAX_KEY_BYTES)", size,
				  ASST_MAX_KEY_BYTES);
	items = asst__grow_from(keys->mem, keys->items, keys->first, keys->count, &keys->room,
				sizeof(*items));
	if (!items)
		return asst__fail_nomem(err);
	keys->items = items;
	if (!asst__arena_reserve(&keys->bytes, keys->mem, size))
		return asst__fail_nomem(err);
	items[keys->count].offset = asst__arena_add(&keys->bytes, key, size);
	items[keys->count++].size = size;
	return ASST_OK;
}

size_t asst_keys_count(const asst_keys *keys)
{
	return keys ? keys->count : 0;
}

const void *asst_keys_at(const asst_keys *keys, size_t i, size_t *size)
{
	bool there = keys && i < keys->count;

	if (size)
		*size = there ? keys->items[i].size : 0;
	return there ? keys->bytes.data + keys->items[i].offset : NULL;
}

/* Ranges */

void asst__ranges_init(struct asst_ranges *ranges, const struct asst__mem *mem, int keys_only)
{
	ranges->mem = mem;
	ranges->keys_only = keys_only != 0;
	ranges->count = 0;
	ranges->room = ASST__INLINE_ITEMS;
	ranges->items = ranges->first;
	asst__arena_init(&ranges->bytes);
}

void asst__ranges_dispose(struct asst_ranges *ranges)
{
	asst__free_from(ranges->mem, ranges->items, ranges->first, ranges->room,
			sizeof(*ranges->items));
	asst__arena_dispose(&ranges->bytes, ranges->mem);
}

int asst_ranges_new(asst_ranges **out, int keys_only, asst_error *err)
{
	asst__error_clear(err);
	if (!out)
		return asst__fail(err, ASST_EINVAL, "no place for the ranges");
	*out = NULL;
	if (keys_only != 0 && keys_only != 1)
		return asst__fail(err, ASST_EINVAL, "keys_only is 0 or 1");
	*out = asst__alloc(&asst__mem_libc, sizeof(**out));
	if (!*out)
		return asst__fail_nomem(err);
	asst__ranges_init(*out, &asst__mem_libc, keys_only);
	return ASST_OK;
}

void asst_ranges_free(asst_ranges *ranges)
{
	if (!ranges)
		return;
	asst__ranges_dispose(ranges);
	asst__free(&asst__mem_libc, ranges, sizeof(*ranges));
}

static int check_range(const asst_ranges *ranges, const void *from, size_t from_size,
		       const void *to, size_t to_size, uint32_t flags, asst_error *err)
{
	size_t most = from_size > to_size ? from_size : to_size;

	if (!ranges || (!from && from_size) || (!to && to_size))
		return asst__fail(err, ASST_EINVAL,
				  "no list of ranges, or no bytes where a bound has a size");
	if (flags & ~ASST_RANGE_REVERSE)
		return asst__fail(err, ASST_EINVAL, "unknown flags of a range: 0x%x",
				  (unsigned)(flags & ~ASST_RANGE_REVERSE));
	if (most > ASST_MAX_KEY_BYTES)
		return asst__fail(err, ASST_ELIMIT,
				  "bound of %zu bytes: at most %d (ASST_MAX_KEY_BYTES)", most,
				  ASST_MAX_KEY_BYTES);
	if (ranges->count >= ASST_MAX_RANGES)
		return asst__fail(err, ASST_ELIMIT, "at most %d ranges (ASST_MAX_RANGES)",
				  ASST_MAX_RANGES);
	return ASST_OK;
}

int asst_ranges_add(asst_ranges *ranges, const void *from, size_t from_size, const void *to,
		    size_t to_size, size_t limit, uint32_t flags, asst_error *err)
{
	struct asst__range *items, *range;
	int status;

	asst__error_clear(err);
	status = check_range(ranges, from, from_size, to, to_size, flags, err);
	if (status)
		return status;
	items = asst__grow_from(ranges->mem, ranges->items, ranges->first, ranges->count,
				&ranges->room, sizeof(*items));
	if (!items)
		return asst__fail_nomem(err);
	ranges->items = items;
	if (!asst__arena_reserve(&ranges->bytes, ranges->mem, from_size + to_size))
		return asst__fail_nomem(err);
	range = &items[ranges->count++];
	range->from = asst__arena_add(&ranges->bytes, from, from_size);
	range->from_size = from_size;
	asst__arena_add(&ranges->bytes, to, to_size);
	range->to_size = to_size;
	range->limit = limit;
	range->flags = flags;
	return ASST_OK;
}

size_t asst_ranges_count(const asst_ranges *ranges)
{
	return ranges ? ranges->count : 0;
}

int asst_ranges_keys_only(const asst_ranges *ranges)
{
	return ranges ? ranges->keys_only : 0;
}

static const struct asst__range *range_at(const asst_ranges *ranges, size_t i)
{
	return ranges && i < ranges->count ? &ranges->items[i] : NULL;
}

const void *asst_ranges_from(const asst_ranges *ranges, size_t i, size_t *size)
{
	const struct asst__range *range = range_at(ranges, i);

	if (size)
		*size = range ? range->from_size : 0;
	return range ? ranges->bytes.data + range->from : NULL;
}

const void *asst_ranges_to(const asst_ranges *ranges, size_t i, size_t *size)
{
	const struct asst__range *range = range_at(ranges, i);

	if (size)
		*size = range ? range->to_size : 0;
	return range ? ranges->bytes.data + range->from + range->from_size : NULL;
}

size_t asst_ranges_limit(const asst_ranges *ranges, size_t i)
{
	const struct asst__range *range = range_at(ranges, i);

	return range ? range->limit : 0;
}

uint32_t asst_ranges_flags(const asst_ranges *ranges, size_t i)
{
	const struct asst__range *range = range_at(ranges, i);

	return range ? range->flags : 0;
}
