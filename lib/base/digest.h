/* SPDX-License-Identifier: MIT */
/* SHA-256, by libsodium: without it there are no digests. */
#ifndef ASST_BASE_DIGEST_H
#define ASST_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define ASST__DIGEST_TEXT 64

/* In lower-case hexadecimal with a NUL; false in a build without libsodium. */
bool asst__digest(char text[ASST__DIGEST_TEXT + 1], const void *bytes, size_t size);

#endif
