/* SPDX-License-Identifier: MIT */
/* Allocation failures with keys and tokens, the sessions that they open, and runtimes. */
#include "oom_credentials.h"

static int key_create(asst_session *session, const char *json, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_key_create(&buf, session, json, ASST_NUL, 0, err));

	return gave(status, buf);
}

RUN(key, key_create(w.ada, KEY, err))

static int run_key_lost(asst_error *err)
{
	w.conflicts = 2;
	return key_create(w.ada, KEY, err);
}

RUN(key_silent, FAILING(asst_key_create(NULL, w.ada, KEY, ASST_NUL, 0, err)))

static int run_key_faults(asst_error *err)
{
	return key_create(w.ada,
			  "{\"name\":\"\",\"expiresAt\":\"2001-01-01T00:00:00Z\","
			  "\"scopes\":[],\"hat\":1}",
			  err);
}

RUN(key_denied, key_create(w.bob, KEY, err))

static void prepare_no_source(void)
{
	asst_session_free(w.ada);
	MUST(asst_session_open(&w.ada, w.store,
			       "{\"workspace\":\"acme\",\"user\":\"ada\",\"aiSeat\":true,"
			       "\"permissions\":[\"keys:create\"]}",
			       ASST_NUL, NULL));
}

static char options[200];

static int key_list(asst_session *session, const char *json, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_key_list(&buf, session, json, json ? ASST_NUL : 0, err));

	return gave(status, buf);
}

RUN(keys, key_list(w.ada, NULL, err))
RUN(keys_all, key_list(w.host, NULL, err))
RUN(keys_page, key_list(w.ada, options, err))
RUN(keys_first, key_list(w.ada, "{\"limit\":1}", err))
RUN(keys_cursor, key_list(w.ada, "{\"cursor\":\"00\"}", err))
RUN(keys_denied, key_list(by_text, NULL, err))

static void prepare_page(void)
{
	char cursor[100];
	asst_buf *buf;

	prepare_credentials();
	MUST(asst_key_list(&buf, w.ada, "{\"limit\":1}", ASST_NUL, NULL));
	take_member(cursor, sizeof(cursor), buf, "cursor");
	snprintf(options, sizeof(options), "{\"limit\":1,\"cursor\":\"%s\"}", cursor);
	asst_buf_free(buf);
}

RUN(revoke, FAILING(asst_key_revoke(w.ada, key.id, 0, err)))

static int run_revoke_lost(asst_error *err)
{
	w.conflicts = 1;
	return run_revoke(err);
}

RUN(revoke_others, FAILING(asst_key_revoke(w.bob, key.id, 0, err)))
RUN(revoke_none, FAILING(asst_key_revoke(w.ada, w.alpha, 0, err)))

static int rotate(const char *id, int64_t overlap, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_key_rotate(&buf, w.ada, id, overlap, 0, err));

	return gave(status, buf);
}

RUN(rotate_none, rotate("no id", 0, err))
RUN(rotate, rotate(key.id, HOUR, err))

static int run_rotate_lost(asst_error *err)
{
	w.conflicts = 2;
	return rotate(key.id, 0, err);
}

RUN(rotate_wrong, rotate(key.id, -1, err))

/* Tokens */

static int token_create(asst_session *session, const char *id, const char *json, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_token_create(&buf, session, id, json, ASST_NUL, 0, err));

	return gave(status, buf);
}

RUN(token, token_create(w.ada, w.alpha, TOKEN, err))

static int run_token_lost(asst_error *err)
{
	w.conflicts = 2;
	return token_create(w.ada, "user:ada:alpha", "{\"expiresAt\":\"" SOON "\"}", err);
}

RUN(token_silent, FAILING(asst_token_create(NULL, w.ada, w.alpha, TOKEN, ASST_NUL, 0, err)))
RUN(token_faults, token_create(w.ada, w.alpha, "{\"readOnly\":1,\"cidr\":\"192.0.2.0\"}", err))
RUN(token_denied, token_create(w.bob, w.beta, TOKEN, err))
RUN(token_hidden, token_create(w.bob, w.alpha, TOKEN, err))

