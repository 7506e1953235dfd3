/* SPDX-License-Identifier: MIT */
/* Errors: a status for programs, a message for people, and one issue for each fault of a document. */
#ifndef ASSISTANT_ERROR_H
#define ASSISTANT_ERROR_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make an error object: once, for use with any number of calls.
 *
 * Every call that takes it clears it on entry and fills it on failure. Detail that
 * cannot be allocated is dropped; the status stays.
 *
 * @return owned, free with asst_error_free(); NULL when there is no memory, which every
 *         function that takes an asst_error accepts.
 * Threads: A.  Since: 0.1.
 */
ASST_API asst_error *asst_error_new(void);

/**
 * Free an error object and everything borrowed from it.
 *
 * @param err  owned; NULL is a no-op.
 * Threads: A.  Since: 0.1.
 */
ASST_API void asst_error_free(asst_error *err);

/**
 * The status of the last call: ASST_OK or a negative value.
 *
 * @param err  may be NULL (ASST_OK).
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_error_status(const asst_error *err);

/**
 * One line for people: lower case, no full stop, never a secret. The text may change
 * between releases.
 *
 * @param err  may be NULL.
 * @return borrowed until the next call with err; "" after success.
 * Threads: A.  Since: 0.1.
 */
ASST_API const char *asst_error_message(const asst_error *err);

/**
 * The byte of the document at which its text went wrong; with ASST_ECORRUPT, that of the
 * damage in the file which the message names.
 *
 * @param err  may be NULL.
 * @return an offset from 0, or SIZE_MAX when the failure has no such place.
 * Threads: A.  Since: 0.1.
 */
ASST_API size_t asst_error_offset(const asst_error *err);

/**
 * The number that a backend or the system gave, such as an errno; 0 when there is none.
 *
 * @param err  may be NULL.
 * Threads: A.  Since: 0.1.
 */
ASST_API int64_t asst_error_raw(const asst_error *err);

/**
 * How many issues there are: one for each fault of a document, in the order of the fields.
 * Those whose texts would take more than 4 MiB together are left out; the message counts all.
 * After ASST_OK they are warnings.
 *
 * @param err  may be NULL (0).
 * Threads: A.  Since: 0.1.
 */
ASST_API size_t asst_error_issue_count(const asst_error *err);

/**
 * The stable code of an issue, such as "required" or "too_long"; libassistant_issues(7)
 * lists them all.
 *
 * @param err  may be NULL.
 * @param i    below asst_error_issue_count().
 * @return borrowed until the next call with err; "" when i is out of range.
 * Threads: A.  Since: 0.1.
 */
ASST_API const char *asst_error_issue_code(const asst_error *err, size_t i);

/**
 * Where the fault is, as a JSON Pointer (RFC 6901) into the document; "" is its root.
 *
 * @param err  may be NULL.
 * @param i    below asst_error_issue_count().
 * @return borrowed until the next call with err; "" when i is out of range.
 * Threads: A.  Since: 0.1.
 */
ASST_API const char *asst_error_issue_pointer(const asst_error *err, size_t i);

/**
 * What is wrong and what is allowed, for people.
 *
 * @param err  may be NULL.
 * @param i    below asst_error_issue_count().
 * @return borrowed until the next call with err; "" when i is out of range.
 * Threads: A.  Since: 0.1.
 */
ASST_API const char *asst_error_issue_message(const asst_error *err, size_t i);

/**
 * What a program needs to mend the failure, as a JSON object: for ASST_EREVISION "revision" (the
 * present one), "updatedBy" and "updatedAt"; for a conflict of definitions "baseVersion",
 * "liveVersion" and "conflicts", a list of {"pointer", "base", "live", "draft"} in which what is
 * absent is left out.
 *
 * @param err   may be NULL.
 * @param size  set to the length in bytes; may be NULL.
 * @return borrowed until the next call with err; NULL where there is nothing to tell.
 * Threads: A.  Since: 0.1.
 */
ASST_API const char *asst_error_detail(const asst_error *err, size_t *size);

/**
 * Fill an error object from outside the library: for backends and other plug-ins.
 *
 * @param err      may be NULL (nothing happens).
 * @param status   a negative ASST_E... status; it is returned, so that a method can end
 *                 with "return asst_error_set(...)".
 * @param raw      the number the system gave, or 0.
 * @param message  copied; may be NULL.
 * @return status.
 * Threads: A.  Since: 0.1.
 */
ASST_API int asst_error_set(asst_error *err, int status, int64_t raw, const char *message);

/**
 * The name of a status, such as "ENOTFOUND"; "OK" for 0.
 *
 * @return borrowed, static; "unknown" for numbers that this release does not know.
 * Threads: B.  Since: 0.1.
 */
ASST_API const char *asst_status_name(int status);

/**
 * A status in words, such as "not found".
 *
 * @return borrowed, static; "unknown status" for numbers that this release does not know.
 * Threads: B.  Since: 0.1.
 */
ASST_API const char *asst_status_text(int status);

/**
 * The HTTP status code that fits a status: 200 for ASST_OK, 500 for unknown ones.
 *
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_status_http(int status);

#ifdef __cplusplus
}
#endif

#endif
