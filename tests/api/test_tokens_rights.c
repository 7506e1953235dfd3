/* SPDX-License-Identifier: MIT */
/* What a token may do: with one assistant, at level 1 or 2, never more than its creator may now. */
#include "people.h"

#define TOKEN "{'expiresAt':'" PEOPLE_SOON "'}"
#define READER "{'expiresAt':'" PEOPLE_SOON "','readOnly':true}"

static const char *const ada = "dir:ada";

/* A token of the user's with a session "token". */
static struct people_text token_of(struct host *host, const char *spec, const char *id,
				   const char *json)
{
	struct people_text token = people_token(host, spec, id, json);

	people_use(host, "token", token.text);
	return token;
}

static int level_of(struct host *host, const char *id)
{
	asst_assistant *found;
	int level = 0;

	if (asst_assistant_get(&found, as(host, "token"), id, 0, host->err) == ASST_OK)
		level = asst_assistant_level(found);
	asst_assistant_free(found);
	return level;
}

/* A token has no index to be looked through: its assistant has the name, or there is none. */
static void it_finds_its_assistant_by_name(void **state)
{
	static const struct {
		const char *options;
		size_t count;
	} rows[] = {
		{ "{\"nameContains\":\"voiCE\"}", 1 },
		{ "{\"nameContains\":\"voices\"}", 0 },
		{ "{\"nameContains\":\"\"}", 1 },
	};
	struct host *host = *state;
	char sorted[80];
	asst_list *list;
	uint64_t count;
	size_t i;

	token_of(host, ada, host_create(host, ada, "{\"name\":\"Invoice\"}"), TOKEN);
	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, asst_assistant_list(&list, as(host, "token"), rows[i].options, ASST_NUL,
					       host->err));
		assert_int_equal(asst_list_count(list), rows[i].count);
		asst_list_free(list);
		snprintf(sorted, sizeof(sorted), "{\"sort\":\"name\",%s", rows[i].options + 1);
		MUST(host, asst_assistant_list(&list, as(host, "token"), sorted, ASST_NUL,
					       host->err));
		assert_int_equal(asst_list_count(list), rows[i].count);
		asst_list_free(list);
		MUST(host, asst_assistant_count(&count, NULL, as(host, "token"), rows[i].options,
						ASST_NUL, host->err));
		assert_int_equal(count, rows[i].count);
	}
}

static void it_sees_one_assistant(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *others[3];
	asst_list *list;
	uint64_t count;
	size_t i;

	others[0] = host_create(host, ada, "{\"name\":\"own\"}");
	others[1] = host_create(host, ada, "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	others[2] = host_create(host, "dir:eve", "{\"name\":\"open\"}");
	MUST(host, host_share(host, "dir:eve", others[2], "workspace", 3));
	token_of(host, ada, id, TOKEN);
	MUST(host, asst_assistant_list(&list, as(host, "token"), NULL, 0, host->err));
	assert_int_equal(asst_list_count(list), 1);
	assert_string_equal(asst_assistant_id(asst_list_at(list, 0)), id);
	asst_list_free(list);
	MUST(host, asst_assistant_count(&count, NULL, as(host, "token"), NULL, 0, host->err));
	assert_int_equal(count, 1);
	MUST(host, asst_assistant_count(&count, NULL, as(host, "token"),
					"{\"right\":\"assistant:share\"}", ASST_NUL, host->err));
	assert_int_equal(count, 0);
	for (i = 0; i < T_COUNT(others); i++) {
		EXPECT(host, ASST_ENOTFOUND, host_look(host, "token", others[i]));
		EXPECT(host, ASST_ENOTFOUND, host_patch(host, "token", others[i], "{\"name\":\"x\"}"));
		assert_int_equal(host_allowed(host, "token", "assistant:read", others[i]), 0);
	}
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "token", "user:ada:own"));
	MUST(host, host_look(host, "token", "user:ada:a"));
}

