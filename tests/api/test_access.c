/* SPDX-License-Identifier: MIT */
/*
 * Who may do what: kinds of session against states of an assistant. The levels were written
 * down by hand from section 7 of the design, not taken from the library.
 */
#include "host.h"

/* What each right needs; 4: the owner, an admin of the owning team, a superuser, the system. */
static const struct {
	const char *name;
	int level;
} rights[] = {
	{ "assistant:read", 1 },	{ "assistant:comment", 1 }, { "assistant:favorite", 1 },
	{ "assistant:resolve", 1 },	{ "assistant:write", 2 },   { "assistant:draft", 2 },
	{ "assistant:versions", 2 },
	{ "assistant:export", 2 },	{ "assistant:share", 3 },   { "assistant:disable", 3 },
	{ "assistant:delete", 3 },	{ "assistant:restore", 3 }, { "assistant:force", 3 },
	{ "assistant:changeOwner", 4 }, { "assistant:purge", 4 },   { "assistant:secrets", 2 },
	{ "assistant:tokens", 3 },	{ "assistant:who", 3 },
};

enum { KINDS = 20, STATES = 10 };

/* Sessions; "eng" owns what a team owns, grants go to "bob", "sales" and the workspace. */
static const char *const kinds[KINDS] = {
	"ada", /* owns */
	"bob", /* has grants */
	"eve", /* a stranger in the workspace */
	"m1 eng:member",
	"m2 eng:memberPlus",
	"m3 eng:designer",
	"m4 eng:dataWizard",
	"m5 eng:publisher",
	"m6 eng:admin",
	"s1 sales:member", /* the role in a team that was granted something does not count */
	"s6 sales:admin",
	"bob sales:member eng:member",
	"ada create eng:member", /* permissions give no level */
	"root super",
	"system",
	"ada @other", /* the same name elsewhere */
	"root super @other",
	"ada noseat",
	"root super noseat",
	"BOB", /* compared byte for byte */
};

/* States: who owns it and which grants there are. */
static const struct {
	const char *what, *owner;
	int user, team, workspace; /* levels granted; 0: none */
	bool draft, disabled, expired, deleted;
	int level[KINDS]; /* 0: not seen; -1: no seat */
} states[STATES] = {
	/*		ada bob eve  m1 m2 m3 m4 m5 m6  s1 s6  bt at  rt sy  o  o   ns ns  B */
	{ "own", "user:ada", 0, 0, 0, false, false, false, false,
	  { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 0, 0, -1, -1, 0 } },
	{ "granted 1 2 0", "user:ada", 1, 2, 0, false, false, false, false,
	  { 4, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 4, 4, 4, 0, 0, -1, -1, 0 } },
	{ "granted 3 1 1", "user:ada", 3, 1, 1, false, false, false, false,
	  { 4, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 4, 4, 4, 0, 0, -1, -1, 1 } },
	{ "granted 0 3 2", "user:ada", 0, 3, 2, false, false, false, false,
	  { 4, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 0, 0, -1, -1, 2 } },
	{ "a team's", "team:eng", 0, 0, 0, false, false, false, false,
	  { 0, 0, 0, 1, 2, 2, 2, 3, 4, 0, 0, 1, 1, 4, 4, 0, 0, -1, -1, 0 } },
	{ "a team's, granted 2 0 2", "team:eng", 2, 0, 2, false, false, false, false,
	  { 2, 2, 2, 2, 2, 2, 2, 3, 4, 2, 2, 2, 2, 4, 4, 0, 0, -1, -1, 2 } },
	{ "disabled, granted 1 2 0", "user:ada", 1, 2, 0, false, true, false, false,
	  { 4, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 4, 4, 4, 0, 0, -1, -1, 0 } },
	{ "unpublished, granted 1 2 1", "team:eng", 1, 2, 1, true, false, false, false,
	  { 0, 0, 0, 0, 2, 2, 2, 3, 4, 2, 2, 2, 0, 4, 4, 0, 0, -1, -1, 0 } },
	{ "expired grants 3 3 3", "user:ada", 3, 3, 3, false, false, true, false,
	  { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 0, 0, -1, -1, 0 } },
	/* What is in the trash is asked about by those two rights only that are about the trash. */
	{ "deleted, granted 3 3 3", "user:ada", 3, 3, 3, false, false, false, true,
	  { 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 0, 0, -1, -1, 3 } },
};

