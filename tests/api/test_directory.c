/* SPDX-License-Identifier: MIT */
/* The directory: users and teams, put, read, listed, disabled, deleted, forgotten. */
#include "people.h"

static const char *user(struct host *host, const char *id)
{
	asst_buf *out;

	MUST(host, asst_user_get(&out, as(host, "system"), id, host->err));
	return json_take(out);
}

static const char *team(struct host *host, const char *id)
{
	asst_buf *out;

	MUST(host, asst_team_get(&out, as(host, "system"), id, host->err));
	return json_take(out);
}

static int look(struct host *host, const char *id)
{
	asst_buf *out;
	int status = asst_user_get(&out, as(host, "system"), id, host->err);

	assert_true((out != NULL) == (status == ASST_OK));
	asst_buf_free(out);
	return status;
}

static int list_users(asst_buf **out, struct host *host, const char *options)
{
	return asst_user_list(out, as(host, "system"), options ? t_json(options) : NULL,
			      options ? ASST_NUL : 0, host->err);
}

static int delete_user(struct host *host, const char *id)
{
	return asst_user_delete(as(host, "system"), id, 0, host->err);
}

static int forget(struct host *host, const char *id)
{
	return asst_user_forget(as(host, "system"), id, 0, host->err);
}

static void a_user_is_read_back(void **state)
{
	struct host *host = *state;
	const char *json;

	host_pass(host, 1500);
	MUST(host, people_put_user(host, "{'id':'zoe.1@x','name':'Zo\xC3\xAB','email':'z@x.test',"
					 "'aiSeat':true,'superuser':true,"
					 "'permissions':['assistants:create','other'],"
					 "'teams':[{'id':'eng','role':'publisher'},{'id':'sales'}]}"));
	json = user(host, "zoe.1@x");
	assert_string_equal(json_at(json, "/id"), "zoe.1@x");
	assert_string_equal(json_at(json, "/name"), "Zo\xC3\xAB");
	assert_string_equal(json_at(json, "/email"), "z@x.test");
	assert_string_equal(json_at(json, "/aiSeat"), "true");
	assert_string_equal(json_at(json, "/superuser"), "true");
	assert_string_equal(json_at(json, "/disabled"), "false");
	assert_non_null(strstr(json_at(json, "/permissions"), "assistants:create"));
	assert_string_equal(json_at(json, "/teams/0/id"), "eng");
	assert_string_equal(json_at(json, "/teams/0/role"), "publisher");
	assert_string_equal(json_at(json, "/teams/1/id"), "sales");
	assert_string_equal(json_at(json, "/teams/1/role"), "member");
	assert_string_equal(json_at(json, "/createdAt"), "2030-03-17T17:46:41.500Z");
	assert_string_equal(json_at(json, "/updatedAt"), "2030-03-17T17:46:41.500Z");
	assert_false(json_has(json, "/deletedAt"));
}

static void a_put_takes_the_place_of_the_old_document(void **state)
{
	struct host *host = *state;
	const char *json;

	host_pass(host, 1000);
	MUST(host, people_put_user(host, "{'id':'ada','email':'a@x.test'}"));
	json = user(host, "ada");
	assert_string_equal(json_at(json, "/email"), "a@x.test");
	assert_false(json_has(json, "/name") && strcmp(json_at(json, "/name"), "Ada") == 0);
	assert_string_equal(json_at(json, "/aiSeat"), "false");
	assert_int_equal(json_count(team(host, "eng"), "/members"), 1); /* tom */
	assert_string_equal(json_at(json, "/createdAt"), "2030-03-17T17:46:40.000Z");
	assert_string_equal(json_at(json, "/updatedAt"), "2030-03-17T17:46:41.000Z");
}

