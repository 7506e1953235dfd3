/* SPDX-License-Identifier: MIT */
/* The calls of the directory: who may make them, where there is none, and what they leave behind. */
#include "people.h"

#include "feed.h"

typedef int (*operation)(struct host *host, asst_session *session);

static int freed(int status, asst_buf *out)
{
	assert_true((out != NULL) == (status == ASST_OK));
	asst_buf_free(out);
	return status;
}

static int user_put(struct host *host, asst_session *session)
{
	return asst_user_put(session, "{\"id\":\"new\"}", ASST_NUL, 0, host->err);
}

static int user_get(struct host *host, asst_session *session)
{
	asst_buf *out;
	int status = asst_user_get(&out, session, "bob", host->err);

	return freed(status, out);
}

static int user_list(struct host *host, asst_session *session)
{
	asst_buf *out;
	int status = asst_user_list(&out, session, NULL, 0, host->err);

	return freed(status, out);
}

static int user_disable(struct host *host, asst_session *session)
{
	return asst_user_disable(session, "bob", 1, 0, host->err);
}

static int user_delete(struct host *host, asst_session *session)
{
	return asst_user_delete(session, "bob", 0, host->err);
}

static int user_forget(struct host *host, asst_session *session)
{
	return asst_user_forget(session, "bob", 0, host->err);
}

static int team_put(struct host *host, asst_session *session)
{
	return asst_team_put(session, "{\"id\":\"new\"}", ASST_NUL, 0, host->err);
}

static int team_get(struct host *host, asst_session *session)
{
	asst_buf *out;
	int status = asst_team_get(&out, session, "sales", host->err);

	return freed(status, out);
}

static int team_list(struct host *host, asst_session *session)
{
	asst_buf *out;
	int status = asst_team_list(&out, session, NULL, 0, host->err);

	return freed(status, out);
}

static int team_delete(struct host *host, asst_session *session)
{
	return asst_team_delete(session, "sales", 0, host->err);
}

/* The last ones first take something away. */
static const operation operations[] = { user_get, user_list, user_put,	  team_get,    team_list,
					team_put, user_disable, user_delete, user_forget, team_delete };

static void only_the_system_may(void **state)
{
	static const char *const sessions[] = { "dir:root", "dir:ada", "dir:bob", "root super",
						"root super noseat" };
	struct host *host = *state;
	size_t i, k;

	host_count_anew(host);
	for (i = 0; i < T_COUNT(sessions); i++)
		for (k = 0; k < T_COUNT(operations); k++)
			EXPECT(host, ASST_EDENIED, operations[k](host, as(host, sessions[i])));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	for (k = 0; k < T_COUNT(operations); k++)
		MUST(host, operations[k](host, as(host, "system")));
}

static void without_a_directory_they_are_unsupported(void **state)
{
	struct host *host = *state;
	size_t k;

	for (k = 0; k < T_COUNT(operations); k++)
		EXPECT(host, ASST_EUNSUPPORTED, operations[k](host, as(host, "system")));
}

static int find_nobody(void *user, const char *workspace, const char *id, asst_buf **document,
		       asst_error *err)
{
	(void)user;
	(void)workspace;
	(void)id;
	(void)document;
	return asst_error_set(err, ASST_ENOTFOUND, 0, "nobody");
}