static void grant(struct host *host, const char *id, const char *principal, int level, bool expires)
{
	char json[200];

	if (!level)
		return;
	snprintf(json, sizeof(json), "{\"principalId\":\"%s\",\"accessLevel\":%d%s}", principal,
		 level, expires ? ",\"expiresAt\":\"2030-03-17T17:46:41Z\"" : "");
	MUST(host, asst_share_put_json(as(host, "system"), id, json, ASST_NUL, 0, host->err));
}

/* The clock stands a second before the grants expire, and is moved there at the end. */
static const char *make_state(struct host *host, size_t i)
{
	char json[200];
	const char *id;

	snprintf(json, sizeof(json), "{\"name\":\"s%zu\",\"ownerId\":\"%s\",\"disabled\":%s}", i,
		 states[i].owner, states[i].disabled ? "true" : "false");
	id = host_create_with(host, "system", json, states[i].draft ? ASST_CREATE_DRAFT : 0);
	grant(host, id, "user:bob", states[i].user, states[i].expired);
	grant(host, id, "team:sales", states[i].team, states[i].expired);
	grant(host, id, "workspace", states[i].workspace, states[i].expired);
	if (states[i].deleted)
		MUST(host, host_delete(host, "system", id));
	return id;
}

/* The level in a state, as far as a right is about that state at all. */
static int level_in(size_t i, size_t k, const char *right)
{
	bool trash = strcmp(right, "assistant:restore") == 0 ||
		     strcmp(right, "assistant:purge") == 0;

	return states[i].deleted && !trash && states[i].level[k] > 0 ? 0 : states[i].level[k];
}

/* What an operation that needs a right answers a session of this level. */
static int status_of(int held, int needed)
{
	if (held < 0)
		return ASST_EDENIED;
	if (held == 0)
		return ASST_ENOTFOUND;
	return held >= needed ? ASST_OK : ASST_EDENIED;
}

static bool has(const char *json, const char *name, const char *value)
{
	char text[300];

	snprintf(text, sizeof(text), "\"%s\":%s,", name, value);
	return strstr(json, text) != NULL;
}

static bool has_number(const char *json, const char *name, int value)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", value > 3 ? 3 : value);
	return has(json, name, text);
}

/* explain tells the same as the table. */
static void check_explanation(struct host *host, asst_session *session, const char *id,
			      size_t right, int held, int status)
{
	asst_buf *buf;
	const char *json;
	char name[64], quoted[64];

	MUST(host, asst_access_explain(&buf, session, rights[right].name, id, host->err));
	json = asst_buf_data(buf);
	snprintf(name, sizeof(name), "\"%s\"", rights[right].name);
	snprintf(quoted, sizeof(quoted), "\"%s\"", asst_status_name(status));
	if (!has(json, "allowed", status == ASST_OK ? "true" : "false") ||
	    !has(json, "right", name) || !has(json, "status", quoted) ||
	    !has_number(json, "levelHeld", held) ||
	    !has_number(json, "levelNeeded", rights[right].level) ||
	    !has(json, "ownerHeld", held == 4 ? "true" : "false") ||
	    !has(json, "ownerNeeded", rights[right].level == 4 ? "true" : "false") ||
	    !strstr(json, "\"sentence\":\"") || !strstr(json, "\"rules\":["))
		fail_msg("held %d: %s", held, json);
	if (status == ASST_ENOTFOUND)
		assert_true(has(json, "principal", "null") && has(json, "rule", "\"visibility\""));
	asst_buf_free(buf);
}

static void levels_are_those_of_the_design(void **state)
{
	struct host *host = *state;
	const char *ids[STATES];
	asst_session *session;
	size_t i, k, r;
	int allowed, held, status;

	atomic_store(&host->now, INT64_C(1900000000000)); /* 2030-03-17T17:46:40Z */
	for (i = 0; i < STATES; i++)
		ids[i] = make_state(host, i);
	host_pass(host, 1000);
	for (i = 0; i < STATES; i++) {
		for (k = 0; k < KINDS; k++) {
			session = as(host, kinds[k]);
			for (r = 0; r < T_COUNT(rights); r++) {
				held = level_in(i, k, rights[r].name);
				status = status_of(held, rights[r].level);
				MUST(host, asst_access_check(&allowed, session, rights[r].name,
							     ids[i], host->err));
				if (allowed != (status == ASST_OK))
					fail_msg("%s, %s, %s: %d", kinds[k], states[i].what,
						 rights[r].name, allowed);
				check_explanation(host, session, ids[i], r, held > 0 ? held : 0,
						  status);
			}
			status = host_look(host, kinds[k], ids[i]);
			if (status != status_of(level_in(i, k, "assistant:read"), 1))
				fail_msg("%s, %s: get gives %s", kinds[k], states[i].what,
					 asst_status_name(status));
		}
	}
}

