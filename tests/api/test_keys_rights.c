/* SPDX-License-Identifier: MIT */
/* What API keys may do: what was granted to them, never more than their creator may now. */
#include "people.h"

static const char *const ada = "dir:ada";

/* A key of the user's with a session "key". */
static struct people_text key_of(struct host *host, const char *spec)
{
	struct people_text key = people_key(host, spec, PEOPLE_API);

	people_use(host, "key", key.text);
	return key;
}

static int level_of(struct host *host, const char *id)
{
	asst_assistant *found;
	int level = 0;

	if (asst_assistant_get(&found, as(host, "key"), id, 0, host->err) == ASST_OK)
		level = asst_assistant_level(found);
	asst_assistant_free(found);
	return level;
}

static void a_key_is_not_its_creator(void **state)
{
	struct host *host = *state;
	const char *own = host_create(host, ada, "{\"name\":\"own\"}"), *of_team, *open;
	asst_list *list;

	of_team = host_create(host, ada, "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	open = host_create(host, ada, "{\"name\":\"open\"}");
	MUST(host, host_share(host, ada, open, "workspace", 3));
	MUST(host, host_share(host, ada, open, "user:ada", 3));
	MUST(host, host_share(host, ada, open, "team:eng", 3));
	key_of(host, ada);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", own));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", of_team));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", open));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", "user:ada:own"));
	MUST(host, asst_assistant_list(&list, as(host, "key"), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 0);
	asst_list_free(list);
}

static void it_has_what_was_granted_to_it(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key = key_of(host, ada);
	int level;

	for (level = 1; level <= 3; level++) {
		MUST(host, people_share_key(host, ada, id, &key, level));
		assert_int_equal(level_of(host, id), level);
		assert_int_equal(host_allowed(host, "key", "assistant:read", id), 1);
		assert_int_equal(host_allowed(host, "key", "assistant:write", id), level >= 2);
		assert_int_equal(host_allowed(host, "key", "assistant:delete", id), level >= 3);
		EXPECT(host, level >= 2 ? ASST_OK : ASST_EDENIED,
		       host_patch(host, "key", id, level == 2 ? "{\"name\":\"b\"}" : "{\"name\":\"c\"}"));
	}
	MUST(host, host_delete(host, "key", id));
}

static void what_it_creates_belongs_to_its_creator(void **state)
{
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	const char *id = host_create(host, "key", "{\"name\":\"Made\"}"), *json;
	asst_assistant *made = host_get(host, ada, id);
	asst_buf *out;
	char principal[80];

	snprintf(principal, sizeof(principal), "key:%s", key.id);
	assert_string_equal(asst_assistant_owner(made), "user:ada");
	assert_int_equal(asst_assistant_level(made), 3);
	assert_string_equal(asst_assistant_slug(made), "made");
	asst_assistant_free(made);
	assert_int_equal(level_of(host, id), 2);
	MUST(host, asst_share_list(&out, as(host, ada), id, host->err));
	json = json_take(out);
	assert_int_equal(json_count(json, ""), 1);
	assert_string_equal(json_at(json, "/0/principalId"), principal);
	assert_string_equal(json_at(json, "/0/accessLevel"), "2");
	MUST(host, host_patch(host, "key", id, "{\"description\":\"By a key\"}"));
	EXPECT(host, ASST_EDENIED, host_delete(host, "key", id));
	MUST(host, asst_share_remove(as(host, ada), id, principal, 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "dir:eve", id));
}

static void creating_needs_the_creators_permission_now(void **state)
{
	struct host *host = *state;

	key_of(host, ada);
	host_create(host, "key", "{\"name\":\"a\"}");
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true,'permissions':['keys:create']}"));
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_create_json(NULL, as(host, "key"), "{\"name\":\"b\"}", ASST_NUL, 0,
					  host->err));
	assert_int_equal(host_allowed(host, "key", "assistants:create", NULL), 0);
}

