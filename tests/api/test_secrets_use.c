/* SPDX-License-Identifier: MIT */
/* Lending secrets: to a runtime alone, for a name that an enabled skill of the live version lists. */
#include "secrets.h"

#include <sys/wait.h>
#include <unistd.h>

#define DISABLED                                             \
	"{'type':'custom','name':'C','enabled':false,"       \
	"'data':{'parameters':{'type':'object'},'secrets':['ONE']}}"

static const char *const ada = "dir:ada";
static const char *const run = "run:dir:ada";

/* Refused, and the function was not called (which secrets_lend() asserts). */
static void refused(struct host *host, const char *spec, const char *id, const char *name)
{
	int status = secrets_try(host, spec, id, name);

	if (status != ASST_EDENIED && status != ASST_ENOTFOUND)
		fail_msg("%s for %s: %s", name, spec, asst_status_name(status));
}

static void only_a_runtimes_session_is_lent_it(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_session *session;

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, ada, id, "ONE"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "system", id, "ONE"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "ada", id, "ONE"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "dir:root", id, "ONE"));
	secrets_is(host, run, id, "ONE", "value");
	MUST(host, asst_session_open_user(&session, host->store, "acme", "ada",
					  ASST_SESSION_RUNTIME, host->err));
	people_adopt(host, "flag", session);
	secrets_is(host, "flag", id, "ONE", "value");
	secrets_run(host, "ada"); /* of the host's word */
	secrets_is(host, "run:ada", id, "ONE", "value");
}

/* It is the same session: who it is, and what it may do. */
static void a_runtimes_session_is_the_same_else(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_session *again;

	assert_string_equal(asst_session_principal(as(host, run)), "user:ada");
	assert_string_equal(asst_session_workspace(as(host, run)), "acme");
	MUST(host, host_patch(host, run, id, "{\"name\":\"b\"}"));
	EXPECT(host, ASST_ENOTFOUND, host_look(host, run, host_create(host, "dir:eve", "{\"name\":\"e\"}")));
	MUST(host, asst_session_runtime(&again, as(host, run), host->err));
	asst_session_free(again);
	EXPECT(host, ASST_EINVAL, asst_session_runtime(&again, NULL, host->err));
	assert_null(again);
}

static void a_closed_store_has_no_runtime(void **state)
{
	struct host *host = *state;
	asst_session *runtime;

	as(host, "ada");
	host_close(host);
	EXPECT(host, ASST_ESTATE, asst_session_runtime(&runtime, as(host, "ada"), host->err));
	assert_null(runtime);
	EXPECT(host, ASST_ESTATE, asst_session_runtime(&runtime, as(host, ada), host->err));
}

static void the_system_and_keys_have_no_runtime(void **state)
{
	struct host *host = *state;
	struct people_text key = people_key(host, ada, PEOPLE_API);
	asst_session *runtime;

	EXPECT(host, ASST_EDENIED, asst_session_runtime(&runtime, as(host, "system"), host->err));
	assert_null(runtime);
	people_use(host, "key", key.text);
	EXPECT(host, ASST_EDENIED, asst_session_runtime(&runtime, as(host, "key"), host->err));
	assert_null(runtime);
}

static void level_1_is_enough(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_buf *out;

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	secrets_run(host, "dir:bob");
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:bob", id, "ONE"));
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:bob", PEOPLE_ID, "ONE"));
	MUST(host, host_share(host, ada, id, "user:bob", 1));
	secrets_is(host, "run:dir:bob", id, "ONE", "value");
	EXPECT(host, ASST_EDENIED, asst_secret_list(&out, as(host, "run:dir:bob"), id, host->err));
	MUST(host, people_put_user(host, "{'id':'bob'}"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "run:dir:bob", id, "ONE")); /* no seat */
	MUST(host, people_disable(host, "bob", 1));
	EXPECT(host, ASST_EUNAUTHENTICATED, secrets_try(host, "run:dir:bob", id, "ONE"));
}

static void tokens_have_a_runtime(void **state)
{
	static const char *const rows[] = { "{'expiresAt':'" PEOPLE_SOON "'}",
					    "{'expiresAt':'" PEOPLE_SOON "','readOnly':true}" };
	struct host *host = *state;
	const char *id = secrets_make(host), *other = host_create(host, ada, t_json(SECRETS_TWO));
	struct people_text token;
	size_t i;

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	MUST(host, secrets_set(host, ada, other, "ONE", "value"));
	for (i = 0; i < T_COUNT(rows); i++) {
		token = people_token(host, ada, id, rows[i]);
		people_use(host, "token", token.text);
		EXPECT(host, ASST_EDENIED, secrets_try(host, "token", id, "ONE"));
		secrets_run(host, "token");
		secrets_is(host, "run:token", id, "ONE", "value");
		EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:token", other, "ONE"));
		MUST(host, asst_token_revoke(as(host, ada), id, token.id, 0, host->err));
		EXPECT(host, ASST_EUNAUTHENTICATED, secrets_try(host, "run:token", id, "ONE"));
	}
}

