/* SPDX-License-Identifier: MIT */
/* The library's version, its optional parts, and its constants as functions. */
#ifndef ASSISTANT_VERSION_H
#define ASSISTANT_VERSION_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The version of the library that is linked, which may be newer than the headers.
 *
 * @param major, minor, patch  each may be NULL.
 * Threads: B.  Since: 0.1.
 */
ASST_API void asst_version(int *major, int *minor, int *patch);

/**
 * The version as text, "MAJOR.MINOR.PATCH".
 *
 * @return borrowed, static.
 * Threads: B.  Since: 0.1.
 */
ASST_API const char *asst_version_string(void);

/**
 * Whether this build has an optional part: "memory" or "file" (backends), "sodium"
 * (sealed secrets, hashed credentials).
 *
 * @param name  borrowed; unknown names and NULL are simply not there.
 * @return 1 or 0.
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_feature_supported(const char *name);

/**
 * The value of a public constant by its name, for languages that cannot read headers.
 *
 * ASST_NUL, ASST_ANY_REVISION and ASST_VERSION_LIVE, whose bits are all ones, read as -1,
 * and ASST_VERSION_DRAFT as -2.
 *
 * @param value  set to the constant, or 0.
 * @param name   borrowed; for example "ASST_ENOTFOUND" or "ASST_LEVEL_READ".
 * @param err    may be NULL.
 * @return ASST_OK, ASST_EINVAL (no such constant).
 * Threads: B.  Since: 0.1.
 */
ASST_API int asst_constant(int64_t *value, const char *name, asst_error *err);

#ifdef __cplusplus
}
#endif

#endif
