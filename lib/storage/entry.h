/* SPDX-License-Identifier: MIT */
/*
 * What an index holds for a key: one allocation with the sequence, the value part and the
 * key. Only entry.c knows how a value part is built.
 */
#ifndef ASST_STORAGE_ENTRY_H
#define ASST_STORAGE_ENTRY_H

#include "storage/query.h"

/* Values up to this size lie in the entry; a buffer and its header would be larger. */
#define ASST__INLINE_VALUE 48

struct asst__entry {
	uint64_t sequence;
	uint32_t hash; /* of the key, by the index's seed */
	uint16_t key_size;
	uint8_t value_size; /* of the value part, which lies before the key */
	uint8_t flags;
	unsigned char bytes[];
};

#define ASST__ENTRY_BUF 0x1u  /* the value part is a reference to an asst_buf */
#define ASST__ENTRY_DEAD 0x2u /* deleted by the batch that is being applied */

/* An entry whose key, hash and sequence are yet to be written; NULL: no memory. */
struct asst__entry *asst__entry_new(const struct asst__mem *mem, size_t key_size, asst_buf *value);
/* Write the key: the first bytes of it, the sequence if there is one, and the rest behind them. */
void asst__entry_set_key(struct asst__entry *entry, const unsigned char *bytes, size_t first,
			 const uint64_t *sequence);
void asst__entry_free(const struct asst__mem *mem, struct asst__entry *entry);

/* Answer with the entry's value, and with its key if with_key. */
int asst__entry_answer(const struct asst__entry *entry, asst_sink *sink, size_t index,
		       bool with_key, bool with_value, asst_error *err);

static inline const unsigned char *asst__entry_key(const struct asst__entry *entry)
{
	return entry->bytes + entry->value_size;
}

#endif
