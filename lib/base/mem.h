/* SPDX-License-Identifier: MIT */
/* Memory: the allocator that a store and its objects use, sized tables, checked arithmetic. */
#ifndef ASST_BASE_MEM_H
#define ASST_BASE_MEM_H

#include <assistant/base.h>
#include <assistant/sys/alloc.h>

#include <stdbool.h>

#define ASST__COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The methods of an asst_allocator; a copy travels in every object that outlives its store. */
struct asst__mem {
	void *user;
	void *(*alloc)(void *user, size_t size);
	void *(*realloc)(void *user, void *block, size_t old_size, size_t new_size);
	void (*free)(void *user, void *block, size_t size);
};

/* malloc and friends. */
extern const struct asst__mem asst__mem_libc;

/* Take the methods of a host's table. ASST_EINVAL, ASST_EABI. */
int asst__mem_from_allocator(struct asst__mem *mem, const asst_allocator *allocator,
			     asst_error *err);

/* NULL when there is no memory; size 0 gives a block all the same. */
void *asst__alloc(const struct asst__mem *mem, size_t size);
void *asst__alloc_zeroed(const struct asst__mem *mem, size_t size);
void *asst__realloc(const struct asst__mem *mem, void *block, size_t old_size, size_t new_size);
void asst__free(const struct asst__mem *mem, void *block, size_t size); /* block may be NULL */

/* A copy of size bytes with a NUL behind them; free with size + 1. */
char *asst__copy_text(const struct asst__mem *mem, const char *text, size_t size);
/* Free a NUL-terminated text made by asst__copy_text() from text without NULs; may be NULL. */
void asst__free_text(const struct asst__mem *mem, char *text);

/*
 * Make room for one more element in a growing array: *room elements of size bytes at
 * *array, count of them used. False when there is no memory.
 */
bool asst__grow(const struct asst__mem *mem, void *array, size_t count, size_t *room, size_t size);

/* False on overflow. */
bool asst__add(size_t *sum, size_t a, size_t b);
bool asst__multiply(size_t *product, size_t a, size_t b);

/*
 * The one size-first rule: copy a caller's sized table into ours of `known` bytes. Bytes it
 * does not have are zero; bytes we do not know must be zero. `least` is the size of the
 * first release. The first member of both is a size_t. ASST_EABI with a message naming what.
 */
int asst__copy_sized(void *ours, size_t known, size_t least, const void *theirs, const char *what,
		     asst_error *err);

/* Ask the memory for what will be read soon; never fails, whatever the address. */
#if defined(__GNUC__)
#define ASST__PREFETCH(address) __builtin_prefetch(address)
#else
#define ASST__PREFETCH(address) ((void)(address))
#endif

#endif
