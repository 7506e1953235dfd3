/* SPDX-License-Identifier: MIT */
/* The file backend: opening and closing a directory, and the methods of the table. */
#include "base/crc32c.h"
#include "storage/file/inner.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The file "store": mark, format, crc, id. */
enum { AT_MARK = 0, AT_FORMAT = 8, AT_CRC = 12, AT_ID = 16 };

static const char mark[8] = { 'a', 's', 's', 't', '-', 's', 't', 'o' };

const struct asst__file_options asst__file_defaults = {
	.segment_bytes = 64u * 1024 * 1024,
	.fill_bytes = 256u * 1024,
	.reserve_bytes = 256u * 1024,
	.resident_bytes = 256u * 1024 * 1024,
};

static uint32_t store_crc(const unsigned char bytes[ASST__IDENTITY_BYTES])
{
	uint32_t crc = asst__crc32c(0, bytes, AT_CRC);

	return asst__crc32c(crc, bytes + AT_ID, ASST__IDENTITY_BYTES - AT_ID);
}

void asst__identity_fill(unsigned char bytes[ASST__IDENTITY_BYTES], const struct asst__file *file)
{
	memset(bytes, 0, ASST__IDENTITY_BYTES);
	memcpy(bytes + AT_MARK, mark, sizeof(mark));
	asst__put32(bytes + AT_FORMAT, ASST__FILE_FORMAT);
	memcpy(bytes + AT_ID, file->id, 16);
	asst__put32(bytes + AT_CRC, store_crc(bytes));
}

/* The id of the store, made durable under its name before anything else is written. */
int asst__identity_write(const struct asst__file *file, const struct asst__io *io, int dir,
			 asst_error *err)
{
	const char *doing = dir == file->dir ? "write" : "write the copy of";
	unsigned char bytes[ASST__IDENTITY_BYTES];
	int handle, error;

	asst__identity_fill(bytes, file);
	error = io->open(io->self, dir, "store.new",
			 ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING, &handle);
	if (error)
		return asst__open_fail(file, err, error, "store.new");
	error = asst__io_write_full(io, handle, bytes, sizeof(bytes), 0);
	if (!error)
		error = io->sync(io->self, handle);
	io->close(io->self, handle);
	if (!error)
		error = io->rename(io->self, dir, "store.new", "store");
	if (!error)
		error = io->sync_dir(io->self, dir);
	return error ? asst__file_fail(file, err, error, doing, "store") : ASST_OK;
}

/*
 * The checksum comes first: every format has it here, so that a number that is wrong is not taken
 * for a format that is new. What is ours but for the mark is damaged, too.
 */
static int check_identity(struct asst__file *file, unsigned char bytes[ASST__IDENTITY_BYTES],
			  asst_error *err)
{
	bool marked = memcmp(bytes, mark, sizeof(mark)) == 0, sound;

	memcpy(bytes + AT_MARK, mark, sizeof(mark));
	sound = asst__get32(bytes + AT_CRC) == store_crc(bytes);
	if (!marked && !sound)
		return asst__fail(err, ASST_EFORMAT,
				  "the file store is not of a store of assistants");
	if (!marked || !sound) {
		asst__error_set_offset(err, 0);
		return asst__fail(err, ASST_ECORRUPT, "the file store is damaged at offset 0");
	}
	if (asst__get32(bytes + AT_FORMAT) != ASST__FILE_FORMAT)
		return asst__fail(err, ASST_EFORMAT,
				  "the store has format %u, this library reads %d",
				  (unsigned)asst__get32(bytes + AT_FORMAT), ASST__FILE_FORMAT);
	memcpy(file->id, bytes + AT_ID, 16);
	return ASST_OK;
}

static int see_log(void *user, const char *name)
{
	uint32_t number = asst__segment_number(name);

	if (number)
		*(int *)user |= number == 1 ? 1 : 2;
	return 0;
}

/* Whether there is nothing but the first segment that a creation left which did not end. */
static int check_unborn(struct asst__file *file, bool *begun, asst_error *err)
{
	const struct asst__io *io = file->io;
	int logs = 0, handle, error = io->list(io->self, file->dir, see_log, &logs);
	uint64_t size = 0;
	char first[24];

	if (error)
		return asst__file_fail(file, err, error, "list", "the directory");
	asst__segment_name(first, 1);
	if (logs == 1) {
		error = io->open(io->self, file->dir, first, 0, &handle);
		if (!error) {
			error = io->size(io->self, handle, &size);
			io->close(io->self, handle);
		}
		if (error)
			return asst__open_fail(file, err, error, first);
	}
	if (logs > 1 || size > ASST__SEGMENT_HEAD)
		return asst__fail(err, ASST_ECORRUPT, "the file store is missing");
	if (file->options.read_only)
		return asst__fail(err, ASST_ENOTFOUND, "there is no store in the directory");
	*begun = logs != 0;
	return ASST_OK;
}

