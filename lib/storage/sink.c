/* SPDX-License-Identifier: MIT */
/* The sink: takes the answers of get and scan. */
#include "base/buf.h"
#include "base/fail.h"
#include "storage/query.h"

#include <string.h>

void asst__sink_init(struct asst_sink *sink, const struct asst__mem *mem)
{
	sink->mem = mem;
	sink->count = 0;
	sink->room = ASST__INLINE_ITEMS;
	sink->items = sink->first;
	asst__arena_init(&sink->bytes);
}

void asst__sink_cut(struct asst_sink *sink, size_t count)
{
	while (sink->count > count)
		asst_buf_free(sink->items[--sink->count].value);
}

void asst__sink_clear(struct asst_sink *sink)
{
	asst__sink_cut(sink, 0);
	sink->bytes.size = 0;
}

void asst__sink_dispose(struct asst_sink *sink)
{
	asst__sink_clear(sink);
	asst__free_from(sink->mem, sink->items, sink->first, sink->room, sizeof(*sink->items));
	asst__arena_dispose(&sink->bytes, sink->mem);
}

int asst_sink_new(asst_sink **out, asst_error *err)
{
	asst__error_clear(err);
	if (!out)
		return asst__fail(err, ASST_EINVAL, "no place for the sink");
	*out = asst__alloc(&asst__mem_libc, sizeof(**out));
	if (!*out)
		return asst__fail_nomem(err);
	asst__sink_init(*out, &asst__mem_libc);
	return ASST_OK;
}

void asst_sink_free(asst_sink *sink)
{
	if (!sink)
		return;
	asst__sink_dispose(sink);
	asst__free(&asst__mem_libc, sink, sizeof(*sink));
}

/* Everything that can fail, so that a failed answer leaves no trace. */
static int prepare(asst_sink *sink, const void *key, size_t key_size, asst_error *err)
{
	struct asst__answer *items;

	if (!sink || (!key && key_size))
		return asst__fail(err, ASST_EINVAL, "no sink, or no key where it has a size");
	items = asst__grow_from(sink->mem, sink->items, sink->first, sink->count, &sink->room,
				sizeof(*items));
	if (!items)
		return asst__fail_nomem(err);
	sink->items = items;
	if (!asst__arena_reserve(&sink->bytes, sink->mem, key_size))
		return asst__fail_nomem(err);
	return ASST_OK;
}

static void add(asst_sink *sink, size_t index, const void *key, size_t key_size, uint64_t sequence,
		asst_buf *value)
{
	struct asst__answer *answer = &sink->items[sink->count++];

	answer->index = index;
	answer->key = key ? asst__arena_add(&sink->bytes, key, key_size) : ASST__NO_KEY;
	answer->key_size = key_size;
	answer->sequence = sequence;
	answer->value = value;
}

int asst_sink_put(asst_sink *sink, size_t index, const void *key, size_t key_size,
		  uint64_t sequence, asst_buf *value, asst_error *err)
{
	int status;

	asst__error_clear(err);
	status = prepare(sink, key, key_size, err);
	if (status)
		return status;
	add(sink, index, key, key_size, sequence, asst_buf_ref(value));
	return ASST_OK;
}

/* Neighbours often have the same value, such as the entries of an index: one buffer is for all. */
static asst_buf *share_or_copy(const asst_sink *sink, const void *value, size_t size)
{
	asst_buf *last = sink->count ? sink->items[sink->count - 1].value : NULL;

	if (last && last->size == size && (!size || memcmp(last->data, value, size) == 0))
		return asst_buf_ref(last);
	return asst__buf_copy(sink->mem, value, size);
}

int asst_sink_copy(asst_sink *sink, size_t index, const void *key, size_t key_size,
		   uint64_t sequence, const void *value, size_t value_size, asst_error *err)
{
	asst_buf *copy = NULL;
	int status;

	asst__error_clear(err);
	if (!value && value_size)
		return asst__fail(err, ASST_EINVAL, "no value where it has a size");
	status = prepare(sink, key, key_size, err);
	if (status)
		return status;
	copy = share_or_copy(sink, value, value_size);
	if (!copy)
		return asst__fail_nomem(err);
	add(sink, index, key, key_size, sequence, copy);
	return ASST_OK;
}

static const struct asst__answer *answer_at(const asst_sink *sink, size_t i)
{
	return sink && i < sink->count ? &sink->items[i] : NULL;
}

size_t asst_sink_count(const asst_sink *sink)
{
	return sink ? sink->count : 0;
}

size_t asst_sink_index(const asst_sink *sink, size_t i)
{
	const struct asst__answer *answer = answer_at(sink, i);

	return answer ? answer->index : 0;
}

const void *asst_sink_key(const asst_sink *sink, size_t i, size_t *size)
{
	const struct asst__answer *answer = answer_at(sink, i);
	bool there = answer && answer->key != ASST__NO_KEY;

	if (size)
		*size = there ? answer->key_size : 0;
	return there ? sink->bytes.data + answer->key : NULL;
}

uint64_t asst_sink_sequence(const asst_sink *sink, size_t i)
{
	const struct asst__answer *answer = answer_at(sink, i);

	return answer ? answer->sequence : 0;
}

asst_buf *asst_sink_value(const asst_sink *sink, size_t i)
{
	const struct asst__answer *answer = answer_at(sink, i);

	return answer ? answer->value : NULL;
}

const struct asst__answer *asst__sink_find(const struct asst_sink *sink, size_t index)
{
	size_t low = 0, high = index < sink->count ? index + 1 : sink->count;

	/* Indexes rise strictly, so the answer is not behind place `index`; mostly it is there. */
	if (high && sink->items[high - 1].index == index)
		return &sink->items[high - 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sink->items[middle].index == index)
			return &sink->items[middle];
		if (sink->items[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