/* A deletion revoked those that are there: the next one sweeps them out. */
static void prepare_stale(void)
{
	prepare_many();
	tick();
	MUST(asst_assistant_delete(w.ada, w.alpha, ASST_ANY_REVISION, 0, NULL));
	tick();
	MUST(asst_trash_restore(NULL, w.ada, w.alpha, ASST_ANY_REVISION, 0, NULL));
}

static int tokens(asst_session *session, const char *id, asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_token_list(&buf, session, id, err));

	return gave(status, buf);
}

RUN(tokens, tokens(w.ada, w.alpha, err))
RUN(tokens_hidden, tokens(w.bob, w.alpha, err))

static int run_token_revoke(asst_error *err)
{
	w.conflicts = 1;
	return FAILING(asst_token_revoke(w.ada, w.alpha, token.id, 0, err));
}

RUN(token_revoke_none, FAILING(asst_token_revoke(w.ada, w.alpha, w.beta, 0, err)))
RUN(token_revoke_denied, FAILING(asst_token_revoke(w.bob, w.beta, w.beta, 0, err)))

static void prepare_trash(void)
{
	prepare_many();
	MUST(asst_assistant_delete(w.ada, w.alpha, ASST_ANY_REVISION, 0, NULL));
}

RUN(purge, FAILING(asst_trash_purge(w.ada, w.alpha, ASST_ANY_REVISION, 0, err)))

/* Sessions */

static int open_text(const char *text, const char *peer, asst_error *err)
{
	asst_session *made = NO_SESSION;
	int status =
		FAILING(asst_session_open_credential(&made, w.store, text, ASST_NUL, peer, 0, err));

	return opened_as(status, made);
}

RUN(open_key, open_text(key.text, NULL, err))
RUN(open_token, open_text(token.text, "::ffff:192.0.2.8", err))
RUN(open_peer, open_text(token.text, "192.0.2.7", err))

/* That it was used may lack memory to be noted; the next one notes it. */
static int run_open_noted(asst_error *err)
{
	asst_session *again;
	int status;

	w.time += 2 * HOUR;
	status = open_text(key.text, NULL, err);
	if (status == ASST_OK) {
		MUST(asst_session_open_credential(&again, w.store, key.text, ASST_NUL, NULL, 0,
						  NULL));
		asst_session_free(again);
	}
	return status;
}

RUN(open_no_text, open_text("asst_key_", NULL, err))

/* What a key creates is its creator's, and shared with it. */
static int run_create(asst_error *err)
{
	asst_assistant *made = (asst_assistant *)(void *)&w;
	int status;

	w.conflicts = 1;
	status = FAILING(asst_assistant_create_json(&made, by_text, "{\"name\":\"Of a key\"}",
						    ASST_NUL, 0, err));
	EXPECT((status == ASST_OK) == (made != NULL));
	if (made)
		text_assistant(&out, made);
	asst_assistant_free(made);
	return status;
}

static int run_get(asst_error *err)
{
	asst_assistant *got = (asst_assistant *)(void *)&w;
	int status = FAILING(asst_assistant_get(&got, by_text, w.alpha, 0, err));

	EXPECT((status == ASST_OK) == (got != NULL));
	if (got)
		text_assistant(&out, got);
	asst_assistant_free(got);
	return status;
}

static int runtime(asst_session *session, asst_error *err)
{
	asst_session *made = NO_SESSION;
	int status = FAILING(asst_session_runtime(&made, session, err));

	return opened_as(status, made);
}

RUN(runtime, runtime(w.ada, err))
RUN(runtime_text, runtime(by_text, err))
RUN(runtime_system, runtime(w.host, err))

#define KEYS(call) "asst_key_" call
#define TOKENS(call) "asst_token_" call
#define OPEN "asst_session_open_credential"
#define RUNTIME "asst_session_runtime"
#define CREATE "asst_assistant_create_json"

static void prepare_who_keys(void)
{
	char principal[48];

	prepare_credentials();
	snprintf(principal, sizeof(principal), "key:%s", key.id);
	MUST(asst_share_put(w.ada, w.alpha, principal, ASST_LEVEL_WRITE, 0, NULL));
	snprintf(principal, sizeof(principal), "key:%s", other_key.id);
	MUST(asst_share_put(w.ada, w.alpha, principal, ASST_LEVEL_READ, 0, NULL));
}

