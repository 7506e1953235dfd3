/* SPDX-License-Identifier: MIT */
/* The rows of whole stores: opening, memory, disk, compaction. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define DISK_DOCUMENTS 10000
#define MANY 200000 /* documents from which on whole copies are made less often */

struct opening {
	struct bench *bench;
	char from[BENCH_PATH];
	char path[BENCH_PATH];
	int crashed; /* each time from a new copy: what was recovered is clean afterwards */
	int cold;
};

static double open_slice(void *state, double seconds)
{
	struct opening *opening = state;
	struct bench_ours *ours;
	double start, took;

	(void)seconds;
	if (opening->crashed)
		bench_copy(opening->from, opening->path);
	if (opening->cold)
		bench_drop_cache(opening->path);
	start = bench_now();
	ours = bench_ours_open(opening->bench, opening->path, -1, NULL);
	took = bench_now() - start;
	bench_ours_close(ours);
	return took * 1e3;
}

static double read_slice(void *state, double seconds)
{
	struct opening *opening = state;
	double start;

	(void)seconds;
	if (opening->cold)
		bench_drop_cache(opening->from);
	start = bench_now();
	bench_read_all(opening->from);
	return (bench_now() - start) * 1e3;
}

static void init_opening(struct opening *opening, struct bench *bench, const char *from,
			 const char *path)
{
	memset(opening, 0, sizeof(*opening));
	opening->bench = bench;
	bench_path(opening->from, bench, from);
	bench_path(opening->path, bench, path);
}

static void run_clean(struct bench *bench)
{
	struct bench_series sqlite, lmdb, ours;
	struct bench_series *const turns[] = { &sqlite, &lmdb, &ours };
	struct opening opening;
	double keys, bytes, median;
	char name[64];

	bench_ours_measure(bench_file_store(bench), &keys, &bytes);
	init_opening(&opening, bench, "clean", "clean");
	bench_ours_copy_closed(bench_file_store(bench), opening.path);
	bench_series_init(&sqlite, bench_sqlite.reopen, bench_peer_store(bench, &bench_sqlite));
	bench_series_init(&lmdb, bench_lmdb.reopen, bench_peer_store(bench, &bench_lmdb));
	bench_series_init(&ours, open_slice, &opening);
	bench_turns(bench, turns, 3);
	bench_row_add(&(struct bench_row){ .name = "open after a clean close, all",
					   .unit = "ms",
					   .kind = BENCH_COST,
					   .sqlite = &sqlite,
					   .lmdb = &lmdb,
					   .ours = &ours });
	median = bench_median(ours.value, ours.rounds);
	snprintf(name, sizeof(name), "open after a clean close, M keys (%.2fM)", keys / 1e6);
	bench_row_numbers(name, "s", -1, -1, -1, median / 1e3 / (keys / 1e6), BENCH_TO_NOTHING,
			  0.35);
}

static void run_crashed(struct bench *bench)
{
	struct bench_series cold_read, cold, warm_read, warm;
	struct bench_series *const turns[] = { &cold_read, &cold, &warm_read, &warm };
	struct opening opening, cold_opening;
	struct bench_row row = {
		.name = "open after a crash, cold (read the log)",
		.unit = "ms",
		.kind = BENCH_COST,
		.limit = &cold_read,
		.ours = &cold,
		.against = BENCH_TO_LIMIT,
		.target = 1.5,
	};

	init_opening(&opening, bench, "crashed", "recovered");
	bench_copy(bench_path(opening.path, bench, "ours"), opening.from);
	bench_path(opening.path, bench, "recovered");
	opening.crashed = 1;
	cold_opening = opening;
	cold_opening.cold = 1;
	bench_series_init(&cold_read, read_slice, &cold_opening);
	bench_series_init(&cold, open_slice, &cold_opening);
	bench_series_init(&warm_read, read_slice, &opening);
	bench_series_init(&warm, open_slice, &opening);
	bench_turns(bench, turns, 4);
	bench_row_add(&row);
	bench_note(
		"open after a crash: the limit reads the files of the store from its first byte to "
		"its last; cold: none of them in the page cache.");
	row.name = "open after a crash, warm (read the log)";
	row.limit = &warm_read;
	row.ours = &warm;
	bench_row_add(&row);
	bench_remove(opening.from);
	bench_remove(opening.path);
}

