/* SPDX-License-Identifier: MIT */
/* Bytes that the library hands out: immutable, counted, with a NUL behind them. */
#ifndef ASSISTANT_BUF_H
#define ASSISTANT_BUF_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make a buffer from bytes: for backends that keep values in this form.
 *
 * @param out   owned, free with asst_buf_free().
 * @param data  copied; may be NULL when size is 0.
 * @param size  in bytes.
 * @param err   may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_buf_new(asst_buf **out, const void *data, size_t size, asst_error *err);

/**
 * Take one more reference.
 *
 * @param buf  borrowed; NULL gives NULL.
 * @return buf, owned once more.
 * Threads: B.  Since: 0.1.
 */
ASST_API asst_buf *asst_buf_ref(asst_buf *buf);

/**
 * Drop a reference; the last one frees the bytes.
 *
 * @param buf  owned; NULL is a no-op.
 * Threads: B.  Since: 0.1.
 */
ASST_API void asst_buf_free(asst_buf *buf);

/**
 * The bytes, with a NUL behind them that the size does not count.
 *
 * @param buf  may be NULL ("").
 * @return borrowed until the last reference is dropped.
 * Threads: C.  Since: 0.1.
 */
ASST_API const char *asst_buf_data(const asst_buf *buf);

/**
 * How many bytes there are.
 *
 * @param buf  may be NULL (0).
 * Threads: C.  Since: 0.1.
 */
ASST_API size_t asst_buf_size(const asst_buf *buf);

#ifdef __cplusplus
}
#endif

#endif
