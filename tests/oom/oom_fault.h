/* SPDX-License-Identifier: MIT */
/*
 * Allocations that fail: malloc and its kin, which this header takes the place of, and a
 * host's allocator that checks the sizes it is handed back. Both count the blocks that live.
 */
#ifndef ASST_TESTS_OOM_FAULT_H
#define ASST_TESTS_OOM_FAULT_H

#include <assistant/sys/alloc.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(memory_sanitizer)
#define NO_HEAP 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define NO_HEAP 1
#endif

enum source { OF_HEAP, OF_HOST };

/* The one fault that is planned: the n-th allocation of a source, while armed. */
static struct {
	enum source source;
	bool armed;
	bool from_then_on;
	size_t left;  /* allocations until one fails, which counts; 0: none fails */
	size_t asked; /* allocations while armed */
	size_t hits;  /* of these have failed */
} fault;

static inline bool fault_now(enum source source)
{
	if (!fault.armed || fault.source != source)
		return false;
	fault.asked++;
	if (fault.left > 1)
		fault.left--;
	else if (fault.left == 1) {
		if (!fault.from_then_on)
			fault.left = 0;
		fault.hits++;
		errno = ENOMEM;
		return true;
	}
	return false;
}

static inline void fault_plan(size_t n, bool from_then_on)
{
	fault.left = n;
	fault.from_then_on = from_then_on;
	fault.asked = 0;
	fault.hits = 0;
}

static inline void fault_arm(void)
{
	fault.armed = true;
}

static inline int fault_disarm(int status)
{
	fault.armed = false;
	return status;
}

static inline void *fault_disarm_pointer(void *made)
{
	fault.armed = false;
	return made;
}

/* Around the call that is tested, and nothing else. */
#define FAILING(call) (fault_arm(), fault_disarm(call))
#define FAILING_POINTER(call) (fault_arm(), fault_disarm_pointer(call))

/* malloc */

static struct {
	bool counting;
	long live;
} heap;

#ifndef NO_HEAP
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

static inline void *heap_count(void *block)
{
	heap.live += heap.counting && block;
	return block;
}

void *malloc(size_t size)
{
	return fault_now(OF_HEAP) ? NULL : heap_count(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return fault_now(OF_HEAP) ? NULL : heap_count(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
	if (fault_now(OF_HEAP))
		return NULL;
	return block ? __libc_realloc(block, size) : heap_count(__libc_malloc(size));
}

void free(void *block)
{
	heap.live -= heap.counting && block;
	__libc_free(block);
}
#endif

/* Not so where something else has taken malloc's place, such as valgrind. */
static inline bool heap_is_ours(void)
{
#ifdef NO_HEAP
	return false;
#else
	/* Compilers believe that malloc() leaves our variables alone. */
	void *(*volatile take)(size_t size) = malloc;
	void (*volatile give)(void *block) = free;
	void *block;
	long live;

	heap.live = 0;
	heap.counting = true;
	block = take(1);
	live = heap.live;
	give(block);
	heap.counting = false;
	return live == 1;
#endif
}

/* The host's allocator */

static struct {
	long live;
	size_t wrong; /* blocks that came back with another size, or are not ours */
} host;

struct host_block {
	size_t size;
	const void *owner;
	max_align_t data[];
};

static inline struct host_block *host_block_of(void *user, void *data, size_t size)
{
	struct host_block *block =
		(struct host_block *)(void *)((char *)data - offsetof(struct host_block, data));

	if (user != &host || block->owner != &host || block->size != size)
		host.wrong++;
	return block;
}

static inline void *host_alloc(void *user, size_t size)
{
	struct host_block *block;

	if (user != &host || size == 0)
		host.wrong++;
	if (fault_now(OF_HOST))
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->size = size;
	block->owner = &host;
	memset(block->data, 0xa5, size);
	host.live++;
	return block->data;
}

/* What was freed is made unusable, so that who still reads it is seen. */
static inline void host_free(void *user, void *data, size_t size)
{
	struct host_block *block = host_block_of(user, data, size);

	block->owner = NULL;
	memset(block->data, 0xdd, block->size);
	host.live--;
	free(block);
}

/* Always moves. */
static inline void *host_realloc(void *user, void *data, size_t old_size, size_t new_size)
{
	struct host_block *block = host_block_of(user, data, old_size);
	void *moved = host_alloc(user, new_size);

	if (!moved)
		return NULL;
	memcpy(moved, data, block->size < new_size ? block->size : new_size);
	host_free(user, data, block->size);
	return moved;
}

static const struct asst_allocator host_allocator = {
	sizeof(struct asst_allocator), &host, host_alloc, host_realloc, host_free
};

#endif
