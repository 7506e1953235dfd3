/* SPDX-License-Identifier: MIT */
/* Sessions: who is acting. Every operation takes one. */
#ifndef ASSISTANT_SESSION_H
#define ASSISTANT_SESSION_H

#include <assistant/base.h>

/* Flag of a session that may use secrets: the host's runtime acts for somebody. */
#define ASST_SESSION_RUNTIME 0x1u

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Open a session for a person whom the host has authenticated. Nothing is written.
 *
 * The document: "workspace" and "user" (identifiers, required), "aiSeat" (default false),
 * "superuser" (default false), "permissions" (a list of at most 200; "assistants:create", which may
 * also be spelled "createAssistants", "keys:create", and "ai.verify", which is a seat and contradicts
 * "aiSeat": false; a host has others of its own: names that the library does not know are kept and
 * ignored), "teams" (a list
 * of {"id", "role"}; roles member, memberPlus, designer, dataWizard, publisher, admin;
 * default member). An identifier has 1 to 128 bytes of [A-Za-z0-9._@+-].
 *
 * @param session  owned, free with asst_session_free().
 * @param store    borrowed; may be closed before the session is freed.
 * @param json     copied.
 * @param size     in bytes, or ASST_NUL.
 * @param err      may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EVALIDATION, ASST_ELIMIT, ASST_ESTATE, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_session_open(asst_session **session, asst_store *store, const char *json,
			       size_t size, asst_error *err);

/**
 * Open a session for the host itself, which may do everything in one workspace. Its own
 * creations need an "ownerId". There is no way to it from JSON.
 *
 * @param session    owned, free with asst_session_free().
 * @param store      borrowed.
 * @param workspace  copied; an identifier.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_session_open_system(asst_session **session, asst_store *store,
				      const char *workspace, asst_error *err);

/**
 * Open a session for a user whom the store's principal source knows (directory.h). The host has
 * authenticated the user. What the user may do is read at each use, and must still hold when a
 * write is made and, of the directory, when what is shown is read.
 *
 * @param session    owned, free with asst_session_free().
 * @param store      borrowed.
 * @param workspace  copied; an identifier.
 * @param user       copied; an identifier, without "user:".
 * @param flags      0 or ASST_SESSION_RUNTIME.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EUNAUTHENTICATED (unknown, disabled or deleted), ASST_EUNSUPPORTED (no
 *         principal source), ASST_EVALIDATION and ASST_ELIMIT (the source's document),
 *         ASST_ESTATE, ASST_EIO,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_session_open_user(asst_session **session, asst_store *store,
				    const char *workspace, const char *user, uint32_t flags,
				    asst_error *err);

/**
 * The same session for the host's runtime, which may use secrets in its name.
 *
 * @param runtime  owned, free with asst_session_free().
 * @param session  borrowed; of a person or a token.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED (a key, or the system), ASST_ESTATE, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_session_runtime(asst_session **runtime, asst_session *session, asst_error *err);

/** Free a session; NULL is a no-op. Not while a call uses it. Threads: A. Since: 0.1. */
ASST_API void asst_session_free(asst_session *session);

/** The workspace; borrowed until the session is freed. Threads: C. Since: 0.1. */
ASST_API const char *asst_session_workspace(const asst_session *session);

/** The principal, such as "user:ada", or "system"; borrowed until the session is freed. Threads: C. Since: 0.1. */
ASST_API const char *asst_session_principal(const asst_session *session);

#ifdef __cplusplus
}
#endif

#endif
