/* SPDX-License-Identifier: MIT */
/* Tokens: making, listing, addresses, expiry, revoking. What they may do is in test_tokens_rights.c. */
#include "people.h"

#define TOKEN "{'expiresAt':'" PEOPLE_SOON "'}"

static const char *const ada = "dir:ada";

static const char *tokens(struct host *host, const char *spec, const char *id)
{
	asst_buf *out;

	MUST(host, asst_token_list(&out, as(host, spec), id, host->err));
	return json_take(out);
}

static int revoke(struct host *host, const char *spec, const char *id, const char *token)
{
	return asst_token_revoke(as(host, spec), id, token, 0, host->err);
}

static void a_token_is_told_once(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *json;
	struct people_text token;
	asst_session *session;
	asst_buf *out;

	host_pass(host, 1500);
	MUST(host, people_try_token(&out, host, ada, id,
				    "{'expiresAt':'" PEOPLE_SOON "','readOnly':true,"
				    "'notes':'For the kiosk','host':'kiosk.acme.test'}"));
	json = json_take(out);
	snprintf(token.id, sizeof(token.id), "%s", json_at(json, "/id"));
	snprintf(token.text, sizeof(token.text), "%s", json_at(json, "/credential"));
	assert_string_equal(json_at(json, "/readOnly"), "true");
	assert_string_equal(json_at(json, "/notes"), "For the kiosk");
	assert_string_equal(json_at(json, "/host"), "kiosk.acme.test");
	assert_string_equal(json_at(json, "/createdBy"), "user:ada");
	assert_string_equal(json_at(json, "/createdAt"), "2030-03-17T17:46:41.500Z");
	assert_string_equal(json_at(json, "/expiresAt"), "2030-06-01T00:00:00.000Z");
	MUST(host, people_try_credential(&session, host, token.text, "kiosk.acme.test"));
	assert_string_equal(asst_session_workspace(session), "acme");
	asst_session_free(session);
	json = tokens(host, ada, id);
	assert_int_equal(json_count(json, ""), 1);
	assert_string_equal(json_at(json, "/0/id"), token.id);
	assert_string_equal(json_at(json, "/0/notes"), "For the kiosk");
	assert_memory_equal(json_at(json, "/0/lastUsedAt"), "2030-03-17T17:", 14);
	assert_null(strstr(json, token.text));
	assert_null(strstr(json, "credential"));
	people_token(host, ada, id, TOKEN);
	json = tokens(host, ada, id);
	assert_int_equal(json_count(json, ""), 2);
}

static void each_fault_has_its_place(void **state)
{
	static const struct {
		const char *members, *code, *pointer;
	} rows[] = {
		{ "'readOnly':1", "type", "/readOnly" },
		{ "'notes':1", "type", "/notes" },
		{ "'host':1", "type", "/host" },
		{ "'host':''", NULL, "/host" },
		{ "'cidr':1", "type", "/cidr" },
		{ "'cidr':'10.0.0.0/33'", NULL, "/cidr" },
		{ "'cidr':'10.0.0/8'", NULL, "/cidr" },
		{ "'cidr':'10.0.0.256/8'", NULL, "/cidr" },
		{ "'cidr':'10.0.0.0/'", NULL, "/cidr" },
		{ "'cidr':'10.0.0.0/-1'", NULL, "/cidr" },
		{ "'cidr':'10.0.0.0/8 '", NULL, "/cidr" },
		{ "'cidr':'10.0.0.0/8x'", NULL, "/cidr" },
		{ "'cidr':'2001:db8::/129'", NULL, "/cidr" },
		{ "'cidr':'2001:db8:::/32'", NULL, "/cidr" },
		{ "'cidr':'kiosk/8'", NULL, "/cidr" },
		{ "'cidr':'10.1.2.3/8'", "format", "/cidr" },
		{ "'cidr':'10.0.0.0/08'", "format", "/cidr" },
		{ "'cidr':'::ffff:10.0.0.0/95'", "format", "/cidr" },
		{ "'host':'a b'", "format", "/host" },
		{ "'host':'https://kiosk.test'", "format", "/host" },
		{ "'host':'999.1.1.1'", "format", "/host" },
		{ "'host':'10.1.2'", "format", "/host" },
		{ "'host':'010.0.0.1'", "format", "/host" },
		{ "'host':'167772161'", "format", "/host" },
		{ "'host':'-'", "format", "/host" },
		{ "'host':'.'", "format", "/host" },
		{ "'host':'-kiosk.test'", "format", "/host" },
		{ "'host':'kiosk-.test'", "format", "/host" },
		{ "'host':'kiosk..test'", "format", "/host" },
		{ "'host':'kiosk.test.'", "format", "/host" },
		{ "'host':'[::1]'", "format", "/host" },
		{ "'host':'fe80::1%eth0'", "format", "/host" },
		{ "'cidr':'10.0.0.0/8','host':'11.1.2.3'", "contradiction", "/host" },
		{ "'cidr':'10.0.0.0/8','host':'::1'", "contradiction", "/host" },
		{ "'cidr':'2001:db8::/32','host':'10.1.2.3'", "contradiction", "/host" },
		{ "'cidr':'0.0.0.0/0','host':'kiosk.test'", "contradiction", "/host" },
		{ "'scopes':['AGENT_API']", "unknown_field", "/scopes" },
		{ "'name':'x'", "unknown_field", "/name" },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	char json[700], notes[502];
	asst_buf *out;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{'expiresAt':'" PEOPLE_SOON "',%s}", rows[i].members);
		EXPECT(host, ASST_EVALIDATION, people_try_token(&out, host, ada, id, json));
		assert_null(out);
		assert_int_equal(asst_error_issue_count(host->err), 1);
		assert_string_equal(asst_error_issue_pointer(host->err, 0), rows[i].pointer);
		if (rows[i].code)
			assert_string_equal(asst_error_issue_code(host->err, 0), rows[i].code);
	}
	EXPECT(host, ASST_EVALIDATION, people_try_token(&out, host, ada, id, "{}"));
	host_issue(host, 0, "required", "/expiresAt");
	EXPECT(host, ASST_EVALIDATION,
	       people_try_token(&out, host, ada, id, "{'expiresAt':'2030-03-17T17:46:40Z'}"));
	host_issue(host, 0, "time", "/expiresAt");
	EXPECT(host, ASST_EVALIDATION,
	       people_try_token(&out, host, ada, id, "{'expiresAt':'2031-03-17T17:46:40.001Z'}"));
	assert_string_equal(asst_error_issue_pointer(host->err, 0), "/expiresAt");
	memset(notes, 'n', 501);
	notes[501] = '\0';
	snprintf(json, sizeof(json), "{'expiresAt':'" PEOPLE_SOON "','notes':'%s'}", notes);
	EXPECT(host, ASST_EVALIDATION, people_try_token(&out, host, ada, id, json));
	host_issue(host, 0, "too_long", "/notes");
	assert_string_equal(tokens(host, ada, id), "[]");
}

