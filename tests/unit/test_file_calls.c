/* SPDX-License-Identifier: MIT */
/* What the file backend asks of the system: few reads; and what it says of failures. */
#include "t.h"

#include "base/crc32c.h"
#include "base/mem.h"
#include "storage/backend.h"
#include "storage/file/file.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct asst__io counting;
static size_t reads;
static uint64_t bytes_written;
static int sync_answer, write_answer, read_answer; /* in the place of a call, where not 0 */
static asst_backend backend;
static asst_error *err;

static uint64_t bad_from, bad_to; /* what of each file the disk cannot read */

static int count_read(void *self, int file, void *bytes, size_t size, uint64_t offset, size_t *done)
{
	reads++;
	if (offset < bad_to && offset + size > bad_from)
		return -EIO;
	if (read_answer)
		return read_answer;
	return asst__io_system.read(self, file, bytes, size, offset, done);
}

static int answer_sync(void *self, int file)
{
	return sync_answer ? sync_answer : asst__io_system.sync(self, file);
}

static bool small_disk;
static uint64_t disk_room; /* of a small disk */

/* What a write adds to a file comes from the disk. */
static bool disk_is_full(int file, uint64_t end)
{
	uint64_t size = 0, more;

	asst__io_system.size(NULL, file, &size);
	more = end > size ? end - size : 0;
	if (!small_disk || more <= disk_room) {
		disk_room -= small_disk ? more : 0;
		return false;
	}
	return true;
}

static int answer_write(void *self, int file, const void *bytes, size_t size, uint64_t offset,
			size_t *done)
{
	if (disk_is_full(file, offset + size))
		return -ENOSPC;
	bytes_written += size;
	return write_answer ? write_answer :
			      asst__io_system.write(self, file, bytes, size, offset, done);
}

static int refuse_list(void *self, int dir, int (*visit)(void *user, const char *name), void *user)
{
	(void)self;
	(void)dir;
	(void)visit;
	(void)user;
	return -EIO;
}

static int refuse_rename(void *self, int dir, const char *from, const char *to)
{
	(void)self;
	(void)dir;
	(void)from;
	(void)to;
	return -EIO;
}

static int refuse_last_rename(void *self, int dir, const char *from, const char *to)
{
	return strcmp(to, "store") == 0 ? -EIO : asst__io_system.rename(self, dir, from, to);
}

static const char *named;
static int named_answer;

static int refuse_named(void *self, int dir, const char *name, unsigned flags, int *file)
{
	if (strcmp(name, named) == 0)
		return named_answer;
	return asst__io_system.open(self, dir, name, flags, file);
}

/* Nothing but the file that names a store fails. */
static int refuse_store(void *self, int dir, const char *name, unsigned flags, int *file)
{
	if (strcmp(name, "store") == 0)
		return -EIO;
	return asst__io_system.open(self, dir, name, flags, file);
}

/* Some of it, and interrupted in between. */
static int put_in_bits(void *self, int file, const void *bytes, size_t size, size_t *done)
{
	static int turn;

	turn = (turn + 1) % 3;
	if (turn == 0)
		return -EINTR;
	return asst__io_system.put(self, file, bytes, turn == 1 && size > 100 ? 100 : size, done);
}

/* Takes nothing, and says nothing. */
static int put_nothing(void *self, int file, const void *bytes, size_t size, size_t *done)
{
	(void)self;
	(void)file;
	(void)bytes;
	(void)size;
	*done = 0;
	return 0;
}

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

static bool process_only;
static uint64_t segment_bytes; /* 0: as by default */

