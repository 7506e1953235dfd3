/* SPDX-License-Identifier: MIT */
/* Who may says of everybody whom the store knows what asking one by one says. */
#include "who.h"

static const char *const ada = "dir:ada";

/* Created by eve, for somebody else, and not published: she sees it with level 1 already. */
static const char *made_for(struct host *host, const char *owner)
{
	const char *id = host_create_with(host, "dir:eve", "{\"name\":\"w\"}", ASST_CREATE_DRAFT);

	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, owner,
					       ASST_ANY_REVISION, 0, host->err));
	MUST(host, asst_share_remove(as(host, "system"), id, "user:eve", 0, host->err));
	return id;
}

/* What check answers; who has no access any more may nothing. */
static bool may(struct host *host, const char *spec, const char *right, const char *id)
{
	int allowed = 0, status = asst_access_check(&allowed, as(host, spec), right, id, host->err);

	assert_true(status == ASST_OK || status == ASST_EUNAUTHENTICATED);
	return allowed;
}

/* Beside the people of people.h: one disabled, one without a seat, one deleted; all with grants. */
static void add_restless(struct host *host)
{
	static const char *const users[] = { "off", "cold", "gone" };
	char text[200];
	size_t i;

	for (i = 0; i < T_COUNT(users); i++) {
		snprintf(text, sizeof(text),
			 "{'id':'%s','aiSeat':true,'teams':[{'id':'eng','role':'publisher'}]}", users[i]);
		MUST(host, people_put_user(host, text));
		people_open(host, users[i]);
	}
	MUST(host, people_disable(host, "off", 1));
	MUST(host, people_put_user(host, "{'id':'cold','teams':[{'id':'eng','role':'publisher'}]}"));
	MUST(host, asst_user_delete(as(host, "system"), "gone", 0, host->err));
}

#define KEYS 5

static const char *key_name(const struct people_text *key)
{
	static char name[80];

	snprintf(name, sizeof(name), "key:%.63s", key->id);
	return name;
}

/* Keys of ada's, root's and eve's, each with its session; the last lacks the scope for assistants. */
static void add_keys(struct host *host, struct people_text keys[KEYS])
{
	char name[16];
	size_t i;

	for (i = 0; i < KEYS; i++) {
		keys[i] = people_key(host, i < 2 ? "dir:ada" : i == 2 ? "dir:root" : "dir:eve",
				     i < KEYS - 1 ? PEOPLE_API :
						    "{'name':'k','expiresAt':'" PEOPLE_SOON
						    "','scopes':['OTHER']}");
		snprintf(name, sizeof(name), "key%zu", i);
		people_use(host, name, keys[i].text);
	}
}

/* Whether one of those whom who may tell is told is what check says. */
static void compare_one(struct host *host, const char *json, const char *principal, const char *spec,
			const char *right, const char *id)
{
	bool user = strncmp(principal, "user:", 5) == 0;
	bool told = place_of(json, "/principals", principal) >= 0 ||
		    place_of(json, "/members", principal) >= 0 || strcmp(spec, "dir:root") == 0;
	bool known = strcmp(spec, "dir:off") && strcmp(spec, "dir:cold") && strcmp(spec, "dir:gone");

	/* The workspace's grant is everybody's who has a seat, but no key's. */
	if (user && known)
		told = told || place_of(json, "/principals", "workspace") >= 0;
	if (told != may(host, spec, right, id))
		fail_msg("%s, %s: %s", principal, right, json);
}

static void compare(struct host *host, const char *id, const struct people_text *keys, size_t count)
{
	static const char *const users[] = { "ada", "eve", "bob", "tom", "root", "off", "cold", "gone" };
	char principal[80], spec[32];
	const char *json, *right;
	size_t k, r;

	for (r = 0; r < asst_right_count(); r++) {
		right = asst_right_name(r);
		if (strncmp(right, "assistant:", 10) != 0)
			continue;
		json = who(host, "system", right, id);
		for (k = 0; k < T_COUNT(users); k++) {
			snprintf(principal, sizeof(principal), "user:%s", users[k]);
			snprintf(spec, sizeof(spec), "dir:%s", users[k]);
			compare_one(host, json, principal, spec, right, id);
		}
		for (k = 0; k < count; k++) {
			snprintf(principal, sizeof(principal), "key:%.63s", keys[k].id);
			snprintf(spec, sizeof(spec), "key%zu", k);
			compare_one(host, json, principal, spec, right, id);
		}
	}
}

