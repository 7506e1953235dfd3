/* SPDX-License-Identifier: MIT */
/*
 * Sessions of users whom the principal source knows: what they may do is read at each use,
 * from the directory or from the host's callback.
 */
#include "people.h"

/* The host's own source: what it answers, and how often it was asked. */
struct source {
	char document[600];
	int status;
	int calls;
	bool nothing; /* ASST_OK without a document */
};

static int find(void *user, const char *workspace, const char *id, asst_buf **document,
		asst_error *err)
{
	struct source *source = user;

	source->calls++;
	if (strcmp(workspace, "acme") != 0 || strcmp(id, "ada") != 0)
		return ASST_ENOTFOUND;
	if (source->status)
		return source->status;
	if (source->nothing)
		return ASST_OK;
	return asst_buf_new(document, source->document, strlen(source->document), err);
}

static void says(struct source *source, const char *json)
{
	snprintf(source->document, sizeof(source->document), "%s", t_json(json));
}

static struct host *host_with(struct source *source)
{
	asst_store_opts *opts = asst_store_opts_new();
	struct host *host;

	assert_int_equal(asst_store_opts_set_principals(opts, find, source, NULL), ASST_OK);
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	says(source, "{'aiSeat':true,'permissions':['assistants:create']}");
	return host;
}

static int try_create(struct host *host, const char *spec)
{
	return asst_assistant_create_json(NULL, as(host, spec), "{\"name\":\"n\"}", ASST_NUL, 0,
					  host->err);
}

/* Every kind of call answers with this status, and none of them changes anything. */
static void all_answer(struct host *host, const char *spec, const char *id, int status)
{
	asst_session *session = as(host, spec);
	asst_draft *draft;
	asst_list *list;
	asst_buf *out;

	host_count_anew(host);
	EXPECT(host, status, host_look(host, spec, id));
	EXPECT(host, status, host_look(host, spec, PEOPLE_ID));
	EXPECT(host, status, host_look(host, spec, "user:ada:absent"));
	EXPECT(host, status, host_patch(host, spec, id, "{\"name\":\"x\"}"));
	EXPECT(host, status, host_share(host, spec, id, "user:x", 1));
	EXPECT(host, status, asst_share_list(&out, session, id, host->err));
	EXPECT(host, status, asst_assistant_list(&list, session, NULL, 0, host->err));
	EXPECT(host, status, asst_draft_edit(&draft, session, id, 0, host->err));
	EXPECT(host, status, asst_feed_read(&out, session, NULL, 0, host->err));
	EXPECT(host, status, asst_trash_list(&list, session, NULL, 0, host->err));
	EXPECT(host, status, host_delete(host, spec, id));
	EXPECT(host, status, try_create(host, spec));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
}

static void it_acts_as_the_user(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	asst_assistant *made = host_get(host, "dir:ada", id);

	assert_string_equal(asst_session_principal(as(host, "dir:ada")), "user:ada");
	assert_string_equal(asst_session_workspace(as(host, "dir:ada")), "acme");
	assert_string_equal(asst_assistant_owner(made), "user:ada");
	assert_string_equal(asst_assistant_created_by(made), "user:ada");
	asst_assistant_free(made);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "dir:bob", id));
	EXPECT(host, ASST_EDENIED, try_create(host, "dir:bob"));
	MUST(host, host_look(host, "dir:root", id));
}

/* Unknown, disabled, deleted and forgotten ones are refused in the same words. */
static void who_has_no_access_cannot_open_one(void **state)
{
	static const char *const users[] = { "nobody", "bob", "tom", "eve" };
	struct host *host = *state;
	char first[1024] = "";
	asst_session *session;
	size_t i;

	MUST(host, people_disable(host, "bob", 1));
	MUST(host, asst_user_delete(as(host, "system"), "tom", 0, host->err));
	MUST(host, asst_user_forget(as(host, "system"), "eve", 0, host->err));
	for (i = 0; i < T_COUNT(users); i++) {
		EXPECT(host, ASST_EUNAUTHENTICATED, people_try_open(&session, host, users[i]));
		assert_null(session);
		if (!i)
			snprintf(first, sizeof(first), "%s", people_error(host));
		assert_string_equal(people_error(host), first);
		assert_null(strstr(first, users[i]));
	}
	EXPECT(host, ASST_EUNAUTHENTICATED,
	       asst_session_open_user(&session, host->store, "other", "ada", 0, host->err));
	assert_string_equal(people_error(host), first);
}

static void without_a_source_it_is_unsupported(void **state)
{
	struct host *host = *state;
	asst_session *session;

	EXPECT(host, ASST_EUNSUPPORTED, people_try_open(&session, host, "ada"));
	assert_null(session);
}

