/* SPDX-License-Identifier: MIT */
/* The feed: one event for each change, in its order, read page by page without gaps. */
#include "feed.h"

static const char *const ada = "ada create";

static asst_draft *edit(struct host *host, const char *spec, const char *id)
{
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	return draft;
}

static void tag(struct host *host, const char *id, int number)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"tags\":[\"t%d\"]}", number);
	MUST(host, host_patch(host, ada, id, json));
}

/* Events */

static void each_change_is_one_event_in_its_order(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"V1\"}");
	asst_session *session = as(host, ada);
	asst_draft *draft, *copy;

	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\"}"));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\"}")); /* as it is: none */
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	draft = edit(host, ada, id);
	MUST(host, asst_draft_patch(draft, "{\"name\":\"V3\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	draft = edit(host, ada, id);
	MUST(host, asst_draft_patch(draft, "{\"name\":\"V5\"}", ASST_NUL, 0, host->err));
	MUST(host, host_patch(host, "bob", id, "{\"emoji\":\"4\"}"));
	MUST(host, asst_draft_rebase(draft, NULL, 0, 0, host->err));
	MUST(host, asst_draft_discard(draft, 0, host->err));
	asst_draft_free(draft);
	MUST(host, asst_version_restore(&draft, session, id, 1, ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_draft_copy(&copy, as(host, "root super"), asst_draft_id(draft),
				   ASST_ANY_REVISION, 0, host->err));
	asst_draft_free(copy);
	asst_draft_free(draft);
	MUST(host, asst_version_label(session, id, 1, "L", 1, 0, host->err));
	MUST(host, asst_version_pin(session, id, 2, 1, 0, host->err));
	MUST(host, asst_share_remove(session, id, "user:bob", 0, host->err));
	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:eve",
					       ASST_ANY_REVISION, 0, host->err));
	MUST(host, host_delete(host, "eve", id));
	MUST(host, asst_trash_restore(NULL, as(host, "eve"), id, ASST_ANY_REVISION, 0, host->err));
	MUST(host, host_delete(host, "eve", id));
	MUST(host, asst_trash_purge(as(host, "eve"), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(
		feed_actions(feed_read(host, "system", NULL)),
		"assistant.create assistant.update share.put draft.edit draft.update draft.commit "
		"draft.edit draft.update assistant.update draft.rebase draft.discard version.restore "
		"draft.copy version.label version.pin share.remove assistant.changeOwner "
		"assistant.delete assistant.restore assistant.delete assistant.purge");
}

static void an_event_tells_who_did_what_and_when(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"V1\"}"), *json;

	host_pass(host, 1500);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_patch(host, "bob", id,
			      "{\"name\":\"secret\",\"tags\":[\"secret\"],\"data\":{\"a\":1}}"));
	json = feed_read(host, ada, NULL);
	assert_int_equal(json_count(json, "/events"), 3);
	assert_string_equal(json_at(json, "/more"), "false");
	assert_string_equal(json_at(json, "/events/0/actor"), "user:ada");
	assert_string_equal(json_at(json, "/events/0/objectId"), id);
	assert_string_equal(json_at(json, "/events/0/newRevision"), "1");
	assert_string_equal(json_at(json, "/events/1/principalId"), "user:bob");
	assert_string_equal(json_at(json, "/events/1/accessLevel"), "2");
	assert_string_equal(json_at(json, "/events/2/at"), "2030-03-17T17:46:41.500Z");
	assert_string_equal(json_at(json, "/events/2/actor"), "user:bob");
	assert_string_equal(json_at(json, "/events/2/oldRevision"), "1");
	assert_string_equal(json_at(json, "/events/2/newRevision"), "2");
	assert_non_null(strstr(json_at(json, "/events/2/pointers"), "\"/name\""));
	assert_non_null(strstr(json_at(json, "/events/2/pointers"), "\"/tags\""));
	assert_non_null(strstr(json_at(json, "/events/2/pointers"), "\"/data"));
	assert_null(strstr(json, "secret")); /* never a value */
	/* The cursor of the last event is where the page ends. */
	assert_string_equal(feed_from(host, ada, json_at(json, "/cursor")), "");
	assert_string_equal(feed_from(host, ada, json_at(json, "/events/2/cursor")), "");
	assert_string_equal(feed_from(host, ada, json_at(json, "/events/1/cursor")),
			    "assistant.update");
}

