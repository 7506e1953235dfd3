/* SPDX-License-Identifier: MIT */
/* Memory: the allocator that a store and its objects use, sized tables, checked arithmetic. */
#include "base/mem.h"
#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

static void *libc_alloc(void *user, size_t size)
{
	(void)user;
	return malloc(size);
}

static void *libc_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	(void)user;
	(void)old_size;
	return realloc(block, new_size);
}

static void libc_free(void *user, void *block, size_t size)
{
	(void)user;
	(void)size;
	free(block);
}

const struct asst__mem asst__mem_libc = { NULL, libc_alloc, libc_realloc, libc_free };

int asst__mem_from_allocator(struct asst__mem *mem, const asst_allocator *allocator,
			     asst_error *err)
{
	struct asst_allocator ours;
	int status =
		asst__copy_sized(&ours, sizeof(ours), sizeof(ours), allocator, "allocator", err);

	if (status != ASST_OK)
		return status;
	if (!ours.alloc || !ours.realloc || !ours.free)
		return asst__fail(err, ASST_EINVAL, "an allocator needs alloc, realloc and free");
	mem->user = ours.user;
	mem->alloc = ours.alloc;
	mem->realloc = ours.realloc;
	mem->free = ours.free;
	return ASST_OK;
}

/* Host allocators are promised sizes above 0. */
static size_t at_least_one(size_t size)
{
	return size ? size : 1;
}

void *asst__alloc(const struct asst__mem *mem, size_t size)
{
	return mem->alloc(mem->user, at_least_one(size));
}

void *asst__alloc_zeroed(const struct asst__mem *mem, size_t size)
{
	void *block = asst__alloc(mem, size);

	if (block)
		memset(block, 0, size);
	return block;
}

void *asst__realloc(const struct asst__mem *mem, void *block, size_t old_size, size_t new_size)
{
	if (!block)
		return asst__alloc(mem, new_size);
	return mem->realloc(mem->user, block, at_least_one(old_size), at_least_one(new_size));
}

void asst__free(const struct asst__mem *mem, void *block, size_t size)
{
	if (block)
		mem->free(mem->user, block, at_least_one(size));
}

char *asst__copy_text(const struct asst__mem *mem, const char *text, size_t size)
{
	char *copy = asst__alloc(mem, size + 1);

	if (!copy)
		return NULL;
	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

void asst__free_text(const struct asst__mem *mem, char *text)
{
	if (text)
		asst__free(mem, text, strlen(text) + 1);
}

bool asst__grow(const struct asst__mem *mem, void *array, size_t count, size_t *room, size_t size)
{
	size_t more, bytes;
	void *block;

	if (count < *room)
		return true;
	more = *room < 8 ? 8 : *room + *room / 2;
	if (!asst__multiply(&bytes, more, size))
		return false;
	/* array is the address of a pointer of any object type: moved as bytes. */
	memcpy(&block, array, sizeof(block));
	block = asst__realloc(mem, block, *room * size, bytes);
	if (!block)
		return false;
	memcpy(array, &block, sizeof(block));
	*room = more;
	return true;
}

bool asst__add(size_t *sum, size_t a, size_t b)
{
	*sum = a + b;
	return *sum >= a;
}

bool asst__multiply(size_t *product, size_t a, size_t b)
{
	*product = a * b;
	return a == 0 || *product / a == b;
}

/* No table of ours will ever be that large; a bigger size is uninitialised memory. */
#define SIZED_MOST 4096

int asst__copy_sized(void *ours, size_t known, size_t least, const void *theirs, const char *what,
		     asst_error *err)
{
	const unsigned char *bytes = theirs;
	size_t size, i;

	memset(ours, 0, known);
	if (!theirs)
		return asst__fail(err, ASST_EINVAL, "no %s was given", what);
	memcpy(&size, theirs, sizeof(size));
	if (size < least || size > SIZED_MOST)
		return asst__fail(
			err, ASST_EABI,
			"the size of the %s is %zu, but must be %zu or more, and at most %d", what,
			size, least, SIZED_MOST);
	for (i = known; i < size; i++) {
		if (bytes[i])
			return asst__fail(
				err, ASST_EABI,
				"the %s uses slots that this library does not know: it is newer",
				what);
	}
	memcpy(ours, theirs, size < known ? size : known);
	memcpy(ours, &known, sizeof(known));
	return ASST_OK;
}
