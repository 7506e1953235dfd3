/* SPDX-License-Identifier: MIT */
/* Allocation failures with users and teams, their sessions, and who may do what. */
#include "oom_people.h"

static int user_put(asst_session *session, const char *json, asst_error *err)
{
	return FAILING(asst_user_put(session, json, json ? ASST_NUL : 0, 0, err));
}

static int run_user(asst_error *err)
{
	return user_put(w.host,
			"{\"id\":\"dan\",\"name\":\"Dan\",\"teams\":[{\"id\":\"red\","
			"\"role\":\"designer\"},{\"id\":\"blue\"}]}",
			err);
}

static int run_user_lost(asst_error *err)
{
	w.conflicts = 2;
	return run_user(err);
}

RUN(user_again, user_put(w.host, "{\"id\":\"ada\",\"teams\":[{\"id\":\"blue\"}]}", err))
RUN(user_faults, user_put(w.host, "{\"id\":\"a b\",\"name\":\"\",\"hat\":1}", err))

static int run_user_team(asst_error *err)
{
	return user_put(w.host,
			"{\"id\":\"dan\",\"teams\":[{\"id\":\"red\"},{\"id\":\"x\"},"
			"{\"id\":\"y\"}]}",
			err);
}

RUN(user_text, user_put(w.host, "{\"id\":", err))
RUN(user_none, user_put(w.host, NULL, err))
RUN(user_denied, user_put(w.ada, "{\"id\":\"dan\"}", err))

static int user_get(const char *id, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_user_get(&buf, w.host, id, err));

	return gave(status, buf);
}

RUN(user_get, user_get("ada", err))
RUN(user_get_none, user_get("dan", err))
RUN(user_get_silent, FAILING(asst_user_get(NULL, w.host, "ada", err)))

static int user_list(const char *options, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_user_list(&buf, w.host, options, options ? ASST_NUL : 0, err));

	return gave(status, buf);
}

static char options[200];

static void prepare_page(void)
{
	char cursor[160];
	asst_buf *buf;

	prepare_people();
	MUST(asst_user_list(&buf, w.host, "{\"limit\":1}", ASST_NUL, NULL));
	take_member(cursor, sizeof(cursor), buf, "cursor");
	snprintf(options, sizeof(options), "{\"limit\":1,\"cursor\":\"%s\"}", cursor);
	asst_buf_free(buf);
}

RUN(users, user_list(NULL, err))
RUN(users_page, user_list(options, err))
RUN(users_cursor, user_list("{\"cursor\":\"a b\"}", err))
RUN(users_many, user_list("{\"limit\":5000}", err))

static int disable(const char *id, int disabled, asst_error *err)
{
	return FAILING(asst_user_disable(w.host, id, disabled, 0, err));
}

RUN(disable, disable("ada", 1, err))

static int run_disable_lost(asst_error *err)
{
	w.conflicts = 1;
	return disable("cat", 0, err);
}

RUN(disable_same, disable("cat", 1, err))
RUN(disable_none, disable("dan", 1, err))
RUN(disable_wrong, disable("ada", 2, err))
RUN(delete, FAILING(asst_user_delete(w.host, "ada", 0, err)))
RUN(forget, FAILING(asst_user_forget(w.host, "ada", 0, err)))
RUN(forget_none, FAILING(asst_user_forget(w.host, "dan", 0, err)))

static void prepare_deleted(void)
{
	prepare_people();
	MUST(asst_user_delete(w.host, "ada", 0, NULL));
}

static int team_put(const char *json, asst_error *err)
{
	return FAILING(asst_team_put(w.host, json, ASST_NUL, 0, err));
}

RUN(team, team_put("{\"id\":\"gold\",\"name\":\"Gold\"}", err))

static int run_team_again(asst_error *err)
{
	w.conflicts = 1;
	return team_put("{\"id\":\"red\"}", err);
}

RUN(team_faults, team_put("{\"name\":7}", err))

static int team_get(const char *id, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_team_get(&buf, w.host, id, err));

	return gave(status, buf);
}

RUN(team_get, team_get("red", err))
RUN(team_get_none, team_get("gold", err))

static int run_teams(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_team_list(&buf, w.host, "{\"limit\":1}", ASST_NUL, err));

	return gave(status, buf);
}

static int team_delete(const char *id, asst_error *err)
{
	return FAILING(asst_team_delete(w.host, id, 0, err));
}

static void prepare_no_members(void)
{
	prepare_people();
	put_user("{\"id\":\"ada\"}");
}

static int run_team_delete(asst_error *err)
{
	w.conflicts = 1;
	return team_delete("blue", err);
}