static void the_name_must_be_listed_by_an_enabled_skill(void **state)
{
	static const char *const bodies[] = {
		"{'name':'a'}",
		SECRETS_BODY("a", "'TWO'"),
		SECRETS_BODY("a", "'one'"),
		SECRETS_BODY("a", "'ONE_'"),
		"{'name':'a','skills':[" DISABLED "]}",
		"{'name':'a','data':{'secrets':['ONE']}}",
	};
	struct host *host = *state;
	const char *id;
	size_t i;

	secrets_make(host);
	for (i = 0; i < T_COUNT(bodies); i++) {
		id = host_create(host, ada, t_json(bodies[i]));
		MUST(host, secrets_set(host, ada, id, "ONE", "value"));
		refused(host, run, id, "ONE");
		MUST(host, host_patch(host, ada, id, t_json("{'skills':[" SECRETS_SKILL("'ONE'") "]}")));
		secrets_is(host, run, id, "ONE", "value");
	}
}

/* Of two skills it is enough that one is enabled. */
static void any_enabled_skill_lists_it(void **state)
{
	struct host *host = *state;
	const char *id;

	secrets_make(host);
	id = host_create(host, ada,
			 t_json("{'name':'a','skills':[{'type':'web-search','name':'W'}," DISABLED
				"," SECRETS_SKILL("'TWO','ONE'") "]}"));
	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	secrets_is(host, run, id, "ONE", "value");
}

static void drafts_and_old_versions_do_not_count(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	asst_draft *draft;

	MUST(host, secrets_set(host, ada, id, "ONE", "1"));
	MUST(host, secrets_set(host, ada, id, "NEW", "2"));
	MUST(host, asst_draft_edit(&draft, as(host, ada), id, 0, host->err));
	MUST(host, asst_draft_patch(draft, t_json("{'skills':[" SECRETS_SKILL("'NEW'") "]}"), ASST_NUL,
				    0, host->err));
	refused(host, run, id, "NEW");
	secrets_is(host, run, id, "ONE", "1");
	MUST(host, asst_draft_commit(NULL, draft, NULL, 0, 0, host->err));
	asst_draft_free(draft);
	secrets_is(host, run, id, "NEW", "2");
	refused(host, run, id, "ONE"); /* listed by version 1 */
}

static void what_was_never_published_lends_nothing(void **state)
{
	struct host *host = *state;
	const char *id;

	secrets_make(host);
	id = host_create_with(host, ada, t_json(SECRETS_TWO), ASST_CREATE_DRAFT);
	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	refused(host, run, id, "ONE");
}

/* Whoever it is, and whatever is set: only once it is enabled again. */
static void what_is_disabled_lends_nothing(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	people_use(host, "token", people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "'}").text);
	secrets_run(host, "token");
	secrets_run(host, "dir:root");
	MUST(host, host_patch(host, ada, id, "{\"disabled\":true}"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, run, id, "ONE"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, run, id, "TWO"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "run:token", id, "ONE"));
	EXPECT(host, ASST_EDENIED, secrets_try(host, "run:dir:root", id, "ONE"));
	MUST(host, secrets_set(host, ada, id, "ONE", "other")); /* it can be edited */
	MUST(host, host_patch(host, ada, id, "{\"disabled\":false}"));
	secrets_is(host, run, id, "ONE", "other");
}

static void one_that_was_not_set_is_not_found(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, run, id, "ONE"));
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, run, PEOPLE_ID, "ONE"));
}

static int answer(void *user, const void *value, size_t size)
{
	(void)value;
	(void)size;
	return *(int *)user;
}

static void what_the_function_returns_is_returned(void **state)
{
	static const int answers[] = { ASST_OK, ASST_ECANCELED, ASST_EIO, 42, -7 };
	struct host *host = *state;
	const char *id = secrets_make(host);
	size_t i;
	int given;

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	for (i = 0; i < T_COUNT(answers); i++) {
		given = answers[i];
		assert_int_equal(asst_secret_use(as(host, run), id, "ONE", answer, &given, host->err),
				 answers[i]);
		assert_int_equal(asst_secret_use(as(host, run), id, "ONE", answer, &given, NULL),
				 answers[i]);
	}
	EXPECT(host, ASST_EINVAL, asst_secret_use(as(host, run), id, "ONE", NULL, NULL, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_use(NULL, id, "ONE", answer, &given, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_use(as(host, run), NULL, "ONE", answer, &given, host->err));
	EXPECT(host, ASST_EINVAL, asst_secret_use(as(host, run), id, NULL, answer, &given, host->err));
}

static void they_go_to_the_trash_and_come_back(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	MUST(host, host_delete(host, ada, id));
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, run, id, "ONE"));
	EXPECT(host, ASST_ENOTFOUND, secrets_set(host, ada, id, "ONE", "other"));
	MUST(host, asst_trash_restore(NULL, as(host, ada), id, ASST_ANY_REVISION, 0, host->err));
	secrets_is(host, run, id, "ONE", "value");
}

