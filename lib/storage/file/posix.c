/* SPDX-License-Identifier: MIT */
/* The system calls of the file backend. */
#define _GNU_SOURCE /* OFD locks */
#include "storage/file/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A host may have closed 0, 1 or 2, and what it or its libraries print goes there all the same:
 * not into a file of ours. Consumes the descriptor; -1 with errno.
 */
static int above_standard(int file)
{
	int moved, error;

	if (file < 0 || file > STDERR_FILENO)
		return file;
	moved = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	error = errno;
	close(file);
	errno = error;
	return moved;
}

static int open_directory(int beneath, const char *path)
{
	int dir;

	do {
		dir = openat(beneath, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} while (dir < 0 && errno == EINTR);
	return above_standard(dir);
}

static int system_sync_dir(void *self, int dir)
{
	(void)self;
	return fsync(dir) ? -errno : 0;
}

/* The directory's name must be as durable as what is in it. */
static int sync_parent(int dir)
{
	int parent = open_directory(dir, ".."), status;

	if (parent < 0)
		return -errno;
	status = system_sync_dir(NULL, parent);
	close(parent);
	return status;
}

static int system_list(void *self, int dir, int (*visit)(void *user, const char *name), void *user)
{
	/* An own open file description, so that its position is not shared. */
	int copy = open_directory(dir, "."), status = 0;
	struct dirent *entry;
	DIR *stream;

	(void)self;
	if (copy < 0)
		return -errno;
	stream = fdopendir(copy);
	if (!stream) {
		status = -errno;
		close(copy);
		return status;
	}
	while (!status && (errno = 0, entry = readdir(stream)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			status = visit(user, entry->d_name);
	}
	if (!status && errno)
		status = -errno;
	closedir(stream);
	return status;
}

static int see_any(void *user, const char *name)
{
	(void)user;
	(void)name;
	return 1;
}

/*
 * Who else may write into it can put other files in the place of ours. An empty one that was just
 * made, with a generous umask, is made private; where something is in it that is too late.
 */
static int keep_private(int dir)
{
	struct stat stat;

	if (fstat(dir, &stat))
		return -errno;
	if (stat.st_uid != geteuid() && stat.st_uid != 0)
		return -EPERM;
	if (!(stat.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	if (stat.st_uid != geteuid() || system_list(NULL, dir, see_any, NULL))
		return -EPERM;
	return fchmod(dir, 0700) ? -errno : 0;
}

static int system_open_dir(void *self, const char *path, int create, int *dir)
{
	bool made = create && mkdir(path, 0700) == 0, masked;
	int status = 0;

	(void)self;
	if (create && !made && errno != EEXIST)
		return -errno;
	/* Whatever the umask; not every system can do it before the directory is opened. */
	masked = made && fchmodat(AT_FDCWD, path, 0700, AT_SYMLINK_NOFOLLOW) != 0;
	*dir = open_directory(AT_FDCWD, path);
	/* What has the name already and is not there is a link. */
	if (*dir < 0)
		status = create && !made && errno == ENOENT ? -ELOOP : -errno;
	else if (masked && fchmod(*dir, 0700))
		status = -errno;
	else if (create && !made)
		status = keep_private(*dir);
	/* Where it was there already, it may be that the one above cannot be read. */
	if (!status && create) {
		status = sync_parent(*dir);
		if (status == -EACCES && !made)
			status = 0;
	}
	if (status && *dir >= 0)
		close(*dir);
	if (status && made)
		rmdir(path);
	return status;
}

static int system_remove_dir(void *self, const char *path)
{
	(void)self;
	return rmdir(path) ? -errno : 0;
}

static int check_regular(int file)
{
	struct stat stat;

	if (fstat(file, &stat))
		return -errno;
	if (S_ISDIR(stat.st_mode))
		return -EISDIR;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	return stat.st_nlink > 1 ? -EMLINK : 0;
}

static int system_open(void *self, int dir, const char *name, unsigned flags, int *file)
{
	/* O_NONBLOCK: a FIFO in the place of a file must not hang; names have no slashes. */
	int how =
		O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (flags & ASST__IO_WRITE ? O_RDWR : O_RDONLY);
	int status;

	(void)self;
	if (flags & ASST__IO_CREATE)
		how |= flags & ASST__IO_EXISTING ? O_CREAT : O_CREAT | O_EXCL;
	do {
		*file = openat(dir, name, how, 0600);
	} while (*file < 0 && errno == EINTR);
	*file = above_standard(*file);
	if (*file < 0)
		return -errno;
	status = check_regular(*file);
	/* Whatever the umask: for the owner alone. */
	if (!status && (flags & ASST__IO_CREATE) && fchmod(*file, 0600))
		status = -errno;
	if (status)
		close(*file);
	return status;
}

static int system_close(void *self, int file)
{
	(void)self;
	return close(file) ? -errno : 0;
}

static int system_size(void *self, int file, uint64_t *size)
{
	struct stat stat;

	(void)self;
	if (fstat(file, &stat))
		return -errno;
	*size = (uint64_t)stat.st_size;
	return 0;
}

static int system_read(void *self, int file, void *bytes, size_t size, uint64_t offset,
		       size_t *done)
{
	ssize_t n = pread(file, bytes, size, (off_t)offset);

	(void)self;
	if (n < 0)
		return -errno;
	*done = (size_t)n;
	return 0;
}

static int system_write(void *self, int file, const void *bytes, size_t size, uint64_t offset,
			size_t *done)
{
	ssize_t n = pwrite(file, bytes, size, (off_t)offset);

	(void)self;
	if (n < 0)
		return -errno;
	*done = (size_t)n;
	return 0;
}

/* Who reads a pipe or a socket may be slow, or have stopped: a write of this size does not wait. */
#define PUT_BYTES ((size_t)PIPE_BUF)
#define PUT_WAIT 200 /* ms */

static int system_put(void *self, int file, const void *bytes, size_t size, size_t *done)
{
	struct pollfd ready = { .fd = file, .events = POLLOUT };
	struct stat stat;
	ssize_t n;

	(void)self;
	if (fstat(file, &stat))
		return -errno;
	/* It is ready when it has room for one byte, and waits for who reads the others. */
	if (S_ISCHR(stat.st_mode) && isatty(file))
		return -ENOTTY;
	if (!S_ISREG(stat.st_mode)) {
		size = size < PUT_BYTES ? size : PUT_BYTES;
		n = poll(&ready, 1, PUT_WAIT);
		if (n <= 0)
			return n ? -errno : -EAGAIN;
	}
	n = write(file, bytes, size);
	if (n < 0)
		return -errno;
	*done = (size_t)n;
	return 0;
}

static int system_sync(void *self, int file)
{
	(void)self;
	return fdatasync(file) ? -errno : 0;
}

static int system_rename(void *self, int dir, const char *from, const char *to)
{
	(void)self;
	return renameat(dir, from, dir, to) ? -errno : 0;
}

static int system_unlink(void *self, int dir, const char *name)
{
	(void)self;
	return unlinkat(dir, name, 0) ? -errno : 0;
}

static int system_lock(void *self, int file)
{
	/* Of the open file description: not lost when another one is closed, and held against
	 * this process too. */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	(void)self;
	if (fcntl(file, F_OFD_SETLK, &lock) == 0)
		return 0;
	return errno == EACCES ? -EAGAIN : -errno;
}

const struct asst__io asst__io_system = {
	.open_dir = system_open_dir,
	.remove_dir = system_remove_dir,
	.open = system_open,
	.close = system_close,
	.size = system_size,
	.read = system_read,
	.write = system_write,
	.put = system_put,
	.sync = system_sync,
	.sync_dir = system_sync_dir,
	.rename = system_rename,
	.unlink = system_unlink,
	.list = system_list,
	.lock = system_lock,
};

int asst__io_read_full(const struct asst__io *io, int file, void *bytes, size_t size,
		       uint64_t offset)
{
	size_t at = 0, done;
	int status;

	while (at < size) {
		done = 0;
		status =
			io->read(io->self, file, (char *)bytes + at, size - at, offset + at, &done);
		if (status == -EINTR)
			continue;
		if (status)
			return status;
		if (!done)
			return -EPIPE;
		at += done;
	}
	return 0;
}

int asst__io_write_full(const struct asst__io *io, int file, const void *bytes, size_t size,
			uint64_t offset)
{
	size_t at = 0;

	return asst__io_write_on(io, file, bytes, size, offset, &at);
}

int asst__io_write_on(const struct asst__io *io, int file, const void *bytes, size_t size,
		      uint64_t offset, size_t *at)
{
	size_t done;
	int status, idle = 0;

	while (*at < size) {
		done = 0;
		status = io->write(io->self, file, (const char *)bytes + *at, size - *at,
				   offset + *at, &done);
		if (status == -EINTR)
			continue;
		if (status)
			return status;
		/* Nothing written and no error: a few times is patience, for ever is a hang. */
		if (!done && ++idle > 16)
			return -EIO;
		*at += done;
	}
	return 0;
}
