/* SPDX-License-Identifier: MIT */
/* What a disk is made of: names, inodes, copies. */
#include "sim/disk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void *asst_sim_alloc(size_t size)
{
	void *block = malloc(size ? size : 1);

	if (!block) {
		(void)fputs("no memory for the test\n", stderr);
		abort();
	}
	return block;
}

void *asst_sim_grow(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? 2 * *room : 8;
	items = realloc(items, *room * size);
	if (!items) {
		(void)fputs("no memory for the test\n", stderr);
		abort();
	}
	return items;
}

bool asst_sim_is_log(const char *name)
{
	size_t size = strlen(name);

	return size > 4 && strcmp(name + size - 4, ".log") == 0;
}

struct asst_sim_name *asst_sim_find(const struct asst_sim_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i].name, name) == 0)
			return &names->items[i];
	}
	return NULL;
}

void asst_sim_name_set(struct asst_sim_names *names, const char *name, size_t inode)
{
	struct asst_sim_name *found = asst_sim_find(names, name);

	if (!found) {
		names->items = asst_sim_grow(names->items, names->count, &names->room,
					     sizeof(*names->items));
		found = &names->items[names->count++];
		memset(found, 0, sizeof(*found));
		(void)snprintf(found->name, sizeof(found->name), "%s", name);
	}
	found->inode = inode;
}

void asst_sim_name_drop(struct asst_sim_names *names, const char *name)
{
	struct asst_sim_name *found = asst_sim_find(names, name);

	if (found)
		*found = names->items[--names->count];
}

/* A change has no effect where one that it builds on was lost. */
void asst_sim_name_apply(struct asst_sim_names *names, const struct asst_sim_name_change *change)
{
	const struct asst_sim_name *from = asst_sim_find(names, change->from);

	switch (change->kind) {
	case ASST_SIM_CREATED:
		asst_sim_name_set(names, change->to, change->inode);
		break;
	case ASST_SIM_RENAMED:
		if (!from || from->inode != change->inode)
			break;
		asst_sim_name_drop(names, change->from);
		asst_sim_name_set(names, change->to, change->inode);
		break;
	case ASST_SIM_UNLINKED:
		if (from && from->inode == change->inode)
			asst_sim_name_drop(names, change->from);
		break;
	}
}

size_t asst_sim_inode_add(struct asst_sim *disk)
{
	struct asst_sim_inode *inode;

	disk->inodes = asst_sim_grow(disk->inodes, disk->inode_count, &disk->inode_room,
				     sizeof(*disk->inodes));
	inode = &disk->inodes[disk->inode_count];
	memset(inode, 0, sizeof(*inode));
	inode->locked_by = -1;
	return disk->inode_count++;
}

void asst_sim_put(unsigned char **content, uint64_t *size, uint64_t *room, uint64_t offset,
		  const unsigned char *bytes, size_t count)
{
	uint64_t end = offset + count;

	if (end > *room) {
		unsigned char *larger = asst_sim_alloc((size_t)(2 * end));

		if (*size)
			memcpy(larger, *content, (size_t)*size);
		free(*content);
		*content = larger;
		*room = 2 * end;
	}
	if (offset > *size)
		memset(*content + *size, 0, (size_t)(offset - *size));
	if (count)
		memcpy(*content + offset, bytes, count);
	if (end > *size)
		*size = end;
}

void asst_sim_revive(struct asst_sim_inode *inode, uint64_t from, uint64_t to)
{
	for (size_t i = 0, count = inode->count; i < count; i++) {
		struct asst_sim_write *write = &inode->writes[i], rest;
		uint64_t end = write->offset + write->size;

		if (!write->dead || write->offset >= to || end <= from)
			continue;
		if (end > to) {
			rest = *write;
			rest.offset = to;
			rest.size = (size_t)(end - to);
			rest.bytes = asst_sim_alloc(rest.size);
			memcpy(rest.bytes, write->bytes + (to - write->offset), rest.size);
			inode->writes = asst_sim_grow(inode->writes, inode->count, &inode->room,
						      sizeof(*inode->writes));
			inode->writes[inode->count++] = rest;
			write = &inode->writes[i];
		}
		write->size = write->offset < from ? (size_t)(from - write->offset) : 0;
	}
}

static void inode_dispose(struct asst_sim_inode *inode)
{
	for (size_t i = 0; i < inode->count; i++)
		free(inode->writes[i].bytes);
	free(inode->writes);
	free(inode->now);
	free(inode->kept);
}

void asst_sim_free(struct asst_sim *disk)
{
	if (!disk)
		return;
	for (size_t i = 0; i < disk->inode_count; i++)
		inode_dispose(&disk->inodes[i]);
	free(disk->inodes);
	free(disk->now.items);
	free(disk->kept.items);
	free(disk->changes);
	pthread_mutex_destroy(&disk->lock);
	free(disk);
}