/* Who gets an assistant does not get what its owner sealed, where that is not said. */
static void another_owner_has_none_of_them(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:eve",
					       ASST_ANY_REVISION, 0, host->err));
	assert_string_equal(secrets_list(host, "dir:eve", id), "[]");
	secrets_run(host, "dir:eve");
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:eve", id, "ONE"));
	MUST(host, secrets_set(host, "dir:eve", id, "ONE", "other"));
	EXPECT(host, ASST_EINVAL,
	       asst_assistant_change_owner(NULL, as(host, "system"), id, "user:ada",
					   ASST_ANY_REVISION, 2, host->err));
	MUST(host, asst_assistant_change_owner(NULL, as(host, "system"), id, "user:ada",
					       ASST_ANY_REVISION, ASST_OWNER_KEEP_SECRETS, host->err));
	secrets_is(host, run, id, "ONE", "other");
}

/* Through the id of a draft they are read, and refused for writing; so are tokens. */
static void they_belong_to_the_assistant_not_to_its_draft(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host), *json;
	asst_session *session = as(host, ada);
	asst_draft *draft;
	asst_buf *out;

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	people_token(host, ada, id, "{'expiresAt':'" PEOPLE_SOON "'}");
	MUST(host, asst_draft_edit(&draft, session, id, 0, host->err));
	EXPECT(host, ASST_ECONFLICT, secrets_set(host, ada, asst_draft_id(draft), "ONE", "other"));
	EXPECT(host, ASST_ECONFLICT,
	       asst_secret_describe(session, asst_draft_id(draft), "ONE", "d", 0, host->err));
	EXPECT(host, ASST_ECONFLICT,
	       asst_secret_delete(session, asst_draft_id(draft), "ONE", 0, host->err));
	EXPECT(host, ASST_ECONFLICT,
	       people_try_token(&out, host, ada, asst_draft_id(draft),
				"{'expiresAt':'" PEOPLE_SOON "'}"));
	EXPECT(host, ASST_ECONFLICT,
	       asst_token_revoke(session, asst_draft_id(draft), PEOPLE_ID, 0, host->err));
	json = secrets_list(host, ada, id);
	assert_string_equal(secrets_list(host, ada, asst_draft_id(draft)), json);
	MUST(host, asst_token_list(&out, session, id, host->err));
	json = json_take(out);
	MUST(host, asst_token_list(&out, session, asst_draft_id(draft), host->err));
	assert_string_equal(json_take(out), json);
	secrets_is(host, run, id, "ONE", "value");
	asst_draft_free(draft);
}

/* To a stranger's runtime a hidden assistant's secret is as one of none. */
static void a_hidden_one_is_as_an_absent_one(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);
	char words[1024];

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	secrets_run(host, "dir:eve");
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:eve", PEOPLE_ID, "ONE"));
	snprintf(words, sizeof(words), "%s", people_error(host));
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:eve", id, "ONE"));
	assert_string_equal(people_error(host), words);
	EXPECT(host, ASST_ENOTFOUND, secrets_try(host, "run:dir:eve", id, "NONE"));
	assert_string_equal(people_error(host), words);
}

/* Between the reads of a call somebody takes the right away, and then sets another value. */
struct enemy {
	struct host *host;
	const char *id;
	enum host_method method;
	int turn, way;
};

static void take_and_set(void *user, enum host_method method)
{
	struct enemy *enemy = user;
	struct host *host = enemy->host;

	if (method != enemy->method || enemy->turn-- != 0)
		return;
	if (enemy->way == 0)
		MUST(host, asst_share_remove(as(host, ada), enemy->id, "user:bob", 0, NULL));
	else if (enemy->way == 1)
		MUST(host, asst_user_disable(as(host, "system"), "bob", 1, 0, NULL));
	else
		MUST(host, asst_assistant_patch_json(NULL, as(host, ada), enemy->id,
						     "{\"disabled\":true}", ASST_NUL,
						     ASST_ANY_REVISION, 0, NULL));
	MUST(host, asst_secret_set(as(host, ada), enemy->id, "ONE", "after", ASST_NUL, "after", 0, NULL));
}

