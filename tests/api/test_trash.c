/* SPDX-License-Identifier: MIT */
/* The trash: what was deleted comes back whole, or is purged for good by who may. */
#include "host.h"

#include "body.h"
#include "json.h"

static const char *const ada = "ada create";

enum { DAY = 24 * 60 * 60 * 1000 };

static const char *create(struct host *host, const char *slug)
{
	char json[100];

	snprintf(json, sizeof(json), "{\"name\":\"N\",\"slug\":\"%s\"}", slug);
	return host_create(host, ada, json);
}

static int restore(struct host *host, const char *spec, const char *id)
{
	return asst_trash_restore(NULL, as(host, spec), id, ASST_ANY_REVISION, 0, host->err);
}

static int purge(struct host *host, const char *spec, const char *id)
{
	return asst_trash_purge(as(host, spec), id, ASST_ANY_REVISION, 0, host->err);
}

/* The same, for who saw a revision. */

static int restore_seen(struct host *host, const char *spec, const char *id, uint64_t revision)
{
	return asst_trash_restore(NULL, as(host, spec), id, revision, 0, host->err);
}

static int purge_seen(struct host *host, const char *spec, const char *id, uint64_t revision)
{
	return asst_trash_purge(as(host, spec), id, revision, 0, host->err);
}

/* The slugs in the trash of a session, as text. */
static const char *trash(struct host *host, const char *spec)
{
	static char text[400];
	asst_list *list;
	size_t i, used = 0;

	MUST(host, asst_trash_list(&list, as(host, spec), NULL, 0, host->err));
	text[0] = '\0';
	for (i = 0; i < asst_list_count(list); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 asst_assistant_slug(asst_list_at(list, i)));
	asst_list_free(list);
	return text;
}

static size_t drafts_of(struct host *host, const char *spec)
{
	asst_list *list;
	size_t count;

	MUST(host, asst_draft_list(&list, as(host, spec), NULL, 0, host->err));
	count = asst_list_count(list);
	asst_list_free(list);
	return count;
}

static asst_draft *edit(struct host *host, const char *spec, const char *id)
{
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	return draft;
}

static void what_is_deleted_is_listed_the_last_one_first(void **state)
{
	static const char *const slugs[] = { "a", "b", "c" };
	struct host *host = *state;
	const char *ids[3];
	asst_list *list;
	size_t i;

	for (i = 0; i < 3; i++)
		ids[i] = create(host, slugs[i]);
	for (i = 0; i < 3; i++) {
		host_pass(host, 1000);
		MUST(host, host_delete(host, ada, ids[(i + 1) % 3]));
	}
	assert_string_equal(trash(host, ada), "a c b");
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, ids[0]));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, "user:ada:a"));
	EXPECT(host, ASST_ENOTFOUND, host_delete(host, ada, ids[0]));
	MUST(host, asst_trash_list(&list, as(host, ada), NULL, 0, host->err));
	assert_null(asst_assistant_def(asst_list_at(list, 0))); /* summaries */
	assert_string_equal(asst_assistant_id(asst_list_at(list, 0)), ids[0]);
	asst_list_free(list);
}

/* Some were deleted at the same moment; each is listed exactly once. */
static void the_trash_is_listed_page_by_page(void **state)
{
	struct host *host = *state;
	char options[1300] = "{\"limit\":2}", slug[16];
	int i, seen[7] = { 0 };
	asst_list *list;
	size_t k;

	for (i = 0; i < 7; i++) {
		snprintf(slug, sizeof(slug), "s%d", i);
		MUST(host, host_delete(host, ada, create(host, slug)));
		host_pass(host, i % 3);
	}
	for (;;) {
		MUST(host, asst_trash_list(&list, as(host, ada), options, ASST_NUL, host->err));
		for (k = 0; k < asst_list_count(list); k++)
			seen[asst_assistant_slug(asst_list_at(list, k))[1] - '0']++;
		if (!asst_list_cursor(list))
			break;
		snprintf(options, sizeof(options), "{\"limit\":2,\"cursor\":\"%s\"}",
			 asst_list_cursor(list));
		asst_list_free(list);
	}
	asst_list_free(list);
	for (i = 0; i < 7; i++)
		assert_int_equal(seen[i], 1);
	EXPECT(host, ASST_EVALIDATION,
	       asst_trash_list(&list, as(host, ada), "{\"cursor\":\"x\"}", ASST_NUL, host->err));
	host_issue(host, 0, "cursor", "/cursor");
}

