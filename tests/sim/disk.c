/* SPDX-License-Identifier: MIT */
/* The calls of the disk. */
#include "sim/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const asst_sim_call_names[ASST_SIM_CALLS] = {
	"open_dir", "open",     "close",  "size",   "read", "write",
	"sync",     "sync_dir", "rename", "unlink", "list", "lock",
};

/* Calls that change the disk; open may make an empty file, such as the lock. */
#define MUTATES                                                                 \
	(1u << ASST_SIM_WRITE | 1u << ASST_SIM_SYNC | 1u << ASST_SIM_SYNC_DIR | \
	 1u << ASST_SIM_RENAME | 1u << ASST_SIM_UNLINK)

static void misuse(struct asst_sim *disk, enum asst_sim_call call, const char *what)
{
	if (!disk->misuse[0])
		(void)snprintf(disk->misuse, sizeof(disk->misuse), "%s: %s",
			       asst_sim_call_names[call], what);
}

static bool only(const struct asst_sim_plan *plan, enum asst_sim_call call)
{
	return !plan->only || (plan->only >> call & 1u);
}

/* Whether this call is to go wrong, and how. */
static bool goes_wrong(struct asst_sim *disk, enum asst_sim_call call, enum asst_sim_way way)
{
	const struct asst_sim_plan *plan = &disk->plan;

	if (!plan->fail_at || plan->way != way || disk->calls < plan->fail_at ||
	    disk->calls - plan->fail_at >= plan->fail_for || !only(plan, call))
		return false;
	disk->went_wrong++;
	return true;
}

/* Each call begins so: with the lock taken, counted, and with the error it is to give. */
static int enter(struct asst_sim *disk, enum asst_sim_call call)
{
	pthread_mutex_lock(&disk->lock);
	disk->calls++;
	disk->by_kind[call]++;
	disk->mutations += MUTATES >> call & 1u;
	if (disk->stopped || (disk->plan.stop_at && disk->calls >= disk->plan.stop_at)) {
		disk->stopped = true;
		return -EIO;
	}
	if (disk->fault == ASST_SIM_EARLY)
		asst_sim_catch_up(disk);
	return goes_wrong(disk, call, ASST_SIM_ERROR) ? disk->plan.error : 0;
}

static int leave(struct asst_sim *disk, int status)
{
	pthread_mutex_unlock(&disk->lock);
	return status;
}

static struct asst_sim_handle *handle_of(struct asst_sim *disk, enum asst_sim_call call, int file,
					 bool dir)
{
	struct asst_sim_handle *handle;

	if (file < 0 || file >= ASST_SIM_HANDLES || disk->handles[file].kind == ASST_SIM_CLOSED) {
		misuse(disk, call, "a handle that is not open");
		return NULL;
	}
	handle = &disk->handles[file];
	if ((handle->kind == ASST_SIM_DIR) != dir) {
		misuse(disk, call, "a file where a directory belongs, or the reverse");
		return NULL;
	}
	return handle;
}

static struct asst_sim_inode *inode_of(struct asst_sim *disk, enum asst_sim_call call, int file)
{
	const struct asst_sim_handle *handle = handle_of(disk, call, file, false);

	return handle ? &disk->inodes[handle->inode] : NULL;
}

static int handle_new(struct asst_sim *disk, bool dir, size_t inode, bool writable, int *file)
{
	for (int i = 0; i < ASST_SIM_HANDLES; i++) {
		if (disk->handles[i].kind != ASST_SIM_CLOSED)
			continue;
		disk->handles[i].kind = dir ? ASST_SIM_DIR : ASST_SIM_FILE;
		disk->handles[i].inode = inode;
		disk->handles[i].writable = writable;
		disk->open_count++;
		*file = i;
		return 0;
	}
	return -EMFILE;
}

static int sim_open_dir(void *self, const char *path, int create, int *dir)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_OPEN_DIR);

	(void)path;
	if (!status && !disk->there && !create)
		status = -ENOENT;
	if (!status)
		status = handle_new(disk, true, 0, false, dir);
	if (!status)
		disk->there = true;
	return leave(disk, status);
}

