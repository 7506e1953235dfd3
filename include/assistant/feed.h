/* SPDX-License-Identifier: MIT */
/*
 * The feed: one event for each change, written in the same step as the change. It is the
 * audit trail, and what a copy or a screen follows.
 */
#ifndef ASSISTANT_FEED_H
#define ASSISTANT_FEED_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Read events in the order in which they happened, without gaps, as JSON: "events", a list,
 * and "cursor", from which to go on; "more" tells whether there may be more now.
 *
 * An event has "cursor" (its place), "at", "actor", "action" (such as "assistant.update";
 * libassistant_rights(7) lists them), and where they apply "objectId" (of an assistant),
 * "onBehalfOf", "oldRevision", "newRevision", "pointers" (what changed, never a value), "version" (the one
 * that was named, pinned or restored), "principalId", "accessLevel" and "forced" (pointers that a
 * commit decided for its draft; where they are too many for an event, a parent stands for all
 * below it, "" for the whole). Of a write that was refused, "action" is "refused", and
 * "attempted" and "status" tell what and why.
 *
 * A session is shown the events of what it may see now, and those by which it lost sight
 * of something. One call looks at no more than 1,000 events, shown or not: an empty list
 * with "more" is no end.
 *
 * @param out      owned, free with asst_buf_free().
 * @param session  borrowed.
 * @param options  copied; a JSON object, all optional: "after" (a cursor of this workspace;
 *                 "begin", the default; or "end", for the present end), "limit" (1 to 1000, default
 *                 100), "objectId" and "actions" (a list): only such events. NULL for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION (also a damaged cursor),
 *         ASST_EGONE (events behind the cursor are no longer kept, or the store is an older copy
 *         of the one that the cursor is from: read what there is anew), ASST_ELIMIT, ASST_ESTATE,
 *         ASST_EIO, ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_feed_read(asst_buf **out, asst_session *session, const char *options, size_t size,
			    asst_error *err);

/**
 * Remove events that are older than "feed_days" (option of the store: 90, at least 30).
 *
 * @param removed  set to how many there were; may be NULL.
 * @param session  borrowed; the system's.
 * @param flags    0.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_feed_prune(uint64_t *removed, asst_session *session, uint32_t flags,
			     asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
