/* SPDX-License-Identifier: MIT */
/* The file index: what is in it, and what comes of one that is old, forged, or cannot be read. */
#include "t.h"

#include "base/crc32c.h"
#include "storage/backend.h"
#include "storage/file/file.h"
#include "unit/storage_mem.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 96

static struct few few = { .left = SIZE_MAX };
static struct asst__mem mem;
static struct asst__io table; /* the system's own, but for what a test puts there */
static struct asst__file_options options;
static asst_backend backend;
static asst_error *err;

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

static int try_open(const char *directory)
{
	unsigned char id[16] = { 1 };

	must(asst_backend_init(&backend, sizeof(backend), err));
	return asst__file_open(&backend, &table, directory, &options, &mem, 1, id, err);
}

static void open_here(const char *directory)
{
	must(try_open(directory));
}

static void close_here(void)
{
	must(asst__backend_destroy(&backend, err));
	assert_int_equal(few.blocks, 0);
}

/* The sequence of the batch. */
static uint64_t put(const char *partition, const char *key, const char *value, size_t size)
{
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;

	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, key, strlen(key), value, size, err));
	must(asst__backend_apply(&backend, partition, batch, &sequence, &failed, err));
	asst_batch_free(batch);
	return sequence;
}

/* Keys and values as a text; a value that cannot be read is "?". */
static void see(const char *partition, char *text, size_t room)
{
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;
	size_t at = 0, size;
	int status;

	text[0] = '\0';
	must(asst_ranges_new(&ranges, 0, err));
	must(asst_ranges_add(ranges, "", 0, "", 0, 0, 0, err));
	must(asst_sink_new(&sink, err));
	status = asst__backend_scan(&backend, partition, ranges, sink, &sequence, err);
	if (status != ASST_OK) {
		/* What the table answers is checked: a forged sequence is no answer. */
		assert_true(status == ASST_ECORRUPT || status == ASST_EBACKEND);
		(void)snprintf(text, room, "?");
	}
	for (size_t i = 0; status == ASST_OK && i < asst_sink_count(sink); i++) {
		const char *key = asst_sink_key(sink, i, &size);

		at += (size_t)snprintf(text + at, room - at, "%.*s=%.3s ", (int)size, key,
				       asst_buf_data(asst_sink_value(sink, i)));
		assert_true(at < room);
	}
	asst_sink_free(sink);
	asst_ranges_free(ranges);
}

static void expect_content(const char *partition, const char *wanted)
{
	char text[1024];

	see(partition, text, sizeof(text));
	assert_string_equal(text, wanted);
}

/* The file */

struct index {
	char path[64];
	unsigned char bytes[4096];
	size_t size;
};

static void index_read(struct index *index, const char *directory)
{
	FILE *stream;

	(void)snprintf(index->path, sizeof(index->path), "%s/index", directory);
	stream = fopen(index->path, "r");
	assert_non_null(stream);
	index->size = fread(index->bytes, 1, sizeof(index->bytes), stream);
	assert_true(index->size >= HEAD && index->size < sizeof(index->bytes));
	assert_int_equal(fclose(stream), 0);
}

static void put32(unsigned char *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

/* With sound checksums, whatever is in it. */
static void index_write(struct index *index)
{
	unsigned char *bytes = index->bytes;
	FILE *stream = fopen(index->path, "w");

	put32(bytes + 64, (uint32_t)(index->size - HEAD));
	put32(bytes + 72, asst__crc32c(0, bytes + HEAD, index->size - HEAD));
	put32(bytes + 12, asst__crc32c(asst__crc32c(0, bytes, 12), bytes + 16, HEAD - 16));
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, index->size, stream), index->size);
	assert_int_equal(fclose(stream), 0);
}

#define CONTENT "aa=v ab=v abc=yyy ac=w "

/* A long value lies in the log alone; the one before it is not its one, but that of a later key. */
static void make(const char *directory)
{
	char value[100];

	memset(value, 'y', sizeof(value));
	open_here(directory);
	put("w", "aa", "v", 1);
	put("w", "ab", "v", 1);
	put("w", "abc", value, sizeof(value));
	put("w", "ac", "w", 1);
	put("z", "aa", "v", 1);
	close_here();
}

