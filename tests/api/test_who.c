/* SPDX-License-Identifier: MIT */
/* Many decisions at once, and who may. */
#include "who.h"

static const char *const ada = "dir:ada";

/* check_many */

static void many_are_decided_as_one_by_one(void **state)
{
	static const char *const sessions[] = { "dir:ada", "dir:eve", "dir:bob", "dir:tom", "dir:root",
						"system",  "eve",     "bob noseat", "x eng:publisher" };
	struct host *host = *state;
	const char *ids[9];
	int allowed[T_COUNT(ids)], one;
	asst_draft *draft;
	size_t i, k, r;

	ids[0] = host_create(host, ada, "{\"name\":\"own\"}");
	ids[1] = host_create(host, ada, "{\"name\":\"t\",\"ownerId\":\"team:eng\"}");
	ids[2] = host_create(host, ada, "{\"name\":\"open\",\"disabled\":true}");
	MUST(host, host_share(host, ada, ids[2], "workspace", 2));
	ids[3] = host_create(host, ada, "{\"name\":\"bob's\"}");
	MUST(host, host_share(host, ada, ids[3], "user:bob", 3));
	ids[4] = host_create_with(host, ada, "{\"name\":\"draft\"}", ASST_CREATE_DRAFT);
	MUST(host, host_share(host, ada, ids[4], "workspace", 1));
	ids[5] = host_create(host, ada, "{\"name\":\"gone\"}");
	MUST(host, host_delete(host, ada, ids[5]));
	ids[6] = PEOPLE_ID;
	ids[7] = ids[0];
	MUST(host, asst_draft_edit(&draft, as(host, ada), ids[3], 0, host->err));
	ids[8] = host_keep(host, asst_draft_id(draft));
	asst_draft_free(draft);
	for (i = 0; i < T_COUNT(sessions); i++) {
		for (r = 0; r < asst_right_count(); r++) {
			if (strncmp(asst_right_name(r), "assistant:", 10) != 0)
				continue;
			memset(allowed, -1, sizeof(allowed));
			MUST(host, asst_access_check_many(allowed, as(host, sessions[i]),
							  asst_right_name(r), ids, T_COUNT(ids),
							  host->err));
			for (k = 0; k < T_COUNT(ids); k++) {
				/* a draft's own id is for one alone */
				one = k != 8 && host_allowed(host, sessions[i],
							     asst_right_name(r), ids[k]);
				if (allowed[k] != one)
					fail_msg("%s, %s, %zu: %d, alone %d", sessions[i],
						 asst_right_name(r), k, allowed[k], one);
			}
		}
	}
}

static void many_are_read_at_one_moment(void **state)
{
	struct host *host = *state;
	const char *ids[50];
	int allowed[50];
	size_t i;

	for (i = 0; i < T_COUNT(ids); i++)
		ids[i] = host_create(host, ada, "{\"name\":\"a\"}");
	host_count_anew(host);
	MUST(host, asst_access_check_many(allowed, as(host, "ada"), "assistant:read", ids,
					  T_COUNT(ids), host->err));
	assert_int_equal(host_calls(host, HOST_GET), 1);
	assert_int_equal(host_calls(host, HOST_SCAN) + host_calls(host, HOST_APPLY), 0);
	for (i = 0; i < T_COUNT(ids); i++)
		assert_int_equal(allowed[i], 1);
}

static void one_to_a_thousand_can_be_asked_about(void **state)
{
	struct host *host = *state;
	static const char *ids[1001];
	static int allowed[1001];
	asst_session *session = as(host, ada);
	size_t i;

	for (i = 0; i < T_COUNT(ids); i++)
		ids[i] = PEOPLE_ID;
	MUST(host, asst_access_check_many(allowed, session, "assistant:read", ids, 1000, host->err));
	EXPECT(host, ASST_ELIMIT,
	       asst_access_check_many(allowed, session, "assistant:read", ids, 1001, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, "assistant:read", ids, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, "assistant:read", NULL, 1, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, "assistant:fly", ids, 1, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, "assistants:create", ids, 1, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, NULL, ids, 1, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, NULL, "assistant:read", ids, 1, host->err));
	ids[1] = NULL;
	EXPECT(host, ASST_EINVAL,
	       asst_access_check_many(allowed, session, "assistant:read", ids, 2, host->err));
}

