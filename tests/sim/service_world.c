/* SPDX-License-Identifier: MIT */
/* The store that operations are done to: people, assistants, drafts, versions, a trash. */
#include "sim/service.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN INT64_C(1790000000000)
#define DAY_MS INT64_C(86400000)
#define MOMENT (BEGIN + 200 * DAY_MS) /* of the operations */

static char ids[ASST_SIM_OBJECTS][ASST_SIM_ID];
static char old_cursor[ASST_SIM_CURSOR];

const char *asst_sim_object_id(enum asst_sim_object object)
{
	return ids[object];
}

const char *asst_sim_old_cursor(void)
{
	return old_cursor;
}

static int64_t tell_time(void *user)
{
	return ((struct asst_sim_world *)user)->now;
}

static int fill(void *user, void *bytes, size_t size)
{
	struct asst_sim_world *world = user;
	unsigned char *to = bytes;

	for (size_t i = 0; i < size; i++)
		to[i] = (unsigned char)asst_sim_random(&world->random);
	return 0;
}

void asst_sim_world_init(struct asst_sim_world *world, struct asst_sim *disk,
			 const struct asst__file_options *options, const asst_backend *outer)
{
	memset(world, 0, sizeof(*world));
	world->disk = disk;
	world->options = options;
	if (outer)
		world->outer = *outer;
	asst_sim_mem_init(&world->mem);
	world->err = asst_error_new();
}

static int set_options(asst_store_opts *opts, struct asst_sim_world *world)
{
	const asst_allocator allocator = { sizeof(allocator), world->mem.mem.user,
					   world->mem.mem.alloc, world->mem.mem.realloc,
					   world->mem.mem.free };
	int status = asst_store_opts_set_allocator(opts, &allocator, world->err);

	if (!status)
		status = asst_store_opts_set_clock(opts, tell_time, world, world->err);
	if (!status)
		status = asst_store_opts_set_random(opts, fill, world, world->err);
	if (!status)
		status = asst_store_opts_set_int(opts, "keep_versions", 2, world->err);
	if (!status)
		status = asst_store_opts_set_int(opts, "keep_days", 0, world->err);
	return status;
}

static int open_store(struct asst_sim_world *world)
{
	asst_store_opts *opts = asst_store_opts_new();
	asst_backend backend = world->outer;
	int status = set_options(opts, world);

	if (!status && world->disk)
		status = asst_sim_open(&backend, world->disk, &world->mem, world->options,
				       world->err);
	if (!status)
		status = asst_store_open_backend(&world->store, &backend, opts, world->err);
	asst_store_opts_free(opts);
	return status;
}

static int open_sessions(struct asst_sim_world *world)
{
	static const char ada[] = "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"],"
				  "\"teams\":[{\"id\":\"red\",\"role\":\"admin\"}]}";
	static const char bob[] = "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}";
	static const char eve[] = "{\"workspace\":\"new\",\"user\":\"eve\",\"aiSeat\":true,"
				  "\"permissions\":[\"assistants:create\"]}";
	asst_store *store = world->store;
	int status = asst_session_open(&world->ada, store, ada, ASST_NUL, world->err);

	if (!status)
		status = asst_session_open(&world->bob, store, bob, ASST_NUL, world->err);
	if (!status)
		status = asst_session_open(&world->eve, store, eve, ASST_NUL, world->err);
	if (!status)
		status = asst_session_open_system(&world->host, store, "acme", world->err);
	return status;
}

int asst_sim_world_open(struct asst_sim_world *world)
{
	int status;

	world->now = MOMENT;
	world->random = 1000;
	status = open_store(world);
	return status ? status : open_sessions(world);
}

void asst_sim_world_close(struct asst_sim_world *world, char said[256])
{
	bool stopped = world->disk && world->disk->stopped;
	int status;

	asst_draft_free(world->draft);
	asst_session_free(world->ada);
	asst_session_free(world->bob);
	asst_session_free(world->eve);
	asst_session_free(world->host);
	world->draft = NULL;
	world->ada = world->bob = world->eve = world->host = NULL;
	status = asst_store_close(world->store);
	world->store = NULL;
	stopped |= world->disk && world->disk->stopped;
	if (status && !stopped && !said[0])
		(void)snprintf(said, 256, "close: %s", asst_status_name(status));
	/* A backend of the test's own still has values. */
	if (((world->disk && world->mem.blocks) || world->mem.bad) && !said[0])
		(void)snprintf(said, 256, "%" PRId64 " blocks of memory are not freed",
			       world->mem.blocks);
	if (world->disk && world->disk->open_count && !said[0])
		(void)snprintf(said, 256, "%zu files are left open", world->disk->open_count);
	if (world->disk && world->disk->misuse[0] && !said[0])
		(void)snprintf(said, 256, "%s", world->disk->misuse);
}

void asst_sim_world_dispose(struct asst_sim_world *world)
{
	asst_error_free(world->err);
	asst_sim_free(world->disk);
	memset(world, 0, sizeof(*world));
}

/* Filling it */

static void must(const struct asst_sim_world *world, int status, const char *what)
{
	if (!status)
		return;
	printf("WRONG the store cannot be filled: %s: %s, %s\n0 passed, 1 failed\n", what,
	       asst_status_name(status), asst_error_message(world->err));
	exit(1);
}