static void it_has_level_2(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_draft *draft;

	token_of(host, ada, id, TOKEN);
	assert_int_equal(level_of(host, id), 2);
	MUST(host, host_patch(host, "token", id, "{\"name\":\"b\"}"));
	MUST(host, asst_draft_edit(&draft, as(host, "token"), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"c\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	assert_int_equal(host_version(host, ada, id), 3);
	assert_int_equal(host_allowed(host, "token", "assistant:comment", id), 1);
	assert_int_equal(host_allowed(host, "token", "assistant:versions", id), 1);
	EXPECT(host, ASST_EDENIED, host_delete(host, "token", id));
	EXPECT(host, ASST_EDENIED, host_patch(host, "token", id, "{\"disabled\":true}"));
}

static void one_for_reading_has_level_1_without_comments(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_draft *draft;

	token_of(host, ada, id, READER);
	assert_int_equal(level_of(host, id), 1);
	assert_int_equal(host_allowed(host, "token", "assistant:read", id), 1);
	assert_int_equal(host_allowed(host, "token", "assistant:resolve", id), 1);
	assert_int_equal(host_allowed(host, "token", "assistant:comment", id), 0);
	assert_int_equal(host_allowed(host, "token", "assistant:write", id), 0);
	EXPECT(host, ASST_EDENIED, host_patch(host, "token", id, "{\"name\":\"b\"}"));
	EXPECT(host, ASST_EDENIED, asst_draft_edit(&draft, as(host, "token"), id, 0, host->err));
	EXPECT(host, ASST_EDENIED, host_delete(host, "token", id));
	EXPECT(host, ASST_EDENIED,
	       asst_secret_set(as(host, "token"), id, "N", "v", 1, NULL, 0, host->err));
}

/* Version 0 is seen by its creator and from level 2 on. */
static void one_for_reading_begins_to_work_when_it_is_published(void **state)
{
	struct host *host = *state;
	const char *id = host_create_with(host, ada, "{\"name\":\"a\"}", ASST_CREATE_DRAFT);
	struct people_text token =
		people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "','readOnly':true}");
	asst_draft *draft;

	people_use(host, "token", token.text);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "token", id));
	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	MUST(host, host_look(host, "token", id));
}

static void a_token_may_never(void **state)
{
	static const char *const rights[] = { "assistant:share",  "assistant:changeOwner",
					      "assistant:purge",  "assistant:export",
					      "assistant:tokens", "assistant:delete",
					      "assistant:who",	  "assistant:force" };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token = token_of(host, ada, id, TOKEN);
	asst_session *session = as(host, "token");
	asst_buf *out;
	size_t i;

	for (i = 0; i < T_COUNT(rights); i++)
		assert_int_equal(host_allowed(host, "token", rights[i], id), 0);
	assert_int_equal(host_allowed(host, "token", "assistants:create", NULL), 0);
	assert_int_equal(host_allowed(host, "token", "keys:create", NULL), 0);
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_create_json(NULL, session, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	EXPECT(host, ASST_EDENIED, host_share(host, "token", id, "user:bob", 1));
	EXPECT(host, ASST_EDENIED,
	       asst_assistant_change_owner(NULL, session, id, "user:ada", ASST_ANY_REVISION, 0,
					   host->err));
	EXPECT(host, ASST_EDENIED, asst_feed_read(&out, session, NULL, 0, host->err));
	EXPECT(host, ASST_EDENIED, people_try_token(&out, host, "token", id, TOKEN));
	EXPECT(host, ASST_EDENIED, asst_token_list(&out, session, id, host->err));
	EXPECT(host, ASST_EDENIED, asst_token_revoke(session, id, token.id, 0, host->err));
	EXPECT(host, ASST_EDENIED, people_try_key(&out, host, "token", PEOPLE_API));
	EXPECT(host, ASST_EDENIED, asst_key_list(&out, session, NULL, 0, host->err));
	EXPECT(host, ASST_EDENIED, asst_access_who(&out, session, "assistant:read", id, host->err));
	EXPECT(host, ASST_EDENIED, asst_user_put(session, "{\"id\":\"x\"}", ASST_NUL, 0, host->err));
	MUST(host, people_look(host, token.text, NULL));
}

/* A manager by a grant makes one; what becomes of the grant counts for it. */
static void it_is_cut_by_its_creators_level_now(void **state)
{
	static const struct {
		int granted, level;
	} rows[] = { { 3, 2 }, { 2, 2 }, { 1, 1 }, { 3, 2 } };
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");
	size_t i;

	MUST(host, host_share(host, "dir:eve", id, "user:ada", 3));
	token_of(host, ada, id, TOKEN);
	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, host_share(host, "dir:eve", id, "user:ada", rows[i].granted));
		assert_int_equal(level_of(host, id), rows[i].level);
		EXPECT(host, rows[i].level >= 2 ? ASST_OK : ASST_EDENIED,
		       host_patch(host, "token", id, i % 2 ? "{\"name\":\"b\"}" : "{\"name\":\"c\"}"));
	}
	MUST(host, asst_share_remove(as(host, "dir:eve"), id, "user:ada", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "token", id));
}

