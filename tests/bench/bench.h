/* SPDX-License-Identifier: MIT */
/*
 * The benchmark: what its files share. A contender does one thing for a short while and says
 * what one of it took; those of a row run in turns, so that a machine that drifts does it to all
 * of them, and what is printed is the median of the ratios of each turn.
 */
#ifndef ASST_TESTS_BENCH_H
#define ASST_TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_MOST_ROUNDS 31
#define BENCH_DOC_BYTES 2003 /* of every definition */
#define BENCH_DOC_ROOM 2304 /* with "ownerId" and a NUL */
#define BENCH_PATH 1024
#define BENCH_TEAMS 20 /* of the session that sees 1 % */

struct bench {
	size_t documents;
	double seconds; /* of a slice */
	int rounds;
	char dir[BENCH_PATH]; /* for files; made, and gone at the end */
	const char *plot;
	uint64_t next; /* number of the next document that is made, unique */
};

/* What went wrong is said, files are removed, and the program ends with status 1. */
void bench_die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void *bench_alloc(size_t size); /* zeroed */

/* util.c: time, directories, threads */

double bench_now(void); /* seconds */
uint64_t bench_random(uint64_t *state);
/* The path of a name below the directory for files. */
const char *bench_path(char out[BENCH_PATH], const struct bench *bench, const char *name);
void bench_remove(const char *path); /* all of it; nothing there is fine */
void bench_make_dir(const char *path);
void bench_copy(const char *from, const char *to);
uint64_t bench_disk(const char *path); /* what its files take, as blocks */
void bench_drop_cache(const char *path);
void bench_read_all(const char *path);
double bench_memory(void); /* bytes in use */

/* One step of a slice: does some of the work and returns how many it did. */
typedef size_t bench_step(void *state, unsigned thread);

/* Steps on so many threads until the time is over: microseconds of wall time for one. */
double bench_run(bench_step *step, void *state, unsigned threads, double seconds);
/* One step on each: the seconds until all are done. */
double bench_run_once(bench_step *step, void *state, unsigned threads);

/* data.c: documents */

struct bench_doc {
	unsigned char id[16];
	char owner[24]; /* a principal */
	char sees[24]; /* who lists it: the owner, or "workspace" where it is shared */
	char name[40], slug[40];
	int64_t updated;
	char json[BENCH_DOC_ROOM];
	size_t size;
	size_t def_size; /* without what stands around the definition */
};

/* with_owner: as the host loads it, with "ownerId"; otherwise as its user creates it. */
void bench_doc_make(struct bench_doc *doc, uint64_t number, int with_owner);
/* Make of a document (zeroed, or one from here) one that nobody made so far; from any thread. */
void bench_doc_next(struct bench_doc *doc, struct bench *bench);

/* The ids of documents in one random circle: each step depends on the last one. */
struct bench_link {
	unsigned char id[16];
	char text[37];
	uint32_t next;
};

struct bench_chain {
	struct bench_link *links;
	size_t count;
};

void bench_chain_add(struct bench_chain *chain, size_t room, const unsigned char *id,
		     const char *text);
void bench_chain_close(struct bench_chain *chain);
void bench_chain_free(struct bench_chain *chain);
void bench_id_text(char text[37], const unsigned char id[16]);
void bench_id_read(unsigned char id[16], const char *text);

/* table.c: rows and what is said of them */

struct bench_series {
	double (*slice)(void *state,
			double seconds); /* microseconds for one, or what the row says */
	void *state;
	int rounds;
	double value[BENCH_MOST_ROUNDS];
	/* more that a slice found, through bench_extra() */
	double extra[3][BENCH_MOST_ROUNDS];
};

enum bench_extra { BENCH_P50, BENCH_P99, BENCH_SYNCS };

void bench_series_init(struct bench_series *series, double (*slice)(void *, double), void *state);
/* Run all in turns; a series without a slice stays empty. */
void bench_turns(struct bench *bench, struct bench_series *const *series, size_t count);
/* Called by a slice for the turn it is in. */
void bench_extra(enum bench_extra which, double value);

enum bench_kind {
	BENCH_SPEED, /* times are printed as numbers a second; ratios: how often as fast */
	BENCH_COST /* printed as they are; ratios: how often as much */
};

enum bench_against { BENCH_TO_LIMIT, BENCH_TO_SQLITE, BENCH_TO_NOTHING };

struct bench_row {
	const char *name;
	const char *unit;
	enum bench_kind kind;
	const struct bench_series *limit, *sqlite, *lmdb, *ours; /* may be NULL */
	enum bench_against against;
	double target; /* at least (speed), at most (cost); 0: none */
	/*
	 * What a bare loop gains here, from the first to the second: by a second thread, or over
	 * SQLite by doing nothing but writing.
	 */
	const struct bench_series *bare1, *bare2;
};

void bench_row_add(const struct bench_row *row);
/* Said below the table. */
void bench_note(const char *text);
/* A row of one number for each, which no turns are needed for; negative: there is none. */
void bench_row_numbers(const char *name, const char *unit, double limit, double sqlite, double lmdb,
		       double ours, enum bench_against against, double target);
/* A row of a number that a series found besides. */
void bench_row_extra(const char *name, const char *unit, const struct bench_series *base,
		     enum bench_extra base_which, const struct bench_series *ours,
		     enum bench_extra which, double target);
