/* SPDX-License-Identifier: MIT */
/*
 * A complete backend in one file: the contract of asst_backend(3) on SQLite. Take it as the
 * begin of one on your own database.
 *
 *   cc backend_sqlite.c $(pkg-config --cflags --libs libassistant) -lsqlite3 -lpthread
 *   ./a.out
 *
 * One connection behind one mutex: simple and right, not fast. Other processes may use the
 * same database: every get and scan is one read transaction, every apply takes the write
 * lock before it looks. Like any SQLite connection it must not be used in a forked child.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <assistant/assistant.h>
#include <assistant/sys/backend.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long to wait for another process before ASST_EBUSY. */
#define WAIT_MS 5000

/* What a statement is about: ?1 partition, ?2 key or from, ?3 to or value, ?4 a number. */
struct args {
	const char *partition;
	struct bytes {
		const void *data;
		size_t size;
	} key, end;
	uint64_t number;
};

/* Those from FORWARD on take a range. */
enum {
	SEQUENCE, SET_SEQUENCE, GET, PUT, DELETE,
	FORWARD, BACKWARD, NEWER, DELETE_RANGE,
	STATEMENTS
};

/* Blobs are compared by memcmp(), a shorter one first: the order of the contract. */
#define OF_KEY " FROM asst_entries WHERE partition = ?1 AND key = ?2"
#define OF_RANGE " FROM asst_entries WHERE partition = ?1 AND key >= ?2 AND key < ?3"

static const char *const texts[STATEMENTS] = {
	[SEQUENCE] = "SELECT sequence FROM asst_partitions WHERE partition = ?1",
	[SET_SEQUENCE] = "REPLACE INTO asst_partitions VALUES (?1, ?4)",
	[GET] = "SELECT sequence, value" OF_KEY,
	[PUT] = "REPLACE INTO asst_entries VALUES (?1, ?2, ?4, ?3)",
	[DELETE] = "DELETE" OF_KEY,
	[FORWARD] = "SELECT sequence, value, key" OF_RANGE " ORDER BY key LIMIT ?4",
	[BACKWARD] = "SELECT sequence, value, key" OF_RANGE " ORDER BY key DESC LIMIT ?4",
	[NEWER] = "SELECT 1" OF_RANGE " AND sequence > ?4 LIMIT 1",
	[DELETE_RANGE] = "DELETE" OF_RANGE,
};

/*
 * A partition keeps its row when its last key goes, so that no sequence is used again.
 * EXTRA: synced before COMMIT returns, also where there can be no write-ahead log.
 */
static const char schema[] =
	"PRAGMA journal_mode = WAL; PRAGMA synchronous = EXTRA; BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS asst_partitions ("
	" partition TEXT PRIMARY KEY NOT NULL, sequence INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS asst_entries (partition TEXT NOT NULL, key BLOB NOT NULL,"
	" sequence INTEGER, value BLOB NOT NULL, PRIMARY KEY (partition, key)) WITHOUT ROWID;"
	"COMMIT";

struct sqlite_backend {
	pthread_mutex_t lock; /* of all below */
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	unsigned char top[ASST_MAX_KEY_BYTES + 1]; /* above every key: where endless ranges end */
};

int backend_sqlite_open(asst_backend *backend, const char *path, asst_error *err);

/* The status for SQLite's last error; the number of SQLite goes with it. */
static int fail(const struct sqlite_backend *b, asst_error *err)
{
	static const struct {
		int code, status;
	} table[] = {
		{ SQLITE_BUSY, ASST_EBUSY }, { SQLITE_LOCKED, ASST_EBUSY },
		{ SQLITE_IOERR, ASST_EIO }, { SQLITE_FULL, ASST_EIO },
		{ SQLITE_CANTOPEN, ASST_EIO }, { SQLITE_PERM, ASST_EIO },
		{ SQLITE_CORRUPT, ASST_ECORRUPT }, { SQLITE_NOTADB, ASST_ECORRUPT },
		{ SQLITE_READONLY, ASST_EREADONLY }, { SQLITE_NOMEM, ASST_ENOMEM },
	};
	int code = sqlite3_extended_errcode(b->db), status = ASST_EBACKEND;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == (code & 0xff))
			status = table[i].status;
	return asst_error_set(err, status, code, sqlite3_errmsg(b->db));
}

