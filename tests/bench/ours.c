/* SPDX-License-Identifier: MIT */
/* libassistant through its public API: stores, and what is done with them in slices. */
#include "bench.h"

#include <assistant/assistant.h>
#include <assistant/sys/backend.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define WORKSPACE "bench"
#define FRESH_BEFORE 5000
#define FRESH_MORE 10000

/* How long each creation of a thread took, in microseconds. */
struct times {
	double *values;
	size_t count, room;
};

/* What one thread writes as it goes, in lines of the cache that no other one reads. */
struct lane {
	asst_session *session;
	size_t at; /* in the chain */
	size_t left; /* of a fixed number of creations */
	struct times times;
	struct bench_doc doc;
	char apart[64];
};

struct bench_ours {
	struct bench *bench;
	char path[BENCH_PATH];
	int in_memory;
	asst_store *store;
	asst_backend backend; /* a copy of its table, for scans */
	asst_session *few; /* sees 1 % by 20 teams */
	asst_session *all; /* sees everything */
	size_t loaded;
	struct bench_chain chain;
	int keep_times;
	struct lane lanes[THREADS];
	volatile size_t sum; /* so that reading is not left out */
};

static void must(int status, const asst_error *err, const char *doing)
{
	if (status != ASST_OK)
		bench_die("libassistant: %s: %s: %s", doing, asst_status_name(status),
			  err ? asst_error_message(err) : "");
}

static void open_sessions(struct bench_ours *ours, asst_error *err)
{
	char json[2048];
	int i, size;

	for (i = 0; i < THREADS; i++)
		must(asst_session_open(&ours->lanes[i].session, ours->store,
				       "{\"workspace\":\"" WORKSPACE
				       "\",\"user\":\"u0\",\"aiSeat\":true,"
				       "\"permissions\":[\"assistants:create\"],\"teams\":"
				       "[{\"id\":\"t0\"},{\"id\":\"t1\"}]}",
				       ASST_NUL, err),
		     err, "open a session");
	size = snprintf(json, sizeof(json),
			"{\"workspace\":\"" WORKSPACE
			"\",\"user\":\"v0\",\"aiSeat\":true,\"teams\":[");
	for (i = 0; i < BENCH_TEAMS; i++)
		size += snprintf(json + size, sizeof(json) - (size_t)size, "%s{\"id\":\"few%d\"}",
				 i ? "," : "", i);
	snprintf(json + size, sizeof(json) - (size_t)size, "]}");
	must(asst_session_open(&ours->few, ours->store, json, ASST_NUL, err), err,
	     "open a session");
	must(asst_session_open_system(&ours->all, ours->store, WORKSPACE, err), err,
	     "open a session");
}

static void open_store(struct bench_ours *ours, int64_t resident, const char *durability)
{
	asst_error *err = asst_error_new();
	asst_store_opts *opts = asst_store_opts_new();
	char where[BENCH_PATH + 8];

	if (!err || !opts)
		bench_die("no memory");
	if (durability)
		must(asst_store_opts_set_text(opts, "durability", durability, err), err,
		     "set an option");
	if (resident >= 0)
		must(asst_store_opts_set_int(opts, "resident_bytes", resident, err), err,
		     "set an option");
	snprintf(where, sizeof(where), "%s%s", ours->in_memory ? "" : "file:", ours->path);
	must(asst_backend_init(&ours->backend, sizeof(ours->backend), err), err, "make a table");
	must(asst_backend_open(&ours->backend, where, opts, err), err, "open a backend");
	must(asst_store_open_backend(&ours->store, &ours->backend, opts, err), err, "open a store");
	open_sessions(ours, err);
	asst_store_opts_free(opts);
	asst_error_free(err);
}

static void close_store(struct bench_ours *ours)
{
	int i;

	for (i = 0; i < THREADS; i++)
		asst_session_free(ours->lanes[i].session);
	asst_session_free(ours->few);
	asst_session_free(ours->all);
	must(asst_store_close(ours->store), NULL, "close a store");
	ours->store = NULL;
}

struct bench_ours *bench_ours_open(struct bench *bench, const char *path, int64_t resident,
				   const char *durability)
{
	struct bench_ours *ours = bench_alloc(sizeof(*ours));

	ours->bench = bench;
	ours->in_memory = strcmp(path, "memory:") == 0;
	if (snprintf(ours->path, sizeof(ours->path), "%s", path) >= BENCH_PATH)
		bench_die("%s is too long a path", path);
	open_store(ours, resident, durability);
	return ours;
}

