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
	uint32_t key_size : 11;
	uint32_t value_size : 6; /* of the value part, which lies before the key */
	uint32_t flags : 3;
	/*
	 * Of a value that lies here, the last bits of the number of the segment which has it on disk,
	 * so that compaction knows of several copies which one counts.
	 */
	uint32_t segment : 12;
	unsigned char bytes[];
};

#define ASST__SEGMENT_TAGS 4096u
_Static_assert(ASST_MAX_KEY_BYTES < 1 << 11 && ASST__INLINE_VALUE < 1 << 6, "they have their bits");

#define ASST__ENTRY_BUF 0x1u   /* the value part is a reference to an asst_buf */
#define ASST__ENTRY_DEAD 0x2u  /* deleted by the batch that is being applied */
#define ASST__ENTRY_PLACE 0x4u /* the value part is an asst__placed */

/* Where a value lies outside memory. */
struct asst__place {
	uint32_t segment;
	uint32_t offset;
	uint32_t size;
	uint32_t crc; /* CRC32C of the value */
};

/* A value that lies outside, and perhaps in memory too. */
struct asst__placed {
	struct asst__place place;
	asst_buf *resident; /* NULL: to be read */
};

struct asst__index;

/* Values that lie near each other outside, to be read in one go when one of them is. */
#define ASST__WINDOW_BYTES 8192
struct asst__window {
	uint32_t segment;
	uint32_t from, to; /* offsets; equal ones cover nothing */
	bool read;         /* the bytes are here */
	char bytes[ASST__WINDOW_BYTES];
};

/* Reads values that lie outside. ASST_EIO, ASST_ECORRUPT, ASST_ENOMEM. */
struct asst__source {
	void *self;
	/* window: may be NULL, or cover the place. */
	int (*read)(void *self, const struct asst__place *place, struct asst__window *window,
		    asst_buf **value, asst_error *err);
	/* A value of an index's entry was read: it may be kept by asst__entry_keep(). */
	void (*keep)(void *self, struct asst__index *index, struct asst__entry *entry, asst_buf *value);
};

/* An entry whose key, hash and sequence are yet to be written; NULL: no memory. */
struct asst__entry *asst__entry_new(const struct asst__mem *mem, size_t key_size, asst_buf *value);
/* The same for a value that will lie outside, if it is too large for the entry itself. */
struct asst__entry *asst__entry_new_placed(const struct asst__mem *mem, size_t key_size,
					   asst_buf *value);
/* One with a value that fits into it. */
struct asst__entry *asst__entry_new_inline(const struct asst__mem *mem, size_t key_size,
					   const void *value, size_t value_size);
/* One whose value lies outside alone. */
struct asst__entry *asst__entry_new_outside(const struct asst__mem *mem, size_t key_size,
					    const struct asst__place *place);
/* Note the segment of a value that lies in the entry. */
static inline void asst__entry_set_segment(struct asst__entry *entry, uint32_t segment)
{
	entry->segment = segment & (ASST__SEGMENT_TAGS - 1);
}

/* Where the value lies, for entries with ASST__ENTRY_PLACE. */
struct asst__placed asst__entry_placed(const struct asst__entry *entry);
/* Say where it lies; without resident, the value in memory is given up. */
void asst__entry_set_place(struct asst__entry *entry, const struct asst__place *place,
			   bool resident);
/*
 * Keep a value in memory from now on, also while others read the entry; false when it is
 * there already. Takes a reference.
 */
bool asst__entry_keep(struct asst__entry *entry, asst_buf *value);
/* A window that covers what of these entries is to be read, as far as that lies together. */
void asst__window_place(struct asst__window *window, struct asst__entry *const *entries,
			size_t count);
/* Ask the memory for the value ahead of answering with it; NULL is a no-op. */
void asst__entry_prefetch(const struct asst__entry *entry);
/* Bytes of key and value. */
size_t asst__entry_weight(const struct asst__entry *entry);

/* Write the key: the first bytes of it, the sequence if there is one, and the rest behind them. */
void asst__entry_set_key(struct asst__entry *entry, const unsigned char *bytes, size_t first,
			 const uint64_t *sequence);
void asst__entry_free(const struct asst__mem *mem, struct asst__entry *entry);

/* Answer with the entry's value, and with its key if with_key. */
int asst__entry_answer(const struct asst__entry *entry, asst_sink *sink, size_t index,
		       bool with_key, bool with_value, asst_error *err);
/* The same where values may lie outside; window: where it is to be read from, or NULL. */
int asst__entry_answer_from(struct asst__entry *entry, struct asst__index *index_of,
			    const struct asst__source *source, struct asst__window *window,
			    asst_sink *sink, size_t index, bool with_key, bool with_value,
			    asst_error *err);

static inline const unsigned char *asst__entry_key(const struct asst__entry *entry)
{
	return entry->bytes + entry->value_size;
}

#endif
