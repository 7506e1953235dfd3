/* SPDX-License-Identifier: MIT */
/* Counting, and its limit: a scan of as many keys on a bare memory backend. */
#include "bench.h"

#include <assistant/error.h>
#include <assistant/sys/backend.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 10001
#define BATCH 1000
#define PREFIX "Iuser:u0" /* what index keys begin with, more or less */

struct bench_scan {
	asst_backend backend;
	size_t seen;
};

static void must(int status)
{
	if (status != ASST_OK)
		bench_die("scan: %s", asst_status_name(status));
}

static void put(struct bench_scan *scan, size_t from)
{
	unsigned char key[40];
	uint64_t sequence;
	asst_batch *batch;
	size_t failed, i;

	must(asst_batch_new(&batch, NULL));
	for (i = from; i < from + BATCH && i < KEYS; i++) {
		memset(key, 0x55, sizeof(key));
		snprintf((char *)key, sizeof(key), PREFIX "%08zu", i);
		must(asst_batch_put(batch, key, sizeof(key), "123456789", 9, NULL));
	}
	must(scan->backend.apply(scan->backend.self, "bench", batch, &sequence, &failed, NULL));
	asst_batch_free(batch);
}

struct bench_scan *bench_scan_open(void)
{
	struct bench_scan *scan = bench_alloc(sizeof(*scan));
	size_t i;

	must(asst_backend_init(&scan->backend, sizeof(scan->backend), NULL));
	must(asst_backend_open(&scan->backend, "memory:", NULL, NULL));
	for (i = 0; i < KEYS; i += BATCH)
		put(scan, i);
	return scan;
}

void bench_scan_close(struct bench_scan *scan)
{
	must(scan->backend.destroy(scan->backend.self, NULL));
	free(scan);
}

static size_t scan_step(void *state, unsigned thread)
{
	struct bench_scan *scan = state;
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;

	(void)thread;
	must(asst_ranges_new(&ranges, 1, NULL));
	must(asst_sink_new(&sink, NULL));
	must(asst_ranges_add(ranges, "I", 1, "J", 1, KEYS, 0, NULL));
	must(scan->backend.scan(scan->backend.self, "bench", ranges, sink, &sequence, NULL));
	if (asst_sink_count(sink) != KEYS)
		bench_die("scan: %zu keys", asst_sink_count(sink));
	asst_sink_free(sink);
	asst_ranges_free(ranges);
	return 1;
}

double bench_scan_slice(void *scan, double seconds)
{
	return bench_run(scan_step, scan, 1, seconds);
}
