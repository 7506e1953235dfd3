/* SPDX-License-Identifier: MIT */
/* SHA-256, where the build has libsodium. */
#include "base/digest.h"

#ifdef ASST_WITH_SODIUM

#include <sodium.h>

bool asst__digest(char text[ASST__DIGEST_TEXT + 1], const void *bytes, size_t size)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	/* Needs no sodium_init(): nothing random is in it. */
	crypto_hash_sha256(hash, bytes, size);
	sodium_bin2hex(text, ASST__DIGEST_TEXT + 1, hash, sizeof(hash));
	return true;
}

bool asst__hash(unsigned char hash[ASST__HASH_BYTES], const void *bytes, size_t size)
{
	crypto_hash_sha256(hash, bytes, size);
	return true;
}

bool asst__hash_same(const unsigned char a[ASST__HASH_BYTES],
		     const unsigned char b[ASST__HASH_BYTES])
{
	return sodium_memcmp(a, b, ASST__HASH_BYTES) == 0;
}

#else

bool asst__hash(unsigned char hash[ASST__HASH_BYTES], const void *bytes, size_t size)
{
	(void)hash;
	(void)bytes;
	(void)size;
	return false;
}

bool asst__hash_same(const unsigned char a[ASST__HASH_BYTES],
		     const unsigned char b[ASST__HASH_BYTES])
{
	(void)a;
	(void)b;
	return false;
}

bool asst__digest(char text[ASST__DIGEST_TEXT + 1], const void *bytes, size_t size)
{
	(void)bytes;
	(void)size;
	text[0] = '\0';
	return false;
}

#endif
