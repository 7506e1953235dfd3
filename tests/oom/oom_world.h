/* SPDX-License-Identifier: MIT */
/*
 * The stage of the programs that need a store: one on the built-in memory backend behind a
 * forwarding table, so that its content can be read, with assistants, grants and drafts.
 */
#ifndef ASST_TESTS_OOM_WORLD_H
#define ASST_TESTS_OOM_WORLD_H

#include "oom_run.h"

#include <assistant/sys/backend.h>

#define START INT64_C(1790000000000)
#define ID_SIZE 37

/* A program may have its stage elsewhere, and take away what is left of it. */
#ifndef WORLD_WHERE
#define WORLD_WHERE "memory:"
#define WORLD_CLEAN()
#endif

static struct world {
	struct asst_backend inner, outer;
	int destroyed; /* calls of outer's destroy */
	int conflicts; /* so many batches will lose a race */
	/* so many gets, and scans, of more than one thing tell other sequences */
	int torn_gets, torn_scans;
	enum source source;
	int64_t time;
	uint64_t random;
	asst_store *store;
	asst_session *ada, *bob, *host, *eve;
	/* alpha: all fields; beta: granted; red: a team's; fresh: never published */
	char alpha[ID_SIZE], beta[ID_SIZE], red[ID_SIZE], fresh[ID_SIZE];
	asst_draft *draft, *fresh_draft; /* ada's, of alpha and of fresh */
	asst_assistant *loaded;          /* of an operation's own */
	asst_def *def;
} w;

static const char full_json[] =
	"{\"name\":\"Alpha\",\"description\":\"does it all\",\"emoji\":\"\\ud83e\\udd16\","
	"\"instruction\":\"Be brief.\\nBe kind.\",\"inputType\":\"STRUCTURED\",\"model\":\"m1\","
	"\"creativity\":0.25,\"conversationStarters\":[\"Hello\",\"What now?\"],\"actions\":["
	"{\"actionId\":\"0190a0f4-0000-7000-8000-000000000001\",\"requiresConfirmation\":false}],"
	"\"inputFields\":[{\"slug\":\"kind\",\"type\":\"SELECT\",\"label\":\"Kind\",\"order\":1,"
	"\"options\":[\"a\",\"b\"]}],\"attachments\":[\"0190a0f4-0000-7000-8000-000000000002\"],"
	"\"webSearch\":true,\"welcome\":\"Hi\",\"skills\":[{\"type\":\"web-search\","
	"\"data\":{\"maxResults\":5,\"allowedDomains\":[\"example.org\"]}}],\"datasets\":["
	"{\"datasetId\":\"d1\",\"filter\":{\"z\":1,\"a\":[true,null]}}],\"references\":["
	"{\"targetType\":\"report\",\"targetId\":\"r1\"}],\"data\":{\"b\":1.50,\"a\":{}}";
/* full_json is left open: what stands around the definition is added to it */

static int64_t world_now(void *user)
{
	return ((struct world *)user)->time;
}

static int world_fill(void *user, void *bytes, size_t size)
{
	unsigned char *to = bytes;
	size_t i;

	for (i = 0; i < size; i++)
		to[i] = (unsigned char)t_random(&((struct world *)user)->random);
	return 0;
}

/* Tell what was answered, each with an earlier sequence, but for the very first one. */
static int tell_torn(asst_sink *sink, const asst_sink *told, asst_error *err)
{
	const void *key;
	uint64_t sequence;
	size_t i, size;
	int status = ASST_OK;

	for (i = 0; i < asst_sink_count(told) && status == ASST_OK; i++) {
		key = asst_sink_key(told, i, &size);
		sequence = asst_sink_sequence(told, i);
		status = asst_sink_put(sink, asst_sink_index(told, i), key, size,
				       sequence - (sequence > 1), asst_sink_value(told, i), err);
	}
	return status;
}

/* What the stage itself takes memory for does not fail. */
static asst_sink *torn_sink(bool *armed)
{
	asst_sink *sink;

	*armed = fault.armed;
	fault.armed = false;
	if (asst_sink_new(&sink, NULL) != ASST_OK)
		fail_msg("no sink");
	return sink;
}

static int outer_get(void *self, const char *partition, const asst_keys *keys, asst_sink *sink,
		     uint64_t *sequence, asst_error *err)
{
	struct world *world = self;
	asst_sink *told;
	bool armed;
	int status;

	if (asst_keys_count(keys) < 2 || world->torn_gets == 0)
		return world->inner.get(world->inner.self, partition, keys, sink, sequence, err);
	world->torn_gets--;
	told = torn_sink(&armed);
	status = world->inner.get(world->inner.self, partition, keys, told, sequence, err);
	fault.armed = armed;
	if (status == ASST_OK)
		status = tell_torn(sink, told, err);
	asst_sink_free(told);
	return status;
}

