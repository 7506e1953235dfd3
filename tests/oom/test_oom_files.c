/* SPDX-License-Identifier: MIT */
/*
 * Allocation failures where the store is one of files: writes, reads, opening and opening
 * again. After a failure the store is usable, and what is on the disk is what it was.
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#define WORLD_WHERE world_where()
#define WORLD_CLEAN() remove_directory(directory)

static const char *world_where(void);
static void remove_directory(const char *path);
static char directory[64];

#include "oom_world.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned worlds;

static const char *world_where(void)
{
	static char where[80];

	snprintf(directory, sizeof(directory), "oom-files-%ld-%u", (long)getpid(), worlds++);
	snprintf(where, sizeof(where), "file:%s", directory);
	return where;
}

static void remove_directory(const char *path)
{
	struct dirent *entry;
	char inside[512];
	DIR *open = opendir(path);

	if (!open)
		return;
	while ((entry = readdir(open)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
		if (unlink(inside) != 0)
			remove_directory(inside);
	}
	closedir(open);
	rmdir(path);
}

static int run_create(asst_error *err)
{
	asst_assistant *made = (asst_assistant *)(void *)&w;
	int status = FAILING(asst_assistant_create_json(&made, w.ada, "{\"name\":\"N\"}", ASST_NUL,
							0, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_commit(asst_error *err)
{
	asst_assistant *made = (asst_assistant *)(void *)&w;
	int status = FAILING(asst_draft_commit(&made, w.draft, "m", 1, 0, err));

	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_delete(asst_error *err)
{
	return FAILING(asst_assistant_delete(w.ada, w.alpha, ASST_ANY_REVISION, 0, err));
}

/* The backend's own methods */

static int run_get(asst_error *err)
{
	asst_keys *keys;
	asst_sink *sink;
	uint64_t sequence = 0;
	int status;

	MUST(asst_keys_new(&keys, NULL));
	MUST(asst_keys_add(keys, "Wacme", 5, NULL));
	MUST(asst_sink_new(&sink, NULL));
	status = FAILING(w.inner.get(w.inner.self, "$store", keys, sink, &sequence, err));
	if (status == ASST_OK)
		text_format(&out, "%zu@%" PRIu64 "\n", asst_sink_count(sink), sequence);
	asst_keys_free(keys);
	asst_sink_free(sink);
	return status;
}

static int run_scan(asst_error *err)
{
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence = 0;
	int status;

	MUST(asst_ranges_new(&ranges, 0, NULL));
	MUST(asst_ranges_add(ranges, NULL, 0, NULL, 0, 0, ASST_RANGE_REVERSE, NULL));
	MUST(asst_sink_new(&sink, NULL));
	status = FAILING(w.inner.scan(w.inner.self, "acme", ranges, sink, &sequence, err));
	if (status == ASST_OK)
		text_format(&out, "%zu@%" PRIu64 "\n", asst_sink_count(sink), sequence);
	asst_ranges_free(ranges);
	asst_sink_free(sink);
	return status;
}

static int run_apply(asst_error *err)
{
	asst_batch *batch;
	uint64_t sequence = 0;
	size_t failed = 0;
	char value[5000];
	int status;

	memset(value, 'v', sizeof(value));
	MUST(asst_batch_new(&batch, NULL));
	MUST(asst_batch_check_key(batch, "zz", 2, 0, NULL));
	MUST(asst_batch_put(batch, "zz", 2, value, sizeof(value), NULL));
	MUST(asst_batch_put_sequenced(batch, "zy", 2, "t", 1, value, 40, NULL));
	MUST(asst_batch_delete_range(batch, "E", 1, "F", 1, NULL));
	status = FAILING(w.inner.apply(w.inner.self, "acme", batch, &sequence, &failed, err));
	if (status == ASST_OK)
		text_format(&out, "%" PRIu64 "\n", sequence);
	asst_batch_free(batch);
	return status;
}

/* Where that does not go, an empty one takes its place, so that the campaign goes on. */
static void reopen(void)
{
	asst_store_opts *opts = world_opts();
	char where[80];
	int status;

	snprintf(where, sizeof(where), "file:%s", directory);
	MUST(asst_backend_init(&w.inner, sizeof(w.inner), NULL));
	status = asst_backend_open(&w.inner, where, opts, NULL);
	if (status != ASST_OK) {
		complain("cannot be opened again: %d", status);
		MUST(asst_backend_open(&w.inner, "memory:", opts, NULL));
	}
	asst_store_opts_free(opts);
}