static void what_was_forced_is_named(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"V1\"}"), *json;
	asst_draft *draft = edit(host, ada, id);
	struct feed_place end;

	MUST(host, asst_draft_patch(draft, "{\"name\":\"Mine\",\"emoji\":\"M\"}", ASST_NUL, 0,
				    host->err));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"Theirs\"}"));
	end = feed_end(host);
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, ASST_COMMIT_FORCE, host->err));
	asst_draft_free(draft);
	json = feed_read(host, ada, end.options);
	assert_int_equal(json_count(json, "/events"), 1);
	assert_string_equal(json_at(json, "/events/0/forced"), "[\"/name\"]");
	assert_string_equal(json_at(json, "/events/0/pointers"), "[\"/name\",\"/emoji\"]");
}

/* A name, and data: so many members, below so many others with long names. */
static const char *deep(size_t depth, size_t wide, int value)
{
	static char json[65536];
	size_t i, used = (size_t)snprintf(json, sizeof(json), "{\"name\":\"n%d\",\"data\":", value);

	for (i = 0; i < depth; i++)
		used += (size_t)snprintf(json + used, sizeof(json) - used, "{\"%0250d\":", 7);
	for (i = 0; i < wide; i++)
		used += (size_t)snprintf(json + used, sizeof(json) - used, "%s\"k%04d\":%d",
					 i ? "," : "{", (int)i, value);
	for (i = 0; i <= depth + 1; i++)
		used += (size_t)snprintf(json + used, sizeof(json) - used, "}");
	assert_true(used < sizeof(json) - 1);
	return json;
}

/* 1,000 pointers of 7,500 bytes are too large for an event: their parent stands for them. */
static void too_many_forced_pointers_are_folded_to_their_parents(void **state)
{
	static const struct {
		size_t depth, wide, told, size; /* pointers that are told, and the second's size */
	} rows[] = { { 30, 1000, 2, 5 + 30 * 251 },
		     { 30, 30, 31, 5 + 30 * 251 + 6 },
		     { 0, 4000, 4001, 5 + 6 } };
	struct host *host = *state;
	const char *id, *json, *forced;
	struct feed_place end;
	asst_draft *draft;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		id = host_create(host, ada, deep(rows[i].depth, rows[i].wide, 1));
		draft = edit(host, ada, id);
		MUST(host, asst_draft_patch(draft, deep(rows[i].depth, rows[i].wide, 2), ASST_NUL,
					    0, host->err));
		MUST(host, host_patch(host, ada, id, deep(rows[i].depth, rows[i].wide, 3)));
		end = feed_end(host);
		MUST(host, asst_draft_commit(NULL, draft, NULL, 0, ASST_COMMIT_FORCE, host->err));
		asst_draft_free(draft);
		json = feed_read(host, ada, end.options);
		assert_string_equal(feed_actions(json), "draft.commit");
		assert_int_equal(json_count(json, "/events/0/forced"), rows[i].told);
		assert_string_equal(json_at(json, "/events/0/forced/0"), "/name");
		forced = json_at(json, "/events/0/forced/1");
		assert_int_equal(strlen(forced), rows[i].size);
	}
}