static int try_open(const char *directory, uint64_t resident_bytes)
{
	struct asst__file_options options = asst__file_defaults;
	unsigned char id[16] = { 1 };

	options.resident_bytes = resident_bytes;
	options.process_only = process_only;
	options.no_compaction = small_disk; /* what goes gives it no room back */
	options.segment_bytes = segment_bytes ? segment_bytes : options.segment_bytes;
	counting.read = count_read;
	counting.sync = answer_sync;
	counting.write = answer_write;
	must(asst_backend_init(&backend, sizeof(backend), err));
	return asst__file_open(&backend, &counting, directory, &options, &asst__mem_libc, 1, id,
			       err);
}

static void open_here(const char *directory, uint64_t resident_bytes)
{
	counting = asst__io_system;
	must(try_open(directory, resident_bytes));
}

/* One batch of values, each of its key's letter; a value too large for windows stands for far. */
static int try_put(const char *keys, const size_t *sizes)
{
	static char value[20000];
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	int status;

	must(asst_batch_new(&batch, err));
	for (; *keys; keys++, sizes++) {
		memset(value, *keys, *sizes);
		must(asst_batch_put(batch, keys, 1, value, *sizes, err));
	}
	status = asst__backend_apply(&backend, "w", batch, &sequence, &failed, err);
	asst_batch_free(batch);
	return status;
}

static void put(const char *keys, const size_t *sizes)
{
	must(try_put(keys, sizes));
}

/* Get the keys and tell how many reads that took. */
static size_t get(const char *wanted, const size_t *sizes)
{
	asst_keys *keys;
	asst_sink *sink;
	uint64_t sequence;
	const char *data;
	size_t i, k, before = reads;

	must(asst_keys_new(&keys, err));
	must(asst_sink_new(&sink, err));
	for (i = 0; wanted[i]; i++)
		must(asst_keys_add(keys, wanted + i, 1, err));
	must(asst__backend_get(&backend, "w", keys, sink, &sequence, err));
	assert_int_equal(asst_sink_count(sink), i);
	for (i = 0; wanted[i]; i++) {
		assert_int_equal(asst_buf_size(asst_sink_value(sink, i)), sizes[i]);
		data = asst_buf_data(asst_sink_value(sink, i));
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(data[k], wanted[i]);
	}
	asst_sink_free(sink);
	asst_keys_free(keys);
	return reads - before;
}

static void values_of_one_batch_are_read_in_one_go(void **state)
{
	static const size_t sizes[] = { 100, 2000, 300 };

	(void)state;
	open_here("near", 0);
	put("abc", sizes);
	assert_int_equal(get("abc", sizes), 1);
	assert_int_equal(get("cba", (const size_t[]){ 300, 2000, 100 }), 1);
	assert_int_equal(get("b", sizes + 1), 1);
	must(asst__backend_destroy(&backend, err));
}

static void values_far_from_each_other_are_read_one_by_one(void **state)
{
	static const size_t sizes[] = { 100, 20000, 300 };

	(void)state;
	open_here("far", 0);
	put("abc", sizes);
	assert_int_equal(get("ac", (const size_t[]){ 100, 300 }), 2);
	assert_int_equal(get("abc", sizes), 3);
	must(asst__backend_destroy(&backend, err));
}

static void values_in_memory_are_not_read(void **state)
{
	static const size_t sizes[] = { 100, 2000, 300 };

	(void)state;
	open_here("resident", 1 << 20);
	put("abc", sizes);
	assert_int_equal(get("abc", sizes), 0);
	must(asst__backend_destroy(&backend, err));
	/* After opening they come into memory as they are asked for. */
	open_here("resident", 1 << 20);
	assert_int_equal(get("ac", (const size_t[]){ 100, 300 }), 1);
	assert_int_equal(get("abc", sizes), 1);
	assert_int_equal(get("abc", sizes), 0);
	must(asst__backend_destroy(&backend, err));
}