static void wrong_calls_are_einval(void **state)
{
	struct host *host = *state;
	asst_store *store = host->store;
	asst_session *session;

	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, NULL, "acme", "ada", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, NULL, "ada", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, "acme", NULL, 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, "", "ada", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, "a b", "ada", 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_session_open_user(&session, store, "acme", "user:ada", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, "acme", "", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_session_open_user(&session, store, "acme", "ada", 2, host->err));
	assert_null(session);
}

static void disabling_ends_an_open_session_at_its_next_call(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");

	MUST(host, people_disable(host, "ada", 1));
	all_answer(host, "dir:ada", id, ASST_EUNAUTHENTICATED);
	MUST(host, people_disable(host, "ada", 0));
	MUST(host, host_patch(host, "dir:ada", id, "{\"name\":\"b\"}"));
}

static void deleting_and_forgetting_do_too(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");

	MUST(host, host_share(host, "dir:ada", id, "user:eve", 3));
	MUST(host, asst_user_delete(as(host, "system"), "ada", 0, host->err));
	all_answer(host, "dir:ada", id, ASST_EUNAUTHENTICATED);
	MUST(host, host_look(host, "dir:eve", id));
	MUST(host, asst_user_forget(as(host, "system"), "eve", 0, host->err));
	all_answer(host, "dir:eve", id, ASST_EUNAUTHENTICATED);
}

static void a_lost_seat_counts_at_the_next_call(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:eve", "{\"name\":\"a\"}");

	MUST(host, people_put_user(host, "{'id':'eve','permissions':['assistants:create']}"));
	all_answer(host, "dir:eve", id, ASST_EDENIED);
	MUST(host, people_put_user(host, "{'id':'eve','permissions':['ai.verify']}"));
	MUST(host, host_look(host, "dir:eve", id));
	EXPECT(host, ASST_EDENIED, try_create(host, "dir:eve"));
}

static void a_role_counts_from_the_next_call_on(void **state)
{
	static const struct {
		const char *role;
		int look, patch, share;
	} rows[] = {
		{ "member", ASST_OK, ASST_EDENIED, ASST_EDENIED },
		{ "memberPlus", ASST_OK, ASST_OK, ASST_EDENIED },
		{ "publisher", ASST_OK, ASST_OK, ASST_OK },
		{ "designer", ASST_OK, ASST_OK, ASST_EDENIED },
		{ NULL, ASST_ENOTFOUND, ASST_ENOTFOUND, ASST_ENOTFOUND },
		{ "admin", ASST_OK, ASST_OK, ASST_OK },
	};
	struct host *host = *state;
	const char *id = host_create(host, "system", "{\"name\":\"a\",\"ownerId\":\"team:eng\"}");
	char json[200];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{'id':'tom','aiSeat':true,'teams':[{'id':'%s','role':'%s'}]}",
			 rows[i].role ? "eng" : "sales", rows[i].role ? rows[i].role : "admin");
		MUST(host, people_put_user(host, json));
		EXPECT(host, rows[i].look, host_look(host, "dir:tom", id));
		snprintf(json, sizeof(json), "{\"name\":\"n%zu\"}", i);
		EXPECT(host, rows[i].patch, host_patch(host, "dir:tom", id, json));
		EXPECT(host, rows[i].share, host_share(host, "dir:tom", id, "user:bob", 1));
	}
}

static void superusers_can_become_others(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");

	MUST(host, host_look(host, "dir:root", id));
	MUST(host, people_put_user(host, "{'id':'root','aiSeat':true}"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "dir:root", id));
}

static void a_draft_is_committed_with_the_rights_of_that_moment(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	asst_draft *draft;

	MUST(host, asst_draft_edit(&draft, as(host, "dir:ada"), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, "{\"name\":\"b\"}", ASST_NUL, 0, host->err));
	MUST(host, people_disable(host, "ada", 1));
	EXPECT(host, ASST_EUNAUTHENTICATED, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED,
	       asst_draft_patch(draft, "{\"name\":\"c\"}", ASST_NUL, 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED, asst_draft_reload(draft, host->err));
	assert_int_equal(host_version(host, "system", id), 1);
	MUST(host, people_disable(host, "ada", 0));
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
}

static void the_hosts_source_is_asked_at_each_use(void **state)
{
	struct source source = { .calls = 0 };
	struct host *host = host_with(&source);
	const char *id;
	int calls;

	(void)state;
	people_open(host, "ada");
	id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	calls = source.calls;
	assert_true(calls >= 1);
	MUST(host, host_look(host, "dir:ada", id));
	assert_int_equal(source.calls, calls + 1);
	says(&source, "{'aiSeat':false}");
	all_answer(host, "dir:ada", id, ASST_EDENIED);
	says(&source, "{'aiSeat':true}");
	MUST(host, host_look(host, "dir:ada", id));
	EXPECT(host, ASST_EDENIED, try_create(host, "dir:ada"));
	source.status = ASST_ENOTFOUND;
	all_answer(host, "dir:ada", id, ASST_EUNAUTHENTICATED);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "ada"));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_find(host, "eve"));
	/* Sessions of the host's word are not asked about. */
	calls = source.calls;
	MUST(host, host_look(host, "system", id));
	MUST(host, host_look(host, "ada", id));
	assert_int_equal(source.calls, calls);
	host_free(host);
}