/* What a draft is made to be is told as what a patch of it is; and which version is meant. */
static void events_of_drafts_and_versions_tell_what_and_which(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"V1\",\"emoji\":\"1\"}"), *json;
	asst_draft *draft, *copy;
	struct feed_place end;

	MUST(host, host_share(host, ada, id, "user:bob", 3));
	draft = edit(host, ada, id);
	MUST(host, asst_draft_patch(draft, "{\"description\":\"d\"}", ASST_NUL, 0, host->err));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\"}"));
	end = feed_end(host);
	MUST(host, asst_draft_rebase(draft, NULL, 0, 0, host->err));
	/* Another one gets the text: at first in the place of none, then of another one. */
	MUST(host, asst_draft_copy(&copy, as(host, "bob"), asst_draft_id(draft), ASST_ANY_REVISION,
				   0, host->err));
	MUST(host, asst_draft_patch(copy, "{\"emoji\":\"2\"}", ASST_NUL, 0, host->err));
	asst_draft_free(copy);
	MUST(host, asst_draft_copy(&copy, as(host, "bob"), asst_draft_id(draft), ASST_ANY_REVISION,
				   ASST_DRAFT_REPLACE, host->err));
	asst_draft_free(copy);
	asst_draft_free(draft);
	MUST(host, asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION,
					ASST_DRAFT_REPLACE, host->err));
	MUST(host, asst_draft_discard(draft, 0, host->err));
	asst_draft_free(draft);
	MUST(host,
	     asst_version_restore(&draft, as(host, ada), id, 1, ASST_ANY_REVISION, 0, host->err));
	asst_draft_free(draft);
	MUST(host, asst_version_label(as(host, ada), id, 1, "one", ASST_NUL, 0, host->err));
	MUST(host, asst_version_pin(as(host, ada), id, ASST_VERSION_LIVE, 1, 0, host->err));
	json = feed_read(host, ada, end.options);
	assert_string_equal(feed_actions(json),
			    "draft.rebase draft.copy draft.update draft.copy version.restore "
			    "draft.discard version.restore version.label version.pin");
	assert_string_equal(json_at(json, "/events/0/pointers"), "[\"/name\"]");
	assert_string_equal(json_at(json, "/events/1/pointers"), "[\"/description\"]");
	assert_string_equal(json_at(json, "/events/3/pointers"), "[\"/emoji\"]");
	assert_string_equal(json_at(json, "/events/4/pointers"), "[\"/name\",\"/description\"]");
	assert_string_equal(json_at(json, "/events/4/version"), "1");
	assert_string_equal(json_at(json, "/events/6/pointers"), "[\"/name\"]");
	assert_string_equal(json_at(json, "/events/6/version"), "1");
	assert_string_equal(json_at(json, "/events/7/version"), "1");
	assert_string_equal(json_at(json, "/events/8/version"), "2");
	assert_string_equal(json_at(json, "/events/0/version"), JSON_ABSENT);
}

/* Pages */

/* With every size of page and changes between pages: all numbers, each once, in order. */
static void pages_leave_no_gap(void **state)
{
	static const int limits[] = { 1, 2, 3, 7, 1000 };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct feed_place place;
	char options[1300], wanted[16];
	uint64_t revision;
	size_t i, k;

	for (i = 1; i <= 20; i++)
		tag(host, id, (int)i);
	for (k = 0; k < T_COUNT(limits); k++) {
		revision = 0;
		feed_after(&place, "begin");
		do {
			snprintf(options, sizeof(options), "{'after':'%s','limit':%d}",
				 place.cursor, limits[k]);
			json = feed_read(host, ada, options);
			assert_true(json_count(json, "/events") <= (size_t)limits[k]);
			for (i = 0; i < json_count(json, "/events"); i++) {
				snprintf(wanted, sizeof(wanted), "%d", (int)++revision);
				assert_string_equal(json_item(json, "/events", i, "newRevision"),
						    wanted);
			}
			/* Going on from an event is going on from the page. */
			feed_after(&place, i && k % 2 ?
						   json_item(json, "/events", i - 1, "cursor") :
						   json_at(json, "/cursor"));
			if (revision == 5)
				tag(host, id, 100 + (int)k);
		} while (strcmp(json_at(json, "/more"), "true") == 0);
		assert_int_equal(revision, host_revision(host, ada, id));
	}
}

