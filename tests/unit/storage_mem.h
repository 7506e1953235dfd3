/* SPDX-License-Identifier: MIT */
/* Memory for the storage tests: counted, sizes checked, and refused after so many blocks. */
#ifndef ASST_TESTS_STORAGE_MEM_H
#define ASST_TESTS_STORAGE_MEM_H

#include "t.h"

#include "base/mem.h"

#include <string.h>

struct few {
	size_t left;   /* blocks that can still be had */
	size_t blocks; /* in use */
	size_t bytes;
	bool refused;
};

/* The size lies in front of each block, in room that keeps the block aligned. */
#define FEW_FRONT 16

static inline void *few_alloc(void *user, size_t size)
{
	struct few *few = user;
	unsigned char *block;

	assert_true(size > 0);
	if (few->left == 0) {
		few->refused = true;
		return NULL;
	}
	few->left--;
	block = malloc(FEW_FRONT + size);
	assert_non_null(block);
	memcpy(block, &size, sizeof(size));
	memset(block + FEW_FRONT, 0xa5, size);
	few->blocks++;
	few->bytes += size;
	return block + FEW_FRONT;
}

static inline void few_free(void *user, void *block, size_t size)
{
	struct few *few = user;
	unsigned char *bytes = (unsigned char *)block - FEW_FRONT;
	size_t was;

	memcpy(&was, bytes, sizeof(was));
	assert_int_equal(was, size);
	few->blocks--;
	few->bytes -= size;
	free(bytes);
}

static inline void *few_realloc(void *user, void *block, size_t old_size, size_t size)
{
	void *moved = few_alloc(user, size);

	if (moved) {
		memcpy(moved, block, old_size < size ? old_size : size);
		few_free(user, block, old_size);
	}
	return moved;
}

static inline struct asst__mem few_mem(struct few *few)
{
	return (struct asst__mem){ few, few_alloc, few_realloc, few_free };
}

#endif
