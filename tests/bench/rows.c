/* SPDX-License-Identifier: MIT */
/* The rows of writing and reading, and the stores that rows share. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define ZEROS 262144

static struct bench_ours *memory_store, *file_store;
static void *sqlite_store, *lmdb_store;

static void say(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
}

struct bench_ours *bench_memory_store(struct bench *bench)
{
	if (!memory_store) {
		say("loading memory:");
		memory_store = bench_ours_open(bench, "memory:", -1, NULL);
		bench_ours_load(memory_store, bench->documents);
	}
	return memory_store;
}

struct bench_ours *bench_file_store(struct bench *bench)
{
	char path[BENCH_PATH];

	if (!file_store) {
		say("loading file:");
		file_store = bench_ours_open(bench, bench_path(path, bench, "ours"), -1, "process");
		bench_ours_load(file_store, bench->documents);
		bench_ours_reopen(file_store, -1, NULL);
	}
	return file_store;
}

void *bench_peer_store(struct bench *bench, const struct bench_peer *peer)
{
	void **store = peer == &bench_sqlite ? &sqlite_store : &lmdb_store;
	char path[BENCH_PATH];

	if (!*store && peer->open) {
		fprintf(stderr, "bench: loading %s\n", peer->name);
		*store = peer->open(bench, bench_path(path, bench, peer->name), bench->documents,
				    1000);
	}
	return *store;
}

void bench_stores_close(void)
{
	if (memory_store)
		bench_ours_close(memory_store);
	if (file_store)
		bench_ours_close(file_store);
	if (sqlite_store)
		bench_sqlite.close(sqlite_store);
	if (lmdb_store)
		bench_lmdb.close(lmdb_store);
}

/* A peer's series; empty where it is missing. */
static void init_peer(struct bench_series *series, struct bench *bench,
		      const struct bench_peer *peer, double (*slice)(void *, double))
{
	bench_series_init(series, slice, bench_peer_store(bench, peer));
}

static void run_create(struct bench *bench)
{
	struct bench_series grow, zero, sqlite, lmdb, ours;
	struct bench_series *const turns[] = { &grow, &zero, &sqlite, &lmdb, &ours };
	struct bench_log *growing, *zeroed;
	char path[BENCH_PATH];
	struct bench_row row = {
		.name = "create, 1 thread (growing log)",
		.unit = "1/s",
		.kind = BENCH_SPEED,
		.limit = &grow,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_LIMIT,
		.target = 1.0,
	};

	growing = bench_log_open(bench_path(path, bench, "growing"), 0);
	zeroed = bench_log_open(bench_path(path, bench, "zeroed"), ZEROS);
	bench_series_init(&grow, bench_log_slice, growing);
	bench_series_init(&zero, bench_log_slice, zeroed);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.create);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.create);
	bench_series_init(&ours, bench_ours_create, bench_file_store(bench));
	bench_turns(bench, turns, 5);
	bench_row_add(&row);
	row.name = "create, 1 thread (zero-filled log)";
	row.limit = &zero;
	row.target = 0.75;
	bench_row_add(&row);
	row.name = "create, 1 thread (against SQLite)";
	row.limit = NULL;
	row.against = BENCH_TO_SQLITE;
	row.target = bench->documents >= 1000000 ? 5 : 2;
	row.bare1 = &sqlite;
	row.bare2 = &zero;
	bench_row_add(&row);
	bench_log_close(growing);
	bench_log_close(zeroed);
}

static void run_create8(struct bench *bench)
{
	struct bench_series grow, sqlite, lmdb, ours, ours1;
	struct bench_series *const turns[] = { &grow, &sqlite, &lmdb, &ours, &ours1 };
	struct bench_log *growing;
	char path[BENCH_PATH];
	struct bench_row row = {
		.name = "create, 8 threads (growing log, 1 thread)",
		.unit = "1/s",
		.kind = BENCH_SPEED,
		.limit = &grow,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_LIMIT,
		.target = 3.5,
	};

	growing = bench_log_open(bench_path(path, bench, "growing"), 0);
	bench_series_init(&grow, bench_log_slice, growing);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.create8);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.create8);
	bench_series_init(&ours, bench_ours_create8, bench_file_store(bench));
	bench_series_init(&ours1, bench_ours_create, bench_file_store(bench));
	bench_turns(bench, turns, 5);
	bench_row_add(&row);
	bench_row_extra("create, 8 threads: flushes a record", "", NULL, BENCH_P50, &ours,
			BENCH_SYNCS, 0.3);
	bench_row_extra("create, 8 threads: p99 (limit: 1, p50)", "us", &ours1, BENCH_P50, &ours,
			BENCH_P99, 4);
	/* How much of that is the disk's own. */
	bench_row_extra("create, 1 thread: p99 (limit: p50)", "us", &ours1, BENCH_P50, &ours1,
			BENCH_P99, 0);
	bench_log_close(growing);
}

