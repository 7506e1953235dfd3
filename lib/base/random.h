/* SPDX-License-Identifier: MIT */
/*
 * Random bytes: a pool filled by getrandom(2) on a page that the kernel wipes in a forked
 * child, so that parent and child never share a byte; or the host's source.
 */
#ifndef ASST_BASE_RANDOM_H
#define ASST_BASE_RANDOM_H

#include <assistant/base.h>

struct asst__random {
	int (*fill)(void *user, void *bytes, size_t size); /* NULL: the system's */
	void *user;
	struct asst__random_pool *pool; /* NULL with a host's source */
};

int asst__random_init(struct asst__random *random,
		      int (*fill)(void *user, void *bytes, size_t size), void *user,
		      asst_error *err);
void asst__random_close(struct asst__random *random);

/* Not for use by two threads at once. ASST_EIO when the source fails. */
int asst__random_bytes(struct asst__random *random, void *bytes, size_t size, asst_error *err);

#endif