/* Level 3 makes and revokes, level 2 lists; who does not see the assistant is told nothing. */
static void who_may_make_list_and_revoke(void **state)
{
	static const int levels[] = { 0, 1, 2, 3 };
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token = people_token(host, ada, id, TOKEN);
	asst_buf *out;
	size_t i;
	int make, list;

	for (i = 0; i < T_COUNT(levels); i++) {
		if (levels[i])
			MUST(host, host_share(host, ada, id, "user:bob", levels[i]));
		make = levels[i] == 0 ? ASST_ENOTFOUND : levels[i] < 3 ? ASST_EDENIED : ASST_OK;
		list = levels[i] == 0 ? ASST_ENOTFOUND : levels[i] < 2 ? ASST_EDENIED : ASST_OK;
		EXPECT(host, make, people_try_token(&out, host, "dir:bob", id, TOKEN));
		asst_buf_free(out);
		EXPECT(host, list, asst_token_list(&out, as(host, "dir:bob"), id, host->err));
		asst_buf_free(out);
		EXPECT(host, make, revoke(host, "dir:bob", id, PEOPLE_ID));
		assert_int_equal(host_allowed(host, "dir:bob", "assistant:tokens", id),
				 make == ASST_OK);
	}
	MUST(host, people_look(host, token.text, NULL));
	MUST(host, revoke(host, "dir:bob", id, token.id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
	EXPECT(host, ASST_EDENIED, people_try_token(&out, host, "system", id, TOKEN)); /* no person */
	EXPECT(host, ASST_ENOTFOUND, people_try_token(&out, host, ada, PEOPLE_ID, TOKEN));
	EXPECT(host, ASST_EINVAL, people_try_token(&out, host, ada, NULL, TOKEN));
	EXPECT(host, ASST_EINVAL, asst_token_create(&out, as(host, ada), id, NULL, 0, 0, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_token_create(&out, as(host, ada), id, "{}", ASST_NUL, 1, host->err));
	EXPECT(host, ASST_EINVAL, asst_token_list(&out, as(host, ada), NULL, host->err));
	EXPECT(host, ASST_EINVAL, revoke(host, ada, id, NULL));
	EXPECT(host, ASST_EINVAL, asst_token_revoke(as(host, ada), id, token.id, 1, host->err));
}

static void addresses_are_checked_where_they_are_asked_for(void **state)
{
	static const struct {
		const char *members, *peer;
		bool opens;
	} rows[] = {
		{ "'readOnly':true", NULL, true },
		{ "'readOnly':true", "10.1.2.3", true },
		{ "'host':'10.1.2.3'", "10.1.2.3", true },
		{ "'host':'10.1.2.3'", "10.1.2.30", false },
		{ "'host':'10.1.2.3'", "10.1.2", false },
		{ "'host':'10.1.2.3'", "::ffff:10.1.2.3", true },
		{ "'host':'::ffff:10.1.2.3'", "10.1.2.3", true },
		{ "'host':'10.1.2.3'", "", false },
		{ "'host':'10.1.2.3'", NULL, false },
		{ "'host':'kiosk.test'", "kiosk.test", true },
		{ "'host':'kiosk.test'", "kiosk.test.evil", false },
		{ "'host':'kiosk.test'", "evil.kiosk.test", false },
		{ "'host':'kiosk.test'", NULL, false },
		{ "'host':'10-1_x.kiosk7.t3st'", "10-1_x.kiosk7.t3st", true },
		{ "'cidr':'10.0.0.0/8','host':'10.1.2.3'", "10.1.2.3", true },
		{ "'cidr':'10.0.0.0/8','host':'10.1.2.3'", "10.1.2.4", false },
		{ "'cidr':'10.0.0.0/8','host':'::ffff:10.1.2.3'", "10.1.2.3", true },
		{ "'host':'2001:db8::1'", "2001:db8::1", true },
		{ "'host':'2001:db8::1'", "2001:db8::2", false },
		{ "'cidr':'10.1.0.0/16'", "10.1.0.0", true },
		{ "'cidr':'10.1.0.0/16'", "::ffff:10.1.2.3", true },
		{ "'cidr':'10.1.0.0/16'", "::ffff:10.2.2.3", false },
		{ "'cidr':'::ffff:10.1.0.0/112'", "10.1.2.3", true },
		{ "'cidr':'10.1.0.0/16'", "10.1.255.255", true },
		{ "'cidr':'10.1.0.0/16'", "10.2.0.0", false },
		{ "'cidr':'10.1.0.0/16'", "10.0.255.255", false },
		{ "'cidr':'10.1.0.0/16'", "2001:db8::1", false },
		{ "'cidr':'10.1.0.0/16'", "kiosk.test", false },
		{ "'cidr':'10.1.0.0/16'", "10.1.0.0 ", false },
		{ "'cidr':'10.1.0.0/16'", "10.1.0.0x", false },
		{ "'cidr':'10.1.0.0/16'", "10.1.0", false },
		{ "'cidr':'10.1.0.0/16'", "", false },
		{ "'cidr':'10.1.0.0/16'", NULL, false },
		{ "'cidr':'10.1.2.4/31'", "10.1.2.5", true },
		{ "'cidr':'10.1.2.4/31'", "10.1.2.6", false },
		{ "'cidr':'10.1.2.4/32'", "10.1.2.4", true },
		{ "'cidr':'10.1.2.4/32'", "10.1.2.5", false },
		{ "'cidr':'128.0.0.0/1'", "255.1.1.1", true },
		{ "'cidr':'128.0.0.0/1'", "127.1.1.1", false },
		{ "'cidr':'0.0.0.0/0'", "203.0.113.9", true },
		{ "'cidr':'0.0.0.0/0'", "2001:db8::1", false },
		{ "'cidr':'0.0.0.0/0'", NULL, false },
		{ "'cidr':'2001:db8::/32'", "2001:db8::1", true },
		{ "'cidr':'2001:db8::/32'", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true },
		{ "'cidr':'2001:db8::/32'", "2001:DB8:0:0:0:0:0:1", true },
		{ "'cidr':'2001:db8::/32'", "2001:db9::", false },
		{ "'cidr':'2001:db8::/32'", "10.1.2.3", false },
		{ "'cidr':'2001:db8::8/125'", "2001:db8::f", true },
		{ "'cidr':'2001:db8::8/125'", "2001:db8::10", false },
		{ "'cidr':'::1/128'", "::1", true },
		{ "'cidr':'::1/128'", "::2", false },
		{ "'cidr':'::/0'", "2001:db8::1", true },
		{ "'cidr':'::/0'", "kiosk.test", false },
	};
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token;
	char json[200];
	size_t i;
	int status;

	for (i = 0; i < T_COUNT(rows); i++) {
		snprintf(json, sizeof(json), "{'expiresAt':'" PEOPLE_SOON "',%s}", rows[i].members);
		token = people_token(host, ada, id, json);
		status = people_look(host, token.text, rows[i].peer);
		if (status != (rows[i].opens ? ASST_OK : ASST_EUNAUTHENTICATED))
			fail_msg("%s for %s: %s", rows[i].members,
				 rows[i].peer ? rows[i].peer : "nobody", asst_status_name(status));
	}
}

static void a_token_ends_at_its_time(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token =
		people_token(host, ada, id, "{'expiresAt':'2030-03-17T17:46:50Z'}");

	people_use(host, "token", token.text);
	host_pass(host, 9999);
	MUST(host, people_look(host, token.text, NULL));
	MUST(host, host_look(host, "token", id));
	host_pass(host, 1);
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_patch(host, "token", id, "{\"name\":\"b\"}"));
}

static void a_revoked_token_ends_at_once(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *other;
	struct people_text token = people_token(host, ada, id, TOKEN), kept;

	other = host_create(host, ada, "{\"name\":\"b\"}");
	kept = people_token(host, ada, other, TOKEN);
	people_use(host, "token", token.text);
	MUST(host, host_look(host, "token", id));
	MUST(host, revoke(host, ada, id, token.id));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, token.text, NULL));
	assert_string_equal(tokens(host, ada, id), "[]");
	MUST(host, revoke(host, ada, id, token.id)); /* again */
	/* That of another assistant is not there. */
	MUST(host, revoke(host, ada, id, kept.id));
	MUST(host, people_look(host, kept.text, NULL));
	assert_int_equal(json_count(tokens(host, ada, other), ""), 1);
}

