/* SPDX-License-Identifier: MIT */
/* Counted immutable bytes: values of the storage, texts handed out. */
#include "base/buf.h"
#include "base/fail.h"
#include "base/guarded.h"

#include <string.h>

asst_buf *asst__buf_alloc(const struct asst__mem *mem, size_t size)
{
	asst_buf *buf;
	size_t bytes;

	if (!asst__add(&bytes, size, sizeof(*buf) + 1))
		return NULL;
	buf = asst__alloc(mem, bytes);
	if (!buf)
		return NULL;
	buf->mem = *mem;
	atomic_init(&buf->refs, 1);
	buf->size = size;
	buf->wipe = false;
	buf->data[size] = '\0';
	return buf;
}

asst_buf *asst__buf_copy(const struct asst__mem *mem, const void *data, size_t size)
{
	asst_buf *buf = asst__buf_alloc(mem, size);

	if (buf && size)
		memcpy(buf->data, data, size);
	return buf;
}

int asst_buf_new(asst_buf **out, const void *data, size_t size, asst_error *err)
{
	asst__error_clear(err);
	if (out)
		*out = NULL;
	if (!out || (!data && size))
		return asst__fail(err, ASST_EINVAL,
				  "a buffer needs a place to go and bytes to hold");
	*out = asst__buf_copy(&asst__mem_libc, data, size);
	return *out ? ASST_OK : asst__fail_nomem(err);
}

asst_buf *asst_buf_ref(asst_buf *buf)
{
	if (buf)
		atomic_fetch_add_explicit(&buf->refs, 1, memory_order_relaxed);
	return buf;
}

void asst_buf_free(asst_buf *buf)
{
	struct asst__mem mem;

	if (!buf || atomic_fetch_sub_explicit(&buf->refs, 1, memory_order_acq_rel) != 1)
		return;
	mem = buf->mem;
	if (buf->wipe)
		asst__wipe(buf->data, buf->size);
	asst__free(&mem, buf, sizeof(*buf) + buf->size + 1);
}

const char *asst_buf_data(const asst_buf *buf)
{
	return buf ? buf->data : "";
}

size_t asst_buf_size(const asst_buf *buf)
{
	return buf ? buf->size : 0;
}
