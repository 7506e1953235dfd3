/* SPDX-License-Identifier: MIT */
/* Memory for the JSON tests: counts what is alive, checks sizes, fails at a chosen call. */
#ifndef TESTS_JSON_MEM_H
#define TESTS_JSON_MEM_H

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct json_mem {
	size_t blocks, bytes, peak;
	size_t wrong; /* frees and reallocs that named another size */
	size_t left;  /* allocations until one fails; SIZE_MAX: never */
};

static void *json_mem_alloc(void *user, size_t size)
{
	struct json_mem *m = user;
	size_t *block;

	if (m->left != SIZE_MAX && m->left-- == 0) {
		m->left = SIZE_MAX;
		return NULL;
	}
	block = malloc(size + 16);
	if (!block)
		return NULL;
	*block = size;
	m->blocks++;
	m->bytes += size;
	m->peak = m->bytes > m->peak ? m->bytes : m->peak;
	return (char *)block + 16;
}

static void json_mem_free(void *user, void *block, size_t size)
{
	struct json_mem *m = user;
	size_t known;

	memcpy(&known, (char *)block - 16, sizeof(known));
	m->wrong += known != size;
	m->blocks--;
	m->bytes -= known;
	free((char *)block - 16);
}

static void *json_mem_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	void *made = json_mem_alloc(user, new_size);

	if (!made)
		return NULL;
	memcpy(made, block, old_size < new_size ? old_size : new_size);
	json_mem_free(user, block, old_size);
	return made;
}

static struct asst__mem json_mem_of(struct json_mem *m)
{
	struct asst__mem mem = { m, json_mem_alloc, json_mem_realloc, json_mem_free };

	memset(m, 0, sizeof(*m));
	m->left = SIZE_MAX;
	return mem;
}

#endif
