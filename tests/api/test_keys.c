/* SPDX-License-Identifier: MIT */
/* API keys: making, listing, expiry, revoking, rotating, last use. What they may do is in test_keys_rights.c. */
#include "people.h"

#define EXPIRES(at) "{'name':'k','scopes':['AGENT_API'],'expiresAt':'" at "'}"

static const char *keys(struct host *host, const char *spec)
{
	asst_buf *out;

	MUST(host, asst_key_list(&out, as(host, spec), NULL, 0, host->err));
	return json_take(out);
}

static int revoke(struct host *host, const char *spec, const char *id)
{
	return asst_key_revoke(as(host, spec), id, 0, host->err);
}

static int rotate(asst_buf **out, struct host *host, const char *spec, const char *id,
		  int64_t overlap)
{
	return asst_key_rotate(out, as(host, spec), id, overlap, 0, host->err);
}

static bool is_null(const char *json, const char *pointer)
{
	const char *value = json_at(json, pointer);

	return strcmp(value, JSON_ABSENT) == 0 || strcmp(value, "null") == 0;
}

static void a_key_is_told_once(void **state)
{
	struct host *host = *state;
	struct people_text key;
	asst_session *session;
	const char *json;
	asst_buf *out;
	char principal[80];

	host_pass(host, 1500);
	MUST(host, people_try_key(&out, host, "dir:ada",
				  "{'name':'Nightly','expiresAt':'2030-06-01T02:00:00+02:00',"
				  "'scopes':['AGENT_API','KNOWLEDGE_FOLDER_API','own.scope']}"));
	json = json_take(out);
	snprintf(key.id, sizeof(key.id), "%s", json_at(json, "/id"));
	snprintf(key.text, sizeof(key.text), "%s", json_at(json, "/credential"));
	assert_string_equal(json_at(json, "/name"), "Nightly");
	assert_int_equal(json_count(json, "/scopes"), 3);
	assert_string_equal(json_at(json, "/createdBy"), "user:ada");
	assert_string_equal(json_at(json, "/createdAt"), "2030-03-17T17:46:41.500Z");
	assert_string_equal(json_at(json, "/expiresAt"), "2030-06-01T00:00:00.000Z");
	assert_true(is_null(json, "/revokedAt") && is_null(json, "/rotatedAt") &&
		    is_null(json, "/lastUsedAt"));
	MUST(host, people_try_credential(&session, host, key.text, NULL));
	snprintf(principal, sizeof(principal), "key:%s", key.id);
	assert_string_equal(asst_session_principal(session), principal);
	assert_string_equal(asst_session_workspace(session), "acme");
	asst_session_free(session);
	json = keys(host, "dir:ada");
	assert_int_equal(json_count(json, "/keys"), 1);
	assert_string_equal(json_at(json, "/keys/0/id"), key.id);
	assert_string_equal(json_at(json, "/keys/0/name"), "Nightly");
	assert_string_equal(json_at(json, "/keys/0/scopes/2"), "own.scope");
	assert_string_equal(json_at(json, "/keys/0/expiresAt"), "2030-06-01T00:00:00.000Z");
	assert_null(strstr(json, key.text));
	assert_null(strstr(json, "credential"));
}

