/* SPDX-License-Identifier: MIT */
/*
 * The peer LMDB, with its default durability: documents by id with their fields in front of the
 * definition, slugs, and who sees what by time.
 */
#include "bench.h"

#ifdef BENCH_LMDB

#include <lmdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITERS 8
#define LISTS 4
#define PAGE 50

enum database { DOCS, SLUGS, SEES, DATABASES };

static const char *const names[DATABASES] = { "docs", "slugs", "sees" };
static const char *const principals[LISTS] = { "user:u0", "team:t0", "team:t1", "workspace" };

struct fields {
	int64_t updated;
	uint64_t version;
	char owner[24], name[40], slug[40];
};

struct env {
	MDB_env *env;
	MDB_dbi dbis[DATABASES];
	MDB_txn *reader;
};

struct peer {
	struct bench *bench;
	struct env env;
	char path[BENCH_PATH];
	struct bench_chain chain;
	size_t at, room;
	struct bench_doc docs[WRITERS];
	char page[PAGE][BENCH_DOC_ROOM + sizeof(struct fields)];
};

/* Keys of sees: the principal, a NUL, the time so that the newest is first. */
struct sees_key {
	char bytes[40];
	size_t size;
};

static void must(int status)
{
	if (status)
		bench_die("LMDB: %s", mdb_strerror(status));
}

static void connect(struct env *env, const char *path, size_t room, unsigned flags)
{
	MDB_txn *txn;
	int i;

	must(mdb_env_create(&env->env));
	must(mdb_env_set_mapsize(env->env, room));
	must(mdb_env_set_maxdbs(env->env, DATABASES));
	must(mdb_env_open(env->env, path, flags | MDB_NOTLS, 0600));
	must(mdb_txn_begin(env->env, NULL, 0, &txn));
	for (i = 0; i < DATABASES; i++)
		must(mdb_dbi_open(txn, names[i], MDB_CREATE, &env->dbis[i]));
	must(mdb_txn_commit(txn));
	must(mdb_txn_begin(env->env, NULL, MDB_RDONLY, &env->reader));
	mdb_txn_reset(env->reader);
}

static void disconnect(struct env *env)
{
	mdb_txn_abort(env->reader);
	mdb_env_close(env->env);
}

static void sees_key(struct sees_key *key, const char *principal, int64_t updated)
{
	size_t size = strlen(principal) + 1;
	uint64_t before = UINT64_MAX - (uint64_t)updated;
	int i;

	memcpy(key->bytes, principal, size);
	for (i = 7; i >= 0; i--) {
		key->bytes[size + (size_t)i] = (char)(before & 0xff);
		before >>= 8;
	}
	key->size = size + 8;
}

static void put(MDB_txn *txn, MDB_dbi dbi, void *key, size_t key_size, void *value, size_t size)
{
	MDB_val k = { key_size, key }, v = { size, value };

	must(mdb_put(txn, dbi, &k, &v, MDB_NOOVERWRITE));
}

static void insert(const struct env *env, MDB_txn *txn, struct bench_doc *doc)
{
	char value[sizeof(struct fields) + BENCH_DOC_ROOM], slug[80];
	struct fields fields;
	struct sees_key key;
	int size;

	memset(&fields, 0, sizeof(fields));
	fields.updated = doc->updated;
	fields.version = 1;
	memcpy(fields.owner, doc->owner, sizeof(fields.owner));
	memcpy(fields.name, doc->name, sizeof(fields.name));
	memcpy(fields.slug, doc->slug, sizeof(fields.slug));
	memcpy(value, &fields, sizeof(fields));
	memcpy(value + sizeof(fields), doc->json, doc->def_size);
	put(txn, env->dbis[DOCS], doc->id, sizeof(doc->id), value, sizeof(fields) + doc->def_size);
	size = snprintf(slug, sizeof(slug), "%s %s", doc->owner, doc->slug);
	put(txn, env->dbis[SLUGS], slug, (size_t)size, doc->id, sizeof(doc->id));
	/* Numbers of documents, and so times, are unique here. */
	sees_key(&key, doc->sees, doc->updated);
	put(txn, env->dbis[SEES], key.bytes, key.size, doc->id, sizeof(doc->id));
}

static void load(struct peer *peer, size_t count, size_t batch)
{
	struct bench_doc doc;
	MDB_txn *txn = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (i % batch == 0)
			must(mdb_txn_begin(peer->env.env, NULL, 0, &txn));
		bench_doc_make(&doc, i, 1);
		insert(&peer->env, txn, &doc);
		bench_chain_add(&peer->chain, count, doc.id, NULL);
		if (i % batch == batch - 1 || i + 1 == count)
			must(mdb_txn_commit(txn));
	}
	if (count)
		bench_chain_close(&peer->chain);
}