/* The log comes first: a store that has its name has a log. */
static int make_store(struct asst__file *file, asst_error *err)
{
	bool begun;
	int status = check_unborn(file, &begun, err), error;
	char first[24];

	if (status == ASST_OK && begun) {
		asst__segment_name(first, 1);
		error = file->io->unlink(file->io->self, file->dir, first);
		if (error)
			status = asst__file_fail(file, err, error, "remove", first);
	}
	if (status == ASST_OK)
		status = asst__segment_add(file, 0, err);
	if (status == ASST_OK)
		status = asst__identity_write(file, file->io, file->dir, err);
	return status;
}

/* Read the file store; *there: false where there is none. */
static int read_identity(struct asst__file *file, bool *there, asst_error *err)
{
	const struct asst__io *io = file->io;
	unsigned char bytes[ASST__IDENTITY_BYTES];
	int handle, error = io->open(io->self, file->dir, "store", 0, &handle);

	*there = error != -ENOENT;
	if (!*there)
		return ASST_OK;
	if (error)
		return asst__open_fail(file, err, error, "store");
	error = asst__io_read_full(io, handle, bytes, sizeof(bytes), 0);
	io->close(io->self, handle);
	if (error == -EPIPE)
		return asst__fail(err, ASST_ECORRUPT,
				  "the file store is cut short, as in a copy that was not finished");
	if (error)
		return asst__file_fail(file, err, error, "read", "store");
	return check_identity(file, bytes, err);
}

static int open_store(struct asst__file *file, asst_error *err)
{
	bool there;
	int status = read_identity(file, &there, err);

	if (status != ASST_OK)
		return status;
	return there ? asst__file_recover(file, err) : make_store(file, err);
}

/* Whether a lock may be made: nothing is put into a directory that is somebody else's. */
static int check_ours(struct asst__file *file, asst_error *err)
{
	bool there, begun;
	int status = read_identity(file, &there, err);

	if (status != ASST_OK || there)
		return status;
	status = check_unborn(file, &begun, err);
	/* Somebody else may make it at this moment, who has the lock then. */
	if (status == ASST_ECORRUPT && read_identity(file, &there, NULL) == ASST_OK && there) {
		asst__error_clear(err);
		status = ASST_OK;
	}
	return status;
}

static int busy(asst_error *err)
{
	return asst__fail(err, ASST_EBUSY,
			  "the store is open already, in this process or another one");
}

/* Where there is no lock nobody has it, and where nothing can be written nobody writes. */
static bool may_lack_lock(int error)
{
	return error == -ENOENT || error == -EROFS || error == -EACCES;
}

static int lock_fail(const struct asst__file *file, asst_error *err, int error)
{
	if (error != -EROFS)
		return asst__open_fail(file, err, error, "lock");
	asst__error_set_raw(err, -error);
	return asst__fail(err, ASST_EREADONLY,
			  "the file system is read-only: the option read_only opens it for reading (error %d)",
			  -error);
}

static int open_lock(struct asst__file *file, asst_error *err)
{
	const struct asst__io *io = file->io;
	const unsigned make = ASST__IO_WRITE | ASST__IO_CREATE | ASST__IO_EXISTING;
	bool read_only = file->options.read_only;
	int error = io->open(io->self, file->dir, "lock", ASST__IO_WRITE, &file->lock_file), status;

	if (error == -ENOENT && !read_only) {
		file->lock_file = -1;
		status = check_ours(file, err);
		if (status != ASST_OK)
			return status;
		error = io->open(io->self, file->dir, "lock", make, &file->lock_file);
	}
	if (error)
		file->lock_file = -1;
	if (read_only && may_lack_lock(error))
		return ASST_OK;
	if (error)
		return lock_fail(file, err, error);
	error = io->lock(io->self, file->lock_file);
	if (error == -EAGAIN)
		return busy(err);
	return error ? asst__file_fail(file, err, error, "lock", "the store") : ASST_OK;
}

/*
 * After reading without a lock. Where there is still none, nobody has written meanwhile: a
 * writer makes it first. One that comes later takes nothing away: it adds behind the end that
 * was found, and the segments that were found stay open.
 */