/* A source that fails lets nothing through, and its own failure is told. */
static void a_source_that_fails_lets_nothing_through(void **state)
{
	static const struct {
		int answer, status;
	} rows[] = { { ASST_EIO, ASST_EIO },
		     { ASST_ENOMEM, ASST_ENOMEM },
		     { ASST_EREVISION, ASST_EBACKEND },
		     { ASST_EDENIED, ASST_EBACKEND },
		     { 1, ASST_EBACKEND },
		     { -5, ASST_EBACKEND } };
	struct source source = { .calls = 0 };
	struct host *host = host_with(&source);
	asst_session *session;
	const char *id;
	size_t i;

	(void)state;
	people_open(host, "ada");
	id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	for (i = 0; i < T_COUNT(rows); i++) {
		source.status = rows[i].answer;
		EXPECT(host, rows[i].status, people_try_open(&session, host, "ada"));
		assert_null(session);
		all_answer(host, "dir:ada", id, rows[i].status);
	}
	source.status = 0;
	MUST(host, host_look(host, "dir:ada", id));
	source.nothing = true;
	host_count_anew(host);
	assert_int_not_equal(people_try_open(&session, host, "ada"), ASST_OK);
	assert_null(session);
	assert_int_not_equal(host_patch(host, "dir:ada", id, "{\"name\":\"x\"}"), ASST_OK);
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
	host_free(host);
}

static void a_document_with_faults_lets_nothing_through(void **state)
{
	static const struct {
		const char *json, *pointer;
	} rows[] = { { "{'aiSeat':'yes'}", "/aiSeat" },
		     { "{'aiSeat':true,'permissions':[1]}", "/permissions/0" },
		     { "{'aiSeat':true,'teams':[{'id':'eng','role':'boss'}]}", "/teams/0/role" },
		     { "{'aiSeat':true,'user':'eve'}", "/user" },
		     { "{'aiSeat':true,'workspace':'other'}", "/workspace" },
		     { "{'aiSeat':true,'x':1}", "/x" },
		     { "{'aiSeat':true,'aiSeat':false}", "/aiSeat" },
		     { "[]", "" },
		     { "{'aiSeat':true", NULL },
		     { "", NULL } };
	struct source source = { .calls = 0 };
	struct host *host = host_with(&source);
	asst_session *session;
	const char *id;
	size_t i;

	(void)state;
	people_open(host, "ada");
	id = host_create(host, "dir:ada", "{\"name\":\"a\"}");
	for (i = 0; i < T_COUNT(rows); i++) {
		says(&source, rows[i].json);
		EXPECT(host, ASST_EVALIDATION, people_try_open(&session, host, "ada"));
		assert_null(session);
		assert_int_equal(asst_error_issue_count(host->err), 1);
		if (rows[i].pointer)
			assert_string_equal(asst_error_issue_pointer(host->err, 0), rows[i].pointer);
		host_count_anew(host);
		/* It is not a fault of what the caller hands in. */
		all_answer(host, "dir:ada", id, ASST_EBACKEND);
		EXPECT(host, ASST_EBACKEND, host_patch(host, "dir:ada", id, "{\"name\":\"x\"}"));
		assert_int_equal(asst_error_issue_count(host->err), 0);
		EXPECT(host, ASST_EBACKEND, try_create(host, "dir:ada"));
		assert_int_equal(host_calls(host, HOST_APPLY), 0);
	}
	host_free(host);
}

