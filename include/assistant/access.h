/* SPDX-License-Identifier: MIT */
/* Decisions: may this session do that, and why. */
#ifndef ASSISTANT_ACCESS_H
#define ASSISTANT_ACCESS_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Whether the session has a right on an assistant, now.
 *
 * An assistant that the session may not see answers exactly as one that does not exist:
 * not allowed.
 *
 * @param allowed  set to 1 or 0.
 * @param session  borrowed.
 * @param right    borrowed; such as "assistant:write"; asst_right_name() gives them all.
 * @param id       borrowed; NULL for a right without an object ("assistants:create").
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL (no such right), ASST_ESTATE, ASST_EIO, ASST_ECORRUPT,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_access_check(int *allowed, asst_session *session, const char *right,
			       const char *id, asst_error *err);

/**
 * The same decision with its reasons, as JSON: "allowed", "right", "status" (what the
 * operation would answer), "levelHeld", "levelNeeded", "rule" and "principal" (what
 * decided), "rules" (each that was tried, with the level it gives), "sentence".
 *
 * @param out  owned, free with asst_buf_free().
 * @return as asst_access_check().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_access_explain(asst_buf **out, asst_session *session, const char *right,
				 const char *id, asst_error *err);

/**
 * The same decision for many assistants at one moment.
 *
 * @param allowed  set to 1 or 0 for each id; room for count.
 * @param session  borrowed.
 * @param right    borrowed; a right on an assistant.
 * @param ids      borrowed; ids of assistants only: natural names and drafts' ids get 0.
 * @param count    1 to 1000.
 * @param err      may be NULL.
 * @return as asst_access_check(); ASST_ELIMIT.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_access_check_many(int *allowed, asst_session *session, const char *right,
				    const char *const *ids, size_t count, asst_error *err);

/**
 * Who has a right on an assistant, as JSON: "principals", a list of {"principalId", "level", "rule"},
 * by principal; and for teams that the directory knows "members", a list of {"principalId", "level", "via"};
 * "unknownTeams": those that it does not know; "superusers": true, since they have every right. It
 * needs the right "assistant:who".
 *
 * @param out  owned, free with asst_buf_free().
 * @return as asst_access_check(); ASST_EDENIED, ASST_ENOTFOUND.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_access_who(asst_buf **out, asst_session *session, const char *right,
			     const char *id, asst_error *err);

/** How many rights there are. Threads: B. Since: 0.1. */
ASST_API size_t asst_right_count(void);

/** The name of right i; NULL when out of range; static. Threads: B. Since: 0.1. */
ASST_API const char *asst_right_name(size_t i);

#ifdef __cplusplus
}
#endif

#endif
