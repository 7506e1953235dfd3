/* SPDX-License-Identifier: MIT */
/* Stores in a directory that is damaged, foreign, incomplete, or seen with another umask. */
#include "t.h"

#include <assistant/assistant.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ADA \
	"{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,\"permissions\":[\"assistants:create\"]}"
#define COUNT 5

static asst_error *err;

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

/* Tests run in a directory of their own; each has stores of its own in it. */
static int try_open(asst_store **store, const char *name, const char *option, int64_t value)
{
	asst_store_opts *opts = asst_store_opts_new();
	char where[600];
	int status;

	assert_true(snprintf(where, sizeof(where), "file:%s", name) < (int)sizeof(where));
	if (option)
		must(asst_store_opts_set_int(opts, option, value, err));
	status = asst_store_open(store, where, opts, err);
	asst_store_opts_free(opts);
	return status;
}

static asst_session *ada_in(asst_store *store)
{
	asst_session *ada;

	must(asst_session_open(&ada, store, ADA, ASST_NUL, err));
	return ada;
}

/* An assistant of a kilobyte. */
static void create(asst_store *store, char id[37])
{
	asst_session *ada = ada_in(store);
	asst_assistant *made;
	char json[1200];

	snprintf(json, sizeof(json), "{\"name\":\"n\",\"instruction\":\"%01000d\"}", 7);
	must(asst_assistant_create_json(&made, ada, json, ASST_NUL, 0, err));
	memcpy(id, asst_assistant_id(made), 37);
	asst_assistant_free(made);
	asst_session_free(ada);
}

static void fill(asst_store *store, int count)
{
	char id[37];

	while (count--)
		create(store, id);
}

/* A store with some assistants of a kilobyte each, closed. */
static void make(const char *name, char ids[COUNT][37])
{
	asst_store *store;
	int i;

	must(try_open(&store, name, NULL, 0));
	for (i = 0; i < COUNT; i++)
		create(store, ids[i]);
	must(asst_store_close(store));
}

static const char *path_of(const char *name, const char *file)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s/%s", name, file);
	return path;
}

static void put_bytes(const char *name, const char *file, off_t at, const char *bytes, size_t size)
{
	int handle = open(path_of(name, file), O_WRONLY | O_CREAT, 0600);

	assert_true(handle >= 0);
	assert_int_equal(pwrite(handle, bytes, size, at), size);
	assert_int_equal(close(handle), 0);
}

static bool is_there(const char *name, const char *file)
{
	return access(path_of(name, file), F_OK) == 0;
}

static size_t files_in(const char *name)
{
	DIR *stream = opendir(name);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(stream);
	return count;
}

static unsigned mode_of(const char *path)
{
	struct stat found;

	assert_int_equal(stat(path, &found), 0);
	return (unsigned)found.st_mode & 0777;
}

static void directories_are_for_their_owner_whatever_the_umask_is(void **state)
{
	mode_t before = umask(0777);
	asst_store *store;

	(void)state;
	must(try_open(&store, "masked", NULL, 0));
	must(asst_store_backup(store, "masked-copy", NULL, NULL, 0, err));
	must(asst_store_close(store));
	umask(before);
	assert_int_equal(mode_of("masked"), 0700);
	assert_int_equal(mode_of("masked-copy"), 0700);
	assert_int_equal(mode_of("masked/0000000001.log"), 0600);
	assert_int_equal(mode_of("masked-copy/store"), 0600);
}

static void expect_said(int status, int wanted, const char *part)
{
	assert_int_equal(status, wanted);
	if (!strstr(asst_error_message(err), part))
		fail_msg("%s does not say %s", asst_error_message(err), part);
}

