/* SPDX-License-Identifier: MIT */
/*
 * Many small blocks that live about as long as each other: cut from large ones, so that they lie
 * close together and carry no header. What is freed is given out again for the same size, and
 * goes back to the allocator behind only when the slab is disposed of.
 */
#ifndef ASST_BASE_SLAB_H
#define ASST_BASE_SLAB_H

#include "base/mem.h"

#include <pthread.h>

/* Blocks of their own are what lets a checker of memory see where one is used wrongly. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASST__SLAB_CHECKED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ASST__SLAB_CHECKED
#endif

#define ASST__SLAB_GRAIN 8
/* Larger blocks come from the allocator behind. */
#ifdef ASST__SLAB_CHECKED
#define ASST__SLAB_MOST 0
#else
#define ASST__SLAB_MOST 256
#endif

struct asst__slab_block;
struct asst__slab_chunk;

/* Must not be moved once it is made: its mem points to it. */
struct asst__slab {
	struct asst__mem mem; /* to take blocks from, and give them back to; for any thread */
	struct asst__mem behind;
	pthread_mutex_t lock; /* of all below */
	struct asst__slab_block *free[ASST__SLAB_MOST / ASST__SLAB_GRAIN + 1];
	struct asst__slab_chunk *chunks;
	unsigned char *at; /* the rest of the newest chunk */
	size_t left;
	size_t next; /* bytes of the next chunk */
};

/* 0, or an errno. */
int asst__slab_init(struct asst__slab *slab, const struct asst__mem *behind);
/* Blocks that were not given back go with it, but for the larger ones. */
void asst__slab_dispose(struct asst__slab *slab);

#endif
