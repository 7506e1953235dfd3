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
 * The same decision with its reasons, as JSON:
 *
 * - "allowed"; "right"; "status": how the right is decided, by name, such as "EDENIED". The
 *   operation may still refuse, for what a right says nothing of: a disabled assistant resolves for
 *   nobody, keys and tokens are made by persons whom the principal source knows; and from the end
 *   of "trash_days" on whoever may delete may purge;
 * - "levelHeld", 0 to 3; "levelNeeded", 0 for a right without an object;
 * - "ownerHeld" and "ownerNeeded", booleans: a right that needs the owner needs more than
 *   level 3. Held it is by the owning user, an admin of the owning team, a superuser, the system;
 * - "rule": what decided. That is the rule that gives the level held, a name as in "rules"; or
 *   "creator", where a key or token holds less than it was given because its creator holds no
 *   more; or what refused before any level counted: "seat", "scope" (of a key), "credential"
 *   (keys and tokens never may), "visibility"; or "draft" (somebody else's); or "permission",
 *   which decides on a right without an object;
 * - "principal": whose level it is: the session's own, a team, "workspace", the creator; else null;
 * - "rules": a list of {"rule", "level"}: what each rule gives, cut to what a creator holds:
 *   "owner", "owningTeam", "grantUser" (to the user or key itself), "grantTeam",
 *   "grantWorkspace", "token", "superuser", "system";
 * - "sentence": right, rule, principal and both levels in words, for people.
 *
 * Where something refused before any level counted, nothing was looked up, and no level is told:
 * the answer is the same for every id.
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
 * Who has a right on an assistant, as JSON; it needs the right "assistant:who".
 *
 * - "principals", a list of {"principalId", "level", "rule"}, by principal: the owner, the creator
 *   and the grantees who have it;
 * - "members", a list of {"principalId", "level", "via"}, by team and user: who has it as a member of
 *   one of these teams, as far as the directory knows the team;
 * - "unknownTeams": those that it does not know, or all where the store has no directory;
 * - "moreMembers": the teams of which only the first 10,000 members were looked at;
 * - "superusers": true, since those with a seat have every right.
 *
 * Each is decided as asst_access_check() decides, by what the store knows now. Of users and members
 * it is what the directory (the store's own) says: who is disabled, deleted or without a seat is
 * left out. A user whom it does not know, and every user where a callback of the host is the
 * principal source, counts as one with a seat and no team. The callback is asked only about the
 * creators of the keys. Of keys the record and the creator are looked at: a key is left out where it
 * was revoked, has expired, lacks the scope, or its creator lacks the right, and where the right is
 * not for keys. Tokens are not told: asst_token_list() has them.
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
