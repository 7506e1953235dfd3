/* SPDX-License-Identifier: MIT */
/*
 * What may be found after a power failure. First all subsets of what was pending, each with
 * all ways of grown space; then each write torn at each sector; beyond that at random.
 */
#include "sim/disk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX
#define MOST_PENDING 512

/* What grown space that was not written has. */
enum grown {
	LOST, /* there is none: the file has the size that its writes give it */
	ZEROS, /* it is there */
	GARBAGE, /* it has random bytes */
	STALE, /* it has what another file has, or had, in this place */
	GROWN
};

/* A change that is pending: a write of an inode, or one of names. */
struct item {
	size_t inode; /* NONE: of names */
	size_t at;
};

struct pending {
	struct item items[MOST_PENDING];
	size_t count, writes; /* writes come first */
	bool grows;
};

struct image {
	bool kept[MOST_PENDING];
	enum grown grown;
	size_t torn; /* this item is torn, if it is kept; NONE */
	size_t tear; /* at this one of its sector boundaries */
	bool rest; /* what lies behind the tear survives, not what lies before */
	bool shredded; /* instead, each sector of each write survives or not */
	uint64_t random;
};

static bool reachable(const struct asst_sim *disk, size_t inode)
{
	for (size_t i = 0; i < disk->kept.count; i++) {
		if (disk->kept.items[i].inode == inode)
			return true;
	}
	for (size_t i = 0; i < disk->change_count; i++) {
		if (disk->changes[i].kind == ASST_SIM_CREATED && disk->changes[i].inode == inode)
			return true;
	}
	return false;
}

static void collect(const struct asst_sim *disk, struct pending *pending)
{
	pending->count = 0;
	pending->grows = false;
	for (size_t i = 0; i < disk->inode_count; i++) {
		const struct asst_sim_inode *inode = &disk->inodes[i];

		if (!inode->count || !reachable(disk, i))
			continue;
		for (size_t j = 0; j < inode->count && pending->count < MOST_PENDING; j++) {
			const struct asst_sim_write *write = &inode->writes[j];

			if (!write->size)
				continue;
			pending->items[pending->count++] = (struct item){ i, j };
			pending->grows |= write->offset + write->size > inode->kept_size;
		}
	}
	pending->writes = pending->count;
	for (size_t i = 0; i < disk->change_count && pending->count < MOST_PENDING; i++)
		pending->items[pending->count++] = (struct item){ NONE, i };
}

size_t asst_sim_pending(const struct asst_sim *disk)
{
	struct pending pending;

	collect(disk, &pending);
	return pending.count;
}

static const struct asst_sim_write *write_of(const struct asst_sim *disk, const struct item *item)
{
	return &disk->inodes[item->inode].writes[item->at];
}

/* Sector boundaries inside a write. */
static uint64_t boundaries(const struct asst_sim_write *write)
{
	uint64_t first = write->offset / ASST_SIM_SECTOR;

	return (write->offset + write->size - 1) / ASST_SIM_SECTOR - first;
}

static uint64_t subsets(const struct pending *pending)
{
	if (pending->count <= ASST_SIM_MASK)
		return UINT64_C(1) << pending->count;
	/* Each first part of the row; each one alone; all but each one. */
	return 3 * (uint64_t)pending->count + 1;
}

static uint64_t tears(const struct asst_sim *disk, const struct pending *pending)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pending->writes; i++)
		sum += boundaries(write_of(disk, &pending->items[i]));
	/* Before or behind; all others or just the earlier ones; grown space or garbage. */
	return sum * (pending->grows ? 8 : 4);
}

static uint64_t enumerated(const struct asst_sim *disk, const struct pending *pending)
{
	return subsets(pending) * (pending->grows ? GROWN : 1) + tears(disk, pending);
}

uint64_t asst_sim_images(const struct asst_sim *disk)
{
	struct pending pending;

	collect(disk, &pending);
	return enumerated(disk, &pending);
}