static void deleting_the_assistant_revokes_for_good(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text first = people_token(host, ada, id, TOKEN),
			   second = people_token(host, ada, id, TOKEN);

	people_use(host, "token", first.text);
	MUST(host, host_delete(host, ada, id));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, first.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, first.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, people_look(host, second.text, NULL));
	EXPECT(host, ASST_EUNAUTHENTICATED, host_look(host, "token", id));
	assert_string_equal(tokens(host, ada, id), "[]");
	first = people_token(host, ada, id, TOKEN);
	MUST(host, people_look(host, first.text, NULL));
}

static void there_are_at_most_100(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}"), *other;
	struct people_text token;
	asst_buf *out;
	int i;

	for (i = 0; i < 100; i++)
		token = people_token(host, ada, id, TOKEN);
	EXPECT(host, ASST_ELIMIT, people_try_token(&out, host, ada, id, TOKEN));
	assert_null(out);
	assert_non_null(strstr(asst_error_message(host->err), "tokens"));
	assert_int_equal(json_count(tokens(host, ada, id), ""), 100);
	other = host_create(host, ada, "{\"name\":\"b\"}");
	people_token(host, ada, other, TOKEN);
	MUST(host, revoke(host, ada, id, token.id));
	people_token(host, ada, id, TOKEN);
	MUST(host, host_delete(host, ada, id)); /* takes all of them */
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(tokens(host, ada, id), "[]");
}

