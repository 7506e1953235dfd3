/* SPDX-License-Identifier: MIT */
/*
 * Drafts: change a definition without touching the live one, then commit or discard.
 *
 * Each principal has at most one draft of an assistant. A draft may be incomplete, never
 * malformed. A handle knows the state it loaded: where another handle changed the draft
 * since, a call is ASST_EREVISION and asst_draft_reload() mends it.
 */
#ifndef ASSISTANT_DRAFT_H
#define ASSISTANT_DRAFT_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Open the caller's draft of an assistant, or return the one that is open.
 *
 * @param draft    owned, free with asst_draft_free(), which does not discard it.
 * @param session  borrowed; the draft keeps its own reference.
 * @param id       borrowed; an assistant's id or natural name, or the draft's own id.
 * @param flags    0.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EBUSY, ASST_EINDOUBT,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_draft_edit(asst_draft **draft, asst_session *session, const char *id,
			     uint32_t flags, asst_error *err);

/**
 * Change the draft by a merge patch (RFC 7396) and store it.
 *
 * @param draft  the handle; shows the new state on success, the old one on failure.
 * @param json   copied; an object with fields of the definition.
 * @param size   in bytes, or ASST_NUL.
 * @param flags  0.
 * @param err    may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION (malformed),
 *         ASST_ECONFLICT (a member that belongs to the assistant), ASST_ELIMIT,
 *         ASST_EREVISION, ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND,
 *         ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_patch(asst_draft *draft, const char *json, size_t size, uint32_t flags,
			      asst_error *err);

/**
 * Load the draft's stored state into the handle.
 *
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (committed or discarded),
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_reload(asst_draft *draft, asst_error *err);

/**
 * Publish the draft: it becomes the live definition and a new version, in one step, with
 * the caller's rights of this moment. The draft is gone after it; the handle is not.
 * Where nothing changed, no version is made. A failed commit leaves both as they were.
 *
 * @param assistant     owned; the new live state; may be NULL.
 * @param draft         the handle; free it with asst_draft_free() in any case.
 * @param message       copied; what the version is for; may be NULL. At most 1,024 characters.
 * @param message_size  in bytes, or ASST_NUL; 0 where message is NULL.
 * @param flags         0.
 * @param err           may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION, ASST_ELIMIT,
 *         ASST_ECONFLICT (the live definition moved on), ASST_EREVISION (the draft did),
 *         ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_commit(asst_assistant **assistant, asst_draft *draft, const char *message,
			       size_t message_size, uint32_t flags, asst_error *err);

/**
 * Discard the draft. Discarding what is gone already succeeds. The draft of an assistant
 * that is in the trash, or that the caller may not see any more, stays where it is.
 *
 * @param flags  0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (the assistant), ASST_EREVISION (changed through another
 *         handle), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_discard(asst_draft *draft, uint32_t flags, asst_error *err);

/** Free the handle, not the stored draft; NULL is a no-op. Threads: A. Since: 0.1. */
ASST_API void asst_draft_free(asst_draft *draft);

/** The draft's own id; borrowed until the handle is freed. Threads: A. Since: 0.1. */
ASST_API const char *asst_draft_id(const asst_draft *draft);

/** The id of the assistant that it edits; borrowed until the handle is freed. Threads: A. Since: 0.1. */
ASST_API const char *asst_draft_assistant_id(const asst_draft *draft);

/** The version that the draft started from. Threads: A. Since: 0.1. */
ASST_API uint64_t asst_draft_base_version(const asst_draft *draft);

/** The draft's definition; borrowed until the handle is changed or freed. Threads: A. Since: 0.1. */
ASST_API const asst_def *asst_draft_def(const asst_draft *draft);

#ifdef __cplusplus
}
#endif

#endif
