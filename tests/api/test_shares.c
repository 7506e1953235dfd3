/* SPDX-License-Identifier: MIT */
/* Sharing: levels, expiry, limits, lists of grants, and who may share. */
#include "host.h"

static const char *const ada = "ada create";

static int put_json(struct host *host, const char *spec, const char *id, const char *json)
{
	return asst_share_put_json(as(host, spec), id, json, ASST_NUL, 0, host->err);
}

static int unshare(struct host *host, const char *spec, const char *id, const char *principal)
{
	return asst_share_remove(as(host, spec), id, principal, 0, host->err);
}

/* The grants as text; freed by the next call. */
static const char *grants(struct host *host, const char *spec, const char *id)
{
	static char text[65536];
	asst_buf *buf;

	MUST(host, asst_share_list(&buf, as(host, spec), id, host->err));
	assert_true(asst_buf_size(buf) < sizeof(text));
	memcpy(text, asst_buf_data(buf), asst_buf_size(buf) + 1);
	asst_buf_free(buf);
	return text;
}

static int level_of(struct host *host, const char *spec, const char *id)
{
	return host_allowed(host, spec, "assistant:read", id) +
	       host_allowed(host, spec, "assistant:write", id) +
	       host_allowed(host, spec, "assistant:share", id);
}

static void a_level_is_granted_changed_and_taken_back(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	int level;

	for (level = ASST_LEVEL_MANAGE; level >= ASST_LEVEL_READ; level--) {
		MUST(host, host_share(host, ada, id, "user:bob", level));
		assert_int_equal(level_of(host, "bob", id), level);
	}
	MUST(host, unshare(host, ada, id, "user:bob"));
	assert_int_equal(level_of(host, "bob", id), 0);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "bob", id));
}

static void removing_twice_succeeds(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, unshare(host, ada, id, "user:bob"));
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, unshare(host, ada, id, "user:bob"));
	MUST(host, unshare(host, ada, id, "user:bob"));
	assert_string_equal(grants(host, ada, id), "[]");
}

static void grants_are_listed_in_the_order_of_their_principals(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, host_share(host, ada, id, "workspace", 1));
	MUST(host, host_share(host, ada, id, "user:bob", 3));
	MUST(host, host_share(host, ada, id, "team:eng", 2));
	host_pass(host, 1500);
	MUST(host, put_json(host, "bob", id,
			    "{\"accessLevel\":1,\"principalId\":\"key:k.1\","
			    "\"expiresAt\":\"2031-01-02T04:04:05+01:00\"}"));
	assert_string_equal(
		grants(host, ada, id),
		"[{\"principalId\":\"key:k.1\",\"accessLevel\":1,"
		"\"expiresAt\":\"2031-01-02T03:04:05.000Z\",\"grantedBy\":\"user:bob\","
		"\"grantedAt\":\"2030-03-17T17:46:41.500Z\"},"
		"{\"principalId\":\"team:eng\",\"accessLevel\":2,\"grantedBy\":\"user:ada\","
		"\"grantedAt\":\"2030-03-17T17:46:40.000Z\"},"
		"{\"principalId\":\"user:bob\",\"accessLevel\":3,\"grantedBy\":\"user:ada\","
		"\"grantedAt\":\"2030-03-17T17:46:40.000Z\"},"
		"{\"principalId\":\"workspace\",\"accessLevel\":1,\"grantedBy\":\"user:ada\","
		"\"grantedAt\":\"2030-03-17T17:46:40.000Z\"}]");
	assert_non_null(strstr(grants(host, "eve", id), "key:k.1"));
	EXPECT(host, ASST_ENOTFOUND, asst_share_list(NULL, as(host, "eve @other"), id, host->err));
}

static void sharing_changes_neither_revision_nor_time(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_assistant *assistant;

	host_pass(host, 1000);
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, unshare(host, ada, id, "user:bob"));
	assistant = host_get(host, ada, id);
	assert_int_equal(asst_assistant_revision(assistant), 1);
	assert_int_equal(asst_assistant_updated_at(assistant), HOST_NOW);
	asst_assistant_free(assistant);
}