/* Drafts, grants, versions, tags and the slug are what they were. */
static void it_comes_back_whole(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "whole"), *before;
	asst_assistant *assistant;
	asst_draft *draft;
	asst_buf *versions;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\",\"tags\":[\"t\"]}"));
	draft = edit(host, "bob", id);
	MUST(host, asst_draft_patch(draft, "{\"name\":\"Bob\"}", ASST_NUL, 0, host->err));
	asst_draft_free(draft);
	MUST(host, asst_version_label(as(host, ada), id, 1, "L", 1, 0, host->err));
	MUST(host, asst_version_list(&versions, as(host, ada), id, NULL, 0, host->err));
	before = json_take(versions);
	MUST(host, host_delete(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND,
	       asst_version_list(NULL, as(host, ada), id, NULL, 0, host->err));

	MUST(host,
	     asst_trash_restore(&assistant, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(asst_assistant_id(assistant), id);
	assert_string_equal(asst_assistant_slug(assistant), "whole");
	assert_string_equal(asst_assistant_name(assistant), "V2");
	assert_string_equal(asst_assistant_tag_at(assistant, 0), "t");
	assert_int_equal(asst_assistant_version(assistant), 2);
	asst_assistant_free(assistant);
	assert_string_equal(trash(host, ada), "");
	MUST(host, host_look(host, ada, "user:ada:whole"));
	MUST(host, host_look(host, "bob", id));
	MUST(host, asst_version_list(&versions, as(host, ada), id, NULL, 0, host->err));
	assert_string_equal(json_take(versions), before);
	draft = edit(host, "bob", id);
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "Bob");
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(host_version(host, ada, id), 3);
}

static void a_slug_that_was_taken_gets_a_number(void **state)
{
	struct host *host = *state;
	const char *first = create(host, "mine"), *second;
	asst_assistant *assistant;

	MUST(host, host_delete(host, ada, first));
	second = create(host, "mine");
	MUST(host,
	     asst_trash_restore(&assistant, as(host, ada), first, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(asst_assistant_slug(assistant), "mine-2");
	asst_assistant_free(assistant);
	assistant = host_get(host, ada, "user:ada:mine-2");
	assert_string_equal(asst_assistant_id(assistant), first);
	asst_assistant_free(assistant);
	assistant = host_get(host, ada, "user:ada:mine");
	assert_string_equal(asst_assistant_id(assistant), second);
	asst_assistant_free(assistant);
}

/* A slug that has 64 characters already makes room for the number. */
static void a_numbered_slug_is_not_too_long(void **state)
{
	struct host *host = *state;
	const char *first, *numbered;
	char slug[65];
	asst_assistant *assistant;

	memset(slug, 's', 64);
	slug[64] = '\0';
	first = create(host, slug);
	MUST(host, host_delete(host, ada, first));
	create(host, slug);
	MUST(host,
	     asst_trash_restore(&assistant, as(host, ada), first, ASST_ANY_REVISION, 0, host->err));
	numbered = asst_assistant_slug(assistant);
	assert_true(strlen(numbered) <= 64);
	assert_string_equal(numbered + strspn(numbered, "s"), "-2");
	asst_assistant_free(assistant);
}

static void only_what_is_in_the_trash_is_restored_or_purged(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "live");

	EXPECT(host, ASST_ENOTFOUND, restore(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, purge(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, restore(host, ada, "00000000-0000-7000-8000-000000000000"));
	EXPECT(host, ASST_EINVAL, restore(host, ada, NULL));
	EXPECT(host, ASST_EINVAL,
	       asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 1, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_trash_purge(as(host, ada), id, ASST_ANY_REVISION, 1, host->err));
	MUST(host, host_look(host, ada, id));
	MUST(host, host_delete(host, ada, id));
	MUST(host, restore(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, restore(host, ada, id));
}

static void who_sees_the_trash_and_may_restore(void **state)
{
	static const struct {
		const char *spec;
		int listed, status;
	} rows[] = {
		{ "two", 0, ASST_EDENIED },
		{ "eve", 0, ASST_ENOTFOUND },
		{ "ada @other", 0, ASST_ENOTFOUND },
		{ "three", 1, ASST_OK },
		{ "ada", 1, ASST_OK },
		{ "root super", 1, ASST_OK },
		{ "system", 1, ASST_OK },
	};
	struct host *host = *state;
	const char *id = create(host, "it");
	size_t i;

	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, host_delete(host, ada, id));
		assert_string_equal(trash(host, rows[i].spec), rows[i].listed ? "it" : "");
		EXPECT(host, rows[i].status, restore(host, rows[i].spec, id));
		if (rows[i].status != ASST_OK)
			MUST(host, restore(host, ada, id));
	}
}

/* The owner at any time; who may delete, once it has been there for "trash_days". */
static void who_may_purge_and_when(void **state)
{
	static const struct {
		const char *spec;
		int early, late;
	} rows[] = {
		{ "two", ASST_EDENIED, ASST_EDENIED }, { "eve", ASST_ENOTFOUND, ASST_ENOTFOUND },
		{ "three", ASST_EDENIED, ASST_OK },    { "ada", ASST_OK, ASST_OK },
		{ "root super", ASST_OK, ASST_OK },    { "system", ASST_OK, ASST_OK },
	};
	struct host *host = *state;
	const char *id;
	size_t i;
	int late, status;

	for (i = 0; i < T_COUNT(rows); i++) {
		for (late = 0; late < 2; late++) {
			id = create(host, "it");
			MUST(host, host_share(host, ada, id, "user:two", 2));
			MUST(host, host_share(host, ada, id, "user:three", 3));
			MUST(host, host_delete(host, ada, id));
			host_pass(host, (int64_t)30 * DAY - 1 + late);
			status = late ? rows[i].late : rows[i].early;
			EXPECT(host, status, purge(host, rows[i].spec, id));
			if (status != ASST_OK)
				MUST(host, purge(host, ada, id));
			EXPECT(host, ASST_ENOTFOUND, restore(host, ada, id));
		}
	}
}

static void nothing_of_what_is_purged_stays(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "gone"), *draft_id;
	asst_draft *draft = edit(host, ada, id);
	asst_buf *report;

	draft_id = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"V2\"}"));
	MUST(host, host_delete(host, ada, id));
	MUST(host, purge(host, ada, id));
	assert_string_equal(trash(host, ada), "");
	assert_int_equal(drafts_of(host, ada), 0);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "system", id));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "system", draft_id));
	EXPECT(host, ASST_ENOTFOUND,
	       asst_version_get(NULL, as(host, "system"), id, 1, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, purge(host, ada, id));
	create(host, "gone"); /* the slug is free */
	MUST(host, asst_store_verify(&report, host->store, NULL, NULL, 0, host->err));
	assert_string_equal(json_at(json_take(report), "/ok"), "true");
}

