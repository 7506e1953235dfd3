/* SPDX-License-Identifier: MIT */
/* Sharing: grants of a level to a user, a team, a key, or everybody in the workspace. */
#ifndef ASSISTANT_SHARE_H
#define ASSISTANT_SHARE_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Grant a level, or change the one that was granted.
 *
 * @param session    borrowed; needs the right "assistant:share", and at least the level it grants.
 * @param id         borrowed.
 * @param principal  borrowed; "user:ID", "team:ID", "key:ID" or "workspace".
 * @param level      ASST_LEVEL_READ, ASST_LEVEL_WRITE or ASST_LEVEL_MANAGE.
 * @param flags      0.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION, ASST_ELIMIT (256
 *         grants), ASST_ECONFLICT (the id is a draft's), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE,
 *         ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_share_put(asst_session *session, const char *id, const char *principal, int level,
			    uint32_t flags, asst_error *err);

/**
 * Grant a level by a document: "principalId", "accessLevel" (1 to 3), and "expiresAt"
 * (RFC 3339) where the grant is to end; otherwise as asst_share_put(). From that moment on it
 * counts for nothing, and the next write of the assistant or of its grants removes it.
 *
 * @param json  copied.
 * @param size  in bytes, or ASST_NUL.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_share_put_json(asst_session *session, const char *id, const char *json,
				 size_t size, uint32_t flags, asst_error *err);

/**
 * Take a grant back. Removing one that is not there succeeds.
 *
 * @param principal  borrowed.
 * @param flags      0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND (the assistant), ASST_EVALIDATION,
 *         ASST_ECONFLICT (the id is a draft's), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_share_remove(asst_session *session, const char *id, const char *principal,
			       uint32_t flags, asst_error *err);

/**
 * The grants in force, ordered by principal: a JSON list of {"principalId", "accessLevel",
 * "expiresAt", "grantedBy", "grantedAt"}. Needs the right "assistant:read".
 *
 * @param out  owned, free with asst_buf_free().
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_ESTATE, ASST_EIO,
 *         ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_share_list(asst_buf **out, asst_session *session, const char *id,
			     asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
