/* SPDX-License-Identifier: MIT */
/* Time, memory, threads, and directories of the benchmark. */
#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COPY_BYTES (1 << 20)

void *bench_alloc(size_t size)
{
	void *made = calloc(1, size ? size : 1);

	if (!made)
		bench_die("no memory for %zu bytes", size);
	return made;
}

double bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* splitmix64: the same documents and the same order in each run. */
uint64_t bench_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

double bench_memory(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)info.uordblks + (double)info.hblkhd;
}

static void join(char out[BENCH_PATH], const char *dir, const char *name)
{
	int size = snprintf(out, BENCH_PATH, "%s/%s", dir, name);

	if (size < 0 || size >= BENCH_PATH)
		bench_die("%s is too long a path", dir);
}

const char *bench_path(char out[BENCH_PATH], const struct bench *bench, const char *name)
{
	join(out, bench->dir, name);
	return out;
}

/* Call for each file of a directory, which has no directories in it. */
static void each_file(const char *path, void (*call)(const char *file, void *user), void *user)
{
	DIR *dir = opendir(path);
	char file[BENCH_PATH];
	struct dirent *entry;

	if (!dir)
		bench_die("cannot read %s: %s", path, strerror(errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		join(file, path, entry->d_name);
		call(file, user);
	}
	closedir(dir);
}

static void remove_one(const char *file, void *user)
{
	(void)user;
	if (unlink(file) && (errno == EISDIR || errno == EPERM))
		bench_remove(file);
}

void bench_remove(const char *path)
{
	struct stat stat;

	if (lstat(path, &stat))
		return;
	if (S_ISDIR(stat.st_mode)) {
		each_file(path, remove_one, NULL);
		rmdir(path);
	} else {
		unlink(path);
	}
}

void bench_make_dir(const char *path)
{
	if (mkdir(path, 0700))
		bench_die("cannot make %s: %s", path, strerror(errno));
}

static int must_open(const char *path, int flags)
{
	int file = open(path, flags | O_CLOEXEC, 0600);

	if (file < 0)
		bench_die("cannot open %s: %s", path, strerror(errno));
	return file;
}

/* Read a file to its end, and write it to another unless that is -1. */
static void pump(int from, int to)
{
	char *bytes = bench_alloc(COPY_BYTES);
	ssize_t n;

	while ((n = read(from, bytes, COPY_BYTES)) > 0) {
		if (to >= 0 && write(to, bytes, (size_t)n) != n)
			bench_die("cannot copy: %s", strerror(errno));
	}
	if (n < 0)
		bench_die("cannot read: %s", strerror(errno));
	free(bytes);
}

static void copy_one(const char *file, void *user)
{
	char target[BENCH_PATH];
	int from, to;

	join(target, user, strrchr(file, '/') + 1);
	from = must_open(file, O_RDONLY);
	to = must_open(target, O_WRONLY | O_CREAT | O_TRUNC);
	pump(from, to);
	if (fsync(to))
		bench_die("cannot sync %s: %s", target, strerror(errno));
	close(from);
	close(to);
}

void bench_copy(const char *from, const char *to)
{
	char target[BENCH_PATH];

	bench_remove(to);
	bench_make_dir(to);
	snprintf(target, sizeof(target), "%s", to);
	each_file(from, copy_one, target);
}

static void add_blocks(const char *file, void *user)
{
	uint64_t *sum = user;
	struct stat stat;

	if (lstat(file, &stat) == 0)
		*sum += (uint64_t)stat.st_blocks * 512;
}

uint64_t bench_disk(const char *path)
{
	uint64_t sum = 0;

	each_file(path, add_blocks, &sum);
	return sum;
}

static void drop_one(const char *file, void *user)
{
	int from = must_open(file, O_RDONLY);

	(void)user;
	/* Only pages that are on disk can be dropped. */
	fsync(from);
	posix_fadvise(from, 0, 0, POSIX_FADV_DONTNEED);
	close(from);
}

void bench_drop_cache(const char *path)
{
	each_file(path, drop_one, NULL);
}

static void read_one(const char *file, void *user)
{
	int from = must_open(file, O_RDONLY);

	(void)user;
	pump(from, -1);
	close(from);
}

void bench_read_all(const char *path)
{
	each_file(path, read_one, NULL);
}

/* Threads */

struct runner {
	bench_step *step;
	void *state;
	int once;
	atomic_bool stop;
	pthread_barrier_t start;
};

struct worker {
	struct runner *runner;
	unsigned number;
	size_t done;
	pthread_t thread;
};

static void *work(void *user)
{
	struct worker *worker = user;
	struct runner *runner = worker->runner;
	size_t done = 0; /* not in the worker: its neighbours count, too */

	pthread_barrier_wait(&runner->start);
	do {
		done += runner->step(runner->state, worker->number);
	} while (!runner->once && !atomic_load_explicit(&runner->stop, memory_order_relaxed));
	worker->done = done;
	return NULL;
}

/* No threads for one: their start would be measured, too. */
static double run_alone(bench_step *step, void *state, double seconds)
{
	double start = bench_now(), end;
	size_t done = 0;

	do {
		done += step(state, 0);
		end = bench_now();
	} while (end - start < seconds);
	return (end - start) * 1e6 / (double)done;
}

static void sleep_for(double seconds)
{
	struct timespec left;

	left.tv_sec = (time_t)seconds;
	left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* On several threads: how many were done, in how many seconds. */
static size_t run_together(struct runner *runner, unsigned threads, double seconds, double *took)
{
	struct worker *workers = bench_alloc(threads * sizeof(*workers));
	double start;
	size_t done = 0;
	unsigned i;

	atomic_init(&runner->stop, 0);
	pthread_barrier_init(&runner->start, NULL, threads + 1);
	for (i = 0; i < threads; i++) {
		workers[i].runner = runner;
		workers[i].number = i;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			bench_die("cannot start a thread");
	}
	pthread_barrier_wait(&runner->start);
	start = bench_now();
	if (!runner->once)
		sleep_for(seconds);
	atomic_store(&runner->stop, 1);
	for (i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		done += workers[i].done;
	}
	*took = bench_now() - start;
	pthread_barrier_destroy(&runner->start);
	free(workers);
	return done;
}

double bench_run(bench_step *step, void *state, unsigned threads, double seconds)
{
	struct runner runner = { .step = step, .state = state };
	double took;
	size_t done;

	if (threads == 1)
		return run_alone(step, state, seconds);
	done = run_together(&runner, threads, seconds, &took);
	return took * 1e6 / (double)(done ? done : 1);
}

double bench_run_once(bench_step *step, void *state, unsigned threads)
{
	struct runner runner = { .step = step, .state = state, .once = 1 };
	double took;

	run_together(&runner, threads, 0, &took);
	return took;
}
