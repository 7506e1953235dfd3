/* SPDX-License-Identifier: MIT */
/* Entries: how a value lies in one, is answered and is given back. */
#include "storage/entry.h"

#include "base/buf.h"

#include <stdatomic.h>
#include <string.h>

static size_t entry_bytes(const struct asst__entry *entry)
{
	return sizeof(*entry) + entry->value_size + entry->key_size;
}

static struct asst__entry *new_entry(const struct asst__mem *mem, size_t key_size, size_t part,
				     unsigned flags)
{
	struct asst__entry *entry = asst__alloc(mem, sizeof(*entry) + part + key_size);

	if (!entry)
		return NULL;
	entry->sequence = 0;
	entry->hash = 0;
	entry->key_size = (uint32_t)key_size & 0x7ffu;
	entry->value_size = (uint32_t)part & 0x3fu;
	entry->flags = flags & 0x7u;
	entry->segment = 0;
	return entry;
}

struct asst__entry *asst__entry_new(const struct asst__mem *mem, size_t key_size, asst_buf *value)
{
	size_t size = asst_buf_size(value);
	bool large = size > ASST__INLINE_VALUE;
	struct asst__entry *entry = new_entry(mem, key_size, large ? sizeof(value) : size,
					      large ? ASST__ENTRY_BUF : 0);

	if (!entry)
		return NULL;
	if (large) {
		asst_buf_ref(value);
		memcpy(entry->bytes, &value, sizeof(value));
	} else if (size) {
		memcpy(entry->bytes, asst_buf_data(value), size);
	}
	return entry;
}

struct asst__entry *asst__entry_new_inline(const struct asst__mem *mem, size_t key_size,
					   const void *value, size_t value_size)
{
	struct asst__entry *entry = new_entry(mem, key_size, value_size, 0);

	if (entry && value_size)
		memcpy(entry->bytes, value, value_size);
	return entry;
}

struct asst__entry *asst__entry_new_outside(const struct asst__mem *mem, size_t key_size,
					    const struct asst__place *place)
{
	struct asst__placed placed = { *place, NULL };
	struct asst__entry *entry = new_entry(mem, key_size, sizeof(placed), ASST__ENTRY_PLACE);

	if (entry)
		memcpy(entry->bytes, &placed, sizeof(placed));
	return entry;
}

struct asst__entry *asst__entry_new_placed(const struct asst__mem *mem, size_t key_size,
					   asst_buf *value)
{
	struct asst__placed placed = { { 0, 0, (uint32_t)asst_buf_size(value), 0 }, value };
	struct asst__entry *entry;

	if (asst_buf_size(value) <= ASST__INLINE_VALUE)
		return asst__entry_new(mem, key_size, value);
	entry = asst__entry_new_outside(mem, key_size, &placed.place);
	if (!entry)
		return NULL;
	asst_buf_ref(value);
	memcpy(entry->bytes, &placed, sizeof(placed));
	return entry;
}

/* The one part of an entry that may change while it is read: entries are aligned for it. */
static _Atomic(asst_buf *) *resident_of(const struct asst__entry *entry)
{
	uintptr_t at = (uintptr_t)entry->bytes + offsetof(struct asst__placed, resident);

	return (_Atomic(asst_buf *) *)at;
}

struct asst__placed asst__entry_placed(const struct asst__entry *entry)
{
	struct asst__placed placed;

	memcpy(&placed.place, entry->bytes, sizeof(placed.place));
	placed.resident = atomic_load_explicit(resident_of(entry), memory_order_acquire);
	return placed;
}

bool asst__entry_keep(struct asst__entry *entry, asst_buf *value)
{
	asst_buf *none = NULL;

	if (!atomic_compare_exchange_strong(resident_of(entry), &none, value))
		return false;
	asst_buf_ref(value);
	return true;
}

void asst__entry_set_place(struct asst__entry *entry, const struct asst__place *place,
			   bool resident)
{
	struct asst__placed placed = asst__entry_placed(entry);

	placed.place = *place;
	if (!resident) {
		asst_buf_free(placed.resident);
		placed.resident = NULL;
	}
	memcpy(entry->bytes, &placed, sizeof(placed));
}

void asst__entry_set_key(struct asst__entry *entry, const unsigned char *bytes, size_t first,
			 const uint64_t *sequence)
{
	unsigned char *key = entry->bytes + entry->value_size;

	if (!sequence) {
		memcpy(key, bytes, entry->key_size);
		return;
	}
	if (first)
		memcpy(key, bytes, first);
	for (size_t i = 0; i < 8; i++)
		key[first + i] = (unsigned char)(*sequence >> (56 - 8 * i));
	memcpy(key + first + 8, bytes + first, entry->key_size - first - 8);
}