/* An assistant in the trash with that many drafts of others. */
static const char *with_drafts(struct host *host, int count)
{
	const char *id = create(host, "it");
	asst_session *session;
	asst_draft *draft;
	char json[80];
	int i;

	MUST(host, host_share(host, ada, id, "workspace", 2));
	for (i = 0; i < count; i++) {
		snprintf(json, sizeof(json),
			 "{\"workspace\":\"acme\",\"user\":\"u%d\",\"aiSeat\":true}", i);
		MUST(host, asst_session_open(&session, host->store, json, ASST_NUL, host->err));
		MUST(host, asst_draft_edit(&draft, session, id, 0, host->err));
		asst_draft_free(draft);
		asst_session_free(session);
	}
	MUST(host, host_delete(host, ada, id));
	return id;
}

static void assert_sound(struct host *host)
{
	asst_buf *report;

	MUST(host, asst_store_verify(&report, host->store, NULL, NULL, 0, host->err));
	assert_string_equal(json_at(json_take(report), "/ok"), "true");
}

/* More than one batch can hold: three keys each, and 10,000 operations. */
static void a_purge_drops_any_number_of_drafts(void **state)
{
	struct host *host = *state;
	const char *id = with_drafts(host, 3400);

	host->backend.answer[HOST_APPLY] = ASST_EIO;
	EXPECT(host, ASST_EIO, purge(host, ada, id));
	host->backend.answer[HOST_APPLY] = ASST_OK;
	assert_string_equal(trash(host, ada), "it");
	host_count_anew(host);
	MUST(host, purge_seen(host, ada, id, 2));
	assert_true(host_calls(host, HOST_APPLY) > 1);
	assert_string_equal(trash(host, ada), "");
	assert_sound(host);
}

