/* SPDX-License-Identifier: MIT */
/* Turns, medians, and the table with its verdicts. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 64

struct line {
	char name[48];
	char unit[8];
	double shown[4]; /* limit, SQLite, LMDB, ours; negative: none */
	double to_limit, to_sqlite; /* negative: none */
	char target[40];
	char verdict[64];
	double times_better; /* than the target; 0: no target */
};

static const char *notes[8];
static size_t note_count;
static struct line lines[MOST_ROWS];
static size_t line_count;
static struct bench_series *current; /* whose slice is running */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(const double *values, int count)
{
	double sorted[BENCH_MOST_ROUNDS];

	if (count <= 0)
		return -1;
	memcpy(sorted, values, (size_t)count * sizeof(*sorted));
	qsort(sorted, (size_t)count, sizeof(*sorted), compare_doubles);
	return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

void bench_series_init(struct bench_series *series, double (*slice)(void *, double), void *state)
{
	memset(series, 0, sizeof(*series));
	series->slice = slice;
	series->state = state;
}

void bench_extra(enum bench_extra which, double value)
{
	if (current)
		current->extra[which][current->rounds] = value;
}

void bench_turns(struct bench *bench, struct bench_series *const *series, size_t count)
{
	size_t k;
	int i;

	for (i = 0; i < bench->rounds; i++) {
		for (k = 0; k < count; k++) {
			if (!series[k]->slice)
				continue;
			current = series[k];
			current->value[i] = current->slice(current->state, bench->seconds);
			current->rounds++;
		}
	}
	current = NULL;
}

static struct line *add_line(const char *name, const char *unit)
{
	struct line *line = &lines[line_count];
	int i;

	if (line_count == MOST_ROWS)
		bench_die("too many rows");
	line_count++;
	snprintf(line->name, sizeof(line->name), "%s", name);
	snprintf(line->unit, sizeof(line->unit), "%s", unit);
	for (i = 0; i < 4; i++)
		line->shown[i] = -1;
	line->to_limit = line->to_sqlite = -1;
	snprintf(line->target, sizeof(line->target), "-");
	snprintf(line->verdict, sizeof(line->verdict), "-");
	return line;
}

static void judge(struct line *line, double value, double target, int at_least)
{
	if (target <= 0 || value <= 0)
		return;
	line->times_better = at_least ? value / target : target / (value > 0 ? value : 1e-9);
	if (line->times_better >= 1)
		snprintf(line->verdict, sizeof(line->verdict), "met");
	else
		snprintf(line->verdict, sizeof(line->verdict), "missed by %.2fx",
			 1 / line->times_better);
}

/* The median of the ratios of each turn. */
static double ratio(const struct bench_series *ours, const struct bench_series *base,
		    enum bench_kind kind)
{
	double ratios[BENCH_MOST_ROUNDS];
	int i, count;

	if (!ours || !base || !ours->rounds || !base->rounds)
		return -1;
	count = ours->rounds < base->rounds ? ours->rounds : base->rounds;
	for (i = 0; i < count; i++)
		ratios[i] = kind == BENCH_SPEED ? base->value[i] / ours->value[i] :
						  ours->value[i] / base->value[i];
	return bench_median(ratios, count);
}

static double show(const struct bench_series *series, const struct bench_row *row)
{
	double median = series ? bench_median(series->value, series->rounds) : -1;

	if (median < 0)
		return -1;
	if (row->kind == BENCH_SPEED)
		return 1e6 / median;
	return median;
}

/* No program gains more than the machine has to give. */
static void add_machine(struct line *line, const struct bench_row *row)
{
	double gain = ratio(row->bare2, row->bare1, BENCH_SPEED);
	size_t used = strlen(line->verdict);

	if (gain > 0)
		snprintf(line->verdict + used, sizeof(line->verdict) - used,
			 ", a bare loop: %.2fx", gain);
}

void bench_note(const char *text)
{
	if (note_count < sizeof(notes) / sizeof(*notes))
		notes[note_count++] = text;
}

void bench_row_add(const struct bench_row *row)
{
	static const char *const against[] = { "limit", "SQLite", "" };
	struct line *line = add_line(row->name, row->unit);
	const char *sign = row->kind == BENCH_SPEED ? ">=" : "<=";
	double value;

	line->shown[0] = show(row->limit, row);
	line->shown[1] = show(row->sqlite, row);
	line->shown[2] = show(row->lmdb, row);
	line->shown[3] = show(row->ours, row);
	line->to_limit = ratio(row->ours, row->limit, row->kind);
	line->to_sqlite = ratio(row->ours, row->sqlite, row->kind);
	if (row->target <= 0)
		return;
	if (row->against == BENCH_TO_NOTHING)
		snprintf(line->target, sizeof(line->target), "%s %g %s", sign, row->target,
			 row->unit);
	else
		snprintf(line->target, sizeof(line->target), "%s %g x %s", sign, row->target,
			 against[row->against]);
	value = row->against == BENCH_TO_LIMIT  ? line->to_limit :
		row->against == BENCH_TO_SQLITE ? line->to_sqlite :
						  line->shown[3];
	judge(line, value, row->target, row->kind == BENCH_SPEED);
	add_machine(line, row);
}

void bench_row_numbers(const char *name, const char *unit, double limit, double sqlite, double lmdb,
		       double ours, enum bench_against against, double target)
{
	struct line *line = add_line(name, unit);

	line->shown[0] = limit;
	line->shown[1] = sqlite;
	line->shown[2] = lmdb;
	line->shown[3] = ours;
	line->to_limit = limit > 0 ? ours / limit : -1;
	line->to_sqlite = sqlite > 0 ? ours / sqlite : -1;
	if (target <= 0)
		return;
	if (against == BENCH_TO_LIMIT)
		snprintf(line->target, sizeof(line->target), "<= %g x limit", target);
	else
		snprintf(line->target, sizeof(line->target), "<= %g %s", target, unit);
	judge(line, against == BENCH_TO_LIMIT ? line->to_limit : ours, target, 0);
}

void bench_row_extra(const char *name, const char *unit, const struct bench_series *base,
		     enum bench_extra base_which, const struct bench_series *ours,
		     enum bench_extra which, double target)
{
	struct line *line = add_line(name, unit);
	double limit = base ? bench_median(base->extra[base_which], base->rounds) : -1;