static int check_alone(struct asst__file *file, int status, asst_error *err)
{
	const struct asst__io *io = file->io;
	int handle, error;

	if (!file->options.read_only || file->lock_file >= 0)
		return status;
	error = io->open(io->self, file->dir, "lock", ASST__IO_WRITE, &handle);
	if (may_lack_lock(error))
		return status;
	if (error)
		return asst__open_fail(file, err, error, "lock");
	io->close(io->self, handle);
	return busy(err);
}

/*
 * What is not opened before it is written: where something else stands in its place, a close would
 * leave no index, and nobody would hear of it.
 */
static int check_names(const struct asst__file *file, asst_error *err)
{
	static const char *const names[] = { "reserve", "store.new", "index.new" };
	const struct asst__io *io = file->io;
	int handle, error;

	for (size_t i = 0; i < ASST__COUNT(names); i++) {
		error = io->open(io->self, file->dir, names[i], 0, &handle);
		if (asst__is_no_file(error))
			return asst__open_fail(file, err, error, names[i]);
		if (!error)
			io->close(io->self, handle);
	}
	return ASST_OK;
}

static void sum_up(struct asst__file *file)
{
	for (size_t i = 0; i < file->partitions.count; i++) {
		struct asst__partition *partition = file->partitions.items[i];

		partition->reserved = partition->assigned;
		file->live += asst__index_live_bytes(&partition->index);
	}
}

static int open_all(struct asst__file *file, const char *path, asst_error *err)
{
	int status, error = file->io->open_dir(file->io->self, path, !file->options.read_only,
					       &file->dir);

	if (error)
		file->dir = -1;
	if (error == -ENOENT && file->options.read_only)
		return asst__fail(err, ASST_ENOTFOUND, "there is no such directory");
	if (error)
		return asst__directory_fail(file, err, error, "the directory of the store");
	status = open_lock(file, err);
	if (status == ASST_OK && !file->options.read_only)
		status = check_names(file, err);
	if (status == ASST_OK) {
		status = open_store(file, err);
		status = check_alone(file, status, err);
	}
	sum_up(file);
	return status;
}

static void close_files(struct asst__file *file)
{
	const struct asst__io *io = file->io;

	for (size_t i = 0; i < file->segment_count; i++)
		io->close(io->self, file->segments[i].file);
	if (file->retired >= 0)
		io->close(io->self, file->retired);
	if (file->lock_file >= 0)
		io->close(io->self, file->lock_file);
	if (file->dir >= 0)
		io->close(io->self, file->dir);
}

static void free_file(struct asst__file *file)
{
	struct asst__mem mem = file->mem;

	close_files(file);
	asst__free(&mem, file->segments, file->segment_room * sizeof(*file->segments));
	asst__text_free(&file->open.text);
	asst__partitions_dispose(&file->partitions);
	asst__pool_dispose(file);
	asst__rwlock_destroy(&file->segments_lock);
	pthread_cond_destroy(&file->changed);
	pthread_mutex_destroy(&file->lock);
	asst_error_free(file->lead_error);
	asst__free(&mem, file, sizeof(*file));
}

/*
 * A last frame that says that all before it is durable: without it, damage to the last batch
 * could not be told from one that was never finished. Nothing is to be done where the log
 * ends as it was found, with such a frame and the index behind it.
 */
static int close_log(struct asst__file *file, asst_error *err)
{
	struct asst__place where;
	struct asst__round round;
	int status;

	/* What was acknowledged before a sync failed may be lost, and nobody was told yet. */
	if (file->poisoned && file->options.process_only && file->synced != file->serial)
		return asst__fail(err, ASST_EINDOUBT,
				  "what was written last may not survive the machine: a sync failed");
	if (file->options.read_only || file->poisoned || !file->serial ||
	    (file->settled && !file->frames))
		return ASST_OK;
	status = asst__log_sync(file, err);
	if (status != ASST_OK)
		return status;
	asst__round_begin(&round, &file->mem, 0);
	status = asst__round_write(file, &round, &where, true, ASST__USE_LAST, err);
	asst__text_free(&round.text);
	if (status == ASST_OK)
		asst__snapshot_write(file, where.offset);
	if (status == ASST_EINDOUBT)
		return ASST_EIO;
	/* Without memory or on a full disk it is missed, but nothing is lost. */
	asst__error_clear(err);
	return ASST_OK;
}

static int file_destroy(void *self, asst_error *err)
{
	struct asst__file *file = self;
	int status;

	/* Threads that are not in a forked child may have had locks, and lists half changed. */
	if (getpid() != file->owner) {
		if (file->lock_file >= 0)
			file->io->close(file->io->self, file->lock_file);
		file->io->close(file->io->self, file->dir);
		return ASST_OK;
	}
	status = close_log(file, err);
	free_file(file);
	return status;
}