static size_t purges_told(struct host *host)
{
	const char *json;
	asst_buf *out;

	MUST(host, asst_feed_read(&out, as(host, "system"), "{\"actions\":[\"assistant.purge\"]}",
				  ASST_NUL, host->err));
	json = json_take(out);
	return json_count(json, "/events");
}

struct failing {
	struct host *host;
	int applies; /* that succeed */
};

static void fail_later(void *user, enum host_method method)
{
	struct failing *failing = user;

	if (method == HOST_APPLY && failing->applies-- == 0)
		failing->host->backend.answer[HOST_APPLY] = ASST_EIO;
}

/* What a purge has begun with is gone for everybody: nobody finds half of it, or restores it. */
static void a_purge_that_ends_in_the_middle_goes_on_with_the_next_one(void **state)
{
	struct host *host = *state;
	const char *id = with_drafts(host, 600);
	struct failing failing = { host, 2 };

	host->backend.user = &failing;
	host->backend.before = fail_later;
	/* Nothing is begun that the caller did not see. */
	EXPECT(host, ASST_EREVISION, purge_seen(host, ada, id, 1));
	assert_int_equal(purges_told(host), 0);
	assert_string_equal(trash(host, ada), "it");
	EXPECT(host, ASST_EIO, purge_seen(host, ada, id, 2));
	host->backend.before = NULL;
	host->backend.answer[HOST_APPLY] = ASST_OK;
	assert_int_equal(failing.applies, -1);
	assert_string_equal(trash(host, ada), "");
	EXPECT(host, ASST_ENOTFOUND, restore(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "system", id));
	assert_int_equal(purges_told(host), 1);
	assert_sound(host);
	EXPECT(host, ASST_ENOTFOUND, purge(host, "eve", id));
	EXPECT(host, ASST_ENOTFOUND, restore_seen(host, ada, id, 2));
	MUST(host, purge_seen(host, ada, id, 1)); /* there is nothing left to save */
	EXPECT(host, ASST_ENOTFOUND, purge(host, ada, id));
	assert_int_equal(purges_told(host), 1);
	assert_sound(host);
}

/* Restored, worked on, and deleted again: who saw it in the trash before did not see this. */
static void what_came_back_meanwhile_is_not_what_was_seen(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "it"), *detail;
	asst_draft *draft;
	int i;

	MUST(host, host_share(host, ada, id, "user:three", 3));
	MUST(host, host_delete(host, ada, id)); /* revision 2 */
	MUST(host, restore_seen(host, "three", id, 2));
	MUST(host, host_patch(host, "three", id, "{\"name\":\"Saved\"}"));
	draft = edit(host, ada, id);
	MUST(host, asst_draft_patch(draft, "{\"name\":\"Mine\"}", ASST_NUL, 0, host->err));
	host_pass(host, 1500);
	MUST(host, host_delete(host, "three", id)); /* 5 */
	host_count_anew(host);
	for (i = 0; i < 2; i++) {
		EXPECT(host, ASST_EREVISION,
		       i ? restore_seen(host, ada, id, 2) : purge_seen(host, ada, id, 2));
		detail = asst_error_detail(host->err, NULL);
		assert_non_null(detail);
		assert_int_equal(json_number(detail, "/revision"), 5);
		assert_string_equal(json_at(detail, "/updatedBy"), "user:three");
		assert_string_equal(json_at(detail, "/updatedAt"), "2030-03-17T17:46:41.500Z");
	}
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	assert_string_equal(trash(host, ada), "it");
	MUST(host, restore_seen(host, ada, id, 5));
	MUST(host, asst_draft_reload(draft, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "Mine");
	asst_draft_free(draft);
	MUST(host, host_delete(host, ada, id)); /* 7 */
	MUST(host, purge_seen(host, ada, id, 7));
	assert_string_equal(trash(host, ada), "");
	assert_sound(host);
}