static void each_fault_of_a_user_has_its_place(void **state)
{
	static const struct {
		const char *json, *code, *pointer;
	} rows[] = {
		{ "{}", "required", "/id" },
		{ "{'id':null}", "required", "/id" },
		{ "{'id':''}", "identifier", "/id" },
		{ "{'id':'a b'}", "identifier", "/id" },
		{ "{'id':'user:a'}", "identifier", "/id" },
		{ "{'id':7}", "type", "/id" },
		{ "{'id':'u','name':7}", "type", "/name" },
		{ "{'id':'u','email':[]}", "type", "/email" },
		{ "{'id':'u','aiSeat':'yes'}", "type", "/aiSeat" },
		{ "{'id':'u','superuser':1}", "type", "/superuser" },
		{ "{'id':'u','disabled':'no'}", "type", "/disabled" },
		{ "{'id':'u','permissions':'x'}", "type", "/permissions" },
		{ "{'id':'u','permissions':[7]}", "type", "/permissions/0" },
		{ "{'id':'u','teams':{}}", "type", "/teams" },
		{ "{'id':'u','teams':['eng']}", "type", "/teams/0" },
		{ "{'id':'u','teams':[{'role':'admin'}]}", "required", "/teams/0/id" },
		{ "{'id':'u','teams':[{'id':'e e'}]}", "identifier", "/teams/0/id" },
		{ "{'id':'u','teams':[{'id':'eng','role':'boss'}]}", "choice", "/teams/0/role" },
		{ "{'id':'u','teams':[{'id':'eng','role':1}]}", "type", "/teams/0/role" },
		{ "{'id':'u','teams':[{'id':'eng','x':1}]}", "unknown_field", "/teams/0/x" },
		{ "{'id':'u','teams':[{'id':'eng'},{'id':'eng','role':'admin'}]}", "duplicate",
		  "/teams/1/id" },
		{ "{'id':'u','teams':[{'id':'eng'},{'id':'no'}]}", "unknown_reference",
		  "/teams/1/id" },
		{ "{'id':'u','colour':'red'}", "unknown_field", "/colour" },
		{ "{'id':'u','workspace':'acme'}", "unknown_field", "/workspace" },
		{ "{'id':'u','id':'v'}", "json_duplicate_name", "/id" },
		{ "[]", "type", "" },
		{ "{'id':", "json_syntax", NULL },
	};
	struct host *host = *state;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION, people_put_user(host, rows[i].json));
		if (asst_error_issue_count(host->err) != 1 ||
		    strcmp(asst_error_issue_code(host->err, 0), rows[i].code) != 0 ||
		    (rows[i].pointer &&
		     strcmp(asst_error_issue_pointer(host->err, 0), rows[i].pointer) != 0))
			fail_msg("%s: %zu, %s at %s", rows[i].json,
				 asst_error_issue_count(host->err),
				 asst_error_issue_code(host->err, 0),
				 asst_error_issue_pointer(host->err, 0));
	}
	EXPECT(host, ASST_ENOTFOUND, look(host, "u"));
}

/* Code points are counted, not bytes. */
static void texts_have_their_limits(void **state)
{
	static const struct {
		const char *name;
		int length, status;
	} rows[] = { { "name", 80, ASST_OK },
		     { "name", 81, ASST_EVALIDATION },
		     { "email", 255, ASST_OK },
		     { "email", 256, ASST_EVALIDATION } };
	struct host *host = *state;
	char json[1000], text[600], pointer[16];
	size_t i;
	int k;

	for (i = 0; i < T_COUNT(rows); i++) {
		for (k = 0; k < rows[i].length; k++)
			memcpy(text + 2 * k, "\xC3\xA9", 3);
		snprintf(json, sizeof(json), "{'id':'u','%s':'%s'}", rows[i].name, text);
		EXPECT(host, rows[i].status, people_put_user(host, json));
		snprintf(pointer, sizeof(pointer), "/%s", rows[i].name);
		if (rows[i].status != ASST_OK)
			host_issue(host, 0, "too_long", pointer);
		snprintf(json, sizeof(json), "{'id':'t','%s':'%s'}", rows[i].name, text);
		if (strcmp(rows[i].name, "name") == 0)
			EXPECT(host, rows[i].status, people_put_team(host, json));
	}
}

