/* SPDX-License-Identifier: MIT */
/* Entries: how a value lies in one, is answered and is given back. */
#include "storage/entry.h"

#include "base/buf.h"

#include <string.h>

static size_t entry_bytes(const struct asst__entry *entry)
{
	return sizeof(*entry) + entry->value_size + entry->key_size;
}

struct asst__entry *asst__entry_new(const struct asst__mem *mem, size_t key_size, asst_buf *value)
{
	size_t size = asst_buf_size(value);
	bool large = size > ASST__INLINE_VALUE;
	size_t part = large ? sizeof(value) : size;
	struct asst__entry *entry = asst__alloc(mem, sizeof(*entry) + part + key_size);

	if (!entry)
		return NULL;
	entry->sequence = 0;
	entry->hash = 0;
	entry->key_size = (uint16_t)key_size;
	entry->value_size = (uint8_t)part;
	entry->flags = large ? ASST__ENTRY_BUF : 0;
	if (large) {
		asst_buf_ref(value);
		memcpy(entry->bytes, &value, sizeof(value));
	} else if (size) {
		memcpy(entry->bytes, asst_buf_data(value), size);
	}
	return entry;
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

void asst__entry_free(const struct asst__mem *mem, struct asst__entry *entry)
{
	if (!entry)
		return;
	if (entry->flags & ASST__ENTRY_BUF)
		asst_buf_free(entry_buf(entry));
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