static void put32(unsigned char *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

/* Set a byte of a header, and give it the checksum that it has then, if it is to be sound. */
static void change_head(const char *path, size_t at, unsigned char value, bool sound)
{
	unsigned char head[64];
	FILE *stream = fopen(path, "r+");

	assert_non_null(stream);
	assert_int_equal(fread(head, 1, sizeof(head), stream), sizeof(head));
	head[at] = value;
	if (sound)
		put32(head + 12, asst__crc32c(asst__crc32c(0, head, 12), head + 16, 64 - 16));
	rewind(stream);
	assert_int_equal(fwrite(head, 1, sizeof(head), stream), sizeof(head));
	assert_int_equal(fclose(stream), 0);
}

static void expect_error(int status, int wanted, int raw, const char *part)
{
	assert_int_equal(status, wanted);
	assert_int_equal(asst_error_raw(err), raw);
	if (!strstr(asst_error_message(err), part))
		fail_msg("%s does not say %s", asst_error_message(err), part);
}

static void a_failed_sync_is_told_with_its_number(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("sync", 0);
	put("a", sizes);
	sync_answer = -EIO;
	expect_error(try_put("b", sizes), ASST_EINDOUBT, EIO,
		     "could not sync 0000000001.log: the device failed");
	sync_answer = 0;
	expect_error(try_put("c", sizes), ASST_EIO, EIO, "open the store again");
	must(asst__backend_destroy(&backend, err));
}

/* What was acknowledged for the process alone, and could not be synced, is told of at the end. */
static void a_sync_that_failed_is_told_when_the_store_is_closed(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	process_only = true;
	open_here("relaxed", 0);
	put("a", sizes); /* with it sequences are reserved, which is synced */
	put("b", sizes);
	sync_answer = -EIO;
	assert_true(backend.sync(backend.self, err) != ASST_OK);
	sync_answer = 0;
	assert_int_equal(asst__backend_destroy(&backend, err), ASST_EINDOUBT);
	open_here("relaxed", 0);
	put("c", sizes);
	must(asst__backend_destroy(&backend, err));
	process_only = false;
}

/* A batch as a whole keeps to the bytes that may stay in memory. */
static void a_batch_keeps_to_the_budget(void **state)
{
	static const size_t sizes[] = { 1000, 1000, 1000, 1000 };

	(void)state;
	open_here("budget", 2500);
	put("abcd", sizes);
	assert_int_equal(get("ab", sizes), 0);
	assert_true(get("cd", sizes) > 0);
	must(asst__backend_destroy(&backend, err));
}

static size_t archive_to(const char *name, char *bytes, size_t most)
{
	FILE *stream = fopen(name, "w+");
	size_t size;

	assert_non_null(stream);
	must(backend.backup_fd(backend.self, fileno(stream), NULL, NULL, err));
	rewind(stream);
	size = fread(bytes, 1, most, stream);
	assert_int_equal(fclose(stream), 0);
	return size;
}

/* Blank what tells the time in the headers of an archive: the time, and the sum. */
static void forget_time(char *bytes, size_t size)
{
	for (size_t at = 0; at + 512 <= size; at += 512) {
		if (memcmp(bytes + at + 257, "ustar", 5) == 0)
			memset(bytes + at + 136, 0, 20);
	}
}

static void an_archive_is_written_whatever_a_write_takes(void **state)
{
	static const size_t sizes[] = { 100, 2000, 300 };
	static char whole[16384], bits[16384];
	size_t size;

	(void)state;
	open_here("archived", 0);
	put("abc", sizes);
	size = archive_to("whole.tar", whole, sizeof(whole));
	assert_true(size > 2400 && size < sizeof(whole) && size % 512 == 0);
	counting.put = put_in_bits;
	assert_int_equal(archive_to("bits.tar", bits, sizeof(bits)), size);
	forget_time(whole, size);
	forget_time(bits, size);
	assert_memory_equal(bits, whole, size);
	counting.put = put_nothing;
	assert_int_equal(backend.backup_fd(backend.self, 1, NULL, NULL, err), ASST_EIO);
	must(asst__backend_destroy(&backend, err));
}

static int archive_nowhere(void)
{
	FILE *stream = tmpfile();
	int status;

	assert_non_null(stream);
	status = backend.backup_fd(backend.self, fileno(stream), NULL, NULL, err);
	assert_int_equal(fclose(stream), 0);
	return status;
}

/* All of it was written, and may be gone with the power; but a pipe has nothing to sync. */
static void an_archive_that_cannot_be_synced_is_told_of(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("unsynced", 0);
	put("a", sizes);
	sync_answer = -EIO;
	expect_error(archive_nowhere(), ASST_EIO, EIO, "could not write the archive");
	sync_answer = -EINVAL;
	must(archive_nowhere());
	sync_answer = 0;
	/* The store has no part in that. */
	put("a", sizes);
	must(asst__backend_destroy(&backend, err));
}

/* What is left of it must not pass for a new store, and what was there before stays. */
static void a_copy_that_cannot_be_begun_is_told_of(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("unbegun", 0);
	put("a", sizes);
	counting.open = refuse_store;
	expect_error(backend.backup(backend.self, "unbegun-copy", NULL, NULL, err), ASST_EIO, EIO,
		     "\"unbegun-copy\": could not make the file store of the copy");
	counting.open = asst__io_system.open;
	assert_int_equal(access("unbegun-copy", F_OK), -1);
	counting.list = refuse_list;
	expect_error(backend.backup(backend.self, "unbegun-copy", NULL, NULL, err), ASST_EIO, EIO,
		     "\"unbegun-copy\": could not list the directory of the backup");
	assert_int_equal(access("unbegun-copy", F_OK), -1);
	assert_int_equal(mkdir("unbegun-copy", 0700), 0);
	assert_int_equal(backend.backup(backend.self, "unbegun-copy", NULL, NULL, err), ASST_EIO);
	assert_int_equal(access("unbegun-copy", F_OK), 0);
	counting.list = asst__io_system.list;
	put("a", sizes);
	must(asst__backend_destroy(&backend, err));
}

static char told[1000]; /* by a check */

static void note(void *user, const char *what)
{
	(void)user;
	assert_true(strlen(told) + strlen(what) + 2 < sizeof(told));
	strcat(told, what);
	strcat(told, "\n");
}

/* What lies behind them is found again; a sector is named once, and each value that it is part of. */
static void a_check_goes_on_behind_sectors_that_cannot_be_read(void **state)
{
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g" };
	static const size_t sizes[] = { 3000 };

	(void)state;
	open_here("sectors", 0);
	for (size_t i = 0; i < T_COUNT(keys); i++)
		put(keys[i], sizes);
	told[0] = '\0';
	must(backend.verify(backend.self, note, NULL, NULL, err));
	assert_string_equal(told, "");
	bad_from = 8192;
	bad_to = 8192 + 2 * 4096;
	must(backend.verify(backend.self, note, NULL, NULL, err));
	bad_to = 0;
	assert_string_equal(told, "0000000001.log at offset 8192: it cannot be read (error 5)\n"
				  "0000000001.log at offset 6224: it is damaged up to offset 18544\n"
				  "0000000001.log at offset 6295: w: key 63: its value cannot be read\n"
				  "0000000001.log at offset 9375: w: key 64: its value cannot be read\n"
				  "0000000001.log at offset 12455: w: key 65: its value cannot be read\n"
				  "0000000001.log at offset 15535: w: key 66: its value cannot be read\n");
	must(asst__backend_destroy(&backend, err));
}

static int no_more_files(void *self, int dir, const char *name, unsigned flags, int *file)
{
	(void)self;
	(void)dir;
	(void)name;
	(void)flags;
	(void)file;
	return -EMFILE;
}

/* That there is no descriptor to spare says nothing about the store. */
static void a_check_that_cannot_open_its_files_fails(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("spare", 0);
	put("a", sizes);
	told[0] = '\0';
	counting.open = no_more_files;
	expect_error(backend.verify(backend.self, note, NULL, NULL, err), ASST_EIO, EMFILE,
		     "could not open store");
	counting.open = refuse_store;
	must(backend.verify(backend.self, note, NULL, NULL, err));
	assert_string_equal(told, "store at offset 0: it cannot be opened (error 5)\n");
	counting.open = asst__io_system.open;
	must(asst__backend_destroy(&backend, err));
}

/* Both are on a disk, and the one that failed is to be looked after. */
static void a_copy_that_fails_says_on_which_side(void **state)
{
	static const size_t sizes[] = { 100 };
	int status;

	(void)state;
	open_here("sides", 0);
	put("a", sizes);
	read_answer = -EIO;
	status = backend.backup(backend.self, "sides-unread", NULL, NULL, err);
	expect_error(status, ASST_EIO, EIO, "could not read 0000000001.log: the device failed");
	assert_null(strstr(asst_error_message(err), "sides-unread"));
	read_answer = 0;
	write_answer = -ENOSPC;
	status = backend.backup(backend.self, "sides-full", NULL, NULL, err);
	expect_error(status, ASST_EIO, ENOSPC,
		     "\"sides-full\": could not write the copy of 0000000001.log: no space left");
	write_answer = 0;
	sync_answer = -EDQUOT;
	status = backend.backup(backend.self, "sides-late", NULL, NULL, err);
	expect_error(status, ASST_EIO, EDQUOT,
		     "\"sides-late\": could not write the copy of 0000000001.log: the disk quota");
	sync_answer = 0;
	counting.rename = refuse_rename;
	status = backend.backup(backend.self, "sides-last", NULL, NULL, err);
	expect_error(status, ASST_EIO, EIO, "\"sides-last\": could not write the index of the copy");
	counting.rename = refuse_last_rename;
	status = backend.backup(backend.self, "sides-named", NULL, NULL, err);
	expect_error(status, ASST_EIO, EIO, "\"sides-named\": could not write the copy of store");
	counting.rename = asst__io_system.rename;
	must(asst__backend_destroy(&backend, err));
}

/* Whoever is told to get a newer library may throw away what a copy would have mended. */
static void another_format_is_told_from_damage(void **state)
{
	static const struct {
		const char *file;
		size_t at;
		unsigned char value;
		bool sound;
		int status;
		const char *said;
	} rows[] = {
		{ "store", 8, 2, true, ASST_EFORMAT, "the store has format 2, this library reads 1" },
		{ "store", 8, 0, true, ASST_EFORMAT, "the store has format 0, this library reads 1" },
		{ "store", 8, 0, false, ASST_ECORRUPT, "the file store is damaged at offset 0" },
		{ "store", 0, 'b', false, ASST_ECORRUPT, "the file store is damaged at offset 0" },
		{ "store", 0, 'b', true, ASST_EFORMAT, "not of a store of assistants" },
		{ "store", 20, 7, false, ASST_ECORRUPT, "the file store is damaged at offset 0" },
		{ "0000000001.log", 8, 2, true, ASST_EFORMAT, "0000000001.log has format 2" },
		{ "0000000001.log", 8, 2, false, ASST_ECORRUPT, "0000000001.log is damaged at offset 0" },
		{ "0000000001.log", 0, 'b', false, ASST_ECORRUPT, "0000000001.log is damaged at offset 0" },
	};
	static const size_t sizes[] = { 100 };
	char name[32], path[64];

	(void)state;
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		snprintf(name, sizeof(name), "format-%zu", i);
		snprintf(path, sizeof(path), "%s/%s", name, rows[i].file);
		open_here(name, 0);
		put("a", sizes);
		must(asst__backend_destroy(&backend, err));
		change_head(path, rows[i].at, rows[i].value, rows[i].sound);
		expect_error(try_open(name, 0), rows[i].status, 0, rows[i].said);
		assert_true(asst_error_offset(err) == (rows[i].status == ASST_ECORRUPT ? 0 : SIZE_MAX));
	}
}