/* The operations keep to what check says, and a refusal names the right. */
static void operations_answer_as_check_does(void **state)
{
	struct host *host = *state;
	const char *id;
	asst_assistant *assistant;
	asst_draft *draft;
	size_t i, k;
	int held, status;

	for (i = 0; i < STATES; i++) {
		if (states[i].deleted || states[i].expired || states[i].draft)
			continue;
		for (k = 0; k < KINDS; k++) {
			id = make_state(host, i);
			held = states[i].level[k];
			status = status_of(held, 2);
			EXPECT(host, status, host_patch(host, kinds[k], id, "{\"name\":\"n\"}"));
			if (status == ASST_EDENIED && held > 0)
				assert_non_null(
					strstr(asst_error_message(host->err), "assistant:write"));
			EXPECT(host, status,
			       asst_draft_edit(&draft, as(host, kinds[k]), id, 0, host->err));
			asst_draft_free(draft);
			status = status_of(held, 3);
			EXPECT(host, status, host_share(host, kinds[k], id, "key:k", 3));
			if (status == ASST_EDENIED && held > 0)
				assert_non_null(
					strstr(asst_error_message(host->err), "assistant:share"));
			if (held > 0) {
				assistant = host_get(host, kinds[k], id);
				assert_int_equal(asst_assistant_level(assistant),
						 held > 3 ? 3 : held);
				asst_assistant_free(assistant);
			}
			EXPECT(host, status, host_delete(host, kinds[k], id));
		}
	}
}

/* Which rule decides, and whose level it is. */
static void explain_names_what_decided(void **state)
{
	static const struct {
		size_t state;
		const char *kind, *rule, *principal;
	} rows[] = {
		{ 0, "ada", "\"owner\"", "\"user:ada\"" },
		{ 0, "root super", "\"superuser\"", "\"user:root\"" },
		{ 0, "system", "\"system\"", "\"system\"" },
		{ 0, "ada noseat", "\"seat\"", "null" },
		{ 0, "eve noseat", "\"seat\"", "null" },
		{ 1, "bob", "\"grantUser\"", "\"user:bob\"" },
		{ 1, "s1 sales:member", "\"grantTeam\"", "\"team:sales\"" },
		{ 1, "bob sales:member eng:member", "\"grantTeam\"", "\"team:sales\"" },
		{ 2, "eve", "\"grantWorkspace\"", "\"workspace\"" },
		{ 4, "m6 eng:admin", "\"owningTeam\"", "\"team:eng\"" },
	};
	struct host *host = *state;
	asst_buf *buf;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, asst_access_explain(&buf, as(host, rows[i].kind), "assistant:read",
					       make_state(host, rows[i].state), host->err));
		if (!has(asst_buf_data(buf), "rule", rows[i].rule) ||
		    !has(asst_buf_data(buf), "principal", rows[i].principal))
			fail_msg("%s: %s", rows[i].kind, asst_buf_data(buf));
		asst_buf_free(buf);
	}
}

/* The sentence alone says what decided, whose level is held, and what is needed. */
static void a_sentence_names_rule_principal_and_both_levels(void **state)
{
	static const struct {
		size_t state;
		const char *kind, *right, *sentence;
	} rows[] = {
		{ 1, "bob", "assistant:read",
		  "user:bob may assistant:read: grantUser gives user:bob level 1, needed is level 1" },
		{ 1, "bob", "assistant:write",
		  "user:bob may not assistant:write: grantUser gives user:bob level 1, needed is level 2" },
		{ 2, "bob", "assistant:changeOwner",
		  "user:bob may not assistant:changeOwner: grantUser gives user:bob level 3, "
		  "needed is level 3 with ownership" },
		{ 2, "ada", "assistant:purge",
		  "user:ada may assistant:purge: owner gives user:ada level 3 with ownership, "
		  "needed is level 3 with ownership" },
		{ 1, "bob noseat", "assistant:write",
		  "user:bob may not assistant:write: decided by seat, before levels count, "
		  "held is level 0, needed is level 2" },
		{ 1, "eve", "assistant:write",
		  "user:eve may not assistant:write: no assistant with this id is visible "
		  "(visibility), held is level 0, needed is level 2" },
		{ 1, "bob", "assistants:create",
		  "user:bob may not assistants:create: decided by permission, before levels count, "
		  "held is level 0, needed is level 0" },
	};
	struct host *host = *state;
	char text[300];
	asst_buf *buf;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		MUST(host, asst_access_explain(&buf, as(host, rows[i].kind), rows[i].right,
					       make_state(host, rows[i].state), host->err));
		snprintf(text, sizeof(text), "\"sentence\":\"%s\"", rows[i].sentence);
		if (!strstr(asst_buf_data(buf), text))
			fail_msg("%s: %s", rows[i].kind, asst_buf_data(buf));
		asst_buf_free(buf);
	}
}

