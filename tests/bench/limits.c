/* SPDX-License-Identifier: MIT */
/* The limits: bare loops that do the least which the machine must do for a row. */
#include "bench.h"

#include <cJSON.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(int file, const void *bytes, size_t size, off_t at)
{
	if (pwrite(file, bytes, size, at) != (ssize_t)size)
		bench_die("cannot write: %s", strerror(errno));
}

/* A log: append and fdatasync, into a file that grows or into zeros that were written ahead. */

struct bench_log {
	int file;
	size_t zeros;
	off_t end, filled;
	char *zero_bytes;
	char record[BENCH_DOC_BYTES];
};

struct bench_log *bench_log_open(const char *path, size_t zeros)
{
	struct bench_log *log = bench_alloc(sizeof(*log));

	log->file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (log->file < 0)
		bench_die("cannot make %s: %s", path, strerror(errno));
	log->zeros = zeros;
	log->zero_bytes = bench_alloc(zeros);
	memset(log->record, 'x', sizeof(log->record));
	return log;
}

void bench_log_close(struct bench_log *log)
{
	close(log->file);
	free(log->zero_bytes);
	free(log);
}

static size_t log_step(void *state, unsigned thread)
{
	struct bench_log *log = state;

	(void)thread;
	if (log->zeros && log->end + (off_t)sizeof(log->record) > log->filled) {
		put(log->file, log->zero_bytes, log->zeros, log->filled);
		log->filled += (off_t)log->zeros;
	}
	put(log->file, log->record, sizeof(log->record), log->end);
	log->end += (off_t)sizeof(log->record);
	if (fdatasync(log->file))
		bench_die("cannot sync: %s", strerror(errno));
	return 1;
}

double bench_log_slice(void *log, double seconds)
{
	return bench_run(log_step, log, 1, seconds);
}

/* Lookups: open addressing by the first bytes of ids, which are random. */

struct slot {
	unsigned char id[16];
	uint32_t number; /* + 1; 0: empty */
};

struct bench_table {
	struct bench_chain chain;
	struct slot *slots;
	size_t mask, at[2];
	int file;
	char value[BENCH_DOC_BYTES];
};

static size_t hash(const struct bench_table *table, const unsigned char *id)
{
	uint64_t first;

	memcpy(&first, id, sizeof(first));
	return (size_t)(first & table->mask);
}

static void insert(struct bench_table *table, const unsigned char *id, size_t number)
{
	size_t i = hash(table, id);

	while (table->slots[i].number)
		i = (i + 1) & table->mask;
	memcpy(table->slots[i].id, id, 16);
	table->slots[i].number = (uint32_t)number + 1;
}

static size_t find(const struct bench_table *table, const unsigned char *id)
{
	size_t i = hash(table, id);

	while (memcmp(table->slots[i].id, id, 16) != 0)
		i = (i + 1) & table->mask;
	return table->slots[i].number - 1;
}

struct bench_table *bench_hash_open(const char *path, size_t count)
{
	struct bench_table *table = bench_alloc(sizeof(*table));
	uint64_t random = 1;
	unsigned char id[16];
	size_t i, room = 2;
	int k;

	while (room < count * 2)
		room *= 2;
	table->mask = room - 1;
	table->slots = bench_alloc(room * sizeof(*table->slots));
	table->file = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (path && table->file < 0)
		bench_die("cannot make %s: %s", path, strerror(errno));
	memset(table->value, 'x', sizeof(table->value));
	for (i = 0; i < count; i++) {
		for (k = 0; k < 16; k++)
			id[k] = (unsigned char)bench_random(&random);
		insert(table, id, i);
		bench_chain_add(&table->chain, count, id, NULL);
		if (path)
			put(table->file, table->value, sizeof(table->value),
			    (off_t)(i * sizeof(table->value)));
	}
	/* Into the page cache, from where rows read. */
	for (i = 0; path && i < count; i++) {
		if (pread(table->file, table->value, sizeof(table->value),
			  (off_t)(i * sizeof(table->value))) != (ssize_t)sizeof(table->value))
			bench_die("cannot read: %s", strerror(errno));
	}
	bench_chain_close(&table->chain);
	return table;
}

void bench_hash_close(struct bench_table *table)
{
	if (table->file >= 0)
		close(table->file);
	bench_chain_free(&table->chain);
	free(table->slots);
	free(table);
}

/* The key of the next lookup is known only when this one has its answer. */
static size_t hash_step(void *state, unsigned thread)
{
	struct bench_table *table = state;
	size_t i, at = table->at[thread];

	for (i = 0; i < 256; i++)
		at = table->chain.links[find(table, table->chain.links[at].id)].next;
	table->at[thread] = at;
	return 256;
}

