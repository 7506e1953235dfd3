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

static void reopen(void)
{
	asst_store_opts *opts = world_opts();
	char where[80];

	snprintf(where, sizeof(where), "file:%s", directory);
	MUST(asst_backend_init(&w.inner, sizeof(w.inner), NULL));
	MUST(asst_backend_open(&w.inner, where, opts, NULL));
	asst_store_opts_free(opts);
}

/* Closing takes no memory; what is opened again is shown by the stage. */
static int run_destroy(asst_error *err)
{
	int status = FAILING(w.inner.destroy(w.inner.self, err));

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

static int run_open_new(asst_error *err)
{
	char path[sizeof(directory) + 4];
	int status;

	snprintf(path, sizeof(path), "%s-2", directory);
	status = open_store(path, err);
	if (status != ASST_OK) {
		fault.left = 0;
		MUST(open_store(path, NULL));
	}
	remove_directory(path);
	return status;
}

/* What recovery reads: the stage's directory, while its own backend is closed. */
static int run_open_again(asst_error *err)
{
	int status;

	MUST(w.inner.destroy(w.inner.self, NULL));
	status = open_store(directory, err);
	fault.left = 0;
	reopen();
	return status;
}

static int run_open_busy(asst_error *err)
{
	return open_store(directory, err);
}

static const struct op ops[] = {
	{ "asst_assistant_create_json", "files", ASST_OK, ALL, NULL, run_create },
	{ "asst_draft_commit", "files", ASST_OK, ALL, NULL, run_commit },
	{ "asst_assistant_delete", "files", ASST_OK, ALL, NULL, run_delete },
	{ "asst_backend.get", "files", ASST_OK, 0, NULL, run_get },
	{ "asst_backend.scan", "files", ASST_OK, HEAP, NULL, run_scan },
	{ "asst_backend.apply", "files", ASST_OK, ALL, NULL, run_apply },
	{ "asst_backend.destroy", "files", ASST_OK, 0, NULL, run_destroy },
	{ "asst_store_open", "files, new", ASST_OK, ALL, NULL, run_open_new },
	{ "asst_store_open", "files, again", ASST_OK, ALL | KEEPS, NULL, run_open_again },
	{ "asst_store_open", "files, in use", ASST_EBUSY, ALL, NULL, run_open_busy },
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