static int run_who_keys(asst_error *err)
{
	asst_buf *buf = NO_BUF;
	int status = FAILING(asst_access_who(&buf, w.ada, "assistant:read", w.alpha, err));

	return gave(status, buf);
}

static const struct op ops[] = {
	{ KEYS("create"), "first", ASST_OK, ALL, prepare_people, run_key },
	{ KEYS("create"), "lost races", ASST_OK, ALL | DETAIL, prepare_credentials, run_key_lost },
	{ KEYS("create"), "not wanted", ASST_OK, ALL, prepare_people, run_key_silent },
	{ KEYS("create"), "faults", ASST_EVALIDATION, ALL, prepare_people, run_key_faults },
	{ KEYS("create"), "denied", ASST_EDENIED, ALL, prepare_people, run_key_denied },
	{ KEYS("create"), "no source", ASST_EUNSUPPORTED, DETAIL, prepare_no_source, run_key },
	{ KEYS("list"), "own", ASST_OK, ALL, prepare_credentials, run_keys },
	{ KEYS("list"), "everybody's", ASST_OK, ALL, prepare_revoked, run_keys_all },
	{ KEYS("list"), "many", ASST_OK, ALL, prepare_many, run_keys },
	{ KEYS("list"), "first page", ASST_OK, ALL, prepare_credentials, run_keys_first },
	{ KEYS("list"), "next page", ASST_OK, ALL, prepare_page, run_keys_page },
	{ KEYS("list"), "damaged cursor", ASST_EVALIDATION, ALL, prepare_people, run_keys_cursor },
	{ KEYS("list"), "by a key", ASST_EDENIED, ALL, prepare_key, run_keys_denied },
	{ KEYS("revoke"), "one", ASST_OK, ALL, prepare_credentials, run_revoke },
	{ KEYS("revoke"), "rotated, lost race", ASST_OK, ALL | DETAIL, prepare_rotated,
	  run_revoke_lost },
	{ KEYS("revoke"), "revoked", ASST_OK, ALL, prepare_revoked, run_revoke },
	{ KEYS("revoke"), "another's", ASST_ENOTFOUND, ALL, prepare_credentials,
	  run_revoke_others },
	{ KEYS("revoke"), "none", ASST_ENOTFOUND, ALL, prepare_people, run_revoke_none },
	{ KEYS("rotate"), "one", ASST_OK, ALL, prepare_credentials, run_rotate },
	{ KEYS("rotate"), "rotated, lost races", ASST_OK, ALL | DETAIL, prepare_rotated,
	  run_rotate_lost },
	{ KEYS("rotate"), "revoked", ASST_ECONFLICT, ALL, prepare_revoked, run_rotate },
	{ KEYS("rotate"), "wrong overlap", ASST_EINVAL, ALL, prepare_credentials,
	  run_rotate_wrong },
	{ KEYS("rotate"), "none", ASST_ENOTFOUND, ALL, prepare_people, run_rotate_none },
	{ TOKENS("create"), "first", ASST_OK, ALL, prepare_people, run_token },
	{ TOKENS("create"), "lost races", ASST_OK, ALL | DETAIL, prepare_credentials,
	  run_token_lost },
	{ TOKENS("create"), "not wanted", ASST_OK, ALL, prepare_people, run_token_silent },
	{ TOKENS("create"), "stale ones", ASST_OK, ALL, prepare_stale, run_token },
	{ TOKENS("create"), "faults", ASST_EVALIDATION, ALL, prepare_people, run_token_faults },
	{ TOKENS("create"), "denied", ASST_EDENIED, ALL, prepare_people, run_token_denied },
	{ TOKENS("create"), "hidden", ASST_ENOTFOUND, ALL, prepare_people, run_token_hidden },
	{ TOKENS("list"), "two", ASST_OK, ALL, prepare_credentials, run_tokens },
	{ TOKENS("list"), "many", ASST_OK, ALL, prepare_many, run_tokens },
	{ TOKENS("list"), "stale ones", ASST_OK, ALL, prepare_stale, run_tokens },
	{ TOKENS("list"), "hidden", ASST_ENOTFOUND, ALL, prepare_people, run_tokens_hidden },
	{ TOKENS("revoke"), "lost race", ASST_OK, ALL | DETAIL, prepare_credentials,
	  run_token_revoke },
	{ TOKENS("revoke"), "of many", ASST_OK, ALL | DETAIL, prepare_many, run_token_revoke },
	{ TOKENS("revoke"), "none", ASST_OK, ALL, prepare_credentials, run_token_revoke_none },
	{ TOKENS("revoke"), "denied", ASST_EDENIED, ALL, prepare_people, run_token_revoke_denied },
	{ "asst_trash_purge", "with tokens", ASST_OK, ALL, prepare_trash, run_purge },
	{ OPEN, "key", ASST_OK, ALL, prepare_key, run_open_key },
	{ OPEN, "rotated key", ASST_OK, ALL, prepare_rotated, run_open_key },
	{ OPEN, "key, use noted", ASST_OK, ALL | MAYBE, prepare_key, run_open_noted },
	{ OPEN, "revoked key", ASST_EUNAUTHENTICATED, ALL, prepare_revoked, run_open_key },
	{ OPEN, "token", ASST_OK, ALL, prepare_token, run_open_peer },
	{ OPEN, "token elsewhere", ASST_EUNAUTHENTICATED, ALL, prepare_token, run_open_token },
	{ OPEN, "no credential", ASST_EUNAUTHENTICATED, DETAIL, prepare_people, run_open_no_text },
	{ CREATE, "by a key, lost race", ASST_OK, ALL | DETAIL, prepare_key, run_create },
	{ CREATE, "by a revoked key", ASST_EUNAUTHENTICATED, ALL, prepare_revoked, run_create },
	{ "asst_access_who", "keys", ASST_OK, ALL, prepare_who_keys, run_who_keys },
	{ "asst_assistant_get", "by a token", ASST_OK, ALL, prepare_token, run_get },
	{ RUNTIME, "given", ASST_OK, ALL, NULL, run_runtime },
	{ RUNTIME, "of the directory", ASST_OK, ALL, prepare_people, run_runtime },
	{ RUNTIME, "of a token", ASST_OK, ALL, prepare_token, run_runtime_text },
	{ RUNTIME, "of a key", ASST_EDENIED, DETAIL, prepare_key, run_runtime_text },
	{ RUNTIME, "of the system", ASST_EDENIED, DETAIL, NULL, run_runtime_system },
};