void bench_ours_reopen(struct bench_ours *ours, int64_t resident, const char *durability)
{
	close_store(ours);
	open_store(ours, resident, durability);
}

void bench_ours_copy_closed(struct bench_ours *ours, const char *to)
{
	close_store(ours);
	bench_copy(ours->path, to);
	open_store(ours, -1, NULL);
}

void bench_ours_close(struct bench_ours *ours)
{
	int i;

	if (ours->store)
		close_store(ours);
	for (i = 0; i < THREADS; i++)
		free(ours->lanes[i].times.values);
	bench_chain_free(&ours->chain);
	free(ours);
}

void bench_ours_load(struct bench_ours *ours, size_t count)
{
	asst_error *err = asst_error_new();
	asst_session *host = ours->all;
	asst_assistant *made;
	struct bench_doc doc;
	size_t i;

	for (i = 0; i < count; i++) {
		bench_doc_make(&doc, i, 1);
		must(asst_assistant_create_json(&made, host, doc.json, doc.size, 0, err), err,
		     "load");
		if (strcmp(doc.sees, "workspace") == 0)
			must(asst_share_put(host, asst_assistant_id(made), "workspace",
					    ASST_LEVEL_READ, 0, err),
			     err, "share");
		if (strncmp(doc.owner, "team:few", 8) != 0)
			bench_chain_add(&ours->chain, count, NULL, asst_assistant_id(made));
		asst_assistant_free(made);
	}
	if (count)
		bench_chain_close(&ours->chain);
	ours->loaded = count;
	asst_error_free(err);
}

double bench_ours_stat(struct bench_ours *ours, const char *name)
{
	asst_buf *json;
	const char *found;
	char quoted[64];
	double value = -1;

	if (asst_store_stats(&json, ours->store, NULL) != ASST_OK)
		return -1;
	snprintf(quoted, sizeof(quoted), "\"%s\":", name);
	found = strstr(asst_buf_data(json), quoted);
	if (found)
		value = strtod(found + strlen(quoted), NULL);
	asst_buf_free(json);
	return value;
}

/* One page of a scan of everything: adds to the sums, and sets where the next one begins. */
static size_t measure_page(struct bench_ours *ours, unsigned char from[ASST_MAX_KEY_BYTES],
			   size_t *from_size, double *keys, double *bytes)
{
	const size_t limit = 4096;
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;
	const void *key;
	size_t i, count;

	must(asst_ranges_new(&ranges, 0, NULL), NULL, "make ranges");
	must(asst_sink_new(&sink, NULL), NULL, "make a sink");
	must(asst_ranges_add(ranges, from, *from_size, NULL, 0, limit, 0, NULL), NULL,
	     "add a range");
	must(ours->backend.scan(ours->backend.self, WORKSPACE, ranges, sink, &sequence, NULL), NULL,
	     "scan");
	count = asst_sink_count(sink);
	for (i = 0; i < count; i++)
		*bytes += (double)asst_buf_size(asst_sink_value(sink, i));
	*keys += (double)count;
	if (count) {
		key = asst_sink_key(sink, count - 1, from_size);
		memcpy(from, key, *from_size);
		from[(*from_size)++] = 0; /* the least key behind it */
	}
	asst_sink_free(sink);
	asst_ranges_free(ranges);
	return count == limit;
}

void bench_ours_measure(struct bench_ours *ours, double *keys, double *bytes)
{
	unsigned char from[ASST_MAX_KEY_BYTES + 1];
	size_t from_size = 0;

	*keys = *bytes = 0;
	while (measure_page(ours, from, &from_size, keys, bytes))
		;
}

/* Creating */

static void times_add(struct times *times, double value)
{
	double *grown;

	if (times->count == times->room) {
		times->room = times->room ? times->room * 2 : 4096;
		grown = realloc(times->values, times->room * sizeof(*grown));
		if (!grown)
			bench_die("no memory");
		times->values = grown;
	}
	times->values[times->count++] = value;
}