RUN(team_members, team_delete("red", err))
RUN(team_delete_none, team_delete("gold", err))

/* More than what is kept without taking memory: teams of one user, and members of one team. */

#define MANY_THERE 12

static char wide[1024];

static void write_wide(const char *more)
{
	size_t i, at = (size_t)snprintf(wide, sizeof(wide), "{\"id\":\"wide\",\"teams\":[");

	for (i = 0; i < MANY_THERE; i++)
		at += (size_t)snprintf(wide + at, sizeof(wide) - at, "{\"id\":\"t%zu\"},", i);
	snprintf(wide + at, sizeof(wide) - at, "%s{\"id\":\"red\"}]}", more);
}

static void prepare_many(void)
{
	char json[80];
	size_t i;

	prepare_people();
	for (i = 0; i < MANY_THERE; i++) {
		snprintf(json, sizeof(json), "{\"id\":\"t%zu\"}", i);
		MUST(asst_team_put(w.host, json, ASST_NUL, 0, NULL));
		snprintf(json, sizeof(json), "{\"id\":\"u%zu\",\"teams\":[{\"id\":\"t0\"}]}", i);
		put_user(json);
	}
	write_wide("");
	put_user(wide);
	MUST(asst_share_put(w.ada, w.red, "team:t0", ASST_LEVEL_READ, 0, NULL));
}

RUN(wide, user_put(w.host, wide, err))
RUN(wide_delete, FAILING(asst_user_delete(w.host, "wide", 0, err)))
RUN(wide_get, team_get("t0", err))

static int run_wide_unknown(asst_error *err)
{
	write_wide("{\"id\":\"x\"},");
	return user_put(w.host, wide, err);
}

/* Sessions of whom the directory knows */

static int open_user(const char *user, uint32_t flags, asst_error *err)
{
	asst_session *made = NO_SESSION;
	int status = FAILING(asst_session_open_user(&made, w.store, "acme", user, flags, err));

	return opened_as(status, made);
}

RUN(open, open_user("ada", ASST_SESSION_RUNTIME, err))
RUN(open_none, open_user("dan", 0, err))
RUN(open_disabled, open_user("cat", 0, err))

/* and of whom the host knows: what it takes memory for may fail, too. */

static int find(void *user, const char *workspace, const char *id, asst_buf **document,
		asst_error *err)
{
	static const char ada[] = "{\"aiSeat\":true,\"permissions\":[\"ai.verify\"],\"teams\":["
				  "{\"id\":\"red\",\"role\":\"admin\"}]}";
	static const char wrong[] = "{\"user\":\"eve\",\"hat\":1}", text[] = "{\"aiSeat\":";

	EXPECT(user == &w && strcmp(workspace, "acme") == 0);
	if (strcmp(id, "ada") == 0)
		return asst_buf_new(document, ada, strlen(ada), err);
	if (strcmp(id, "wrong") == 0)
		return asst_buf_new(document, wrong, strlen(wrong), err);
	if (strcmp(id, "text") == 0)
		return asst_buf_new(document, text, strlen(text), err);
	return strcmp(id, "lost") == 0 ? ASST_EIO : ASST_ENOTFOUND;
}

static void prepare_host(void)
{
	asst_store_opts *opts = world_opts();

	MUST(asst_store_opts_set_principals(opts, find, &w, NULL));
	world_again(opts);
	asst_store_opts_free(opts);
	act_as(&w.ada, "ada");
	/* The store is to remember the workspace before it. */
	MUST(asst_share_remove(w.host, w.beta, "workspace", 0, NULL));
}

RUN(open_wrong, open_user("wrong", 0, err))
RUN(open_text, open_user("text", 0, err))
RUN(open_lost, open_user("lost", 0, err))

/* What they may do is read anew, also behind a lost race. */
static int run_patch(asst_error *err)
{
	w.conflicts = 1;
	return FAILING(asst_assistant_patch_json(NULL, w.ada, w.beta, "{\"name\":\"B\"}", ASST_NUL,
						 ASST_ANY_REVISION, 0, err));
}

static void prepare_gone(void)
{
	prepare_people();
	MUST(asst_user_delete(w.host, "bob", 0, NULL));
}

static int run_patch_gone(asst_error *err)
{
	return FAILING(asst_assistant_patch_json(NULL, w.bob, w.beta, "{\"name\":\"B\"}", ASST_NUL,
						 ASST_ANY_REVISION, 0, err));
}

/* Many decisions */

