/* SPDX-License-Identifier: MIT */
/*
 * What is refused comes in one order, whatever id names the object: right, body, right on what the
 * body names, revision, conflict. And what is hidden leaves no trace in pages and their cursors.
 */
#include "who.h"

#include "secrets.h"

#define SOON "2030-03-17T18:00:00Z" /* in less than a quarter of an hour */

static const char *const ada = "dir:ada";

static const char *draft_of(struct host *host, const char *spec, const char *id)
{
	const char *draft_id;
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, spec), id, 0, host->err));
	draft_id = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	return draft_id;
}

static int set_secret(struct host *host, const char *spec, const char *id, const char *name)
{
	return asst_secret_set(as(host, spec), id, name, "v", 1, NULL, 0, host->err);
}

static void a_draft_named_instead_of_its_assistant_is_the_last_thing_told(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	const char *draft = draft_of(host, ada, id);
	asst_session *session = as(host, ada);
	asst_buf *out;

	EXPECT(host, ASST_EVALIDATION,
	       asst_share_put(session, draft, "user:x", 9, 0, host->err));
	EXPECT(host, ASST_EVALIDATION, asst_share_remove(session, draft, "nobody", 0, host->err));
	EXPECT(host, ASST_EVALIDATION, people_try_token(&out, host, ada, draft, "{'x':1}"));
	EXPECT(host, ASST_EVALIDATION, set_secret(host, ada, draft, "1x"));
	EXPECT(host, ASST_EVALIDATION,
	       asst_version_list(&out, session, draft, "{\"x\":1}", ASST_NUL, host->err));
	EXPECT(host, ASST_EVALIDATION,
	       asst_assistant_change_owner(NULL, session, draft, "nobody", 77, 0, host->err));
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_change_owner(NULL, session, draft, "user:eve", 77, 0, host->err));
	EXPECT(host, ASST_EREVISION,
	       asst_assistant_change_owner(NULL, session, draft, "team:eng", 77, 0, host->err));
	EXPECT(host, ASST_EREVISION, asst_assistant_delete(session, draft, 77, 0, host->err));

	EXPECT(host, ASST_ECONFLICT, asst_share_put(session, draft, "user:x", 1, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, asst_share_remove(session, draft, "user:x", 0, host->err));
	EXPECT(host, ASST_ECONFLICT,
	       people_try_token(&out, host, ada, draft, "{'expiresAt':'" PEOPLE_SOON "'}"));
	EXPECT(host, ASST_ECONFLICT,
	       asst_token_revoke(session, draft, PEOPLE_ID, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, set_secret(host, ada, draft, "X"));
	EXPECT(host, ASST_ECONFLICT,
	       asst_version_list(&out, session, draft, NULL, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, asst_assistant_change_owner(NULL, session, draft, "team:eng",
								 1, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, asst_assistant_delete(session, draft, 1, 0, host->err));
}

/* By the id of somebody's draft: what is the assistant's is read, and refused for writing. */
static void another_ones_draft_names_what_is_the_assistants(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *draft;
	asst_buf *out;

	MUST(host, host_share(host, ada, id, "user:bob", 3));
	MUST(host, set_secret(host, ada, id, "X"));
	draft = draft_of(host, ada, id);
	MUST(host, asst_share_list(&out, as(host, "dir:bob"), draft, host->err));
	asst_buf_free(out);
	MUST(host, asst_secret_list(&out, as(host, "dir:bob"), draft, host->err));
	assert_non_null(strstr(asst_buf_data(out), "\"X\""));
	asst_buf_free(out);
	MUST(host, asst_token_list(&out, as(host, "dir:bob"), draft, host->err));
	asst_buf_free(out);
	EXPECT(host, ASST_ECONFLICT, host_share(host, "dir:bob", draft, "user:eve", 1));
	assert_non_null(strstr(asst_error_message(host->err), "belong to the assistant"));
	EXPECT(host, ASST_ECONFLICT, set_secret(host, "dir:bob", draft, "Y"));
	EXPECT(host, ASST_ECONFLICT, host_delete(host, "dir:bob", draft));
	/* The draft itself is its principal's alone. */
	EXPECT(host, ASST_EDENIED, host_patch(host, "dir:bob", draft, "{\"name\":\"b\"}"));
	/* And who holds less on the assistant sees no draft of others. */
	MUST(host, host_share(host, ada, id, "user:bob", 2));
	EXPECT(host, ASST_ENOTFOUND, asst_secret_list(&out, as(host, "dir:bob"), draft, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_share(host, "dir:bob", draft, "user:eve", 1));
}

static int validate(struct host *host, const char *spec, const char *json)
{
	return asst_assistant_validate_json(as(host, spec), json, ASST_NUL, 0, host->err);
}

static int create(struct host *host, const char *spec, const char *json)
{
	return asst_assistant_create_json(NULL, as(host, spec), json, ASST_NUL, 0, host->err);
}

static void a_check_before_creating_knows_who_may_disable(void **state)
{
	static const char team[] = "{\"name\":\"a\",\"ownerId\":\"team:eng\",\"disabled\":true}";
	static const char own[] = "{\"name\":\"a\",\"disabled\":true}";
	static const char bad[] = "{\"name\":\"a\",\"disabled\":true,\"model\":\"\"}";
	struct host *host = *state;
	struct people_text key;
	char words[200];

	MUST(host, people_put_user(host, "{'id':'tom','aiSeat':true,'permissions':"
					 "['assistants:create'],"
					 "'teams':[{'id':'eng','role':'memberPlus'}]}"));
	EXPECT(host, ASST_EDENIED, create(host, "dir:tom", team));
	snprintf(words, sizeof(words), "%s", asst_error_message(host->err));
	EXPECT(host, ASST_EDENIED, validate(host, "dir:tom", team));
	assert_string_equal(asst_error_message(host->err), words);
	MUST(host, validate(host, "dir:tom", own));
	MUST(host, create(host, "dir:tom", own));
	MUST(host, validate(host, ada, team));
	EXPECT(host, ASST_EVALIDATION, create(host, ada, bad));
	EXPECT(host, ASST_EVALIDATION, validate(host, ada, bad));
	key = people_key(host, ada, PEOPLE_API);
	people_use(host, "key", key.text);
	EXPECT(host, ASST_EDENIED, create(host, "key", own));
	EXPECT(host, ASST_EDENIED, validate(host, "key", own));
}

static size_t drafts_and_cursor(bool *more, struct host *host, const char *spec, const char *id)
{
	char options[100];
	asst_list *list;
	size_t count;

	snprintf(options, sizeof(options), id ? "{\"limit\":1,\"assistantId\":\"%s\"}" :
						"{\"limit\":1}", id);
	MUST(host, asst_draft_list(&list, as(host, spec), options, ASST_NUL, host->err));
	count = asst_list_count(list);
	*more = asst_list_cursor(list) != NULL;
	asst_list_free(list);
	return count;
}

static void drafts_that_one_may_not_read_any_more_make_no_page(void **state)
{
	struct host *host = *state;
	const char *ids[4];
	bool more;

	for (size_t i = 0; i < T_COUNT(ids); i++) {
		ids[i] = host_create(host, ada, "{\"name\":\"a\"}");
		MUST(host, host_share(host, ada, ids[i], "user:bob", 2));
		draft_of(host, "dir:bob", ids[i]);
	}
	assert_int_equal(drafts_and_cursor(&more, host, "dir:bob", NULL), 1);
	assert_true(more);
	/* Of the two that are left one is the page, and the other makes the next one. */
	MUST(host, asst_share_remove(as(host, ada), ids[0], "user:bob", 0, host->err));
	MUST(host, asst_share_remove(as(host, ada), ids[2], "user:bob", 0, host->err));
	assert_int_equal(drafts_and_cursor(&more, host, "dir:bob", NULL), 1);
	assert_true(more);
	MUST(host, asst_share_remove(as(host, ada), ids[3], "user:bob", 0, host->err));
	assert_int_equal(drafts_and_cursor(&more, host, "dir:bob", NULL), 1);
	assert_false(more);
	MUST(host, asst_share_remove(as(host, ada), ids[1], "user:bob", 0, host->err));
	assert_int_equal(drafts_and_cursor(&more, host, "dir:bob", NULL), 0);
	assert_false(more);
	/* The same of one assistant's drafts: others' are for who manages it. */
	MUST(host, host_share(host, ada, ids[0], "user:bob", 2));
	draft_of(host, ada, ids[0]);
	assert_int_equal(drafts_and_cursor(&more, host, "dir:bob", ids[0]), 1);
	assert_false(more);
	assert_int_equal(drafts_and_cursor(&more, host, ada, ids[0]), 1);
	assert_true(more);
}

static const char *key_page(struct host *host, const char *spec)
{
	asst_buf *out;

	MUST(host, asst_key_list(&out, as(host, spec), "{\"limit\":1}", ASST_NUL, host->err));
	return json_take(out);
}

#define ZOE "{'id':'zoe','aiSeat':true,'permissions':['keys:create']}"

static void keys_of_who_had_the_id_before_make_no_page(void **state)
{
	struct host *host = *state;
	struct people_text last;
	const char *json;

	MUST(host, people_put_user(host, ZOE));
	people_open(host, "zoe");
	people_key(host, "dir:zoe", PEOPLE_API);
	people_key(host, "dir:zoe", PEOPLE_API);
	assert_true(json_has(key_page(host, "dir:zoe"), "/cursor"));
	MUST(host, asst_user_forget(as(host, "system"), "zoe", 0, host->err));
	MUST(host, people_put_user(host, ZOE));
	people_open(host, "zoe");
	assert_string_equal(key_page(host, "dir:zoe"), "{\"keys\":[]}");
	last = people_key(host, "dir:zoe", PEOPLE_API);
	json = key_page(host, "dir:zoe");
	assert_string_equal(json_at(json, "/keys/0/id"), last.id);
	assert_false(json_has(json, "/cursor"));
}

static void what_a_rotation_ends_no_clock_brings_back(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	asst_buf *out;

	host_pass(host, 10000);
	MUST(host, people_look(host, key.text, NULL));
	MUST(host, asst_key_rotate(&out, as(host, ada), key.id, 0, 0, host->err));
	asst_buf_free(out);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	host_pass(host, -5000);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
}

static void a_scope_has_more_than_white_space(void **state)
{
	struct host *host = *state;
	asst_buf *out;

	EXPECT(host, ASST_EVALIDATION,
	       people_try_key(&out, host, ada,
			      "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['A',' ']}"));
	assert_string_equal(asst_error_issue_pointer(host->err, 0), "/scopes/1");
}

static int share_for_a_while(struct host *host, const char *id, const char *principal, int level)
{
	char json[200];

	snprintf(json, sizeof(json),
		 "{'principalId':'%s','accessLevel':%d,'expiresAt':'" SOON "'}", principal, level);
	return asst_share_put_json(as(host, ada), id, t_json(json), ASST_NUL, 0, host->err);
}

static void a_team_that_gives_nobody_the_right_is_not_named(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"name\":\"a\"}", ASST_CREATE_DRAFT), *json;

	MUST(host, share_for_a_while(host, id, "team:ghost", 3));
	MUST(host, host_share(host, ada, id, "team:readers", 1));
	json = who(host, ada, "assistant:write", id);
	assert_string_equal(json_at(json, "/unknownTeams/0"), "team:ghost");
	assert_int_equal(json_count(json, "/unknownTeams"), 1);
	host_pass(host, 3600000);
	assert_int_equal(json_count(who(host, ada, "assistant:write", id), "/unknownTeams"), 0);
	/* The creator sees it by less than others need, and may be in the team. */
	json = who(host, ada, "assistant:read", id);
	assert_string_equal(json_at(json, "/unknownTeams/0"), "team:readers");
	assert_int_equal(json_count(json, "/unknownTeams"), 1);
}

static void what_comes_back_from_the_trash_has_no_expired_grant(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_buf *out;

	MUST(host, share_for_a_while(host, id, "user:bob", 1));
	MUST(host, host_share(host, ada, id, "user:eve", 1));
	MUST(host, host_delete(host, ada, id));
	host_pass(host, 3600000);
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0,
					host->err));
	/* Gone, and not only out of force. */
	host_pass(host, -3600000);
	MUST(host, asst_share_list(&out, as(host, ada), id, host->err));
	assert_null(strstr(asst_buf_data(out), "user:bob"));
	assert_non_null(strstr(asst_buf_data(out), "user:eve"));
	asst_buf_free(out);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "dir:bob", id));
	MUST(host, host_look(host, "dir:eve", id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_draft_named_instead_of_its_assistant_is_the_last_thing_told),
		PEOPLE_TEST(another_ones_draft_names_what_is_the_assistants),
		PEOPLE_TEST(a_check_before_creating_knows_who_may_disable),
		PEOPLE_TEST(drafts_that_one_may_not_read_any_more_make_no_page),
		PEOPLE_TEST(keys_of_who_had_the_id_before_make_no_page),
		PEOPLE_TEST(what_a_rotation_ends_no_clock_brings_back),
		PEOPLE_TEST(a_scope_has_more_than_white_space),
		PEOPLE_TEST(a_team_that_gives_nobody_the_right_is_not_named),
		PEOPLE_TEST(what_comes_back_from_the_trash_has_no_expired_grant),
	};

	PEOPLE_RUN("api/gates", tests);
}
