/* SPDX-License-Identifier: MIT */
/*
 * What bitflip.c stands on: a good store as bytes, the directory in which its files are
 * damaged and made whole again, and the judgement of what a store opened on it says.
 */
#ifndef ASST_TESTS_CRASH_BITFLIP_H
#define ASST_TESTS_CRASH_BITFLIP_H

#include "storage/backend.h"
#include "storage/file/file.h"

#include <assistant/buf.h>
#include <assistant/error.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES 16
#define STATES 64
#define TAIL 64  /* bytes behind the log that are damaged too */
#define SHOWN 8 /* complaints of a group */

struct bytes {
	char *data;
	size_t size;
};

/* The files of the good store, and what it had after each batch. */
struct good {
	struct file {
		char name[32];
		struct bytes bytes;
	} files[FILES];
	size_t file_count;
	struct bytes states[STATES];
	size_t state_count;
};

static const char *const partitions[] = { "$store", "acme", "b.c_d" };

static char top[2048], dir[2100]; /* dir: the store, in top */
static const char *group;
static unsigned long group_cases, group_wrong, cases, passed, failed;
static unsigned long refused, read_errors, right, older; /* how cases ended */

__attribute__((format(printf, 1, 2))) static void wrong(const char *format, ...)
{
	va_list list;

	group_wrong++;
	if (group_wrong > SHOWN)
		return;
	printf("WRONG %s: ", group);
	va_start(list, format);
	(void)vprintf(format, list);
	va_end(list);
	printf("\n");
}

static void must(int good, const char *doing)
{
	if (good)
		return;
	printf("could not %s: error %d, see %s\n", doing, errno, dir);
	printf("%lu passed, %lu failed\n", passed, failed + 1);
	exit(1);
}

static void begin(const char *name)
{
	group = name;
	group_cases = group_wrong = 0;
}

static void end(void)
{
	passed += !group_wrong;
	failed += group_wrong != 0;
	cases += group_cases;
	printf("%s %s: %lu cases", group_wrong ? "FAILED" : "ok", group, group_cases);
	if (group_wrong)
		printf(", %lu wrong", group_wrong);
	printf("\n");
	(void)fflush(stdout);
}

/* Files */

static const char *path_of(const char *name)
{
	static char path[4096];
	int size = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (size < 0 || (size_t)size >= sizeof(path))
		abort();
	return path;
}

static struct bytes read_file(const char *path)
{
	struct bytes bytes = { NULL, 0 };
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;

	must(file >= 0 && fstat(file, &stat) == 0, "open a file of the store");
	bytes.size = (size_t)stat.st_size;
	bytes.data = malloc(bytes.size + 1);
	must(bytes.data != NULL, "allocate");
	must(read(file, bytes.data, bytes.size) == (ssize_t)bytes.size, "read a file");
	close(file);
	return bytes;
}

static void write_file(const char *path, const char *data, size_t size)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(file >= 0 && write(file, data, size) == (ssize_t)size, "write a file");
	close(file);
}

static bool is_file(const char *path, const struct bytes *bytes)
{
	struct bytes now;
	struct stat stat;
	bool same;

	if (lstat(path, &stat) || !S_ISREG(stat.st_mode) || stat.st_nlink != 1 ||
	    stat.st_size != (off_t)bytes->size)
		return false;
	now = read_file(path);
	same = now.size == bytes->size && memcmp(now.data, bytes->data, now.size) == 0;
	free(now.data);
	return same;
}

static const struct file *find(const struct good *good, const char *name)
{
	for (size_t i = 0; i < good->file_count; i++) {
		if (strcmp(good->files[i].name, name) == 0)
			return &good->files[i];
	}
	return NULL;
}