/* The gates before it: a wrong revision changes none of their answers, nor is one told. */
static void who_may_not_is_not_told_the_revision(void **state)
{
	static const struct {
		const char *spec;
		int restore, purge;
	} rows[] = {
		{ "ada noseat", ASST_EDENIED, ASST_EDENIED },
		{ "two", ASST_EDENIED, ASST_EDENIED },
		{ "eve", ASST_ENOTFOUND, ASST_ENOTFOUND },
		{ "three", ASST_EREVISION, ASST_EDENIED },
	};
	struct host *host = *state;
	const char *id = create(host, "it"), *draft_id, *live = create(host, "live");
	asst_draft *draft = edit(host, ada, id);
	size_t i;

	draft_id = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	MUST(host, host_delete(host, ada, id));
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].restore, restore_seen(host, rows[i].spec, id, 1));
		assert_true((asst_error_detail(host->err, NULL) != NULL) ==
			    (rows[i].restore == ASST_EREVISION));
		EXPECT(host, rows[i].purge, purge_seen(host, rows[i].spec, id, 1));
		assert_null(asst_error_detail(host->err, NULL));
	}
	EXPECT(host, ASST_EREVISION, restore_seen(host, ada, draft_id, 1));
	EXPECT(host, ASST_EREVISION, purge_seen(host, ada, draft_id, 1));
	EXPECT(host, ASST_ECONFLICT, restore_seen(host, ada, draft_id, ASST_ANY_REVISION));
	EXPECT(host, ASST_ECONFLICT, purge_seen(host, ada, draft_id, ASST_ANY_REVISION));
	EXPECT(host, ASST_ENOTFOUND, restore_seen(host, ada, live, 1));
	EXPECT(host, ASST_ENOTFOUND, purge_seen(host, ada, live, 1));
	assert_string_equal(trash(host, ada), "it");
}

typedef int (*seen_call)(struct host *host, const char *spec, const char *id, uint64_t revision);

/* Another session comes between the reading and the writing of a call that names revision 2. */
struct meanwhile {
	asst_session *session;
	const char *id;
	bool delete_again, done;
};

static void save_it(void *user, enum host_method method)
{
	struct meanwhile *meanwhile = user;

	if (method != HOST_APPLY || meanwhile->done)
		return;
	meanwhile->done = true;
	assert_int_equal(asst_trash_restore(NULL, meanwhile->session, meanwhile->id, 2, 0, NULL),
			 ASST_OK);
	if (meanwhile->delete_again)
		assert_int_equal(
			asst_assistant_delete(meanwhile->session, meanwhile->id, 3, 0, NULL),
			ASST_OK);
}

static void a_race_against_a_restore_is_decided_on_the_new_revision(void **state)
{
	static const seen_call calls[] = { purge_seen, restore_seen };
	struct host *host = *state;
	struct meanwhile meanwhile;
	size_t i, again;

	for (i = 0; i < T_COUNT(calls); i++) {
		for (again = 0; again < 2; again++) {
			meanwhile = (struct meanwhile){ as(host, "root super"), create(host, "it"),
							again, false };
			MUST(host, host_delete(host, ada, meanwhile.id));
			host->backend.user = &meanwhile;
			host->backend.before = save_it;
			EXPECT(host, again ? ASST_EREVISION : ASST_ENOTFOUND,
			       calls[i](host, ada, meanwhile.id, 2));
			host->backend.before = NULL;
			assert_true(meanwhile.done);
			assert_string_equal(trash(host, ada), again ? "it" : "");
			if (again)
				MUST(host, restore_seen(host, ada, meanwhile.id, 4));
			MUST(host, host_delete(host, ada, meanwhile.id));
			MUST(host, purge(host, ada, meanwhile.id));
		}
	}
}