/* Remember a change of names, and make it visible. */
static void change_names(struct asst_sim *disk, enum asst_sim_change kind, size_t inode,
			 const char *from, const char *to)
{
	struct asst_sim_name_change *change;

	disk->changes = asst_sim_grow(disk->changes, disk->change_count, &disk->change_room,
				      sizeof(*disk->changes));
	change = &disk->changes[disk->change_count++];
	memset(change, 0, sizeof(*change));
	change->kind = kind;
	change->inode = inode;
	(void)snprintf(change->from, sizeof(change->from), "%s", from);
	(void)snprintf(change->to, sizeof(change->to), "%s", to);
	asst_sim_name_apply(&disk->now, change);
}

static bool is_full(const struct asst_sim *disk)
{
	return disk->plan.full_at && disk->calls >= disk->plan.full_at;
}

static int open_file(struct asst_sim *disk, const char *name, unsigned flags, int *file)
{
	const struct asst_sim_name *found = asst_sim_find(&disk->now, name);
	size_t inode;

	if (strlen(name) >= ASST_SIM_NAME)
		return -ENAMETOOLONG;
	if (disk->open_count == ASST_SIM_HANDLES)
		return -EMFILE;
	if (found && (flags & ASST__IO_CREATE) && !(flags & ASST__IO_EXISTING))
		return -EEXIST;
	if (!found && !(flags & ASST__IO_CREATE))
		return -ENOENT;
	if (found) {
		inode = found->inode;
	} else {
		if (is_full(disk)) {
			disk->went_wrong++;
			return -ENOSPC;
		}
		inode = asst_sim_inode_add(disk);
		change_names(disk, ASST_SIM_CREATED, inode, name, name);
	}
	disk->inodes[inode].log = asst_sim_is_log(name);
	return handle_new(disk, false, inode, flags & ASST__IO_WRITE, file);
}

static int sim_open(void *self, int dir, const char *name, unsigned flags, int *file)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_OPEN);

	if (!status && !handle_of(disk, ASST_SIM_OPEN, dir, true))
		status = -EBADF;
	if (!status)
		status = open_file(disk, name, flags, file);
	return leave(disk, status);
}

/* Whatever it answers, the handle is gone. */
static int sim_close(void *self, int file)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_CLOSE);

	if (file < 0 || file >= ASST_SIM_HANDLES || disk->handles[file].kind == ASST_SIM_CLOSED) {
		misuse(disk, ASST_SIM_CLOSE, "a handle that is not open");
		return leave(disk, -EBADF);
	}
	if (disk->handles[file].kind == ASST_SIM_FILE) {
		struct asst_sim_inode *inode = &disk->inodes[disk->handles[file].inode];

		if (inode->locked_by == file)
			inode->locked_by = -1;
	}
	disk->handles[file].kind = ASST_SIM_CLOSED;
	disk->open_count--;
	return leave(disk, status);
}

static int sim_size(void *self, int file, uint64_t *size)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_SIZE);
	const struct asst_sim_inode *inode;

	if (status)
		return leave(disk, status);
	inode = inode_of(disk, ASST_SIM_SIZE, file);
	if (!inode)
		return leave(disk, -EBADF);
	*size = inode->now_size;
	return leave(disk, 0);
}

static int sim_read(void *self, int file, void *bytes, size_t size, uint64_t offset, size_t *done)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_READ);
	const struct asst_sim_inode *inode;

	if (status)
		return leave(disk, status);
	inode = inode_of(disk, ASST_SIM_READ, file);
	if (!inode)
		return leave(disk, -EBADF);
	if (size > 1 && goes_wrong(disk, ASST_SIM_READ, ASST_SIM_SHORT_READ))
		size /= 2;
	if (offset >= inode->now_size)
		size = 0;
	else if (size > inode->now_size - offset)
		size = (size_t)(inode->now_size - offset);
	if (size)
		memcpy(bytes, inode->now + offset, size);
	*done = size;
	return leave(disk, 0);
}

/* How much of a write fits onto the disk. */
static size_t fitting(const struct asst_sim *disk, const struct asst_sim_inode *inode,
		      uint64_t offset, size_t size)
{
	uint64_t used = 0, most;

	if (!disk->plan.room && !is_full(disk))
		return size;
	for (size_t i = 0; i < disk->now.count; i++)
		used += disk->inodes[disk->now.items[i].inode].now_size;
	most = inode->now_size;
	if (!is_full(disk) && used < disk->plan.room)
		most += disk->plan.room - used;
	if (offset + size <= most)
		return size;
	return offset < most ? (size_t)(most - offset) : 0;
}