/* Those of the body; teams are looked up where it has none. */
static void all_faults_come_at_once(void **state)
{
	struct host *host = *state;

	EXPECT(host, ASST_EVALIDATION,
	       people_put_user(host, "{'aiSeat':1,'teams':[{'id':'n o'}],'x':1}"));
	assert_int_equal(asst_error_issue_count(host->err), 4);
	EXPECT(host, ASST_EVALIDATION,
	       people_put_user(host, "{'id':'u','teams':[{'id':'no'},{'id':'eng'},{'id':'none'}]}"));
	assert_int_equal(asst_error_issue_count(host->err), 2);
}

static void faults_of_a_team_have_their_places(void **state)
{
	static const struct {
		const char *json, *code, *pointer;
	} rows[] = { { "{}", "required", "/id" },
		     { "{'id':'e e'}", "identifier", "/id" },
		     { "{'id':'e','name':false}", "type", "/name" },
		     { "{'id':'e','members':[]}", "read_only", "/members" },
		     { "7", "type", "" } };
	struct host *host = *state;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION, people_put_team(host, rows[i].json));
		assert_int_equal(asst_error_issue_count(host->err), 1);
		host_issue(host, 0, rows[i].code, rows[i].pointer);
	}
}

static void a_user_has_at_most_200_teams(void **state)
{
	struct host *host = *state;
	struct t_text json = { 0 };
	char text[64];
	int i;

	t_add(&json, "{'id':'u','teams':[");
	for (i = 0; i < 201; i++) {
		snprintf(text, sizeof(text), "{'id':'t%03d'}", i);
		MUST(host, people_put_team(host, text));
		t_add(&json, i ? "," : "");
		t_add(&json, text);
		if (i == 199) {
			t_add(&json, "]}");
			MUST(host, people_put_user(host, json.data));
			json.data[json.size -= 2] = '\0';
		}
	}
	t_add(&json, "]}");
	EXPECT(host, ASST_ELIMIT, people_put_user(host, json.data));
	free(json.data);
}

static void a_team_tells_its_members(void **state)
{
	struct host *host = *state;
	const char *json = team(host, "eng");

	assert_string_equal(json_at(json, "/id"), "eng");
	assert_string_equal(json_at(json, "/name"), "Engineering");
	assert_int_equal(json_count(json, "/members"), 2);
	assert_string_equal(json_at(json, "/members/0/id"), "ada");
	assert_string_equal(json_at(json, "/members/0/role"), "admin");
	assert_string_equal(json_at(json, "/members/1/id"), "tom");
	assert_string_equal(json_at(json, "/members/1/role"), "member");
	MUST(host, people_put_team(host, "{'id':'eng','name':'Else'}"));
	json = team(host, "eng");
	assert_string_equal(json_at(json, "/name"), "Else");
	assert_int_equal(json_count(json, "/members"), 2);
	assert_int_equal(json_count(team(host, "sales"), "/members"), 0);
}