static int check_many(asst_session *session, const char *right, size_t count, asst_error *err)
{
	const char *ids[1001] = { w.alpha, w.beta, "no id", w.red, w.fresh };
	int allowed[1001], status;
	size_t i;

	for (i = 0; i < count; i++) {
		allowed[i] = 7;
		ids[i] = ids[i] ? ids[i] : w.red;
	}
	status = FAILING(asst_access_check_many(allowed, session, right, ids, count, err));
	for (i = 0; i < count && count <= 1000; i++) {
		EXPECT(allowed[i] == 0 || (status == ASST_OK && allowed[i] == 1));
		if (status == ASST_OK)
			text_format(&out, "%d", allowed[i]);
	}
	return status;
}

RUN(many, check_many(w.ada, "assistant:write", 5, err))
RUN(many_bob, check_many(w.bob, "assistant:share", 5, err))
RUN(many_more, check_many(w.ada, "assistant:read", 40, err))
RUN(many_limit, check_many(w.ada, "assistant:read", 1001, err))
RUN(many_right, check_many(w.ada, "assistants:create", 2, err))

static int who(asst_session *session, const char *id, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_access_who(&buf, session, "assistant:read", id, err));

	return gave(status, buf);
}

static void prepare_who(void)
{
	prepare_people();
	MUST(asst_share_put(w.ada, w.red, "team:green", ASST_LEVEL_READ, 0, NULL));
	MUST(asst_share_put(w.ada, w.red, "team:blue", ASST_LEVEL_WRITE, 0, NULL));
	MUST(asst_share_put(w.ada, w.red, "user:zoe", ASST_LEVEL_READ, 0, NULL));
}

RUN(who, who(w.ada, w.red, err))
RUN(who_beta, who(w.ada, w.beta, err))
RUN(who_denied, who(w.bob, w.beta, err))
RUN(who_hidden, who(w.bob, w.alpha, err))
RUN(who_silent, FAILING(asst_access_who(NULL, w.ada, "assistant:read", w.red, err)))

#define OPEN "asst_session_open_user"
#define MANY "asst_access_check_many"
#define WHO "asst_access_who"
#define PATCH "asst_assistant_patch_json"
#define USER(call) "asst_user_" call
#define TEAM(call) "asst_team_" call