/* They are listed until a new one needs their room. */
static void expired_ones_are_in_the_way_of_none(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token = people_token(host, ada, id, TOKEN);
	asst_buf *out;
	int i;

	for (i = 1; i < 100; i++)
		people_token(host, ada, id, "{'expiresAt':'2030-03-17T17:46:50Z'}");
	host_pass(host, 9999);
	EXPECT(host, ASST_ELIMIT, people_try_token(&out, host, ada, id, TOKEN));
	host_pass(host, 1);
	assert_int_equal(json_count(tokens(host, ada, id), ""), 100);
	people_token(host, ada, id, TOKEN);
	assert_int_equal(json_count(tokens(host, ada, id), ""), 2);
	MUST(host, people_look(host, token.text, NULL));
	for (i = 2; i < 100; i++)
		people_token(host, ada, id, TOKEN);
	EXPECT(host, ASST_ELIMIT, people_try_token(&out, host, ada, id, TOKEN));
}

/* Neither revision nor time of the assistant change. */
static void tokens_do_not_change_the_assistant(void **state)
{
	struct host *host = *state;
	const char *id = host_create(host, ada, "{\"name\":\"a\"}");
	struct people_text token;
	asst_assistant *found;

	host_pass(host, 1000);
	token = people_token(host, ada, id, TOKEN);
	MUST(host, people_look(host, token.text, NULL));
	MUST(host, revoke(host, ada, id, token.id));
	found = host_get(host, ada, id);
	assert_int_equal(asst_assistant_revision(found), 1);
	assert_int_equal(asst_assistant_updated_at(found), HOST_NOW);
	asst_assistant_free(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(a_token_is_told_once),
		PEOPLE_TEST(each_fault_has_its_place),
		PEOPLE_TEST(who_may_make_list_and_revoke),
		PEOPLE_TEST(addresses_are_checked_where_they_are_asked_for),
		PEOPLE_TEST(a_token_ends_at_its_time),
		PEOPLE_TEST(a_revoked_token_ends_at_once),
		PEOPLE_TEST(deleting_the_assistant_revokes_for_good),
		PEOPLE_TEST(there_are_at_most_100),
		PEOPLE_TEST(expired_ones_are_in_the_way_of_none),
		PEOPLE_TEST(tokens_do_not_change_the_assistant),
	};

	PEOPLE_RUN("api/tokens", tests);
}
