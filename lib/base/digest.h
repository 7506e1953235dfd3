/* SPDX-License-Identifier: MIT */
/* SHA-256, by libsodium: without it there are no digests. */
#ifndef ASST_BASE_DIGEST_H
#define ASST_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define ASST__DIGEST_TEXT 64
#define ASST__HASH_BYTES 32

/* In lower-case hexadecimal with a NUL; false in a build without libsodium. */
bool asst__digest(char text[ASST__DIGEST_TEXT + 1], const void *bytes, size_t size);

/* The same as bytes. */
bool asst__hash(unsigned char hash[ASST__HASH_BYTES], const void *bytes, size_t size);
/* In constant time. */
bool asst__hash_same(const unsigned char a[ASST__HASH_BYTES],
		     const unsigned char b[ASST__HASH_BYTES]);

#endif