static void create(struct asst_sim_world *world, enum asst_sim_object object, const char *json,
		   uint32_t flags)
{
	asst_assistant *made;
	const char *id;

	world->now += 1000;
	must(world,
	     asst_assistant_create_json(&made, world->ada, json, ASST_NUL, flags, world->err),
	     json);
	id = asst_assistant_editing_id(made);
	(void)snprintf(ids[object], ASST_SIM_ID, "%s", id ? id : asst_assistant_id(made));
	asst_assistant_free(made);
}

static void patch(struct asst_sim_world *world, enum asst_sim_object object, const char *json)
{
	world->now += 1000;
	must(world,
	     asst_assistant_patch_json(NULL, world->ada, ids[object], json, ASST_NUL,
				       ASST_ANY_REVISION, 0, world->err),
	     json);
}

static void draft(struct asst_sim_world *world, asst_session *session, enum asst_sim_object object,
		  const char *json)
{
	asst_draft *made;

	world->now += 1000;
	must(world, asst_draft_edit(&made, session, ids[object], 0, world->err), "edit");
	must(world, asst_draft_patch(made, json, ASST_NUL, 0, world->err), json);
	if (object == ASST_SIM_OLD)
		(void)snprintf(ids[ASST_SIM_BOBS], ASST_SIM_ID, "%s", asst_draft_id(made));
	asst_draft_free(made);
}

static void share(struct asst_sim_world *world, enum asst_sim_object object)
{
	must(world,
	     asst_share_put(world->ada, ids[object], "user:bob", ASST_LEVEL_WRITE, 0, world->err),
	     "share");
}

/* Six versions; the second is pinned, bob's draft was made from the third. */
static void build_old(struct asst_sim_world *world)
{
	char json[100];

	create(world, ASST_SIM_OLD, "{\"name\":\"Old\",\"instruction\":\"version 1\"}", 0);
	asst_sim_feed_end(world->host, old_cursor);
	share(world, ASST_SIM_OLD);
	for (int i = 2; i <= 6; i++) {
		(void)snprintf(json, sizeof(json), "{\"instruction\":\"version %d\"}", i);
		patch(world, ASST_SIM_OLD, json);
		if (i == 3)
			draft(world, world->bob, ASST_SIM_OLD, "{\"emoji\":\"b\"}");
	}
	must(world, asst_version_pin(world->ada, ids[ASST_SIM_OLD], 2, 1, 0, world->err), "pin");
}

static void build_trash(struct asst_sim_world *world)
{
	create(world, ASST_SIM_TRASH, "{\"name\":\"Gone\",\"slug\":\"gone\",\"tags\":[\"t\"]}", 0);
	share(world, ASST_SIM_TRASH);
	draft(world, world->ada, ASST_SIM_TRASH, "{\"welcome\":\"ada's\"}");
	patch(world, ASST_SIM_TRASH, "{\"description\":\"of version 2\"}");
	draft(world, world->bob, ASST_SIM_TRASH, "{\"welcome\":\"bob's\"}");
	must(world,
	     asst_assistant_delete(world->ada, ids[ASST_SIM_TRASH], ASST_ANY_REVISION, 0,
				   world->err),
	     "delete");
	create(world, ASST_SIM_SPARE, "{\"name\":\"Spare\",\"slug\":\"gone\"}", 0);
}

void asst_sim_world_build(struct asst_sim_world *world)
{
	must(world, asst_sim_world_open(world), "open");
	world->random = 1;
	world->now = BEGIN;
	build_old(world);
	/* What was until here is old. */
	world->now = BEGIN + 190 * DAY_MS;
	create(world, ASST_SIM_PLAIN,
	       "{\"name\":\"Plain\",\"slug\":\"plain\",\"instruction\":\"Be brief.\","
	       "\"tags\":[\"x\",\"y\"],\"folderId\":\"f1\"}",
	       0);
	share(world, ASST_SIM_PLAIN);
	draft(world, world->ada, ASST_SIM_PLAIN, "{\"name\":\"Plain 2\",\"welcome\":\"Hi\"}");
	draft(world, world->bob, ASST_SIM_PLAIN, "{\"description\":\"bob's\"}");
	create(world, ASST_SIM_MOVED, "{\"name\":\"Moved\"}", 0);
	draft(world, world->ada, ASST_SIM_MOVED, "{\"welcome\":\"from the draft\"}");
	patch(world, ASST_SIM_MOVED, "{\"description\":\"published\"}");
	create(world, ASST_SIM_CLASH, "{\"name\":\"Clash\"}", 0);
	draft(world, world->ada, ASST_SIM_CLASH, "{\"name\":\"Of the draft\"}");
	patch(world, ASST_SIM_CLASH, "{\"name\":\"Published\"}");
	build_trash(world);
	create(world, ASST_SIM_FRESH, "{\"name\":\"Fresh\"}", ASST_CREATE_DRAFT);
}

int asst_sim_world_warm(struct asst_sim_world *world)
{
	return asst_assistant_patch_json(NULL, world->ada, ids[ASST_SIM_SPARE], "{\"emoji\":\"w\"}",
					 ASST_NUL, ASST_ANY_REVISION, 0, world->err);
}