/* libassistant_format(5) says so, and others read it by that. */
static void the_body_is_as_it_is_written_down(void **state)
{
	static const unsigned char wanted[] = {
		2, 'w', 0, 4, 4, 4, /* name, sequences, keys */
		0, 2, 'a', 'a', 1, 0, 1, 'v',
		1, 1, 'b', 2, 0, 254,
		2, 1, 'c', 3, 0, 255, 0xa9, 0x02, 100, 0, 0, 0, 0, /* offset, size, checksum */
		1, 1, 'c', 4, 0, 1, 'w',
		2, 'z', 0, 1, 1, 1,
		0, 2, 'a', 'a', 1, 0, 1, 'v'
	};
	struct index index;
	unsigned char body[sizeof(wanted)];
	char value[100];

	(void)state;
	memset(value, 'y', sizeof(value));
	make("written");
	index_read(&index, "written");
	assert_memory_equal(index.bytes, "asst-id3", 8);
	assert_int_equal(index.bytes[76], 2);
	/* Behind where the one segment ends: more than 127, less than 16384. */
	assert_true(index.bytes[HEAD] >= 128 && index.bytes[HEAD + 1] < 128);
	assert_int_equal(index.size, HEAD + 2 + sizeof(wanted));
	memcpy(body, wanted, sizeof(body));
	put32(body + 29, asst__crc32c(0, value, sizeof(value)));
	assert_memory_equal(index.bytes + HEAD + 2, body, sizeof(body));
	open_here("written");
	expect_content("w", CONTENT);
	expect_content("z", "aa=v ");
	close_here();
}

/* An older library's is none, and gives way to a new one. */
static void another_mark_is_no_index(void **state)
{
	struct index index;

	(void)state;
	make("old");
	index_read(&index, "old");
	index.bytes[7] = '2';
	index_write(&index);
	open_here("old");
	expect_content("w", CONTENT);
	close_here();
	index_read(&index, "old");
	assert_memory_equal(index.bytes, "asst-id3", 8);
}

/* Sound checksums make nothing true. What is not ignored is not written again, either. */
static void expect_ignored(size_t at, unsigned char was, unsigned char is)
{
	struct index index;
	char directory[32];
	uint64_t serial;

	(void)snprintf(directory, sizeof(directory), "forged-%zu-%u", at, is);
	make(directory);
	index_read(&index, directory);
	assert_int_equal(index.bytes[HEAD + at], was);
	index.bytes[HEAD + at] = is;
	index_write(&index);
	serial = index.bytes[32];
	open_here(directory);
	expect_content("w", CONTENT);
	close_here();
	index_read(&index, directory);
	assert_int_equal(index.bytes[32], serial + 1);
}

static void what_cannot_be_is_no_index(void **state)
{
	(void)state;
	expect_ignored(1, 4, 5); /* a segment ends behind the end of its file */
	expect_ignored(1, 4, 0); /* and before a value that lies in it */
	expect_ignored(2, 2, 0); /* a partition without a name */
	expect_ignored(4, 0, 'w'); /* and one that does not end */
	expect_ignored(7, 4, 127); /* more keys than there is room for */
	expect_ignored(7, 4, 3); /* and fewer */
	expect_ignored(8, 0, 1); /* nothing is before the first key */
	expect_ignored(9, 2, 0); /* an empty one */
	expect_ignored(14, 1, 49); /* a long value that lies there */
	expect_ignored(14, 1, 254); /* nothing is before the first value */
	expect_ignored(16, 1, 3); /* more of the key before than it has */
	expect_ignored(18, 'b', 'a'); /* the same key again */
	expect_ignored(18, 'b', '0'); /* and one below it */
	expect_ignored(26, 0, 1); /* a segment that is not there */
	expect_ignored(29, 2, 127); /* a place that is not there */
	expect_ignored(43, 'z', 'w'); /* the same partition again */
}

