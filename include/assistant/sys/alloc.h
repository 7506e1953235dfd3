/* SPDX-License-Identifier: MIT */
/* The allocator table: where a store and all that is loaded from it take their memory. */
#ifndef ASSISTANT_SYS_ALLOC_H
#define ASSISTANT_SYS_ALLOC_H

#include <assistant/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Every block is returned with the size it was asked for. The methods may be called
 * from any thread; they and user must outlive everything made with them. Nodes of
 * parsed JSON come from malloc, whatever is plugged in here.
 */
struct asst_allocator {
	size_t size; /* sizeof(struct asst_allocator) where this table was compiled */
	void *user;  /* passed to every method */
	/* required: size bytes (never 0), aligned for any object; NULL when there are none */
	void *(*alloc)(void *user, size_t size);
	/* required: resize a block, keeping min(old_size, new_size) bytes; NULL leaves it as it was */
	void *(*realloc)(void *user, void *block, size_t old_size, size_t new_size);
	/* required: block is never NULL */
	void (*free)(void *user, void *block, size_t size);
	/* ---- end of 0.1; later slots go below, never above ---- */
};

#ifdef __cplusplus
}
#endif

#endif