static void drafts_wait_in_the_trash(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "it"), *draft_id;
	asst_draft *draft = edit(host, ada, id), *none;

	draft_id = host_keep(host, asst_draft_id(draft));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"Mine\"}", ASST_NUL, 0, host->err));
	assert_int_equal(drafts_of(host, ada), 1);
	MUST(host, host_delete(host, ada, id));
	assert_int_equal(drafts_of(host, ada), 0);
	EXPECT(host, ASST_ENOTFOUND, asst_draft_edit(&none, as(host, ada), id, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_edit(&none, as(host, ada), draft_id, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, draft_id));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_patch(draft, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_rebase(draft, NULL, 0, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_discard(draft, 0, host->err));
	MUST(host, restore(host, ada, id));
	assert_int_equal(drafts_of(host, ada), 1);
	MUST(host, asst_draft_reload(draft, host->err));
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "Mine");
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
}

/* A draft lies in the trash with its assistant, of which it is not the name there. */
static void a_drafts_id_restores_and_purges_nothing(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "it"), *ids[2];
	asst_draft *draft = edit(host, ada, id);
	size_t i;

	ids[0] = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	draft = edit(host, "bob", id);
	ids[1] = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	MUST(host, host_delete(host, ada, id));
	EXPECT(host, ASST_ECONFLICT, restore(host, ada, ids[0]));
	for (i = 0; i < 2; i++)
		EXPECT(host, ASST_ECONFLICT, purge(host, ada, ids[i]));
	EXPECT(host, ASST_ENOTFOUND, purge(host, "bob", ids[0]));
	MUST(host, restore(host, ada, id));
	assert_int_equal(drafts_of(host, ada), 1);
}

static void a_handle_outlives_the_purge(void **state)
{
	struct host *host = *state;
	const char *id = create(host, "it");
	asst_draft *draft = edit(host, ada, id);

	MUST(host, asst_draft_patch(draft, "{\"name\":\"Mine\"}", ASST_NUL, 0, host->err));
	MUST(host, host_delete(host, ada, id));
	MUST(host, purge(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_patch(draft, "{}", 2, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_reload(draft, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_draft_rebase(draft, NULL, 0, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND,
	       asst_draft_commit(NULL, draft, NULL, 0, ASST_COMMIT_MERGE, host->err));
	/* The author can still take his text out of it. */
	assert_string_equal(asst_def_name(asst_draft_def(draft), NULL), "Mine");
	assert_string_equal(asst_draft_assistant_id(draft), id);
	asst_draft_free(draft);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(what_is_deleted_is_listed_the_last_one_first),
		HOST_TEST(the_trash_is_listed_page_by_page),
		HOST_TEST(it_comes_back_whole),
		HOST_TEST(a_slug_that_was_taken_gets_a_number),
		HOST_TEST(a_numbered_slug_is_not_too_long),
		HOST_TEST(only_what_is_in_the_trash_is_restored_or_purged),
		HOST_TEST(who_sees_the_trash_and_may_restore),
		HOST_TEST(who_may_purge_and_when),
		HOST_TEST(nothing_of_what_is_purged_stays),
		HOST_TEST(a_purge_drops_any_number_of_drafts),
		HOST_TEST(a_purge_that_ends_in_the_middle_goes_on_with_the_next_one),
		HOST_TEST(what_came_back_meanwhile_is_not_what_was_seen),
		HOST_TEST(who_may_not_is_not_told_the_revision),
		HOST_TEST(a_race_against_a_restore_is_decided_on_the_new_revision),
		HOST_TEST(drafts_wait_in_the_trash),
		HOST_TEST(a_drafts_id_restores_and_purges_nothing),
		HOST_TEST(a_handle_outlives_the_purge),
	};

	return cmocka_run_group_tests_name("api/trash", tests, NULL, NULL) ? 1 : 0;
}