static void what_is_wrong_with_the_place_is_said(void **state)
{
	char longer[400];
	asst_store *store;

	(void)state;
	expect_said(try_open(&store, "missing/x", NULL, 0), ASST_EIO,
		    "\"missing/x\": the directory above");
	assert_true(asst_error_raw(err) > 0);
	put_bytes(".", "plain", 0, "x", 1);
	expect_said(try_open(&store, "plain", NULL, 0), ASST_EIO, "is not a directory");
	assert_true(asst_error_raw(err) > 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	expect_said(try_open(&store, "dangling", NULL, 0), ASST_EIO,
		    "\"dangling\": the directory of the store, or what is above it, is a symbolic link "
		    "that leads nowhere");
	assert_false(is_there(".", "nowhere"));
	expect_said(try_open(&store, "none", "read_only", 1), ASST_ENOTFOUND,
		    "\"none\": there is no such directory");
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	expect_said(try_open(&store, longer, NULL, 0), ASST_EIO, "too long");
	assert_memory_equal(asst_error_message(err), "\"...aaa", 7);
	assert_true(strlen(asst_error_message(err)) < sizeof(longer));
	must(try_open(&store, "placed", NULL, 0));
	expect_said(asst_store_backup(store, "missing/x", NULL, NULL, 0, err), ASST_EIO,
		    "\"missing/x\": the directory above");
	expect_said(asst_store_backup(store, ".", NULL, NULL, 0, err), ASST_EEXISTS,
		    "\".\": the directory of the backup is not empty");
	must(asst_store_close(store));
}

/* A path may have any bytes; what is said of it goes to terminals and logs. */
static void a_path_is_safe_to_show(void **state)
{
	static const struct {
		const char *path, *shown;
	} rows[] = {
		{ "no/\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80", "\"no/\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80\": " },
		{ "no/\xff\xc3", "\"no/\\xff\\xc3\": " },
		{ "no/a\nb\033[1m\177", "\"no/a\\x0ab\\x1b[1m\\x7f\": " },
		{ "no/\xc2\x9b" "1m\xc2\xa0", "\"no/\\xc2\\x9b1m\xc2\xa0\": " },
		{ "no/a\"b\\", "\"no/a\\x22b\\x5c\": " },
	};
	asst_store *store;

	(void)state;
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		assert_int_equal(try_open(&store, rows[i].path, NULL, 0), ASST_EIO);
		assert_memory_equal(asst_error_message(err), rows[i].shown, strlen(rows[i].shown));
	}
}

static void put_link(const char *path)
{
	assert_int_equal(symlink("../elsewhere", path), 0);
}

static void put_second_name(const char *path)
{
	assert_int_equal(link("elsewhere", path), 0);
}