static int execute(const struct sqlite_backend *b, const char *sql, asst_error *err)
{
	return sqlite3_exec(b->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ASST_OK : fail(b, err);
}

/* SQLite takes NULL for an SQL NULL, also with size 0. */
static int bind_bytes(sqlite3_stmt *statement, int at, struct bytes bytes)
{
	return sqlite3_bind_blob64(statement, at, bytes.size ? bytes.data : "", bytes.size,
				   SQLITE_STATIC);
}

/* 1: there is a row. At the end, 0, and after a failure, its status, the statement is reset. */
static int next(const struct sqlite_backend *b, int which, asst_error *err)
{
	int code = sqlite3_step(b->statements[which]), status;

	if (code == SQLITE_ROW)
		return 1;
	status = code == SQLITE_DONE ? ASST_OK : fail(b, err);
	(void)sqlite3_reset(b->statements[which]);
	return status;
}

/* Begin a statement and give what next() does. */
static int start(const struct sqlite_backend *b, int which, const struct args *args,
		 asst_error *err)
{
	sqlite3_stmt *statement = b->statements[which];
	int count = sqlite3_bind_parameter_count(statement);
	int code = sqlite3_bind_text(statement, 1, args->partition, -1, SQLITE_STATIC);
	struct bytes end = args->end;

	if (which >= FORWARD && end.size == 0)
		end = (struct bytes){ b->top, sizeof(b->top) };
	if (code == SQLITE_OK && count >= 2)
		code = bind_bytes(statement, 2, args->key);
	if (code == SQLITE_OK && count >= 3)
		code = bind_bytes(statement, 3, end);
	if (code == SQLITE_OK && count >= 4)
		code = sqlite3_bind_int64(statement, 4, (sqlite3_int64)args->number);
	return code == SQLITE_OK ? next(b, which, err) : fail(b, err);
}

/* Run a statement for one number, if it is wanted; 0 where there is no row. */
static int run(const struct sqlite_backend *b, int which, const struct args *args, uint64_t *number,
	       asst_error *err)
{
	int got = start(b, which, args, err);

	if (number)
		*number = got == 1 ? (uint64_t)sqlite3_column_int64(b->statements[which], 0) : 0;
	if (got == 1)
		(void)sqlite3_reset(b->statements[which]);
	return got == 1 ? ASST_OK : got;
}

/* Lock, and begin a transaction: the first read fixes the moment that all others see. */
static int begin(struct sqlite_backend *b, const char *sql, const char *partition,
		 uint64_t *sequence, asst_error *err)
{
	struct args args = { .partition = partition };
	int status;

	pthread_mutex_lock(&b->lock);
	status = execute(b, sql, err);
	return status == ASST_OK ? run(b, SEQUENCE, &args, sequence, err) : status;
}

/* Unlock, and undo what was not committed. Some errors have rolled back already. */
static void finish(struct sqlite_backend *b)
{
	if (!sqlite3_get_autocommit(b->db))
		(void)execute(b, "ROLLBACK", NULL);
	pthread_mutex_unlock(&b->lock);
}

/* Give the present row to the sink. */
static int answer(const struct sqlite_backend *b, int which, asst_sink *sink, size_t index,
		  int keys_only, asst_error *err)
{
	sqlite3_stmt *row = b->statements[which];
	uint64_t sequence = (uint64_t)sqlite3_column_int64(row, 0);
	const void *key = which == GET ? NULL : sqlite3_column_blob(row, 2), *value;
	size_t key_size = which == GET ? 0 : (size_t)sqlite3_column_bytes(row, 2);

	if (keys_only)
		return asst_sink_put(sink, index, key, key_size, sequence, NULL, err);
	/* NULL is an empty value or the lack of memory. */
	value = sqlite3_column_blob(row, 1);
	if (!value && (sqlite3_errcode(b->db) & 0xff) == SQLITE_NOMEM)
		return fail(b, err);
	return asst_sink_copy(sink, index, key, key_size, sequence, value,
			      (size_t)sqlite3_column_bytes(row, 1), err);
}

static int sqlite_get(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
		      uint64_t *sequence, asst_error *err)
{
	struct sqlite_backend *b = self;
	struct args args = { .partition = partition };
	int status = begin(b, "BEGIN", partition, sequence, err);
	size_t i;

	for (i = 0; status == ASST_OK && i < asst_keys_count(keys); i++) {
		args.key.data = asst_keys_at(keys, i, &args.key.size);
		status = start(b, GET, &args, err);
		if (status == 1) {
			status = answer(b, GET, sink, i, 0, err);
			(void)sqlite3_reset(b->statements[GET]);
		}
	}
	finish(b);
	return status;
}

static int scan_range(const struct sqlite_backend *b, const char *partition,
		      const asst_ranges *ranges, size_t i, asst_sink *sink, asst_error *err)
{
	int which = asst_ranges_flags(ranges, i) & ASST_RANGE_REVERSE ? BACKWARD : FORWARD, status;
	struct args args = { .partition = partition, .number = asst_ranges_limit(ranges, i) };

	args.key.data = asst_ranges_from(ranges, i, &args.key.size);
	args.end.data = asst_ranges_to(ranges, i, &args.end.size);
	/* To SQLite a negative limit is none. */
	if (args.number == 0 || args.number > INT64_MAX)
		args.number = UINT64_MAX;
	for (status = start(b, which, &args, err); status == 1;) {
		status = answer(b, which, sink, i, asst_ranges_keys_only(ranges), err);
		if (status == ASST_OK)
			status = next(b, which, err);
	}
	(void)sqlite3_reset(b->statements[which]);
	return status;
}

static int sqlite_scan(void *self, const char *partition, const asst_ranges *ranges,
		       asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct sqlite_backend *b = self;
	int status = begin(b, "BEGIN", partition, sequence, err);
	size_t i;

	for (i = 0; status == ASST_OK && i < asst_ranges_count(ranges); i++)
		status = scan_range(b, partition, ranges, i, sink, err);
	finish(b);
	return status;
}

static struct args args_of(const char *partition, const asst_batch *batch, size_t i)
{
	struct args args = { .partition = partition, .number = asst_batch_sequence(batch, i) };

	args.key.data = asst_batch_key(batch, i, &args.key.size);
	args.end.data = asst_batch_end(batch, i, &args.end.size);
	return args;
}

/* All checks; *changes: whether there is anything else. */
static int check_all(const struct sqlite_backend *b, const char *partition, const asst_batch *batch,
		     size_t *failed, int *changes, asst_error *err)
{
	int status = ASST_OK, holds = 1;
	uint64_t found;
	size_t i;

	*changes = 0;
	for (i = 0; status == ASST_OK && holds && i < asst_batch_count(batch); i++) {
		struct args args = args_of(partition, batch, i);

		*failed = i;
		if (asst_batch_kind(batch, i) == ASST_OP_CHECK_KEY) {
			status = run(b, GET, &args, &found, err);
			holds = found == args.number;
		} else if (asst_batch_kind(batch, i) != ASST_OP_CHECK_RANGE) {
			*changes = 1;
		} else if (args.number < INT64_MAX) { /* nothing is above */
			status = run(b, NEWER, &args, &found, err);
			holds = found == 0;
		}
	}
	if (status == ASST_OK && !holds)
		return asst_error_set(err, ASST_ECONFLICT, 0, "a check of the batch failed");
	return status;
}

/* The key of a sequenced put: prefix, sequence, tail. */
static void make_key(struct args *args, uint64_t sequence, unsigned char room[ASST_MAX_KEY_BYTES])
{
	int i;

	if (args->key.size)
		memcpy(room, args->key.data, args->key.size);
	for (i = 0; i < 8; i++)
		room[args->key.size + (size_t)i] = (unsigned char)(sequence >> (56 - 8 * i) & 0xff);
	if (args->end.size)
		memcpy(room + args->key.size + 8, args->end.data, args->end.size);
	args->key.data = room;
	args->key.size += 8 + args->end.size;
}

static int change(const struct sqlite_backend *b, const char *partition, const asst_batch *batch,
		  size_t i, uint64_t sequence, asst_error *err)
{
	struct args args = args_of(partition, batch, i);
	unsigned char room[ASST_MAX_KEY_BYTES];

	switch (asst_batch_kind(batch, i)) {
	case ASST_OP_PUT_SEQUENCED:
		make_key(&args, sequence, room);
		/* fall through */
	case ASST_OP_PUT:
		args.end.data = asst_buf_data(asst_batch_value(batch, i));
		args.end.size = asst_buf_size(asst_batch_value(batch, i));
		args.number = sequence;
		return run(b, PUT, &args, NULL, err);
	case ASST_OP_DELETE:
		return run(b, DELETE, &args, NULL, err);
	case ASST_OP_DELETE_RANGE:
		return run(b, DELETE_RANGE, &args, NULL, err);
	default: /* a check */
		return ASST_OK;
	}
}

static int change_all(const struct sqlite_backend *b, const char *partition,
		      const asst_batch *batch, uint64_t *sequence, asst_error *err)
{
	struct args args = { .partition = partition };
	int code = SQLITE_OK, status = ASST_OK;
	size_t i;

	if (*sequence < asst_batch_floor(batch))
		*sequence = asst_batch_floor(batch);
	/* SQLite's integers have a sign. */
	if (*sequence >= INT64_MAX)
		return asst_error_set(err, ASST_ELIMIT, 0, "there is no sequence above the floor");
	args.number = ++*sequence;
	for (i = 0; status == ASST_OK && i < asst_batch_count(batch); i++)
		status = change(b, partition, batch, i, *sequence, err);
	if (status == ASST_OK)
		status = run(b, SET_SEQUENCE, &args, NULL, err);
	if (status == ASST_OK) {
		status = execute(b, "COMMIT", err);
		code = sqlite3_extended_errcode(b->db);
	}
	/* When the last step failed, to sync, the batch may be found in the log after a crash. */
	if (status == ASST_EIO && (code & 0xff) == SQLITE_IOERR)
		return asst_error_set(err, ASST_EINDOUBT, code, "the commit failed half-way");
	return status;
}

static int sqlite_apply(void *self, const char *partition, const asst_batch *batch,
			uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct sqlite_backend *b = self;
	int changes = 0, status = begin(b, "BEGIN IMMEDIATE", partition, sequence, err);

	if (status == ASST_OK)
		status = check_all(b, partition, batch, failed, &changes, err);
	if (status == ASST_OK && changes)
		status = change_all(b, partition, batch, sequence, err);
	finish(b);
	return status;
}

static int sqlite_destroy(void *self, asst_error *err)
{
	struct sqlite_backend *b = self;
	int i, status;

	for (i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(b->statements[i]);
	status = sqlite3_close(b->db) == SQLITE_OK ? ASST_OK : fail(b, err);
	pthread_mutex_destroy(&b->lock);
	free(b);
	return status;
}

/*
 * Fill a table with a backend on the database file at path, which is made if it is missing.
 * Then asst_store_open_backend() takes it.
 */
int backend_sqlite_open(asst_backend *backend, const char *path, asst_error *err)
{
	/* Our mutex is enough; SQLite needs none of its own. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, i;
	int status = asst_backend_init(backend, sizeof(*backend), err);
	struct sqlite_backend *b;

	if (status != ASST_OK)
		return status;
	b = calloc(1, sizeof(*b));
	if (!b || pthread_mutex_init(&b->lock, NULL) != 0) {
		free(b);
		return asst_error_set(err, ASST_ENOMEM, 0, "no memory");
	}
	memset(b->top, 0xff, sizeof(b->top));
	if (sqlite3_open_v2(path, &b->db, flags, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(b->db, WAIT_MS) != SQLITE_OK)
		status = fail(b, err);
	else
		status = execute(b, schema, err);
	for (i = 0; status == ASST_OK && i < STATEMENTS; i++)
		if (sqlite3_prepare_v2(b->db, texts[i], -1, &b->statements[i], NULL) != SQLITE_OK)
			status = fail(b, err);
	if (status != ASST_OK) {
		(void)sqlite_destroy(b, NULL);
		return status;
	}
	backend->self = b;
	backend->get = sqlite_get;
	backend->scan = sqlite_scan;
	backend->apply = sqlite_apply;
	backend->destroy = sqlite_destroy;
	return ASST_OK;
}

#ifndef BACKEND_SQLITE_NO_MAIN

static asst_error *error;
static asst_store *store;
static asst_session *ada;

static void must(int status, const char *doing)
{
	if (status) {
		printf("cannot %s: %s: %s\n", doing, asst_status_name(status),
		       asst_error_message(error));
		exit(1);
	}
}

static void open_store(const char *path)
{
	asst_backend backend;

	must(backend_sqlite_open(&backend, path, error), "open the database");
	must(asst_store_open_backend(&store, &backend, NULL, error), "open the store");
	must(asst_session_open(&ada, store,
			       "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
			       "\"permissions\":[\"assistants:create\"]}", ASST_NUL, error),
	     "open a session");
}

/* Read and list what was created, then close the store. */
static void look(const asst_assistant *created)
{
	asst_assistant *got;
	asst_list *page;

	must(asst_assistant_get(&got, ada, asst_assistant_id(created), 0, error), "read it");
	printf("read \"%s\", revision %llu\n", asst_assistant_name(got),
	       (unsigned long long)asst_assistant_revision(got));
	must(asst_assistant_list(&page, ada, NULL, 0, error), "list the assistants");
	printf("listed %lu\n", (unsigned long)asst_list_count(page));
	if (asst_list_count(page) != 1 || strcmp(asst_assistant_name(got), "Invoice Analyzer") != 0)
		must(ASST_ECORRUPT, "find what was written");
	asst_list_free(page);
	asst_assistant_free(got);
	asst_session_free(ada);
	must(asst_store_close(store), "close the store");
}

int main(void)
{
	const char *where = getenv("TMPDIR"), *path = "store.db";
	char directory[2048];
	asst_assistant *assistant;

	error = asst_error_new();
	(void)snprintf(directory, sizeof(directory), "%s/asst-XXXXXX", where ? where : "/tmp");
	if (!mkdtemp(directory) || chdir(directory))
		must(ASST_EIO, "make a directory");
	printf("SQLite %s, database %s/%s\n", sqlite3_libversion(), directory, path);
	open_store(path);
	must(asst_assistant_create_json(&assistant, ada, "{\"name\":\"Invoice Analyzer\","
					"\"instruction\":\"You analyze invoices.\"}",
					ASST_NUL, 0, error), "create an assistant");
	printf("created \"%s\" in a new database\n", asst_assistant_name(assistant));
	look(assistant);
	puts("opened again");
	open_store(path);
	look(assistant);
	asst_assistant_free(assistant);
	asst_error_free(error);
	/* With its last connection SQLite has removed all but the database. */
	if (unlink(path) || rmdir(directory))
		printf("%s is left\n", directory);
	puts("backend_sqlite ok");
	return 0;
}

#endif