static asst_buf *entry_buf(const struct asst__entry *entry)
{
	asst_buf *value;

	memcpy(&value, entry->bytes, sizeof(value));
	return value;
}

/* So many bytes of a value are what most readers look at, in lines of the cache. */
#define LOOKED_AT 320
#define LINE 64

void asst__entry_prefetch(const struct asst__entry *entry)
{
	const asst_buf *value = NULL;
	uintptr_t at;

	if (entry && entry->flags & ASST__ENTRY_BUF)
		value = entry_buf(entry);
	else if (entry && entry->flags & ASST__ENTRY_PLACE)
		value = asst__entry_placed(entry).resident;
	for (at = 0; value && at < LOOKED_AT; at += LINE)
		ASST__PREFETCH((const void *)((uintptr_t)value + at));
}

size_t asst__entry_weight(const struct asst__entry *entry)
{
	size_t value = entry->value_size;

	if (entry->flags & ASST__ENTRY_BUF)
		value = asst_buf_size(entry_buf(entry));
	else if (entry->flags & ASST__ENTRY_PLACE)
		value = asst__entry_placed(entry).place.size;
	return entry->key_size + value;
}

void asst__entry_free(const struct asst__mem *mem, struct asst__entry *entry)
{
	if (!entry)
		return;
	if (entry->flags & ASST__ENTRY_BUF)
		asst_buf_free(entry_buf(entry));
	if (entry->flags & ASST__ENTRY_PLACE)
		asst_buf_free(asst__entry_placed(entry).resident);
	asst__free(mem, entry, entry_bytes(entry));
}

int asst__entry_answer(const struct asst__entry *entry, asst_sink *sink, size_t index,
		       bool with_key, bool with_value, asst_error *err)
{
	const void *key = with_key ? asst__entry_key(entry) : NULL;
	size_t key_size = with_key ? entry->key_size : 0;

	if (!with_value)
		return asst_sink_put(sink, index, key, key_size, entry->sequence, NULL, err);
	if (entry->flags & ASST__ENTRY_BUF)
		return asst_sink_put(sink, index, key, key_size, entry->sequence, entry_buf(entry),
				     err);
	return asst_sink_copy(sink, index, key, key_size, entry->sequence, entry->bytes,
			      entry->value_size, err);
}

/* Widen the window to a value outside memory, where that lies in reach; 1 if it does. */
static int widen(struct asst__window *window, const struct asst__entry *entry)
{
	struct asst__placed placed = asst__entry_placed(entry);
	uint32_t from = placed.place.offset, to;

	/* What an index file says is not to be trusted. */
	if (placed.resident || placed.place.size > ASST__WINDOW_BYTES ||
	    from > UINT32_MAX - placed.place.size)
		return 0;
	to = from + placed.place.size;
	if (window->from < window->to) {
		if (window->segment != placed.place.segment)
			return 0;
		from = from < window->from ? from : window->from;
		to = to > window->to ? to : window->to;
	}
	if (to - from > ASST__WINDOW_BYTES)
		return 0;
	window->segment = placed.place.segment;
	window->from = from;
	window->to = to;
	return 1;
}

void asst__window_place(struct asst__window *window, struct asst__entry *const *entries,
			size_t count)
{
	int covered = 0;

	window->from = window->to = 0;
	window->read = false;
	for (size_t i = 0; i < count; i++)
		if (entries[i] && entries[i]->flags & ASST__ENTRY_PLACE)
			covered += widen(window, entries[i]);
	/* One alone is read to where it stays. */
	if (covered < 2)
		window->to = window->from;
}

int asst__entry_answer_from(struct asst__entry *entry, struct asst__index *index_of,
			    const struct asst__source *source, struct asst__window *window,
			    asst_sink *sink, size_t index, bool with_key, bool with_value,
			    asst_error *err)
{
	const void *key = with_key ? asst__entry_key(entry) : NULL;
	struct asst__placed placed;
	asst_buf *value;
	int status = ASST_OK;

	if (!(entry->flags & ASST__ENTRY_PLACE) || !with_value)
		return asst__entry_answer(entry, sink, index, with_key, with_value, err);
	placed = asst__entry_placed(entry);
	value = asst_buf_ref(placed.resident);
	if (!value) {
		status = source->read(source->self, &placed.place, window, &value, err);
		if (status == ASST_OK)
			source->keep(source->self, index_of, entry, value);
	}
	if (status == ASST_OK)
		status = asst_sink_put(sink, index, key, with_key ? entry->key_size : 0,
				       entry->sequence, value, err);
	asst_buf_free(value);
	return status;
}