/* A row of how much a second, at least. */
void bench_row_rate(const char *name, const char *unit, double ours, double target);
void bench_row_missing(const char *name, const char *target, const char *why);
void bench_table_print(const struct bench *bench);
double bench_median(const double *values, int count);

/* plot.c */

struct bench_point {
	char name[48];
	double value; /* how many times better than the target; 1 is met */
};

void bench_plot(const char *path, const struct bench_point *points, size_t count);

/* limits.c: bare loops. Those that keep something end with bench_limits_close(). */

struct bench_log; /* a file that is appended to */
struct bench_log *bench_log_open(const char *path, size_t zeros);
void bench_log_close(struct bench_log *log);
double bench_log_slice(void *log, double seconds);

struct bench_table; /* a hash table of ids, with values in a file where there is a path */
struct bench_table *bench_hash_open(const char *path, size_t count);
void bench_hash_close(struct bench_table *table);
double bench_hash_slice(void *table, double seconds);
double bench_hash_slice2(void *table, double seconds); /* on 2 threads: what the machine gives */
double bench_pread_slice(void *table, double seconds);
double bench_cjson_slice(void *unused, double seconds);

struct bench_merge; /* lists of entries in order, as an index holds them */
struct bench_merge *bench_merge_open(size_t count);
void bench_merge_close(struct bench_merge *merge);
double bench_merge_slice(void *merge, double seconds);
double bench_merge_copy_slice(void *merge, double seconds);

/* The peers: the same documents, a unique slug, a list by principal and time. */

struct bench_peer {
	const char *name;
	/* Holds so many documents, loaded so many at once; what comes then goes to disk. */
	void *(*open)(struct bench *bench, const char *path, size_t load, size_t batch);
	void (*close)(void *peer);
	double (*create)(void *peer, double seconds);
	double (*create8)(void *peer, double seconds);
	double (*get)(void *peer, double seconds);
	double (*list)(void *peer, double seconds);
	double (*list_whole)(void *peer, double seconds);
	double (*count)(void *peer, double seconds); /* to 10,000; LMDB has none */
	double (*names)(void *peer, double seconds); /* looked through, for a million; nor this */
	double (*reopen)(void *peer, double seconds); /* ms */
};

extern const struct bench_peer bench_sqlite, bench_lmdb; /* open is NULL where it is missing */

/* ours.c */

struct bench_ours;
struct bench_scan;
/* where: "memory:" or a path; -1: the default for resident_bytes. */
struct bench_ours *bench_ours_open(struct bench *bench, const char *path, int64_t resident,
				   const char *durability);
void bench_ours_load(struct bench_ours *ours, size_t count);
/* Close the store and open it again with what is in the path. */
void bench_ours_reopen(struct bench_ours *ours, int64_t resident, const char *durability);
/* Copy the directory while it is closed; it is opened again with the defaults. */
void bench_ours_copy_closed(struct bench_ours *ours, const char *to);
void bench_ours_close(struct bench_ours *ours);
double bench_ours_stat(struct bench_ours *ours, const char *name);
/* Keys and the bytes of their values, from a scan of everything. */
void bench_ours_measure(struct bench_ours *ours, double *keys, double *bytes);

double bench_ours_create(void *ours, double seconds);
double bench_ours_create8(void *ours, double seconds);
double bench_ours_get(void *ours, double seconds);
double bench_ours_get2(void *ours, double seconds);
double bench_ours_get_json(void *ours, double seconds);
double bench_ours_list(void *ours, double seconds);
double bench_ours_list_whole(void *ours, double seconds);
double bench_ours_list_few(void *ours, double seconds);
double bench_ours_count(void *ours, double seconds);
/* Looking through the names of all documents that were loaded: for a million of them. */
double bench_ours_names(void *ours, double seconds);
double bench_ours_names_count(void *ours, double seconds);
double bench_ours_names_by_time(void *ours, double seconds);
/* Scanning 10,000 keys of an index, without their values. */
struct bench_scan *bench_scan_open(void);
void bench_scan_close(struct bench_scan *scan);
double bench_scan_slice(void *scan, double seconds);
void bench_ours_create_many(struct bench_ours *ours, size_t count);
/* Write everything that lives anew; how many seconds it took. */
double bench_ours_compact(struct bench_ours *ours);
/* Creating while another thread compacts all the time. */
double bench_ours_create_compacting(void *ours, double seconds);
/* A store of 5000 in memory that gets 10,000 more. */
double bench_ours_fresh(void *bench, double seconds);
double bench_ours_fresh2(void *bench, double seconds);

/* rows.c, rows_store.c, names.c */

struct bench_group {
	const char *name;
	const char *what;
	void (*run)(struct bench *bench);
};

extern const struct bench_group bench_groups[]; /* ends with a name that is NULL */
void bench_rows_open(struct bench *bench);
void bench_rows_memory(struct bench *bench);
void bench_rows_disk(struct bench *bench);
void bench_rows_compaction(struct bench *bench);
void bench_rows_names(struct bench *bench);

/* Opened on first use, kept until the end. */
struct bench_ours *bench_memory_store(struct bench *bench);
struct bench_ours *bench_file_store(struct bench *bench);
void *bench_peer_store(struct bench *bench, const struct bench_peer *peer);
void bench_stores_close(void);

#endif
