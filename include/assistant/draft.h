/* SPDX-License-Identifier: MIT */
/*
 * Drafts: change a definition without touching the live one, then commit or discard.
 *
 * Each principal has at most one draft of an assistant. A draft may be incomplete, never
 * malformed. A handle knows the state it loaded: where another handle changed the draft
 * since, a call is ASST_EREVISION and asst_draft_reload() mends it. What opens a draft with
 * another text names the revision of the draft that it may give up.
 *
 * Where others published meanwhile, the draft and the live definition are compared with what
 * the draft was made from. Items of lists are matched by their ids, not by their places;
 * a pointer has the id in the place of the index, such as "/skills/0190.../name".
 */
#ifndef ASSISTANT_DRAFT_H
#define ASSISTANT_DRAFT_H

#include <assistant/base.h>

/* Flags of commit: apply what does not meet with the live definition; and decide for the draft. */
#define ASST_COMMIT_MERGE 0x1u
#define ASST_COMMIT_FORCE 0x2u

/* Flag of what opens a draft with another text: give up that of the draft that is open. */
#define ASST_DRAFT_REPLACE 0x1u

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
 * Open a draft of the caller's own with the text and the base of somebody else's draft,
 * which stays as it is. Reading that needs level 3.
 *
 * @param draft     owned, free with asst_draft_free().
 * @param session   borrowed; the draft keeps its own reference.
 * @param id        borrowed; the other draft's own id.
 * @param revision  looked at only with ASST_DRAFT_REPLACE: that of the caller's own open draft
 *                  which the caller saw, from asst_draft_revision(), or ASST_ANY_REVISION.
 * @param flags     0, or ASST_DRAFT_REPLACE to give up the text of a draft that is open.
 * @param err       may be NULL.
 * @return as asst_draft_edit(); ASST_ENOTFOUND (also a revision is named and no draft of the
 *         caller's is open), ASST_EREVISION (it has another one), ASST_ECONFLICT (a draft of the
 *         caller's is open, or the id is an assistant's).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_draft_copy(asst_draft **draft, asst_session *session, const char *id,
			     uint64_t revision, uint32_t flags, asst_error *err);

/**
 * List drafts: the caller's own, or all of one assistant that the caller may read, which are
 * everybody's from level 3 on. Oldest first. Those of assistants that the caller may not see
 * any more, or that are in the trash, are not listed.
 *
 * @param list     owned, free with asst_list_free(); each item is what asst_assistant_get()
 *                 gives for the draft's own id: asst_assistant_editing_id() is the assistant,
 *                 asst_assistant_created_by() the principal.
 * @param session  borrowed.
 * @param options  copied; a JSON object, all optional: "assistantId", "limit" (1 to 1000, default
 *                 50), "cursor". NULL for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return as asst_assistant_list(); ASST_ENOTFOUND (the assistant).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_draft_list(asst_list **list, asst_session *session, const char *options,
			     size_t size, asst_error *err);

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
 * Where the live definition moved on since the draft was opened, the commit is refused:
 * asst_error_detail() has "conflicts", a list of {"pointer", "base", "live", "draft"} with
 * every place that both sides changed, and the issues name them with the code "conflict". Where
 * both changed the order of a list's items, it has "order": true and lists of ids.
 * With ASST_COMMIT_MERGE it is published where there is no such place. With
 * ASST_COMMIT_FORCE, which needs the right "assistant:force", each is decided for the draft.
 *
 * @param assistant     owned; the new live state; may be NULL.
 * @param draft         the handle; free it with asst_draft_free() in any case.
 * @param message       copied; what the version is for; may be NULL. At most 1,024 characters.
 * @param message_size  in bytes, or ASST_NUL; 0 where message is NULL.
 * @param flags         0, ASST_COMMIT_MERGE or ASST_COMMIT_FORCE.
 * @param err           may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION, ASST_ELIMIT,
 *         ASST_ECONFLICT (the live definition moved on), ASST_EREVISION (the draft did),
 *         ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_commit(asst_assistant **assistant, asst_draft *draft, const char *message,
			       size_t message_size, uint32_t flags, asst_error *err);

/**
 * Bring what was published meanwhile into the draft, whose base it is from then on. Places
 * that both sides changed must each be decided; where some are not, the call is refused as
 * asst_draft_commit() would be, with those, and nothing changes.
 *
 * @param draft        the handle; shows the new state on success, the old one on failure.
 * @param resolutions  copied; a JSON list of {"pointer", "take": "live" or "draft"} or
 *                     {"pointer", "value"}, with the pointers of the conflicts; NULL for none.
 *                     They may stand in any order: the orders of lists are decided last, and a
 *                     value for one has the id of each item that is then in the list.
 *                     A "liveVersion" beside them is that of the conflict: where another one is
 *                     live by now, the place counts as not decided.
 * @param size         in bytes, or ASST_NUL; 0 where resolutions is NULL.
 * @param flags        0.
 * @param err          may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION (also a pointer
 *         that is no conflict's), ASST_ELIMIT, ASST_ECONFLICT (not all are decided),
 *         ASST_EREVISION, ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND,
 *         ASST_ENOMEM.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_draft_rebase(asst_draft *draft, const char *resolutions, size_t size,
			       uint32_t flags, asst_error *err);

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

/** The draft's own revision: that of the state which the handle shows. Threads: A. Since: 0.1. */
ASST_API uint64_t asst_draft_revision(const asst_draft *draft);

/** The draft's definition; borrowed until the handle is changed or freed. Threads: A. Since: 0.1. */
ASST_API const asst_def *asst_draft_def(const asst_draft *draft);

#ifdef __cplusplus
}
#endif

#endif
