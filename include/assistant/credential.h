/* SPDX-License-Identifier: MIT */
/*
 * Credentials: API keys, which act in a workspace within what their creator may do, and
 * tokens, which open one assistant. Both are texts that are shown once; the store keeps a
 * hash. Making them needs a principal source (directory.h) and a build with "sodium".
 *
 * A key is not its creator: it has what was granted to "key:ID", and never more than its
 * creator has now. What it creates belongs to its creator and is shared with the key at level 2.
 */
#ifndef ASSISTANT_CREDENTIAL_H
#define ASSISTANT_CREDENTIAL_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make an API key of the caller's.
 *
 * The document: "name" (1 to 80 characters, required), "expiresAt" (RFC 3339, required; at most the
 * option "max_credential_days", 365, from now), "scopes" (a list, required, not empty: "AGENT_API",
 * without which a key may do nothing with assistants, "KNOWLEDGE_FOLDER_API", and the host's own;
 * at most 64 of at most 64 characters).
 *
 * @param out      owned, free with asst_buf_free(); JSON with "id", "credential" (shown this once) and
 *                 the rest of what asst_key_list() tells.
 * @param session  borrowed; of a person with the permission "keys:create".
 * @param json     copied.
 * @param size     in bytes, or ASST_NUL.
 * @param flags    0.
 * @param err      may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EUNSUPPORTED, ASST_EVALIDATION, ASST_ELIMIT,
 *         ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_key_create(asst_buf **out, asst_session *session, const char *json, size_t size,
			     uint32_t flags, asst_error *err);

/**
 * List the caller's keys, for a superuser and the system everybody's (to the directory, who has the id
 * of a forgotten user is another person, with no keys of that one), as JSON: "keys", a list of {"id",
 * "name", "scopes", "createdBy", "createdAt", "expiresAt", "revokedAt", "rotatedAt", "lastUsedAt" (to
 * the hour)}, and "cursor" where there are more.
 *
 * @param out      owned, free with asst_buf_free().
 * @param options  copied; "limit" and "cursor"; NULL for the defaults.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EVALIDATION, ASST_ELIMIT, ASST_ESTATE, ASST_EIO,
 *         ASST_ECORRUPT, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_key_list(asst_buf **out, asst_session *session, const char *options, size_t size,
			   asst_error *err);

/**
 * Revoke a key, for good: its creator, a superuser and the system may. Revoking it again succeeds.
 *
 * @param id     borrowed; without "key:".
 * @param flags  0.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EBUSY, ASST_EINDOUBT, ASST_ESTATE,
 *         ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_key_revoke(asst_session *session, const char *id, uint32_t flags,
			     asst_error *err);

/**
 * Give a key a new text. The old one works on for a while, so that nobody is locked out. Only one
 * old text is kept: a second rotation ends the first overlap at once. With an overlap of 0 no old text
 * works any more, whatever was promised before. As with asst_key_create() the caller needs the
 * permission "keys:create", and can rotate own keys; a superuser and the system need none, and can
 * rotate everybody's.
 *
 * @param out      owned; as asst_key_create() gives.
 * @param overlap  in milliseconds, 0 to 604800000: how long the old text works on.
 * @param flags    0.
 * @return as asst_key_revoke(); ASST_ECONFLICT (revoked or expired), ASST_EUNSUPPORTED.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_key_rotate(asst_buf **out, asst_session *session, const char *id, int64_t overlap,
			     uint32_t flags, asst_error *err);

/**
 * Make a token for one assistant. It needs the right "assistant:tokens".
 *
 * The document, "expiresAt" required as with keys: "readOnly" (default false), "notes" (at most 500
 * characters), "host" and "cidr": what asst_session_open_credential() is told of the other side must be
 * that address or name, or lie in that range; with both, the host is an address in the range. An IPv4
 * address mapped into IPv6 is that IPv4 address.
 *
 * A token holds what its level may see: with "readOnly" that is an assistant with a version. A token of
 * one that was never published begins to work when it is published.
 *
 * @param out      owned, free with asst_buf_free(); JSON with "id", "credential" and the rest of
 *                 what asst_token_list() tells.
 * @param session  borrowed; of a person.
 * @param id       borrowed; the assistant's.
 * @return as asst_key_create(); ASST_ENOTFOUND, ASST_ECONFLICT (the id is a draft's), ASST_ELIMIT (100
 *         tokens that have not expired; expired ones make room).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_token_create(asst_buf **out, asst_session *session, const char *id,
			       const char *json, size_t size, uint32_t flags, asst_error *err);

/**
 * The tokens of an assistant that are not revoked, as a JSON list of {"id", "readOnly", "notes",
 * "host", "cidr", "createdBy", "createdAt", "expiresAt", "lastUsedAt"}. It needs level 2.
 *
 * @param out  owned, free with asst_buf_free().
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_ESTATE, ASST_EIO, ASST_ECORRUPT,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_token_list(asst_buf **out, asst_session *session, const char *id,
			     asst_error *err);

/**
 * Revoke a token, for good. Deleting the assistant revokes all of them. It needs the right
 * "assistant:tokens"; revoking what is not there succeeds.
 *
 * @param id     borrowed; the assistant's.
 * @param token  borrowed; the token's id.
 * @param flags  0.
 * @return as asst_key_revoke(); ASST_EINVAL also where the token's id is none, as in capitals;
 *         ASST_ECONFLICT (the id is a draft's).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_token_revoke(asst_session *session, const char *id, const char *token,
			       uint32_t flags, asst_error *err);

/**
 * Open a session for whoever holds a key or a token. The workspace is in the text. What it may
 * do is read at each use: a revocation ends it at once.
 *
 * @param session     owned, free with asst_session_free().
 * @param store       borrowed.
 * @param credential  copied, in part; never kept as text.
 * @param size        in bytes, or ASST_NUL.
 * @param peer        copied; the address of the other side, IPv4 or IPv6 as text, or a host's
 *                    name; NULL where it is not known: then restricted tokens are refused.
 * @param flags       0.
 * @param err         may be NULL.
 * @return ASST_OK, ASST_EINVAL, ASST_EUNAUTHENTICATED (whatever is wrong with it), ASST_EUNSUPPORTED,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND (also: a document of the host's principal source has
 *         faults), ASST_ENOMEM, and what that source fails with.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_session_open_credential(asst_session **session, asst_store *store,
					  const char *credential, size_t size, const char *peer,
					  uint32_t flags, asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
