/* SPDX-License-Identifier: MIT */
/* What stages of drafts, versions and the feed share: a small assistant, and other options. */
#ifndef ASST_TESTS_OOM_PAIR_H
#define ASST_TESTS_OOM_PAIR_H

#include "oom_world.h"

#define DAY INT64_C(86400000)

#define ITEM(id) "{\"targetType\":\"t\",\"targetId\":\"" id "\"}"
#define SET(id) "{\"datasetId\":\"" id "\"}"

static char two[ID_SIZE]; /* what two people edit: small, since much of it is compared */

static inline void tick(void)
{
	w.time += 1000;
	w.random = 55;
}

/* Others publish the next version of it. */
static inline void publish(const char *json)
{
	tick();
	MUST(asst_assistant_patch_json(NULL, w.host, two, json, ASST_NUL, ASST_ANY_REVISION, 0,
				       NULL));
}

/* ada has a draft of version 1. */
static inline void begin_two(const char *json)
{
	world_create(two, json, 0);
	asst_draft_free(w.draft);
	MUST(asst_draft_edit(&w.draft, w.ada, two, 0, NULL));
}

static inline void prepare_two(void)
{
	begin_two("{\"name\":\"One\",\"slug\":\"two\",\"references\":[" ITEM("a") "," ITEM(
		"b") "," ITEM("c") "],\"datasets\":[" SET("a") "," SET("b") "]}");
}

/* Open the store of the world anew, with other options; nobody's drafts are open then. */
static inline void world_again(const asst_store_opts *opts)
{
	asst_draft_free(w.draft);
	asst_draft_free(w.fresh_draft);
	w.draft = w.fresh_draft = NULL;
	asst_session_free(w.ada);
	asst_session_free(w.bob);
	asst_session_free(w.eve);
	asst_session_free(w.host);
	MUST(asst_store_close(w.store));
	MUST(asst_store_open_backend(&w.store, &w.outer, opts, NULL));
	world_sessions();
}

#endif