static void after_the_end_come_only_news(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct feed_place place;

	json = feed_read(host, ada, "{'after':'end'}");
	assert_int_equal(json_count(json, "/events"), 0);
	assert_string_equal(json_at(json, "/more"), "false");
	feed_after(&place, json_at(json, "/cursor"));
	assert_string_equal(feed_since(host, ada, &place), "");
	tag(host, id, 1);
	assert_string_equal(feed_since(host, ada, &place), "assistant.update");
	assert_string_equal(feed_since(host, ada, &place), "assistant.update");
}

static void a_feed_may_be_empty(void **state)
{
	struct host *host = *state;
	const char *json = feed_read(host, ada, NULL);
	struct feed_place place;

	assert_int_equal(json_count(json, "/events"), 0);
	feed_after(&place, json_at(json, "/cursor"));
	tag(host, host_create(host, ada, "{\"name\":\"a\"}"), 1);
	assert_string_equal(feed_since(host, ada, &place), "assistant.create assistant.update");
}

/* A copy is made from a list, and kept as it is by the feed from there. */
static void a_list_tells_where_to_go_on(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct feed_place place;
	asst_list *list;

	MUST(host, asst_assistant_list(&list, as(host, ada), NULL, 0, host->err));
	tag(host, id, 1);
	host_create(host, ada, "{\"name\":\"b\"}");
	feed_after(&place, asst_list_feed_cursor(list));
	assert_int_equal(asst_list_count(list), 1);
	asst_list_free(list);
	assert_string_equal(feed_since(host, ada, &place), "assistant.update assistant.create");
}

/* Consumes the list: the feed goes on from where it was made. */
static void expect_followed(struct host *host, asst_list *list, const char *id)
{
	struct feed_place place;

	assert_int_equal(asst_list_count(list), 1);
	assert_non_null(asst_list_feed_cursor(list));
	feed_after(&place, asst_list_feed_cursor(list));
	asst_list_free(list);
	assert_string_equal(feed_since(host, ada, &place), "");
	tag(host, id, (int)host_revision(host, ada, id));
	assert_string_equal(feed_since(host, ada, &place), "assistant.update");
}

static void each_kind_of_list_tells_where_to_go_on(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *gone;
	asst_list *list;
	char options[100];

	asst_draft_free(edit(host, ada, id));
	gone = host_create(host, ada, "{\"name\":\"gone\"}");
	MUST(host, host_delete(host, ada, gone));
	MUST(host, asst_assistant_get_many(&list, as(host, ada), &id, 1, 0, host->err));
	expect_followed(host, list, id);
	MUST(host, asst_draft_list(&list, as(host, ada), NULL, 0, host->err));
	expect_followed(host, list, id);
	snprintf(options, sizeof(options), "{\"assistantId\":\"%s\"}", id);
	MUST(host, asst_draft_list(&list, as(host, ada), options, ASST_NUL, host->err));
	expect_followed(host, list, id);
	MUST(host, asst_trash_list(&list, as(host, ada), NULL, 0, host->err));
	expect_followed(host, list, id);
}

static void events_of_one_object_or_of_some_actions(void **state)
{
	struct host *host = *state;
	const char *a = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	const char *b = host_create(host, ada, "{\"name\":\"b\"}");
	char options[200];
	int i;

	for (i = 0; i < 3; i++) {
		tag(host, a, i);
		tag(host, b, i);
	}
	snprintf(options, sizeof(options), "{'objectId':'%s'}", a);
	assert_string_equal(feed_actions(feed_read(host, ada, options)),
			    "assistant.create assistant.update assistant.update assistant.update");
	assert_string_equal(
		feed_actions(feed_read(host, ada, "{'actions':['assistant.create','share.put']}")),
		"assistant.create assistant.create");
	snprintf(options, sizeof(options),
		 "{'objectId':'%s','actions':['assistant.update'],'limit':2}", b);
	json = feed_read(host, ada, options);
	assert_string_equal(feed_actions(json), "assistant.update assistant.update");
	assert_string_equal(json_at(json, "/more"), "true");
	assert_string_equal(json_at(json, "/events/1/objectId"), b);
}