static int file_get(void *self, const char *name, const asst_keys *keys, asst_sink *sink,
		    uint64_t *sequence, asst_error *err)
{
	struct asst__file *file = self;
	int status = asst__file_usable(file, false, err);

	return status == ASST_OK ? asst__partition_get(&file->partitions, &file->source, name, keys,
						       sink, sequence, err) :
				   status;
}

static int file_scan(void *self, const char *name, const asst_ranges *ranges, asst_sink *sink,
		     uint64_t *sequence, asst_error *err)
{
	struct asst__file *file = self;
	int status = asst__file_usable(file, false, err);

	return status == ASST_OK ? asst__partition_scan(&file->partitions, &file->source, name,
							ranges, sink, sequence, err) :
				   status;
}

int asst__file_sync(void *self, asst_error *err)
{
	struct asst__file *file = self;
	int status = asst__file_usable(file, true, err);

	if (status != ASST_OK)
		return status;
	pthread_mutex_lock(&file->lock);
	asst__leader_begin(file);
	if (file->poisoned)
		status = asst__poisoned_fail(file, err);
	pthread_mutex_unlock(&file->lock);
	if (status == ASST_OK)
		status = asst__log_sync(file, err);
	pthread_mutex_lock(&file->lock);
	asst__leader_end(file);
	pthread_mutex_unlock(&file->lock);
	return status;
}

static int init(struct asst__file *file, const struct asst__mem *mem, uint64_t seed,
		asst_error *err)
{
	struct asst__mem pool = asst__pool_mem(file);
	int status;

	file->mem = *mem;
	status = asst__partitions_init(&file->partitions, &file->mem, &pool, seed, err);
	if (status != ASST_OK)
		return status;
	if (asst__rwlock_init(&file->segments_lock) == 0) {
		if (pthread_mutex_init(&file->lock, NULL) == 0) {
			if (pthread_cond_init(&file->changed, NULL) == 0)
				return ASST_OK;
			pthread_mutex_destroy(&file->lock);
		}
		asst__rwlock_destroy(&file->segments_lock);
	}
	asst__partitions_dispose(&file->partitions);
	return asst__fail_nomem(err);
}

/* Without a lock somebody may write meanwhile, and what was listed may be gone or not be all. */
static bool may_try_again(struct asst__file *file, int status)
{
	return (status == ASST_EIO || status == ASST_ECORRUPT) && file->options.read_only &&
	       file->dir >= 0 && file->lock_file < 0 && asst__file_row_changed(file);
}

/* *again: it failed, and may not if it is tried once more. */
static int open_once(asst_backend *out, const struct asst__io *io, const char *path,
		     const struct asst__file_options *options, const struct asst__mem *mem,
		     uint64_t seed, const unsigned char id[16], bool *again, asst_error *err)
{
	struct asst__file *file = asst__alloc_zeroed(mem, sizeof(*file));
	int status;

	*again = false;

	if (!file)
		return asst__fail_nomem(err);
	status = init(file, mem, seed, err);
	if (status != ASST_OK) {
		asst__free(mem, file, sizeof(*file));
		return status;
	}
	file->io = io;
	file->options = *options;
	file->dir = file->lock_file = file->retired = -1;
	file->owner = getpid();
	memcpy(file->id, id, 16);
	file->source = (struct asst__source){ file, asst__file_read_value, asst__file_keep_value };
	file->lead_error = asst_error_new();
	asst__round_begin(&file->open, &file->mem, 1);
	status = open_all(file, path, err);
	if (status != ASST_OK) {
		*again = may_try_again(file, status);
		free_file(file);
		return asst__fail_in(err, status, path);
	}
	*out = (struct asst_backend){ .size = sizeof(*out),
				      .self = file,
				      .get = file_get,
				      .scan = file_scan,
				      .apply = asst__file_apply,
				      .destroy = file_destroy,
				      .sync = asst__file_sync,
				      .compact = asst__file_compact,
				      .verify = asst__file_verify,
				      .backup = asst__file_backup,
				      .stats = asst__file_each_stat,
				      .backup_fd = asst__file_backup_fd };
	return ASST_OK;
}

/* A writer that goes through its segments that fast is rarely met twice. */
#define OPEN_TRIES 8

int asst__file_open(asst_backend *out, const struct asst__io *io, const char *path,
		    const struct asst__file_options *options, const struct asst__mem *mem,
		    uint64_t seed, const unsigned char id[16], asst_error *err)
{
	bool again = true;
	int tries, status = ASST_OK;

	for (tries = 0; again && tries < OPEN_TRIES; tries++) {
		asst__error_clear(err);
		status = open_once(out, io, path, options, mem, seed, id, &again, err);
	}
	return status;
}
