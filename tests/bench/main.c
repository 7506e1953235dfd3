/* SPDX-License-Identifier: MIT */
/*
 * bench: libassistant against bare loops, SQLite and LMDB. It measures and judges, and never
 * fails because something is slow: the status is 0 unless something went wrong.
 */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bench bench = { .documents = 20000, .seconds = 0.2, .rounds = 7 };

void bench_die(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (bench.dir[0])
		bench_remove(bench.dir);
	exit(1);
}

static void usage(FILE *out)
{
	const struct bench_group *group;

	fputs("usage: bench [-n documents] [-s seconds a slice] [-r rounds] [-d directory]\n"
	      "             [-p plot] [row...]\n"
	      "  -n  loaded before reading and writing: 1000 to 1000000 (20000)\n"
	      "  -s  how long each contender runs in a turn (0.2)\n"
	      "  -r  how often all of a row take turns: 3 to 31 (7)\n"
	      "  -d  where files go, on a real disk (build/ where it is, else $TMPDIR or /tmp)\n"
	      "  -p  a plot to write, .svg or .png; needs gnuplot; numbers go to PLOT.data\n"
	      "rows, all if none is named:\n",
	      out);
	for (group = bench_groups; group->name; group++)
		fprintf(out, "  %-12s %s\n", group->name, group->what);
}

static double number(const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most))
		bench_die("%s is not a number from %g to %g", text, least, most);
	return value;
}

static int is_row(const char *name)
{
	const struct bench_group *group;

	for (group = bench_groups; group->name; group++) {
		if (strcmp(name, group->name) == 0)
			return 1;
	}
	return 0;
}

static int wanted(const char *name, char **names)
{
	if (!*names)
		return 1;
	for (; *names; names++) {
		if (strcmp(name, *names) == 0)
			return 1;
	}
	return 0;
}

/* A directory of this run's own in the one that was named, or that is at hand. */
static void make_dir(const char *parent)
{
	struct stat stat_build;
	char path[BENCH_PATH];
	int size;

	if (!parent && stat("build", &stat_build) == 0 && S_ISDIR(stat_build.st_mode))
		parent = "build";
	if (!parent)
		parent = getenv("TMPDIR");
	if (!parent || !*parent)
		parent = "/tmp";
	size = snprintf(path, sizeof(path), "%s/bench-files.%ld", parent, (long)getpid());
	if (size < 0 || size >= BENCH_PATH - 64)
		bench_die("%s is too long a path", parent);
	if (mkdir(path, 0700))
		bench_die("cannot make %s: %s", path, strerror(errno));
	/* From here on it is removed, whatever happens. */
	memcpy(bench.dir, path, sizeof(path));
}

static void read_options(int argc, char **argv)
{
	const char *dir = NULL;
	int option, i;

	while ((option = getopt(argc, argv, "n:s:r:d:p:h")) != -1) {
		if (option == 'n') {
			bench.documents = (size_t)number(optarg, 1000, 1000000);
		} else if (option == 's') {
			bench.seconds = number(optarg, 0.001, 60);
		} else if (option == 'r') {
			bench.rounds = (int)number(optarg, 3, BENCH_MOST_ROUNDS);
		} else if (option == 'd') {
			dir = optarg;
		} else if (option == 'p') {
			bench.plot = optarg;
		} else {
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 1);
		}
	}
	for (i = optind; i < argc; i++) {
		if (!is_row(argv[i])) {
			usage(stderr);
			bench_die("no row %s", argv[i]);
		}
	}
	make_dir(dir);
}

int main(int argc, char **argv)
{
	const struct bench_group *group;
	double start = bench_now();

	read_options(argc, argv);
	for (group = bench_groups; group->name; group++) {
		if (!wanted(group->name, argv + optind))
			continue;
		fprintf(stderr, "bench: %s\n", group->what);
		group->run(&bench);
	}
	bench_stores_close();
	bench_remove(bench.dir);
	bench.dir[0] = '\0';
	bench_table_print(&bench);
	fprintf(stderr, "bench: %.0f s\n", bench_now() - start);
	return 0;
}
