/* SPDX-License-Identifier: MIT */
/* Looking for a name that nothing has, and its limit: the same search through an array of names. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define LOOKED_FOR "no such name"

struct names {
	size_t count;
	char (*items)[sizeof(((struct bench_doc *)0)->name)]; /* in lower case */
	volatile size_t found;
};

static struct names *names_open(size_t count)
{
	struct names *names = bench_alloc(sizeof(*names));
	struct bench_doc *doc = bench_alloc(sizeof(*doc));
	size_t i;
	char *c;

	names->count = count;
	names->items = bench_alloc(count * sizeof(*names->items));
	for (i = 0; i < count; i++) {
		bench_doc_make(doc, i, 1);
		memcpy(names->items[i], doc->name, sizeof(doc->name));
		for (c = names->items[i]; *c; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	}
	free(doc);
	return names;
}

static void names_close(struct names *names)
{
	free(names->items);
	free(names);
}

static int contains(const char *name, size_t size)
{
	const char *end = name + size - (sizeof(LOOKED_FOR) - 2);

	while (name < end) {
		name = memchr(name, LOOKED_FOR[0], (size_t)(end - name));
		if (!name)
			return 0;
		if (memcmp(name, LOOKED_FOR, sizeof(LOOKED_FOR) - 1) == 0)
			return 1;
		name++;
	}
	return 0;
}

static size_t names_step(void *state, unsigned thread)
{
	struct names *names = state;
	size_t i, found = 0;

	(void)thread;
	for (i = 0; i < names->count; i++)
		found += (size_t)contains(names->items[i], strlen(names->items[i]));
	names->found = found;
	return names->count;
}

/* Of a million, as for all of these rows: what is printed are millions a second. */
static double names_slice(void *names, double seconds)
{
	return bench_run(names_step, names, 1, seconds) * 1e6;
}

void bench_rows_names(struct bench *bench)
{
	struct bench_series bare, sqlite, ours, count, file, by_time;
	struct bench_series *const turns[] = { &bare, &sqlite, &ours, &count, &file, &by_time };
	struct names *names = names_open(bench->documents);
	struct bench_row row = {
		.name = "name contains, rows, memory (an array)",
		.unit = "M/s",
		.kind = BENCH_SPEED,
		.limit = &bare,
		.sqlite = &sqlite,
		.ours = &ours,
		.against = BENCH_TO_NOTHING,
		.target = 5,
	};

	bench_series_init(&bare, names_slice, names);
	bench_series_init(&sqlite, bench_sqlite.names, bench_peer_store(bench, &bench_sqlite));
	bench_series_init(&ours, bench_ours_names, bench_memory_store(bench));
	bench_series_init(&count, bench_ours_names_count, bench_memory_store(bench));
	bench_series_init(&file, bench_ours_names, bench_file_store(bench));
	bench_series_init(&by_time, bench_ours_names_by_time, bench_memory_store(bench));
	bench_turns(bench, turns, 6);
	bench_row_add(&row);
	row.name = "name contains, counted, memory (an array)";
	row.ours = &count;
	bench_row_add(&row);
	row.name = "name contains, rows, file (an array)";
	row.ours = &file;
	bench_row_add(&row);
	row.name = "name contains, rows by time, memory";
	row.ours = &by_time;
	row.target = 0; /* the index by time has no names: each is loaded */
	bench_row_add(&row);
	names_close(names);
}
