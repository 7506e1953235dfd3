/* SPDX-License-Identifier: MIT */
/* Small blocks: one list of free ones for each size, and a chunk to cut new ones from. */
#include "base/slab.h"

#include <stdint.h>
#include <string.h>

/* A small store is to stay small; a large one asks seldom. */
#define FIRST_CHUNK 4096u
#define LARGEST_CHUNK 65536u
/* An allocator's own header, so that a chunk with it does not take up one page more. */
#define CHUNK_SPARE 64u

struct asst__slab_block {
	struct asst__slab_block *next;
};

struct asst__slab_chunk {
	struct asst__slab_chunk *next;
	size_t size;
};

static size_t round_up(size_t size)
{
	return (size + ASST__SLAB_GRAIN - 1) / ASST__SLAB_GRAIN * ASST__SLAB_GRAIN;
}

static void give(struct asst__slab *slab, void *bytes, size_t size)
{
	struct asst__slab_block *block = bytes;

	block->next = slab->free[size / ASST__SLAB_GRAIN];
	slab->free[size / ASST__SLAB_GRAIN] = block;
}

static bool add_chunk(struct asst__slab *slab)
{
	struct asst__slab_chunk *chunk;
	size_t size = slab->next - CHUNK_SPARE;

	chunk = asst__alloc(&slab->behind, size);
	if (!chunk)
		return false;
	/* What is left of the last one is smaller than the largest block. */
	if (slab->left)
		give(slab, slab->at, slab->left);
	chunk->next = slab->chunks;
	chunk->size = size;
	slab->chunks = chunk;
	slab->at = (unsigned char *)(chunk + 1);
	slab->left = size - sizeof(*chunk);
	if (slab->next < LARGEST_CHUNK)
		slab->next *= 2;
	return true;
}

/* size: rounded up. */
static void *take(struct asst__slab *slab, size_t size)
{
	struct asst__slab_block *block = slab->free[size / ASST__SLAB_GRAIN];
	void *cut;

	if (block) {
		slab->free[size / ASST__SLAB_GRAIN] = block->next;
		return block;
	}
	if (slab->left < size && !add_chunk(slab))
		return NULL;
	cut = slab->at;
	slab->at += size;
	slab->left -= size;
	return cut;
}

static void *slab_alloc(void *user, size_t size)
{
	struct asst__slab *slab = user;
	void *block;

	if (size > ASST__SLAB_MOST)
		return asst__alloc(&slab->behind, size);
	pthread_mutex_lock(&slab->lock);
	block = take(slab, round_up(size));
	pthread_mutex_unlock(&slab->lock);
	return block;
}

static void slab_free(void *user, void *block, size_t size)
{
	struct asst__slab *slab = user;

	if (size > ASST__SLAB_MOST) {
		asst__free(&slab->behind, block, size);
		return;
	}
	pthread_mutex_lock(&slab->lock);
	give(slab, block, round_up(size));
	pthread_mutex_unlock(&slab->lock);
}

static void *slab_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	struct asst__slab *slab = user;
	void *moved;

	if (old_size > ASST__SLAB_MOST && new_size > ASST__SLAB_MOST)
		return asst__realloc(&slab->behind, block, old_size, new_size);
	moved = slab_alloc(slab, new_size);
	if (!moved)
		return NULL;
	memcpy(moved, block, old_size < new_size ? old_size : new_size);
	slab_free(slab, block, old_size);
	return moved;
}

int asst__slab_init(struct asst__slab *slab, const struct asst__mem *behind)
{
	int error;

	memset(slab, 0, sizeof(*slab));
	error = pthread_mutex_init(&slab->lock, NULL);
	if (error)
		return error;
	slab->behind = *behind;
	slab->mem = (struct asst__mem){ slab, slab_alloc, slab_realloc, slab_free };
	slab->next = FIRST_CHUNK;
	return 0;
}

void asst__slab_dispose(struct asst__slab *slab)
{
	struct asst__slab_chunk *chunk = slab->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		asst__free(&slab->behind, chunk, chunk->size);
	}
	pthread_mutex_destroy(&slab->lock);
}
