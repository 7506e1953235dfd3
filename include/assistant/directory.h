/* SPDX-License-Identifier: MIT */
/*
 * Principals: where the store learns what a person may do now. Either the host tells it each
 * time (asst_store_opts_set_principals()), or it keeps users and teams itself (the option
 * "directory"). Without both, there are only sessions from the host's JSON.
 *
 * All calls here need the system's session.
 */
#ifndef ASSISTANT_DIRECTORY_H
#define ASSISTANT_DIRECTORY_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Put a user into the directory, or change one: the document takes the place of the old one.
 *
 * The document: "id" (an identifier, required), "name" (at most 80 characters), "email" (at most
 * 255), and as with asst_session_open() "aiSeat", "superuser", "permissions" and "teams", which
 * must be in the directory; "disabled" (default false). What asst_user_get() gave can be put
 * back: "createdAt" and "updatedAt" are read-only, taken with the present value and else a fault.
 * A document that says what is stored already writes nothing and makes no event.
 *
 * @param session  borrowed; the system's.
 * @param json     copied.
 * @param size     in bytes, or ASST_NUL.
 * @param flags    0.
 * @param err      may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EUNSUPPORTED (no directory), ASST_EVALIDATION (also
 *         an unknown team), ASST_ELIMIT, ASST_EEXISTS (the id was deleted and not forgotten),
 *         ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_put(asst_session *session, const char *json, size_t size, uint32_t flags,
			   asst_error *err);

/**
 * A user as JSON: the document, and "createdAt", "updatedAt" and, where it was deleted, "deletedAt".
 *
 * @param out  owned, free with asst_buf_free().
 * @param id   borrowed; without "user:".
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EUNSUPPORTED, ASST_ENOTFOUND, ASST_ESTATE, ASST_EIO,
 *         ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_get(asst_buf **out, asst_session *session, const char *id, asst_error *err);

/**
 * List users by id, as JSON: "users", and "cursor" where there are more.
 *
 * @param out      owned, free with asst_buf_free().
 * @param options  copied; a JSON object with "limit" (1 to 1000, default 50) and "cursor"; NULL
 *                 for the defaults.
 * @return as asst_user_get(); ASST_EVALIDATION, ASST_ELIMIT.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_list(asst_buf **out, asst_session *session, const char *options, size_t size,
			    asst_error *err);

/**
 * Take a user's access away, or give it back: from the next call on, also in sessions that
 * are open, and in the user's keys and tokens. A call that has begun before shows nothing that is
 * written afterwards. The event is "user.disable" or "user.enable"; a
 * user who is that way already makes none.
 *
 * @param disabled  1 or 0.
 * @param flags     0.
 * @return as asst_user_put(); ASST_ENOTFOUND.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_disable(asst_session *session, const char *id, int disabled, uint32_t flags,
			       asst_error *err);

/**
 * Delete a user: access and memberships end, and the id is not given out again. Of the record stay
 * "id" and "name", for the audit trail, "createdAt", "updatedAt" and "deletedAt". What the user
 * owns stays, and what was granted to it.
 *
 * @param flags  0.
 * @return as asst_user_disable().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_delete(asst_session *session, const char *id, uint32_t flags,
			      asst_error *err);

/**
 * Forget a user: everything that the directory knows of it. The id may be given out again.
 *
 * Better never do so. Whoever gets the id is another person to sessions, keys and tokens, and
 * none of the former ones work. But what the id owns, what was granted to it and its open drafts
 * are written under the id alone and pass to that person: give the first two away before, and
 * discard the drafts.
 *
 * @param flags  0.
 * @return as asst_user_disable().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_user_forget(asst_session *session, const char *id, uint32_t flags,
			      asst_error *err);

/**
 * Put a team into the directory, or change one: "id" (an identifier, required), "name" (at
 * most 80 characters). What asst_team_get() gave can be put back: "members", "createdAt" and
 * "updatedAt" are read-only, taken with the present value and else a fault. A document that says
 * what is stored already writes nothing and makes no event.
 *
 * @return as asst_user_put().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_team_put(asst_session *session, const char *json, size_t size, uint32_t flags,
			   asst_error *err);

/**
 * A team as JSON, with "members", a list of {"id", "role"}.
 *
 * @param out  owned, free with asst_buf_free().
 * @return as asst_user_get().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_team_get(asst_buf **out, asst_session *session, const char *id, asst_error *err);

/** List teams by id: "teams", and "cursor"; as asst_user_list(). Threads: B. Since: 0.1. */
ASST_API int asst_team_list(asst_buf **out, asst_session *session, const char *options, size_t size,
			    asst_error *err);

/**
 * Delete a team that has no members.
 *
 * @param flags  0.
 * @return as asst_user_disable(); ASST_ECONFLICT (it has members).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_team_delete(asst_session *session, const char *id, uint32_t flags,
			      asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