void bench_rows_open(struct bench *bench)
{
	int rounds = bench->rounds;

	if (bench->documents > MANY && bench->rounds > 3)
		bench->rounds = 3;
	bench_file_store(bench);
	run_clean(bench);
	run_crashed(bench);
	bench->rounds = rounds;
}

void bench_rows_memory(struct bench *bench)
{
	struct bench_ours *ours;
	double before, keys, bytes, held;
	char path[BENCH_PATH];

	bench_ours_copy_closed(bench_file_store(bench), bench_path(path, bench, "clean"));
	before = bench_memory();
	ours = bench_ours_open(bench, path, 0, NULL);
	held = bench_memory() - before;
	bench_ours_measure(ours, &keys, &bytes);
	bench_row_numbers("memory a key, file, resident_bytes 0", "B", -1, -1, -1, held / keys,
			  BENCH_TO_NOTHING, 90);
	bench_ours_close(ours);
	bench_remove(path);

	before = bench_memory();
	ours = bench_ours_open(bench, "memory:", -1, NULL);
	bench_ours_load(ours, bench->documents);
	/* The ids of the documents are the benchmark's own. */
	held = bench_memory() - before - (double)bench->documents * sizeof(struct bench_link);
	bench_ours_measure(ours, &keys, &bytes);
	bench_row_numbers("memory a document, memory (values + 90 a key)", "B",
			  (bytes * 1.25 + keys * 90) / (double)bench->documents, -1, -1,
			  held / (double)bench->documents, BENCH_TO_LIMIT, 1);
	bench_ours_close(ours);
}

static double peer_disk(struct bench *bench, const struct bench_peer *peer, size_t count)
{
	char path[BENCH_PATH];
	void *store;
	double size;

	if (!peer->open)
		return -1;
	bench_path(path, bench, "disk");
	bench_remove(path);
	store = peer->open(bench, path, count, 1);
	size = (double)bench_disk(path);
	peer->close(store);
	bench_remove(path);
	return size / (double)count;
}

void bench_rows_disk(struct bench *bench)
{
	size_t count = bench->documents < DISK_DOCUMENTS ? bench->documents : DISK_DOCUMENTS;
	struct bench_ours *ours;
	char path[BENCH_PATH];
	double size;

	bench_path(path, bench, "disk");
	ours = bench_ours_open(bench, path, -1, "process");
	bench_ours_create_many(ours, count);
	size = (double)bench_disk(path) / (double)count;
	bench_ours_close(ours);
	bench_remove(path);
	bench_row_numbers("disk a document at create", "B", BENCH_DOC_BYTES,
			  peer_disk(bench, &bench_sqlite, count),
			  peer_disk(bench, &bench_lmdb, count), size, BENCH_TO_LIMIT, 1.5);
}

/* A store in which every document was written once and nothing else happened. */
static struct bench_ours *open_loaded(struct bench *bench, const char *path, size_t count)
{
	struct bench_ours *ours = bench_ours_open(bench, path, -1, "process");

	bench_ours_load(ours, count);
	return ours;
}

static void run_beside(struct bench *bench, struct bench_ours *ours)
{
	struct bench_series alone, beside;
	struct bench_series *const turns[] = { &alone, &beside };

	bench_series_init(&alone, bench_ours_create, ours);
	bench_series_init(&beside, bench_ours_create_compacting, ours);
	bench_turns(bench, turns, 2);
	bench_row_extra("create beside compaction: p99 (limit: alone)", "us", &alone,
			BENCH_P99, &beside, BENCH_P99, 3);
}

void bench_rows_compaction(struct bench *bench)
{
	size_t count = bench->documents;
	struct bench_ours *ours;
	char path[BENCH_PATH];
	double live, took;

	ours = open_loaded(bench, bench_path(path, bench, "compact"), count);
	live = bench_ours_stat(ours, "live_bytes");
	took = bench_ours_compact(ours);
	bench_row_rate("compaction", "MB/s", live / took / 1e6, 400);
	bench_row_numbers("disk a document after compaction", "B", BENCH_DOC_BYTES, -1, -1,
			  (double)bench_disk(path) / (double)count, BENCH_TO_LIMIT, 1.6);
	bench_ours_reopen(ours, -1, NULL);
	run_beside(bench, ours);
	bench_ours_close(ours);
	bench_remove(path);
}