static void choose_subset(const struct pending *pending, uint64_t which, struct image *image)
{
	size_t count = pending->count;

	for (size_t i = 0; i < count; i++) {
		if (count <= ASST_SIM_MASK)
			image->kept[i] = which >> i & 1;
		else if (which <= count)
			image->kept[i] = i < which;
		else if (which <= 2 * count)
			image->kept[i] = i == which - count - 1;
		else
			image->kept[i] = i != which - 2 * count - 1;
	}
}

static void choose_tear(const struct asst_sim *disk, const struct pending *pending, uint64_t which,
			struct image *image)
{
	bool others = which & 2;
	uint64_t at = which / (pending->grows ? 8 : 4);
	size_t torn = 0;

	while (at >= boundaries(write_of(disk, &pending->items[torn])))
		at -= boundaries(write_of(disk, &pending->items[torn++]));
	image->torn = torn;
	image->tear = (size_t)at;
	image->rest = which & 1;
	image->grown = pending->grows && which & 4 ? GARBAGE : LOST;
	for (size_t i = 0; i < pending->count; i++)
		image->kept[i] = others || i <= torn || i >= pending->writes;
}

static void choose(const struct asst_sim *disk, const struct pending *pending, uint64_t which,
		   struct image *image)
{
	uint64_t all = subsets(pending) * (pending->grows ? GROWN : 1);

	memset(image, 0, sizeof(*image));
	image->torn = NONE;
	image->random = disk->seed ^ which * UINT64_C(0x9e3779b97f4a7c15);
	if (which < all) {
		image->grown = pending->grows ? (enum grown)(which % GROWN) : LOST;
		choose_subset(pending, pending->grows ? which / GROWN : which, image);
	} else if (which < enumerated(disk, pending)) {
		choose_tear(disk, pending, which - all, image);
	} else {
		/* Mostly kept, half and half, or mostly lost. */
		uint64_t odds = asst_sim_below(&image->random, 3);

		image->grown = (enum grown)asst_sim_below(&image->random, GROWN);
		image->shredded = asst_sim_random(&image->random) & 1;
		for (size_t i = 0; i < pending->count; i++)
			image->kept[i] = asst_sim_below(&image->random, 8) < 2 * odds + 2;
	}
}

/* What unwritten bytes of a grown file hold. */
static void fill(const struct asst_sim *disk, size_t self, struct image *image,
		 unsigned char *bytes, uint64_t from, uint64_t to)
{
	const struct asst_sim_inode *other = NULL;

	memset(bytes + from, 0, (size_t)(to - from));
	for (size_t i = 0; i < disk->inode_count && image->grown == STALE; i++) {
		if (i != self && disk->inodes[i].now_size > from && (!other || !reachable(disk, i)))
			other = &disk->inodes[i];
	}
	if (other)
		memcpy(bytes + from, other->now + from,
		       (size_t)((to < other->now_size ? to : other->now_size) - from));
	for (uint64_t i = from; i < to && image->grown == GARBAGE; i++)
		bytes[i] = (unsigned char)asst_sim_random(&image->random);
}

/* Put what survived of a write into a file, sector by sector. */
static void put_write(const struct asst_sim_write *write, bool torn, struct image *image,
		      struct asst_sim_inode *file)
{
	uint64_t first = write->offset / ASST_SIM_SECTOR, end = write->offset + write->size;

	for (uint64_t at = write->offset; at < end;) {
		uint64_t sector = at / ASST_SIM_SECTOR, to = (sector + 1) * ASST_SIM_SECTOR;
		bool survives = true;

		if (to > end)
			to = end;
		if (torn)
			survives = (sector - first > image->tear) == image->rest;
		else if (image->shredded)
			survives = asst_sim_below(&image->random, 4) != 0;
		if (survives && to <= file->now_size)
			memcpy(file->now + at, write->bytes + (at - write->offset),
			       (size_t)(to - at));
		at = to;
	}
}