static void what_was_set_after_a_revocation_is_not_lent(void **state)
{
	static const int refused[] = { ASST_ENOTFOUND, ASST_EUNAUTHENTICATED, ASST_EDENIED };
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct enemy enemy = { host, id, HOST_GET, 0, 0 };

	MUST(host, secrets_set(host, ada, id, "ONE", "before"));
	secrets_run(host, "dir:bob");
	as(host, "system");
	for (enemy.way = 0; enemy.way < 3; enemy.way++) {
		MUST(host, people_disable(host, "bob", 0));
		MUST(host, host_share(host, ada, id, "user:bob", 1));
		secrets_is(host, "run:dir:bob", id, "ONE", enemy.way ? "after" : "before");
		/* the caller, the assistant, and then the secret are read */
		enemy.turn = 2;
		host->backend.user = &enemy;
		host->backend.before = take_and_set;
		EXPECT(host, refused[enemy.way], secrets_try(host, "run:dir:bob", id, "ONE"));
		host->backend.before = NULL;
		assert_true(enemy.turn < 0);
	}
}

static void what_was_set_after_a_revocation_is_not_listed(void **state)
{
	static const int refused[] = { ASST_ENOTFOUND, ASST_EUNAUTHENTICATED };
	struct host *host = *state;
	const char *id = secrets_make(host);
	struct enemy enemy = { host, id, HOST_SCAN, 0, 0 };
	asst_buf *out;
	int tokens;

	as(host, "dir:bob");
	as(host, "system");
	for (tokens = 0; tokens < 2; tokens++) {
		for (enemy.way = 0; enemy.way < 2; enemy.way++) {
			MUST(host, people_disable(host, "bob", 0));
			MUST(host, host_share(host, ada, id, "user:bob", 2));
			enemy.turn = 0;
			host->backend.user = &enemy;
			host->backend.before = take_and_set;
			EXPECT(host, refused[enemy.way],
			       tokens ? asst_token_list(&out, as(host, "dir:bob"), id, host->err) :
					asst_secret_list(&out, as(host, "dir:bob"), id, host->err));
			host->backend.before = NULL;
			assert_null(out);
		}
	}
}

/* A child of the process that was made in the middle of a use finds nothing. */
static int fork_and_look(void *user, const void *value, size_t size)
{
	const unsigned char *bytes = value;
	int status = 0;
	pid_t child;

	(void)user;
	assert_true(size == 5 && memcmp(value, "value", 5) == 0);
	child = fork();
	if (child == 0)
		_exit(bytes[0] | bytes[1] | bytes[2] | bytes[3] | bytes[4]);
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_int_equal(status, 0);
	return ASST_OK;
}

static void a_forked_child_does_not_have_the_value(void **state)
{
	struct host *host = *state;
	const char *id = secrets_make(host);

	MUST(host, secrets_set(host, ada, id, "ONE", "value"));
	MUST(host, asst_secret_use(as(host, "run:dir:ada"), id, "ONE", fork_and_look, NULL, host->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PEOPLE_TEST(only_a_runtimes_session_is_lent_it),
		PEOPLE_TEST(a_runtimes_session_is_the_same_else),
		PEOPLE_TEST(a_closed_store_has_no_runtime),
		PEOPLE_TEST(the_system_and_keys_have_no_runtime),
		PEOPLE_TEST(level_1_is_enough),
		PEOPLE_TEST(tokens_have_a_runtime),
		PEOPLE_TEST(the_name_must_be_listed_by_an_enabled_skill),
		PEOPLE_TEST(any_enabled_skill_lists_it),
		PEOPLE_TEST(drafts_and_old_versions_do_not_count),
		PEOPLE_TEST(what_was_never_published_lends_nothing),
		PEOPLE_TEST(what_is_disabled_lends_nothing),
		PEOPLE_TEST(one_that_was_not_set_is_not_found),
		PEOPLE_TEST(what_the_function_returns_is_returned),
		PEOPLE_TEST(they_go_to_the_trash_and_come_back),
		PEOPLE_TEST(another_owner_has_none_of_them),
		PEOPLE_TEST(they_belong_to_the_assistant_not_to_its_draft),
		PEOPLE_TEST(a_hidden_one_is_as_an_absent_one),
		PEOPLE_TEST(what_was_set_after_a_revocation_is_not_lent),
		PEOPLE_TEST(what_was_set_after_a_revocation_is_not_listed),
		PEOPLE_TEST(a_forked_child_does_not_have_the_value),
	};

	PEOPLE_RUN("api/secrets_use", tests);
}
