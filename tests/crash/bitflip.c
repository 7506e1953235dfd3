/* SPDX-License-Identifier: MIT */
/*
 * Damaged stores: every bit of every file of small stores is flipped, every file is cut at
 * every length, is missing, swapped or something else than a file, and the store is opened
 * again. That must end in an error or in exactly the content that was written; never in
 * wrong data and never in a crash. It runs on the system's own files, best in memory:
 *
 *   bitflip [DIRECTORY]
 *
 * One thing no log can tell: whether its end was cut off at a whole frame, or never written.
 * So where the last segment is cut or missing, a state that the store once had is right too.
 */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* mknod */
#endif
#include "crash/bitflip.h"

#define BATCHES 14
#define CLOSE_AFTER 5
#define COMPACT_AFTER 9

/* Under a sanitizer, which makes it slow, not every bit; the next row begins with another. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEP 7
#else
#define STEP 1
#endif

static struct good good, other;
static size_t first_bit; /* below STEP */
static struct bytes old_index; /* of the store when it was closed in the middle */

/* Making stores */

static void fill_batch(asst_batch *batch, unsigned step)
{
	static const size_t sizes[] = { 0, 5, 48, 49, 150, 280 };
	char key[8], value[300];

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (char)(step % 5 ? 'a' + (int)(i * step % 26) : 0);
	(void)snprintf(key, sizeof(key), "k%u", step % 7);
	must(asst_batch_put(batch, key, 2, value, sizes[step % 6], NULL) == 0, "put");
	(void)snprintf(key, sizeof(key), "k%u", (step + 3) % 7);
	if (step % 4 == 3)
		must(asst_batch_delete(batch, key, 2, NULL) == 0, "delete");
	if (step % 5 == 4)
		must(asst_batch_put_sequenced(batch, "e/", 2, "/x", 2, value, 60, NULL) == 0,
		     "put");
	if (step == BATCHES - 3)
		must(asst_batch_delete_range(batch, "k2", 2, "k4", 2, NULL) == 0, "delete");
}

static void write_story(asst_backend *backend, const struct how *how)
{
	must(read_all(backend, &good.states[good.state_count++]) == 0, "read");
	for (unsigned step = 0; step < BATCHES; step++) {
		struct bytes *state = &good.states[good.state_count++];
		asst_batch *batch = NULL;

		must(asst_batch_new(&batch, NULL) == 0, "make a batch");
		fill_batch(batch, step);
		must(asst__backend_apply(backend, partitions[step % 3], batch, NULL, NULL,
					 NULL) == 0, "apply");
		asst_batch_free(batch);
		must(read_all(backend, state) == 0, "read");
		if (step == CLOSE_AFTER) {
			must(asst__backend_destroy(backend, NULL) == 0, "close");
			free(old_index.data);
			old_index = read_file(path_of("index"));
			must(open_how(backend, how, NULL) == 0, "open again");
		}
		if (how->compact && step == COMPACT_AFTER)
			must(asst__file_compact(backend->self, NULL, NULL, NULL) == 0, "compact");
	}
}

static void forget(struct good *old)
{
	for (size_t i = 0; i < old->file_count; i++)
		free(old->files[i].bytes.data);
	for (size_t i = 0; i < old->state_count; i++)
		free(old->states[i].data);
	memset(old, 0, sizeof(*old));
}