OOM_TESTS("credentials", ops)
OOM_HOST_TEST(ops)

/* Without libsodium there are none. */
static const struct op without[] = {
	{ KEYS("create"), "", ASST_EUNSUPPORTED, ALL, prepare_people, run_key },
	{ KEYS("list"), "", ASST_OK, ALL, prepare_people, run_keys },
	{ KEYS("revoke"), "", ASST_ENOTFOUND, ALL, prepare_people, run_revoke_none },
	{ KEYS("rotate"), "", ASST_ENOTFOUND, ALL, prepare_people, run_rotate_none },
	{ TOKENS("create"), "", ASST_EUNSUPPORTED, ALL, prepare_people, run_token },
	{ TOKENS("list"), "", ASST_OK, ALL, prepare_people, run_tokens },
	{ TOKENS("revoke"), "", ASST_OK, ALL, prepare_people, run_token_revoke_none },
	{ OPEN, "", ASST_EUNSUPPORTED, DETAIL, prepare_people, run_open_no_text },
	{ RUNTIME, "given", ASST_OK, ALL, NULL, run_runtime },
	{ RUNTIME, "of the directory", ASST_OK, ALL, prepare_people, run_runtime },
};

static void test_without(void **state)
{
	(void)state;
	if (heap_is_ours())
		run_ops(without, T_COUNT(without), OF_HEAP);
	run_ops(without, T_COUNT(without), OF_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_host),
	};
	const struct CMUnitTest tests_without[] = {
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_without),
	};

	if (!asst_feature_supported("sodium"))
		return cmocka_run_group_tests_name("oom_credentials", tests_without, NULL, NULL) ?
			       1 :
			       0;
	return cmocka_run_group_tests_name("oom_credentials", tests, NULL, NULL) ? 1 : 0;
}