static void a_team_with_members_cannot_be_deleted(void **state)
{
	struct host *host = *state;
	asst_session *system = as(host, "system");
	asst_buf *out;

	EXPECT(host, ASST_ECONFLICT, asst_team_delete(system, "eng", 0, host->err));
	MUST(host, delete_user(host, "tom"));
	EXPECT(host, ASST_ECONFLICT, asst_team_delete(system, "eng", 0, host->err));
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	MUST(host, asst_team_delete(system, "eng", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_team_get(&out, system, "eng", host->err));
	assert_null(out);
	EXPECT(host, ASST_EVALIDATION, people_put_user(host, "{'id':'u','teams':[{'id':'eng'}]}"));
}

static void users_are_listed_by_id_in_pages(void **state)
{
	static const char *const ids[] = { "ada", "bob", "eve", "root", "tom" };
	struct host *host = *state;
	char options[1200] = "{'limit':2}";
	const char *json;
	asst_buf *out;
	size_t i, seen = 0;

	do {
		MUST(host, list_users(&out, host, options));
		json = json_take(out);
		for (i = 0; i < json_count(json, "/users"); i++)
			assert_string_equal(json_item(json, "/users", i, "id"), ids[seen++]);
		snprintf(options, sizeof(options), "{'limit':2,'cursor':'%s'}",
			 json_at(json, "/cursor"));
	} while (json_has(json, "/cursor"));
	assert_int_equal(seen, 5);
	MUST(host, list_users(&out, host, NULL));
	json = json_take(out);
	assert_int_equal(json_count(json, "/users"), 5);
	assert_string_equal(json_at(json, "/users/4/aiSeat"), "true");
	MUST(host, asst_team_list(&out, as(host, "system"), NULL, 0, host->err));
	json = json_take(out);
	assert_int_equal(json_count(json, "/teams"), 2);
	assert_string_equal(json_at(json, "/teams/0/id"), "eng");
	assert_string_equal(json_at(json, "/teams/1/id"), "sales");
}

static void wrong_options_of_a_list_are_faults(void **state)
{
	static const struct {
		const char *options;
		int status;
		const char *pointer;
	} rows[] = { { "{'limit':0}", ASST_EVALIDATION, "/limit" },
		     { "{'limit':'2'}", ASST_EVALIDATION, "/limit" },
		     { "{'limit':1001}", ASST_ELIMIT, "/limit" },
		     { "{'cursor':'a b'}", ASST_EVALIDATION, "/cursor" },
		     { "{'cursor':7}", ASST_EVALIDATION, "/cursor" },
		     { "{'x':7}", ASST_EVALIDATION, "/x" },
		     { "[]", ASST_EVALIDATION, "" } };
	struct host *host = *state;
	asst_buf *out;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status, list_users(&out, host, rows[i].options));
		assert_null(out);
		assert_string_equal(asst_error_issue_pointer(host->err, 0), rows[i].pointer);
		EXPECT(host, rows[i].status,
		       asst_team_list(&out, as(host, "system"), t_json(rows[i].options), ASST_NUL,
				      host->err));
	}
}

static void disabling_is_shown_and_can_be_taken_back(void **state)
{
	struct host *host = *state;

	MUST(host, people_disable(host, "bob", 1));
	MUST(host, people_disable(host, "bob", 1));
	assert_string_equal(json_at(user(host, "bob"), "/disabled"), "true");
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "bob"));
	MUST(host, people_disable(host, "bob", 0));
	assert_string_equal(json_at(user(host, "bob"), "/disabled"), "false");
	people_open(host, "bob");
	MUST(host, people_put_user(host, "{'id':'bob','disabled':true}"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "bob"));
}

/* Put back what was read, with a member changed where change is not NULL. */
static int put_back(struct host *host, int team, const char *json, const char *from,
		    const char *to)
{
	char text[2048];
	const char *at = from ? strstr(json, from) : NULL;

	assert_true(strlen(json) + 100 < sizeof(text) && (!from || at));
	if (from)
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - json), json, to,
			 at + strlen(from));
	else
		snprintf(text, sizeof(text), "%s", json);
	return (team ? asst_team_put : asst_user_put)(as(host, "system"), text, ASST_NUL, 0,
						      host->err);
}

/* A copy that the next reading does not take the place of. */
struct kept {
	char text[1024];
};

static struct kept keep(const char *json)
{
	struct kept kept;

	assert_true(strlen(json) < sizeof(kept.text));
	strcpy(kept.text, json);
	return kept;
}