static void write_inode(struct asst_sim_inode *inode, const void *bytes, size_t size,
			uint64_t offset)
{
	struct asst_sim_write *write;

	if (!size)
		return;
	asst_sim_revive(inode, offset, offset + size);
	asst_sim_put(&inode->now, &inode->now_size, &inode->now_room, offset, bytes, size);
	inode->writes =
		asst_sim_grow(inode->writes, inode->count, &inode->room, sizeof(*inode->writes));
	write = &inode->writes[inode->count++];
	*write = (struct asst_sim_write){ .offset = offset, .size = size };
	write->bytes = asst_sim_alloc(size);
	memcpy(write->bytes, bytes, size);
}

static int sim_write(void *self, int file, const void *bytes, size_t size, uint64_t offset,
		     size_t *done)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_WRITE);
	struct asst_sim_inode *inode;
	size_t fits;

	if (status)
		return leave(disk, status);
	inode = inode_of(disk, ASST_SIM_WRITE, file);
	if (!inode || !disk->handles[file].writable) {
		misuse(disk, ASST_SIM_WRITE, "a handle that is not open for writing");
		return leave(disk, -EBADF);
	}
	if (goes_wrong(disk, ASST_SIM_WRITE, ASST_SIM_TORN_WRITE)) {
		if (disk->calls > disk->plan.fail_at)
			return leave(disk, disk->plan.error);
		size -= size / 2;
	} else if (size > 1 && goes_wrong(disk, ASST_SIM_WRITE, ASST_SIM_SHORT_WRITE)) {
		size /= 2;
	} else if (goes_wrong(disk, ASST_SIM_WRITE, ASST_SIM_EMPTY_WRITE)) {
		size = 0;
	}
	fits = fitting(disk, inode, offset, size);
	if (size && !fits) {
		disk->went_wrong++;
		return leave(disk, -ENOSPC);
	}
	write_inode(inode, bytes, fits, offset);
	if (goes_wrong(disk, ASST_SIM_WRITE, ASST_SIM_FALSE_ERROR))
		return leave(disk, disk->plan.error);
	*done = fits;
	return leave(disk, 0);
}

/* What was written becomes durable, but for what an earlier sync has failed on. */
static void sync_inode(struct asst_sim_inode *inode)
{
	size_t left = 0;

	for (size_t i = 0; i < inode->count; i++) {
		struct asst_sim_write *write = &inode->writes[i];

		if (write->dead) {
			inode->writes[left++] = *write;
			continue;
		}
		asst_sim_put(&inode->kept, &inode->kept_size, &inode->kept_room, write->offset,
			     write->bytes, write->size);
		free(write->bytes);
	}
	inode->count = left;
	inode->late = false;
}

void asst_sim_catch_up(struct asst_sim *disk)
{
	for (size_t i = 0; i < disk->inode_count; i++) {
		if (disk->inodes[i].late)
			sync_inode(&disk->inodes[i]);
	}
}

static int sim_sync(void *self, int file)
{
	const struct timespec moment = { .tv_nsec = 20000 };
	struct asst_sim *disk = self;
	struct asst_sim_inode *inode;
	int status;

	if (disk->slow)
		(void)nanosleep(&moment, NULL);
	status = enter(disk, ASST_SIM_SYNC);

	if (disk->stopped)
		return leave(disk, status);
	inode = inode_of(disk, ASST_SIM_SYNC, file);
	if (!inode)
		return leave(disk, -EBADF);
	if (status) {
		disk->sync_failed = true;
		/* After an interruption it can be done again; after an error that is too late. */
		for (size_t i = 0; i < inode->count && status != -EINTR; i++)
			inode->writes[i].dead = true;
		return leave(disk, status);
	}
	if (disk->fault == ASST_SIM_NO_SYNC && inode->log)
		return leave(disk, 0);
	inode->late = disk->fault == ASST_SIM_EARLY || (disk->upkeep && inode->log);
	if (!inode->late)
		sync_inode(inode);
	return leave(disk, 0);
}