static void the_hosts_own_source_is_no_directory(void **state)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;
	size_t k;

	(void)state;
	assert_int_equal(asst_store_opts_set_principals(opts, find_nobody, NULL, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	for (k = 0; k < T_COUNT(operations); k++)
		EXPECT(host, ASST_EUNSUPPORTED, operations[k](host, as(host, "system")));
	host_free(host);
}

static void wrong_calls_are_einval(void **state)
{
	struct host *host = *state;
	asst_session *system = as(host, "system");
	const char *json = "{\"id\":\"u\"}";
	asst_buf *out;

	EXPECT(host, ASST_EINVAL, asst_user_put(NULL, json, ASST_NUL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_put(system, NULL, 0, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_put(system, json, ASST_NUL, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_get(&out, system, NULL, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_list(&out, NULL, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_disable(system, NULL, 1, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_disable(system, "bob", 2, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_disable(system, "bob", -1, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_disable(system, "bob", 1, 4, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_delete(system, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_delete(system, "bob", 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_forget(system, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_user_forget(system, "bob", 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_team_put(system, NULL, 0, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_team_put(system, json, ASST_NUL, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_team_get(&out, system, NULL, host->err));
	EXPECT(host, ASST_EINVAL, asst_team_delete(system, NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_team_delete(system, "sales", 1, host->err));
	MUST(host, asst_user_get(NULL, system, "bob", host->err));
	MUST(host, user_disable(host, system));
}

static void a_workspace_has_its_own(void **state)
{
	struct host *host = *state;
	asst_session *other = as(host, "system @other");
	asst_session *session;

	EXPECT(host, ASST_ENOTFOUND, user_get(host, other));
	EXPECT(host, ASST_ENOTFOUND, team_get(host, other));
	EXPECT(host, ASST_EVALIDATION,
	       asst_user_put(other, t_json("{'id':'bob','teams':[{'id':'eng'}]}"), ASST_NUL, 0,
			     host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED,
	       asst_session_open_user(&session, host->store, "other", "bob", 0, host->err));
	MUST(host, asst_user_put(other, "{\"id\":\"bob\"}", ASST_NUL, 0, host->err));
	MUST(host, asst_user_delete(other, "bob", 0, host->err));
	people_open(host, "bob");
}

/* Each change is one event, which the system is shown, and nobody without that right. */
static void each_change_is_one_event(void **state)
{
	struct host *host = *state;
	struct feed_place place = feed_end(host);

	MUST(host, people_put_team(host, "{'id':'t'}"));
	MUST(host, people_put_user(host, "{'id':'u','name':'Ursula','teams':[{'id':'t'}]}"));
	MUST(host, people_disable(host, "u", 1));
	MUST(host, people_disable(host, "u", 1)); /* no change */
	MUST(host, people_disable(host, "u", 0));
	MUST(host, asst_user_delete(as(host, "system"), "u", 0, host->err));
	MUST(host, asst_team_delete(as(host, "system"), "t", 0, host->err));
	MUST(host, asst_user_forget(as(host, "system"), "u", 0, host->err));
	assert_string_equal(feed_since(host, "system", &place),
			    "team.put user.put user.disable user.enable user.delete team.delete "
			    "user.forget");
	assert_string_equal(feed_since(host, "dir:bob", &place), "");
	assert_string_equal(feed_since(host, "dir:ada", &place), "");
	/* A name is not in them: who is forgotten is. */
	assert_null(strstr(feed_read(host, "system", place.options), "Ursula"));
}

static void what_is_refused_leaves_no_event(void **state)
{
	struct host *host = *state;
	struct feed_place place = feed_end(host);

	EXPECT(host, ASST_EVALIDATION, people_put_user(host, "{'id':'u','x':1}"));
	EXPECT(host, ASST_ECONFLICT, asst_team_delete(as(host, "system"), "eng", 0, host->err));
	EXPECT(host, ASST_ENOTFOUND, people_disable(host, "no", 1));
	assert_string_equal(feed_since(host, "system", &place), "");
}

/* One read and one apply, whatever the number of users. */
static void a_disable_is_one_read_and_one_write(void **state)
{
	struct host *host = *state;

	host_count_anew(host);
	MUST(host, people_disable(host, "bob", 1));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
	assert_true(host_calls(host, HOST_GET) + host_calls(host, HOST_SCAN) <= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(only_the_system_may),
		HOST_TEST(without_a_directory_they_are_unsupported),
		cmocka_unit_test(the_hosts_own_source_is_no_directory),
		PEOPLE_TEST(wrong_calls_are_einval),
		PEOPLE_TEST(a_workspace_has_its_own),
		PEOPLE_TEST(each_change_is_one_event),
		PEOPLE_TEST(what_is_refused_leaves_no_event),
		PEOPLE_TEST(a_disable_is_one_read_and_one_write),
	};

	return cmocka_run_group_tests_name("api/directory_calls", tests, NULL, NULL) ? 1 : 0;
}
