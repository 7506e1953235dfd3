/* SPDX-License-Identifier: MIT */
/*
 * The peer SQLite: WAL, synchronous=FULL. A row a document, the slug unique for its owner, and
 * an index of who sees what by time: what lists need, and less than ours keeps (no versions,
 * events, or other orders).
 */
#include "bench.h"

#ifdef BENCH_SQLITE

#include <sqlite3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITERS 8

enum statement { BEGIN, COMMIT, INSERT, SEES, GET, LIST, LIST_WHOLE, COUNT, NAMES, STATEMENTS };

#define PAGE_OF(sort)                                                        \
	"SELECT * FROM (SELECT updated, doc FROM sees WHERE principal=" sort \
	" ORDER BY updated DESC LIMIT 50)"
#define PAGE                                                      \
	PAGE_OF("'user:u0'")                                      \
	" UNION ALL " PAGE_OF("'team:t0'") " UNION ALL " PAGE_OF( \
		"'team:t1'") " UNION ALL " PAGE_OF("'workspace'")
#define LIST_OF(columns)                                                      \
	"SELECT " columns " FROM (" PAGE " ORDER BY updated DESC LIMIT 50) p" \
	" JOIN docs ON docs.doc=p.doc"

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[INSERT] = "INSERT INTO docs(id,owner,slug,name,updated,version,def) VALUES(?,?,?,?,?,1,?)",
	[SEES] = "INSERT INTO sees VALUES(?,?,?)",
	[GET] = "SELECT owner,slug,name,updated,def FROM docs WHERE id=?",
	[LIST] = LIST_OF("id,owner,slug,name,p.updated"),
	[LIST_WHOLE] = LIST_OF("id,owner,slug,name,p.updated,def"),
	[COUNT] = "SELECT count(*) FROM (SELECT 1 FROM sees WHERE principal IN"
		  " ('user:u0','team:t0','team:t1','workspace') LIMIT 10001)",
	[NAMES] = "SELECT count(*) FROM docs WHERE name LIKE '%no such name%'",
};

static const char schema[] =
	"CREATE TABLE docs(doc INTEGER PRIMARY KEY, id BLOB UNIQUE, owner TEXT, slug TEXT,"
	" name TEXT, updated INTEGER, version INTEGER, def TEXT, UNIQUE(owner,slug));"
	"CREATE TABLE sees(principal TEXT, updated INTEGER, doc INTEGER,"
	" PRIMARY KEY(principal,updated,doc)) WITHOUT ROWID";

struct connection {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct bench_doc doc;
};

struct peer {
	struct bench *bench;
	size_t loaded;
	char path[BENCH_PATH];
	struct connection writers[WRITERS];
	struct bench_chain chain;
	size_t at;
	volatile unsigned sum; /* so that reading is not left out */
};

static void must(const struct connection *connection, int status)
{
	if (status != SQLITE_OK && status != SQLITE_ROW && status != SQLITE_DONE)
		bench_die("SQLite: %s", sqlite3_errmsg(connection->db));
}

static void execute(const struct connection *connection, const char *sql)
{
	must(connection, sqlite3_exec(connection->db, sql, NULL, NULL, NULL));
}

static void connect(struct connection *connection, const char *path, int make)
{
	int i;

	must(connection, sqlite3_open(path, &connection->db));
	sqlite3_busy_timeout(connection->db, 60000);
	execute(connection, "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL");
	if (make)
		execute(connection, schema);
	for (i = 0; i < STATEMENTS; i++)
		must(connection, sqlite3_prepare_v2(connection->db, texts[i], -1,
						    &connection->statements[i], NULL));
}

static void disconnect(struct connection *connection)
{
	int i;

	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(connection->statements[i]);
	sqlite3_close(connection->db);
	memset(connection->statements, 0, sizeof(connection->statements));
	connection->db = NULL;
}

static void step(const struct connection *connection, enum statement which)
{
	must(connection, sqlite3_step(connection->statements[which]));
	sqlite3_reset(connection->statements[which]);
}

static void bind_text(const struct connection *connection, enum statement which, int place,
		      const char *text, size_t size)
{
	must(connection, sqlite3_bind_text(connection->statements[which], place, text, (int)size,
					   SQLITE_STATIC));
}

static void insert(const struct connection *connection, const struct bench_doc *doc)
{
	sqlite3_stmt *insert = connection->statements[INSERT];

	must(connection, sqlite3_bind_blob(insert, 1, doc->id, sizeof(doc->id), SQLITE_STATIC));
	bind_text(connection, INSERT, 2, doc->owner, strlen(doc->owner));
	bind_text(connection, INSERT, 3, doc->slug, strlen(doc->slug));
	bind_text(connection, INSERT, 4, doc->name, strlen(doc->name));
	must(connection, sqlite3_bind_int64(insert, 5, doc->updated));
	bind_text(connection, INSERT, 6, doc->json, doc->def_size);
	step(connection, INSERT);
	bind_text(connection, SEES, 1, doc->sees, strlen(doc->sees));
	sqlite3_bind_int64(connection->statements[SEES], 2, doc->updated);
	sqlite3_bind_int64(connection->statements[SEES], 3,
			   sqlite3_last_insert_rowid(connection->db));
	step(connection, SEES);
}

