/* SPDX-License-Identifier: MIT */
/*
 * Every system call of the file backend, behind one table, so that tests can put a disk of
 * their own under it. Methods return 0 or a negative errno; EINTR and short reads and writes
 * may happen and are handled above. Files are small integers in one directory.
 */
#ifndef ASST_STORAGE_FILE_IO_H
#define ASST_STORAGE_FILE_IO_H

#include <stddef.h>
#include <stdint.h>

/* How a file is opened. */
#define ASST__IO_WRITE 0x1u  /* for writing too */
#define ASST__IO_CREATE 0x2u /* make it, with mode 0600; it must not exist unless EXISTING */
#define ASST__IO_EXISTING 0x4u /* with CREATE: it may exist */

struct asst__io {
	void *self;
	/*
	 * Open a directory. With create: make it (0700) where it is missing, and sync its parent.
	 * -ENOTDIR where something else is there, -ELOOP where it is a link that leads nowhere;
	 * -EPERM where it is to be written, and others have it or may write into it; an empty one
	 * is made private.
	 */
	int (*open_dir)(void *self, const char *path, int create, int *dir);
	int (*remove_dir)(void *self, const char *path); /* an empty one */
	/*
	 * Open a file beneath the directory, without following links: a regular file with one
	 * name only, else -ELOOP, -EISDIR, -EMLINK or -EINVAL.
	 */
	int (*open)(void *self, int dir, const char *name, unsigned flags, int *file);
	int (*close)(void *self, int file); /* of files and directories */
	int (*size)(void *self, int file, uint64_t *size);
	int (*read)(void *self, int file, void *bytes, size_t size, uint64_t offset, size_t *done);
	/* Writing behind the end makes the file longer. */
	int (*write)(void *self, int file, const void *bytes, size_t size, uint64_t offset,
		     size_t *done);
	/*
	 * Where a descriptor stands that is not of this table, such as of a pipe. -EAGAIN where it
	 * takes nothing for a while: longer than that nobody is kept. -ENOTTY for a terminal, which
	 * would keep somebody.
	 */
	int (*put)(void *self, int file, const void *bytes, size_t size, size_t *done);
	int (*sync)(void *self, int file);    /* content and size */
	int (*sync_dir)(void *self, int dir); /* names */
	int (*rename)(void *self, int dir, const char *from, const char *to);
	int (*unlink)(void *self, int dir, const char *name);
	/* Call visit for each name; it returns 0 to go on. */
	int (*list)(void *self, int dir, int (*visit)(void *user, const char *name), void *user);
	/* Lock the whole file until it is closed; -EAGAIN where somebody else, in any process, has it. */
	int (*lock)(void *self, int file);
};

/* The system's own; self is not used. */
extern const struct asst__io asst__io_system;

/* All of it or nothing to rely on. read_full: -EPIPE where the file ends before. */
int asst__io_read_full(const struct asst__io *io, int file, void *bytes, size_t size,
		       uint64_t offset);
int asst__io_write_full(const struct asst__io *io, int file, const void *bytes, size_t size,
			uint64_t offset);
/* As write_full from *at on, which is moved over what was written, also on failure. */
int asst__io_write_on(const struct asst__io *io, int file, const void *bytes, size_t size,
		      uint64_t offset, size_t *at);

#endif
