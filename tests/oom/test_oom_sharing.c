/* SPDX-License-Identifier: MIT */
/* Allocation failures while rights are asked for and granted. */
#include "oom_world.h"

static int check(asst_session *session, const char *right, const char *id, asst_error *err)
{
	int allowed = 7;
	int status = FAILING(asst_access_check(&allowed, session, right, id, err));

	EXPECT(allowed == 0 || (status == ASST_OK && allowed == 1));
	if (status == ASST_OK)
		text_format(&out, "allowed %d\n", allowed);
	return status;
}

static int run_check(asst_error *err)
{
	return check(w.ada, "assistant:write", w.alpha, err);
}

static int run_check_name(asst_error *err)
{
	return check(w.ada, "assistant:write", "user:ada:alpha", err);
}

static int run_check_granted(asst_error *err)
{
	return check(w.bob, "assistant:read", w.beta, err);
}

static int run_check_refused(asst_error *err)
{
	return check(w.bob, "assistant:share", w.beta, err);
}

static int run_check_hidden(asst_error *err)
{
	return check(w.bob, "assistant:read", w.alpha, err);
}

static int run_check_create(asst_error *err)
{
	return check(w.bob, "assistants:create", NULL, err);
}

static int run_check_unknown(asst_error *err)
{
	return check(w.bob, "assistants:fly", w.alpha, err);
}

static int explain(asst_session *session, const char *right, const char *id, asst_error *err)
{
	asst_buf *why = (asst_buf *)(void *)&w;
	int status = FAILING(asst_access_explain(&why, session, right, id, err));

	EXPECT((status == ASST_OK) == (why != NULL));
	if (why)
		text_buf(&out, why);
	asst_buf_free(why);
	return status;
}

static int run_explain(asst_error *err)
{
	return explain(w.ada, "assistant:write", w.red, err);
}

static int run_explain_name(asst_error *err)
{
	return explain(w.ada, "assistant:delete", "team:red:red", err);
}

static int run_explain_refused(asst_error *err)
{
	return explain(w.bob, "assistant:share", w.beta, err);
}

static int run_explain_hidden(asst_error *err)
{
	return explain(w.bob, "assistant:share", w.alpha, err);
}

static int run_explain_create(asst_error *err)
{
	return explain(w.ada, "assistants:create", NULL, err);
}

static int run_explain_unknown(asst_error *err)
{
	return explain(w.ada, "", NULL, err);
}

static int put(asst_session *session, const char *id, const char *principal, int level,
	       asst_error *err)
{
	return FAILING(asst_share_put(session, id, principal, level, 0, err));
}

static int run_put_first(asst_error *err)
{
	return put(w.ada, w.alpha, "user:bob", ASST_LEVEL_READ, err);
}

static int run_put_more(asst_error *err)
{
	return put(w.ada, w.beta, "key:k1", ASST_LEVEL_MANAGE, err);
}

static int run_put_change(asst_error *err)
{
	return put(w.ada, w.beta, "workspace", ASST_LEVEL_MANAGE, err);
}

static int run_put_same(asst_error *err)
{
	return put(w.ada, w.beta, "user:bob", ASST_LEVEL_WRITE, err);
}

static int run_put_lost(asst_error *err)
{
	w.conflicts = 2;
	return put(w.ada, w.beta, "team:blue", ASST_LEVEL_WRITE, err);
}

static int run_put_denied(asst_error *err)
{
	return put(w.bob, w.beta, "user:bob", ASST_LEVEL_MANAGE, err);
}

static int run_put_wrong(asst_error *err)
{
	return put(w.ada, w.beta, "nobody", 9, err);
}

static int run_put_draft(asst_error *err)
{
	return put(w.ada, asst_draft_id(w.draft), "user:bob", ASST_LEVEL_READ, err);
}

static int put_json(const char *json, asst_error *err)
{
	return FAILING(asst_share_put_json(w.ada, w.beta, json, ASST_NUL, 0, err));
}

static int run_put_json(asst_error *err)
{
	return put_json("{\"principalId\":\"team:red\",\"accessLevel\":2,"
			"\"expiresAt\":\"2031-05-01T00:00:00+02:00\"}", err);
}

static int run_put_json_past(asst_error *err)
{
	return put_json("{\"principalId\":\"team:red\",\"accessLevel\":2,"
			"\"expiresAt\":\"2001-05-01T00:00:00Z\",\"why\":null}", err);
}

static int run_put_json_text(asst_error *err)
{
	return put_json("{\"principalId\":\"team:red\",", err);
}

static int run_put_json_none(asst_error *err)
{
	return put_json(NULL, err);
}

static int run_remove(asst_error *err)
{
	return FAILING(asst_share_remove(w.ada, w.beta, "user:bob", 0, err));
}