/* Of each user of the directory: told by who, or not, is what check says. */
static void who_and_check_agree(void **state)
{
	struct host *host = *state;
	const char *ids[6];
	size_t i;

	add_restless(host);
	ids[0] = host_create(host, ada, "{\"name\":\"own\"}");
	ids[1] = host_create(host, ada, "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	MUST(host, host_share(host, ada, ids[1], "user:eve", 2));
	ids[2] = host_create(host, "dir:eve", "{\"name\":\"u\"}");
	MUST(host, host_share(host, "dir:eve", ids[2], "team:eng", 3));
	MUST(host, host_share(host, "dir:eve", ids[2], "user:bob", 1));
	ids[3] = host_create(host, "dir:eve", "{\"name\":\"v\"}");
	MUST(host, host_share(host, "dir:eve", ids[3], "workspace", 2));
	for (i = 0; i < 4; i++) {
		MUST(host, host_share(host, "system", ids[i], "user:off", 3));
		MUST(host, host_share(host, "system", ids[i], "user:cold", 2));
		MUST(host, host_share(host, "system", ids[i], "user:gone", 1));
	}
	ids[4] = made_for(host, "team:eng");
	ids[5] = made_for(host, "user:bob");
	MUST(host, host_share(host, "system", ids[5], "workspace", 1));
	MUST(host, people_put_user(host, "{'id':'eve','aiSeat':true,'permissions':['assistants:create'],"
					 "'teams':[{'id':'eng','role':'member'}]}"));
	for (i = 0; i < T_COUNT(ids); i++)
		compare(host, ids[i], NULL, 0);
}

/* The same of keys: by their grants alone, and never more than their creators have. */
static void who_and_check_agree_on_keys(void **state)
{
	struct host *host = *state;
	struct people_text keys[KEYS];
	const char *ids[4];
	size_t i, k;

	if (!asst_feature_supported("sodium"))
		skip();
	add_restless(host);
	add_keys(host, keys);
	ids[0] = host_create(host, ada, "{\"name\":\"own\"}");
	ids[1] = host_create(host, "dir:eve", "{\"name\":\"cut\"}");
	MUST(host, host_share(host, "dir:eve", ids[1], "user:ada", 1));
	ids[2] = host_create_with(host, "key0", "{\"name\":\"made\"}", ASST_CREATE_DRAFT);
	MUST(host, host_share(host, ada, ids[2], "workspace", 1));
	ids[3] = host_create(host, "system", "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	for (i = 0; i < T_COUNT(ids); i++) {
		for (k = 0; k < KEYS; k++)
			MUST(host, people_share_key(host, "system", ids[i], &keys[k], 1 + (int)(i + k) % 3));
		compare(host, ids[i], keys, KEYS);
	}
	has(who(host, "dir:eve", "assistant:read", ids[1]), "user:ada", "1", "grantUser");
	/* Without its grant a key has nothing, also of what it made. */
	MUST(host, asst_share_remove(as(host, ada), ids[2], key_name(&keys[0]), 0,
				     host->err));
	compare(host, ids[2], keys, KEYS);
	MUST(host, asst_key_revoke(as(host, ada), keys[1].id, 0, host->err));
	MUST(host, people_put_user(host, "{'id':'eve','aiSeat':false}"));
	for (i = 0; i < T_COUNT(ids); i++)
		compare(host, ids[i], keys, KEYS);
	MUST(host, people_disable(host, "ada", 1));
	MUST(host, people_put_user(host, "{'id':'eve','aiSeat':true}"));
	for (i = 0; i < T_COUNT(ids); i++)
		compare(host, ids[i], keys, KEYS);
	MUST(host, people_disable(host, "ada", 0));
	host_pass(host, INT64_C(200) * 86400000); /* all keys have expired */
	for (i = 0; i < T_COUNT(ids); i++)
		compare(host, ids[i], keys, KEYS);
}

/* Says that everybody is a plain member of eng, whatever the directory says. */
static int find_member(void *user, const char *workspace, const char *id, asst_buf **document,
		       asst_error *err)
{
	static const char json[] = "{\"aiSeat\":true,\"permissions\":[\"assistants:create\","
				   "\"keys:create\"],\"teams\":[{\"id\":\"eng\"}]}";

	(void)workspace;
	++*(int *)user;
	if (strcmp(id, "none") == 0)
		return ASST_ENOTFOUND;
	return asst_buf_new(document, json, sizeof(json) - 1, err);
}

/* The directory is not the source where the host has a callback, and says nothing then. */
static void a_callback_stands_in_the_place_of_the_directory(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct people_text key;
	struct host *host;
	const char *id, *json;
	int asked = 0;

	(void)state;
	assert_int_equal(asst_store_opts_set_int(opts, "directory", 1, NULL), ASST_OK);
	assert_int_equal(asst_store_opts_set_principals(opts, find_member, &asked, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	MUST(host, people_put_team(host, "{'id':'eng'}"));
	MUST(host, people_put_user(host, "{'id':'bob','aiSeat':true,'teams':[{'id':'eng','role':'admin'}]}"));
	MUST(host, people_put_user(host, "{'id':'off','disabled':true}"));
	id = host_create(host, "system", "{\"name\":\"a\",\"ownerId\":\"team:eng\"}");
	MUST(host, host_share(host, "system", id, "user:off", 2));
	people_open(host, "bob");
	assert_false(may(host, "dir:bob", "assistant:write", id));
	asked = 0;
	json = who(host, "system", "assistant:write", id);
	assert_int_equal(json_count(json, "/members"), 0);
	assert_int_equal(json_count(json, "/unknownTeams"), 1);
	assert_true(place_of(json, "/principals", "user:off") >= 0);
	assert_int_equal(asked, 0); /* not for users */
	if (asst_feature_supported("sodium")) {
		key = people_key(host, "dir:bob", PEOPLE_API);
		people_use(host, "key0", key.text);
		MUST(host, people_share_key(host, "system", id, &key, 3));
		compare_one(host, who(host, "system", "assistant:read", id),
			    key_name(&key), "key0", "assistant:read", id);
		compare_one(host, who(host, "system", "assistant:write", id),
			    key_name(&key), "key0", "assistant:write", id);
	}
	host_free(host);
}

static void all_teams_are_read_in_one_scan(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	char text[80];
	int i;

	for (i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "{'id':'t%02d'}", i);
		MUST(host, people_put_team(host, text));
		snprintf(text, sizeof(text), "{'id':'u%02d','aiSeat':true,'teams':[{'id':'t%02d'}]}", i, i);
		MUST(host, people_put_user(host, text));
		snprintf(text, sizeof(text), "team:t%02d", i);
		MUST(host, host_share(host, ada, id, text, 1));
	}
	host_count_anew(host);
	json = who(host, "system", "assistant:read", id);
	assert_int_equal(host_calls(host, HOST_SCAN), 1);
	assert_int_equal(host_calls(host, HOST_GET), 3); /* the assistant, its owner, the members */
	assert_int_equal(json_count(json, "/members"), 50);
	assert_int_equal(json_count(json, "/unknownTeams"), 0);
	has_member(json, "user:u49", "1", "team:t49");
}

static void of_a_very_large_team_the_first_are_told(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_session *system = as(host, "system");
	char text[100];
	asst_buf *out;
	int i;

	MUST(host, host_share(host, ada, id, "team:sales", 1));
	for (i = 0; i <= 10000; i++) {
		if (i == 10000) {
			MUST(host, asst_access_who(&out, system, "assistant:read", id, host->err));
			assert_non_null(strstr(asst_buf_data(out), "\"user:u09999\""));
			assert_non_null(strstr(asst_buf_data(out), "\"moreMembers\":[]"));
			asst_buf_free(out);
		}
		snprintf(text, sizeof(text),
			 "{\"id\":\"u%05d\",\"aiSeat\":true,\"teams\":[{\"id\":\"sales\"}]}", i);
		MUST(host, asst_user_put(system, text, ASST_NUL, 0, host->err));
	}
	MUST(host, asst_access_who(&out, system, "assistant:read", id, host->err));
	assert_non_null(strstr(asst_buf_data(out), "\"user:u09999\""));
	assert_null(strstr(asst_buf_data(out), "\"user:u10000\""));
	assert_non_null(strstr(asst_buf_data(out), "\"moreMembers\":[\"team:sales\"]"));
	asst_buf_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(who_and_check_agree),
		PEOPLE_TEST(who_and_check_agree_on_keys),
		cmocka_unit_test(a_callback_stands_in_the_place_of_the_directory),
		PEOPLE_TEST(all_teams_are_read_in_one_scan),
		PEOPLE_TEST(of_a_very_large_team_the_first_are_told),
	};

	return cmocka_run_group_tests_name("api/who_known", tests, NULL, NULL) ? 1 : 0;
}