double bench_hash_slice(void *table, double seconds)
{
	return bench_run(hash_step, table, 1, seconds);
}

double bench_hash_slice2(void *state, double seconds)
{
	struct bench_table *table = state;

	table->at[1] = (table->at[0] + table->chain.count / 2) % table->chain.count;
	return bench_run(hash_step, table, 2, seconds);
}

static size_t pread_step(void *state, unsigned thread)
{
	struct bench_table *table = state;
	size_t i, found;

	(void)thread;
	for (i = 0; i < 64; i++) {
		found = find(table, table->chain.links[table->at[0]].id);
		if (pread(table->file, table->value, sizeof(table->value),
			  (off_t)(found * sizeof(table->value))) != (ssize_t)sizeof(table->value))
			bench_die("cannot read: %s", strerror(errno));
		table->at[0] = table->chain.links[found].next;
	}
	return 64;
}

double bench_pread_slice(void *table, double seconds)
{
	return bench_run(pread_step, table, 1, seconds);
}

static size_t cjson_step(void *state, unsigned thread)
{
	const struct bench_doc *doc = state;
	cJSON *tree;
	int i;

	(void)thread;
	for (i = 0; i < 16; i++) {
		tree = cJSON_Parse(doc->json);
		if (!tree)
			bench_die("cJSON does not read the document");
		cJSON_Delete(tree);
	}
	return 16;
}

double bench_cjson_slice(void *unused, double seconds)
{
	struct bench_doc doc;

	(void)unused;
	bench_doc_make(&doc, 1, 0);
	return bench_run(cjson_step, &doc, 1, seconds);
}

/* A page: the newest 50 of four lists, whose entries have the fields in them. */

#define LISTS 4
#define PAGE 50

struct entry {
	int64_t updated;
	unsigned char id[16];
	char fields[104]; /* name, description, ...: copied to who asked */
};

struct bench_merge {
	size_t count;
	struct entry *lists[LISTS];
	char *values;
	struct entry page[PAGE];
	char copies[PAGE][BENCH_DOC_BYTES];
};

struct bench_merge *bench_merge_open(size_t count)
{
	struct bench_merge *merge = bench_alloc(sizeof(*merge));
	size_t i, k;

	merge->count = count / LISTS + 1;
	merge->values = bench_alloc(merge->count * LISTS * BENCH_DOC_BYTES);
	for (i = 0; i < LISTS; i++) {
		merge->lists[i] = bench_alloc(merge->count * sizeof(struct entry));
		for (k = 0; k < merge->count; k++) {
			merge->lists[i][k].updated = (int64_t)(k * LISTS + i);
			memset(merge->lists[i][k].fields, 'x', sizeof(merge->lists[i][k].fields));
		}
	}
	memset(merge->values, 'x', merge->count * LISTS * BENCH_DOC_BYTES);
	return merge;
}

void bench_merge_close(struct bench_merge *merge)
{
	size_t i;

	for (i = 0; i < LISTS; i++)
		free(merge->lists[i]);
	free(merge->values);
	free(merge);
}

static void merge_page(struct bench_merge *merge)
{
	size_t left[LISTS], i, n, best;

	for (i = 0; i < LISTS; i++)
		left[i] = merge->count;
	for (n = 0; n < PAGE; n++) {
		for (best = LISTS, i = 0; i < LISTS; i++) {
			if (left[i] &&
			    (best == LISTS || merge->lists[i][left[i] - 1].updated >
						      merge->lists[best][left[best] - 1].updated))
				best = i;
		}
		if (best == LISTS)
			return;
		merge->page[n] = merge->lists[best][--left[best]];
	}
}

static size_t merge_step(void *state, unsigned thread)
{
	(void)thread;
	merge_page(state);
	return 1;
}

double bench_merge_slice(void *merge, double seconds)
{
	return bench_run(merge_step, merge, 1, seconds);
}

static size_t merge_copy_step(void *state, unsigned thread)
{
	struct bench_merge *merge = state;
	size_t n;

	(void)thread;
	merge_page(merge);
	for (n = 0; n < PAGE; n++)
		memcpy(merge->copies[n],
		       merge->values + (size_t)merge->page[n].updated * BENCH_DOC_BYTES,
		       BENCH_DOC_BYTES);
	return 1;
}

double bench_merge_copy_slice(void *merge, double seconds)
{
	return bench_run(merge_copy_step, merge, 1, seconds);
}