static void a_compaction_names_the_file_that_it_cannot_read(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("unread", 0);
	put("a", sizes);
	read_answer = -EIO;
	expect_error(asst__file_compact(backend.self, NULL, NULL, err), ASST_EIO, EIO,
		     "could not read 0000000001.log: the device failed");
	read_answer = 0;
	must(asst__backend_destroy(&backend, err));
}

/* What a system cannot be made to do in a test, it is taken to say. */
static void what_cannot_be_opened_is_said_in_words(void **state)
{
	static const struct {
		const char *name;
		int error, status;
		const char *said;
	} rows[] = {
		{ "lock", -EROFS, ASST_EREADONLY, "the file system is read-only: the option read_only" },
		{ "lock", -EACCES, ASST_EIO, "could not open lock: permission denied (error 13)" },
		{ "store", -EMFILE, ASST_EIO, "could not open store: the process has as many files" },
		{ "0000000001.log", -ENFILE, ASST_EIO, "could not open 0000000001.log: the system has" },
		{ "store", -ENOMEM, ASST_ENOMEM, "could not open store: out of memory" },
		{ "store", -EXDEV, ASST_EIO, "could not open store: an error of the system (error 18)" },
	};

	(void)state;
	open_here("words", 0);
	must(asst__backend_destroy(&backend, err));
	counting.open = refuse_named;
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		named = rows[i].name;
		named_answer = rows[i].error;
		expect_error(try_open("words", 0), rows[i].status, -rows[i].error, rows[i].said);
		assert_memory_equal(asst_error_message(err), "\"words\": ", 9);
	}
}

