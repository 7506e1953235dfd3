/* SPDX-License-Identifier: MIT */
/* Checking a directory that is damaged while it is open: what the report says, and where. */
#include "t.h"

#include <assistant/assistant.h>
#include <assistant/sys/backend.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS 120
#define VALUE 1500
#define LOG1 "0000000001.log"
#define LOG2 "0000000002.log"

static asst_error *err;
static const char *directory; /* of the store at hand */

static void must(int status)
{
	if (status != ASST_OK)
		fail_msg("%s: %s", asst_status_name(status), asst_error_message(err));
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
	char command[200];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int64_t segment_bytes = 65536;

static int try_open(asst_backend *backend)
{
	asst_store_opts *opts = asst_store_opts_new();
	char where[64];
	int status;

	snprintf(where, sizeof(where), "file:%s", directory);
	must(asst_store_opts_set_int(opts, "segment_bytes", segment_bytes, err));
	must(asst_store_opts_set_text(opts, "durability", "process", err));
	must(asst_backend_init(backend, sizeof(*backend), err));
	status = asst_backend_open(backend, where, opts, err);
	asst_store_opts_free(opts);
	return status;
}

static void put(asst_backend *backend, int number, const void *value, size_t size)
{
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	char key[16];

	snprintf(key, sizeof(key), "k%03d", number);
	must(asst_batch_new(&batch, err));
	must(asst_batch_put(batch, key, 4, value, size, err));
	must(backend->apply(backend->self, "acme", batch, &sequence, &failed, err));
	asst_batch_free(batch);
}

/* A store of some segments, each batch a frame with a value of its own; open. */
static void make(const char *name, asst_backend *backend)
{
	char value[VALUE];

	directory = name;
	must(try_open(backend));
	for (int i = 0; i < KEYS; i++) {
		memset(value, 'a' + i % 26, sizeof(value));
		put(backend, i, value, sizeof(value));
	}
	must(backend->destroy(backend->self, err));
	must(try_open(backend));
}

static const char *path_of(const char *file)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	return path;
}