void asst_sim_plan(struct asst_sim *disk, const struct asst_sim_plan *plan)
{
	static const struct asst_sim_plan none;

	disk->plan = plan ? *plan : none;
	disk->calls = disk->mutations = disk->went_wrong = 0;
	memset(disk->by_kind, 0, sizeof(disk->by_kind));
	disk->stopped = disk->sync_failed = false;
}

static void names_copy(struct asst_sim_names *to, const struct asst_sim_names *from)
{
	to->count = to->room = from->count;
	to->items = from->count ? asst_sim_alloc(from->count * sizeof(*to->items)) : NULL;
	if (from->count)
		memcpy(to->items, from->items, from->count * sizeof(*to->items));
}

static void inode_copy(struct asst_sim_inode *to, const struct asst_sim_inode *from, bool forget)
{
	memset(to, 0, sizeof(*to));
	to->locked_by = -1;
	asst_sim_put(&to->kept, &to->kept_size, &to->kept_room, 0, from->kept,
		     (size_t)from->kept_size);
	asst_sim_put(&to->now, &to->now_size, &to->now_room, 0, forget ? from->kept : from->now,
		     (size_t)(forget ? from->kept_size : from->now_size));
	for (size_t i = 0; i < from->count; i++) {
		struct asst_sim_write copy = from->writes[i];

		if (!copy.size || (copy.dead && forget))
			continue;
		if (forget)
			asst_sim_put(&to->now, &to->now_size, &to->now_room, copy.offset,
				     copy.bytes, copy.size);
		copy.bytes = asst_sim_alloc(copy.size);
		memcpy(copy.bytes, from->writes[i].bytes, copy.size);
		to->writes = asst_sim_grow(to->writes, to->count, &to->room, sizeof(copy));
		to->writes[to->count++] = copy;
	}
}

struct asst_sim *asst_sim_copy(const struct asst_sim *disk, bool forget)
{
	struct asst_sim *copy = asst_sim_new(disk->seed + 1);

	copy->there = disk->there;
	copy->fault = disk->fault;
	names_copy(&copy->now, &disk->now);
	names_copy(&copy->kept, &disk->kept);
	copy->inode_count = copy->inode_room = disk->inode_count;
	copy->inodes = asst_sim_alloc(disk->inode_count * sizeof(*copy->inodes));
	for (size_t i = 0; i < disk->inode_count; i++)
		inode_copy(&copy->inodes[i], &disk->inodes[i], forget);
	copy->change_count = copy->change_room = disk->change_count;
	if (disk->change_count) {
		size_t size = disk->change_count * sizeof(*copy->changes);

		copy->changes = asst_sim_alloc(size);
		memcpy(copy->changes, disk->changes, size);
	}
	return copy;
}

static uint64_t hash(uint64_t h, const void *bytes, uint64_t size)
{
	const unsigned char *at = bytes;

	for (; size >= 8; size -= 8, at += 8) {
		uint64_t word;

		memcpy(&word, at, 8);
		h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	for (; size; size--, at++)
		h = (h ^ *at) * UINT64_C(0x100000001b3);
	return h;
}

/* Independent of the order of names; zeros at the end of a file count. */
uint64_t asst_sim_hash(const struct asst_sim *disk)
{
	uint64_t sum = disk->there;

	for (size_t i = 0; i < disk->now.count; i++) {
		const struct asst_sim_name *name = &disk->now.items[i];
		const struct asst_sim_inode *inode = &disk->inodes[name->inode];
		uint64_t h = hash(inode->now_size + 1, name->name, strlen(name->name));

		sum += hash(h, inode->now, inode->now_size) | 1;
	}
	return sum;
}

void asst_sim_show(const struct asst_sim *disk, FILE *out)
{
	static const char *const kinds[] = { "created", "renamed", "unlinked" };

	for (size_t i = 0; i < disk->now.count; i++) {
		const struct asst_sim_name *name = &disk->now.items[i];
		const struct asst_sim_inode *inode = &disk->inodes[name->inode];

		(void)fprintf(out, "    %s: %" PRIu64 " bytes, %" PRIu64 " of them synced\n",
			      name->name, inode->now_size, inode->kept_size);
		for (size_t j = 0; j < inode->count; j++)
			(void)fprintf(out, "      pending: %zu bytes at %" PRIu64 "%s\n",
				      inode->writes[j].size, inode->writes[j].offset,
				      inode->writes[j].dead ? ", their sync failed" : "");
	}
	for (size_t i = 0; i < disk->change_count; i++)
		(void)fprintf(out, "      pending: %s %s %s\n", kinds[disk->changes[i].kind],
			      disk->changes[i].from, disk->changes[i].to);
}