static void put_number(int number)
{
	unsigned char key[4];
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;

	put32(key, (uint32_t)number);
	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, key, sizeof(key), "v", 1, err));
	must(asst__backend_apply(&backend, "w", batch, &sequence, &failed, err));
	asst_batch_free(batch);
}

/* It is a cache, but one that cannot be read keeps the store from being opened. */
static void a_check_reads_the_index(void **state)
{
	(void)state;
	process_only = true;
	open_here("indexed", 0);
	for (int i = 0; i < 2000; i++)
		put_number(i);
	must(asst__backend_destroy(&backend, err));
	open_here("indexed", 0);
	told[0] = '\0';
	bad_from = 8192;
	bad_to = 8193;
	must(backend.verify(backend.self, note, NULL, NULL, err));
	bad_to = 0;
	assert_memory_equal(told, "index at offset 0: it cannot be read (error 5)\n", 47);
	must(asst__backend_destroy(&backend, err));
	process_only = false;
}

/* Tiny batches are mostly names and sequences, which compaction cannot give back. */
static void what_lives_is_not_copied_over_and_over_for_nothing(void **state)
{
	uint64_t before;
	int i;

	(void)state;
	process_only = true;
	segment_bytes = 65536;
	open_here("tiny", 0);
	before = bytes_written;
	for (i = 0; i < 10000; i++)
		put_number(i);
	/* About 60 are written for each, and as many zeros ahead of it. */
	assert_true(bytes_written - before <= (uint64_t)10000 * 60 * 5);
	must(asst__backend_destroy(&backend, err));
	process_only = false;
	segment_bytes = 0;
}