static void load(struct peer *peer, size_t count, size_t batch)
{
	struct connection *connection = &peer->writers[0];
	struct bench_doc doc;
	size_t i;

	execute(connection, "PRAGMA synchronous=OFF");
	for (i = 0; i < count; i++) {
		if (i % batch == 0)
			step(connection, BEGIN);
		bench_doc_make(&doc, i, 1);
		insert(connection, &doc);
		bench_chain_add(&peer->chain, count, doc.id, NULL);
		if (i % batch == batch - 1 || i + 1 == count)
			step(connection, COMMIT);
	}
	execute(connection, "PRAGMA synchronous=FULL");
	if (count)
		bench_chain_close(&peer->chain);
}

static void *open_peer(struct bench *bench, const char *path, size_t count, size_t batch)
{
	struct peer *peer = bench_alloc(sizeof(*peer));
	int i;

	peer->bench = bench;
	bench_make_dir(path);
	if (snprintf(peer->path, sizeof(peer->path), "%s/db", path) >= BENCH_PATH)
		bench_die("%s is too long a path", path);
	for (i = 0; i < WRITERS; i++)
		connect(&peer->writers[i], peer->path, i == 0);
	load(peer, count, batch);
	peer->loaded = count;
	if (batch > 1)
		execute(&peer->writers[0], "PRAGMA wal_checkpoint(TRUNCATE)");
	return peer;
}

static void close_peer(void *state)
{
	struct peer *peer = state;
	int i;

	for (i = 0; i < WRITERS; i++)
		disconnect(&peer->writers[i]);
	bench_chain_free(&peer->chain);
	free(peer);
}

static size_t create_step(void *state, unsigned thread)
{
	struct peer *peer = state;
	struct connection *connection = &peer->writers[thread];

	bench_doc_next(&connection->doc, peer->bench);
	step(connection, BEGIN);
	insert(connection, &connection->doc);
	step(connection, COMMIT);
	return 1;
}

static double create(void *peer, double seconds)
{
	return bench_run(create_step, peer, 1, seconds);
}

static double create8(void *peer, double seconds)
{
	return bench_run(create_step, peer, WRITERS, seconds);
}

/* Read all rows and something of each of their columns. */
static unsigned read_rows(const struct connection *connection, enum statement which)
{
	sqlite3_stmt *statement = connection->statements[which];
	unsigned sum = 0;
	int status, i, count = sqlite3_column_count(statement);

	while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
		for (i = 0; i < count; i++)
			sum += (unsigned char)*(const char *)sqlite3_column_blob(statement, i);
		sum += 0x10000;
	}
	must(connection, status);
	sqlite3_reset(statement);
	return sum;
}

static unsigned get_one(struct peer *peer)
{
	struct connection *connection = &peer->writers[0];
	const struct bench_link *link = &peer->chain.links[peer->at];
	unsigned sum;

	sqlite3_bind_blob(connection->statements[GET], 1, link->id, sizeof(link->id),
			  SQLITE_STATIC);
	sum = read_rows(connection, GET);
	if (sum < 0x10000)
		bench_die("SQLite: a document is not there");
	peer->at = link->next;
	return sum;
}

static size_t get_step(void *state, unsigned thread)
{
	struct peer *peer = state;
	int i;

	(void)thread;
	for (i = 0; i < 32; i++)
		peer->sum += get_one(peer);
	return 32;
}

static double get(void *peer, double seconds)
{
	return bench_run(get_step, peer, 1, seconds);
}

static size_t list_step(void *state, unsigned thread)
{
	struct peer *peer = state;

	(void)thread;
	peer->sum += read_rows(&peer->writers[0], LIST);
	return 1;
}

static double list(void *peer, double seconds)
{
	return bench_run(list_step, peer, 1, seconds);
}

static size_t list_whole_step(void *state, unsigned thread)
{
	struct peer *peer = state;

	(void)thread;
	peer->sum += read_rows(&peer->writers[0], LIST_WHOLE);
	return 1;
}

static double list_whole(void *peer, double seconds)
{
	return bench_run(list_whole_step, peer, 1, seconds);
}

static size_t count_step(void *state, unsigned thread)
{
	struct peer *peer = state;

	(void)thread;
	peer->sum += read_rows(&peer->writers[0], COUNT);
	return 1;
}

static double count(void *peer, double seconds)
{
	return bench_run(count_step, peer, 1, seconds);
}

/* All of them in one step. */
static size_t names_step(void *state, unsigned thread)
{
	struct peer *peer = state;

	(void)thread;
	peer->sum += read_rows(&peer->writers[0], NAMES);
	return peer->loaded;
}

static double names(void *peer, double seconds)
{
	return bench_run(names_step, peer, 1, seconds) * 1e6;
}

/* Another connection, to its first answer. */
static double reopen(void *state, double seconds)
{
	struct peer *peer = state;
	struct connection kept = peer->writers[0];
	double start = bench_now(), end;

	(void)seconds;
	connect(&peer->writers[0], peer->path, 0);
	get_one(peer);
	end = bench_now();
	disconnect(&peer->writers[0]);
	peer->writers[0] = kept;
	return (end - start) * 1e3;
}

const struct bench_peer bench_sqlite = { .name = "SQLite",
					 .open = open_peer,
					 .close = close_peer,
					 .create = create,
					 .create8 = create8,
					 .get = get,
					 .list = list,
					 .list_whole = list_whole,
					 .count = count,
					 .names = names,
					 .reopen = reopen };

#else

const struct bench_peer bench_sqlite = { .name = "SQLite" };

#endif
