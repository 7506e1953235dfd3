/* SPDX-License-Identifier: MIT */
/* A backup to a descriptor: what any tar makes of it is a store. */
#include "t.h"

#include <assistant/assistant.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADA \
	"{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,\"permissions\":[\"assistants:create\"]}"

static asst_error *err;
static asst_store *store;
static char first[37];

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void open_at(asst_store **out, const char *where)
{
	asst_store_opts *opts = asst_store_opts_new();

	must(asst_store_opts_set_int(opts, "segment_bytes", 65536, err));
	must(asst_store_open(out, where, opts, err));
	asst_store_opts_free(opts);
}

static void create(const char *name, char id[37])
{
	asst_assistant *made;
	asst_session *ada;
	char json[80];

	snprintf(json, sizeof(json), "{\"name\":\"%s\"}", name);
	must(asst_session_open(&ada, store, ADA, ASST_NUL, err));
	must(asst_assistant_create_json(&made, ada, json, ASST_NUL, 0, err));
	memcpy(id, asst_assistant_id(made), 37);
	asst_assistant_free(made);
	asst_session_free(ada);
}

/* A store of several segments. */
static int set_up(void **state)
{
	char id[37];

	(void)state;
	err = asst_error_new();
	open_at(&store, "file:source");
	create("First", first);
	for (int i = 0; i < 200; i++)
		create("More", id);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	must(asst_store_close(store));
	asst_error_free(err);
	return 0;
}

static void expect_sound(asst_store *which)
{
	asst_buf *report;

	must(asst_store_verify(&report, which, NULL, NULL, 0, err));
	if (!strstr(asst_buf_data(report), "\"ok\":true"))
		fail_msg("%s", asst_buf_data(report));
	asst_buf_free(report);
}

