/* SPDX-License-Identifier: MIT */
/* Guarded memory. */
#include "base/guarded.h"

#ifdef ASST_WITH_SODIUM

#include <sodium.h>

void *asst__guarded_memory(size_t size)
{
	/* Safe to call from several threads, and again. */
	return sodium_init() >= 0 ? sodium_malloc(size) : NULL;
}

void asst__guarded_give_back(void *bytes, size_t size)
{
	(void)size; /* sodium_free() knows it, and wipes */
	sodium_free(bytes);
}

void asst__wipe(void *bytes, size_t size)
{
	sodium_memzero(bytes, size);
}

#else

#include <stdlib.h>

void asst__wipe(void *bytes, size_t size)
{
	volatile unsigned char *at = bytes;

	while (size--)
		*at++ = 0;
}

void *asst__guarded_memory(size_t size)
{
	return malloc(size);
}

void asst__guarded_give_back(void *bytes, size_t size)
{
	if (bytes)
		asst__wipe(bytes, size);
	free(bytes);
}

#endif
