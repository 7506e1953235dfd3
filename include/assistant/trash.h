/* SPDX-License-Identifier: MIT */
/*
 * The trash: what was deleted, with its drafts, versions and grants, until it is restored
 * or purged.
 */
#ifndef ASSISTANT_TRASH_H
#define ASSISTANT_TRASH_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * List the deleted assistants that the session may restore, the last one first.
 *
 * @param list     owned, free with asst_list_free(); summaries.
 * @param session  borrowed.
 * @param options  copied; a JSON object with "limit" and "cursor" as for asst_assistant_list();
 *                 NULL for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return as asst_assistant_list().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_trash_list(asst_list **list, asst_session *session, const char *options,
			     size_t size, asst_error *err);

/**
 * Take an assistant out of the trash, with its drafts, versions and grants. Where its slug
 * was taken meanwhile it gets a number behind it. Needs the right "assistant:restore".
 *
 * @param assistant  owned; the new state; may be NULL.
 * @param session    borrowed.
 * @param id         borrowed; an id, no natural name and not a draft's.
 * @param revision   that of the state in the trash which the caller saw, or ASST_ANY_REVISION.
 * @param flags      0.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (also not in the trash),
 *         ASST_EREVISION, ASST_ECONFLICT (the id is a draft's), ASST_EBUSY, ASST_EINDOUBT,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_trash_restore(asst_assistant **assistant, asst_session *session, const char *id,
				uint64_t revision, uint32_t flags, asst_error *err);

/**
 * Remove an assistant from the trash for good: its versions, grants and everybody's
 * drafts. Needs the right "assistant:purge" until it has been there for "trash_days"
 * (option of the store, 30), from then on "assistant:delete".
 *
 * @param session   borrowed.
 * @param id        borrowed; an id, no natural name and not a draft's.
 * @param revision  that of the state in the trash which the caller saw, or ASST_ANY_REVISION. Not
 *                  looked at where a purge has begun already, which this one ends.
 * @param flags     0.
 * @param err       may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (also not in the trash),
 *         ASST_EREVISION, ASST_ECONFLICT (the id is a draft's), ASST_EBUSY, ASST_EINDOUBT,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_trash_purge(asst_session *session, const char *id, uint64_t revision,
			      uint32_t flags, asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
