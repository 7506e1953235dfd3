/* SPDX-License-Identifier: MIT */
/*
 * Nodes kept back for the indexes: what is durable must be shown, so the memory for it is set
 * aside before a batch is written. The indexes take from it only where there is none else.
 */
#include "storage/file/inner.h"
#include "storage/tree_node.h"

/* Kept when nothing is pending: enough for a batch or two. */
#define KEPT 64

struct asst__spare {
	struct asst__spare *next;
};

static void *pooled_alloc(void *user, size_t size)
{
	struct asst__file *file = user;
	void *block = file->mem.alloc(file->mem.user, size);
	struct asst__spares *spares = NULL;

	if (block)
		return block;
	if (size == sizeof(struct asst__leaf))
		spares = &file->leaves;
	else if (size == sizeof(struct asst__branch))
		spares = &file->branches;
	if (!spares || !spares->first)
		return NULL;
	block = spares->first;
	spares->first = spares->first->next;
	spares->count--;
	return block;
}

static void *pooled_realloc(void *user, void *block, size_t old_size, size_t new_size)
{
	struct asst__file *file = user;

	return file->mem.realloc(file->mem.user, block, old_size, new_size);
}

static void pooled_free(void *user, void *block, size_t size)
{
	struct asst__file *file = user;

	file->mem.free(file->mem.user, block, size);
}

struct asst__mem asst__pool_mem(struct asst__file *file)
{
	return (struct asst__mem){ file, pooled_alloc, pooled_realloc, pooled_free };
}

static bool fill(struct asst__file *file, struct asst__spares *spares, size_t size, size_t count)
{
	struct asst__spare *spare;

	while (spares->count < count) {
		spare = asst__alloc(&file->mem, size);
		if (!spare)
			return false;
		spare->next = spares->first;
		spares->first = spare;
		spares->count++;
	}
	return true;
}

static void trim(struct asst__file *file, struct asst__spares *spares, size_t size, size_t count)
{
	struct asst__spare *spare;

	while (spares->count > count) {
		spare = spares->first;
		spares->first = spare->next;
		spares->count--;
		asst__free(&file->mem, spare, size);
	}
}

bool asst__pool_reserve(struct asst__file *file, struct asst__partition *partition, size_t puts)
{
	size_t pending = file->pending_puts + puts;
	size_t leaves = file->leaves.count, branches = file->branches.count;
	bool room;

	/* Each put may split a leaf and every branch above it. */
	room = fill(file, &file->leaves, sizeof(struct asst__leaf), pending) &&
	       fill(file, &file->branches, sizeof(struct asst__branch),
		    pending * (partition->index.tree.height + 1));
	if (room) {
		asst__rwlock_write(&partition->lock);
		room = asst__hash_reserve(&partition->index.hash, pending);
		asst__rwlock_write_unlock(&partition->lock);
	}
	if (room) {
		file->pending_puts = pending;
		return true;
	}
	trim(file, &file->leaves, sizeof(struct asst__leaf), leaves);
	trim(file, &file->branches, sizeof(struct asst__branch), branches);
	return false;
}

void asst__pool_release(struct asst__file *file, size_t puts)
{
	file->pending_puts -= puts;
	if (file->pending_puts)
		return;
	trim(file, &file->leaves, sizeof(struct asst__leaf), KEPT);
	trim(file, &file->branches, sizeof(struct asst__branch), KEPT);
}

void asst__pool_dispose(struct asst__file *file)
{
	trim(file, &file->leaves, sizeof(struct asst__leaf), 0);
	trim(file, &file->branches, sizeof(struct asst__branch), 0);
}