/* Level 3 is what bob holds already: what is wanting has another name. */
static void a_grantee_is_told_that_it_takes_the_owner(void **state)
{
	struct host *host = *state;
	const char *id = make_state(host, 2);

	EXPECT(host, ASST_EDENIED,
	       asst_assistant_change_owner(NULL, as(host, "bob"), id, "user:bob", ASST_ANY_REVISION,
					   0, host->err));
	assert_string_equal(asst_error_message(host->err),
			    "needs the right assistant:changeOwner, which is the owner's alone: "
			    "held is level 3");
}

/* A shut gate has one answer, for what is visible, hidden, and not there. */
static void behind_a_shut_gate_no_level_is_told(void **state)
{
	static const char nowhere[] = "0198d0a1-aaaa-7bbb-8ccc-0123456789ab";
	struct host *host = *state;
	const char *const ids[] = { nowhere, make_state(host, 1),
				    host_create(host, "eve create", "{\"name\":\"Mine\"}") };
	char trace[3][1024] = { "", "", "" }, told[3][2048];
	asst_buf *buf;
	size_t i, r;

	for (r = 0; r < T_COUNT(rights); r++) {
		for (i = 0; i < T_COUNT(ids); i++) {
			host->backend.trace = trace[i];
			host->backend.trace_size = sizeof(trace[i]);
			trace[i][0] = '\0';
			MUST(host, asst_access_explain(&buf, as(host, "eve noseat"), rights[r].name,
						       ids[i], host->err));
			host->backend.trace = NULL;
			snprintf(told[i], sizeof(told[i]), "%s", asst_buf_data(buf));
			asst_buf_free(buf);
		}
		assert_string_equal(told[0], told[1]);
		assert_string_equal(told[0], told[2]);
		assert_string_equal(trace[0], "");
		assert_string_equal(trace[1], "");
		assert_string_equal(trace[2], "");
		assert_true(has(told[0], "status", "\"EDENIED\""));
	}
}

static void a_draft_is_read_by_level_3_and_changed_by_nobody_else(void **state)
{
	static const struct {
		const char *spec;
		int look, change;
	} rows[] = { { "one", ASST_ENOTFOUND, ASST_ENOTFOUND },
		     { "two", ASST_ENOTFOUND, ASST_ENOTFOUND },
		     { "three", ASST_OK, ASST_EDENIED },
		     { "ada create", ASST_OK, ASST_EDENIED },
		     { "root super", ASST_OK, ASST_EDENIED },
		     { "system", ASST_OK, ASST_EDENIED },
		     { "eve", ASST_ENOTFOUND, ASST_ENOTFOUND },
		     { "bob", ASST_OK, ASST_OK } };
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"Live\"}"), *draft_id;
	asst_draft *draft, *other;
	size_t i;

	MUST(host, host_share(host, "ada create", id, "user:one", 1));
	MUST(host, host_share(host, "ada create", id, "user:two", 2));
	MUST(host, host_share(host, "ada create", id, "user:three", 3));
	MUST(host, host_share(host, "ada create", id, "user:bob", 2));
	MUST(host, asst_draft_edit(&draft, as(host, "bob"), id, 0, host->err));
	draft_id = asst_draft_id(draft);
	for (i = 0; i < T_COUNT(rows); i++) {
		EXPECT(host, rows[i].look, host_look(host, rows[i].spec, draft_id));
		EXPECT(host, rows[i].change,
		       host_patch(host, rows[i].spec, draft_id, "{\"name\":\"X\"}"));
		EXPECT(host, rows[i].change,
		       asst_draft_edit(&other, as(host, rows[i].spec), draft_id, 0, host->err));
		asst_draft_free(other);
	}
	asst_draft_free(draft);
}