static void each_fault_has_its_place(void **state)
{
	static const struct {
		const char *json, *code, *pointer;
	} rows[] = {
		{ "{'expiresAt':'" PEOPLE_SOON "','scopes':['A']}", "required", "/name" },
		{ "{'name':'','expiresAt':'" PEOPLE_SOON "','scopes':['A']}", "blank", "/name" },
		{ "{'name':1,'expiresAt':'" PEOPLE_SOON "','scopes':['A']}", "type", "/name" },
		{ "{'name':'k','scopes':['A']}", "required", "/expiresAt" },
		{ "{'name':'k','expiresAt':1,'scopes':['A']}", "type", "/expiresAt" },
		{ "{'name':'k','expiresAt':'soon','scopes':['A']}", "time", "/expiresAt" },
		{ "{'name':'k','expiresAt':'2030-02-29T00:00:00Z','scopes':['A']}", "time",
		  "/expiresAt" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "'}", "required", "/scopes" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':[]}", NULL, "/scopes" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':'A'}", "type", "/scopes" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':[1]}", "type", "/scopes/0" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['A'],'x':1}",
		  "unknown_field", "/x" },
		{ "{'name':'k','expiresAt':'" PEOPLE_SOON "','scopes':['A'],'createdBy':'user:eve'}",
		  NULL, "/createdBy" },
	};
	struct host *host = *state;
	asst_buf *out;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, ASST_EVALIDATION,
		       people_try_key(&out, host, "dir:ada", rows[i].json));
		assert_null(out);
		assert_int_equal(asst_error_issue_count(host->err), 1);
		assert_string_equal(asst_error_issue_pointer(host->err, 0), rows[i].pointer);
		if (rows[i].code)
			assert_string_equal(asst_error_issue_code(host->err, 0), rows[i].code);
	}
	EXPECT(host, ASST_EVALIDATION, people_try_key(&out, host, "dir:ada", "{}"));
	assert_int_equal(asst_error_issue_count(host->err), 3);
	EXPECT(host, ASST_EVALIDATION, people_try_key(&out, host, "dir:ada", "{"));
	assert_int_equal(json_count(keys(host, "dir:ada"), "/keys"), 0);
}

/* 365 days, or what the option says; to the millisecond. */
static void it_expires_in_a_year_at_most(void **state)
{
	struct host *host = *state;
	asst_store_opts *opts = asst_store_opts_new();
	asst_buf *out;

	EXPECT(host, ASST_EVALIDATION,
	       people_try_key(&out, host, "dir:ada", EXPIRES("2030-03-17T17:46:40.000Z")));
	host_issue(host, 0, "time", "/expiresAt");
	people_key(host, "dir:ada", EXPIRES("2030-03-17T17:46:40.001Z"));
	people_key(host, "dir:ada", EXPIRES("2031-03-17T17:46:40.000Z"));
	EXPECT(host, ASST_EVALIDATION,
	       people_try_key(&out, host, "dir:ada", EXPIRES("2031-03-17T17:46:40.001Z")));
	assert_string_equal(asst_error_issue_pointer(host->err, 0), "/expiresAt");
	MUST(host, asst_store_opts_set_int(opts, "directory", 1, host->err));
	MUST(host, asst_store_opts_set_int(opts, "max_credential_days", 10, host->err));
	EXPECT(host, ASST_EINVAL, asst_store_opts_set_int(opts, "max_credential_days", 0, host->err));
	EXPECT(host, ASST_EINVAL, asst_store_opts_set_int(opts, "max_credential_days", -1, host->err));
	host = host_new(host_disk_new(), opts);
	asst_store_opts_free(opts);
	people_fill(host);
	people_key(host, "dir:ada", EXPIRES("2030-03-27T17:46:40Z"));
	EXPECT(host, ASST_EVALIDATION,
	       people_try_key(&out, host, "dir:ada", EXPIRES("2030-03-27T17:46:40.001Z")));
	host_free(host);
}

static void who_may_make_keys(void **state)
{
	static const struct {
		const char *spec;
		int status;
	} rows[] = { { "dir:ada", ASST_OK },	   { "dir:root", ASST_OK },
		     { "dir:bob", ASST_EDENIED },  { "system", ASST_EDENIED },
		     { "root super", ASST_EDENIED } };
	struct host *host = *state;
	asst_buf *out;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].status, people_try_key(&out, host, rows[i].spec, PEOPLE_API));
		assert_true((out != NULL) == (rows[i].status == ASST_OK));
		asst_buf_free(out);
		/* The right and its check: of a person the same answer. */
		if (strcmp(rows[i].spec, "system") != 0)
			assert_int_equal(host_allowed(host, rows[i].spec, "keys:create", NULL),
					 rows[i].status == ASST_OK);
	}
	MUST(host, people_put_user(host, "{'id':'ada','permissions':['keys:create']}"));
	EXPECT(host, ASST_EDENIED, people_try_key(&out, host, "dir:ada", PEOPLE_API)); /* no seat */
	EXPECT(host, ASST_EINVAL, asst_key_create(&out, as(host, "dir:root"), NULL, 0, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_key_create(&out, as(host, "dir:root"), "{}", ASST_NUL, 1, host->err));
}