/* What the system says of the file, of which nothing else is asked. */
static int index_answer, read_answer;
static int index_handle = -1;

static int answer_open(void *self, int dir, const char *name, unsigned flags, int *file)
{
	int error;

	if (strcmp(name, "index") != 0)
		return asst__io_system.open(self, dir, name, flags, file);
	error = index_answer ? index_answer :
			       asst__io_system.open(self, dir, name, flags, file);
	index_handle = error ? -1 : *file;
	return error;
}

static int answer_close(void *self, int file)
{
	index_handle = file == index_handle ? -1 : index_handle;
	return asst__io_system.close(self, file);
}

static int answer_read(void *self, int file, void *bytes, size_t size, uint64_t offset,
		       size_t *done)
{
	if (file == index_handle && offset >= (uint64_t)(read_answer == -EIO ? HEAD : 0))
		return read_answer;
	return asst__io_system.read(self, file, bytes, size, offset, done);
}

static void expect_refused(int raw, const char *part)
{
	assert_int_equal(try_open("unread"), ASST_EIO);
	assert_int_equal(asst_error_raw(err), raw);
	if (!strstr(asst_error_message(err), part))
		fail_msg("%s does not say %s", asst_error_message(err), part);
	assert_int_equal(few.blocks, 0);
}

/* It may prove that the log has lost its end: that it cannot be read does not say so. */
static void an_index_that_cannot_be_read_is_not_taken_for_none(void **state)
{
	struct index index, after;

	(void)state;
	make("unread");
	index_read(&index, "unread");
	table.open = answer_open;
	table.read = answer_read;
	table.close = answer_close;
	index_answer = -EMFILE;
	expect_refused(EMFILE, "could not open index");
	index_answer = -EACCES;
	expect_refused(EACCES, "could not open index");
	index_answer = 0;
	read_answer = -ESTALE; /* from the header on */
	expect_refused(ESTALE, "could not read index");
	read_answer = -EIO; /* behind it */
	expect_refused(EIO, "could not read index");
	index_read(&after, "unread");
	assert_memory_equal(after.bytes, index.bytes, index.size);
	index_answer = -ENOENT;
	open_here("unread");
	expect_content("w", CONTENT);
	close_here();
}

/* Else each close would leave no index, and say nothing. */
static void what_is_written_first_must_be_a_file(void **state)
{
	static const char *const names[] = { "index.new", "store.new", "reserve" };
	char directory[16], path[64];

	(void)state;
	for (size_t i = 0; i < T_COUNT(names); i++) {
		(void)snprintf(directory, sizeof(directory), "odd%zu", i);
		(void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		assert_int_equal(mkdir(directory, 0700), 0);
		assert_int_equal(symlink("nowhere", path), 0);
		assert_int_equal(try_open(directory), ASST_EIO);
		if (!strstr(asst_error_message(err), names[i]))
			fail_msg("%s does not say %s", asst_error_message(err), names[i]);
		(void)snprintf(path, sizeof(path), "%s/0000000001.log", directory);
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(few.blocks, 0);
}

static void nothing_of_what_a_crash_left_is_in_it(void **state)
{
	struct index index, after;

	(void)state;
	make("whole");
	index_read(&index, "whole");
	make("left");
	(void)snprintf(index.path, sizeof(index.path), "left/index.new");
	index.size += 1000;
	memset(index.bytes + index.size - 1000, 'x', 1000);
	index_write(&index);
	open_here("left");
	put("w", "aa", "v", 1);
	close_here();
	index_read(&after, "left");
	assert_int_equal(after.size, index.size - 1000);
}

/* A sequence that was noted counts as given out, whatever the next open reads. */
static void what_was_noted_is_in_it(void **state)
{
	static const unsigned char wanted[] = { 2, 'w', 0, 3, 0x81, 0x20, 2 }; /* 4097 */
	struct index index;

	(void)state;
	options.process_only = true;
	for (int i = 0; i < 2; i++) {
		open_here(i ? "noted-log" : "noted");
		put("w", "aa", "v", 1);
		put("w", "ab", "v", 1);
		assert_int_equal(put("w", "aa", "v", 1), 3);
		close_here();
	}
	index_read(&index, "noted");
	assert_memory_equal(index.bytes + HEAD + 2, wanted, sizeof(wanted));
	assert_int_equal(unlink("noted-log/index"), 0);
	for (int i = 0; i < 2; i++) {
		open_here(i ? "noted-log" : "noted");
		assert_int_equal(put("w", "aa", "v", 1), 4098);
		close_here();
	}
}

/* A note that was not written for want of memory is written with the next batch. */
static void a_note_is_not_forgotten(void **state)
{
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	int status = ASST_ENOMEM;

	(void)state;
	options.process_only = true;
	open_here("oom");
	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, "aa", 2, "v", 1, err));
	for (size_t left = 0; status != ASST_OK; left++) {
		few.left = left;
		status = asst__backend_apply(&backend, "w", batch, &sequence, &failed, err);
		few.left = SIZE_MAX;
		assert_true(status == ASST_OK || status == ASST_ENOMEM);
	}
	asst_batch_free(batch);
	close_here();
	assert_int_equal(unlink("oom/index"), 0);
	open_here("oom");
	assert_true(put("w", "aa", "v", 1) > 4096);
	close_here();
}