static size_t create_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;
	struct bench_doc *doc = &ours->lanes[thread].doc;
	double start;
	int status;

	bench_doc_next(doc, ours->bench);
	start = bench_now();
	status = asst_assistant_create_json(NULL, ours->lanes[thread].session, doc->json, doc->size,
					    0, NULL);
	if (status != ASST_OK)
		must(status, NULL, "create");
	if (ours->keep_times)
		times_add(&ours->lanes[thread].times, (bench_now() - start) * 1e6);
	return 1;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report_times(struct bench_ours *ours)
{
	struct times all = { NULL, 0, 0 };
	size_t i, k;

	for (i = 0; i < THREADS; i++) {
		for (k = 0; k < ours->lanes[i].times.count; k++)
			times_add(&all, ours->lanes[i].times.values[k]);
		ours->lanes[i].times.count = 0;
	}
	if (all.count) {
		qsort(all.values, all.count, sizeof(*all.values), compare_doubles);
		bench_extra(BENCH_P50, all.values[all.count / 2]);
		bench_extra(BENCH_P99, all.values[all.count * 99 / 100]);
	}
	free(all.values);
}

static double create(struct bench_ours *ours, unsigned threads, double seconds)
{
	double syncs = bench_ours_stat(ours, "syncs"), start = bench_now(), took, value;

	ours->keep_times = 1;
	value = bench_run(create_step, ours, threads, seconds);
	took = bench_now() - start;
	ours->keep_times = 0;
	report_times(ours);
	if (syncs >= 0)
		bench_extra(BENCH_SYNCS,
			    (bench_ours_stat(ours, "syncs") - syncs) * value / (took * 1e6));
	return value;
}

double bench_ours_create(void *ours, double seconds)
{
	return create(ours, 1, seconds);
}

double bench_ours_create8(void *ours, double seconds)
{
	return create(ours, THREADS, seconds);
}

void bench_ours_create_many(struct bench_ours *ours, size_t count)
{
	while (count--)
		create_step(ours, 0);
}

/* A fixed number of creations, since what is there already matters. */
static size_t fresh_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;

	while (ours->lanes[thread].left) {
		ours->lanes[thread].left--;
		create_step(ours, thread);
	}
	return 0;
}

static double fresh(struct bench *bench, unsigned threads)
{
	struct bench_ours *ours = bench_ours_open(bench, "memory:", -1, NULL);
	double took;
	unsigned i;

	bench_ours_load(ours, FRESH_BEFORE);
	for (i = 0; i < threads; i++)
		ours->lanes[i].left = FRESH_MORE / threads;
	took = bench_run_once(fresh_step, ours, threads);
	bench_ours_close(ours);
	return took * 1e6 / FRESH_MORE;
}

double bench_ours_fresh(void *bench, double seconds)
{
	(void)seconds;
	return fresh(bench, 1);
}

double bench_ours_fresh2(void *bench, double seconds)
{
	(void)seconds;
	return fresh(bench, 2);
}

/* Reading */

static asst_assistant *get_one(struct bench_ours *ours, unsigned thread)
{
	const struct bench_link *link = &ours->chain.links[ours->lanes[thread].at];
	asst_assistant *assistant;
	int status =
		asst_assistant_get(&assistant, ours->lanes[thread].session, link->text, 0, NULL);

	if (status != ASST_OK)
		must(status, NULL, "get");
	ours->lanes[thread].at = link->next;
	return assistant;
}

static size_t get_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;
	asst_assistant *assistant;
	size_t i, sum = 0;

	for (i = 0; i < 32; i++) {
		assistant = get_one(ours, thread);
		sum += (unsigned char)*asst_assistant_name(assistant);
		asst_assistant_free(assistant);
	}
	if (thread == 0)
		ours->sum += sum;
	return 32;
}

double bench_ours_get(void *ours, double seconds)
{
	return bench_run(get_step, ours, 1, seconds);
}

double bench_ours_get2(void *state, double seconds)
{
	struct bench_ours *ours = state;

	/* Far from the first, so that they do not warm the cache for each other. */
	ours->lanes[1].at = (ours->lanes[0].at + ours->chain.count / 2) % ours->chain.count;
	return bench_run(get_step, ours, 2, seconds);
}

static size_t get_json_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;
	asst_assistant *assistant;
	size_t i, size;

	for (i = 0; i < 16; i++) {
		assistant = get_one(ours, thread);
		asst_assistant_json(assistant, &size);
		ours->sum += size;
		asst_assistant_free(assistant);
	}
	return 16;
}

double bench_ours_get_json(void *ours, double seconds)
{
	return bench_run(get_json_step, ours, 1, seconds);
}