static void *open_peer(struct bench *bench, const char *path, size_t count, size_t batch)
{
	struct peer *peer = bench_alloc(sizeof(*peer));

	peer->bench = bench;
	/* Address space, not disk. */
	peer->room = (count + 2000000) * 8192;
	if (snprintf(peer->path, sizeof(peer->path), "%s", path) >= BENCH_PATH)
		bench_die("%s is too long a path", path);
	bench_make_dir(path);
	connect(&peer->env, path, peer->room, MDB_NOSYNC);
	load(peer, count, batch);
	must(mdb_env_sync(peer->env.env, 1));
	must(mdb_env_set_flags(peer->env.env, MDB_NOSYNC, 0));
	return peer;
}

static void close_peer(void *state)
{
	struct peer *peer = state;

	disconnect(&peer->env);
	bench_chain_free(&peer->chain);
	free(peer);
}

static size_t create_step(void *state, unsigned thread)
{
	struct peer *peer = state;
	MDB_txn *txn;

	bench_doc_next(&peer->docs[thread], peer->bench);
	must(mdb_txn_begin(peer->env.env, NULL, 0, &txn));
	insert(&peer->env, txn, &peer->docs[thread]);
	must(mdb_txn_commit(txn));
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

static void get_one(struct peer *peer, const struct env *env)
{
	struct bench_link *link = &peer->chain.links[peer->at];
	MDB_val key = { sizeof(link->id), link->id }, value;

	must(mdb_txn_renew(env->reader));
	must(mdb_get(env->reader, env->dbis[DOCS], &key, &value));
	/* What is handed out must outlive the transaction. */
	memcpy(peer->page[0], value.mv_data, value.mv_size);
	mdb_txn_reset(env->reader);
	peer->at = link->next;
}

static size_t get_step(void *state, unsigned thread)
{
	int i;

	(void)thread;
	for (i = 0; i < 32; i++)
		get_one(state, &((struct peer *)state)->env);
	return 32;
}

static double get(void *peer, double seconds)
{
	return bench_run(get_step, peer, 1, seconds);
}

/* Where one of the lists stands. */
struct place {
	MDB_cursor *cursor;
	MDB_val key, id;
	size_t prefix;
	int left;
};

static void look(struct place *place, const char *principal, MDB_cursor_op op)
{
	int status = mdb_cursor_get(place->cursor, &place->key, &place->id, op);

	if (status != MDB_NOTFOUND)
		must(status);
	place->left = !status && place->key.mv_size > place->prefix &&
		      memcmp(place->key.mv_data, principal, place->prefix) == 0;
}

static int newer(const struct place *a, const struct place *b)
{
	return memcmp((const char *)a->key.mv_data + a->prefix,
		      (const char *)b->key.mv_data + b->prefix, 8) < 0;
}

static void list_page(struct peer *peer, int whole)
{
	const struct env *env = &peer->env;
	struct place places[LISTS];
	struct sees_key from[LISTS];
	MDB_val value;
	int i, n, best;

	must(mdb_txn_renew(env->reader));
	for (i = 0; i < LISTS; i++) {
		must(mdb_cursor_open(env->reader, env->dbis[SEES], &places[i].cursor));
		sees_key(&from[i], principals[i], INT64_MAX);
		places[i].key.mv_data = from[i].bytes;
		places[i].key.mv_size = from[i].size;
		places[i].prefix = strlen(principals[i]) + 1;
		look(&places[i], principals[i], MDB_SET_RANGE);
	}
	for (n = 0; n < PAGE; n++) {
		for (best = -1, i = 0; i < LISTS; i++) {
			if (places[i].left && (best < 0 || newer(&places[i], &places[best])))
				best = i;
		}
		if (best < 0)
			break;
		must(mdb_get(env->reader, env->dbis[DOCS], &places[best].id, &value));
		memcpy(peer->page[n], value.mv_data, whole ? value.mv_size : sizeof(struct fields));
		look(&places[best], principals[best], MDB_NEXT);
	}
	for (i = 0; i < LISTS; i++)
		mdb_cursor_close(places[i].cursor);
	mdb_txn_reset(env->reader);
}

static size_t list_step(void *state, unsigned thread)
{
	(void)thread;
	list_page(state, 0);
	return 1;
}

static double list(void *peer, double seconds)
{
	return bench_run(list_step, peer, 1, seconds);
}

static size_t list_whole_step(void *state, unsigned thread)
{
	(void)thread;
	list_page(state, 1);
	return 1;
}

static double list_whole(void *peer, double seconds)
{
	return bench_run(list_whole_step, peer, 1, seconds);
}

/* To the first answer; LMDB allows no second environment for a file in one process. */
static double reopen(void *state, double seconds)
{
	struct peer *peer = state;
	double start;

	(void)seconds;
	disconnect(&peer->env);
	start = bench_now();
	connect(&peer->env, peer->path, peer->room, 0);
	get_one(peer, &peer->env);
	return (bench_now() - start) * 1e3;
}

const struct bench_peer bench_lmdb = { .name = "LMDB",
				       .open = open_peer,
				       .close = close_peer,
				       .create = create,
				       .create8 = create8,
				       .get = get,
				       .list = list,
				       .list_whole = list_whole,
				       .reopen = reopen };

#else

const struct bench_peer bench_lmdb = { .name = "LMDB" };

#endif