/* In the order of their names, so that the last one is "store", behind the last segment. */
static void load_files(void)
{
	DIR *stream = opendir(dir);
	struct dirent *entry;
	struct file file;
	size_t i;

	must(stream != NULL, "list the store");
	while ((entry = readdir(stream)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		must(good.file_count < FILES && strlen(entry->d_name) < sizeof(file.name),
		     "take all files");
		(void)snprintf(file.name, sizeof(file.name), "%.31s", entry->d_name);
		file.bytes = read_file(path_of(file.name));
		i = good.file_count++;
		for (; i > 0 && strcmp(good.files[i - 1].name, file.name) > 0; i--)
			good.files[i] = good.files[i - 1];
		good.files[i] = file;
	}
	closedir(stream);
}

/* The index is only a cache: whatever it is, the store is as without it. */
static bool is_index(const struct file *file)
{
	return strcmp(file->name, "index") == 0;
}

static bool is_log(const struct file *file)
{
	return strstr(file->name, ".log") != NULL;
}

static struct file *last_log(void)
{
	size_t i = good.file_count;

	while (i > 0 && !is_log(&good.files[i - 1]))
		i--;
	must(i > 0, "find the log");
	return &good.files[i - 1];
}

static size_t make_store(const struct how *how)
{
	asst_backend backend;
	struct bytes *log;
	size_t logs = 0;

	forget(&good);
	restore(&good);
	must(open_how(&backend, how, NULL) == 0, "open a new store");
	write_story(&backend, how);
	must(asst__backend_destroy(&backend, NULL) == 0, "close it");
	load_files();
	/* Zeros behind the end, as a larger store has them. */
	log = &last_log()->bytes;
	log->data = realloc(log->data, log->size + TAIL);
	must(log->data != NULL, "allocate");
	memset(log->data + log->size, 0, TAIL);
	log->size += TAIL;
	restore(&good);
	for (size_t i = 0; i < good.file_count; i++) {
		logs += is_log(&good.files[i]);
		printf("%s%s %zu", i ? ", " : "files: ", good.files[i].name,
		       good.files[i].bytes.size);
	}
	printf("\n");
	return logs;
}

enum index { FRESH_INDEX, OLD_INDEX, NO_INDEX, INDEXES };

/* Let the good store have another index, or none, as after a crash. */
static void set_index(enum index index)
{
	size_t i = 0;

	while (!is_index(&good.files[i]))
		i++;
	if (index == OLD_INDEX) {
		free(good.files[i].bytes.data);
		good.files[i].bytes = old_index;
		old_index = (struct bytes){ NULL, 0 };
	} else if (index == NO_INDEX) {
		free(good.files[i].bytes.data);
		memmove(&good.files[i], &good.files[i + 1],
			(--good.file_count - i) * sizeof(good.files[0]));
	}
	restore(&good);
	begin(index == FRESH_INDEX ? "nothing damaged" :
	      index == OLD_INDEX   ? "an old index" :
				     "no index");
	try_open(&good, MUST_BE_RIGHT, "the store", 0);
	end();
}

/* Bits and lengths */

static void flip(const struct file *file, size_t bit, bool back)
{
	int handle = open(path_of(file->name), O_WRONLY);
	char byte = (char)(file->bytes.data[bit / 8] ^ (back ? 0 : 1 << bit % 8));

	must(handle >= 0 && pwrite(handle, &byte, 1, (off_t)(bit / 8)) == 1, "flip a bit");
	close(handle);
}

static void flip_all(void)
{
	begin("bit flips");
	for (size_t i = 0; i < good.file_count; i++) {
		size_t bit = first_bit++ % STEP;

		for (; bit < 8 * good.files[i].bytes.size; bit += STEP) {
			flip(&good.files[i], bit, false);
			try_open(&good, is_index(&good.files[i]) ? MUST_BE_RIGHT : 0,
				 good.files[i].name, bit);
		}
	}
	end();
}

/* With values left on disk, while the store is open: they are checked whenever they are read. */
static void flip_while_open(void)
{
	struct how how = usual;
	struct bytes content = { NULL, 0 };
	unsigned long before = read_errors;
	asst_backend backend;
	int status;

	how.resident_bytes = 0;
	begin("bit flips while open");
	must(open_how(&backend, &how, NULL) == 0, "open");
	for (size_t i = 0; i < good.file_count; i++) {
		size_t bit = first_bit++ % STEP;

		for (; bit < 8 * good.files[i].bytes.size; bit += STEP, group_cases++) {
			flip(&good.files[i], bit, false);
			status = read_all(&backend, &content);
			read_errors += status == ASST_ECORRUPT;
			right += status == ASST_OK;
			if (status ? status != ASST_ECORRUPT :
				     !is_same(&content, &good.states[good.state_count - 1]))
				wrong("%s, %zu: %s", good.files[i].name, bit,
				      asst_status_name(status));
			free(content.data);
			flip(&good.files[i], bit, true);
		}
	}
	if (read_errors == before)
		wrong("no value was read from disk");
	must(asst__backend_destroy(&backend, NULL) == 0, "close");
	end();
	restore(&good);
}

static void cut_all(void)
{
	begin("cut at every length");
	for (size_t i = 0; i < good.file_count; i++) {
		const struct file *file = &good.files[i];

		for (size_t size = 0; size < file->bytes.size; size += size < 512 ? 1 : 8) {
			must(truncate(path_of(file->name), (off_t)size) == 0, "cut a file");
			try_open(&good, is_index(file) ? MUST_BE_RIGHT :
				 file == last_log() ? MAY_BE_OLDER : 0, file->name, size);
		}
	}
	end();
}

/* Whole files */

static void missing_and_swapped(void)
{
	begin("missing, swapped, of another store");
	for (size_t i = 0; i < good.file_count; i++) {
		const struct file *a = &good.files[i], *b;
		bool is_lock = strcmp(a->name, "lock") == 0;
		int may = is_lock || is_index(a) ? MUST_BE_RIGHT : MUST_FAIL;

		must(remove(path_of(a->name)) == 0, "remove a file");
		try_open(&good, a == last_log() ? MAY_BE_OLDER : may, a->name, 0);
		b = find(&other, a->name);
		if (b && !is_lock) {
			write_file(path_of(a->name), b->bytes.data, b->bytes.size);
			try_open(&good, may, a->name, 1);
		}
		for (size_t j = 0; j < good.file_count && !is_lock; j++) {
			b = &good.files[j];
			if (a == b || strcmp(b->name, "lock") == 0)
				continue;
			write_file(path_of(a->name), b->bytes.data, b->bytes.size);
			/* So small it is like a segment that was only begun. */
			try_open(&good, a == last_log() && b->bytes.size <= 64 ? MAY_BE_OLDER : may,
				 b->name, 2);
			write_file(path_of(a->name), b->bytes.data, b->bytes.size);
			write_file(path_of(b->name), a->bytes.data, a->bytes.size);
			try_open(&good, MUST_FAIL, a->name, 3);
		}
		if (is_log(a)) {
			write_file(path_of("0000000099.log"), a->bytes.data, a->bytes.size);
			try_open(&good, MUST_FAIL, a->name, 4);
		}
	}
	end();
}

enum kind { DIRECTORY, LINK, HARD_LINK, FIFO, SOCKET, KINDS };

static void put_kind(const char *path, size_t kind, const char *aside)
{
	must((kind == DIRECTORY	  ? mkdir(path, 0700) :
	      kind == LINK	  ? symlink(aside, path) :
	      kind == HARD_LINK	  ? link(aside, path) :
	      kind == FIFO	  ? mkfifo(path, 0600) :
				    mknod(path, S_IFSOCK | 0600, 0)) == 0,
	     "put something else there");
}

static void other_kinds(void)
{
	static const char *const absent[] = { "index.new", "store.new", "reserve" };
	char aside[2200];

	begin("something else in place of a file");
	(void)snprintf(aside, sizeof(aside), "%s/aside", top);
	for (size_t i = 0; i < good.file_count; i++) {
		const char *path = path_of(good.files[i].name);

		for (size_t kind = 0; kind < KINDS; kind++) {
			must(rename(path, aside) == 0, "move a file");
			put_kind(path, kind, aside);
			try_open(&good, MAY_BE_IO | MUST_FAIL, good.files[i].name, kind);
			path = path_of(good.files[i].name);
			must(remove(aside) == 0, "remove a file");
		}
	}
	/* What is only there for a while, and may have been left behind. */
	for (size_t i = 0; i < ASST__COUNT(absent); i++) {
		write_file(aside, "left", 4);
		for (size_t kind = 0; kind < KINDS; kind++) {
			put_kind(path_of(absent[i]), kind, aside);
			try_open(&good, MAY_BE_IO | MUST_FAIL, absent[i], kind);
		}
		must(remove(aside) == 0, "remove a file");
		write_file(path_of(absent[i]), "left", 4);
		try_open(&good, MUST_BE_RIGHT, absent[i], KINDS);
	}
	end();
}

static void expect(int got, int wanted, const char *what)
{
	group_cases++;
	if (got != wanted)
		wrong("%s: %s, not %s", what, asst_status_name(got), asst_status_name(wanted));
}

static void no_directory(void)
{
	char aside[2200];
	asst_backend backend;
	struct how reader = usual;

	begin("no directory");
	(void)snprintf(aside, sizeof(aside), "%s/aside", top);
	must(rename(dir, aside) == 0, "move the store");
	reader.read_only = true;
	expect(open_how(&backend, &reader, NULL), ASST_ENOTFOUND, "nothing, to be read");
	write_file(dir, "x", 1);
	expect(open_how(&backend, &usual, NULL), ASST_EIO, "a file for a directory");
	must(remove(dir) == 0 && mkfifo(dir, 0600) == 0, "make a FIFO");
	expect(open_how(&backend, &usual, NULL), ASST_EIO, "a FIFO for a directory");
	must(remove(dir) == 0 && rename(aside, dir) == 0, "move it back");
	if (getuid() == 0) {
		printf("SKIP not writable: root may write anywhere\n");
	} else {
		must(chmod(path_of("store"), 0400) == 0 && chmod(path_of("lock"), 0400) == 0 &&
			     chmod(dir, 0500) == 0, "take away rights");
		expect(open_how(&backend, &usual, NULL), ASST_EIO, "not writable");
		must(chmod(dir, 0700) == 0 && chmod(path_of("store"), 0600) == 0 &&
			     chmod(path_of("lock"), 0600) == 0, "give back rights");
	}
	restore(&good);
	end();
}

/* Processes */

/* How an opener beside an open store ends: in this process, or in another one. */
static int open_second(bool fork_first)
{
	int64_t begun = now_ms();
	asst_backend second;
	int state = 0, status;
	pid_t child = fork_first ? fork() : 0;

	if (child) {
		must(child > 0 && waitpid(child, &state, 0) == child, "fork");
		return WIFEXITED(state) && WEXITSTATUS(state) == 0 ? ASST_EBUSY : ASST_EINTERNAL;
	}
	status = open_how(&second, &usual, NULL);
	if (now_ms() - begun > 1000)
		status = ASST_EINTERNAL;
	if (fork_first)
		_exit(status != ASST_EBUSY);
	return status;
}

/* In a child: every method of the parent's handle but destroy is refused. */
static void use_in_child(const asst_backend *backend, const asst_batch *batch)
{
	struct bytes content;
	uint64_t sequence;
	size_t at;

	if (read_all(backend, &content) != ASST_ESTATE ||
	    backend->apply(backend->self, "acme", batch, &sequence, &at, NULL) != ASST_ESTATE ||
	    asst__file_sync(backend->self, NULL) != ASST_ESTATE ||
	    asst__file_compact(backend->self, NULL, NULL, NULL) != ASST_ESTATE)
		_exit(1);
	_exit(backend->destroy(backend->self, NULL) != ASST_OK);
}

static void processes(void)
{
	asst_batch *batch = NULL;
	asst_backend backend;
	int state = -1;
	pid_t child;

	begin("second openers and forked children");
	must(open_how(&backend, &usual, NULL) == 0 && asst_batch_new(&batch, NULL) == 0 &&
		     asst_batch_put(batch, "k", 1, "v", 1, NULL) == 0, "open");
	expect(open_second(false), ASST_EBUSY, "a second opener");
	expect(open_second(true), ASST_EBUSY, "one in another process");
	(void)fflush(stdout);
	child = fork();
	if (child == 0)
		use_in_child(&backend, batch);
	must(child > 0 && waitpid(child, &state, 0) == child, "fork");
	expect(state ? ASST_EINTERNAL : ASST_OK, ASST_OK, "use in a child");
	expect(open_second(false), ASST_EBUSY, "a second opener, after a child closed its copy");
	expect(open_second(true), ASST_EBUSY, "one in another process, after that");
	expect(backend.apply(backend.self, "probe", batch, &(uint64_t){ 0 }, &(size_t){ 0 }, NULL),
	       ASST_OK, "a batch after that");
	judge(&good, &backend, MUST_BE_RIGHT, "the parent's store", 0);
	asst_batch_free(batch);
	restore(&good);
	end();
}

int main(int argc, char **argv)
{
	struct how how = usual;
	const char *where = argc > 1 ? argv[1] : access("/dev/shm", W_OK) == 0 ? "/dev/shm" :
			    getenv("TMPDIR");

	(void)snprintf(top, sizeof(top), "%s/bitflip-XXXXXX", where ? where : "/tmp");
	must(mkdtemp(top) != NULL, "make a directory");
	(void)snprintf(dir, sizeof(dir), "%s/store", top);
	must(mkdir(dir, 0700) == 0, "make a directory");
	how.id = 2;
	how.segment_bytes = 1024;
	(void)make_store(&how);
	other = good;
	memset(&good, 0, sizeof(good));
	for (int kind = 0; kind < 3; kind++) {
		how = usual;
		how.segment_bytes = kind ? 1024 : usual.segment_bytes;
		how.compact = kind == 2;
		must(make_store(&how) > (kind ? 2u : 0u), "make as many segments as needed");
		for (int index = FRESH_INDEX; index < INDEXES; index++) {
			set_index((enum index)index);
			flip_all();
			cut_all();
			missing_and_swapped();
			other_kinds();
		}
		flip_while_open();
		no_directory();
		processes();
	}
	forget(&good);
	free(old_index.data);
	forget(&other);
	restore(&good);
	if (rmdir(dir) || rmdir(top))
		printf("%s is left\n", top);
	printf("%lu cases: %lu not opened, %lu read errors, %lu right, %lu older states\n", cases,
	       refused, read_errors, right, older);
	printf("%lu passed, %lu failed\n", passed, failed);
	return failed != 0;
}
