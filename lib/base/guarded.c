/* SPDX-License-Identifier: MIT */
/* Guarded memory. */
#define _DEFAULT_SOURCE /* madvise() */

#include "base/guarded.h"

#ifdef ASST_WITH_SODIUM

#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Before what is handed out stands whose it is, which a forked child finds wiped with the rest. */
#define HEAD 16

static void wipe_on_fork(unsigned char *block, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)block & ~(page - 1);
	uintptr_t to = ((uintptr_t)block + size + page - 1) & ~(page - 1);

	/* Where the system cannot do it, a child has a copy, as of all other memory. */
	(void)madvise((void *)from, to - from, MADV_WIPEONFORK);
}

void *asst__guarded_memory(size_t size)
{
	pid_t owner = getpid();
	unsigned char *block;

	/* Safe to call from several threads, and again. */
	if (sodium_init() < 0 || size > SIZE_MAX - 2 * HEAD)
		return NULL;
	/* So that what is handed out is aligned for any object. */
	size = (size + HEAD - 1) / HEAD * HEAD;
	block = sodium_malloc(HEAD + size);
	if (!block)
		return NULL;
	wipe_on_fork(block, HEAD + size);
	memcpy(block, &owner, sizeof(owner));
	return block + HEAD;
}

void asst__guarded_give_back(void *bytes, size_t size)
{
	unsigned char *block = bytes ? (unsigned char *)bytes - HEAD : NULL;
	pid_t owner;

	(void)size; /* sodium_free() knows it, and wipes */
	if (!block)
		return;
	memcpy(&owner, block, sizeof(owner));
	/* In a child it was wiped already, with what sodium_free() would look at. */
	if (owner == getpid())
		sodium_free(block);
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
