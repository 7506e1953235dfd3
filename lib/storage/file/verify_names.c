/* SPDX-License-Identifier: MIT */
/* Checking what else the next open asks of the directory, beside the log that is known. */
#include "storage/file/verify.h"

#include <errno.h>
#include <string.h>

/* The file "store" must be what was written into it. */
static int check_identity(const struct asst__check *check)
{
	static const char name[] = "store";
	const struct asst__io *io = check->file->io;
	unsigned char want[ASST__IDENTITY_BYTES], found[ASST__IDENTITY_BYTES];
	uint64_t size;
	size_t at = 0;
	int handle, error, status = asst__check_open(check, name, &handle);

	if (status != ASST_OK || handle < 0)
		return status;
	asst__identity_fill(want, check->file);
	error = io->size(io->self, handle, &size);
	if (!error && size >= sizeof(found))
		error = asst__io_read_full(io, handle, found, sizeof(found), 0);
	io->close(io->self, handle);
	while (!error && size >= sizeof(found) && at < sizeof(found) && found[at] == want[at])
		at++;
	if (error)
		asst__check_found(check, name, 0, "it cannot be read (error %d)", -error);
	else if (size < sizeof(found))
		asst__check_found(check, name, size, "it is cut short");
	else if (at < sizeof(found))
		asst__check_found(check, name, at, "it is damaged");
	return ASST_OK;
}

/* Where it is damaged the next open does without, but where it cannot be read there is none. */
static int read_index(struct asst__check *check, int handle)
{
	const struct asst__io *io = check->file->io;
	static const char name[] = "index";
	uint64_t size, at = 0, part;
	int error = io->size(io->self, handle, &size), status = ASST_OK;

	if (!error)
		status = asst__check_room(check, ASST__CHECK_PIECE);
	while (status == ASST_OK && !error && at < size) {
		part = size - at < ASST__CHECK_PIECE ? size - at : ASST__CHECK_PIECE;
		error = asst__io_read_full(io, handle, check->bytes, (size_t)part, at);
		at += error ? 0 : part;
		status = asst__check_count(check, part);
	}
	if (error && error != -EPIPE)
		asst__check_found(check, name, at, "it cannot be read (error %d)", -error);
	return status;
}

/* These may be missing; for who only reads, those that are not read do not count. */
static int check_others(struct asst__check *check)
{
	static const char *const names[] = { "index", "lock", "reserve", "store.new", "index.new" };
	const struct asst__io *io = check->file->io;
	size_t count = check->file->options.read_only ? 2 : ASST__COUNT(names);
	int handle, error, status = ASST_OK;

	for (size_t i = 0; i < count && status == ASST_OK; i++) {
		error = io->open(io->self, check->file->dir, names[i], 0, &handle);
		if (error == -ENOENT || (i > 0 && error && !asst__is_no_file(error)))
			continue;
		status = asst__check_opened(check, names[i], error);
		if (!error && i == 0)
			status = read_index(check, handle);
		if (!error)
			io->close(io->self, handle);
	}
	return status;
}

/* Segments that are not of the log: the first few that are met. */
struct strays {
	uint32_t first, last; /* of the log */
	uint32_t numbers[16];
	size_t count;
};

static int see(void *user, const char *name)
{
	struct strays *strays = user;
	uint32_t number = asst__segment_number(name);

	if (number && (number < strays->first || number > strays->last) &&
	    strays->count < ASST__COUNT(strays->numbers))
		strays->numbers[strays->count++] = number;
	return 0;
}

/* Nobody makes segments meanwhile. */
static int find_strays(struct strays *strays, struct asst__file *file)
{
	int error;

	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	pthread_mutex_unlock(&file->lock);
	strays->first = file->segments[0].number;
	strays->last = file->segments[file->segment_count - 1].number;
	error = file->io->list(file->io->self, file->dir, see, strays);
	pthread_mutex_lock(&file->lock);
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	return error;
}

/* One that was only begun, behind the last one: the next open takes it, or removes it. */
static bool is_begun(const struct asst__check *check, const char *name, uint32_t number)
{
	const struct asst__io *io = check->file->io;
	struct asst__segment segment = { .number = number };
	uint64_t oldest;
	bool empty, begun;

	if (io->open(io->self, check->file->dir, name, 0, &segment.file))
		return false;
	begun = !io->size(io->self, segment.file, &segment.size) &&
		asst__segment_read(check->file, &segment, &oldest, &empty, NULL) == ASST_OK;
	io->close(io->self, segment.file);
	return begun;
}

int asst__check_names(struct asst__check *check)
{
	struct strays strays = { .count = 0 };
	char name[24];
	int error, status = check_identity(check);

	if (status == ASST_OK)
		status = check_others(check);
	if (status != ASST_OK)
		return status;
	error = find_strays(&strays, check->file);
	if (error)
		return asst__file_fail(check->file, check->err, error, "list", "the directory");
	for (size_t i = 0; i < strays.count; i++) {
		asst__segment_name(name, strays.numbers[i]);
		if (strays.numbers[i] != strays.last + 1 || !is_begun(check, name, strays.last + 1))
			asst__check_found(check, name, 0, "it is no segment of this log");
	}
	return ASST_OK;
}