static void without_a_principal_source_there_are_none(void **state)
{
	struct host *host = *state;
	asst_session *session;
	asst_buf *out;

	MUST(host, asst_session_open(&session, host->store,
				     t_json("{'workspace':'acme','user':'ada','aiSeat':true,"
					    "'permissions':['keys:create','assistants:create']}"),
				     ASST_NUL, host->err));
	people_adopt(host, "ada keys", session);
	EXPECT(host, ASST_EUNSUPPORTED, people_try_key(&out, host, "ada keys", PEOPLE_API));
	EXPECT(host, ASST_EUNSUPPORTED,
	       people_try_token(&out, host, "ada keys",
				host_create(host, "ada keys", "{\"name\":\"a\"}"),
				"{'expiresAt':'" PEOPLE_SOON "'}"));
}

static void each_sees_own_keys_and_superusers_all(void **state)
{
	struct host *host = *state;
	struct people_text adas = people_key(host, "dir:ada", PEOPLE_API), eves;
	asst_buf *out;
	const char *json;

	host_pass(host, 10);
	eves = people_key(host, "dir:eve", PEOPLE_API);
	json = keys(host, "dir:ada");
	assert_int_equal(json_count(json, "/keys"), 1);
	assert_string_equal(json_at(json, "/keys/0/id"), adas.id);
	json = keys(host, "dir:eve");
	assert_int_equal(json_count(json, "/keys"), 1);
	assert_string_equal(json_at(json, "/keys/0/id"), eves.id);
	assert_int_equal(json_count(keys(host, "dir:root"), "/keys"), 2);
	assert_int_equal(json_count(keys(host, "system"), "/keys"), 2);
	MUST(host, asst_key_list(&out, as(host, "system"), "{\"limit\":1}", ASST_NUL, host->err));
	json = json_take(out);
	assert_int_equal(json_count(json, "/keys"), 1);
	assert_true(json_has(json, "/cursor"));
	EXPECT(host, ASST_EVALIDATION,
	       asst_key_list(&out, as(host, "dir:ada"), "{\"cursor\":\"x\"}", ASST_NUL, host->err));
	EXPECT(host, ASST_ELIMIT,
	       asst_key_list(&out, as(host, "dir:ada"), "{\"limit\":1001}", ASST_NUL, host->err));
}

/* It works until its expiresAt, which is itself outside; an open session ends with it. */
static void a_key_ends_at_its_time(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", EXPIRES("2030-03-17T17:46:50Z"));
	asst_list *list;

	people_use(host, "key", key.text);
	host_pass(host, 9999);
	MUST(host, people_look(host, key.text, NULL));
	MUST(host, asst_assistant_list(&list, as(host, "key"), NULL, 0, host->err));
	asst_list_free(list);
	host_pass(host, 1);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED,
	       asst_assistant_list(&list, as(host, "key"), NULL, 0, host->err));
	assert_string_equal(json_at(keys(host, "dir:ada"), "/keys/0/id"), key.id);
}

static void a_revoked_key_is_revoked_for_good(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	asst_buf *out;
	const char *json;

	people_use(host, "key", key.text);
	host_pass(host, 1000);
	MUST(host, revoke(host, "dir:ada", key.id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "key", PEOPLE_ID));
	json = keys(host, "dir:ada");
	assert_string_equal(json_at(json, "/keys/0/revokedAt"), "2030-03-17T17:46:41.000Z");
	host_pass(host, 1000);
	MUST(host, revoke(host, "dir:ada", key.id));
	assert_string_equal(json_at(keys(host, "dir:ada"), "/keys/0/revokedAt"),
			    "2030-03-17T17:46:41.000Z");
	EXPECT(host, ASST_ECONFLICT, rotate(&out, host, "dir:ada", key.id, 1000));
	assert_null(out);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
}