/* Nothing was written, so nothing is in doubt. */
static void a_full_disk_leaves_the_store_usable(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("space", 0);
	put("a", sizes);
	write_answer = -ENOSPC;
	expect_error(try_put("b", sizes), ASST_EIO, ENOSPC,
		     "could not write 0000000001.log: no space left");
	write_answer = -EDQUOT;
	expect_error(try_put("b", sizes), ASST_EIO, EDQUOT, "the disk quota is used up");
	write_answer = -EFBIG;
	expect_error(try_put("b", sizes), ASST_EIO, EFBIG, "the limit of file sizes is reached");
	write_answer = 0;
	put("b", sizes);
	assert_int_equal(get("b", sizes), 1);
	must(asst__backend_destroy(&backend, err));
}

/* It is larger than the file of the log, and made before it is needed. */
static void a_reserve_that_cannot_be_made_is_named(void **state)
{
	static const size_t sizes[] = { 100 };

	(void)state;
	open_here("unkept", 0);
	write_answer = -EFBIG;
	expect_error(try_put("a", sizes), ASST_EIO, EFBIG,
		     "could not make reserve: the limit of file sizes is reached");
	write_answer = 0;
	put("a", sizes);
	must(asst__backend_destroy(&backend, err));
}

/* Put the one, delete the other; a size of 0: only delete. */
static int try_swap(int kept, size_t size, int gone)
{
	static const char value[1000];
	unsigned char key[4];
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	int status;

	must(asst_batch_new(&batch, err));
	put32(key, (uint32_t)kept);
	if (size)
		must(asst_batch_put(batch, key, sizeof(key), value, size, err));
	put32(key, (uint32_t)gone);
	must(asst_batch_delete(batch, key, sizeof(key), err));
	status = asst__backend_apply(&backend, "w", batch, &sequence, &failed, err);
	asst_batch_free(batch);
	return status;
}

