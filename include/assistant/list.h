/* SPDX-License-Identifier: MIT */
/* Lists: what a session may see, in order, page by page. */
#ifndef ASSISTANT_LIST_H
#define ASSISTANT_LIST_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * List the assistants that a session may see: complete, and each as it would be when
 * asked for by itself.
 *
 * The options, all optional: "sort": "updatedAt", "createdAt" or "name", with "-" before it
 * for descending (default "-updatedAt"); equal ones are in the order of their ids, backwards
 * where the order is. "limit": 1 to 1000 (default 50). "cursor": where an earlier page ended; it
 * fits only the session's principal, workspace and the same sort and right. "view": "summary"
 * (default; no definition) or "whole". "right": only those on which the session has this right
 * (default "assistant:read"). "nameContains": only those whose name has this text in it, up to
 * 1024 characters; ASCII letters are the same in either case, whatever the locale, and all else
 * is only itself; "" is as if it was not there. Sorted by name is the fastest way to look for
 * one. Changes between two pages never make a page fail: what does not change its place is
 * listed exactly once.
 *
 * @param list     owned, free with asst_list_free().
 * @param session  borrowed.
 * @param options  copied; a JSON object; NULL for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION (also a damaged cursor),
 *         ASST_ELIMIT, ASST_ESTATE, ASST_EIO, ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_list(asst_list **list, asst_session *session, const char *options,
				 size_t size, asst_error *err);

/**
 * Count the assistants that asst_assistant_list() would list, without loading them.
 *
 * @param count    set to how many there are: up to 10000 exactly, else to 10000.
 * @param more     set to 1 where there are more than 10000, else to 0; may be NULL.
 * @param session  borrowed.
 * @param options  copied; a JSON object, both optional: "right" and "nameContains" as for
 *                 asst_assistant_list(). NULL for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION, ASST_ELIMIT, ASST_ESTATE, ASST_EIO,
 *         ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_count(uint64_t *count, int *more, asst_session *session,
				  const char *options, size_t size, asst_error *err);

/** Free a list and the assistants it lends; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_list_free(asst_list *list);

/** How many there are. Threads: C. Since: 0.1. */
ASST_API size_t asst_list_count(const asst_list *list);

/**
 * Assistant i; NULL when out of range. Borrowed until the list is freed; keep it longer
 * with asst_assistant_ref().
 *
 * Threads: C.  Since: 0.1.
 */
ASST_API asst_assistant *asst_list_at(const asst_list *list, size_t i);

/**
 * Where the feed stood when the list was made: a cursor for asst_feed_read(), which tells
 * everything that happened since. Borrowed until the list is freed. NULL where no storage was
 * asked, as for the trash of a token, which reads no feed either.
 *
 * Threads: C.  Since: 0.1.
 */
ASST_API const char *asst_list_feed_cursor(const asst_list *list);

/** The cursor of the next page, borrowed until the list is freed; NULL at the end. Threads: C. Since: 0.1. */
ASST_API const char *asst_list_cursor(const asst_list *list);

#ifdef __cplusplus
}
#endif

#endif