/* Whatever a forged index says, nothing but what is wrong with it comes of it. */
static void try_forged(struct index *index)
{
	char text[1024];

	index_write(index);
	/* What it says of the end of the log is believed. */
	if (try_open("fuzzed") == ASST_OK) {
		see("w", text, sizeof(text));
		see("z", text, sizeof(text));
		close_here();
	}
	assert_int_equal(few.blocks, 0);
}

static void no_forged_index_does_harm(void **state)
{
	static const unsigned char others[] = { 0, 1, 2, 47, 49, 127, 128, 129, 253, 254, 255 };
	struct index index, forged;
	uint64_t random = t_seed();

	(void)state;
	make("fuzzed");
	index_read(&index, "fuzzed");
	options.read_only = true;
	for (size_t at = 16; at < index.size; at++) {
		for (size_t i = 0; i < sizeof(others); i++) {
			forged = index;
			forged.bytes[at] = others[i];
			try_forged(&forged);
		}
		if (at < HEAD)
			continue;
		/* Cut there, and with a byte less. */
		forged = index;
		forged.size = at;
		try_forged(&forged);
		forged.size = index.size - 1;
		memmove(forged.bytes + at, forged.bytes + at + 1, forged.size - at);
		try_forged(&forged);
	}
	for (int i = 0; i < 2000; i++) {
		forged = index;
		for (size_t k = 0; k < 3; k++)
			forged.bytes[HEAD + t_random_below(&random, index.size - HEAD)] =
				(unsigned char)t_random(&random);
		try_forged(&forged);
	}
	options.read_only = false;
}

static int set_up(void **state)
{
	(void)state;
	table = asst__io_system;
	options = asst__file_defaults;
	options.resident_bytes = 0;
	options.fill_bytes = 0;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_body_is_as_it_is_written_down, set_up),
		cmocka_unit_test_setup(another_mark_is_no_index, set_up),
		cmocka_unit_test_setup(what_cannot_be_is_no_index, set_up),
		cmocka_unit_test_setup(an_index_that_cannot_be_read_is_not_taken_for_none, set_up),
		cmocka_unit_test_setup(what_is_written_first_must_be_a_file, set_up),
		cmocka_unit_test_setup(nothing_of_what_a_crash_left_is_in_it, set_up),
		cmocka_unit_test_setup(what_was_noted_is_in_it, set_up),
		cmocka_unit_test_setup(a_note_is_not_forgotten, set_up),
		cmocka_unit_test_setup(no_forged_index_does_harm, set_up),
	};
	int failed;

	mem = few_mem(&few);
	err = asst_error_new();
	failed = cmocka_run_group_tests_name("file_index", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