static void what_is_read_can_be_put_back(void **state)
{
	struct host *host = *state;
	struct kept ada, eng;

	host_pass(host, 1000);
	MUST(host, people_put_user(host, "{'id':'ada','name':'Ada','email':'a@x.test','aiSeat':true,"
					 "'teams':[{'id':'eng','role':'admin'}]}"));
	ada = keep(user(host, "ada"));
	eng = keep(team(host, "eng"));
	host_pass(host, 1000);
	MUST(host, put_back(host, 0, ada.text, NULL, NULL));
	MUST(host, put_back(host, 1, eng.text, NULL, NULL));
	assert_string_equal(user(host, "ada"), ada.text);
	assert_string_equal(team(host, "eng"), eng.text);
	MUST(host, put_back(host, 0, ada.text, "a@x.test", "b@x.test"));
	assert_string_equal(json_at(user(host, "ada"), "/email"), "b@x.test");
	MUST(host, put_back(host, 1, eng.text, "Engineering", "Works"));
	assert_string_equal(json_at(team(host, "eng"), "/name"), "Works");
	assert_int_equal(json_count(team(host, "eng"), "/members"), 2);
}

static void what_is_read_only_keeps_its_value(void **state)
{
	static const struct {
		int team;
		const char *from, *to, *pointer;
	} rows[] = {
		{ 0, "\"createdAt\":\"2030", "\"createdAt\":\"2031", "/createdAt" },
		{ 0, "\"updatedAt\":\"2030", "\"updatedAt\":\"2031", "/updatedAt" },
		{ 0, "\"createdAt\":", "\"deletedAt\":null,\"createdAt\":", NULL },
		{ 0, "\"createdAt\":", "\"deletedAt\":7,\"createdAt\":", "/deletedAt" },
		{ 0, "\"createdAt\":", "\"members\":[],\"createdAt\":", "/members" },
		{ 1, "\"createdAt\":\"2030", "\"createdAt\":\"2031", "/createdAt" },
		{ 1, "\"id\":\"tom\"", "\"id\":\"bob\"", "/members" },
		{ 1, "\"role\":\"member\"", "\"role\":\"admin\"", "/members" },
	};
	struct host *host = *state;
	const char *json;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		json = rows[i].team ? team(host, "eng") : user(host, "ada");
		EXPECT(host, rows[i].pointer ? ASST_EVALIDATION : ASST_OK,
		       put_back(host, rows[i].team, json, rows[i].from, rows[i].to));
		if (!rows[i].pointer)
			continue;
		assert_int_equal(asst_error_issue_count(host->err), 1);
		assert_string_equal(asst_error_issue_pointer(host->err, 0), rows[i].pointer);
		assert_string_equal(asst_error_issue_code(host->err, 0),
				    i == 4 ? "unknown_field" : "read_only");
	}
	/* Of what is not there nothing has a present value. */
	EXPECT(host, ASST_EVALIDATION,
	       people_put_user(host, "{'id':'new','createdAt':'2030-03-17T17:46:40.000Z'}"));
	EXPECT(host, ASST_EVALIDATION, people_put_team(host, "{'id':'new','members':[]}"));
}

/* A host that hands over all its people each night changes nothing by it. */
static void what_says_the_same_is_not_written(void **state)
{
	struct host *host = *state;
	const char *ada = "{'id':'ada','name':'Ada','permissions':['assistants:create','keys:create'],"
			  "'aiSeat':true,'superuser':false,'teams':[{'role':'admin','id':'eng'}]}";
	struct kept before = keep(user(host, "ada"));

	host_pass(host, 1000);
	host_count_anew(host);
	MUST(host, people_put_user(host, ada));
	MUST(host, people_put_team(host, "{'name':'Engineering','id':'eng'}"));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	assert_string_equal(user(host, "ada"), before.text);
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
}

/* The text of a put may say what cannot be shown of one who is gone. */
static void of_who_is_deleted_no_right_is_kept(void **state)
{
	static const char *const gone[] = { "/email", "/aiSeat", "/superuser", "/permissions", "/teams",
					    "/disabled" };
	struct host *host = *state;
	const char *json;
	asst_buf *out;
	size_t i;

	MUST(host, people_put_user(host, "{'id':'zed','name':'Zed','email':'z@x.test','aiSeat':true,"
					 "'superuser':true,'permissions':['keys:create'],"
					 "'teams':[{'id':'eng'}]}"));
	MUST(host, delete_user(host, "zed"));
	json = user(host, "zed");
	for (i = 0; i < T_COUNT(gone); i++)
		assert_false(json_has(json, gone[i]));
	assert_string_equal(json_at(json, "/name"), "Zed");
	assert_true(json_has(json, "/createdAt") && json_has(json, "/updatedAt") &&
		    json_has(json, "/deletedAt"));
	MUST(host, list_users(&out, host, NULL));
	assert_null(strstr(json_take(out), "z@x.test"));
	EXPECT(host, ASST_EEXISTS, put_back(host, 0, json, NULL, NULL));
	MUST(host, forget(host, "zed"));
}