static void run_fresh(struct bench *bench)
{
	struct bench_series cjson, ours, ours2, bare, bare2;
	struct bench_series *const turns[] = { &cjson, &ours, &ours2, &bare, &bare2 };
	struct bench_table *table = bench_hash_open(NULL, 1000);
	struct bench_row row = {
		.name = "create in memory (cJSON parse + delete)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &cjson,
		.ours = &ours,
		.against = BENCH_TO_LIMIT,
		.target = 3,
	};

	bench_series_init(&cjson, bench_cjson_slice, NULL);
	bench_series_init(&ours, bench_ours_fresh, bench);
	bench_series_init(&ours2, bench_ours_fresh2, bench);
	bench_series_init(&bare, bench_hash_slice, table);
	bench_series_init(&bare2, bench_hash_slice2, table);
	bench_turns(bench, turns, 5);
	bench_row_add(&row);
	row = (struct bench_row){ .name = "create in memory, 2 threads (limit: 1)",
				  .unit = "1/s",
				  .kind = BENCH_SPEED,
				  .limit = &ours,
				  .ours = &ours2,
				  .target = 1.6,
				  .bare1 = &bare,
				  .bare2 = &bare2 };
	bench_row_add(&row);
	bench_hash_close(table);
}

static void run_get(struct bench *bench)
{
	struct bench_series bare, sqlite, lmdb, ours, ours2, json, bare2;
	struct bench_series *const turns[] = {
		&bare, &sqlite, &lmdb, &ours, &ours2, &bare2, &json
	};
	struct bench_table *table = bench_hash_open(NULL, bench->documents);
	struct bench_ours *store = bench_memory_store(bench);
	struct bench_row row = {
		.name = "get, memory (hash lookup)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &bare,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_LIMIT,
		.target = 3,
	};

	bench_series_init(&bare, bench_hash_slice, table);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.get);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.get);
	bench_series_init(&ours, bench_ours_get, store);
	bench_series_init(&ours2, bench_ours_get2, store);
	bench_series_init(&json, bench_ours_get_json, store);
	bench_series_init(&bare2, bench_hash_slice2, table);
	bench_turns(bench, turns, 7);
	bench_row_add(&row);
	if (bench->documents < 1000000)
		bench_note(
			"get, memory: the target is for a million documents; with few, the bare "
			"lookup stays in the processor's cache, and what is looked up does not.");
	row = (struct bench_row){ .name = "get, memory, 2 threads (limit: 1)",
				  .unit = "1/s",
				  .kind = BENCH_SPEED,
				  .limit = &ours,
				  .ours = &ours2,
				  .target = 1.8,
				  .bare1 = &bare,
				  .bare2 = &bare2 };
	bench_row_add(&row);
	row = (struct bench_row){ .name = "get and the whole as JSON, memory",
				  .unit = "us",
				  .kind = BENCH_COST,
				  .sqlite = &sqlite,
				  .lmdb = &lmdb,
				  .ours = &json };
	bench_row_add(&row);
	bench_hash_close(table);
}

/* Into the page cache, as far as there is memory for it. */
static void warm(struct bench *bench)
{
	char path[BENCH_PATH];

	bench_read_all(bench_path(path, bench, "ours"));
	if (sqlite_store)
		bench_read_all(bench_path(path, bench, bench_sqlite.name));
	if (lmdb_store)
		bench_read_all(bench_path(path, bench, bench_lmdb.name));
}

static void run_get_file(struct bench *bench)
{
	struct bench_series bare, sqlite, lmdb, ours;
	struct bench_series *const turns[] = { &bare, &sqlite, &lmdb, &ours };
	char path[BENCH_PATH];
	struct bench_table *table;
	struct bench_row row = {
		.name = "get, file (lookup + pread)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &bare,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_LIMIT,
		.target = 1.5,
	};

	table = bench_hash_open(bench_path(path, bench, "values"), bench->documents);
	bench_series_init(&bare, bench_pread_slice, table);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.get);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.get);
	bench_series_init(&ours, bench_ours_get, bench_file_store(bench));
	warm(bench);
	bench_turns(bench, turns, 4);
	bench_row_add(&row);
	bench_ours_reopen(bench_file_store(bench), 0, NULL);
	bench_series_init(&bare, bench_pread_slice, table);
	bench_series_init(&ours, bench_ours_get, bench_file_store(bench));
	sqlite.slice = lmdb.slice = NULL;
	bench_turns(bench, turns, 4);
	row.name = "get, file, resident_bytes 0";
	bench_row_add(&row);
	bench_ours_reopen(bench_file_store(bench), -1, NULL);
	bench_hash_close(table);
}

/* The same page of a tenth, or less, of the documents. */
static void run_list_small(struct bench *bench)
{
	struct bench_series small, ours;
	struct bench_series *const turns[] = { &small, &ours };
	struct bench_ours *store;

	if (bench->documents < 2 * 10000)
		return;
	store = bench_ours_open(bench, "memory:", -1, NULL);
	bench_ours_load(store, 10000);
	bench_series_init(&small, bench_ours_list, store);
	bench_series_init(&ours, bench_ours_list, bench_memory_store(bench));
	bench_turns(bench, turns, 2);
	bench_row_add(&(struct bench_row){ .name = "list 50 summaries (limit: out of 10,000)",
					   .unit = "us",
					   .kind = BENCH_COST,
					   .limit = &small,
					   .ours = &ours,
					   .target = 3 });
	bench_ours_close(store);
}