/* In force until expiresAt, which is itself outside. */
static void a_grant_ends_at_its_time(void **state)
{
	static const char *const json = "{\"principalId\":\"user:bob\",\"accessLevel\":2,"
					"\"expiresAt\":\"2030-03-17T17:46:50Z\"}";
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, put_json(host, ada, id, json));
	host_pass(host, 9999); /* t - 1 */
	assert_int_equal(level_of(host, "bob", id), 2);
	MUST(host, host_patch(host, "bob", id, "{\"name\":\"b\"}"));
	assert_non_null(strstr(grants(host, ada, id), "user:bob"));
	host_pass(host, 1); /* t */
	assert_int_equal(level_of(host, "bob", id), 0);
	EXPECT(host, ASST_ENOTFOUND, host_patch(host, "bob", id, "{\"name\":\"c\"}"));
	assert_string_equal(grants(host, ada, id), "[]");
	host_pass(host, 1); /* t + 1 */
	assert_int_equal(level_of(host, "bob", id), 0);
	assert_string_equal(grants(host, ada, id), "[]");
}

static void a_grant_cannot_begin_expired(void **state)
{
	static const struct {
		const char *time;
		int status;
	} rows[] = { { "2030-03-17T17:46:39.999Z", ASST_EVALIDATION },
		     { "2030-03-17T17:46:40.000Z", ASST_EVALIDATION },
		     { "2030-03-17T17:46:40.001Z", ASST_OK },
		     { "2031-02-29T00:00:00Z", ASST_EVALIDATION },
		     { "tomorrow", ASST_EVALIDATION } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	char json[200];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json),
			 "{\"principalId\":\"user:bob\",\"accessLevel\":1,\"expiresAt\":\"%s\"}",
			 rows[i].time);
		EXPECT(host, rows[i].status, put_json(host, ada, id, json));
		if (rows[i].status != ASST_OK)
			host_issue(host, 0, "time", "/expiresAt");
	}
}

/* Stored bytes are only counted: the second share writes without the expired ones. */
static void expired_grants_go_with_the_next_write(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	char json[200];
	int64_t with, without;
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(json, sizeof(json),
			 "{\"principalId\":\"user:u%d\",\"accessLevel\":1,"
			 "\"expiresAt\":\"2030-03-17T17:46:50Z\"}", i);
		MUST(host, put_json(host, ada, id, json));
	}
	host_count_anew(host);
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	with = atomic_load(&host->backend.bytes);
	host_pass(host, 10000);
	host_count_anew(host);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	without = atomic_load(&host->backend.bytes);
	assert_true(without * 5 < with);
	/* What is there already is written again where something expired lies beside it. */
	MUST(host, put_json(host, ada, id,
			    "{\"principalId\":\"user:eve\",\"accessLevel\":1,"
			    "\"expiresAt\":\"2030-03-17T17:47:00Z\"}"));
	host_pass(host, 10000);
	host_count_anew(host);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
}