/* who */

static void owners_and_grants_are_told_with_their_rules(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;

	MUST(host, host_share(host, ada, id, "user:bob", 2));
	MUST(host, host_share(host, ada, id, "team:eng", 1));
	MUST(host, host_share(host, ada, id, "workspace", 1));
	json = who(host, ada, "assistant:read", id);
	assert_int_equal(json_count(json, "/principals"), 4);
	assert_string_equal(json_at(json, "/principals/0/principalId"), "team:eng"); /* in order */
	assert_string_equal(json_at(json, "/principals/3/principalId"), "workspace");
	has(json, "user:ada", "3", "owner");
	has(json, "user:bob", "2", "grantUser");
	has(json, "team:eng", "1", "grantTeam");
	has(json, "workspace", "1", "grantWorkspace");
	assert_string_equal(json_at(json, "/superusers"), "true");
	assert_int_equal(json_count(json, "/unknownTeams"), 0);
	has_member(json, "user:ada", "1", "team:eng");
	has_member(json, "user:tom", "1", "team:eng");
	assert_int_equal(json_count(json, "/members"), 2);
	/* Only who has the right that was asked about. */
	json = who(host, ada, "assistant:write", id);
	assert_int_equal(json_count(json, "/principals"), 2);
	assert_int_equal(json_count(json, "/members"), 0);
	json = who(host, ada, "assistant:share", id);
	assert_int_equal(json_count(json, "/principals"), 1);
	has(json, "user:ada", "3", "owner");
}

static void what_expired_is_not_told(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");

	MUST(host, asst_share_put_json(as(host, ada), id,
				       t_json("{'principalId':'user:bob','accessLevel':2,"
					      "'expiresAt':'2030-03-17T17:46:50Z'}"),
				       ASST_NUL, 0, host->err));
	has(who(host, ada, "assistant:read", id), "user:bob", "2", "grantUser");
	host_pass(host, 10000);
	assert_int_equal(place_of(who(host, ada, "assistant:read", id), "/principals", "user:bob"), -1);
}

static void members_of_the_owning_team_are_told_by_their_roles(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\",\"ownerId\":\"team:eng\"}"), *json;

	json = who(host, ada, "assistant:read", id);
	assert_true(place_of(json, "/principals", "team:eng") >= 0);
	has_member(json, "user:ada", "3", "team:eng");
	has_member(json, "user:tom", "1", "team:eng");
	json = who(host, ada, "assistant:write", id);
	assert_int_equal(place_of(json, "/members", "user:tom"), -1);
	has_member(json, "user:ada", "3", "team:eng");
	MUST(host, people_put_user(host, "{'id':'tom','aiSeat':true,"
					 "'teams':[{'id':'eng','role':'designer'}]}"));
	has_member(who(host, ada, "assistant:write", id), "user:tom", "2", "team:eng");
}

/* No grant carries what only the owner has. */
static void the_owners_rights_are_the_owners(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;

	MUST(host, host_share(host, ada, id, "user:bob", 3));
	MUST(host, host_share(host, ada, id, "team:eng", 3));
	json = who(host, "dir:bob", "assistant:purge", id);
	assert_int_equal(json_count(json, "/principals"), 1);
	has(json, "user:ada", "3", "owner");
	assert_int_equal(json_count(json, "/members"), 0);
	id = host_create(host, ada, "{\"name\":\"b\",\"ownerId\":\"team:eng\"}");
	MUST(host, people_put_user(host, "{'id':'tom','aiSeat':true,"
					 "'teams':[{'id':'eng','role':'publisher'}]}"));
	json = who(host, ada, "assistant:changeOwner", id);
	has_member(json, "user:ada", "3", "team:eng");
	assert_int_equal(place_of(json, "/members", "user:tom"), -1);
}