/* What a host says of a person must be one thing, and say it. */
static void what_is_said_of_a_person_has_one_meaning(void **state)
{
	static const struct {
		const char *members, *code, *pointer; /* NULL: it is taken */
	} rows[] = {
		{ "'aiSeat':false,'permissions':['ai.verify']", "contradiction", "/aiSeat" },
		{ "'permissions':['x','ai.verify'],'aiSeat':false", "contradiction", "/aiSeat" },
		{ "'permissions':['']", "blank", "/permissions/0" },
		{ "'permissions':['assistants:create','']", "blank", "/permissions/1" },
		{ "'aiSeat':true,'permissions':['ai.verify']", NULL, NULL },
		{ "'aiSeat':null,'permissions':['ai.verify']", NULL, NULL },
		{ "'permissions':['ai.verify']", NULL, NULL },
		{ "'aiSeat':false,'permissions':['ai.verify2']", NULL, NULL },
		{ "'aiSeat':false,'permissions':['of.the.host',' ','AI.VERIFY']", NULL, NULL },
	};
	struct host *host = *state;
	asst_session *session;
	char json[300];
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		int wanted = rows[i].code ? ASST_EVALIDATION : ASST_OK;

		snprintf(json, sizeof(json), "{'workspace':'acme','user':'zoe',%s}", rows[i].members);
		EXPECT(host, wanted, asst_session_open(&session, host->store, t_json(json), ASST_NUL,
						       host->err));
		asst_session_free(session);
		assert_int_equal(asst_error_issue_count(host->err), rows[i].code != NULL);
		if (rows[i].code)
			host_issue(host, 0, rows[i].code, rows[i].pointer);
		snprintf(json, sizeof(json), "{'id':'zoe',%s}", rows[i].members);
		EXPECT(host, wanted, people_put_user(host, json));
		if (rows[i].code)
			host_issue(host, 0, rows[i].code, rows[i].pointer);
	}
}

/* The directory shows defaults: they must not contradict what was put. */
static void a_user_with_a_seat_by_permission_is_shown_with_it(void **state)
{
	struct host *host = *state;
	asst_buf *out;

	MUST(host, people_put_user(host, "{'id':'zoe','permissions':['ai.verify']}"));
	MUST(host, asst_user_get(&out, as(host, "system"), "zoe", host->err));
	assert_string_equal(json_at(json_take(out), "/aiSeat"), "true");
}

/* The credential could never be used. */
static void who_the_hosts_source_does_not_know_makes_no_keys(void **state)
{
	static const char json[] = "{'workspace':'acme','user':'%s','aiSeat':true,"
				   "'permissions':['assistants:create','keys:create']}";
	struct source source = { .status = 0 };
	struct host *host = host_with(&source);
	struct people_text made;
	char text[256];
	asst_session *session;
	asst_buf *out;
	const char *id;
	size_t i;

	(void)state;
	for (i = 0; i < 2 && asst_feature_supported("sodium"); i++) {
		snprintf(text, sizeof(text), json, i ? "zoe" : "ada");
		MUST(host, asst_session_open(&session, host->store, t_json(text), ASST_NUL,
					     host->err));
		people_adopt(host, "maker", session);
		id = host_create(host, "maker", "{\"name\":\"n\"}");
		if (i == 0) {
			made = people_key(host, "maker", PEOPLE_API);
			MUST(host, people_look(host, made.text, NULL));
			continue;
		}
		EXPECT(host, ASST_EDENIED, people_try_key(&out, host, "maker", PEOPLE_API));
		EXPECT(host, ASST_EDENIED,
		       people_try_token(&out, host, "maker", id,
					"{'expiresAt':'" PEOPLE_SOON "'}"));
	}
	host_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(it_acts_as_the_user),
		PEOPLE_TEST(who_has_no_access_cannot_open_one),
		HOST_TEST(without_a_source_it_is_unsupported),
		PEOPLE_TEST(wrong_calls_are_einval),
		PEOPLE_TEST(disabling_ends_an_open_session_at_its_next_call),
		PEOPLE_TEST(deleting_and_forgetting_do_too),
		PEOPLE_TEST(a_lost_seat_counts_at_the_next_call),
		PEOPLE_TEST(a_role_counts_from_the_next_call_on),
		PEOPLE_TEST(superusers_can_become_others),
		PEOPLE_TEST(a_draft_is_committed_with_the_rights_of_that_moment),
		cmocka_unit_test(the_hosts_source_is_asked_at_each_use),
		cmocka_unit_test(a_source_that_fails_lets_nothing_through),
		cmocka_unit_test(a_document_with_faults_lets_nothing_through),
		cmocka_unit_test(who_the_hosts_source_does_not_know_makes_no_keys),
		PEOPLE_TEST(what_is_said_of_a_person_has_one_meaning),
		PEOPLE_TEST(a_user_with_a_seat_by_permission_is_shown_with_it),
	};

	return cmocka_run_group_tests_name("api/open_user", tests, NULL, NULL) ? 1 : 0;
}