/* A clock that is set back brings no grant back that a write has seen expired. */
static void a_clock_set_back_revives_no_grant(void **state)
{
	struct host *host = *state;
	const char *const until = "{\"principalId\":\"user:bob\",\"accessLevel\":2,"
				  "\"expiresAt\":\"2030-03-17T17:46:50Z\"}";
	const char *patched = host_create(host, ada, "{\"name\":\"a\"}");
	const char *committed = host_create(host, ada, "{\"name\":\"b\"}");
	const char *left = host_create(host, ada, "{\"name\":\"c\"}");
	asst_draft *draft;

	MUST(host, put_json(host, ada, patched, until));
	MUST(host, put_json(host, ada, committed, until));
	MUST(host, put_json(host, ada, left, until));
	MUST(host, host_share(host, ada, patched, "user:eve", 1));
	host_pass(host, 20000);
	MUST(host, host_patch(host, ada, patched, "{\"tags\":[\"t\"]}"));
	MUST(host, asst_draft_edit(&draft, as(host, ada), committed, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"x\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	host_pass(host, -20000);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "bob", patched));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "bob", committed));
	MUST(host, host_look(host, "bob", left));
	MUST(host, host_look(host, "eve", patched));
}

static void there_are_at_most_256_grants(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *at;
	char principal[32];
	int i, count = 0;

	for (i = 0; i < 256; i++) {
		snprintf(principal, sizeof(principal), "user:u%03d", i);
		MUST(host, host_share(host, ada, id, principal, 1));
	}
	EXPECT(host, ASST_ELIMIT, host_share(host, ada, id, "user:one-more", 1));
	assert_non_null(strstr(asst_error_message(host->err), "grants"));
	MUST(host, host_share(host, ada, id, "user:u255", 2)); /* a change of one */
	for (at = grants(host, ada, id); (at = strstr(at, "principalId")) != NULL; at++)
		count++;
	assert_int_equal(count, 256);
	assert_int_equal(level_of(host, "u000", id), 1);
	assert_int_equal(level_of(host, "u255", id), 2);
	MUST(host, unshare(host, ada, id, "user:u100"));
	MUST(host, host_share(host, ada, id, "user:one-more", 1));
	MUST(host, host_patch(host, ada, id, "{\"name\":\"renamed\"}"));
	MUST(host, host_delete(host, ada, id));
}

static void who_may_share(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "one", ASST_EDENIED },		{ "two", ASST_EDENIED },
		     { "three", ASST_OK },		{ "eve", ASST_ENOTFOUND },
		     { "root super", ASST_OK },		{ "system", ASST_OK },
		     { "three noseat", ASST_EDENIED } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status, host_share(host, rows[i].spec, id, "user:x", 3));
		EXPECT(host, rows[i].status, unshare(host, rows[i].spec, id, "user:x"));
	}
	/* Nobody lowers the owner; who manages may even take his own grant back. */
	MUST(host, host_share(host, "three", id, "user:ada", 1));
	assert_int_equal(level_of(host, "ada", id), 3);
	MUST(host, unshare(host, "three", id, "user:ada"));
	assert_int_equal(level_of(host, "ada", id), 3);
	MUST(host, unshare(host, "three", id, "user:three"));
	EXPECT(host, ASST_ENOTFOUND, host_share(host, "three", id, "user:x", 1));
}

static void shared_tells_of_teams_and_the_workspace(void **state)
{
	static const struct {
		const char *owner, *principal;
		int shared;
	} rows[] = { { "user:ada", NULL, 0 },	   { "user:ada", "user:bob", 0 },
		     { "user:ada", "key:k", 0 },   { "user:ada", "team:eng", 1 },
		     { "user:ada", "workspace", 1 }, { "team:eng", NULL, 1 } };
	struct host *host = *state;
	asst_assistant *assistant;
	char json[200];
	const char *id;
	size_t i;
	int late;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{\"name\":\"a\",\"ownerId\":\"%s\"}", rows[i].owner);
		id = host_create(host, "system", json);
		snprintf(json, sizeof(json),
			 "{\"principalId\":\"%s\",\"accessLevel\":1,"
			 "\"expiresAt\":\"2030-03-17T17:%zu:00Z\"}",
			 rows[i].principal ? rows[i].principal : "user:x", 47 + i);
		MUST(host, put_json(host, "system", id, json));
		for (late = 0; late < 2; late++) {
			assistant = host_get(host, "system", id);
			assert_int_equal(asst_assistant_shared(assistant),
					 late && rows[i].owner[0] == 'u' ? 0 : rows[i].shared);
			assert_non_null(strstr(asst_assistant_json(assistant, NULL),
					       asst_assistant_shared(assistant) ?
						       "\"shared\":true" :
						       "\"shared\":false"));
			asst_assistant_free(assistant);
			if (!late)
				atomic_store(&host->now, HOST_NOW + (20 + 60 * (int64_t)i) * 1000);
		}
	}
}