static void it_falls_with_its_creator(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token = token_of(host, ada, id, READER);

	MUST(host, host_look(host, "token", id));
	MUST(host, people_disable(host, "ada", 1));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
	MUST(host, people_disable(host, "ada", 0));
	MUST(host, host_look(host, "token", id));
	MUST(host, people_put_user(host, "{'id':'ada'}"));
	EXPECT(host, ASST_EDENIED, host_look(host, "token", id));
	MUST(host, asst_user_delete(as(host, "system"), "ada", 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
}

/* What it makes: events name who acted, and never the text of a credential. */
static void its_acts_can_be_told_from_its_creators(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct people_text token = token_of(host, ada, id, TOKEN);
	asst_buf *out;
	char options[100];

	MUST(host, host_patch(host, "token", id, "{\"name\":\"b\"}"));
	snprintf(options, sizeof(options), "{'objectId':'%s','actions':['assistant.update']}", id);
	MUST(host, asst_feed_read(&out, as(host, "system"), t_json(options), ASST_NUL, host->err));
	json = json_take(out);
	assert_int_equal(json_count(json, "/events"), 1);
	assert_string_not_equal(json_at(json, "/events/0/actor"), "user:ada");
	assert_string_equal(json_at(json, "/events/0/onBehalfOf"), "user:ada");
	MUST(host, asst_feed_read(&out, as(host, "system"), NULL, 0, host->err));
	assert_null(strstr(json_take(out), token.text));
}

static void the_same_of_keys(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	asst_buf *out;
	char options[100], actor[80];

	MUST(host, people_share_key(host, ada, id, &key, 2));
	people_use(host, "key", key.text);
	MUST(host, host_patch(host, "key", id, "{\"name\":\"b\"}"));
	snprintf(options, sizeof(options), "{'objectId':'%s','actions':['assistant.update']}", id);
	MUST(host, asst_feed_read(&out, as(host, "system"), t_json(options), ASST_NUL, host->err));
	json = json_take(out);
	snprintf(actor, sizeof(actor), "key:%s", key.id);
	assert_string_equal(json_at(json, "/events/0/actor"), actor);
	assert_string_equal(json_at(json, "/events/0/onBehalfOf"), "user:ada");
	MUST(host, asst_feed_read(&out, as(host, "system"), NULL, 0, host->err));
	assert_null(strstr(json_take(out), key.text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(it_finds_its_assistant_by_name),
		PEOPLE_TEST(it_sees_one_assistant),
		PEOPLE_TEST(it_has_level_2),
		PEOPLE_TEST(one_for_reading_has_level_1_without_comments),
		PEOPLE_TEST(one_for_reading_begins_to_work_when_it_is_published),
		PEOPLE_TEST(a_token_may_never),
		PEOPLE_TEST(it_is_cut_by_its_creators_level_now),
		PEOPLE_TEST(it_falls_with_its_creator),
		PEOPLE_TEST(its_acts_can_be_told_from_its_creators),
		PEOPLE_TEST(the_same_of_keys),
	};

	PEOPLE_RUN("api/tokens_rights", tests);
}