static void without_its_scope_it_may_do_nothing(void **state)
{
	static const char *const rows[] = {
		"{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['KNOWLEDGE_FOLDER_API']}",
		"{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['agent_api','AGENT_API2']}"
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key;
	asst_draft *draft;
	asst_list *list;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		key = people_key(host, ada, rows[i]);
		MUST(host, people_share_key(host, ada, id, &key, 3));
		people_use(host, "key", key.text);
		EXPECT(host, ASST_EDENIED, host_look(host, "key", id));
		EXPECT(host, ASST_EDENIED, host_look(host, "key", PEOPLE_ID));
		EXPECT(host, ASST_EDENIED, host_patch(host, "key", id, "{\"name\":\"b\"}"));
		EXPECT(host, ASST_EDENIED, asst_draft_edit(&draft, as(host, "key"), id, 0, host->err));
		EXPECT(host, ASST_EDENIED,
		       asst_assistant_list(&list, as(host, "key"), NULL, 0, host->err));
		EXPECT(host, ASST_EDENIED,
		       asst_assistant_create_json(NULL, as(host, "key"), "{\"name\":\"b\"}",
						  ASST_NUL, 0, host->err));
		assert_int_equal(host_allowed(host, "key", "assistant:read", id), 0);
	}
}

/* Level of the grant, level of the creator by a grant of eve's: the lower one counts. */
static void never_more_than_the_creator_has_now(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"eve's\"}");
	struct people_text key = key_of(host, ada);
	int granted, creators;

	for (granted = 1; granted <= 3; granted++) {
		MUST(host, people_share_key(host, "dir:eve", id, &key, granted));
		for (creators = 3; creators >= 1; creators--) {
			MUST(host, host_share(host, "dir:eve", id, "user:ada", creators));
			assert_int_equal(level_of(host, id), creators < granted ? creators : granted);
		}
		MUST(host, asst_share_remove(as(host, "dir:eve"), id, "user:ada", 0, host->err));
		EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
	}
	/* By a team, which the creator leaves. */
	MUST(host, host_share(host, "dir:eve", id, "team:eng", 2));
	assert_int_equal(level_of(host, id), 2);
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
}

/* What the creator may do now: access, seat; also in a session that is open. */
static void it_falls_with_its_creator(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	struct people_text key = key_of(host, ada);

	MUST(host, people_share_key(host, "dir:eve", id, &key, 3));
	MUST(host, host_share(host, "dir:eve", id, "user:ada", 3));
	MUST(host, host_look(host, "key", id));
	MUST(host, people_disable(host, "ada", 1));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "key", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_patch(host, "key", id, "{\"name\":\"b\"}"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	MUST(host, people_disable(host, "ada", 0));
	MUST(host, host_look(host, "key", id));
	MUST(host, people_put_user(host, "{'id':'ada','permissions':['keys:create']}"));
	EXPECT(host, ASST_EDENIED, host_look(host, "key", id));
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}")); /* may no longer make keys */
	MUST(host, host_look(host, "key", id));
	MUST(host, asst_user_delete(as(host, "system"), "ada", 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "key", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
}

/* Who gets the id of a forgotten user is another one, to keys, tokens and open sessions. */
static void they_are_not_of_the_next_user_of_the_id(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key = key_of(host, ada),
			   token = people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "'}");

	MUST(host, people_share_key(host, ada, id, &key, 2));
	MUST(host, people_look(host, token.text, NULL));
	MUST(host, asst_user_forget(as(host, "system"), "ada", 0, host->err));
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "key", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, ada, id));
	people_open(host, "ada");
	MUST(host, host_look(host, ada, id));
}

/* A superuser's key has what it was granted, and nothing else. */
static void a_superusers_key_is_no_superuser(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key = key_of(host, "dir:root");

	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
	MUST(host, people_share_key(host, ada, id, &key, 2));
	assert_int_equal(level_of(host, id), 2);
	EXPECT(host, ASST_EDENIED, asst_user_put(as(host, "key"), "{\"id\":\"x\"}", ASST_NUL, 0, host->err));
}