static void run_list(struct bench *bench)
{
	struct bench_series bare, sqlite, lmdb, ours, few, file;
	struct bench_series *const turns[] = { &bare, &sqlite, &lmdb, &ours, &few, &file };
	struct bench_merge *merge = bench_merge_open(bench->documents);
	struct bench_row row = {
		.name = "list 50 summaries, memory (merge)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &bare,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_NOTHING,
		.target = 40,
	};

	bench_series_init(&bare, bench_merge_slice, merge);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.list);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.list);
	bench_series_init(&ours, bench_ours_list, bench_memory_store(bench));
	bench_series_init(&few, bench_ours_list_few, bench_memory_store(bench));
	bench_series_init(&file, bench_ours_list, bench_file_store(bench));
	bench_turns(bench, turns, 6);
	bench_row_add(&row);
	row.name = "list 50 summaries, file";
	row.ours = &file;
	bench_row_add(&row);
	row = (struct bench_row){ .name = "list 50 summaries, 20 teams, 1 % visible",
				  .unit = "us",
				  .kind = BENCH_COST,
				  .ours = &few,
				  .against = BENCH_TO_NOTHING,
				  .target = 200 };
	bench_row_add(&row);
	run_list_small(bench);
	bench_merge_close(merge);
}

static void run_list_whole(struct bench *bench)
{
	struct bench_series bare, sqlite, lmdb, ours, file;
	struct bench_series *const turns[] = { &bare, &sqlite, &lmdb, &ours, &file };
	struct bench_merge *merge = bench_merge_open(bench->documents);
	struct bench_row row = {
		.name = "list 50 definitions, memory (merge, copy)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &bare,
		.sqlite = &sqlite,
		.lmdb = &lmdb,
		.ours = &ours,
		.against = BENCH_TO_NOTHING,
		.target = 150,
	};

	bench_series_init(&bare, bench_merge_copy_slice, merge);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.list_whole);
	init_peer(&lmdb, bench, &bench_lmdb, bench_lmdb.list_whole);
	bench_series_init(&ours, bench_ours_list_whole, bench_memory_store(bench));
	bench_series_init(&file, bench_ours_list_whole, bench_file_store(bench));
	bench_turns(bench, turns, 5);
	bench_row_add(&row);
	row.name = "list 50 definitions, file";
	row.ours = &file;
	bench_row_add(&row);
	bench_merge_close(merge);
}

static void run_count(struct bench *bench)
{
	struct bench_series bare, sqlite, ours, file;
	struct bench_series *const turns[] = { &bare, &sqlite, &ours, &file };
	struct bench_scan *scan = bench_scan_open();
	struct bench_row row = {
		.name = "count to 10,000, memory (keys-only scan)",
		.unit = "us",
		.kind = BENCH_COST,
		.limit = &bare,
		.sqlite = &sqlite,
		.ours = &ours,
		.against = BENCH_TO_LIMIT, /* which nobody has put a number to */
	};

	bench_series_init(&bare, bench_scan_slice, scan);
	init_peer(&sqlite, bench, &bench_sqlite, bench_sqlite.count);
	bench_series_init(&ours, bench_ours_count, bench_memory_store(bench));
	bench_series_init(&file, bench_ours_count, bench_file_store(bench));
	bench_turns(bench, turns, 4);
	bench_row_add(&row);
	row.name = "count to 10,000, file (keys-only scan)";
	row.ours = &file;
	bench_row_add(&row);
	bench_scan_close(scan);
}

static void run_missing(struct bench *bench)
{
	(void)bench;
	bench_row_missing("bulk import", ">= 40 k/s", "not yet");
}

/* In the order in which they run: what makes the stores grow comes last. */
const struct bench_group bench_groups[] = {
	{ "get", "get by id, memory backend", run_get },
	{ "get-file", "get by id, file backend", run_get_file },
	{ "list", "a page of 50 summaries", run_list },
	{ "list-whole", "a page of 50 definitions", run_list_whole },
	{ "count", "counting to 10,000", run_count },
	{ "names", "looking for a name that nothing has", bench_rows_names },
	{ "missing", "rows whose API is not there yet", run_missing },
	{ "open", "opening after a clean close, and after a crash", bench_rows_open },
	{ "memory", "memory held", bench_rows_memory },
	{ "disk", "disk a document", bench_rows_disk },
	{ "compaction", "compaction", bench_rows_compaction },
	{ "fresh", "create in memory", run_fresh },
	{ "create", "durable create, 1 thread", run_create },
	{ "create8", "durable create, 8 threads", run_create8 },
	{ NULL, NULL, NULL },
};