static size_t list_page(struct bench_ours *ours, asst_session *session, const char *options)
{
	asst_list *list;
	size_t i, sum = 0;
	int status = asst_assistant_list(&list, session, options, ASST_NUL, NULL);

	if (status != ASST_OK)
		must(status, NULL, "list");
	if (asst_list_count(list) == 0)
		bench_die("libassistant: an empty page");
	for (i = 0; i < asst_list_count(list); i++)
		sum += (unsigned char)*asst_assistant_name(asst_list_at(list, i));
	asst_list_free(list);
	ours->sum += sum;
	return 1;
}

static size_t list_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;

	return list_page(ours, ours->lanes[thread].session, "{\"limit\":50}");
}

double bench_ours_list(void *ours, double seconds)
{
	return bench_run(list_step, ours, 1, seconds);
}

static size_t list_whole_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;

	return list_page(ours, ours->lanes[thread].session, "{\"limit\":50,\"view\":\"whole\"}");
}

double bench_ours_list_whole(void *ours, double seconds)
{
	return bench_run(list_whole_step, ours, 1, seconds);
}

static size_t count_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;
	uint64_t count;
	int more, status = asst_assistant_count(&count, &more, ours->lanes[thread].session, NULL, 0,
						NULL);

	if (status != ASST_OK)
		must(status, NULL, "count");
	ours->sum += count;
	return 1;
}

double bench_ours_count(void *ours, double seconds)
{
	return bench_run(count_step, ours, 1, seconds);
}

static size_t list_few_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;

	(void)thread;
	return list_page(ours, ours->few, "{\"limit\":50}");
}

double bench_ours_list_few(void *ours, double seconds)
{
	return bench_run(list_few_step, ours, 1, seconds);
}

#define NO_NAME "\"nameContains\":\"no such name\""

static double names(struct bench_ours *ours, bench_step *step, double seconds)
{
	return bench_run(step, ours, 1, seconds) * 1e6;
}

static size_t no_name(struct bench_ours *ours, const char *options)
{
	asst_list *list;

	must(asst_assistant_list(&list, ours->all, options, ASST_NUL, NULL), NULL, "list");
	if (asst_list_count(list) || asst_list_cursor(list))
		bench_die("libassistant: a name is there");
	asst_list_free(list);
	return ours->loaded;
}

static size_t names_step(void *state, unsigned thread)
{
	(void)thread;
	return no_name(state, "{\"sort\":\"name\"," NO_NAME "}");
}

double bench_ours_names(void *ours, double seconds)
{
	return names(ours, names_step, seconds);
}

static size_t names_by_time_step(void *state, unsigned thread)
{
	(void)thread;
	return no_name(state, "{" NO_NAME "}");
}

double bench_ours_names_by_time(void *ours, double seconds)
{
	return names(ours, names_by_time_step, seconds);
}

static size_t names_count_step(void *state, unsigned thread)
{
	struct bench_ours *ours = state;
	uint64_t count;

	(void)thread;
	must(asst_assistant_count(&count, NULL, ours->all, "{" NO_NAME "}", ASST_NUL, NULL), NULL,
	     "count");
	if (count)
		bench_die("libassistant: a name is there");
	return ours->loaded;
}

double bench_ours_names_count(void *ours, double seconds)
{
	return names(ours, names_count_step, seconds);
}

/* Compaction */

double bench_ours_compact(struct bench_ours *ours)
{
	double start = bench_now();

	must(asst_store_compact(ours->store, NULL, NULL, 0, NULL), NULL, "compact");
	return bench_now() - start;
}

struct compactor {
	struct bench_ours *ours;
	atomic_int stop;
};

static int stopped(void *user, uint64_t done, uint64_t total)
{
	struct compactor *compactor = user;

	(void)done;
	(void)total;
	return atomic_load(&compactor->stop);
}

static void *keep_compacting(void *user)
{
	struct compactor *compactor = user;
	int status = ASST_OK;

	while (status == ASST_OK && !atomic_load(&compactor->stop))
		status = asst_store_compact(compactor->ours->store, stopped, compactor, 0, NULL);
	if (status != ASST_ECANCELED)
		must(status, NULL, "compact beside writers");
	return NULL;
}

double bench_ours_create_compacting(void *state, double seconds)
{
	struct compactor compactor = { .ours = state };
	pthread_t thread;
	double value;

	atomic_init(&compactor.stop, 0);
	if (pthread_create(&thread, NULL, keep_compacting, &compactor))
		bench_die("no thread");
	value = create(state, 1, seconds);
	atomic_store(&compactor.stop, 1);
	pthread_join(thread, NULL);
	return value;
}