static void put_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void put_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void put_socket(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int handle = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(strlen(path) < sizeof(name.sun_path));
	memcpy(name.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(handle, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(close(handle), 0);
}

static void what_stands_in_the_place_of_a_file_is_said(void **state)
{
	static const char *const files[] = { "store", "lock", "index", "reserve",
					     "0000000001.log", "store.new", "index.new" };
	static const struct {
		void (*put)(const char *path);
		const char *is;
	} rows[] = {
		{ put_link, "is a symbolic link, not a file of the store" },
		{ put_second_name, "has a second name, and a file of the store has only one" },
		{ put_directory, "is a directory, not a file of the store" },
		{ put_fifo, "is a FIFO or a device, not a file of the store" },
		{ put_socket, "is a socket or a device, not a file of the store" },
	};
	char ids[COUNT][37], said[160];
	asst_store *store;
	size_t file, i;

	(void)state;
	make("places", ids);
	put_bytes("places", "store.new", 0, "x", 1);
	put_bytes("places", "index.new", 0, "x", 1);
	put_bytes(".", "elsewhere", 0, "x", 1);
	for (file = 0; file < T_COUNT(files); file++) {
		assert_int_equal(rename(path_of("places", files[file]), "kept"), 0);
		for (i = 0; i < T_COUNT(rows); i++) {
			rows[i].put(path_of("places", files[file]));
			snprintf(said, sizeof(said), "\"places\": %s %s", files[file], rows[i].is);
			expect_said(try_open(&store, "places", NULL, 0), ASST_EIO, said);
			assert_true(asst_error_raw(err) > 0);
			assert_int_equal(remove(path_of("places", files[file])), 0);
		}
		assert_int_equal(rename("kept", path_of("places", files[file])), 0);
	}
	must(try_open(&store, "places", NULL, 0));
	must(asst_store_close(store));
}

/* A byte of a value is wrong: the store opens by its index, and the value cannot be read. */
static void make_damaged(const char *name, char ids[COUNT][37])
{
	make(name, ids);
	put_bytes(name, "0000000001.log", 3000, "\377", 1);
}

static void damage_has_its_file_and_offset(void **state)
{
	char ids[COUNT][37];
	asst_store *store;
	asst_session *ada;
	int damaged = 0, i;

	(void)state;
	make("head", ids);
	put_bytes("head", "0000000001.log", 10, "\377", 1);
	assert_int_equal(try_open(&store, "head", NULL, 0), ASST_ECORRUPT);
	assert_int_equal(asst_error_offset(err), 0);
	assert_non_null(strstr(asst_error_message(err), "0000000001.log"));

	make_damaged("value", ids);
	must(try_open(&store, "value", NULL, 0));
	ada = ada_in(store);
	for (i = 0; i < COUNT; i++) {
		asst_assistant *found;
		int status = asst_assistant_get(&found, ada, ids[i], 0, err);

		if (status == ASST_OK) {
			asst_assistant_free(found);
			continue;
		}
		assert_int_equal(status, ASST_ECORRUPT);
		assert_true(asst_error_offset(err) > 64 && asst_error_offset(err) <= 3000);
		damaged++;
	}
	assert_int_equal(damaged, 1);
	asst_session_free(ada);
	must(asst_store_close(store));
}

/* The rest is a hole, as a program leaves that makes all files of a directory longer. */
static void a_file_beyond_every_offset_is_damaged(void **state)
{
	char ids[COUNT][37];
	asst_store *store;

	(void)state;
	make("huge", ids);
	if (truncate(path_of("huge", "0000000001.log"), (off_t)5 << 30))
		skip();
	expect_said(try_open(&store, "huge", NULL, 0), ASST_ECORRUPT,
		    "0000000001.log is damaged at offset 4294967295: no file of the log is longer");
	assert_true(asst_error_offset(err) == UINT32_MAX);
	assert_int_equal(truncate(path_of("huge", "0000000001.log"), 300 << 20), 0);
	must(try_open(&store, "huge", NULL, 0));
	must(asst_store_close(store));
}

static void reading_only_makes_nothing(void **state)
{
	char ids[COUNT][37];
	asst_store *store, *second;
	asst_session *ada;

	(void)state;
	assert_int_equal(mkdir("empty", 0700), 0);
	assert_int_equal(try_open(&store, "empty", "read_only", 1), ASST_ENOTFOUND);
	assert_int_equal(files_in("empty"), 0);

	/* As a copy is that nobody has opened yet. */
	make("unlocked", ids);
	assert_int_equal(unlink("unlocked/lock"), 0);
	must(try_open(&store, "unlocked", "read_only", 1));
	assert_false(is_there("unlocked", "lock"));
	/* Nothing keeps a writer out then, and he takes nothing from the reader. */
	must(try_open(&second, "unlocked", NULL, 0));
	must(asst_store_compact(second, NULL, NULL, 0, err));
	must(asst_store_close(second));
	ada = ada_in(store);
	must(asst_assistant_get(NULL, ada, ids[0], 0, err));
	asst_session_free(ada);
	must(asst_store_close(store));
}

static void a_reader_is_refused_where_there_is_a_lock_and_it_is_held(void **state)
{
	char ids[COUNT][37];
	asst_store *store, *second;

	(void)state;
	make("held", ids);
	must(try_open(&store, "held", NULL, 0));
	assert_int_equal(try_open(&second, "held", "read_only", 1), ASST_EBUSY);
	must(asst_store_close(store));
}

static void what_is_not_a_store_stays_as_it_is(void **state)
{
	static const struct {
		const char *name, *file;
		size_t size;
		int status;
	} rows[] = {
		{ "foreign-log", "0000000001.log", 100, ASST_ECORRUPT },
		{ "foreign-store", "store", 100, ASST_EFORMAT },
		{ "foreign-short", "store", 10, ASST_ECORRUPT },
		{ "foreign-second", "0000000002.log", 10, ASST_ECORRUPT },
	};
	asst_store *store;
	char bytes[100];
	size_t i;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(mkdir(rows[i].name, 0700), 0);
		put_bytes(rows[i].name, rows[i].file, 0, bytes, rows[i].size);
		assert_int_equal(try_open(&store, rows[i].name, NULL, 0), rows[i].status);
		assert_int_equal(files_in(rows[i].name), 1);
	}
}

static void an_open_that_finds_a_loss_removes_nothing(void **state)
{
	char ids[COUNT][37];
	asst_store *store;

	(void)state;
	make("loss", ids);
	must(try_open(&store, "loss", "auto_compact", 0));
	must(asst_store_compact(store, NULL, NULL, 0, err));
	must(asst_store_close(store));
	put_bytes("loss", "0000000003.log", 0, "short", 5);
	/* A segment that was only begun goes when the store is sound. */
	must(try_open(&store, "loss", NULL, 0));
	must(asst_store_close(store));
	assert_false(is_there("loss", "0000000003.log"));

	must(try_open(&store, "loss-two", "segment_bytes", 65536));
	fill(store, 40);
	must(asst_store_close(store));
	assert_true(is_there("loss-two", "0000000002.log"));
	assert_false(is_there("loss-two", "0000000003.log"));
	assert_int_equal(truncate("loss-two/0000000002.log", 80), 0);
	expect_said(try_open(&store, "loss-two", NULL, 0), ASST_ECORRUPT,
		    "\"loss-two\": 0000000002.log is damaged at offset 64: the log went on here");
	assert_int_equal(asst_error_offset(err), 64);
	assert_int_equal(truncate("loss-two/0000000002.log", 30), 0);
	expect_said(try_open(&store, "loss-two", NULL, 0), ASST_ECORRUPT,
		    "\"loss-two\": 0000000002.log is missing or has lost its begin: the log went on there");
	assert_true(is_there("loss-two", "0000000002.log"));
	assert_int_equal(unlink("loss-two/0000000002.log"), 0);
	expect_said(try_open(&store, "loss-two", NULL, 0), ASST_ECORRUPT,
		    "\"loss-two\": 0000000002.log is missing or has lost its begin: the log went on there");
}

/* Otherwise the last good copy makes way for one that cannot be opened. */
static void a_damaged_store_has_no_backup(void **state)
{
	char ids[COUNT][37];
	asst_store *store, *copy;

	(void)state;
	make_damaged("rotten", ids);
	must(try_open(&store, "rotten", NULL, 0));
	assert_int_equal(asst_store_backup(store, "rotten-copy", NULL, NULL, 0, err),
			 ASST_ECORRUPT);
	assert_non_null(strstr(asst_error_message(err), "0000000001.log"));
	assert_true(asst_error_offset(err) > 64 && asst_error_offset(err) <= 3000);
	assert_int_equal(try_open(&copy, "rotten-copy", NULL, 0), ASST_ECORRUPT);
	must(asst_store_close(store));
}

static void a_damaged_header_has_no_backup(void **state)
{
	char ids[COUNT][37];
	asst_store *store, *copy;

	(void)state;
	make("beheaded", ids);
	must(try_open(&store, "beheaded", NULL, 0));
	put_bytes("beheaded", "0000000001.log", 40, "\377", 1);
	assert_int_equal(asst_store_backup(store, "beheaded-copy", NULL, NULL, 0, err),
			 ASST_ECORRUPT);
	assert_int_equal(asst_error_offset(err), 0);
	assert_int_equal(try_open(&copy, "beheaded-copy", NULL, 0), ASST_ECORRUPT);
	must(asst_store_close(store));
}

/* Frames lie across the pieces in which a log is copied; those of compaction are larger. */
static void a_backup_of_many_pieces_is_whole(void **state)
{
	asst_store *store, *copy;
	asst_buf *report;

	(void)state;
	must(try_open(&store, "pieces", "segment_bytes", 1 << 22));
	fill(store, 2500);
	must(asst_store_compact(store, NULL, NULL, 0, err));
	fill(store, 2500);
	must(asst_store_backup(store, "pieces-copy", NULL, NULL, 0, err));
	must(asst_store_close(store));
	must(try_open(&copy, "pieces-copy", NULL, 0));
	must(asst_store_verify(&report, copy, NULL, NULL, 0, err));
	assert_memory_equal(asst_buf_data(report), "{\"ok\":true,", 11);
	asst_buf_free(report);
	must(asst_store_close(copy));
}

static void a_directory_that_others_may_write_into_is_refused(void **state)
{
	static const mode_t modes[] = { 0777, 0770, 0702, 0755, 0700 };
	asst_store *store;
	size_t i;

	(void)state;
	assert_int_equal(mkdir("open-to-all", 0700), 0);
	/* While it is empty nobody has put anything there. */
	assert_int_equal(chmod("open-to-all", 0777), 0);
	must(try_open(&store, "open-to-all", NULL, 0));
	must(asst_store_close(store));
	assert_int_equal(mode_of("open-to-all"), 0700);
	for (i = 0; i < T_COUNT(modes); i++) {
		assert_int_equal(chmod("open-to-all", modes[i]), 0);
		if (modes[i] & 022) {
			assert_int_equal(try_open(&store, "open-to-all", NULL, 0), ASST_EIO);
			assert_non_null(strstr(asst_error_message(err), "0700"));
		} else {
			must(try_open(&store, "open-to-all", NULL, 0));
			must(asst_store_close(store));
		}
		assert_int_equal(mode_of("open-to-all"), modes[i]);
	}
}

/* The last segment of a store of a few; log: one of its size. */
static off_t end_of(const char *name, const char *log)
{
	struct stat found;

	assert_int_equal(stat(path_of(name, log), &found), 0);
	return found.st_size;
}

static void refuse(const char *name)
{
	asst_store *store;

	assert_int_equal(try_open(&store, name, NULL, 0), ASST_ECORRUPT);
}

/* A copy ends as a closed store does: it knows where. */
static void a_copy_that_lost_its_end_is_damaged(void **state)
{
	static const char *const copies[] = { "end-missing", "end-cut", "end-bit" };
	asst_store *store;
	size_t i;

	(void)state;
	must(try_open(&store, "end", "segment_bytes", 65536));
	fill(store, 40);
	for (i = 0; i < T_COUNT(copies); i++)
		must(asst_store_backup(store, copies[i], NULL, NULL, 0, err));
	must(asst_store_close(store));
	assert_true(is_there("end-missing", "0000000002.log"));
	assert_false(is_there("end-missing", "0000000003.log"));

	assert_int_equal(unlink(path_of("end-missing", "0000000002.log")), 0);
	refuse("end-missing");
	assert_int_equal(truncate(path_of("end-cut", "0000000002.log"),
				  end_of("end-cut", "0000000002.log") - 200),
			 0);
	refuse("end-cut");
	/* In the last batch, which stands before the frame that closes the copy. */
	put_bytes("end-bit", "0000000002.log", end_of("end-bit", "0000000002.log") - 200, "\377\376",
		  2);
	refuse("end-bit");
}

/* A process that ends without closing its store. */
static void leave_open(const char *name)
{
	asst_store *store;
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (try_open(&store, name, NULL, 0) == ASST_OK)
			fill(store, COUNT);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_store_that_was_left_open_is_closed_by_the_next_close(void **state)
{
	asst_store *store;
	off_t end;

	(void)state;
	leave_open("left");
	assert_false(is_there("left", "index"));
	must(try_open(&store, "left", NULL, 0));
	must(asst_store_close(store));
	assert_true(is_there("left", "index"));
	end = end_of("left", "index");
	/* Once is enough. */
	must(try_open(&store, "left", NULL, 0));
	assert_int_equal(unlink(path_of("left", "index")), 0);
	must(asst_store_close(store));
	assert_false(is_there("left", "index"));
	must(try_open(&store, "left", NULL, 0));
	must(asst_store_close(store));
	assert_int_equal(end_of("left", "index"), end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories_are_for_their_owner_whatever_the_umask_is),
		cmocka_unit_test(what_is_wrong_with_the_place_is_said),
		cmocka_unit_test(a_path_is_safe_to_show),
		cmocka_unit_test(what_stands_in_the_place_of_a_file_is_said),
		cmocka_unit_test(damage_has_its_file_and_offset),
		cmocka_unit_test(a_file_beyond_every_offset_is_damaged),
		cmocka_unit_test(reading_only_makes_nothing),
		cmocka_unit_test(a_reader_is_refused_where_there_is_a_lock_and_it_is_held),
		cmocka_unit_test(what_is_not_a_store_stays_as_it_is),
		cmocka_unit_test(an_open_that_finds_a_loss_removes_nothing),
		cmocka_unit_test(a_damaged_store_has_no_backup),
		cmocka_unit_test(a_damaged_header_has_no_backup),
		cmocka_unit_test(a_backup_of_many_pieces_is_whole),
		cmocka_unit_test(a_directory_that_others_may_write_into_is_refused),
		cmocka_unit_test(a_copy_that_lost_its_end_is_damaged),
		cmocka_unit_test(a_store_that_was_left_open_is_closed_by_the_next_close),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("api/files_trouble", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