/* Make the directory what it was, whatever is in it now. */
static void restore(const struct good *good)
{
	DIR *stream = opendir(dir);
	struct dirent *entry;

	must(stream != NULL, "list the store");
	while ((entry = readdir(stream)) != NULL) {
		const struct file *file = find(good, entry->d_name);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    (!file || !is_file(path_of(entry->d_name), &file->bytes)))
			must(remove(path_of(entry->d_name)) == 0, "remove a file");
	}
	closedir(stream);
	for (size_t i = 0; i < good->file_count; i++) {
		const struct file *file = &good->files[i];

		if (access(path_of(file->name), F_OK))
			write_file(path_of(file->name), file->bytes.data, file->bytes.size);
	}
}

/* The store */

struct how {
	uint64_t segment_bytes, resident_bytes;
	unsigned char id;
	bool read_only, compact;
};

static const struct how usual = { .segment_bytes = 1 << 26, .resident_bytes = 1 << 26, .id = 1 };

static int open_how(asst_backend *backend, const struct how *how, asst_error *err)
{
	struct asst__file_options options = asst__file_defaults;
	unsigned char id[16] = { how->id, 0xa5, 3 };

	options.segment_bytes = how->segment_bytes;
	options.resident_bytes = how->resident_bytes;
	options.read_only = how->read_only;
	options.fill_bytes = 0;
	options.no_compaction = true;
	return asst__file_open(backend, &asst__io_system, dir, &options, &asst__mem_libc, 7, id,
			       err);
}

/* Whether get gives what scan gave. */
static int get_like(const asst_backend *backend, const char *partition, const asst_sink *scanned)
{
	struct asst_keys keys;
	struct asst_sink got;
	size_t size, i;
	int status = ASST_OK;

	asst__keys_init(&keys, &asst__mem_libc);
	asst__sink_init(&got, &asst__mem_libc);
	for (i = 0; i < asst_sink_count(scanned) && !status; i++) {
		const void *key = asst_sink_key(scanned, i, &size);

		status = asst_keys_add(&keys, key, size, NULL);
	}
	if (!status)
		status = asst__backend_get(backend, partition, &keys, &got, NULL, NULL);
	if (!status && asst_sink_count(&got) != i)
		status = ASST_EINTERNAL;
	for (i = 0; i < asst_sink_count(&got) && !status; i++) {
		const asst_buf *a = asst_sink_value(&got, i), *b = asst_sink_value(scanned, i);

		if (asst_sink_sequence(&got, i) != asst_sink_sequence(scanned, i) ||
		    asst_buf_size(a) != asst_buf_size(b) ||
		    memcmp(asst_buf_data(a), asst_buf_data(b), asst_buf_size(a)) != 0)
			status = ASST_EINTERNAL;
	}
	asst__sink_dispose(&got);
	asst__keys_dispose(&keys);
	return status;
}

static int read_partition(const asst_backend *backend, const char *partition, FILE *out)
{
	struct asst_ranges ranges;
	struct asst_sink sink;
	uint64_t sequence = 0;
	size_t size;
	int status;

	asst__ranges_init(&ranges, &asst__mem_libc, 0);
	asst__sink_init(&sink, &asst__mem_libc);
	status = asst_ranges_add(&ranges, "", 0, "", 0, 0, 0, NULL);
	if (!status)
		status = asst__backend_scan(backend, partition, &ranges, &sink, &sequence, NULL);
	(void)fprintf(out, "%s at %" PRIu64 "\n", partition, sequence);
	for (size_t i = 0; i < asst_sink_count(&sink); i++) {
		const asst_buf *value = asst_sink_value(&sink, i);
		const void *key = asst_sink_key(&sink, i, &size);

		(void)fprintf(out, "%zu %zu %" PRIu64 " ", size, asst_buf_size(value),
			      asst_sink_sequence(&sink, i));
		(void)fwrite(key, 1, size, out);
		(void)fwrite(asst_buf_data(value), 1, asst_buf_size(value), out);
	}
	if (!status)
		status = get_like(backend, partition, &sink);
	asst__sink_dispose(&sink);
	asst__ranges_dispose(&ranges);
	return status;
}

