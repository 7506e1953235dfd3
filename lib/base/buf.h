/* SPDX-License-Identifier: MIT */
/* Counted immutable bytes: values of the storage, texts handed out. */
#ifndef ASST_BASE_BUF_H
#define ASST_BASE_BUF_H

#include "base/mem.h"

#include <assistant/buf.h>

#include <stdatomic.h>
#include <stdbool.h>

struct asst_buf {
	struct asst__mem mem;
	atomic_size_t refs;
	size_t size;
	bool wipe; /* before the bytes are given back */
	char data[]; /* size bytes and a NUL */
};

/* A buffer of size bytes to be filled before it is shared; the NUL is there. NULL: no memory. */
asst_buf *asst__buf_alloc(const struct asst__mem *mem, size_t size);
asst_buf *asst__buf_copy(const struct asst__mem *mem, const void *data, size_t size);

#endif