static void damaged_cursors_and_faulty_options_are_told(void **state)
{
	static const struct {
		const char *options, *faults;
	} rows[] = { { "{'after':'x'}", "cursor@/after" },
		     { "{'after':''}", "cursor@/after" },
		     { "{'after':7}", "type@/after" },
		     { "{'limit':0}", "range@/limit" },
		     { "{'limit':1001}", "limit@/limit" },
		     { "{'actions':'assistant.update'}", "type@/actions" },
		     { "{'sort':'at'}", "unknown_field@/sort" } };
	struct host *host = *state;
	char damaged[1300];
	struct feed_place place;
	asst_buf *out;
	size_t i;
	int status;

	host_create(host, ada, "{\"name\":\"a\"}");
	for (i = 0; i < T_COUNT(rows); i++) {
		status = feed_try(&out, host, ada, rows[i].options);
		assert_null(out);
		t_expect(status, host->err, t_status_of(rows[i].faults), rows[i].faults,
			 rows[i].options);
	}
	place = feed_end(host);
	EXPECT(host, ASST_EVALIDATION, feed_try(&out, host, "ada @other", place.options));
	host_issue(host, 0, "cursor", "/after");
	for (i = 0; i < strlen(place.cursor); i++) {
		snprintf(damaged, sizeof(damaged), "%s", place.options);
		damaged[strlen("{'after':'") + i] ^= 1;
		status = feed_try(&out, host, ada, damaged);
		if (status != ASST_EVALIDATION)
			fail_msg("%s: %s", damaged, asst_status_name(status));
	}
	EXPECT(host, ASST_EDENIED, feed_try(&out, host, "ada noseat", NULL));
	EXPECT(host, ASST_EINVAL, asst_feed_read(&out, NULL, NULL, 0, host->err));
}

/* Readers beside writers */

enum { WRITERS = 3, CHANGES = 60 };

struct writer {
	asst_session *session;
	const char *id;
	atomic_int *working;
	int failed;
};

static void *write_some(void *user)
{
	struct writer *writer = user;
	char json[64];
	int i, status;

	for (i = 0; i < CHANGES; i++) {
		snprintf(json, sizeof(json), "{\"tags\":[\"t%d\"]}", i);
		do {
			status = asst_assistant_patch_json(NULL, writer->session, writer->id, json,
							   ASST_NUL, ASST_ANY_REVISION, 0, NULL);
		} while (status == ASST_EBUSY);
		writer->failed += status != ASST_OK;
	}
	atomic_fetch_sub(writer->working, 1);
	return NULL;
}

/* Read page by page until there is no more after all are done; each object's revisions in order. */
static void follow(struct host *host, const struct writer *writers, atomic_int *working)
{
	uint64_t revisions[WRITERS] = { 0 };
	struct feed_place place;
	char options[1300];
	const char *json, *id;
	size_t i, k, count;
	int done;

	feed_after(&place, "begin");
	do {
		done = atomic_load(working) == 0;
		snprintf(options, sizeof(options), "{'after':'%s','limit':7}", place.cursor);
		json = feed_read(host, ada, options);
		count = json_count(json, "/events");
		for (i = 0; i < count; i++) {
			id = json_item(json, "/events", i, "objectId");
			for (k = 0; strcmp(writers[k].id, id) != 0; k++)
				assert_true(k + 1 < WRITERS);
			assert_int_equal(
				strtoull(json_item(json, "/events", i, "newRevision"), NULL, 10),
				++revisions[k]);
		}
		feed_after(&place, json_at(json, "/cursor"));
	} while (!done || count > 0);
	for (k = 0; k < WRITERS; k++)
		assert_int_equal(revisions[k], 1 + CHANGES);
}