	line->shown[0] = limit;
	line->shown[3] = bench_median(ours->extra[which], ours->rounds);
	line->to_limit = limit > 0 ? line->shown[3] / limit : -1;
	if (target > 0)
		snprintf(line->target, sizeof(line->target), base ? "<= %g x limit" : "<= %g",
			 target);
	judge(line, base ? line->to_limit : line->shown[3], target, 0);
}

void bench_row_rate(const char *name, const char *unit, double ours, double target)
{
	struct line *line = add_line(name, unit);

	line->shown[3] = ours;
	snprintf(line->target, sizeof(line->target), ">= %g %s", target, unit);
	judge(line, ours, target, 1);
}

void bench_row_missing(const char *name, const char *target, const char *why)
{
	struct line *line = add_line(name, "");

	snprintf(line->target, sizeof(line->target), "%s", target);
	snprintf(line->verdict, sizeof(line->verdict), "%s", why);
}

static void cell(double value, int width, const char *tail)
{
	char text[32];

	if (value < 0)
		snprintf(text, sizeof(text), "-");
	else if (value >= 100)
		snprintf(text, sizeof(text), "%.0f%s", value, tail);
	else if (value >= 10)
		snprintf(text, sizeof(text), "%.1f%s", value, tail);
	else
		snprintf(text, sizeof(text), "%.2f%s", value, tail);
	printf(" | %*s", width, text);
}

void bench_table_print(const struct bench *bench)
{
	static struct bench_point points[MOST_ROWS];
	size_t i, count = 0;

	printf("%zu documents, %d rounds of %g s; ratios: to the limit and to SQLite in the same "
	       "turn, medians\n\n",
	       bench->documents, bench->rounds, bench->seconds);
	printf("%-45s | %-5s | %8s | %8s | %8s | %8s | %8s | %9s | %-16s | %s\n", "row", "unit",
	       "limit", "SQLite", "LMDB", "ours", "to limit", "to SQLite", "target", "verdict");
	for (i = 0; i < line_count; i++) {
		const struct line *line = &lines[i];

		printf("%-45s | %-5s", line->name, line->unit);
		cell(line->shown[0], 8, "");
		cell(line->shown[1], 8, "");
		cell(line->shown[2], 8, "");
		cell(line->shown[3], 8, "");
		cell(line->to_limit, 8, "x");
		cell(line->to_sqlite, 9, "x");
		printf(" | %-16s | %s\n", line->target, line->verdict);
		if (line->times_better > 0) {
			memcpy(points[count].name, line->name, sizeof(line->name));
			points[count++].value = line->times_better;
		}
	}
	for (i = 0; i < note_count; i++)
		printf("%s%s\n", i ? "" : "\n", notes[i]);
	printf("%zu rows measured\n", line_count);
	if (bench->plot)
		bench_plot(bench->plot, points, count);
}