static int outer_scan(void *self, const char *partition, const asst_ranges *ranges,
		      asst_sink *sink, uint64_t *sequence, asst_error *err)
{
	struct world *world = self;
	asst_sink *told;
	bool armed;
	int status;

	if (asst_ranges_count(ranges) < 2 || world->torn_scans == 0)
		return world->inner.scan(world->inner.self, partition, ranges, sink, sequence, err);
	world->torn_scans--;
	told = torn_sink(&armed);
	status = world->inner.scan(world->inner.self, partition, ranges, told, sequence, err);
	fault.armed = armed;
	if (status == ASST_OK)
		status = tell_torn(sink, told, err);
	asst_sink_free(told);
	return status;
}

static int outer_apply(void *self, const char *partition, const asst_batch *batch,
		       uint64_t *sequence, size_t *failed, asst_error *err)
{
	struct world *world = self;
	size_t i;

	for (i = 0; world->conflicts > 0 && i < asst_batch_count(batch); i++) {
		if (asst_batch_kind(batch, i) != ASST_OP_CHECK_KEY)
			continue;
		world->conflicts--;
		*failed = i;
		return ASST_ECONFLICT;
	}
	return world->inner.apply(world->inner.self, partition, batch, sequence, failed, err);
}

/* The content is wanted until the stage closes. */
static int outer_sync(void *self, asst_error *err)
{
	(void)self;
	return w.inner.sync(w.inner.self, err);
}

static int outer_compact(void *self, asst_progress progress, void *user, asst_error *err)
{
	(void)self;
	return w.inner.compact(w.inner.self, progress, user, err);
}

static int outer_verify(void *self, void (*report)(void *user, const char *what),
			asst_progress progress, void *user, asst_error *err)
{
	(void)self;
	return w.inner.verify(w.inner.self, report, progress, user, err);
}

static int outer_backup(void *self, const char *to, asst_progress progress, void *user,
			asst_error *err)
{
	(void)self;
	return w.inner.backup(w.inner.self, to, progress, user, err);
}

static int outer_backup_fd(void *self, int to, asst_progress progress, void *user, asst_error *err)
{
	(void)self;
	return w.inner.backup_fd(w.inner.self, to, progress, user, err);
}

static int outer_stats(void *self, void (*each)(void *user, const char *name, uint64_t value),
		       void *user, asst_error *err)
{
	(void)self;
	return w.inner.stats(w.inner.self, each, user, err);
}

static int outer_destroy(void *self, asst_error *err)
{
	(void)err;
	((struct world *)self)->destroyed++;
	return ASST_OK;
}