/* The last frame may be missing; what is opened again is shown by the stage. */
static int run_destroy(asst_error *err)
{
	int status = FAILING(w.inner.destroy(w.inner.self, err));

	reopen();
	return status;
}

static int put(asst_backend *backend, const char *key, bool failing, asst_error *err)
{
	asst_batch *batch;
	uint64_t sequence = 0;
	size_t failed = 0;
	int status;

	MUST(asst_batch_new(&batch, NULL));
	MUST(asst_batch_put(batch, key, strlen(key), "value", 5, NULL));
	if (failing)
		status = FAILING(backend->apply(backend->self, "acme", batch, &sequence, &failed,
						err));
	else
		status = backend->apply(backend->self, "acme", batch, &sequence, &failed, err);
	asst_batch_free(batch);
	return status;
}

/* What follows a failure is written as if nothing had been, and read again. */
static void write_on(asst_backend *backend, bool again)
{
	static const char *const keys[] = { "x1", "x2", "x3" };
	size_t i;
	int status;

	fault.left = 0;
	for (i = again ? 0 : 1; i < T_COUNT(keys); i++) {
		status = put(backend, keys[i], false, NULL);
		if (status != ASST_OK)
			complain("afterwards, with memory: writing %s gives %d", keys[i], status);
	}
}

static int run_apply_on(asst_error *err)
{
	int status = put(&w.inner, "x1", true, err);

	EXPECT(status == ASST_OK || status == ASST_ENOMEM);
	write_on(&w.inner, status != ASST_OK);
	EXPECT(w.inner.destroy(w.inner.self, NULL) == ASST_OK);
	reopen();
	asst_error_set(err, ASST_OK, 0, NULL);
	return ASST_OK;
}

static int open_at(const char *path, asst_backend *backend, bool failing, asst_error *err)
{
	asst_store_opts *opts = world_opts();
	char where[80];
	int status;

	snprintf(where, sizeof(where), "file:%s", path);
	MUST(asst_backend_init(backend, sizeof(*backend), NULL));
	if (failing)
		status = FAILING(asst_backend_open(backend, where, opts, err));
	else
		status = asst_backend_open(backend, where, opts, err);
	asst_store_opts_free(opts);
	return status;
}

/* All that a backend has, by its own scan. */
static void show_backend(asst_backend *backend)
{
	asst_backend inner = w.inner;

	w.inner = *backend;
	show_partition(&out, "acme");
	w.inner = inner;
}

/* A new one, which is written to and read again. */
static int run_open_new(asst_error *err)
{
	char path[sizeof(directory) + 4];
	asst_backend backend;
	int status, now_status;

	snprintf(path, sizeof(path), "%s-2", directory);
	status = open_at(path, &backend, true, err);
	if (status == ASST_OK) {
		write_on(&backend, true);
		MUST(backend.destroy(backend.self, NULL));
	}
	fault.left = 0;
	now_status = open_at(path, &backend, false, NULL);
	if (now_status != ASST_OK)
		complain("cannot be opened again: %d", now_status);
	if (status == ASST_OK && now_status == ASST_OK)
		show_backend(&backend);
	if (now_status == ASST_OK)
		MUST(backend.destroy(backend.self, NULL));
	remove_directory(path);
	return status;
}

/* What recovery reads: the stage's directory, while its own backend is closed. */
static int run_open_again(asst_error *err)
{
	asst_backend backend;
	int status;

	MUST(w.inner.destroy(w.inner.self, NULL));
	status = open_at(directory, &backend, true, err);
	fault.left = 0;
	if (status == ASST_OK) {
		write_on(&backend, true);
		EXPECT(backend.destroy(backend.self, NULL) == ASST_OK);
	}
	reopen();
	return status;
}

static int open_store(const char *path, asst_error *err)
{
	asst_store_opts *opts = world_opts();
	asst_store *store = w.store;
	char where[80];
	int status;

	snprintf(where, sizeof(where), "file:%s", path);
	status = FAILING(asst_store_open(&store, where, opts, err));
	asst_store_opts_free(opts);
	EXPECT((status == ASST_OK) == (store != NULL));
	if (store)
		MUST(asst_store_close(store));
	return status;
}

