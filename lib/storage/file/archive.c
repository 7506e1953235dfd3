/* SPDX-License-Identifier: MIT */
/*
 * A tar archive (POSIX.1-1988, ustar) on its way through a descriptor, behind the table that a
 * copy of the log is written by. Any tar reads it.
 */
#include "base/clock.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLOCK ASST__ARCHIVE_BLOCK

/* Where the fields of a header are; numbers are octal digits and an end. */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_OWNER = 108,
	AT_GROUP = 116,
	AT_SIZE = 124,
	AT_TIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_MARK = 257
};

static const unsigned char zeros[8 * BLOCK];

static void put_octal(char *field, int digits, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%0*llo", digits, (unsigned long long)number);
	memcpy(field, text, (size_t)digits);
}

/* Nothing is taken any more: nobody knows what the descriptor has. */
static int fail(struct asst__archive *archive, int error)
{
	if (!archive->error)
		archive->error = error;
	return archive->error;
}

static int put(struct asst__archive *archive, const void *bytes, size_t size)
{
	const struct asst__io *below = archive->below;
	size_t at = 0, done;
	int error = archive->error, idle = 0;

	while (!error && at < size) {
		done = 0;
		error = below->put(below->self, archive->descriptor, (const char *)bytes + at,
				   size - at, &done);
		at += done;
		if (error == -EAGAIN || error == -EINTR)
			error = archive->progress && archive->progress(archive->user, archive->done,
								       archive->total) ?
					-ECANCELED :
					0;
		else if (!error && !done && ++idle > 16)
			error = -EIO;
	}
	return error ? fail(archive, error) : 0;
}

static int put_zeros(struct asst__archive *archive, uint64_t count)
{
	size_t most = sizeof(zeros);
	int error = 0;

	for (; count && !error; count -= count < most ? count : most)
		error = put(archive, zeros, count < most ? (size_t)count : most);
	return error;
}

static int put_header(struct asst__archive *archive, const char *name, unsigned mode,
		      char type, uint64_t size)
{
	char head[BLOCK] = { 0 };
	unsigned sum = 0;

	snprintf(head + AT_NAME, AT_MODE - AT_NAME, "%s", name);
	put_octal(head + AT_MODE, 7, mode);
	put_octal(head + AT_OWNER, 7, 0);
	put_octal(head + AT_GROUP, 7, 0);
	put_octal(head + AT_SIZE, 11, size);
	put_octal(head + AT_TIME, 11, (uint64_t)archive->seconds);
	head[AT_TYPE] = type;
	memcpy(head + AT_MARK, "ustar\00000", 8);
	/* The sum is that of a header with spaces in its place. */
	memset(head + AT_SUM, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	put_octal(head + AT_SUM, 6, sum);
	head[AT_SUM + 6] = '\0';
	return put(archive, head, BLOCK);
}

static uint64_t to_block(uint64_t size)
{
	return size % BLOCK ? BLOCK - size % BLOCK : 0;
}

static int archive_open(void *self, int dir, const char *name, unsigned flags, int *file)
{
	struct asst__archive *archive = self;

	(void)dir;
	(void)flags;
	*file = 0;
	archive->at = 0;
	return archive->size ? put_header(archive, name, 0600, '0', archive->size) : 0;
}

static int archive_write(void *self, int file, const void *bytes, size_t size, uint64_t offset,
			 size_t *done)
{
	struct asst__archive *archive = self;
	uint64_t room = (archive->size ? archive->size : BLOCK) - archive->at;
	int error = 0;

	(void)file;
	if (offset != archive->at || size > room)
		return -EFBIG;
	if (archive->size)
		error = put(archive, bytes, size);
	else
		memcpy(archive->small + archive->at, bytes, size);
	archive->at += size;
	*done = size;
	return error;
}

static int archive_sync(void *self, int file)
{
	struct asst__archive *archive = self;
	int error = 0;

	(void)file;
	if (archive->size) {
		error = put_zeros(archive, archive->size - archive->at + to_block(archive->size));
		archive->size = 0;
	}
	return error;
}

static int archive_close(void *self, int file)
{
	struct asst__archive *archive = self;

	(void)file;
	archive->size = 0;
	return 0;
}

static int archive_rename(void *self, int dir, const char *from, const char *to)
{
	struct asst__archive *archive = self;
	int error = put_header(archive, to, 0600, '0', archive->at);

	(void)dir;
	(void)from;
	if (!error)
		error = put(archive, archive->small, (size_t)archive->at);
	return error ? error : put_zeros(archive, to_block(archive->at));
}

/* What was given up is not in the archive. */
static int archive_unlink(void *self, int dir, const char *name)
{
	(void)self;
	(void)dir;
	(void)name;
	return 0;
}

static int archive_sync_dir(void *self, int dir)
{
	(void)self;
	(void)dir;
	return 0;
}

int asst__archive_begin(struct asst__archive *archive, const struct asst__io *below, int descriptor,
			asst_progress progress, void *user)
{
	const struct asst__clock clock = { NULL, NULL };
	int64_t now = asst__clock_now(&clock) / 1000;
	int error;

	*archive = (struct asst__archive){
		.io = { .self = archive,
			.open = archive_open,
			.close = archive_close,
			.write = archive_write,
			.sync = archive_sync,
			.sync_dir = archive_sync_dir,
			.rename = archive_rename,
			.unlink = archive_unlink },
		.below = below,
		.descriptor = descriptor,
		.seconds = now > 0 ? now : 0,
		.progress = progress,
		.user = user,
	};
	/* Until the last file takes its place: what is cut short must not pass for a new store. */
	error = put_header(archive, "store", 0600, '0', 0);
	/* So that where it is unpacked is as private as a store. */
	return error ? error : put_header(archive, "./", 0700, '5', 0);
}

void asst__archive_announce(struct asst__archive *archive, uint64_t size)
{
	archive->size = size;
}

int asst__archive_end(struct asst__archive *archive)
{
	int error = put_zeros(archive, 2 * (uint64_t)BLOCK);

	if (!error)
		error = archive->below->sync(archive->below->self, archive->descriptor);
	/* Pipes and sockets have nothing to sync. */
	if (error == -EINVAL || error == -EROFS || error == -ENOTSUP)
		error = 0;
	return error ? fail(archive, error) : 0;
}