static const struct op ops[] = {
	{ USER("put"), "new", ASST_OK, ALL, prepare_people, run_user },
	{ USER("put"), "lost races", ASST_OK, ALL | DETAIL, prepare_people, run_user_lost },
	{ USER("put"), "changed", ASST_OK, ALL, prepare_people, run_user_again },
	{ USER("put"), "faults", ASST_EVALIDATION, ALL, prepare_people, run_user_faults },
	{ USER("put"), "unknown teams", ASST_EVALIDATION, ALL, prepare_people, run_user_team },
	{ USER("put"), "no JSON", ASST_EVALIDATION, ALL, prepare_people, run_user_text },
	{ USER("put"), "no document", ASST_EINVAL, DETAIL, prepare_people, run_user_none },
	{ USER("put"), "deleted before", ASST_EEXISTS, ALL, prepare_deleted, run_user_again },
	{ USER("put"), "denied", ASST_EDENIED, ALL, prepare_people, run_user_denied },
	{ USER("put"), "no directory", ASST_EUNSUPPORTED, DETAIL, NULL, run_user },
	{ USER("get"), "one", ASST_OK, ALL, prepare_people, run_user_get },
	{ USER("get"), "deleted", ASST_OK, ALL, prepare_deleted, run_user_get },
	{ USER("get"), "none", ASST_ENOTFOUND, DETAIL, prepare_people, run_user_get_none },
	{ USER("get"), "not wanted", ASST_OK, ALL | MAYBE, prepare_people, run_user_get_silent },
	{ USER("list"), "all", ASST_OK, ALL, prepare_people, run_users },
	{ USER("list"), "next page", ASST_OK, ALL, prepare_page, run_users_page },
	{ USER("list"), "damaged cursor", ASST_EVALIDATION, ALL, prepare_people, run_users_cursor },
	{ USER("list"), "too many", ASST_ELIMIT, ALL, prepare_people, run_users_many },
	{ USER("disable"), "of teams", ASST_OK, ALL, prepare_people, run_disable },
	{ USER("disable"), "back, lost race", ASST_OK, ALL | DETAIL, prepare_people,
	  run_disable_lost },
	{ USER("disable"), "as it is", ASST_OK, 0, prepare_people, run_disable_same },
	{ USER("disable"), "none", ASST_ENOTFOUND, DETAIL, prepare_people, run_disable_none },
	{ USER("disable"), "neither", ASST_EINVAL, DETAIL, prepare_people, run_disable_wrong },
	{ USER("delete"), "of teams", ASST_OK, ALL, prepare_people, run_delete },
	{ USER("delete"), "deleted", ASST_OK, 0, prepare_deleted, run_delete },
	{ USER("forget"), "of teams", ASST_OK, ALL, prepare_people, run_forget },
	{ USER("forget"), "deleted", ASST_OK, ALL, prepare_deleted, run_forget },
	{ USER("forget"), "none", ASST_ENOTFOUND, DETAIL, prepare_people, run_forget_none },
	{ TEAM("put"), "new", ASST_OK, ALL, prepare_people, run_team },
	{ TEAM("put"), "changed, lost race", ASST_OK, ALL | DETAIL, prepare_people,
	  run_team_again },
	{ TEAM("put"), "faults", ASST_EVALIDATION, ALL, prepare_people, run_team_faults },
	{ TEAM("get"), "with members", ASST_OK, ALL, prepare_people, run_team_get },
	{ TEAM("get"), "none", ASST_ENOTFOUND, DETAIL, prepare_people, run_team_get_none },
	{ TEAM("list"), "first page", ASST_OK, ALL, prepare_people, run_teams },
	{ TEAM("delete"), "lost race", ASST_OK, ALL | DETAIL, prepare_no_members, run_team_delete },
	{ TEAM("delete"), "members", ASST_ECONFLICT, ALL, prepare_people, run_team_members },
	{ TEAM("delete"), "none", ASST_ENOTFOUND, DETAIL, prepare_people, run_team_delete_none },
	{ USER("put"), "many teams", ASST_OK, ALL, prepare_many, run_wide },
	{ USER("put"), "one unknown", ASST_EVALIDATION, ALL, prepare_many, run_wide_unknown },
	{ USER("delete"), "of many teams", ASST_OK, ALL, prepare_many, run_wide_delete },
	{ USER("list"), "many", ASST_OK, ALL, prepare_many, run_users },
	{ TEAM("get"), "with many members", ASST_OK, ALL, prepare_many, run_wide_get },
	{ OPEN, "of the directory", ASST_OK, ALL, prepare_people, run_open },
	{ OPEN, "unknown", ASST_EUNAUTHENTICATED, ALL, prepare_people, run_open_none },
	{ OPEN, "disabled", ASST_EUNAUTHENTICATED, ALL, prepare_people, run_open_disabled },
	{ OPEN, "no source", ASST_EUNSUPPORTED, DETAIL, NULL, run_open },
	{ OPEN, "of the host", ASST_OK, ALL, prepare_host, run_open },
	{ OPEN, "unknown to the host", ASST_EUNAUTHENTICATED, ALL, prepare_host, run_open_none },
	{ OPEN, "the host's faults", ASST_EVALIDATION, ALL, prepare_host, run_open_wrong },
	{ OPEN, "the host's no JSON", ASST_EVALIDATION, ALL, prepare_host, run_open_text },
	{ OPEN, "the host fails", ASST_EIO, ALL, prepare_host, run_open_lost },
	{ PATCH, "of the directory, lost race", ASST_OK, ALL | DETAIL, prepare_people, run_patch },
	{ PATCH, "of the host, lost race", ASST_OK, ALL | DETAIL, prepare_host, run_patch },
	{ PATCH, "deleted", ASST_EUNAUTHENTICATED, ALL, prepare_gone, run_patch_gone },
	{ MANY, "given", ASST_OK, ALL, NULL, run_many },
	{ MANY, "of the directory", ASST_OK, ALL, prepare_people, run_many },
	{ MANY, "of the host", ASST_OK, ALL, prepare_host, run_many },
	{ MANY, "refused and hidden", ASST_OK, ALL, prepare_people, run_many_bob },
	{ MANY, "many", ASST_OK, ALL, prepare_people, run_many_more },
	{ MANY, "too many", ASST_ELIMIT, DETAIL, NULL, run_many_limit },
	{ MANY, "no such right", ASST_EINVAL, DETAIL, NULL, run_many_right },
	{ WHO, "teams", ASST_OK, ALL, prepare_who, run_who },
	{ WHO, "many members", ASST_OK, ALL, prepare_many, run_who },
	{ WHO, "grants", ASST_OK, ALL, prepare_people, run_who_beta },
	{ WHO, "no directory", ASST_OK, ALL, NULL, run_who },
	{ WHO, "not wanted", ASST_OK, ALL | MAYBE, prepare_who, run_who_silent },
	{ WHO, "denied", ASST_EDENIED, DETAIL, NULL, run_who_denied },
	{ WHO, "hidden", ASST_ENOTFOUND, DETAIL, NULL, run_who_hidden },
};

OOM_TESTS("directory", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_directory", tests, NULL, NULL) ? 1 : 0;
}