static int run_store(asst_error *err)
{
	char path[sizeof(directory) + 4];
	int status;

	snprintf(path, sizeof(path), "%s-2", directory);
	status = open_store(path, err);
	remove_directory(path);
	return status;
}

static int run_store_busy(asst_error *err)
{
	return open_store(directory, err);
}

static int run_compact(asst_error *err)
{
	return FAILING(asst_store_compact(w.store, NULL, NULL, 0, err));
}

static int run_backup(asst_error *err)
{
	char path[sizeof(directory) + 4];
	int status;

	snprintf(path, sizeof(path), "%s-3", directory);
	status = FAILING(asst_store_backup(w.store, path, NULL, NULL, 0, err));
	remove_directory(path);
	return status;
}

static int run_backup_fd(asst_error *err)
{
	FILE *to = tmpfile();
	int status;

	EXPECT(to != NULL);
	status = FAILING(asst_store_backup_fd(w.store, fileno(to), NULL, NULL, 0, err));
	fclose(to);
	return status;
}

static int run_verify(asst_error *err)
{
	asst_buf *report = (asst_buf *)(void *)&w;
	int status = FAILING(asst_store_verify(&report, w.store, NULL, NULL, 0, err));

	EXPECT((status == ASST_OK) == (report != NULL));
	if (report)
		text_format(&out, "%.12s\n", asst_buf_data(report));
	asst_buf_free(report);
	return status;
}

/* Some of what is in memory is not on the disk any more. */
static void damage_log(void)
{
	char path[sizeof(directory) + 20];
	FILE *log;

	snprintf(path, sizeof(path), "%s/0000000001.log", directory);
	log = fopen(path, "r+");
	if (!log || fseek(log, 1000, SEEK_SET) || fwrite("damage", 1, 6, log) != 6 || fclose(log))
		fail_msg("the log cannot be damaged");
}

static int run_stats(asst_error *err)
{
	asst_buf *stats = (asst_buf *)(void *)&w;
	int status = FAILING(asst_store_stats(&stats, w.store, err));

	EXPECT((status == ASST_OK) == (stats != NULL));
	if (stats)
		text_format(&out, "%.8s\n", asst_buf_data(stats));
	asst_buf_free(stats);
	return status;
}

static const struct op ops[] = {
	{ "asst_store_compact", "files", ASST_OK, ALL | MAYBE, NULL, run_compact },
	{ "asst_store_backup", "files", ASST_OK, ALL | MAYBE, NULL, run_backup },
	{ "asst_store_backup_fd", "files", ASST_OK, ALL | MAYBE, NULL, run_backup_fd },
	{ "asst_store_verify", "files", ASST_OK, ALL | MAYBE, NULL, run_verify },
	{ "asst_store_verify", "files, damaged", ASST_OK, ALL | MAYBE, damage_log, run_verify },
	{ "asst_store_stats", "files", ASST_OK, ALL | MAYBE, NULL, run_stats },
	{ "asst_assistant_create_json", "files", ASST_OK, ALL | MAYBE, NULL, run_create },
	{ "asst_draft_commit", "files", ASST_OK, ALL | MAYBE, NULL, run_commit },
	{ "asst_assistant_delete", "files", ASST_OK, ALL | MAYBE, NULL, run_delete },
	{ "asst_backend.get", "files", ASST_OK, HEAP, NULL, run_get },
	{ "asst_backend.scan", "files", ASST_OK, HEAP, NULL, run_scan },
	{ "asst_backend.apply", "files", ASST_OK, ALL | MAYBE, NULL, run_apply },
	{ "asst_backend.apply", "files, and more", ASST_OK, ALL | MAYBE, NULL, run_apply_on },
	{ "asst_backend.destroy", "files", ASST_OK, ALL | MAYBE, NULL, run_destroy },
	{ "asst_backend_open", "files, new", ASST_OK, ALL | MAYBE, NULL, run_open_new },
	{ "asst_backend_open", "files, again", ASST_OK, ALL | MAYBE | KEEPS, NULL, run_open_again },
	{ "asst_store_open", "files, new", ASST_OK, ALL | MAYBE, NULL, run_store },
	{ "asst_store_open", "files, in use", ASST_EBUSY, ALL, NULL, run_store_busy },
};

OOM_TESTS("files", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_files", tests, NULL, NULL) ? 1 : 0;
}