/* What lies in the directory has the first, and goes on as a store. */
static void expect_store(const char *directory)
{
	asst_assistant *found;
	asst_session *ada;
	asst_store *copy;
	char where[80], id[37];
	struct stat stat_of;

	assert_int_equal(stat(directory, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0700);
	snprintf(where, sizeof(where), "%s/store", directory);
	assert_int_equal(stat(where, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	snprintf(where, sizeof(where), "file:%s", directory);
	for (int times = 0; times < 2; times++) {
		open_at(&copy, where);
		expect_sound(copy);
		must(asst_session_open(&ada, copy, ADA, ASST_NUL, err));
		must(asst_assistant_get(&found, ada, first, 0, err));
		asst_assistant_free(found);
		must(asst_assistant_create_json(&found, ada, "{\"name\":\"On\"}", ASST_NUL, 0,
						err));
		memcpy(id, asst_assistant_id(found), 37);
		asst_assistant_free(found);
		asst_session_free(ada);
		must(asst_store_close(copy));
	}
}

static int file_for_writing(const char *name)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	return file;
}

static void an_archive_in_a_file_unpacks_to_a_store(void **state)
{
	int file = file_for_writing("copy.tar");

	(void)state;
	must(asst_store_backup_fd(store, file, NULL, NULL, 0, err));
	assert_int_equal(close(file), 0);
	run("mkdir unpacked && tar -xf copy.tar -C unpacked");
	expect_store("unpacked");
}

static void an_archive_goes_through_a_pipe(void **state)
{
	FILE *tar;

	(void)state;
	assert_int_equal(mkdir("piped", 0755), 0);
	tar = popen("tar -xf - -C piped", "w");
	assert_non_null(tar);
	must(asst_store_backup_fd(store, fileno(tar), NULL, NULL, 0, err));
	assert_int_equal(pclose(tar), 0);
	expect_store("piped");
}

/* One that is not ready is waited for. */
static void an_archive_goes_through_a_pipe_that_does_not_block(void **state)
{
	FILE *tar;

	(void)state;
	assert_int_equal(mkdir("waited", 0755), 0);
	tar = popen("sleep 0.2; tar -xf - -C waited", "w");
	assert_non_null(tar);
	assert_int_equal(fcntl(fileno(tar), F_SETFL, O_NONBLOCK), 0);
	must(asst_store_backup_fd(store, fileno(tar), NULL, NULL, 0, err));
	assert_int_equal(pclose(tar), 0);
	expect_store("waited");
}

static void an_archive_begins_where_the_descriptor_stands(void **state)
{
	int file = file_for_writing("behind.tar");

	(void)state;
	assert_int_equal(write(file, "before", 6), 6);
	must(asst_store_backup_fd(store, file, NULL, NULL, 0, err));
	assert_int_equal(close(file), 0);
	run("mkdir behind && tail -c +7 behind.tar | tar -xf - -C behind");
	expect_store("behind");
}

/* So much of an archive, unpacked by a tar that may complain. */
static void expect_no_store(const char *archive, long size)
{
	char command[200];
	asst_store *copy;

	snprintf(command, sizeof(command),
		 "rm -rf torn && mkdir torn && "
		 "{ head -c %ld %s | tar -xf - -C torn 2>/dev/null || true; }",
		 size, archive);
	run(command);
	if (asst_store_open(&copy, "file:torn", NULL, err) != ASST_ECORRUPT)
		fail_msg("%ld bytes of %s: %s", size, archive, asst_error_message(err));
	assert_non_null(strstr(asst_error_message(err), "store"));
}

static void an_archive_that_is_cut_short_is_no_store(void **state)
{
	int file = file_for_writing("short.tar");
	long at, size;

	(void)state;
	must(asst_store_backup_fd(store, file, NULL, NULL, 0, err));
	size = (long)lseek(file, 0, SEEK_CUR);
	assert_int_equal(close(file), 0);
	/* The last file has one block with its header before it, and two of zeros behind. */
	size -= 3 * 512;
	for (at = 512; at <= 4 * 512; at += 32)
		expect_no_store("short.tar", at);
	for (; at < size; at += 19 * 512)
		expect_no_store("short.tar", at);
	expect_no_store("short.tar", size);
	expect_no_store("short.tar", size + 63);
}

static void expect_failure(int descriptor, int raw)
{
	assert_int_equal(asst_store_backup_fd(store, descriptor, NULL, NULL, 0, err), ASST_EIO);
	assert_int_equal(asst_error_raw(err), raw);
	assert_non_null(strstr(asst_error_message(err), "the archive"));
}

static void a_descriptor_that_cannot_be_written_to_is_told_of(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];
	int reading = open("source/store", O_RDONLY | O_CLOEXEC);
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	FILE *pipe_to;

	(void)state;
	assert_true(full >= 0 && reading >= 0);
	expect_failure(full, ENOSPC);
	expect_failure(reading, EBADF);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	expect_failure(ends[1], EPIPE);
	close(ends[1]);
	expect_failure(ends[1], EBADF);
	/* In the midst of a file of the log. */
	pipe_to = popen("head -c 3000 >/dev/null", "w");
	assert_non_null(pipe_to);
	expect_failure(fileno(pipe_to), EPIPE);
	pclose(pipe_to);
	close(full);
	close(reading);
	signal(SIGPIPE, before);
	assert_int_equal(asst_store_backup_fd(store, -1, NULL, NULL, 0, err), ASST_EINVAL);
	assert_int_equal(asst_store_backup_fd(store, 1, NULL, NULL, 1, err), ASST_EINVAL);
	assert_int_equal(asst_store_backup_fd(NULL, 1, NULL, NULL, 0, err), ASST_EINVAL);
	expect_sound(store);
}

/* Stops at the call that is wanted. */
struct stopping {
	int call, calls;
};

static int stop(void *user, uint64_t done, uint64_t total)
{
	struct stopping *stopping = user;

	assert_true(done <= total);
	return ++stopping->calls == stopping->call;
}

static void an_archive_can_be_canceled(void **state)
{
	(void)state;
	for (int call = 1; call <= 3; call++) {
		struct stopping stopping = { call, 0 };
		int file = file_for_writing("canceled.tar");

		assert_int_equal(asst_store_backup_fd(store, file, stop, &stopping, 0, err),
				 ASST_ECANCELED);
		assert_int_equal(stopping.calls, call);
		assert_int_equal(close(file), 0);
		expect_no_store("canceled.tar", 1 << 20);
	}
}

/* Also while nobody reads. */
static void an_archive_that_is_stuck_can_be_canceled(void **state)
{
	struct stopping stopping = { 5, 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(asst_store_backup_fd(store, ends[1], stop, &stopping, 0, err),
			 ASST_ECANCELED);
	assert_int_equal(stopping.calls, 5);
	close(ends[0]);
	close(ends[1]);
	must(asst_store_compact(store, NULL, NULL, 0, err));
}

static void a_memory_store_has_no_archive(void **state)
{
	asst_store *memory;

	(void)state;
	must(asst_store_open(&memory, "memory:", NULL, err));
	assert_int_equal(asst_store_backup_fd(memory, 1, NULL, NULL, 0, err), ASST_EUNSUPPORTED);
	must(asst_store_close(memory));
}

static int open_log(const char *name)
{
	char path[64];
	int log;

	snprintf(path, sizeof(path), "source/%s", name);
	log = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(log >= 0);
	return log;
}

/* Last: it spoils the source. */
static void a_damaged_store_has_no_archive(void **state)
{
	char name[32] = "";
	FILE *names = popen("ls source | grep log", "r");
	int log, file = file_for_writing("rotten.tar");

	(void)state;
	assert_non_null(names);
	assert_int_equal(fscanf(names, "%31s", name), 1);
	pclose(names);
	log = open_log(name);
	assert_int_equal(pwrite(log, "rot", 3, 1000), 3);
	assert_int_equal(asst_store_backup_fd(store, file, NULL, NULL, 0, err), ASST_ECORRUPT);
	assert_non_null(strstr(asst_error_message(err), name));
	assert_int_equal(ftruncate(log, 2000), 0);
	assert_int_equal(asst_store_backup_fd(store, file, NULL, NULL, 0, err), ASST_ECORRUPT);
	assert_int_equal(pwrite(log, "rot", 3, 0), 3);
	assert_int_equal(close(file), 0);
	file = file_for_writing("headless.tar");
	assert_int_equal(asst_store_backup_fd(store, file, NULL, NULL, 0, err), ASST_ECORRUPT);
	assert_int_equal(close(file), 0);
	assert_int_equal(close(log), 0);
	expect_no_store("headless.tar", 1 << 20);
}

/* It says that it is ready, and then keeps a write until all of it is read. */
static void a_terminal_is_refused(void **state)
{
	int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	(void)state;
	if (terminal < 0)
		skip();
	assert_int_equal(asst_store_backup_fd(store, terminal, NULL, NULL, 0, err), ASST_EINVAL);
	assert_non_null(strstr(asst_error_message(err), "is a terminal"));
	assert_int_equal(close(terminal), 0);
	must(asst_store_sync(store, err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_in_a_file_unpacks_to_a_store),
		cmocka_unit_test(an_archive_goes_through_a_pipe),
		cmocka_unit_test(an_archive_goes_through_a_pipe_that_does_not_block),
		cmocka_unit_test(an_archive_begins_where_the_descriptor_stands),
		cmocka_unit_test(an_archive_that_is_cut_short_is_no_store),
		cmocka_unit_test(a_descriptor_that_cannot_be_written_to_is_told_of),
		cmocka_unit_test(a_terminal_is_refused),
		cmocka_unit_test(an_archive_can_be_canceled),
		cmocka_unit_test(an_archive_that_is_stuck_can_be_canceled),
		cmocka_unit_test(a_memory_store_has_no_archive),
		cmocka_unit_test(a_damaged_store_has_no_archive),
	};

	return cmocka_run_group_tests_name("archive", tests, set_up, tear_down) ? 1 : 0;
}
