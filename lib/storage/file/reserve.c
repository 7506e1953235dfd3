/* SPDX-License-Identifier: MIT */
/*
 * The reserve: a file of zeros that becomes the next segment of the log when the disk is full,
 * so that what makes the store smaller can still be written. It is in no segment, because what
 * is left of one may be next to nothing when it is needed.
 */
#include "storage/file/inner.h"

#include <errno.h>

static const char reserve[] = "reserve";

bool asst__is_full(int error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG;
}

int asst__zeros_write(const struct asst__file *file, int handle, uint64_t *size, uint64_t want)
{
	static const char zeros[65536];
	uint64_t part;
	int error = 0;

	while (!error && *size < want) {
		part = want - *size < sizeof(zeros) ? want - *size : sizeof(zeros);
		error = asst__io_write_full(file->io, handle, zeros, (size_t)part, *size);
		if (!error)
			*size += part;
	}
	return error;
}

int asst__reserve_keep(struct asst__file *file)
{
	const struct asst__io *io = file->io;
	uint64_t size = 0, want = file->options.reserve_bytes;
	int handle, error;

	if (file->reserved || !want || !file->options.fill_bytes)
		return 0;
	error = io->open(io->self, file->dir, reserve,
			 ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING, &handle);
	if (error)
		return error;
	error = io->size(io->self, handle, &size);
	/* No segment may be that long: another one is made the next time. */
	if (!error && size > ASST__SEGMENT_MOST) {
		io->unlink(io->self, file->dir, reserve);
		error = -EFBIG;
	}
	if (!error)
		error = asst__zeros_write(file, handle, &size, want);
	/* Also what is there already: it may not have been synced by who wrote it. */
	if (!error) {
		error = io->sync(io->self, handle);
		/* A second sync of the same file would say nothing. */
		if (error)
			io->unlink(io->self, file->dir, reserve);
	}
	if (!error)
		error = io->sync_dir(io->self, file->dir);
	io->close(io->self, handle);
	file->reserved = !error;
	file->reserve_size = size;
	return error;
}

int asst__reserve_open(struct asst__file *file, uint64_t need, int *handle, uint64_t *size)
{
	const struct asst__io *io = file->io;
	int error = io->open(io->self, file->dir, reserve, ASST__IO_WRITE, handle);

	if (error)
		return error;
	error = io->size(io->self, *handle, size);
	if (!error && (*size < need || *size > ASST__SEGMENT_MOST))
		error = -ENOSPC;
	if (error)
		io->close(io->self, *handle);
	return error;
}

int asst__reserve_rename(struct asst__file *file, const char *name)
{
	file->reserved = false;
	file->reserve_size = 0;
	return file->io->rename(file->io->self, file->dir, reserve, name);
}