static int sim_sync_dir(void *self, int dir)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_SYNC_DIR);

	if (!status && !handle_of(disk, ASST_SIM_SYNC_DIR, dir, true))
		status = -EBADF;
	if (status || disk->fault == ASST_SIM_NO_SYNC_DIR) {
		disk->sync_failed |= status && !disk->stopped;
		return leave(disk, status);
	}
	for (size_t i = 0; i < disk->change_count; i++)
		asst_sim_name_apply(&disk->kept, &disk->changes[i]);
	disk->change_count = 0;
	return leave(disk, 0);
}

static int sim_rename(void *self, int dir, const char *from, const char *to)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_RENAME);
	const struct asst_sim_name *found;

	if (!status && !handle_of(disk, ASST_SIM_RENAME, dir, true))
		status = -EBADF;
	if (status)
		return leave(disk, status);
	found = asst_sim_find(&disk->now, from);
	if (!found || strlen(to) >= ASST_SIM_NAME)
		return leave(disk, found ? -ENAMETOOLONG : -ENOENT);
	if (strcmp(from, to) != 0)
		change_names(disk, ASST_SIM_RENAMED, found->inode, from, to);
	if (goes_wrong(disk, ASST_SIM_RENAME, ASST_SIM_FALSE_ERROR))
		return leave(disk, disk->plan.error);
	return leave(disk, 0);
}

static int sim_unlink(void *self, int dir, const char *name)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_UNLINK);
	const struct asst_sim_name *found;

	if (!status && !handle_of(disk, ASST_SIM_UNLINK, dir, true))
		status = -EBADF;
	if (status)
		return leave(disk, status);
	found = asst_sim_find(&disk->now, name);
	if (!found)
		return leave(disk, -ENOENT);
	change_names(disk, ASST_SIM_UNLINKED, found->inode, name, "");
	if (goes_wrong(disk, ASST_SIM_UNLINK, ASST_SIM_FALSE_ERROR))
		return leave(disk, disk->plan.error);
	return leave(disk, 0);
}

/* In another order each time: nothing may rely on it. */
static int sim_list(void *self, int dir, int (*visit)(void *user, const char *name), void *user)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_LIST);
	struct asst_sim_name *names;
	size_t count, first;
	uint64_t random;

	if (!status && !handle_of(disk, ASST_SIM_LIST, dir, true))
		status = -EBADF;
	if (status)
		return leave(disk, status);
	random = disk->seed + disk->calls;
	count = disk->now.count;
	names = asst_sim_alloc((count + 1) * sizeof(*names));
	if (count)
		memcpy(names, disk->now.items, count * sizeof(*names));
	leave(disk, 0);
	first = count ? (size_t)asst_sim_below(&random, count) : 0;
	for (size_t i = 0; i < count && !status; i++)
		status = visit(user, names[(first + (first % 2 ? count - i : i)) % count].name);
	free(names);
	return status;
}

static int sim_lock(void *self, int file)
{
	struct asst_sim *disk = self;
	int status = enter(disk, ASST_SIM_LOCK);
	struct asst_sim_inode *inode;

	if (status)
		return leave(disk, status);
	inode = inode_of(disk, ASST_SIM_LOCK, file);
	if (!inode)
		return leave(disk, -EBADF);
	if (inode->locked_by >= 0 && inode->locked_by != file)
		return leave(disk, -EAGAIN);
	inode->locked_by = file;
	return leave(disk, 0);
}

struct asst_sim *asst_sim_new(uint64_t seed)
{
	struct asst_sim *disk = asst_sim_alloc(sizeof(*disk));

	memset(disk, 0, sizeof(*disk));
	disk->seed = seed;
	pthread_mutex_init(&disk->lock, NULL);
	disk->io = (struct asst__io){
		.self = disk,
		.open_dir = sim_open_dir,
		.open = sim_open,
		.close = sim_close,
		.size = sim_size,
		.read = sim_read,
		.write = sim_write,
		.sync = sim_sync,
		.sync_dir = sim_sync_dir,
		.rename = sim_rename,
		.unlink = sim_unlink,
		.list = sim_list,
		.lock = sim_lock,
	};
	return disk;
}
