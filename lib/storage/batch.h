/* SPDX-License-Identifier: MIT */
/* A batch: checks and changes that a backend applies as one; may lie on the stack. */
#ifndef ASST_STORAGE_BATCH_H
#define ASST_STORAGE_BATCH_H

#include "storage/query.h"

#define ASST__INLINE_OPS 16

struct asst__op {
	int kind;
	uint32_t key_size;
	uint32_t end_size; /* of the tail or the end, which lies behind the key */
	size_t key;        /* offset */
	uint64_t sequence; /* of a check */
	asst_buf *value;   /* of a put */
};

struct asst_batch {
	const struct asst__mem *mem;
	uint64_t floor;
	size_t total; /* bytes of keys and values */
	size_t count;
	size_t room;
	struct asst__op *items;
	struct asst__op first[ASST__INLINE_OPS];
	struct asst__arena bytes;
};

/* mem is borrowed until dispose; values copied by asst_batch_put() keep a copy of it. */
void asst__batch_init(struct asst_batch *batch, const struct asst__mem *mem);
void asst__batch_dispose(struct asst_batch *batch);

/* Whether an operation of this kind checks and does not change. */
bool asst__op_is_check(int kind);

#endif
