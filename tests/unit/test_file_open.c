/* SPDX-License-Identifier: MIT */
/*
 * Opening a directory: which descriptors it takes, segments that are missing, writers meanwhile;
 * and what of its memory is for what.
 */
#include "t.h"

#include "base/mem.h"
#include "storage/backend.h"
#include "storage/file/file.h"
#include "storage/tree_node.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct asst__io io; /* the system's, with what a test puts in its place */
static struct asst__file_options options;
static asst_error *err;

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

static size_t refused; /* blocks of this size cannot be had; 0: all can */

static void *alloc_or_refuse(void *user, size_t size)
{
	(void)user;
	return refused && size == refused ? NULL : malloc(size);
}

static void *realloc_any(void *user, void *block, size_t old_size, size_t size)
{
	(void)user;
	(void)old_size;
	return realloc(block, size);
}

static void free_any(void *user, void *block, size_t size)
{
	(void)user;
	(void)size;
	free(block);
}

static const struct asst__mem memory = { NULL, alloc_or_refuse, realloc_any, free_any };

static int try_open_by(asst_backend *backend, const struct asst__io *table, const char *directory)
{
	unsigned char id[16] = { 1 };

	must(asst_backend_init(backend, sizeof(*backend), err));
	return asst__file_open(backend, table, directory, &options, &memory, 1, id, err);
}

static int try_open(asst_backend *backend, const char *directory)
{
	return try_open_by(backend, &io, directory);
}

static asst_backend open_here(const char *directory)
{
	asst_backend backend;

	must(try_open(&backend, directory));
	return backend;
}

static int try_put(const asst_backend *backend, uint32_t number, size_t size)
{
	static char value[20000];
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	int status;

	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, &number, sizeof(number), value, size, err));
	status = asst__backend_apply(backend, "w", batch, &sequence, &failed, err);
	asst_batch_free(batch);
	return status;
}

static void put_many(const asst_backend *backend, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		must(try_put(backend, i, 2000));
}

static int set_up(void **state)
{
	(void)state;
	io = asst__io_system;
	options = asst__file_defaults;
	options.segment_bytes = 65536;
	return 0;
}

/* In a child: 0 where nothing of a store is a standard stream, whatever is printed to those. */
static int print_beside_a_store(const char *directory)
{
	asst_backend backend;
	int descriptor;

	for (descriptor = 0; descriptor <= 2; descriptor++)
		close(descriptor);
	if (try_open(&backend, directory) != ASST_OK || try_put(&backend, 1, 2000) != ASST_OK)
		return 1;
	for (descriptor = 0; descriptor <= 2; descriptor++) {
		if (write(descriptor, "printed by the host", 19) != -1 || errno != EBADF)
			return 2;
	}
	if (try_put(&backend, 2, 2000) != ASST_OK)
		return 3;
	return backend.destroy(backend.self, err) == ASST_OK ? 0 : 4;
}

static void closed_standard_streams_are_never_a_file_of_the_store(void **state)
{
	asst_backend backend;
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(print_beside_a_store("streams"));
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	backend = open_here("streams");
	must(asst__backend_destroy(&backend, err));
}

static void begin_segment(const char *path)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fclose(stream), 0);
}

static void expect_missing(const char *directory, const char *name)
{
	asst_backend backend;

	assert_int_equal(try_open(&backend, directory), ASST_ECORRUPT);
	if (!strstr(asst_error_message(err), name))
		fail_msg("%s does not name %s", asst_error_message(err), name);
}

/* A segment which was only begun is the next one, or what lies between is missing. */
static void a_gap_before_a_begun_segment_is_told_and_nothing_touched(void **state)
{
	asst_backend backend = open_here("gap");

	(void)state;
	put_many(&backend, 100);
	must(asst__backend_destroy(&backend, err));
	assert_int_equal(access("gap/0000000004.log", F_OK), 0);
	assert_int_equal(access("gap/0000000005.log", F_OK), -1);
	begin_segment("gap/0000000006.log");
	expect_missing("gap", "0000000005.log is missing");
	assert_int_equal(access("gap/0000000006.log", F_OK), 0);
	assert_int_equal(unlink("gap/0000000006.log"), 0);
	begin_segment("gap/4294967295.log");
	expect_missing("gap", "0000000005.log is missing");
	assert_int_equal(unlink("gap/4294967295.log"), 0);
	/* The next one is what a crash leaves. */
	begin_segment("gap/0000000005.log");
	backend = open_here("gap");
	must(asst__backend_destroy(&backend, err));
}

static bool dropped; /* an unlink was done, and its sync is to fail */

static int note_unlink(void *self, int dir, const char *name)
{
	dropped = dropped || strstr(name, ".log");
	return asst__io_system.unlink(self, dir, name);
}

