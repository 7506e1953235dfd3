/* SPDX-License-Identifier: MIT */
/*
 * The plot: how far each row is from its target, on a logarithmic scale where 1 is met. The
 * numbers go to PATH.data in any case; gnuplot, where there is one, makes PATH (SVG, or PNG
 * where it ends so) of them.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME 1100

static void write_data(const char *path, const struct bench_point *points, size_t count)
{
	FILE *file = fopen(path, "w");
	size_t i;

	if (!file)
		bench_die("cannot write %s", path);
	fputs("# row, how many times better than the target (below 1: missed)\n", file);
	for (i = 0; i < count; i++)
		fprintf(file, "\"%s\" %g\n", points[i].name, points[i].value);
	if (fclose(file))
		bench_die("cannot write %s", path);
}

/* Written to gnuplot's input: no shell sees the paths, and quotes in them are doubled. */
static void put_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

void bench_plot(const char *path, const struct bench_point *points, size_t count)
{
	char data[NAME];
	const char *end = strrchr(path, '.');
	FILE *gnuplot;

	if (snprintf(data, sizeof(data), "%s.data", path) >= NAME)
		bench_die("%s is too long a path", path);
	write_data(data, points, count);
	if (!count || system("command -v gnuplot >/dev/null 2>&1") != 0) {
		printf("no plot: %s; the numbers are in %s\n",
		       count ? "gnuplot is missing" : "no row has a target", data);
		return;
	}
	gnuplot = popen("gnuplot", "w");
	if (!gnuplot)
		bench_die("cannot start gnuplot");
	fprintf(gnuplot, "set terminal %s noenhanced size 1000,%zu\nset output ",
		end && strcmp(end, ".png") == 0 ? "png" : "svg", 160 + count * 26);
	put_quoted(gnuplot, path);
	/* One bar a row, from the target's line: to the right is better. */
	fputs("\nset title 'libassistant: times better than the target (left of 1: missed)'\n"
	      "set logscale x 2\nset format x '%g'\nset yrange [*:*] reverse\n"
	      "set grid x\nunset key\n"
	      "set style fill solid 0.6\nset arrow from 1,graph 0 to 1,graph 1 nohead lw 2\n"
	      "plot ",
	      gnuplot);
	put_quoted(gnuplot, data);
	fputs(" using (1):0:(1):2:($0-0.35):($0+0.35):ytic(1) with boxxyerror lc rgb '#3060a0'\n",
	      gnuplot);
	if (pclose(gnuplot) != 0)
		bench_die("gnuplot failed");
	printf("plot: %s\n", path);
}
