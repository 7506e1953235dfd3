/* SPDX-License-Identifier: MIT */
/* Random bytes: the pool of the system's, and the host's source. */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* madvise() and MAP_ANONYMOUS */
#endif
#include "base/random.h"

#include "base/fail.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

#define POOL_BYTES 1024

/*
 * On a mapping of its own. All zero, as a forked child finds it, is a pool that is empty
 * and that the kernel wipes.
 */
struct asst__random_pool {
	pid_t owner; /* who filled it, where the kernel does not wipe it; else 0 */
	size_t left; /* the last bytes of the pool are those not handed out yet */
	unsigned char bytes[POOL_BYTES];
};

static int pool_open(struct asst__random_pool **out, asst_error *err)
{
	struct asst__random_pool *pool = mmap(NULL, sizeof(*pool), PROT_READ | PROT_WRITE,
					      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool wiped = false;

	if (pool == MAP_FAILED)
		return asst__fail_nomem(err);
#ifdef MADV_WIPEONFORK
	wiped = madvise(pool, sizeof(*pool), MADV_WIPEONFORK) == 0;
#endif
	if (!wiped)
		pool->owner = getpid();
	*out = pool;
	return ASST_OK;
}

int asst__random_init(struct asst__random *random,
		      int (*fill)(void *user, void *bytes, size_t size), void *user,
		      asst_error *err)
{
	random->fill = fill;
	random->user = user;
	random->pool = NULL;
	return fill != NULL ? ASST_OK : pool_open(&random->pool, err);
}

void asst__random_close(struct asst__random *random)
{
	if (random->pool != NULL)
		munmap(random->pool, sizeof(*random->pool));
	random->pool = NULL;
}

static int read_system(void *bytes, size_t size, asst_error *err)
{
	unsigned char *at = bytes;

	while (size > 0) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0) {
			int raw = errno;

			if (raw == EINTR)
				continue;
			asst__fail(err, ASST_EIO, "cannot get random bytes from the system");
			asst__error_set_raw(err, raw);
			return ASST_EIO;
		}
		at += got;
		size -= (size_t)got;
	}
	return ASST_OK;
}

static int read_pool(struct asst__random_pool *pool, void *bytes, size_t size, asst_error *err)
{
	unsigned char *from;

	if (pool->owner != 0 && pool->owner != getpid()) {
		pool->owner = getpid();
		pool->left = 0;
	}
	if (pool->left < size) {
		int status = read_system(pool->bytes, POOL_BYTES, err);

		pool->left = status == ASST_OK ? POOL_BYTES : 0;
		if (status != ASST_OK)
			return status;
	}
	from = pool->bytes + (POOL_BYTES - pool->left);
	memcpy(bytes, from, size);
	memset(from, 0, size); /* nobody who reads memory later learns them here */
	pool->left -= size;
	return ASST_OK;
}

int asst__random_bytes(struct asst__random *random, void *bytes, size_t size, asst_error *err)
{
	if (size == 0)
		return ASST_OK;
	if (random->fill != NULL) {
		if (random->fill(random->user, bytes, size) != 0)
			return asst__fail(err, ASST_EIO, "the host's random source failed");
		return ASST_OK;
	}
	if (size > POOL_BYTES)
		return read_system(bytes, size, err);
	return read_pool(random->pool, bytes, size, err);
}