#define MUST(call)                                                                          \
	do {                                                                                \
		int must_ = (call);                                                         \
		if (must_ != ASST_OK)                                                       \
			fail_msg("%s: %s", #call, asst_status_name(must_));                 \
	} while (0)

static asst_store_opts *world_opts(void)
{
	asst_store_opts *opts = asst_store_opts_new();

	if (!opts)
		fail_msg("no options");
	if (w.source == OF_HOST)
		MUST(asst_store_opts_set_allocator(opts, &host_allocator, NULL));
	MUST(asst_store_opts_set_clock(opts, world_now, &w, NULL));
	MUST(asst_store_opts_set_random(opts, world_fill, &w, NULL));
	return opts;
}

static void world_store(void)
{
	asst_store_opts *opts = world_opts();

	MUST(asst_backend_init(&w.inner, sizeof(w.inner), NULL));
	MUST(asst_backend_open(&w.inner, WORLD_WHERE, opts, NULL));
	MUST(asst_backend_init(&w.outer, sizeof(w.outer), NULL));
	w.outer.self = &w;
	w.outer.get = outer_get;
	w.outer.scan = outer_scan;
	w.outer.apply = outer_apply;
	w.outer.destroy = outer_destroy;
	w.outer.sync = w.inner.sync ? outer_sync : NULL;
	w.outer.compact = w.inner.compact ? outer_compact : NULL;
	w.outer.verify = w.inner.verify ? outer_verify : NULL;
	w.outer.backup = w.inner.backup ? outer_backup : NULL;
	w.outer.backup_fd = w.inner.backup_fd ? outer_backup_fd : NULL;
	w.outer.stats = w.inner.stats ? outer_stats : NULL;
	MUST(asst_store_open_backend(&w.store, &w.outer, opts, NULL));
	asst_store_opts_free(opts);
}

static void world_sessions(void)
{
	MUST(asst_session_open(&w.ada, w.store,
			       "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
			       "\"permissions\":[\"assistants:create\"],\"teams\":["
			       "{\"id\":\"red\",\"role\":\"admin\"},{\"id\":\"blue\"}]}",
			       ASST_NUL, NULL));
	MUST(asst_session_open(&w.bob, w.store,
			       "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}",
			       ASST_NUL, NULL));
	MUST(asst_session_open(&w.eve, w.store,
			       "{\"workspace\":\"new\",\"user\":\"eve\",\"aiSeat\":true,"
			       "\"permissions\":[\"assistants:create\"]}",
			       ASST_NUL, NULL));
	MUST(asst_session_open_system(&w.host, w.store, "acme", NULL));
}

static void world_create(char id[ID_SIZE], const char *json, uint32_t flags)
{
	asst_assistant *made;

	w.time++;
	MUST(asst_assistant_create_json(&made, w.ada, json, ASST_NUL, flags, NULL));
	memcpy(id, flags & ASST_CREATE_DRAFT && asst_assistant_editing_id(made) ?
			   asst_assistant_editing_id(made) : asst_assistant_id(made), ID_SIZE);
	asst_assistant_free(made);
}

static void world_fill_store(void)
{
	char json[sizeof(full_json) + 128];
	asst_draft *bobs;

	snprintf(json, sizeof(json), "%s,\"slug\":\"alpha\",\"folderId\":\"f1\",\"tags\":[\"x\","
		 "\"y\"]}", full_json);
	world_create(w.alpha, json, 0);
	world_create(w.beta, "{\"name\":\"Beta\",\"instruction\":\"b\"}", 0);
	world_create(w.red, "{\"name\":\"Red\",\"ownerId\":\"team:red\"}", 0);
	world_create(w.fresh, "{\"name\":\"Fresh\"}", ASST_CREATE_DRAFT);
	w.time++;
	MUST(asst_share_put(w.ada, w.beta, "user:bob", ASST_LEVEL_WRITE, 0, NULL));
	MUST(asst_share_put_json(w.ada, w.beta,
				 "{\"principalId\":\"workspace\",\"accessLevel\":1,"
				 "\"expiresAt\":\"2099-01-01T00:00:00Z\"}",
				 ASST_NUL, 0, NULL));
	w.time++;
	MUST(asst_draft_edit(&w.draft, w.ada, w.alpha, 0, NULL));
	MUST(asst_draft_patch(w.draft, "{\"name\":\"Alpha 2\",\"welcome\":null}", ASST_NUL, 0,
			      NULL));
	MUST(asst_draft_edit(&w.fresh_draft, w.ada, w.fresh, 0, NULL));
	MUST(asst_draft_edit(&bobs, w.bob, w.beta, 0, NULL));
	asst_draft_free(bobs);
}

static void stage_moment(int moment)
{
	w.time = START + 1000000 * (moment + 1);
	w.random = 77 + (uint64_t)moment;
}

static void stage_open(enum source source)
{
	memset(&w, 0, sizeof(w));
	w.source = source;
	w.time = START;
	w.random = 1;
	world_store();
	world_sessions();
	world_fill_store();
}

/* All keys of a partition with their sequences and values. */
static void show_partition(struct text *text, const char *partition)
{
	asst_ranges *ranges;
	asst_sink *sink;
	uint64_t sequence;
	size_t i, size;
	const void *key;

	MUST(asst_ranges_new(&ranges, 0, NULL));
	MUST(asst_sink_new(&sink, NULL));
	MUST(asst_ranges_add(ranges, NULL, 0, NULL, 0, 0, 0, NULL));
	MUST(w.inner.scan(w.inner.self, partition, ranges, sink, &sequence, NULL));
	text_format(text, "%s: %zu keys, sequence %" PRIu64 "\n", partition, asst_sink_count(sink),
		    sequence);
	for (i = 0; i < asst_sink_count(sink); i++) {
		key = asst_sink_key(sink, i, &size);
		text_bytes(text, key, size);
		text_format(text, " @%" PRIu64 " ", asst_sink_sequence(sink, i));
		text_buf(text, asst_sink_value(sink, i));
	}
	asst_sink_free(sink);
	asst_ranges_free(ranges);
}

static void show_draft(struct text *text, const asst_draft *draft)
{
	if (!draft)
		return;
	text_line(text, "draft", asst_draft_id(draft));
	text_line(text, "of", asst_draft_assistant_id(draft));
	text_format(text, "from %" PRIu64 "\n", asst_draft_base_version(draft));
	text_def(text, asst_draft_def(draft));
}

static void stage_show(struct text *text)
{
	show_partition(text, "acme");
	show_partition(text, "new");
	/* A workspace's entry comes before its first record and may stay without one. */
	if (!(now.op->flags & KEEPS))
		show_partition(text, "$store");
	show_draft(text, w.draft);
	show_draft(text, w.fresh_draft);
	text_format(text, "destroyed %d\n", w.destroyed);
}

static void stage_close(void)
{
	asst_def_free(w.def);
	asst_assistant_free(w.loaded);
	asst_draft_free(w.draft);
	asst_draft_free(w.fresh_draft);
	asst_session_free(w.ada);
	asst_session_free(w.bob);
	asst_session_free(w.eve);
	asst_session_free(w.host);
	asst_store_close(w.store);
	if (w.inner.destroy(w.inner.self, NULL) != ASST_OK)
		complain("the backend does not close");
	WORLD_CLEAN();
}

#endif
