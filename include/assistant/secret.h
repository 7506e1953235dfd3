/* SPDX-License-Identifier: MIT */
/*
 * Secrets of an assistant: values that are sealed by the store's keyring, and leave it only
 * through asst_secret_use(). They are never in a definition, a version, an event or an error.
 */
#ifndef ASSISTANT_SECRET_H
#define ASSISTANT_SECRET_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Set a secret, or change it.
 *
 * @param session      borrowed; needs the right "assistant:secrets".
 * @param id           borrowed; the assistant's.
 * @param name         borrowed; [A-Za-z_][A-Za-z0-9_]{0,127}.
 * @param value        copied into sealed form; any bytes, at most 65536.
 * @param size         in bytes, or ASST_NUL.
 * @param description  copied; at most 500 characters, NUL-terminated; NULL for none.
 * @param flags        0.
 * @param err          may be NULL; never has the value.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EUNSUPPORTED (no keyring), ASST_EVALIDATION,
 *         ASST_ECONFLICT (the id is a draft's), ASST_ELIMIT (100 secrets), ASST_EBUSY, ASST_EINDOUBT,
 *         ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_set(asst_session *session, const char *id, const char *name,
			     const void *value, size_t size, const char *description,
			     uint32_t flags, asst_error *err);

/**
 * The secrets of an assistant, by name, as a JSON list of {"name", "description", "value" (always
 * "********"), "createdAt", "updatedAt", "keyId"}. It needs the right "assistant:secrets".
 *
 * @param out  owned, free with asst_buf_free().
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_ESTATE, ASST_EIO, ASST_ECORRUPT,
 *         ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_list(asst_buf **out, asst_session *session, const char *id,
			      asst_error *err);

/**
 * Change a secret's description, and leave its value alone.
 *
 * @return as asst_secret_set(); ASST_ENOTFOUND (also no such secret).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_describe(asst_session *session, const char *id, const char *name,
				  const char *description, uint32_t flags, asst_error *err);

/**
 * Delete a secret; one that is not there is deleted already.
 *
 * @return as asst_secret_set().
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_delete(asst_session *session, const char *id, const char *name,
				uint32_t flags, asst_error *err);

/**
 * Lend a secret's value to a function. The live version must have an enabled skill that lists the
 * name in its "secrets". An assistant that is disabled or was never published resolves for nobody, and
 * lends nothing: ASST_EDENIED.
 *
 * @param session  borrowed; a runtime's: opened with ASST_SESSION_RUNTIME, for a person or a token
 *                 with level 1.
 * @param use      called once with the value, in memory that is wiped behind it; what it returns is
 *                 returned. It must not keep the value, nor call the library with it.
 * @param user     passed to it.
 * @return what use returned, if it was called; ASST_EINVAL, ASST_EDENIED, ASST_ENOTFOUND, ASST_EUNSUPPORTED,
 *         ASST_ECORRUPT (it does not open), ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_use(asst_session *session, const char *id, const char *name,
			     int (*use)(void *user, const void *value, size_t size), void *user,
			     asst_error *err);

/**
 * Seal everything in a workspace that another key sealed anew with the keyring's current key. It
 * works in steps that each leave a valid store: what was interrupted is called again. A secret that
 * the keyring cannot seal anew, such as one whose key is lost, stops no other: it stays as it is, and
 * the status is that of the first such secret. Then the message names it, and asst_error_detail() is
 * {"failed": how many, "secrets": [{"assistantId", "name", "status"}]}, with the first 100 of them.
 *
 * @param sealed    set to how many secrets were sealed anew, also where the call fails; may be NULL.
 * @param session   borrowed; the system's.
 * @param progress  may be NULL; called after each secret and each page of records, with the number of
 *                  secrets that were looked at, and 0.
 * @param user      passed to it.
 * @param flags     0.
 * @param err       may be NULL; never has a value.
 * @return ASST_OK, ASST_EINVAL, ASST_EDENIED, ASST_EUNSUPPORTED, ASST_ECORRUPT, ASST_ECANCELED, ASST_EBUSY,
 *         ASST_EINDOUBT, ASST_ESTATE, ASST_EIO, ASST_EBACKEND, ASST_ENOMEM.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_secret_rewrap(uint64_t *sealed, asst_session *session, asst_progress progress,
				void *user, uint32_t flags, asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