static void teams_that_the_directory_does_not_know_are_named(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;

	MUST(host, host_share(host, ada, id, "team:elsewhere", 1));
	MUST(host, host_share(host, ada, id, "team:eng", 1));
	json = who(host, ada, "assistant:read", id);
	has(json, "team:elsewhere", "1", "grantTeam");
	assert_int_equal(json_count(json, "/unknownTeams"), 1);
	assert_non_null(strstr(json_at(json, "/unknownTeams/0"), "elsewhere"));
	assert_int_equal(json_count(json, "/members"), 2);
}

static void without_a_directory_all_teams_are_unknown(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"a\"}"), *json;

	MUST(host, host_share(host, "ada create", id, "team:eng", 1));
	json = who(host, "ada create", "assistant:read", id);
	has(json, "user:ada", "3", "owner");
	has(json, "team:eng", "1", "grantTeam");
	assert_int_equal(json_count(json, "/unknownTeams"), 1);
}

static void it_needs_level_3(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "one", ASST_EDENIED },	 { "two", ASST_EDENIED }, { "three", ASST_OK },
		     { "dir:eve", ASST_ENOTFOUND }, { "dir:root", ASST_OK }, { "system", ASST_OK },
		     { "three noseat", ASST_EDENIED } };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	asst_buf *out;
	size_t i;

	MUST(host, host_share(host, ada, id, "user:one", 1));
	MUST(host, host_share(host, ada, id, "user:two", 2));
	MUST(host, host_share(host, ada, id, "user:three", 3));
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status,
		       asst_access_who(&out, as(host, rows[i].spec), "assistant:read", id, host->err));
		assert_true((out != NULL) == (rows[i].status == ASST_OK));
		asst_buf_free(out);
		if (rows[i].status == ASST_EDENIED && !strstr(rows[i].spec, "noseat"))
			assert_non_null(strstr(asst_error_message(host->err), "assistant:who"));
	}
	EXPECT(host, ASST_ENOTFOUND,
	       asst_access_who(&out, as(host, ada), "assistant:read", PEOPLE_ID, host->err));
	EXPECT(host, ASST_EINVAL, asst_access_who(&out, as(host, ada), "assistant:fly", id, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_who(&out, as(host, ada), "assistants:create", id, host->err));
	EXPECT(host, ASST_EINVAL, asst_access_who(&out, as(host, ada), NULL, id, host->err));
	EXPECT(host, ASST_EINVAL, asst_access_who(&out, as(host, ada), "assistant:read", NULL, host->err));
}

/* What is not seen answers as what is not there. */
static void a_hidden_one_is_as_an_absent_one(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	char trace[2][1024] = { "", "" }, words[1024];
	const char *const asked[2] = { PEOPLE_ID, id };
	asst_buf *out;
	size_t i;

	for (i = 0; i < 2; i++) {
		host->backend.trace = trace[i];
		host->backend.trace_size = sizeof(trace[i]);
		EXPECT(host, ASST_ENOTFOUND,
		       asst_access_who(&out, as(host, "eve"), "assistant:read", asked[i], host->err));
		host->backend.trace = NULL;
		if (!i)
			snprintf(words, sizeof(words), "%s", people_error(host));
	}
	assert_string_equal(people_error(host), words);
	assert_string_equal(trace[0], trace[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(many_are_decided_as_one_by_one),
		PEOPLE_TEST(many_are_read_at_one_moment),
		PEOPLE_TEST(one_to_a_thousand_can_be_asked_about),
		PEOPLE_TEST(owners_and_grants_are_told_with_their_rules),
		PEOPLE_TEST(what_expired_is_not_told),
		PEOPLE_TEST(members_of_the_owning_team_are_told_by_their_roles),
		PEOPLE_TEST(the_owners_rights_are_the_owners),
		PEOPLE_TEST(teams_that_the_directory_does_not_know_are_named),
		HOST_TEST(without_a_directory_all_teams_are_unknown),
		PEOPLE_TEST(it_needs_level_3),
		PEOPLE_TEST(a_hidden_one_is_as_an_absent_one),
	};

	return cmocka_run_group_tests_name("api/who", tests, NULL, NULL) ? 1 : 0;
}