static int run_remove_lost(asst_error *err)
{
	w.conflicts = 1;
	return FAILING(asst_share_remove(w.ada, w.beta, "user:bob", 0, err));
}

static void prepare_one_grant(void)
{
	MUST(asst_share_remove(w.ada, w.beta, "workspace", 0, NULL));
}

static int run_remove_absent(asst_error *err)
{
	return FAILING(asst_share_remove(w.ada, "user:ada:beta", "team:none", 0, err));
}

static int run_remove_wrong(asst_error *err)
{
	return FAILING(asst_share_remove(w.ada, w.beta, "x y", 0, err));
}

static int list(asst_session *session, const char *id, asst_error *err)
{
	asst_buf *grants = (asst_buf *)(void *)&w;
	int status = FAILING(asst_share_list(&grants, session, id, err));

	EXPECT((status == ASST_OK) == (grants != NULL));
	if (grants)
		text_buf(&out, grants);
	asst_buf_free(grants);
	return status;
}

static int run_list(asst_error *err)
{
	return list(w.bob, w.beta, err);
}

static int run_list_none(asst_error *err)
{
	return list(w.ada, w.alpha, err);
}

static int run_list_hidden(asst_error *err)
{
	return list(w.bob, w.alpha, err);
}

static const struct op ops[] = {
	{ "asst_access_check", "allowed", ASST_OK, 0, NULL, run_check },
	{ "asst_access_check", "natural name", ASST_OK, ALL, NULL, run_check_name },
	{ "asst_access_check", "granted", ASST_OK, 0, NULL, run_check_granted },
	{ "asst_access_check", "refused", ASST_OK, DETAIL, NULL, run_check_refused },
	{ "asst_access_check", "hidden", ASST_OK, DETAIL, NULL, run_check_hidden },
	{ "asst_access_check", "without an object", ASST_OK, 0, NULL, run_check_create },
	{ "asst_access_check", "no such right", ASST_EINVAL, DETAIL, NULL, run_check_unknown },
	{ "asst_access_explain", "allowed", ASST_OK, ALL, NULL, run_explain },
	{ "asst_access_explain", "natural name", ASST_OK, ALL, NULL, run_explain_name },
	{ "asst_access_explain", "refused", ASST_OK, ALL | DETAIL, NULL, run_explain_refused },
	{ "asst_access_explain", "hidden", ASST_OK, ALL | DETAIL, NULL, run_explain_hidden },
	{ "asst_access_explain", "without an object", ASST_OK, ALL, NULL, run_explain_create },
	{ "asst_access_explain", "no such right", ASST_EINVAL, DETAIL, NULL, run_explain_unknown },
	{ "asst_share_put", "the first", ASST_OK, ALL, NULL, run_put_first },
	{ "asst_share_put", "one more", ASST_OK, ALL, NULL, run_put_more },
	{ "asst_share_put", "another level", ASST_OK, ALL, NULL, run_put_change },
	{ "asst_share_put", "as it is", ASST_OK, ALL, NULL, run_put_same },
	{ "asst_share_put", "after lost races", ASST_OK, ALL | DETAIL, NULL, run_put_lost },
	{ "asst_share_put", "denied", ASST_EDENIED, HEAP, NULL, run_put_denied },
	{ "asst_share_put", "faults", ASST_EVALIDATION, ALL, NULL, run_put_wrong },
	{ "asst_share_put", "of a draft", ASST_ECONFLICT, ALL, NULL, run_put_draft },
	{ "asst_share_put_json", "with an end", ASST_OK, ALL, NULL, run_put_json },
	{ "asst_share_put_json", "faults", ASST_EVALIDATION, ALL, NULL, run_put_json_past },
	{ "asst_share_put_json", "no JSON", ASST_EVALIDATION, ALL, NULL, run_put_json_text },
	{ "asst_share_put_json", "no document", ASST_EINVAL, DETAIL, NULL, run_put_json_none },
	{ "asst_share_remove", "one of two", ASST_OK, ALL, NULL, run_remove },
	{ "asst_share_remove", "the last", ASST_OK, ALL, prepare_one_grant, run_remove },
	{ "asst_share_remove", "after a lost race", ASST_OK, ALL | DETAIL, NULL, run_remove_lost },
	{ "asst_share_remove", "absent", ASST_OK, ALL, NULL, run_remove_absent },
	{ "asst_share_remove", "no principal", ASST_EVALIDATION, DETAIL, NULL, run_remove_wrong },
	{ "asst_share_list", "two", ASST_OK, ALL, NULL, run_list },
	{ "asst_share_list", "none", ASST_OK, ALL, NULL, run_list_none },
	{ "asst_share_list", "hidden", ASST_ENOTFOUND, DETAIL, NULL, run_list_hidden },
};

OOM_TESTS("sharing", ops)
OOM_HOST_TEST(ops)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests_name("oom_sharing", tests, NULL, NULL) ? 1 : 0;
}