static void who_may_revoke_and_rotate(void **state)
{
	static const char *const may[] = { "dir:ada", "dir:root", "system" };
	static const char *const may_not[] = { "dir:eve", "dir:bob" };
	struct host *host = *state;
	struct people_text key;
	char random[1024];
	asst_buf *out;
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(may); i++) {
		key = people_key(host, "dir:ada", PEOPLE_API);
		MUST(host, rotate(&out, host, may[i], key.id, 0));
		asst_buf_free(out);
		MUST(host, revoke(host, may[i], key.id));
		EXPECT(host, ASST_ENOTFOUND, revoke(host, may[i], PEOPLE_ID));
	}
	/* To others a key that is there is as one that is not. */
	key = people_key(host, "dir:ada", PEOPLE_API);
	for (i = 0; i < T_COUNT(may_not); i++) {
		status = revoke(host, may_not[i], PEOPLE_ID);
		assert_true(status == ASST_ENOTFOUND || status == ASST_EDENIED);
		snprintf(random, sizeof(random), "%s", people_error(host));
		EXPECT(host, status, revoke(host, may_not[i], key.id));
		assert_string_equal(people_error(host), random);
		status = rotate(&out, host, may_not[i], PEOPLE_ID, 0);
		assert_true(status == ASST_ENOTFOUND || status == ASST_EDENIED);
		snprintf(random, sizeof(random), "%s", people_error(host));
		EXPECT(host, status, rotate(&out, host, may_not[i], key.id, 0));
		assert_string_equal(people_error(host), random);
		assert_null(out);
	}
	MUST(host, people_look(host, key.text, NULL));
	EXPECT(host, ASST_EINVAL, revoke(host, "dir:ada", NULL));
	EXPECT(host, ASST_EINVAL, asst_key_revoke(as(host, "dir:ada"), key.id, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_key_rotate(&out, as(host, "dir:ada"), key.id, 0, 2, host->err));
}

#define ADA_MAY_NOT "{'id':'ada','aiSeat':true}"

/* It gives a new text, as making one does. */
static void rotating_needs_the_permission_to_make_keys(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	asst_buf *out;

	MUST(host, people_put_user(host, ADA_MAY_NOT));
	EXPECT(host, ASST_EDENIED, rotate(&out, host, "dir:ada", key.id, 0));
	assert_null(out);
	assert_non_null(strstr(asst_error_message(host->err), "keys:create"));
	EXPECT(host, ASST_EDENIED, rotate(&out, host, "dir:ada", PEOPLE_ID, 0));
	assert_int_equal(json_count(keys(host, "dir:ada"), "/keys"), 1);
	MUST(host, rotate(&out, host, "system", key.id, 1000));
	asst_buf_free(out);
	MUST(host, people_put_user(host, "{'id':'root','aiSeat':true,'superuser':true}"));
	MUST(host, rotate(&out, host, "dir:root", key.id, 1000));
	asst_buf_free(out);
	MUST(host, revoke(host, "dir:ada", key.id)); /* what takes away needs none */
}

static void withdraw(void *user, enum host_method method)
{
	struct host *host = user;

	if (method != HOST_APPLY)
		return;
	host->backend.before = NULL;
	assert_int_equal(asst_user_put(as(host, "system"), t_json(ADA_MAY_NOT), ASST_NUL, 0, NULL),
			 ASST_OK);
}

/* Between what was read and what is written. */
static void a_permission_that_is_withdrawn_meanwhile_gives_no_text(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	asst_buf *out;

	host->backend.user = host;
	host->backend.before = withdraw;
	EXPECT(host, ASST_EDENIED, rotate(&out, host, "dir:ada", key.id, 0));
	assert_null(host->backend.before);
	MUST(host, people_look(host, key.text, NULL));
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true,'permissions':['keys:create']}"));
	host->backend.before = withdraw;
	EXPECT(host, ASST_EDENIED, people_try_key(&out, host, "dir:ada", PEOPLE_API));
	assert_null(host->backend.before);
	assert_int_equal(json_count(keys(host, "dir:ada"), "/keys"), 1);
}