/* All that a store has, as bytes that can be compared. */
static int read_all(const asst_backend *backend, struct bytes *bytes)
{
	FILE *out = open_memstream(&bytes->data, &bytes->size);
	int status = ASST_OK;

	must(out != NULL, "allocate");
	for (size_t i = 0; i < ASST__COUNT(partitions) && !status; i++)
		status = read_partition(backend, partitions[i], out);
	must(fclose(out) == 0, "allocate");
	return status;
}

static bool is_same(const struct bytes *a, const struct bytes *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* Put something elsewhere and find it again: what was damaged must not come back either. */
static bool takes_more(const struct bytes *content)
{
	struct bytes after = { NULL, 0 };
	asst_backend backend;
	asst_batch *batch = NULL;
	uint64_t sequence = 0;
	bool good;

	must(asst_batch_new(&batch, NULL) == 0 && asst_batch_put(batch, "k", 1, "v", 1, NULL) == 0,
	     "make a batch");
	good = open_how(&backend, &usual, NULL) == ASST_OK;
	if (good) {
		good = asst__backend_apply(&backend, "probe", batch, &sequence, NULL, NULL) == 0;
		good = asst__backend_destroy(&backend, NULL) == ASST_OK && good;
	}
	if (good && open_how(&backend, &usual, NULL) == ASST_OK) {
		good = read_all(&backend, &after) == ASST_OK && is_same(&after, content);
		(void)asst__backend_destroy(&backend, NULL);
		free(after.data);
	} else {
		good = false;
	}
	asst_batch_free(batch);
	return good;
}

/* What may come of damage beside ECORRUPT, EFORMAT and the right content. */
enum may { MAY_BE_OLDER = 1, MAY_BE_IO = 2, MUST_BE_RIGHT = 4, MUST_FAIL = 8 };

static bool was_once(const struct good *good, const struct bytes *content)
{
	for (size_t i = 0; i < good->state_count; i++) {
		if (is_same(&good->states[i], content))
			return true;
	}
	return false;
}

/* Judge what an open backend reads. */
static void judge(const struct good *good, const asst_backend *backend, int may, const char *what,
		  size_t at)
{
	struct bytes content = { NULL, 0 };
	int status = read_all(backend, &content);
	bool same = !status && is_same(&content, &good->states[good->state_count - 1]);
	bool once = !status && was_once(good, &content);

	(void)asst__backend_destroy(backend, NULL);
	read_errors += status == ASST_ECORRUPT;
	right += same;
	older += once && !same;
	if (status && (status != ASST_ECORRUPT || may & MUST_BE_RIGHT))
		wrong("%s, %zu: reading ends with %s", what, at, asst_status_name(status));
	else if (!status && !same && !(once && may & MAY_BE_OLDER))
		wrong("%s, %zu: opened with %s content", what, at, once ? "older" : "wrong");
	else if (!status && may & MUST_FAIL)
		wrong("%s, %zu: opened, as if nothing was wrong", what, at);
	else if (!status && !takes_more(&content))
		wrong("%s, %zu: opened with right content, but not a second time", what, at);
	free(content.data);
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Open what was damaged, judge it, make it whole again. */
static void try_open(const struct good *good, int may, const char *what, size_t at)
{
	asst_backend backend;
	int64_t begun = now_ms();
	int status = open_how(&backend, &usual, NULL);

	group_cases++;
	refused += status != ASST_OK;
	if (status == ASST_OK)
		judge(good, &backend, may, what, at);
	else if ((status != ASST_ECORRUPT && status != ASST_EFORMAT &&
		  !(status == ASST_EIO && may & MAY_BE_IO)) || may & MUST_BE_RIGHT)
		wrong("%s, %zu: opening ends with %s", what, at, asst_status_name(status));
	if (now_ms() - begun > 5000)
		wrong("%s, %zu: opening takes too long", what, at);
	restore(good);
}

#endif