static void who_is_deleted_leaves_the_name(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}"), *json;

	MUST(host, host_share(host, "dir:ada", id, "user:bob", 1));
	host_pass(host, 1000);
	MUST(host, delete_user(host, "ada"));
	json = user(host, "ada");
	assert_string_equal(json_at(json, "/name"), "Ada");
	assert_string_equal(json_at(json, "/deletedAt"), "2030-03-17T17:46:41.000Z");
	assert_int_equal(json_count(team(host, "eng"), "/members"), 1);
	EXPECT(host, ASST_EEXISTS, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "ada"));
	MUST(host, host_look(host, "dir:bob", id)); /* what ada owned stays */
}

static void who_is_forgotten_leaves_nothing(void **state)
{
	struct host *host = *state;

	MUST(host, delete_user(host, "ada"));
	MUST(host, forget(host, "ada"));
	EXPECT(host, ASST_ENOTFOUND, look(host, "ada"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "ada"));
	MUST(host, forget(host, "tom")); /* without being deleted first */
	EXPECT(host, ASST_ENOTFOUND, look(host, "tom"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "tom"));
	assert_int_equal(json_count(team(host, "eng"), "/members"), 0);
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true}"));
	assert_false(json_has(user(host, "ada"), "/deletedAt"));
	people_open(host, "ada");
}

static void what_is_not_there_is_not_found(void **state)
{
	struct host *host = *state;
	asst_session *system = as(host, "system");

	EXPECT(host, ASST_ENOTFOUND, look(host, "no"));
	EXPECT(host, ASST_ENOTFOUND, people_disable(host, "no", 1));
	EXPECT(host, ASST_ENOTFOUND, delete_user(host, "no"));
	EXPECT(host, ASST_ENOTFOUND, forget(host, "no"));
	EXPECT(host, ASST_ENOTFOUND, asst_team_get(NULL, system, "no", host->err));
	EXPECT(host, ASST_ENOTFOUND, asst_team_delete(system, "no", 0, host->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_user_is_read_back),
		PEOPLE_TEST(a_put_takes_the_place_of_the_old_document),
		PEOPLE_TEST(each_fault_of_a_user_has_its_place),
		PEOPLE_TEST(texts_have_their_limits),
		PEOPLE_TEST(all_faults_come_at_once),
		PEOPLE_TEST(faults_of_a_team_have_their_places),
		PEOPLE_TEST(a_user_has_at_most_200_teams),
		PEOPLE_TEST(a_team_tells_its_members),
		PEOPLE_TEST(a_team_with_members_cannot_be_deleted),
		PEOPLE_TEST(users_are_listed_by_id_in_pages),
		PEOPLE_TEST(wrong_options_of_a_list_are_faults),
		PEOPLE_TEST(disabling_is_shown_and_can_be_taken_back),
		PEOPLE_TEST(what_is_read_can_be_put_back),
		PEOPLE_TEST(what_is_read_only_keeps_its_value),
		PEOPLE_TEST(what_says_the_same_is_not_written),
		PEOPLE_TEST(of_who_is_deleted_no_right_is_kept),
		PEOPLE_TEST(who_is_deleted_leaves_the_name),
		PEOPLE_TEST(who_is_forgotten_leaves_nothing),
		PEOPLE_TEST(what_is_not_there_is_not_found),
	};

	return cmocka_run_group_tests_name("api/directory", tests, NULL, NULL) ? 1 : 0;
}