static void flip(const char *file, off_t at)
{
	int handle = open(path_of(file), O_RDWR | O_CLOEXEC);
	unsigned char byte;

	assert_true(handle >= 0);
	assert_int_equal(pread(handle, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(handle, &byte, 1, at), 1);
	assert_int_equal(close(handle), 0);
}

/* What a check of the open backend reports; it is closed then. */
static char *verify(asst_backend *backend)
{
	asst_store *store;
	asst_buf *report;
	char *text;

	must(asst_store_open_backend(&store, backend, NULL, err));
	must(asst_store_verify(&report, store, NULL, NULL, 0, err));
	assert_int_equal(asst_error_status(err), ASST_OK);
	text = strdup(asst_buf_data(report));
	assert_non_null(text);
	asst_buf_free(report);
	must(asst_store_close(store));
	return text;
}

/* Exactly these faults, which are given as JSON. */
static void expect_faults(asst_backend *backend, const char *faults)
{
	char *report = verify(backend), want[1000];

	snprintf(want, sizeof(want), "{\"ok\":%s,\"checked\":0,\"faults\":[%s]}",
		 *faults ? "false" : "true", faults);
	assert_string_equal(report, want);
	free(report);
}

static size_t faults_in(const char *report)
{
	size_t count = 0;

	for (const char *at = report; (at = strstr(at, " at offset ")) != NULL; at++)
		count += strncmp(at - 4, ".log", 4) == 0;
	return count;
}

/* One byte is changed, or one file is not what it was: the store cannot be opened again. */
static void what_keeps_a_store_from_being_opened_is_reported(void **state)
{
	static const struct {
		const char *name, *file;
		off_t at; /* of a bit; -1: the command is run in the directory */
		const char *command, *fault;
	} rows[] = {
		{ "v-head", LOG2, 20, NULL,
		  LOG2 " at offset 0: its header is damaged, or that of another file" },
		{ "v-first-head", LOG1, 41, NULL,
		  LOG1 " at offset 0: its header is damaged, or that of another file" },
		{ "v-store", "store", 20, NULL, "store at offset 20: it is damaged" },
		{ "v-store-zero", "store", 40, NULL, "store at offset 40: it is damaged" },
		{ "v-store-gone", "", -1, "rm store", "store at offset 0: it is missing" },
		{ "v-store-cut", "", -1, "truncate -s 33 store",
		  "store at offset 33: it is cut short" },
		{ "v-store-link", "", -1, "mv store s && ln -s s store",
		  "store at offset 0: something else stands in its place" },
		{ "v-gone", "", -1, "rm " LOG2, LOG2 " at offset 0: it is missing" },
		{ "v-gone-last", "", -1, "rm 0000000003.log",
		  "0000000003.log at offset 0: it is missing" },
		{ "v-named", "", -1, "rm " LOG2 " && mkdir " LOG2,
		  LOG2 " at offset 0: something else stands in its place" },
		{ "v-twice", "", -1, "ln " LOG1 " other",
		  LOG1 " at offset 0: something else stands in its place" },
		{ "v-stray", "", -1, "cp " LOG1 " 0000000009.log",
		  "0000000009.log at offset 0: it is no segment of this log" },
		{ "v-next", "", -1, "cp " LOG1 " 0000000004.log",
		  "0000000004.log at offset 0: it is no segment of this log" },
		{ "v-index", "", -1, "ln -sf store index",
		  "index at offset 0: something else stands in its place" },
		{ "v-reserve", "", -1, "rm -f reserve && mkdir reserve",
		  "reserve at offset 0: something else stands in its place" },
		{ "v-index-new", "", -1, "mkdir index.new",
		  "index.new at offset 0: something else stands in its place" },
		{ "v-store-new", "", -1, "mkfifo store.new",
		  "store.new at offset 0: something else stands in its place" },
	};
	asst_backend backend;
	char fault[200];

	(void)state;
	for (size_t i = 0; i < T_COUNT(rows); i++) {
		make(rows[i].name, &backend);
		if (rows[i].at >= 0)
			flip(rows[i].file, rows[i].at);
		else
			run("cd %s && %s", directory, rows[i].command);
		snprintf(fault, sizeof(fault), "\"%s\"", rows[i].fault);
		expect_faults(&backend, fault);
		if (try_open(&backend) == ASST_OK)
			fail_msg("%s opens", rows[i].name);
	}
}

/* Others that look alike, and keep nobody from opening it. */
static void what_does_no_harm_is_not_reported(void **state)
{
	static const char *const commands[] = {
		"printf x | dd of=index bs=1 seek=20 conv=notrunc 2>/dev/null",
		"printf x | dd of=index bs=1 seek=500 conv=notrunc 2>/dev/null",
		"rm index",
		"rm -f reserve lock",
		"head -c 30 " LOG1 " >0000000004.log",
		"cp " LOG1 " 1.log && cp " LOG1 " 0000000000.log",
		"cp " LOG2 " x && mv x " LOG2, /* another file, but the same */
	};
	asst_backend backend;
	char name[16];

	(void)state;
	for (size_t i = 0; i < T_COUNT(commands); i++) {
		snprintf(name, sizeof(name), "v-alike-%zu", i);
		make(name, &backend);
		run("cd %s && %s", directory, commands[i]);
		expect_faults(&backend, "");
		must(try_open(&backend));
		expect_faults(&backend, "");
	}
}

/* A frame has the value, 4 bytes of key, and 88 around them; the very first one has a note, too. */
#define FRAME (VALUE + 4 + 88)
#define IN_LOG1(i) (80 + (i) * FRAME)
#define BEHIND(i) (64 + (i) * FRAME)
#define FRAMES 41 /* in a segment */

static void a_replaced_segment_is_reported(void **state)
{
	asst_backend backend;
	char *report;

	(void)state;
	make("v-other", &backend);
	run("cd %s && cp " LOG1 " x && mv x " LOG2, directory);
	report = verify(&backend);
	assert_non_null(strstr(report, LOG2 " at offset 0: its header is damaged"));
	assert_non_null(strstr(report, LOG2 " at offset 64: it is damaged up to offset "));
	assert_int_equal(faults_in(report), 2);
	free(report);
	assert_int_equal(try_open(&backend), ASST_ECORRUPT);
}

/* It goes on behind damage: each stretch is reported, and each value in it with its key. */
static void all_damage_is_reported(void **state)
{
	asst_backend backend;

	(void)state;
	make("v-all", &backend);
	/* The header of a frame, a value, two frames next to each other, and the last one. */
	flip(LOG1, IN_LOG1(2) + 5);
	flip(LOG1, IN_LOG1(9) + 500);
	flip(LOG2, BEHIND(20) + 33);
	flip(LOG2, BEHIND(21) + 33);
	flip(LOG2, BEHIND(FRAMES) - 1);
	expect_faults(&backend, "\"" LOG1 " at offset 3264: it is damaged up to offset 4856\","
				"\"" LOG1 " at offset 14408: it is damaged up to offset 16000\","
				"\"" LOG2 " at offset 31904: it is damaged up to offset 35088\","
				"\"" LOG2 " at offset 63744: it is damaged up to offset 65336\","
				"\"" LOG1 " at offset 14485: acme: key 6b303039: its value is damaged\"");
	assert_int_equal(try_open(&backend), ASST_OK);
	must(backend.destroy(backend.self, err));
}

static void what_is_cut_short_is_reported_where_it_ends(void **state)
{
	static const struct {
		const char *name;
		int size;
		size_t whole; /* frames that are left */
		const char *fault;
	} rows[] = {
		{ "v-cut", 30000, 18,
		  LOG2 " at offset 30000: it is cut short, and has no whole frame behind offset 28720" },
		{ "v-cut-between", 28720, 18, LOG2 " at offset 28720: it is cut short" },
		{ "v-cut-head", 64, 0, LOG2 " at offset 64: it is cut short" },
		{ "v-cut-in-head", 63, 0, LOG2 " at offset 63: it is cut short" },
		{ "v-cut-all", 0, 0, LOG2 " at offset 0: it is cut short" },
	};
	asst_backend backend;
	char *report;
	size_t i;

	(void)state;
	for (i = 0; i < T_COUNT(rows); i++) {
		make(rows[i].name, &backend);
		assert_int_equal(truncate(path_of(LOG2), rows[i].size), 0);
		report = verify(&backend);
		if (!strstr(report, rows[i].fault))
			fail_msg("%s", report);
		/* Beside it, each of the values that are gone. */
		assert_int_equal(faults_in(report), 1 + FRAMES - rows[i].whole);
		free(report);
		assert_int_equal(try_open(&backend), ASST_ECORRUPT);
	}
}

/* What is in a value may look like frames of this very segment. */
static void values_like_frames_are_not_taken_for_them(void **state)
{
	static char bytes[20000];
	asst_backend backend;
	FILE *stream;

	(void)state;
	directory = "v-alike";
	must(try_open(&backend));
	for (int i = 0; i < 20; i++)
		put(&backend, i, bytes, 1000);
	stream = fopen(path_of(LOG1), "r");
	assert_non_null(stream);
	/* Behind 77 bytes of its frame: so they begin where frames may. */
	assert_int_equal(fread(bytes + 3, 1, sizeof(bytes) - 3, stream), sizeof(bytes) - 3);
	fclose(stream);
	put(&backend, 100, bytes, sizeof(bytes));
	put(&backend, 101, bytes, sizeof(bytes));
	must(backend.destroy(backend.self, err));
	must(try_open(&backend));
	flip(LOG1, 21848 + 33);
	expect_faults(&backend, "\"" LOG1 " at offset 21848: it is damaged up to offset 41936\"");
}

#define WRITES 3000

struct writer {
	asst_backend *backend;
	atomic_int writes;
};

static void *keep_writing(void *user)
{
	struct writer *writer = user;
	asst_error *error = asst_error_new();
	static char value[VALUE];
	uint64_t sequence;
	asst_batch *batch;
	size_t failed;
	int status = ASST_OK;
	char key[16];

	while (status == ASST_OK && atomic_load(&writer->writes) < WRITES) {
		snprintf(key, sizeof(key), "k%03d", atomic_load(&writer->writes) % 200);
		status = asst_batch_new(&batch, error);
		if (status == ASST_OK)
			status = asst_batch_put(batch, key, 4, value, sizeof(value), error);
		if (status == ASST_OK)
			status = writer->backend->apply(writer->backend->self, "acme", batch,
							&sequence, &failed, error);
		asst_batch_free(batch);
		atomic_fetch_add(&writer->writes, status == ASST_OK ? 1 : 2 * WRITES);
	}
	asst_error_free(error);
	return NULL;
}

static void print_fault(void *user, const char *what)
{
	print_message("%s\n", what);
	++*(int *)user;
}

/* Segments come, and between two checks they go. */
static void a_check_of_a_log_in_use_finds_nothing(void **state)
{
	asst_backend backend;
	struct writer writer = { .backend = &backend };
	pthread_t thread;
	int faults = 0;

	(void)state;
	make("v-in-use", &backend);
	assert_int_equal(pthread_create(&thread, NULL, keep_writing, &writer), 0);
	do {
		must(backend.verify(backend.self, print_fault, NULL, &faults, err));
	} while (atomic_load(&writer.writes) < WRITES);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(faults, 0);
	assert_int_equal(atomic_load(&writer.writes), WRITES);
	must(backend.destroy(backend.self, err));
}

#define MIB ((size_t)1024 * 1024)

/* Headers of frames, one behind the other, which say that they are as long as they may be. */
static char *forge_headers(uint32_t size)
{
	char *bytes = calloc(1, MIB);
	FILE *stream = fopen(path_of("store"), "r");
	char store[64];

	assert_non_null(bytes);
	assert_non_null(stream);
	assert_int_equal(fread(store, 1, sizeof(store), stream), sizeof(store));
	fclose(stream);
	for (size_t at = 0; at + 40 <= MIB; at += 40) {
		for (int i = 0; i < 4; i++)
			bytes[at + 4 + (size_t)i] = (char)(size >> 8 * i & 0xff);
		memcpy(bytes + at + 24, store + 16, 8);
		memcpy(bytes + at + 32, "ASF1", 4);
	}
	return bytes;
}

/* Each of them would have its checksum computed, which for all of them would take hours. */
static void values_like_headers_do_not_take_for_ever(void **state)
{
	asst_backend backend;
	asst_batch *batch;
	uint64_t sequence;
	size_t failed;
	char *bytes, *report;

	(void)state;
	directory = "v-forged";
	segment_bytes = 64 * (int64_t)MIB;
	must(try_open(&backend));
	bytes = forge_headers(8 * MIB);
	must(asst_batch_new(&batch, err));
	for (int i = 0; i < 15; i++) {
		/* Wherever in the frame this value begins, it begins there in one of eight. */
		char key[16] = "key-of-a-value";

		must(asst_batch_put(batch, key, (size_t)(8 + i % 8), bytes, MIB - 8, err));
	}
	must(backend.apply(backend.self, "acme", batch, &sequence, &failed, err));
	asst_batch_free(batch);
	put(&backend, 1, bytes, 1000);
	free(bytes);
	flip(LOG1, 100);
	report = verify(&backend);
	assert_int_equal(faults_in(report), 1);
	assert_non_null(strstr(report, LOG1 " at offset 64: it is damaged up to offset "));
	free(report);
	segment_bytes = 65536;
}

/* A backend some of whose values cannot be read. */
struct shaky {
	asst_backend inner;
	bool broken;
};

static int shaky_get(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
		     uint64_t *sequence, asst_error *error)
{
	struct shaky *shaky = self;
	const char *first = asst_keys_at(keys, 0, NULL);

	/* What is asked for alone. */
	if (shaky->broken && asst_keys_count(keys) == 1 && first[0] == 'A')
		return asst_error_set(error, ASST_EIO, 5, "a value that cannot be read");
	return shaky->inner.get(shaky->inner.self, partition, keys, sink, sequence, error);
}

static int shaky_scan(void *self, const char *partition, const asst_ranges *ranges,
		      asst_sink *sink, uint64_t *sequence, asst_error *error)
{
	struct shaky *shaky = self;

	if (shaky->broken && !asst_ranges_keys_only(ranges) && strcmp(partition, "acme") == 0)
		return asst_error_set(error, ASST_EIO, 5, "a value that cannot be read");
	return shaky->inner.scan(shaky->inner.self, partition, ranges, sink, sequence, error);
}

static int shaky_apply(void *self, const char *partition, const asst_batch *batch,
		       uint64_t *sequence, size_t *failed, asst_error *error)
{
	struct shaky *shaky = self;

	return shaky->inner.apply(shaky->inner.self, partition, batch, sequence, failed, error);
}

static int shaky_destroy(void *self, asst_error *error)
{
	struct shaky *shaky = self;

	return shaky->inner.destroy(shaky->inner.self, error);
}

/* Both calls end well: with what cannot be read, and without. */
static void what_cannot_be_read_is_reported_key_by_key(void **state)
{
	static const char ada[] = "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"]}";
	struct shaky shaky = { .broken = false };
	asst_backend backend;
	asst_session *session;
	asst_store *store;
	asst_buf *report;

	(void)state;
	must(asst_backend_init(&shaky.inner, sizeof(shaky.inner), err));
	must(asst_backend_open(&shaky.inner, "memory:", NULL, err));
	must(asst_backend_init(&backend, sizeof(backend), err));
	backend.self = &shaky;
	backend.get = shaky_get;
	backend.scan = shaky_scan;
	backend.apply = shaky_apply;
	backend.destroy = shaky_destroy;
	must(asst_store_open_backend(&store, &backend, NULL, err));
	must(asst_session_open(&session, store, ada, ASST_NUL, err));
	must(asst_assistant_create_json(NULL, session, "{\"name\":\"One\"}", ASST_NUL, 0, err));
	asst_session_free(session);
	for (int i = 0; i < 2; i++) {
		shaky.broken = i > 0;
		must(asst_store_verify(&report, store, NULL, NULL, 0, err));
		assert_int_equal(asst_error_status(err), ASST_OK);
		assert_int_equal(strstr(asst_buf_data(report), "\"ok\":true") == NULL, i);
		assert_int_equal(strstr(asst_buf_data(report),
					": its value cannot be read\"") != NULL, i);
		asst_buf_free(report);
	}
	must(asst_store_close(store));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keeps_a_store_from_being_opened_is_reported),
		cmocka_unit_test(what_does_no_harm_is_not_reported),
		cmocka_unit_test(a_replaced_segment_is_reported),
		cmocka_unit_test(all_damage_is_reported),
		cmocka_unit_test(what_is_cut_short_is_reported_where_it_ends),
		cmocka_unit_test(values_like_frames_are_not_taken_for_them),
		cmocka_unit_test(a_check_of_a_log_in_use_finds_nothing),
		cmocka_unit_test(values_like_headers_do_not_take_for_ever),
		cmocka_unit_test(what_cannot_be_read_is_reported_key_by_key),
	};
	int failed;

	err = asst_error_new();
	failed = cmocka_run_group_tests_name("api/verify", tests, NULL, NULL);
	asst_error_free(err);
	return failed ? 1 : 0;
}