static void bad_principals_and_levels_are_faults(void **state)
{
	static const struct {
		const char *json, *code, *pointer;
	} rows[] = {
		{ "{\"principalId\":\"bob\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"user:\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"user:b b\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"USER:bob\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"system\",\"accessLevel\":1}", "principal", "/principalId" },
		{ "{\"principalId\":\"workspace:acme\",\"accessLevel\":1}", "principal",
		  "/principalId" },
		{ "{\"principalId\":7,\"accessLevel\":1}", "type", "/principalId" },
		{ "{\"accessLevel\":1}", "required", "/principalId" },
		{ "{\"principalId\":\"user:bob\"}", "required", "/accessLevel" },
		{ "{\"principalId\":\"user:bob\",\"accessLevel\":0}", "range", "/accessLevel" },
		{ "{\"principalId\":\"user:bob\",\"accessLevel\":4}", "range", "/accessLevel" },
		{ "{\"principalId\":\"user:bob\",\"accessLevel\":\"1\"}", "type", "/accessLevel" },
		{ "{\"principalId\":\"user:bob\",\"accessLevel\":1,\"x\":1}", "unknown_field",
		  "/x" },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION, put_json(host, ada, id, rows[i].json));
		assert_int_equal(asst_error_issue_count(host->err), 1);
		host_issue(host, 0, rows[i].code, rows[i].pointer);
	}
	EXPECT(host, ASST_EVALIDATION,
	       put_json(host, ada, id, "{\"principalId\":\"\",\"accessLevel\":9}"));
	assert_int_equal(asst_error_issue_count(host->err), 2);
	EXPECT(host, ASST_EVALIDATION, put_json(host, ada, id, "[]"));
	EXPECT(host, ASST_EVALIDATION, put_json(host, ada, id, "{"));
	EXPECT(host, ASST_EVALIDATION, host_share(host, ada, id, "user:bob", ASST_LEVEL_NONE));
	EXPECT(host, ASST_EVALIDATION, host_share(host, ada, id, "user:bob", 4));
	EXPECT(host, ASST_EVALIDATION, host_share(host, ada, id, "user:bob", -1));
	EXPECT(host, ASST_EVALIDATION, host_share(host, ada, id, "bob", 1));
	EXPECT(host, ASST_EVALIDATION, unshare(host, ada, id, "bob"));
	host_issue(host, 0, "principal", "/principalId");
	EXPECT(host, ASST_EINVAL, host_share(host, ada, id, NULL, 1));
	EXPECT(host, ASST_EINVAL, unshare(host, ada, id, NULL));
	EXPECT(host, ASST_EINVAL, host_share(host, ada, NULL, "user:bob", 1));
	EXPECT(host, ASST_EINVAL, put_json(host, ada, id, NULL));
	EXPECT(host, ASST_EINVAL, asst_share_put(as(host, ada), id, "user:bob", 1, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_share_remove(as(host, ada), id, "user:bob", 8, host->err));
	assert_string_equal(grants(host, ada, id), "[]");
}

static void each_change_of_grants_is_one_event(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	host_count_anew(host);
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	MUST(host, host_share(host, ada, id, "user:bob", 1)); /* as it is: nothing */
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, unshare(host, ada, id, "user:bob"));
	assert_int_equal(atomic_load(&host->backend.events), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(a_level_is_granted_changed_and_taken_back),
		HOST_TEST(removing_twice_succeeds),
		HOST_TEST(grants_are_listed_in_the_order_of_their_principals),
		HOST_TEST(sharing_changes_neither_revision_nor_time),
		HOST_TEST(a_grant_ends_at_its_time),
		HOST_TEST(a_grant_cannot_begin_expired),
		HOST_TEST(expired_grants_go_with_the_next_write),
		HOST_TEST(a_clock_set_back_revives_no_grant),
		HOST_TEST(there_are_at_most_256_grants),
		HOST_TEST(who_may_share),
		HOST_TEST(shared_tells_of_teams_and_the_workspace),
		HOST_TEST(bad_principals_and_levels_are_faults),
		HOST_TEST(each_change_of_grants_is_one_event),
	};

	return cmocka_run_group_tests_name("api/shares", tests, NULL, NULL) ? 1 : 0;
}