/* Who gets the id of a forgotten user has none of the keys of the one before. */
/* Whom the directory lets in no more is still who made the keys, to a host that lets him in. */
static void who_is_disabled_can_revoke_a_key(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	asst_session *session;
	asst_buf *out;

	MUST(host, asst_session_open(&session, host->store,
				     t_json("{'workspace':'acme','user':'ada','aiSeat':true,"
					    "'permissions':['keys:create']}"),
				     ASST_NUL, host->err));
	people_adopt(host, "ada keys", session);
	MUST(host, people_disable(host, "ada", 1));
	assert_int_equal(json_count(keys(host, "ada keys"), "/keys"), 1);
	EXPECT(host, ASST_EDENIED, asst_key_create(&out, as(host, "ada keys"),
						   t_json(PEOPLE_API), ASST_NUL, 0, host->err));
	MUST(host, revoke(host, "ada keys", key.id));
	MUST(host, people_disable(host, "ada", 0));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_try_credential(&session, host, key.text, NULL));
}

static void the_next_user_of_an_id_has_no_keys(void **state)
{
	static const char *const specs[] = { "dir:ada", "ada keys" };
	struct host *host = *state;
	struct people_text old = people_key(host, "dir:ada", PEOPLE_API), new;
	asst_session *session;
	asst_buf *out;
	size_t i;

	MUST(host, asst_session_open(&session, host->store,
				     t_json("{'workspace':'acme','user':'ada','aiSeat':true,"
					    "'permissions':['keys:create']}"),
				     ASST_NUL, host->err));
	people_adopt(host, "ada keys", session);
	for (i = 0; i < T_COUNT(specs); i++)
		assert_int_equal(json_count(keys(host, specs[i]), "/keys"), 1);
	MUST(host, asst_user_forget(as(host, "system"), "ada", 0, host->err));
	assert_int_equal(json_count(keys(host, "ada keys"), "/keys"), 0);
	MUST(host, people_put_user(host, "{'id':'ada','aiSeat':true,'permissions':['keys:create']}"));
	people_open(host, "ada");
	new = people_key(host, "dir:ada", PEOPLE_API);
	for (i = 0; i < T_COUNT(specs); i++) {
		assert_int_equal(json_count(keys(host, specs[i]), "/keys"), 1);
		assert_string_equal(json_at(keys(host, specs[i]), "/keys/0/id"), new.id);
		EXPECT(host, ASST_ENOTFOUND, rotate(&out, host, specs[i], old.id, 0));
		EXPECT(host, ASST_ENOTFOUND, revoke(host, specs[i], old.id));
	}
	assert_int_equal(json_count(keys(host, "system"), "/keys"), 2);
	assert_int_equal(json_count(keys(host, "dir:root"), "/keys"), 2);
	MUST(host, revoke(host, "system", old.id));
}

static void rotating_leaves_the_old_text_for_a_while(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API), next;
	asst_buf *out;

	EXPECT(host, ASST_EINVAL, rotate(&out, host, "dir:ada", key.id, -1));
	EXPECT(host, ASST_EINVAL, rotate(&out, host, "dir:ada", key.id, 604800001));
	host_pass(host, 1000);
	MUST(host, rotate(&out, host, "dir:ada", key.id, 604800000));
	next = people_take(out);
	assert_string_equal(next.id, key.id);
	assert_string_not_equal(next.text, key.text);
	assert_string_equal(json_at(keys(host, "dir:ada"), "/keys/0/rotatedAt"),
			    "2030-03-17T17:46:41.000Z");
	assert_string_equal(json_at(keys(host, "dir:ada"), "/keys/0/expiresAt"),
			    "2030-06-01T00:00:00.000Z");
	assert_int_equal(json_count(keys(host, "dir:ada"), "/keys"), 1);
	MUST(host, people_look(host, next.text, NULL));
	host_pass(host, 604799999);
	MUST(host, people_look(host, key.text, NULL));
	host_pass(host, 1);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	MUST(host, people_look(host, next.text, NULL));
}

static void without_overlap_the_old_text_ends_at_once(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API), next;
	asst_buf *out;

	MUST(host, rotate(&out, host, "dir:ada", key.id, 0));
	next = people_take(out);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, key.text, NULL));
	MUST(host, people_look(host, next.text, NULL));
	MUST(host, rotate(&out, host, "dir:ada", key.id, 1000));
	asst_buf_free(out);
	MUST(host, people_look(host, next.text, NULL));
	MUST(host, revoke(host, "dir:ada", key.id)); /* both texts */
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, next.text, NULL));
	key = people_key(host, "dir:ada", EXPIRES("2030-03-17T17:46:50Z"));
	host_pass(host, 10000);
	EXPECT(host, ASST_ECONFLICT, rotate(&out, host, "dir:ada", key.id, 1000));
}