/* The size that a file has after the failure. */
static uint64_t final_size(const struct asst_sim *disk, const struct pending *pending, size_t inode,
			   const struct image *image)
{
	const struct asst_sim_inode *before = &disk->inodes[inode];
	uint64_t size = before->kept_size;

	for (size_t i = 0; i < pending->writes; i++) {
		const struct asst_sim_write *write = write_of(disk, &pending->items[i]);
		uint64_t end = write->offset + write->size;

		/* Where just the begin of a write survives, the file ends behind that. */
		if (i == image->torn && !image->rest && image->grown == LOST)
			end = (write->offset / ASST_SIM_SECTOR + image->tear + 1) * ASST_SIM_SECTOR;
		if (pending->items[i].inode == inode && (image->kept[i] || image->grown != LOST) &&
		    end > size)
			size = end;
	}
	return size;
}

static size_t build_inode(const struct asst_sim *disk, const struct pending *pending, size_t inode,
			  struct image *image, struct asst_sim *out)
{
	const struct asst_sim_inode *before = &disk->inodes[inode];
	size_t added = asst_sim_inode_add(out);
	struct asst_sim_inode *file = &out->inodes[added];
	uint64_t size = final_size(disk, pending, inode, image);

	file->now = asst_sim_alloc((size_t)size);
	file->now_size = file->now_room = size;
	if (before->kept_size)
		memcpy(file->now, before->kept, (size_t)before->kept_size);
	if (size > before->kept_size)
		fill(disk, inode, image, file->now, before->kept_size, size);
	for (size_t i = 0; i < pending->writes; i++) {
		if (pending->items[i].inode == inode && image->kept[i])
			put_write(write_of(disk, &pending->items[i]), i == image->torn, image,
				  file);
	}
	return added;
}

struct asst_sim *asst_sim_crash(const struct asst_sim *disk, uint64_t which)
{
	struct asst_sim *out = asst_sim_new(disk->seed + which + 1);
	struct asst_sim_names names = { 0 };
	struct pending pending;
	struct image image;

	collect(disk, &pending);
	choose(disk, &pending, which, &image);
	out->there = disk->there;
	for (size_t i = 0; i < disk->kept.count; i++)
		asst_sim_name_set(&names, disk->kept.items[i].name, disk->kept.items[i].inode);
	for (size_t i = pending.writes; i < pending.count; i++) {
		if (image.kept[i])
			asst_sim_name_apply(&names, &disk->changes[pending.items[i].at]);
	}
	for (size_t i = 0; i < names.count; i++) {
		size_t inode = build_inode(disk, &pending, names.items[i].inode, &image, out);
		struct asst_sim_inode *file = &out->inodes[inode];

		if (disk->fault == ASST_SIM_NO_CHECK && asst_sim_is_log(names.items[i].name))
			asst_sim_mend(file->now, file->now_size);
		asst_sim_put(&file->kept, &file->kept_size, &file->kept_room, 0, file->now,
			     (size_t)file->now_size);
		asst_sim_name_set(&out->now, names.items[i].name, inode);
		asst_sim_name_set(&out->kept, names.items[i].name, inode);
	}
	free(names.items);
	return out;
}

void asst_sim_explain(const struct asst_sim *disk, uint64_t which, FILE *out)
{
	static const char *const grown[] = { "not there", "zeros", "garbage", "old content" };
	struct pending pending;
	struct image image;

	collect(disk, &pending);
	choose(disk, &pending, which, &image);
	(void)fprintf(out,
		      "    image %" PRIu64 " of %" PRIu64 ": grown space is %s%s; kept:", which,
		      enumerated(disk, &pending), grown[image.grown],
		      image.shredded ? ", sectors of writes are lost" : "");
	for (size_t i = 0; i < pending.count; i++) {
		if (image.kept[i])
			(void)fprintf(out, " %zu%s", i, i == image.torn ? "(torn)" : "");
	}
	(void)fprintf(out, " of %zu pending", pending.count);
	if (image.torn != NONE)
		(void)fprintf(out, "; torn at sector boundary %zu, its %s survives", image.tear,
			      image.rest ? "end" : "begin");
	(void)fputc('\n', out);
	asst_sim_show(disk, out);
}
