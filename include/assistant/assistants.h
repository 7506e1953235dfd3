/* SPDX-License-Identifier: MIT */
/*
 * Assistants: create, get, patch, delete, and what a loaded one tells.
 *
 * An assistant is named by its id (a UUID in lower case), by a natural name
 * ("user:ID:slug", "team:ID:slug", or "ID:slug" for a team's), or, where that makes
 * sense, by the id of one of its drafts. What a session may not see is ASST_ENOTFOUND,
 * exactly as if it did not exist.
 */
#ifndef ASSISTANT_ASSISTANTS_H
#define ASSISTANT_ASSISTANTS_H

#include <assistant/base.h>

/* Flag of changing the owner: the new one gets the sealed secrets, too. */
#define ASST_OWNER_KEEP_SECRETS 0x1u

#ifdef __cplusplus
extern "C" {
#endif

/* Flag of create: start as a draft of the caller; version 0, resolves for nobody. */
#define ASST_CREATE_DRAFT 0x1u

/**
 * Create an assistant from JSON.
 *
 * The body may have every field of the definition, and "slug", "folderId", "tags",
 * "disabled" and "ownerId" ("user:ID" or "team:ID"; a team where the session is memberPlus
 * or higher). Without a slug one is made from the name. What the definition names must be there
 * for the session (libassistant_rights(7)), unless it starts as a draft.
 *
 * @param assistant  owned, free with asst_assistant_free(); may be NULL.
 * @param session    borrowed.
 * @param json       copied; an object.
 * @param size       in bytes, or ASST_NUL.
 * @param flags      0 or ASST_CREATE_DRAFT.
 * @param err        may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION, ASST_ELIMIT, ASST_EEXISTS
 *         (slug), ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_create_json(asst_assistant **assistant, asst_session *session,
					const char *json, size_t size, uint32_t flags,
					asst_error *err);

/**
 * Create an assistant of the caller's from a definition; otherwise as
 * asst_assistant_create_json().
 *
 * @param def  copied.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_create(asst_assistant **assistant, asst_session *session,
				   const asst_def *def, uint32_t flags, asst_error *err);

/**
 * Check a body as asst_assistant_create_json() would, and store nothing.
 *
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION, ASST_ELIMIT, ASST_ESTATE, ASST_EIO,
 *         ASST_EBACKEND, ASST_ENOMEM; what a catalog could not tell (sys/catalog.h).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_validate_json(asst_session *session, const char *json, size_t size,
					  uint32_t flags, asst_error *err);

/**
 * Load an assistant, or a draft by its own id.
 *
 * @param assistant  owned, free with asst_assistant_free(); an immutable snapshot that
 *                   does not depend on the store.
 * @param session    borrowed.
 * @param id         borrowed; an id or a natural name.
 * @param flags      0.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_ESTATE, ASST_EIO,
 *         ASST_ECORRUPT, ASST_EFORMAT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_get(asst_assistant **assistant, asst_session *session, const char *id,
				uint32_t flags, asst_error *err);

/**
 * Load many assistants at one moment.
 *
 * @param list   owned, free with asst_list_free(); has count places, in the order of ids:
 *               asst_list_at() is NULL where one was not found.
 * @param ids    borrowed; ids only, no natural names.
 * @param count  1 to 1000.
 * @param flags  0.
 * @return as asst_assistant_get(), but never ASST_ENOTFOUND; ASST_ELIMIT.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_get_many(asst_list **list, asst_session *session,
				     const char *const *ids, size_t count, uint32_t flags,
				     asst_error *err);

/**
 * Change an assistant by a merge patch (RFC 7396). What changes the definition makes a
 * new version; drafts are neither read nor published. With a draft's own id the draft
 * is changed instead.
 *
 * @param assistant  owned; the new state; may be NULL.
 * @param session    borrowed.
 * @param id         borrowed.
 * @param json       copied; an object with any of the members that create takes, but
 *                   "ownerId". Read-only members are taken with their present value.
 * @param size       in bytes, or ASST_NUL.
 * @param revision   that of the state which the caller saw, or ASST_ANY_REVISION.
 * @param flags      0.
 * @param err        may be NULL; lists every fault.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION, ASST_ELIMIT,
 *         ASST_EREVISION, ASST_EEXISTS (slug), ASST_ECONFLICT, ASST_EBUSY, ASST_EINDOUBT,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_patch_json(asst_assistant **assistant, asst_session *session,
				       const char *id, const char *json, size_t size,
				       uint64_t revision, uint32_t flags, asst_error *err);

/**
 * Move an assistant, with its drafts, to the trash. Not while a dispatcher that the session may
 * read leads to it.
 *
 * @param session   borrowed.
 * @param id        borrowed; not a draft's.
 * @param revision  that of the state which the caller saw, or ASST_ANY_REVISION.
 * @param flags     0.
 * @param err       may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EREVISION, ASST_ECONFLICT (the
 *         id is a draft's, or dispatchers lead to it, which the issues name), ASST_EBUSY,
 *         ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_delete(asst_session *session, const char *id, uint64_t revision,
				   uint32_t flags, asst_error *err);

/**
 * Hand an assistant over. It needs the right "assistant:changeOwner", which the owner, an admin
 * of the owning team, a superuser and the system have; no grant carries it. The new owner is the
 * caller, or a team in which the caller is admin; for a superuser and the system anyone. The
 * former owner keeps a grant of level 3, which can be taken back: where that was a team, all of
 * its members have it, whatever their roles. Drafts stay; secrets are deleted unless they are to
 * be kept.
 *
 * @param assistant  owned; the new state; may be NULL.
 * @param session    borrowed.
 * @param id         borrowed.
 * @param owner      borrowed; "user:ID" or "team:ID".
 * @param revision   that of the state which the caller saw, or ASST_ANY_REVISION.
 * @param flags      0 or ASST_OWNER_KEEP_SECRETS.
 * @param err        may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EVALIDATION (no owner's name),
 *         ASST_EREVISION, ASST_EEXISTS (the new owner has an assistant with this slug),
 *         ASST_ECONFLICT (the id is a draft's), ASST_ELIMIT (256 grants), ASST_EBUSY,
 *         ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_assistant_change_owner(asst_assistant **assistant, asst_session *session,
					 const char *id, const char *owner, uint64_t revision,
					 uint32_t flags, asst_error *err);

/*
 * A loaded assistant. All texts are borrowed until its last reference is freed.
 */

/** Take one more reference; NULL gives NULL. Threads: B. Since: 0.1. */
ASST_API asst_assistant *asst_assistant_ref(asst_assistant *assistant);

/** Drop a reference; NULL is a no-op. Threads: B. Since: 0.1. */
ASST_API void asst_assistant_free(asst_assistant *assistant);

/** The id; a draft's own id for a draft. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_id(const asst_assistant *assistant);

/** The kind, "AGENT". Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_kind(const asst_assistant *assistant);

/** The slug, unique per owner. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_slug(const asst_assistant *assistant);

/** The name; "" for a draft without one. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_name(const asst_assistant *assistant);

/** The workspace. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_workspace(const asst_assistant *assistant);

/** The owner, "user:ID" or "team:ID". Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_owner(const asst_assistant *assistant);

/** The principal that created it. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_created_by(const asst_assistant *assistant);

/** When it was created, ms since 1970. Threads: C. Since: 0.1. */
ASST_API int64_t asst_assistant_created_at(const asst_assistant *assistant);

/** When it last changed, ms since 1970. Threads: C. Since: 0.1. */
ASST_API int64_t asst_assistant_updated_at(const asst_assistant *assistant);

/** The revision, for writes that must not lose another's change. Threads: C. Since: 0.1. */
ASST_API uint64_t asst_assistant_revision(const asst_assistant *assistant);

/** The version that is live; 0 before the first commit. Threads: C. Since: 0.1. */
ASST_API uint64_t asst_assistant_version(const asst_assistant *assistant);

/** Whether a team owns it or a grant to a team or the workspace is in force. Threads: C. Since: 0.1. */
ASST_API int asst_assistant_shared(const asst_assistant *assistant);

/** Whether it is disabled. Threads: C. Since: 0.1. */
ASST_API int asst_assistant_disabled(const asst_assistant *assistant);

/** The folder, or NULL. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_folder(const asst_assistant *assistant);

/** How many tags there are. Threads: C. Since: 0.1. */
ASST_API size_t asst_assistant_tag_count(const asst_assistant *assistant);

/** Tag i; NULL when out of range. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_tag_at(const asst_assistant *assistant, size_t i);

/** For a draft, the id of the assistant that it edits; else NULL. Threads: C. Since: 0.1. */
ASST_API const char *asst_assistant_editing_id(const asst_assistant *assistant);

/** The level that the session which loaded it holds, ASST_LEVEL_... Threads: C. Since: 0.1. */
ASST_API int asst_assistant_level(const asst_assistant *assistant);

/** The definition, borrowed and not to be changed; NULL in a summary. Threads: C. Since: 0.1. */
ASST_API const asst_def *asst_assistant_def(const asst_assistant *assistant);

/**
 * The whole as JSON: what stands around the definition, then the definition's fields.
 * It is made at the first call.
 *
 * @param size  set to its bytes; may be NULL.
 * @return borrowed; NULL when there is no memory to make it.
 * Threads: C.  Since: 0.1.
 */
ASST_API const char *asst_assistant_json(const asst_assistant *assistant, size_t *size);

#ifdef __cplusplus
}
#endif

#endif