static void a_second_rotation_ends_the_first_overlap(void **state)
{
	struct host *host = *state;
	struct people_text first = people_key(host, "dir:ada", PEOPLE_API), second, third;
	asst_buf *out;

	MUST(host, rotate(&out, host, "dir:ada", first.id, 604800000));
	second = people_take(out);
	MUST(host, people_look(host, first.text, NULL));
	MUST(host, rotate(&out, host, "dir:ada", first.id, 604800000));
	third = people_take(out);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, first.text, NULL));
	MUST(host, people_look(host, second.text, NULL));
	MUST(host, rotate(&out, host, "dir:ada", first.id, 0));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, second.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, third.text, NULL));
	MUST(host, people_look(host, people_take(out).text, NULL));
}

/* Or whoever stole it would stay in. */
static void a_session_ends_with_the_text_that_opened_it(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);
	asst_buf *out;

	people_use(host, "old", key.text);
	MUST(host, rotate(&out, host, "dir:ada", key.id, 1000));
	people_use(host, "new", people_take(out).text);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "old", PEOPLE_ID));
	host_pass(host, 1000);
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "old", PEOPLE_ID));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "new", PEOPLE_ID));
}

static void the_last_use_is_told_to_the_hour(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, "dir:ada", PEOPLE_API);

	assert_true(is_null(keys(host, "dir:ada"), "/keys/0/lastUsedAt"));
	people_use(host, "key", key.text);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", PEOPLE_ID));
	assert_memory_equal(json_at(keys(host, "dir:ada"), "/keys/0/lastUsedAt"), "2030-03-17T17:", 14);
	host_pass(host, 2 * 3600 * 1000);
	people_use(host, "key", key.text);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", PEOPLE_ID));
	assert_memory_equal(json_at(keys(host, "dir:ada"), "/keys/0/lastUsedAt"), "2030-03-17T19:", 14);
	/* A session that stays open uses it, too. */
	host_pass(host, 10 * 3600 * 1000);
	host_count_anew(host);
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", PEOPLE_ID));
	assert_int_equal(host_calls(host, HOST_APPLY), 1);
	assert_memory_equal(json_at(keys(host, "dir:ada"), "/keys/0/lastUsedAt"), "2030-03-18T05:", 14);
	/* Within the hour nothing more is written. */
	host_count_anew(host);
	MUST(host, people_look(host, key.text, NULL));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, "key", PEOPLE_ID));
	assert_int_equal(host_calls(host, HOST_APPLY), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_key_is_told_once),
		PEOPLE_TEST(each_fault_has_its_place),
		PEOPLE_TEST(it_expires_in_a_year_at_most),
		PEOPLE_TEST(who_may_make_keys),
		HOST_TEST(without_a_principal_source_there_are_none),
		PEOPLE_TEST(each_sees_own_keys_and_superusers_all),
		PEOPLE_TEST(a_key_ends_at_its_time),
		PEOPLE_TEST(a_revoked_key_is_revoked_for_good),
		PEOPLE_TEST(who_may_revoke_and_rotate),
		PEOPLE_TEST(rotating_needs_the_permission_to_make_keys),
		PEOPLE_TEST(a_permission_that_is_withdrawn_meanwhile_gives_no_text),
		PEOPLE_TEST(who_is_disabled_can_revoke_a_key),
		PEOPLE_TEST(the_next_user_of_an_id_has_no_keys),
		PEOPLE_TEST(rotating_leaves_the_old_text_for_a_while),
		PEOPLE_TEST(without_overlap_the_old_text_ends_at_once),
		PEOPLE_TEST(a_second_rotation_ends_the_first_overlap),
		PEOPLE_TEST(a_session_ends_with_the_text_that_opened_it),
		PEOPLE_TEST(the_last_use_is_told_to_the_hour),
	};

	PEOPLE_RUN("api/keys", tests);
}