static void a_reader_beside_writers_misses_nothing(void **state)
{
	struct host *host = *state;
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	atomic_int working = WRITERS;
	size_t i;

	for (i = 0; i < WRITERS; i++)
		writers[i] =
			(struct writer){ as(host, ada), host_create(host, ada, "{\"name\":\"a\"}"),
					 &working, 0 };
	for (i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_some, &writers[i]);
	follow(host, writers, &working);
	for (i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(writers[i].failed, 0);
	}
}

/* A cursor is as good for the store that is opened again. */
static void a_cursor_goes_on_in_a_store_that_was_closed(void **state)
{
	struct host host = { .err = asst_error_new() };
	struct feed_place place = { "", "" };
	const char *id = NULL, *json;
	char ids[37];
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		MUST(&host, asst_store_open(&host.store, "file:feed", NULL, host.err));
		if (i == 0)
			id = strcpy(ids, host_create(&host, ada, "{\"name\":\"a\"}"));
		else
			tag(&host, id, i);
		json = feed_read(&host, ada, i ? place.options : NULL);
		assert_string_equal(feed_actions(json),
				    i ? "assistant.update" : "assistant.create");
		feed_after(&place, json_at(json, "/cursor"));
		asst_session_free(host.sessions[0].session);
		host.session_count = 0;
		host_close(&host);
	}
	asst_error_free(host.err);
}

/* Open a store in the place of the one that is open, without its sessions. */
static void reopen(struct host *host, const char *where)
{
	while (host->session_count)
		asst_session_free(host->sessions[--host->session_count].session);
	if (host->store)
		host_close(host);
	if (where)
		MUST(host, asst_store_open(&host->store, where, NULL, host->err));
}

/* In a store that was taken back it would pass over what happens next. */
static void a_cursor_ahead_of_the_store_is_gone(void **state)
{
	struct host host = { .err = asst_error_new() };
	struct feed_place ahead, same;
	asst_buf *out;
	char id[37];
	int i;

	(void)state;
	reopen(&host, "file:newer");
	strcpy(id, host_create(&host, ada, "{\"name\":\"a\"}"));
	MUST(&host, asst_store_backup(host.store, "older", NULL, NULL, 0, host.err));
	same = feed_end(&host);
	for (i = 0; i < 10; i++)
		tag(&host, id, i);
	ahead = feed_end(&host);
	reopen(&host, "file:older");
	EXPECT(&host, ASST_EGONE, feed_try(&out, &host, ada, ahead.options));
	assert_null(out);
	EXPECT(&host, ASST_EGONE, feed_try(&out, &host, "eve", ahead.options));
	tag(&host, id, 77);
	EXPECT(&host, ASST_EGONE, feed_try(&out, &host, ada, ahead.options));
	assert_string_equal(feed_since(&host, ada, &same), "assistant.update");
	reopen(&host, NULL);
	asst_error_free(host.err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(each_change_is_one_event_in_its_order),
		HOST_TEST(an_event_tells_who_did_what_and_when),
		HOST_TEST(what_was_forced_is_named),
		HOST_TEST(too_many_forced_pointers_are_folded_to_their_parents),
		HOST_TEST(events_of_drafts_and_versions_tell_what_and_which),
		HOST_TEST(pages_leave_no_gap),
		HOST_TEST(after_the_end_come_only_news),
		HOST_TEST(a_feed_may_be_empty),
		HOST_TEST(a_list_tells_where_to_go_on),
		HOST_TEST(each_kind_of_list_tells_where_to_go_on),
		HOST_TEST(events_of_one_object_or_of_some_actions),
		HOST_TEST(damaged_cursors_and_faulty_options_are_told),
		HOST_TEST(a_reader_beside_writers_misses_nothing),
		cmocka_unit_test(a_cursor_goes_on_in_a_store_that_was_closed),
		cmocka_unit_test(a_cursor_ahead_of_the_store_is_gone),
	};

	return cmocka_run_group_tests_name("api/feed", tests, NULL, NULL) ? 1 : 0;
}