static void creating_needs_the_permission_and_a_seat(void **state)
{
	static const struct {
		const char *kind;
		int status;
	} rows[] = {
		{ "ada create", ASST_OK },	    { "ada", ASST_EDENIED },
		{ "ada eng:admin", ASST_EDENIED },  { "ada create noseat", ASST_EDENIED },
		{ "root super", ASST_EDENIED },	    { "root super create", ASST_OK },
		{ "system", ASST_OK },
	};
	struct host *host = *state;
	char json[] = "{\"name\":\"a\",\"ownerId\":\"user:ada\"}", text[32];
	asst_buf *buf;
	size_t i;

	for (i = 0; i < T_COUNT(rows); i++) {
		assert_int_equal(host_allowed(host, rows[i].kind, "assistants:create", NULL),
				 rows[i].status == ASST_OK);
		EXPECT(host, rows[i].status,
		       asst_assistant_create_json(NULL, as(host, rows[i].kind), json, ASST_NUL, 0,
						  host->err));
		EXPECT(host, rows[i].status,
		       asst_assistant_validate_json(as(host, rows[i].kind), json, ASST_NUL, 0,
						    host->err));
		MUST(host, asst_access_explain(&buf, as(host, rows[i].kind), "assistants:create",
					       NULL, host->err));
		snprintf(text, sizeof(text), "\"%s\"", asst_status_name(rows[i].status));
		assert_true(has(asst_buf_data(buf), "status", text));
		asst_buf_free(buf);
	}
}

static void both_names_of_the_permission_are_one(void **state)
{
	static const char json[] = "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
				   "\"permissions\":[\"other\",\"createAssistants\"]}";
	struct host *host = *state;
	asst_session *session;
	int allowed;

	MUST(host, asst_session_open(&session, host->store, json, ASST_NUL, host->err));
	MUST(host, asst_access_check(&allowed, session, "assistants:create", NULL, host->err));
	assert_int_equal(allowed, 1);
	assert_string_equal(asst_session_principal(session), "user:ada");
	assert_string_equal(asst_session_workspace(session), "acme");
	asst_session_free(session);
}

static void wrong_questions_are_einval(void **state)
{
	static const char *const wrong[] = { "assistant:fly", "", "read", "assistant:READ",
					     "assistant:read " };
	struct host *host = *state;
	const char *id = host_create(host, "ada create", "{\"name\":\"a\"}");
	asst_session *ada = as(host, "ada create");
	asst_buf *buf;
	size_t i;
	int allowed;

	for (i = 0; i < T_COUNT(wrong); i++) {
		allowed = 1;
		EXPECT(host, ASST_EINVAL,
		       asst_access_check(&allowed, ada, wrong[i], id, host->err));
		assert_int_equal(allowed, 0);
		EXPECT(host, ASST_EINVAL, asst_access_explain(&buf, ada, wrong[i], id, host->err));
		assert_null(buf);
	}
	EXPECT(host, ASST_EINVAL, asst_access_check(&allowed, ada, NULL, id, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check(&allowed, ada, "assistant:read", NULL, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_check(&allowed, NULL, "assistant:read", id, host->err));
	EXPECT(host, ASST_EINVAL,
	       asst_access_explain(&buf, ada, "assistant:read", NULL, host->err));
	MUST(host, asst_access_check(NULL, ada, "assistant:read", id, host->err));
}

static void the_rights_have_names(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(asst_right_count(), T_COUNT(rights) + 2);
	for (i = 0; i < T_COUNT(rights); i++)
		assert_string_equal(asst_right_name(i), rights[i].name);
	assert_string_equal(asst_right_name(i), "assistants:create");
	assert_string_equal(asst_right_name(i + 1), "keys:create");
	assert_null(asst_right_name(i + 2));
	assert_null(asst_right_name(SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(levels_are_those_of_the_design),
		HOST_TEST(operations_answer_as_check_does),
		HOST_TEST(explain_names_what_decided),
		HOST_TEST(a_sentence_names_rule_principal_and_both_levels),
		HOST_TEST(a_grantee_is_told_that_it_takes_the_owner),
		HOST_TEST(behind_a_shut_gate_no_level_is_told),
		HOST_TEST(a_draft_is_read_by_level_3_and_changed_by_nobody_else),
		HOST_TEST(creating_needs_the_permission_and_a_seat),
		HOST_TEST(both_names_of_the_permission_are_one),
		HOST_TEST(wrong_questions_are_einval),
		cmocka_unit_test(the_rights_have_names),
	};

	return cmocka_run_group_tests_name("api/access", tests, NULL, NULL) ? 1 : 0;
}