static int fail_after_unlink(void *self, int dir)
{
	return dropped ? -EIO : asst__io_system.sync_dir(self, dir);
}

/* No second sync is asked: it would say that all is well. */
static void a_removal_that_is_not_synced_ends_writing(void **state)
{
	asst_backend backend;

	(void)state;
	io.unlink = note_unlink;
	io.sync_dir = fail_after_unlink;
	options.no_compaction = true;
	backend = open_here("removal");
	put_many(&backend, 100);
	put_many(&backend, 100);
	assert_int_equal(backend.compact(backend.self, NULL, NULL, err), ASST_EIO);
	assert_true(dropped);
	io.sync_dir = asst__io_system.sync_dir;
	assert_int_equal(try_put(&backend, 1, 100), ASST_EIO);
	assert_non_null(strstr(asst_error_message(err), "open the store again"));
	assert_int_equal(backend.compact(backend.self, NULL, NULL, err), ASST_EIO);
	must(asst__backend_destroy(&backend, err));
	options.no_compaction = false;
	backend = open_here("removal");
	put_many(&backend, 100);
	must(asst__backend_destroy(&backend, err));
}

static struct asst__io watched; /* the reader's own: the writer is not to watch itself */
static asst_backend writer;
static int turns; /* how often the writer is let in */

/* A reader without a lock lists the segments; before it opens one, the writer removes it. */
static int write_meanwhile(void *self, int dir, const char *name, unsigned flags, int *file)
{
	if (strcmp(name, "lock") == 0)
		return -EROFS;
	if (turns && strstr(name, ".log")) {
		turns--;
		put_many(&writer, 100);
		must(writer.compact(writer.self, NULL, NULL, err));
	}
	return asst__io_system.open(self, dir, name, flags, file);
}

static void a_reader_beside_a_writer_tries_again(void **state)
{
	asst_backend reader;

	(void)state;
	writer = open_here("beside");
	put_many(&writer, 100);
	watched = io;
	watched.open = write_meanwhile;
	options.read_only = true;
	turns = 3;
	must(try_open_by(&reader, &watched, "beside"));
	assert_int_equal(turns, 0);
	must(asst__backend_destroy(&reader, err));
	/* Not for ever. */
	turns = 1000;
	assert_int_equal(try_open_by(&reader, &watched, "beside"), ASST_EIO);
	turns = 0;
	must(asst__backend_destroy(&writer, err));
	/* What does not change is not looked at twice. */
	assert_int_equal(unlink("beside/index"), 0);
	begin_segment("beside/4294967295.log");
	expect_missing("beside", "is missing");
}

static int put_long_key(const asst_backend *backend, size_t key_size)
{
	char key[ASST_MAX_KEY_BYTES];
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	int status;

	memset(key, 'k', sizeof(key));
	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, key, key_size, "twelve bytes", 12, err));
	status = asst__backend_apply(backend, "w", batch, &sequence, &failed, err);
	asst_batch_free(batch);
	return status;
}

static void put_together(const asst_backend *backend, uint32_t count)
{
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;

	must(asst_batch_new(&batch, err));
	for (uint32_t i = 0; i < count; i++)
		must(asst_batch_put(batch, &i, sizeof(i), "value", 5, err));
	must(asst__backend_apply(backend, "w", batch, &sequence, &failed, err));
	asst_batch_free(batch);
}

/* What is kept back is for what is durable already: an entry, which comes before, gets none of it. */
static void nodes_that_are_kept_back_are_for_the_tree_alone(void **state)
{
	const size_t around = sizeof(struct asst__entry) + 12;
	asst_backend backend = open_here("nodes");

	(void)state;
	/* So many at once that some nodes are kept back after it. */
	put_together(&backend, 200);
	refused = sizeof(struct asst__leaf);
	assert_int_equal(put_long_key(&backend, refused - around), ASST_ENOMEM);
	refused = sizeof(struct asst__branch);
	assert_int_equal(put_long_key(&backend, refused - around), ASST_ENOMEM);
	refused = 0;
	must(put_long_key(&backend, sizeof(struct asst__branch) - around));
	must(asst__backend_destroy(&backend, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(closed_standard_streams_are_never_a_file_of_the_store,
				       set_up),
		cmocka_unit_test_setup(a_gap_before_a_begun_segment_is_told_and_nothing_touched,
				       set_up),
		cmocka_unit_test_setup(a_removal_that_is_not_synced_ends_writing, set_up),
		cmocka_unit_test_setup(a_reader_beside_a_writer_tries_again, set_up),
		cmocka_unit_test_setup(nodes_that_are_kept_back_are_for_the_tree_alone, set_up),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("file_open", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