/* Who overwrites on a full disk leaves room for those who only delete. */
static void what_only_deletes_has_room_on_a_full_disk_for_itself(void **state)
{
	int count = 2000, gone, i;

	(void)state;
	process_only = true;
	small_disk = true;
	disk_room = 3u << 18; /* with that the reserve, and as much for the log twice */
	open_here("crowded", 0);
	for (i = 0; i < count; i++)
		put_number(i);
	for (gone = 1; try_swap(0, 1000, gone) == ASST_OK; gone++)
		assert_true(gone < count);
	assert_int_equal(asst_error_raw(err), ENOSPC);
	assert_true(gone > 100);
	for (i = 0; i < 200; i++)
		must(try_swap(0, 0, gone + i));
	assert_int_equal(try_swap(0, 1000, gone + i), ASST_EIO);
	must(asst__backend_destroy(&backend, err));
	small_disk = false;
	process_only = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_one_batch_are_read_in_one_go),
		cmocka_unit_test(values_far_from_each_other_are_read_one_by_one),
		cmocka_unit_test(values_in_memory_are_not_read),
		cmocka_unit_test(a_failed_sync_is_told_with_its_number),
		cmocka_unit_test(a_sync_that_failed_is_told_when_the_store_is_closed),
		cmocka_unit_test(a_batch_keeps_to_the_budget),
		cmocka_unit_test(an_archive_is_written_whatever_a_write_takes),
		cmocka_unit_test(an_archive_that_cannot_be_synced_is_told_of),
		cmocka_unit_test(a_copy_that_cannot_be_begun_is_told_of),
		cmocka_unit_test(a_check_goes_on_behind_sectors_that_cannot_be_read),
		cmocka_unit_test(a_check_that_cannot_open_its_files_fails),
		cmocka_unit_test(a_check_reads_the_index),
		cmocka_unit_test(a_copy_that_fails_says_on_which_side),
		cmocka_unit_test(another_format_is_told_from_damage),
		cmocka_unit_test(a_compaction_names_the_file_that_it_cannot_read),
		cmocka_unit_test(what_cannot_be_opened_is_said_in_words),
		cmocka_unit_test(a_reserve_that_cannot_be_made_is_named),
		cmocka_unit_test(what_only_deletes_has_room_on_a_full_disk_for_itself),
		cmocka_unit_test(what_lives_is_not_copied_over_and_over_for_nothing),
		cmocka_unit_test(a_full_disk_leaves_the_store_usable),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("file_calls", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
