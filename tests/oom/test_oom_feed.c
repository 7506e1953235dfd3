/* SPDX-License-Identifier: MIT */
/* Allocation failures while the feed is read and pruned, and while the host is told of changes. */
#include "oom_pair.h"

#define NO_BUF ((asst_buf *)(void *)&w)

static char options[200];

/* Options that go on behind what a session was shown at first. */
static void keep_cursor(asst_session *session, const char *shown, const char *more)
{
	const char *at;
	asst_buf *buf;

	MUST(asst_feed_read(&buf, session, shown, ASST_NUL, NULL));
	at = strstr(asst_buf_data(buf), "],\"more\":");
	assert_non_null(at);
	at = strstr(at, "\"cursor\":\"");
	assert_non_null(at);
	snprintf(options, sizeof(options), "{\"after\":%.*s%s}", (int)strcspn(at + 10, "\"") + 2,
		 at + 9, more);
	asst_buf_free(buf);
}

static int feed(asst_session *session, const char *json, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_feed_read(&buf, session, json, json ? ASST_NUL : 0, err));

	EXPECT((status == ASST_OK) == (buf != NULL));
	if (buf)
		text_buf(&out, buf);
	asst_buf_free(buf);
	return status;
}

static int run_feed(asst_error *err)
{
	return feed(w.host, NULL, err);
}

static int run_feed_owner(asst_error *err)
{
	return feed(w.ada, NULL, err);
}

/* A grantee is shown some of it. */
static int run_feed_granted(asst_error *err)
{
	return feed(w.bob, NULL, err);
}

static int run_feed_empty(asst_error *err)
{
	return feed(w.eve, NULL, err);
}

static int run_feed_end(asst_error *err)
{
	return feed(w.ada, "{\"after\":\"end\"}", err);
}

static int run_feed_wrong(asst_error *err)
{
	return feed(w.ada, "{\"limit\":0,\"actions\":\"all\",\"what\":[]}", err);
}

static int run_feed_cursor(asst_error *err)
{
	return feed(w.ada, "{\"after\":\"02ab\"}", err);
}

static int run_feed_text(asst_error *err)
{
	return feed(w.ada, "{\"after\"", err);
}

static int run_feed_silent(asst_error *err)
{
	return FAILING(asst_feed_read(NULL, w.ada, NULL, 0, err));
}

static int run_feed_options(asst_error *err)
{
	return feed(w.ada, options, err);
}

static void prepare_page(void)
{
	keep_cursor(w.ada, "{\"limit\":2}", ",\"limit\":1");
}

static void prepare_filter(void)
{
	snprintf(options, sizeof(options),
		 "{\"objectId\":\"%s\",\"actions\":[\"share.put\",\"assistant.create\"]}", w.beta);
}

/* Who was granted something learns that it went. */
static void prepare_lost_sight(void)
{
	keep_cursor(w.bob, "{\"after\":\"end\"}", "");
	MUST(asst_assistant_delete(w.ada, w.beta, ASST_ANY_REVISION, 0, NULL));
}

static int run_feed_lost_sight(asst_error *err)
{
	return feed(w.bob, options, err);
}

/* Nothing behind the cursor is kept. */
static void prepare_pruned(void)
{
	keep_cursor(w.ada, "{\"limit\":1}", "");
	w.time += 91 * DAY;
	MUST(asst_feed_prune(NULL, w.host, 0, NULL));
}

static int prune(asst_session *session, uint64_t *count, asst_error *err)
{
	uint64_t removed = 77;
	int status = FAILING(asst_feed_prune(&removed, session, 0, err));

	EXPECT(status == ASST_OK || removed == 0);
	*count = removed;
	return status;
}

/* All that was written before. */
static int run_prune(asst_error *err)
{
	uint64_t removed;
	int status;

	w.time += 91 * DAY;
	status = prune(w.host, &removed, err);
	EXPECT(status != ASST_OK || removed > 5);
	return status;
}

static int run_prune_lost(asst_error *err)
{
	w.conflicts = 1;
	return run_prune(err);
}

static int run_prune_nothing(asst_error *err)
{
	uint64_t removed;
	int status = prune(w.host, &removed, err);

	EXPECT(removed == 0);
	return status;
}

static int run_prune_denied(asst_error *err)
{
	uint64_t removed;

	w.time += 91 * DAY;
	return prune(w.ada, &removed, err);
}

/* What the host was told of last. */
static struct text told;

static void changed(void *user, const char *workspace, const char *event, size_t size)
{
	EXPECT(user == &told);
	EXPECT(strcmp(workspace, "acme") == 0);
	EXPECT(told.size == 0);
	EXPECT(event[size] == '\0' && strlen(event) == size);
	text_bytes(&told, event, size + 1);
	told.size = size;
}

static asst_store_opts *watched_opts(void)
{
	asst_store_opts *opts = world_opts();

	MUST(asst_store_opts_set_int(opts, "audit_refused", 1, NULL));
	MUST(asst_store_opts_set_changed(opts, changed, &told, NULL));
	return opts;
}

/* Whether the system finds in the feed what the host was told, or anything, of an action. */
static bool in_feed(asst_session *session, const char *action, const char *event)
{
	char json[80];
	asst_buf *buf;
	bool is;

	snprintf(json, sizeof(json), "{\"limit\":1000,\"actions\":[\"%s\"]}", action);
	MUST(asst_feed_read(&buf, session, json, ASST_NUL, NULL));
	is = strstr(asst_buf_data(buf), event) != NULL;
	asst_buf_free(buf);
	return is;
}

