/* SPDX-License-Identifier: MIT */
/*
 * Versions: what an assistant's definition was. Each publication makes one; they are
 * numbered 1, 2, ... and never change. The highest one is live. Version 0 is what an
 * assistant that was created as a draft started from.
 */
#ifndef ASSISTANT_HISTORY_H
#define ASSISTANT_HISTORY_H

#include <assistant/base.h>

/* In place of a version's number: the live one, and the caller's own draft. */
#define ASST_VERSION_LIVE UINT64_MAX
#define ASST_VERSION_DRAFT (UINT64_MAX - 1)

#ifdef __cplusplus
extern "C" {
#endif

/**
 * List the versions that are kept, the newest first, as JSON: "versions", a list of
 * {"version", "live", "createdBy", "createdAt", "message", "digest", "label", "pinned"}, and
 * "cursor" where there are more. "digest" is the SHA-256 of the stored definition, in
 * hexadecimal; absent in a build without "sodium" (asst_feature_supported()).
 *
 * @param out      owned, free with asst_buf_free().
 * @param session  borrowed; needs the right "assistant:versions".
 * @param id       borrowed; not a draft's.
 * @param options  copied; a JSON object with "limit" (1 to 1000, default 50) and "cursor"; NULL
 *                 for the defaults.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION (also a damaged
 *         cursor), ASST_ELIMIT, ASST_ECONFLICT (the id is a draft's), ASST_ESTATE, ASST_EIO, ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_list(asst_buf **out, asst_session *session, const char *id,
			       const char *options, size_t size, asst_error *err);

/**
 * Load an assistant as one version shows it: asst_assistant_version() is the version's
 * number and asst_assistant_def() its definition; everything else is as it is now.
 *
 * @param assistant  owned, free with asst_assistant_free().
 * @param version    1 and up, 0 where it is kept, or ASST_VERSION_LIVE.
 * @param flags      0.
 * @return as asst_assistant_get(); ASST_ENOTFOUND (also no such version yet), ASST_EGONE (no
 *         longer kept), ASST_ECONFLICT (the id is a draft's).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_get(asst_assistant **assistant, asst_session *session, const char *id,
			      uint64_t version, uint32_t flags, asst_error *err);

/**
 * What changed from one definition to another, as asst_def_diff() tells it.
 *
 * @param out    owned, free with asst_buf_free().
 * @param from   a version's number, ASST_VERSION_LIVE or ASST_VERSION_DRAFT.
 * @param to     the same.
 * @param flags  0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (also no such version or draft),
 *         ASST_EGONE, ASST_ECONFLICT (the id is a draft's), ASST_ESTATE, ASST_EIO, ASST_ECORRUPT,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_diff(asst_buf **out, asst_session *session, const char *id, uint64_t from,
			       uint64_t to, uint32_t flags, asst_error *err);

/**
 * Open the caller's draft with the definition of a version. Its base is the live
 * definition: committing it publishes the old definition as a new version.
 *
 * @param draft     owned, free with asst_draft_free().
 * @param session   borrowed; the draft keeps its own reference.
 * @param id        borrowed; not a draft's.
 * @param version   as with asst_version_get().
 * @param revision  looked at only with ASST_DRAFT_REPLACE: that of the caller's open draft which
 *                  the caller saw, from asst_draft_revision(), or ASST_ANY_REVISION.
 * @param flags     0, or ASST_DRAFT_REPLACE to give up the text of a draft that is open.
 * @param err       may be NULL.
 * @return as asst_draft_edit(); ASST_ENOTFOUND (also no such version yet, or a revision is named
 *         and no draft is open), ASST_EGONE, ASST_EREVISION (the open draft has another one),
 *         ASST_ECONFLICT (a draft is open, or the id is a draft's).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_restore(asst_draft **draft, asst_session *session, const char *id,
				  uint64_t version, uint64_t revision, uint32_t flags,
				  asst_error *err);

/**
 * Name a version, or take its name away. A version with a label is always kept.
 *
 * @param label  copied; at most 64 characters, not only white space; NULL takes it away.
 * @param size   in bytes, or ASST_NUL; 0 where label is NULL.
 * @param flags  0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EGONE, ASST_EVALIDATION,
 *         ASST_ELIMIT, ASST_ECONFLICT (the id is a draft's), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND,
 *         ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_label(asst_session *session, const char *id, uint64_t version,
				const char *label, size_t size, uint32_t flags, asst_error *err);

/**
 * Pin a version, so that it is always kept, or let it go.
 *
 * @param pinned  1 or 0.
 * @param flags   0.
 * @return as asst_version_label().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_pin(asst_session *session, const char *id, uint64_t version, int pinned,
			      uint32_t flags, asst_error *err);

/**
 * Remove old versions: those that are beyond the newest "keep_versions" (option of the
 * store, 100), older than "keep_days" (30), and neither live, nor pinned, nor labelled,
 * nor what an open draft was made from. Nothing else ever removes a version of an
 * assistant that is not purged.
 *
 * @param removed  set to how many there were; may be NULL.
 * @param session  borrowed; needs the right "assistant:delete".
 * @param id       borrowed.
 * @param flags    0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_ECONFLICT (the id is a
 *         draft's), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_version_prune(uint64_t *removed, asst_session *session, const char *id,
				uint32_t flags, asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