static void a_key_may_never(void **state)
{
	static const char *const rights[] = { "assistant:share", "assistant:changeOwner",
					      "assistant:purge", "assistant:export",
					      "assistant:tokens" };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key = key_of(host, ada), other = people_key(host, ada, PEOPLE_API);
	asst_session *session = as(host, "key"), *runtime;
	asst_buf *out;
	size_t i;

	MUST(host, people_share_key(host, ada, id, &key, 3));
	assert_int_equal(level_of(host, id), 3);
	for (i = 0; i < T_COUNT(rights); i++)
		assert_int_equal(host_allowed(host, "key", rights[i], id), 0);
	assert_int_equal(host_allowed(host, "key", "keys:create", NULL), 0);
	EXPECT(host, ASST_EDENIED, host_share(host, "key", id, "user:bob", 1));
	EXPECT(host, ASST_EDENIED, asst_share_remove(session, id, "user:bob", 0, host->err));
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_change_owner(NULL, session, id, "user:ada", ASST_ANY_REVISION, 0,
					   host->err));
	EXPECT(host, ASST_EDENIED, asst_feed_read(&out, session, NULL, 0, host->err));
	EXPECT(host, ASST_EDENIED, people_try_key(&out, host, "key", PEOPLE_API));
	EXPECT(host, ASST_EDENIED, asst_key_list(&out, session, NULL, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_key_revoke(session, other.id, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_key_revoke(session, key.id, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_key_rotate(&out, session, key.id, 0, 0, host->err));
	EXPECT(host, ASST_EDENIED,
	       people_try_token(&out, host, "key", id, "{'expiresAt':'" PEOPLE_SOON "'}"));
	EXPECT(host, ASST_EDENIED, asst_token_list(&out, session, id, host->err));
	EXPECT(host, ASST_EDENIED, asst_token_revoke(session, id, PEOPLE_ID, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_session_runtime(&runtime, session, host->err));
	assert_null(runtime);
	MUST(host, host_delete(host, "key", id));
	EXPECT(host, ASST_EDENIED, asst_trash_purge(session, id, ASST_ANY_REVISION, 0, host->err));
	host_pass(host, INT64_C(31) * 86400 * 1000); /* not even when anyone of level 3 may */
	EXPECT(host, ASST_EDENIED, asst_trash_purge(session, id, ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_trash_restore(NULL, session, id, ASST_ANY_REVISION, 0, host->err));
	MUST(host, people_look(host, other.text, NULL));
}

/* A draft of the key's is not its creator's, and the other way round. */
static void its_drafts_are_its_own(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text key = key_of(host, ada);
	asst_draft *keys, *adas;

	MUST(host, people_share_key(host, ada, id, &key, 2));
	MUST(host, asst_draft_edit(&keys, as(host, "key"), id, 0, host->err));
	MUST(host, asst_draft_edit(&adas, as(host, ada), id, 0, host->err));
	assert_string_not_equal(asst_draft_id(keys), asst_draft_id(adas));
	EXPECT(host, ASST_EDENIED, host_patch(host, ada, asst_draft_id(keys), "{\"name\":\"x\"}"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", asst_draft_id(adas)));
	MUST(host, asst_draft_patch(keys, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_key_revoke(as(host, ada), key.id, 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED, asst_draft_commit(NULL, keys, NULL, 0, 0, host->err));
	assert_int_equal(host_version(host, ada, id), 1);
	asst_draft_free(keys);
	asst_draft_free(adas);
}

static void a_grant_to_one_key_is_not_for_another(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text first = people_key(host, ada, PEOPLE_API);

	MUST(host, people_share_key(host, ada, id, &first, 3));
	key_of(host, ada);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
	people_use(host, "first", first.text);
	MUST(host, host_look(host, "first", id));
}

/* As many names as there are to be listed, page by page. */
static void expect_list(struct host *host, const char *options, size_t count, bool more)
{
	asst_list *list;

	MUST(host, asst_assistant_list(&list, as(host, "key"), options, ASST_NUL, host->err));
	assert_int_equal(asst_list_count(list), count);
	assert_int_equal(asst_list_cursor(list) != NULL, more);
	asst_list_free(list);
}

static void expect_count_of(struct host *host, const char *options, size_t wanted)
{
	uint64_t count;

	MUST(host, asst_assistant_count(&count, NULL, as(host, "key"), options, ASST_NUL,
					host->err));
	assert_int_equal(count, wanted);
}

static void expect_count(struct host *host, size_t wanted)
{
	expect_count_of(host, NULL, wanted);
}

static void what_its_creator_may_not_see_shows_in_no_list_and_no_cursor(void **state)
{
	static const char *const bobs[] = { "{\"name\":\"a\",\"ownerId\":\"user:bob\"}",
					    "{\"name\":\"b\",\"ownerId\":\"user:bob\"}",
					    "{\"name\":\"c\",\"ownerId\":\"user:bob\"}" };
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	const char *id;
	size_t i;

	for (i = 0; i < 3; i++) {
		id = host_create(host, "system", bobs[i]);
		MUST(host, people_share_key(host, "system", id, &key, 2));
	}
	expect_list(host, "{\"limit\":2,\"sort\":\"name\"}", 0, false);
	expect_list(host, "{\"limit\":2,\"sort\":\"-updatedAt\"}", 0, false);
	expect_count(host, 0);
	MUST(host, host_share(host, "system", id, "user:ada", 1));
	expect_list(host, "{\"limit\":1,\"sort\":\"name\"}", 1, false);
	id = host_create(host, ada, "{\"name\":\"a2\"}");
	MUST(host, people_share_key(host, ada, id, &key, 2));
	expect_list(host, "{\"limit\":1,\"sort\":\"name\"}", 1, true);
	expect_list(host, "{\"limit\":2,\"sort\":\"name\"}", 2, false);
	expect_count(host, 2);
}

/* One of whom all grants are to be decided on has them decided on, whatever their names are. */
static void it_looks_for_names_among_what_it_sees(void **state)
{
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	char json[160];
	const char *id;
	size_t i;

	for (i = 0; i < 8; i++) {
		snprintf(json, sizeof(json), "{\"name\":\"%0*zu%c\",\"ownerId\":\"%s\"}",
			 i % 2 ? 70 : 3, i, i < 4 ? 'A' : 'B', i % 4 < 2 ? "user:ada" : "user:bob");
		id = host_create(host, "system", json);
		MUST(host, people_share_key(host, "system", id, &key, 1));
	}
	expect_count(host, 4);
	expect_count_of(host, "{\"nameContains\":\"a\"}", 2);
	expect_count_of(host, "{\"nameContains\":\"00\"}", 4);
	expect_count_of(host, "{\"nameContains\":\"0000\"}", 2);
	expect_count_of(host, "{\"nameContains\":\"1A\"}", 1);
	expect_count_of(host, "{\"nameContains\":\"3A\"}", 0);
	expect_count_of(host, "{\"nameContains\":\"c\"}", 0);
	expect_list(host, "{\"limit\":1,\"sort\":\"name\",\"nameContains\":\"B\"}", 1, true);
	expect_list(host, "{\"limit\":2,\"sort\":\"name\",\"nameContains\":\"B\"}", 2, false);
	expect_list(host, "{\"limit\":1,\"nameContains\":\"5b\"}", 1, false);
	expect_list(host, "{\"limit\":1,\"nameContains\":\"7b\"}", 0, false);
}

/* A key is not its creator, who is who created it, and sees what has no version yet from level 2 on. */
static void what_it_creates_its_creator_created(void **state)
{
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	asst_assistant *made;
	const char *id, *json;
	asst_buf *out;

	MUST(host, asst_assistant_create_json(&made, as(host, "key"), "{\"name\":\"a\"}", ASST_NUL,
					      ASST_CREATE_DRAFT, host->err));
	id = asst_assistant_id(made);
	assert_string_equal(asst_assistant_created_by(made), "user:ada");
	MUST(host, asst_assistant_create_json(NULL, as(host, "key"), "{\"name\":\"b\",\"slug\":\"b\"}",
					      ASST_NUL, 0, host->err));
	expect_list(host, "{}", 2, false);
	MUST(host, asst_version_list(&out, as(host, ada), "user:ada:b", NULL, 0, host->err));
	json = json_take(out);
	assert_memory_equal(json_item(json, "/versions", 0, "createdBy"), "key:", 4);
	MUST(host, host_delete(host, ada, "user:ada:b"));
	expect_list(host, "{}", 1, false);
	MUST(host, people_share_key(host, ada, id, &key, 1));
	assert_int_equal(host_allowed(host, "key", "assistant:read", id), 0);
	expect_list(host, "{}", 0, false);
	asst_assistant_free(made);
}

static void it_sees_nothing_unpublished_that_its_creator_does_not(void **state)
{
	static const char json[] = "{\"name\":\"a\",\"ownerId\":\"user:bob\"}";
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	asst_assistant *made;
	const char *id;

	MUST(host, asst_assistant_create_json(&made, as(host, "system"), json, ASST_NUL,
					      ASST_CREATE_DRAFT, host->err));
	id = asst_assistant_id(made);
	MUST(host, host_share(host, "system", id, "user:ada", 1));
	MUST(host, people_share_key(host, "system", id, &key, 2));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", id));
	expect_list(host, "{}", 0, false);
	MUST(host, host_share(host, "system", id, "user:ada", 2));
	MUST(host, host_look(host, "key", id));
	expect_list(host, "{}", 1, false);
	asst_assistant_free(made);
}

static const char *explained(struct host *host, const char *spec, const char *right, const char *id)
{
	asst_buf *out;

	MUST(host, asst_access_explain(&out, as(host, spec), right, id, host->err));
	return json_take(out);
}

/* A refusal says whose level it is: the grant's, or the creator's that cuts it. */
static void an_explanation_names_the_creator_who_cuts_it(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}"), *json;
	struct people_text key = key_of(host, ada);

	MUST(host, people_share_key(host, "dir:eve", id, &key, 3));
	MUST(host, host_share(host, "dir:eve", id, "user:ada", 1));
	json = explained(host, "key", "assistant:write", id);
	assert_string_equal(json_at(json, "/rule"), "creator");
	assert_string_equal(json_at(json, "/principal"), "user:ada");
	assert_string_equal(json_at(json, "/levelHeld"), "1");
	assert_non_null(strstr(json_at(json, "/sentence"),
			       "its creator user:ada has level 1, needed is level 2"));
}

/* What no key or token may: the answer is one for every id. */
static void what_is_not_for_credentials_tells_no_level(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct people_text key = key_of(host, ada), token;

	MUST(host, people_share_key(host, ada, id, &key, 3));
	json = explained(host, "key", "assistant:share", id);
	assert_string_equal(json_at(json, "/status"), "EDENIED");
	assert_string_equal(json_at(json, "/rule"), "credential");
	assert_string_equal(json_at(json, "/levelHeld"), "0");
	assert_string_equal(json_at(json, "/levelNeeded"), "3");
	assert_non_null(strstr(json_at(json, "/sentence"),
			       "decided by credential, before levels count, held is level 0, "
			       "needed is level 3"));
	token = people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "'}");
	people_use(host, "token", token.text);
	json = explained(host, "token", "assistant:export", id);
	assert_string_equal(json_at(json, "/rule"), "credential");
	assert_string_equal(json_at(json, "/levelHeld"), "0");
	json = explained(host, "token", "assistant:export", host_create(host, ada, "{\"name\":\"b\"}"));
	assert_string_equal(json_at(json, "/rule"), "credential");
	assert_string_equal(json_at(json, "/levelHeld"), "0");
	assert_string_equal(json_at(json, "/principal"), "null");
}

/* Each is decided on, some thousand at once: more of them than are counted, and some more. */
static void twenty_thousand_are_counted_as_more_than_ten(void **state)
{
	struct host *host = *state;
	struct people_text key = key_of(host, ada);
	asst_assistant *made;
	uint64_t count;
	size_t i;
	int more;

	for (i = 0; i < 20000; i++) {
		MUST(host, asst_assistant_create_json(&made, as(host, ada), "{\"name\":\"a\"}",
						      ASST_NUL, 0, host->err));
		MUST(host, people_share_key(host, ada, asst_assistant_id(made), &key, 1));
		asst_assistant_free(made);
	}
	MUST(host, asst_assistant_count(&count, &more, as(host, "key"), NULL, 0, host->err));
	assert_int_equal(count, 10000);
	assert_int_equal(more, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_key_is_not_its_creator),
		PEOPLE_TEST(it_has_what_was_granted_to_it),
		PEOPLE_TEST(what_it_creates_belongs_to_its_creator),
		PEOPLE_TEST(creating_needs_the_creators_permission_now),
		PEOPLE_TEST(without_its_scope_it_may_do_nothing),
		PEOPLE_TEST(never_more_than_the_creator_has_now),
		PEOPLE_TEST(it_falls_with_its_creator),
		PEOPLE_TEST(they_are_not_of_the_next_user_of_the_id),
		PEOPLE_TEST(a_superusers_key_is_no_superuser),
		PEOPLE_TEST(a_key_may_never),
		PEOPLE_TEST(its_drafts_are_its_own),
		PEOPLE_TEST(a_grant_to_one_key_is_not_for_another),
		PEOPLE_TEST(what_its_creator_may_not_see_shows_in_no_list_and_no_cursor),
		PEOPLE_TEST(twenty_thousand_are_counted_as_more_than_ten),
		PEOPLE_TEST(it_looks_for_names_among_what_it_sees),
		PEOPLE_TEST(what_it_creates_its_creator_created),
		PEOPLE_TEST(it_sees_nothing_unpublished_that_its_creator_does_not),
		PEOPLE_TEST(an_explanation_names_the_creator_who_cuts_it),
		PEOPLE_TEST(what_is_not_for_credentials_tells_no_level),
	};

	PEOPLE_RUN("api/keys_rights", tests);
}