static void prepare_watched(void)
{
	asst_store_opts *opts = watched_opts();

	prepare_two();
	world_again(opts);
	asst_store_opts_free(opts);
	/* The store is to remember the workspace before it. */
	told.size = 0;
	publish("{\"name\":\"Two\"}");
}

/* A change is told of once it is durable, and only then; that it is told may lack memory. */
static int check_told(int status, const char *action, asst_session *session)
{
	EXPECT(status == ASST_OK || told.size == 0);
	EXPECT(status != ASST_OK || told.size || fault.hits);
	EXPECT(!told.size || in_feed(session, action, told.data));
	return status;
}

static int run_told(asst_error *err)
{
	int status;

	told.size = 0;
	status = FAILING(asst_assistant_patch_json(NULL, w.ada, two,
						   "{\"name\":\"Three\",\"tags\":[\"t\"]}",
						   ASST_NUL, ASST_ANY_REVISION, 0, err));
	return check_told(status, "assistant.update", w.host);
}

static int run_told_lost(asst_error *err)
{
	w.conflicts = 2;
	return run_told(err);
}

static int run_told_nothing(asst_error *err)
{
	int status;

	told.size = 0;
	status = FAILING(asst_assistant_patch_json(NULL, w.ada, two, "{}", ASST_NUL,
						   ASST_ANY_REVISION, 0, err));
	EXPECT(told.size == 0);
	return status;
}

/* The event of a refusal may lack memory; the refusal stays what it is. */
static int refuse(asst_session *system, asst_session *other, const char *id, asst_error *err)
{
	bool audited;
	int status;

	told.size = 0;
	status = FAILING(asst_assistant_patch_json(NULL, other, id, "{\"name\":\"x\"}", ASST_NUL,
						   ASST_ANY_REVISION, 0, err));
	audited = in_feed(system, "refused", "\"action\":\"refused\"");
	EXPECT(status != ASST_OK);
	EXPECT(audited || fault.hits);
	EXPECT(!audited || status == ASST_EDENIED);
	EXPECT(!told.size || (audited && in_feed(system, "refused", told.data)));
	return status;
}

/* Of a store of its own, which each refusal changes. */
static int run_refused(asst_error *err)
{
	static const char json[] = "{\"name\":\"S\",\"ownerId\":\"user:zoe\"}";
	asst_store_opts *opts = watched_opts();
	asst_session *system, *other;
	asst_assistant *made;
	asst_store *store;
	int status;

	MUST(asst_store_open(&store, "memory:", opts, NULL));
	asst_store_opts_free(opts);
	MUST(asst_session_open_system(&system, store, "acme", NULL));
	MUST(asst_session_open(&other, store,
			       "{\"workspace\":\"acme\",\"user\":\"bob\",\"aiSeat\":true}",
			       ASST_NUL, NULL));
	told.size = 0;
	MUST(asst_assistant_create_json(&made, system, json, ASST_NUL, 0, NULL));
	told.size = 0;
	MUST(asst_share_put(system, asst_assistant_id(made), "user:bob", ASST_LEVEL_READ, 0, NULL));
	status = refuse(system, other, asst_assistant_id(made), err);
	asst_assistant_free(made);
	asst_session_free(other);
	asst_session_free(system);
	MUST(asst_store_close(store));
	return status;
}

#define READ "asst_feed_read"
#define PRUNE "asst_feed_prune"
#define PATCH "asst_assistant_patch_json"

static const struct op ops[] = {
	{ READ, "by the system", ASST_OK, ALL, NULL, run_feed },
	{ READ, "by an owner", ASST_OK, ALL, NULL, run_feed_owner },
	{ READ, "by a grantee", ASST_OK, ALL, NULL, run_feed_granted },
	{ READ, "empty", ASST_OK, ALL, NULL, run_feed_empty },
	{ READ, "the end", ASST_OK, ALL, NULL, run_feed_end },
	{ READ, "next page", ASST_OK, ALL, prepare_page, run_feed_options },
	{ READ, "some", ASST_OK, ALL, prepare_filter, run_feed_options },
	{ READ, "lost sight", ASST_OK, ALL, prepare_lost_sight, run_feed_lost_sight },
	{ READ, "result not wanted", ASST_OK, ALL | MAYBE, NULL, run_feed_silent },
	{ READ, "pruned", ASST_EGONE, ALL, prepare_pruned, run_feed_options },
	{ READ, "faults", ASST_EVALIDATION, ALL, NULL, run_feed_wrong },
	{ READ, "damaged cursor", ASST_EVALIDATION, ALL, NULL, run_feed_cursor },
	{ READ, "no JSON", ASST_EVALIDATION, ALL, NULL, run_feed_text },
	{ PRUNE, "all", ASST_OK, ALL, NULL, run_prune },
	{ PRUNE, "after a lost race", ASST_OK, ALL | DETAIL, NULL, run_prune_lost },
	{ PRUNE, "nothing", ASST_OK, ALL, NULL, run_prune_nothing },
	{ PRUNE, "denied", ASST_EDENIED, DETAIL, NULL, run_prune_denied },
	{ PATCH, "told of", ASST_OK, ALL | MAYBE, prepare_watched, run_told },
	{ PATCH, "told of, lost races", ASST_OK, ALL | MAYBE, prepare_watched, run_told_lost },
	{ PATCH, "nothing to tell", ASST_OK, ALL, prepare_watched, run_told_nothing },
	{ PATCH, "refused, audited", ASST_EDENIED, ALL, NULL, run_refused },
};

OOM_TESTS("feed", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_feed", tests, NULL, NULL) ? 1 : 0;
}
